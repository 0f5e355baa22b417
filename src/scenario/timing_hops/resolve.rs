//! The entries of `spec.timing.workloads` and `pools`, checked, and what they say in words.

use crate::api::Deployment;
use crate::cluster::timing::{HopsOf, KubeletHops};
use crate::kernel;
use crate::scenario::assumptions::{Assumption, GIVEN, words};
use crate::scenario::builder::Builder;
use crate::scenario::error::Findings;
use crate::scenario::plan::Plan;

/// The hops of a scenario that are others for some pods, checked.
pub(in crate::scenario) fn resolve(plan: &Plan, builder: &mut Builder, findings: &mut Findings) -> HopsOf {
    let timing = &plan.document.spec.timing;
    let mut of = HopsOf::default();
    let mut fault = |list: &str, index: usize, error: String| {
        let place = plan.place_at(&format!("/spec/timing/{list}/{index}"));
        findings.error(place, format!("spec.timing.{list}[{index}]: {error}"));
    };
    for (index, entry) in timing.workloads.iter().enumerate() {
        let known = builder.directory.number_ever::<Deployment>(&entry.workload);
        let deployment = known.map_or_else(|| builder.directory.find_deployment(&entry.workload), Ok);
        let hops = told(entry.hops());
        let entry = deployment.and_then(|deployment| match hops {
            _ if of.workloads.iter().any(|(other, _)| *other == deployment) => {
                Err(format!("{} has an entry already", entry.workload))
            }
            hops => hops.map(|hops| (deployment, hops)),
        });
        match entry {
            Ok(entry) => of.workloads.push(entry),
            Err(error) => fault("workloads", index, error),
        }
    }
    for (index, entry) in timing.pools.iter().enumerate() {
        match told(entry.hops()) {
            Ok(hops) => {
                let labels = entry.node_selector.iter();
                let labels =
                    labels.map(|(key, value)| (builder.names.intern(key), builder.names.intern(value)));
                of.pools.push((labels.collect(), hops));
            }
            Err(error) => fault("pools", index, error),
        }
    }
    of
}

/// An entry says something.
fn told(hops: KubeletHops) -> Result<KubeletHops, String> {
    if hops == KubeletHops::default() {
        return Err("says nothing; give imagePull, containerStart, readiness or termination".to_owned());
    }
    Ok(hops)
}

/// What the answer hangs on: the hops of some pods.
pub(in crate::scenario) fn assumptions(plan: &Plan) -> Vec<Assumption> {
    let timing = &plan.document.spec.timing;
    let workloads = timing.workloads.iter().map(|entry| (entry.workload.to_string(), entry.hops()));
    let pools = timing.pools.iter().map(|entry| (entry.words(), entry.hops()));
    let assumption = |(whose, hops): (String, KubeletHops)| Assumption {
        what: "times of".into(),
        value: format!("{whose}: {}", parts(&hops).join(", ")),
        source: GIVEN.into(),
    };
    workloads.chain(pools).map(assumption).collect()
}

/// The hops that are told, in words.
fn parts(hops: &KubeletHops) -> Vec<String> {
    let named: [(&str, &Option<kernel::Distribution>); 4] = [
        ("image pull", &hops.image_pull),
        ("start-up", &hops.container_start),
        ("readiness", &hops.readiness),
        ("termination", &hops.termination),
    ];
    named.iter().filter_map(|(name, hop)| Some(format!("{name} {}", words(hop.as_ref()?)))).collect()
}
