//! ResourceQuotas: how many of the pods that this run makes they would refuse.

use std::collections::BTreeMap;

use kubecast_manifest::{Tree, Value};

use super::{Scene, counted, some};
use crate::api::quantity::Quantity;
use crate::api::{Deployment, Pod, PodSpec, Strategy};
use crate::scenario::coverage::gap::Gap;
use crate::scenario::objects::ObjectSource;
use crate::scenario::reference::Reference;

pub(super) fn gaps(scene: &Scene<'_>) -> Vec<Gap> {
    let quotas: Vec<&ObjectSource> = scene.of_kind("resourcequota").collect();
    if quotas.is_empty() {
        return Vec::new();
    }
    let (mut effects, mut decisive) = (Vec::new(), false);
    for quota in &quotas {
        let (effect, refuses) = of_quota(scene, quota);
        decisive |= refuses;
        effects.push(effect);
    }
    vec![Gap::new("ResourceQuotas", effects.join(", ")).counted(quotas.len().to_string()).decisive(decisive)]
}

/// What one quota leaves, and whether it would refuse pods that this run makes.
fn of_quota(scene: &Scene<'_>, quota: &ObjectSource) -> (String, bool) {
    let namespace = &quota.reference.namespace;
    let mut left = Left::of(quota);
    if quota.tree.pointer("/status/used").is_none() {
        let here = |pod: &&Pod| pod.is_active() && scene.setup.names.resolve(pod.spec.namespace) == namespace;
        scene.setup.pods.iter().filter(here).for_each(|pod| left.take(&pod.spec, 1));
    }
    let name = format!("quota {} of {namespace} leaves {}", quota.reference.name, left.words());
    let (mut wanted, mut refused) = (0, 0);
    let mut scaled = Vec::new();
    for deployment in &scene.setup.deployments {
        let reference = Reference::new(
            "deployment",
            Some(scene.setup.names.resolve(deployment.namespace)),
            &deployment.name,
        );
        if reference.namespace == *namespace && scene.stake.workloads.contains(&reference) {
            let most = scaled_to(scene, &reference).filter(|most| *most > deployment.replicas);
            scaled.extend(most.map(|most| format!("{reference} with {most} replicas")));
            let pods = pods_to_make(scene, deployment, most.unwrap_or(deployment.replicas));
            let fit = left.fit(&deployment.template.pod).min(pods);
            left.take(&deployment.template.pod, fit);
            wanted += pods;
            refused += pods - fit;
        }
    }
    let mut pods =
        format!("{} that come at once", counted(usize::try_from(wanted).unwrap_or(0), "pod", "pods"));
    if !scaled.is_empty() {
        pods.push_str(&format!(" ({})", some(&scaled)));
    }
    match (wanted, refused) {
        (0, _) => (name, false),
        (_, 0) => (format!("{name}: enough for the {pods}"), false),
        _ => (format!("{name}: {refused} of the {pods} would be refused"), true),
    }
}

/// The most replicas that the timeline scales a Deployment to.
fn scaled_to(scene: &Scene<'_>, deployment: &Reference) -> Option<i32> {
    let scales = scene.plan.document.spec.timeline.iter().filter_map(|entry| entry.scale.as_ref());
    let replicas = scales.filter(|scale| scale.deployment == *deployment).map(|scale| scale.replicas);
    replicas.max().and_then(|most| i32::try_from(most).ok())
}

/// How many pods a workload of so many replicas makes before others go: those that it lacks, or its surge.
fn pods_to_make(scene: &Scene<'_>, deployment: &Deployment, replicas: i32) -> i64 {
    let there = scene.setup.pods.iter().filter(|pod| {
        let set = pod.replica_set().and_then(|set| scene.setup.replica_sets.get(set.index()));
        pod.is_active() && set.is_some_and(|set| set.deployment == Some(deployment.id))
    });
    let there = i64::try_from(there.count()).unwrap_or(i64::MAX);
    let surge = match deployment.strategy {
        Strategy::Recreate => 0,
        Strategy::RollingUpdate { max_surge, .. } => i64::from(max_surge.scaled(replicas, true)),
    };
    let lacking = (i64::from(replicas) - there).max(0);
    if lacking > 0 { lacking } else { surge }
}

/// What a quota leaves, by what it counts: thousandths of CPUs, bytes, pods.
struct Left(BTreeMap<&'static str, i64>);

/// What is counted here, with the names that a quota may give it.
const COUNTED: [(&str, &[&str]); 3] = [
    ("CPU", &["requests.cpu", "cpu"]),
    ("memory", &["requests.memory", "memory"]),
    ("pods", &["pods", "count/pods"]),
];

impl Left {
    fn of(quota: &ObjectSource) -> Self {
        let amount = |map: &str, name: &str| -> Option<Quantity> {
            let entries = quota.tree.pointer(map).and_then(Tree::as_map)?;
            let entry = entries.iter().find(|entry| entry.key == name)?;
            match &entry.value.value {
                Value::String(text) | Value::Number(text) => Quantity::parse(text).ok(),
                _ => None,
            }
        };
        let mut left = BTreeMap::new();
        for (what, names) in COUNTED {
            for name in names {
                let hard = amount("/spec/hard", name);
                let used = amount("/status/used", name).unwrap_or_default();
                let in_units = |quantity: Quantity| {
                    if what == "CPU" { quantity.milli_value() } else { quantity.value() }
                };
                if let Some(hard) = hard {
                    let rest = in_units(hard).saturating_sub(in_units(used));
                    left.entry(what).and_modify(|known: &mut i64| *known = rest.min(*known)).or_insert(rest);
                }
            }
        }
        Self(left)
    }

    fn need(what: &str, spec: &PodSpec) -> i64 {
        match what {
            "CPU" => spec.requests.fit.milli_cpu,
            "memory" => spec.requests.fit.memory,
            _ => 1,
        }
    }

    /// How many pods of a template find room.
    fn fit(&self, spec: &PodSpec) -> i64 {
        let counts = self.0.iter().filter_map(|(what, left)| {
            let need = Self::need(what, spec);
            (need > 0).then(|| left.max(&0) / need)
        });
        counts.min().unwrap_or(i64::MAX)
    }

    fn take(&mut self, spec: &PodSpec, pods: i64) {
        for (what, left) in &mut self.0 {
            *left = left.saturating_sub(Self::need(what, spec).saturating_mul(pods));
        }
    }

    fn words(&self) -> String {
        let words: Vec<String> = self
            .0
            .iter()
            .map(|(what, left)| match *what {
                "CPU" => format!("{} CPU", *left as f64 / 1000.0),
                "memory" => format!("{} Mi memory", left / (1024 * 1024)),
                _ => format!("{left} pods"),
            })
            .collect();
        if words.is_empty() { "what is not counted here".to_owned() } else { some(&words) }
    }
}
