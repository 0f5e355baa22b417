//! Why a pod went where it went, or stays without a node.

use serde_json::Value;

use super::error::{Code, Error, Fault};
use crate::kernel::Seed;
use crate::report::explain::{Setting, page};
use crate::report::page::Page;
use crate::report::words::ends::cut_off_sentence;
use crate::scenario::{Ledger, Resolved, Variant};
use crate::study::choice::Choice;
use crate::study::explanation::{Explanation, Missing, NotFound, PodQuery, Unexplained, explain};
use crate::study::oversight::Oversight;
use crate::study::replication::replicate;
use crate::study::summary::VariantResult;

/// Which run is looked at.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExplainOptions {
    /// The variant of the scenario; the first one if none is named.
    pub variant: Option<String>,
    /// The replication.
    pub replication: Choice,
    /// How many runs the replication is chosen among, where it is none by number.
    pub runs: u32,
}

impl Default for ExplainOptions {
    /// The first replication of the first variant.
    fn default() -> Self {
        Self { variant: None, replication: Choice::First, runs: 1000 }
    }
}

impl ExplainOptions {
    /// Of this variant.
    #[must_use]
    pub fn variant(self, name: Option<&str>) -> Self {
        Self { variant: name.map(str::to_owned), ..self }
    }

    /// Of this replication, among so many runs.
    #[must_use]
    pub fn replication(self, replication: Choice, runs: u32) -> Self {
        Self { replication, runs, ..self }
    }
}

/// Why.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PodAnswer {
    /// What the scheduler, the kubelet and the controllers decided about the pod.
    pub explanation: Explanation,
    /// The scenario's name.
    pub scenario: String,
    /// The variant's.
    pub variant: Option<String>,
    /// The seed of all draws.
    pub seed: u64,
    /// The replication.
    pub replication: u32,
    /// What is left out, and what stands behind the rest.
    pub ledger: Ledger,
}

pub(super) fn answer(
    resolved: &Resolved,
    threads: usize,
    (query, options): (&PodQuery, &ExplainOptions),
    oversight: &Oversight<'_>,
) -> Result<PodAnswer, Error> {
    let variant = variant_of(&resolved.variants, options.variant.as_deref())?;
    let seed = Seed(resolved.seed);
    let replication = chosen(options, (variant, seed), threads, oversight)?;
    let explanation = explain(&variant.setup, (seed, replication), query, oversight);
    let explanation = explanation.map_err(|why| match why {
        Unexplained::Missing(missing) => not_found(query, &missing),
        Unexplained::Stopped => Error::Stopped,
    })?;
    Ok(PodAnswer {
        explanation,
        scenario: resolved.name.clone(),
        variant: variant.name.clone(),
        seed: resolved.seed,
        replication,
        ledger: resolved.ledger.clone(),
    })
}

/// The number of the replication that is asked for.
fn chosen(
    options: &ExplainOptions,
    (variant, seed): (&Variant, Seed),
    threads: usize,
    oversight: &Oversight<'_>,
) -> Result<u32, Error> {
    let choice = &options.replication;
    let mut runs = Vec::new();
    if choice.needs_runs() {
        oversight.monitor().expect(u64::from(options.runs));
        runs = replicate(&variant.setup, seed, (options.runs, threads), oversight)?;
    }
    choice.among(&VariantResult::new(None, runs)).map_err(|message| {
        Error::wrong(Fault::about(Code::NotFound, "replication", &choice.to_string(), message))
    })
}

fn not_found(query: &PodQuery, missing: &Missing) -> Error {
    let message = match &missing.why {
        NotFound::Unknown { names, .. } if names.is_empty() => {
            "there is no such pod; no pod is ever created in this run".to_owned()
        }
        NotFound::Unknown { alike: true, names } => {
            format!("there is no such pod; did you mean {}?", names.join(", "))
        }
        NotFound::Unknown { names, .. } => {
            format!("there is no such pod; the first that there are: {}", names.join(", "))
        }
        NotFound::Ambiguous { names, pods } => {
            let more = pods - names.len();
            let more = if more > 0 { format!("\n  … and {more} more") } else { String::new() };
            format!("{pods} pods begin with this name:\n  {}{more}", names.join("\n  "))
        }
        NotFound::NotYet { name, created } => {
            let at = query.at.map_or_else(String::new, |at| format!(" at {at}"));
            format!("{name} is not there yet{at}; it is created at {created}")
        }
    };
    let fault = |message| Fault::about(Code::NotFound, "pod", &query.asked, message);
    match cut_off_sentence(&missing.ends) {
        // It may come later.
        Some(cut) => Error::Incomplete(fault(format!("{message}\n{cut}"))),
        None => Error::wrong(fault(message)),
    }
}

/// The variant of a name, or the first.
pub(super) fn variant_of<'v>(variants: &'v [Variant], wanted: Option<&str>) -> Result<&'v Variant, Error> {
    let named = |variant: &&Variant| wanted.is_none() || variant.name.as_deref() == wanted;
    variants.iter().find(named).ok_or_else(|| {
        let names: Vec<&str> = variants.iter().filter_map(|variant| variant.name.as_deref()).collect();
        let message = if names.is_empty() {
            "the scenario has no variants".to_owned()
        } else {
            format!("there is no such variant; there are {}", names.join(", "))
        };
        Error::wrong(Fault::about(Code::NotFound, "variant", wanted.unwrap_or_default(), message))
    })
}

impl PodAnswer {
    /// Whether the run was not cut off and, if `strict`, nothing is left out.
    pub fn is_complete(&self, strict: bool) -> bool {
        !self.explanation.ends().is_cut_off() && self.ledger.satisfies(strict)
    }

    /// The answer, to be rendered; with every node and domain, or the most telling ones.
    pub fn page(&self, all_nodes: bool) -> Page<'_> {
        page(&self.explanation, self.setting(), all_nodes)
    }

    /// For people; with every node and domain, or the most telling ones.
    pub fn to_text(&self, all_nodes: bool) -> String {
        self.page(all_nodes).to_text()
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        self.page(false).to_json()
    }

    fn setting(&self) -> Setting<'_> {
        Setting {
            scenario: &self.scenario,
            variant: self.variant.as_deref(),
            seed: self.seed,
            replication: self.replication,
            ledger: &self.ledger,
        }
    }
}
