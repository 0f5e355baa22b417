//! The ends of a HorizontalPodAutoscaler as arms: the same rollout with as few and with as many replicas as the autoscaler of the
//! Deployment allows. Load is not simulated, and no replicas between the ends are; what these two arms show bounds it.
//!
//! Followed: kube-controller-manager v1.34 (`podautoscaler/horizontal.go`): `minReplicas` is 1 by default; a workload scaled to 0 is not
//! autoscaled unless `minReplicas` is 0 too; of several autoscalers over the same pods none follows the load (`AmbiguousSelector`).

use std::collections::BTreeSet;

use kubecast_manifest::{Tree, Value};
use serde_json::json;

use super::{APPLY, AS_IS, Moment, NewImage, RolloutOrder, target, variant};
use crate::scenario::assignment::Assignment;
use crate::scenario::error::Findings;
use crate::scenario::names;
use crate::scenario::objects::ObjectSource;
use crate::scenario::plan::Plan;
use crate::scenario::reference::Reference;

/// So long after the Deployment was scaled and everything has settled it is rolled.
const AFTER_SCALING: &str = "10s";
/// More replicas than this are no arm: its runs would take longer than all others together.
const MOST_REPLICAS: i64 = 20_000;
const TEMPLATE: &str = "/spec/template";
const REPLICAS: &str = "/spec/replicas";

/// What the autoscaler of a Deployment adds to its rollout.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// A variant for each end at which the Deployment is not already.
    pub(super) variants: Vec<Tree>,
    /// What each of them does, in words.
    pub(super) words: Vec<String>,
    /// Whether the arms show both ends.
    pub(super) are_shown: bool,
}

/// How the Deployment is rolled, and in which cluster.
#[derive(Clone, Copy)]
pub(super) struct Rollout<'a> {
    /// What is asked for.
    pub(super) order: &'a RolloutOrder,
    /// When.
    pub(super) moment: Moment,
    /// The entry of the timeline that rolls it.
    pub(super) operation: &'a Tree,
    /// The arm as is, with what `--apply` changes among its arrivals.
    pub(super) plan: &'a Plan,
}

/// Whether an object is an autoscaler of the workload.
pub(super) fn scales(object: &ObjectSource, target: &Reference) -> bool {
    object.scale_target().as_ref() == Some(target)
}

/// The arms of the ends, named differently from those that were asked for.
pub(super) fn ends(rollout: Rollout<'_>, findings: &mut Findings) -> Ends {
    let Rollout { order, plan, .. } = rollout;
    let Some(autoscaler) = autoscaler(plan, &order.target, findings) else { return Ends::default() };
    let (least, most) = match range(autoscaler) {
        Ok(range) => range,
        Err((field, fault)) => {
            let message = format!("{}: {fault}, so its ends are no arms", autoscaler.reference);
            findings.warning(autoscaler.place_at(field), message);
            return Ends::default();
        }
    };
    let mut ends = Ends { are_shown: true, ..Ends::default() };
    let now = rollout.deployment().and_then(|object| object.whole_number(REPLICAS)).unwrap_or(1);
    if now == 0 && least > 0 {
        // Not autoscaled at all: neither end comes about.
        return ends;
    }
    let labels = if least == most {
        vec![("minReplicas,maxReplicas", least)]
    } else {
        vec![("minReplicas", least), ("maxReplicas", most)]
    };
    let mut taken: BTreeSet<String> = [AS_IS, APPLY].into_iter().map(str::to_owned).collect();
    taken.extend(order.arms.iter().map(|arm| arm.name.to_lowercase()));
    // Nothing is rolled where there are no replicas.
    for (label, replicas) in labels.into_iter().filter(|(_, replicas)| *replicas != now && *replicas > 0) {
        let name = names::free(&format!("{label}={replicas}"), &mut taken);
        ends.variants.push(rollout.variant(&name, replicas));
        ends.words.push(words(rollout.moment, replicas, &autoscaler.reference));
    }
    ends
}

/// The autoscaler of a workload, if there is one alone; as `--apply` changes it.
fn autoscaler<'p>(plan: &'p Plan, target: &Reference, findings: &mut Findings) -> Option<&'p ObjectSource> {
    let changed = || plan.arrivals.iter().map(|(_, object)| object);
    let stays = |live: &&ObjectSource| !changed().any(|new| new.reference == live.reference);
    let all = plan.objects.iter().filter(stays).chain(changed());
    let autoscalers: Vec<&ObjectSource> = all.filter(|object| scales(object, target)).collect();
    if let [_, second, ..] = autoscalers[..] {
        let message = format!(
            "{target} has {} HorizontalPodAutoscalers: Kubernetes lets none of them follow the load, and their ends are no arms",
            autoscalers.len()
        );
        findings.warning(second.place(), message);
        return None;
    }
    autoscalers.first().copied()
}

/// `minReplicas` and `maxReplicas`; else the field that is wrong, and what is wrong with it.
fn range(autoscaler: &ObjectSource) -> Result<(i64, i64), (&'static str, String)> {
    const MIN: &str = "/spec/minReplicas";
    const MAX: &str = "/spec/maxReplicas";
    let number = |field: &'static str| match autoscaler.tree.pointer(field).map(|tree| &tree.value) {
        None | Some(Value::Null) => Ok(None),
        Some(_) => match autoscaler.whole_number(field) {
            Some(number) if (0..=i64::from(i32::MAX)).contains(&number) => Ok(Some(number)),
            _ => Err((field, format!("{} is no number of replicas", &field["/spec/".len()..]))),
        },
    };
    let least = number(MIN)?.unwrap_or(1);
    let most = number(MAX)?.ok_or_else(|| ("/spec", "it has no maxReplicas".to_owned()))?;
    if most == 0 {
        return Err((MAX, "maxReplicas is 0".to_owned()));
    }
    if least > most {
        return Err((MIN, format!("minReplicas {least} is above maxReplicas {most}")));
    }
    if most > MOST_REPLICAS {
        return Err((
            MAX,
            format!("maxReplicas {most} is above {MOST_REPLICAS}, too many to simulate unasked"),
        ));
    }
    Ok((least, most))
}

fn words(moment: Moment, replicas: i64, autoscaler: &Reference) -> String {
    let count = format!("{replicas} replica{}", if replicas == 1 { "" } else { "s" });
    let what = match moment {
        Moment::Now => format!("scaled to {count}, rolled {AFTER_SCALING} after all has settled"),
        Moment::AfterCreation => format!("created with {count}"),
    };
    format!("{what}; of {autoscaler}")
}

impl<'a> Rollout<'a> {
    /// The Deployment, as `--apply` changes it.
    fn deployment(&self) -> Option<&'a ObjectSource> {
        let changed = self.plan.arrivals.iter().map(|(_, object)| object);
        changed.chain(&self.plan.objects).find(|object| object.reference == self.order.target)
    }

    /// The variant with so many replicas. A Deployment that runs is scaled first, after what is applied at time 0, which names the
    /// replicas of the input.
    fn variant(&self, name: &str, replicas: i64) -> Tree {
        let target = &self.order.target;
        if self.moment == Moment::AfterCreation {
            let own = (format!("{target}#{REPLICAS}"), Tree::from_json(&json!(replicas)));
            return variant(name, target, &self.order.set.iter().collect::<Vec<_>>(), [own]);
        }
        let at = if self.plan.arrivals.is_empty() { "0s" } else { "1ms" };
        let scale = json!({ "deployment": target.to_string(), "replicas": replicas });
        let scale = Tree::from_json(&json!({ "at": at, "scale": scale }));
        let sets_template = |set: &&Assignment| set.is_below(target, TEMPLATE);
        // Values are set in what is applied as well, and would undo the scaling.
        let sets = self.order.set.iter().filter(|set| !set.is_below(target, REPLICAS));
        let (late, early): (Vec<_>, Vec<_>) = sets.partition(sets_template);
        let mut rolled = self.operation.clone();
        if let Some(deployment) = self.deployment().filter(|_| !late.is_empty()) {
            rolled = self.at_once(deployment, replicas);
        }
        if let Value::Map(entries) = &mut rolled.value {
            entries.retain(|entry| entry.key != "at");
        }
        put(&mut rolled, "/afterSettled", &json!(AFTER_SCALING));
        let own = ("scenario#/spec/timeline".to_owned(), Value::Seq(vec![scale, rolled]).into());
        variant(name, target, &early, [own])
    }

    /// The entry that applies the template with what is set in every arm, and restarts it or sets its image: one rollout, as in the
    /// other arms. A change of the template is an arm of its own, so the template is that of the input.
    fn at_once(&self, deployment: &ObjectSource, replicas: i64) -> Tree {
        let mut tree = Tree::clone(&deployment.tree);
        let live = self.plan.objects.iter().find(|object| object.reference == self.order.target);
        if let Some(template) = live.and_then(|live| live.tree.pointer(TEMPLATE)) {
            tree.set(TEMPLATE, template.clone()).unwrap_or_default();
        }
        put(&mut tree, REPLICAS, &json!(replicas));
        match &self.order.image {
            None => {
                let restarted = format!("{TEMPLATE}/metadata/annotations/kubectl.kubernetes.io~1restartedAt");
                put(&mut tree, &restarted, &json!("after scaling"));
            }
            Some(NewImage { container, image }) => {
                let containers = format!("{TEMPLATE}/spec/containers");
                let all = tree.pointer(&containers).and_then(Tree::as_seq).unwrap_or_default();
                let name = target::container(deployment, container.as_deref()).ok();
                let place = all.iter().position(|one| one.get_str("name") == name.as_deref());
                if let Some(place) = place {
                    put(&mut tree, &format!("{containers}/{place}/image"), &json!(image));
                }
            }
        }
        let mut entry = Tree::from_json(&json!({ "apply": null }));
        entry.set("/apply", tree).unwrap_or_default();
        entry
    }
}

/// Sets a value whose place there is.
fn put(tree: &mut Tree, pointer: &str, value: &serde_json::Value) {
    tree.set(pointer, Tree::from_json(value)).unwrap_or_default();
}
