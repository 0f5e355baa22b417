//! `podFailurePolicy` (KEP-3329): what a failed pod means. The first rule that matches decides.

use super::pod::{ContainerEnd, JobPod};
use super::spec::{Action, Requirement, Rule};

/// What a failed pod means to its Job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The action of the rule that matched.
    pub action: Option<Action>,
    /// Whether the failure counts.
    pub counts: bool,
    /// Why the Job fails, where it does.
    pub message: Option<String>,
}

impl Match {
    const NONE: Self = Self { action: None, counts: true, message: None };
}

/// Holds a failed pod against the rules.
pub fn match_policy(rules: Option<&[Rule]>, pod: &JobPod<'_>) -> Match {
    for (index, rule) in rules.into_iter().flatten().enumerate() {
        let Some(what) = what_matches(&rule.requirement, pod) else { continue };
        let message = || format!("{what} matching {} rule at index {index}", rule.action.name());
        return Match {
            action: Some(rule.action),
            counts: rule.action != Action::Ignore,
            message: (rule.action == Action::FailJob).then(message),
        };
    }
    Match::NONE
}

fn what_matches(requirement: &Requirement, pod: &JobPod<'_>) -> Option<String> {
    match requirement {
        Requirement::ExitCodes { container, negated, values } => {
            let of = |one: &&ContainerEnd<'_>| container.as_deref().is_none_or(|name| name == one.name);
            let mut ends = pod.containers.iter().chain(&pod.init_containers).filter(of);
            // An end with 0 is no failure and matches nothing, `NotIn` neither.
            ends.find_map(|one| {
                let code = one.exit_code.filter(|code| *code != 0 && values.contains(code) != *negated)?;
                Some(format!("Container {} for pod {} failed with exit code {code}", one.name, pod.name))
            })
        }
        Requirement::Conditions(patterns) => patterns.iter().find_map(|(kind, status)| {
            let there = pod.conditions.iter().any(|(of, is)| of == kind && is == status);
            there.then(|| format!("Pod {} has condition {kind}", pod.name))
        }),
    }
}
