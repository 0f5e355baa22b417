//! The fitted times as a Scenario, to be handed in beside a dump.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::kernel::Distribution;
use crate::study::timing_fit::HopFit;
use crate::study::timing_fit::observations::{Hop, Subject};

/// The field of `spec.timing` that a hop is; `None`: there is none, it is told alone.
pub(super) const fn field(hop: Hop) -> Option<&'static str> {
    match hop {
        Hop::ImagePull => Some("imagePull"),
        Hop::ContainerStart => Some("containerStart"),
        Hop::Readiness => Some("readiness"),
        Hop::Termination => Some("termination"),
        Hop::SchedulingCycle => Some("schedulingCycle"),
        Hop::Binding => Some("binding"),
        Hop::Sandbox => None,
    }
}

/// Whether a run can make use of it: it draws the times of pods that Deployments make.
pub(super) fn is_settable(fit: &HopFit) -> bool {
    match &fit.subject {
        Subject::Workload(workload) => workload.kind == "deployment",
        Subject::Cluster | Subject::Pool(..) => true,
    }
}

/// The Scenario.
pub fn to_yaml(fits: &[HopFit]) -> String {
    let mut text =
        "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {name: fitted-timing}\nspec:\n"
            .to_owned();
    let mut of: BTreeMap<&Subject, Vec<String>> = BTreeMap::new();
    for fit in fits.iter().filter(|fit| is_settable(fit)) {
        let Some((field, found)) = field(fit.hop).zip(fit.fit.as_ref()) else { continue };
        let line = format!("{field}: {}", flow(&written(&found.distribution)));
        of.entry(&fit.subject).or_default().push(line);
    }
    text.push_str(if of.is_empty() { "  timing: {}\n" } else { "  timing:\n" });
    for line in of.get(&Subject::Cluster).into_iter().flatten() {
        text.push_str(&format!("    {line}\n"));
    }
    let entries = |name: &str, key: fn(&Subject) -> Option<String>| {
        let mut list = String::new();
        for (subject, lines) in &of {
            let Some(first) = key(subject) else { continue };
            list.push_str(&format!("      - {first}\n"));
            for line in lines {
                list.push_str(&format!("        {line}\n"));
            }
        }
        if list.is_empty() { list } else { format!("    {name}:\n{list}") }
    };
    text.push_str(&entries("pools", |subject| match subject {
        Subject::Pool(label, value) => Some(format!("nodeSelector: {{{}: {}}}", json!(label), json!(value))),
        _ => None,
    }));
    text.push_str(&entries("workloads", |subject| match subject {
        Subject::Workload(workload) => Some(format!("workload: {workload}")),
        _ => None,
    }));
    text
}

/// A distribution as documents write it.
pub(super) fn written(distribution: &Distribution) -> Value {
    match distribution {
        Distribution::Constant(time) => json!(time.to_string()),
        Distribution::Uniform { min, max, step } => {
            json!({ "uniform": [min.to_string(), max.to_string()], "step": step.to_string() })
        }
        Distribution::Exponential { mean } => json!({ "exponential": { "mean": mean.to_string() } }),
        Distribution::LogNormal { median, p99 } => {
            json!({ "lognormal": { "median": median.to_string(), "p99": p99.to_string() } })
        }
        Distribution::Empirical(values) => {
            let one = |(value, weight): &(_, u64)| {
                let value: &crate::kernel::SimDuration = value;
                json!({ "value": value.to_string(), "weight": weight })
            };
            json!({ "empirical": values.iter().map(one).collect::<Vec<_>>() })
        }
    }
}

/// In YAML's flow style. What stands in it are names of fields, durations and numbers.
fn flow(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(key, value)| format!("{key}: {}", flow(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
