//! From what the scheduler saw to what there is to say about it.

use std::sync::Arc;

use super::stage::{Moment, Stage, Tried};
use super::{Preemption, Sample, Scene, Verdict, Victim, counts, fixes, nodes};
use crate::api::{Interner, NodeId, Pod};
use crate::cluster::setup::{ClusterSetup, TieBreakRule};
use crate::scheduler::cache::Cache;
use crate::scheduler::cycle::{Cycle, CycleInput, Outcome, TieBreak, num_feasible_nodes_to_find};
use crate::scheduler::framework::{Framework, WayOut};

/// What there is to say about a moment.
pub(in crate::cluster) fn scene_of(mut moment: Moment, setup: &ClusterSetup, names: &Interner) -> Scene {
    let mut pod = Pod::clone(&moment.pod);
    let bound_to = pod.node.take().and_then(|node| moment.cache.node(node)).map(|node| node.name);
    if bound_to.is_some() {
        // A pod that is on a node already is asked about as if it were not.
        moment.cache.remove_pod(pod.id);
        Arc::make_mut(&mut pod.spec).node_name = None;
    }
    moment.cache.refresh();
    let text = |symbol| names.resolve(symbol).to_owned();
    let mut scene = Scene {
        at: moment.at,
        attempt: moment.tried.as_ref().map(|tried| tried.number),
        bound_to: bound_to.map(|name| names.resolve(name).into()),
        gates: pod.spec.scheduling_gates.iter().map(|gate| text(*gate)).collect(),
        scheduler: text(pod.spec.scheduler_name),
        verdict: Verdict::NoProfile,
        sample: Sample { all: moment.cache.nodes().len(), ..Sample::default() },
        topology_keys: Vec::new(),
        nodes: Vec::new(),
        constraints: Vec::new(),
        what_if: None,
    };
    let mut profiles = setup.scheduler.profiles.iter();
    let Some(profile) = profiles.find(|profile| profile.scheduler_name == pod.spec.scheduler_name) else {
        return scene;
    };
    let mut asked =
        Asked { pod: &pod, cache: &mut moment.cache, names, setup, framework: Framework::new(profile) };
    let tried = moment.tried.unwrap_or_else(|| asked.attempt());
    let report = asked.of_cycle(|pod, input| Cycle::report_on_sample(pod, input, &tried.feasible));
    let rejections = asked.of_cycle(Cycle::rejections);
    let cache = &moment.cache;
    let stage = Stage { pod: &pod, cache, names, profile, setup, tried: &tried, report, rejections };
    scene.verdict = verdict(&stage);
    scene.sample = sample(&stage);
    (scene.topology_keys, scene.constraints) = counts::of_constraints(&stage);
    scene.nodes = nodes::verdicts(&stage, &scene.topology_keys, is_settled(&scene, setup));
    if matches!(scene.verdict, Verdict::Refused { .. }) {
        scene.what_if = Some(fixes::of_stage(&stage));
    }
    scene
}

/// Whether the node of the verdict is the one. What would be drawn if a pod were tried is not known.
fn is_settled(scene: &Scene, setup: &ClusterSetup) -> bool {
    let alone = matches!(&scene.verdict, Verdict::Placed { best, .. } if best.len() == 1);
    scene.attempt.is_some() || alone || setup.scheduler.tie_break == TieBreakRule::First
}

/// The scheduler, asked once more.
struct Asked<'a> {
    pod: &'a Pod,
    cache: &'a mut Cache,
    names: &'a Interner,
    setup: &'a ClusterSetup,
    framework: Framework,
}

impl Asked<'_> {
    fn of_cycle<T>(&mut self, question: impl FnOnce(&Pod, CycleInput<'_>) -> T) -> T {
        let input = CycleInput {
            cache: self.cache,
            framework: &mut self.framework,
            names: self.names,
            behaviour: self.setup.behaviour.scheduler,
            percentage_of_nodes_to_score: self.setup.scheduler.percentage_of_nodes_to_score,
            tie_break: TieBreak::First,
        };
        question(self.pod, input)
    }

    /// An attempt that was never made, from the first node on.
    fn attempt(&mut self) -> Tried {
        let mut cycle = Cycle::new();
        let result = self.of_cycle(|pod, input| cycle.schedule(pod, input));
        let (feasible, rejected) = cycle.looked_at();
        Tried { number: 0, result, feasible: feasible.to_vec(), rejected: rejected.collect() }
    }
}

fn verdict(stage: &Stage<'_>) -> Verdict {
    match &stage.tried.result.outcome {
        Outcome::Scheduled { node, score } => {
            let total = |id: NodeId| {
                let found = stage.report.nodes.iter().find(|report| report.node == id);
                found.expect("a feasible node is reported").total
            };
            let alone = score.is_none();
            let is_best = |id: &&NodeId| alone || Some(total(**id)) == *score;
            let best: Vec<NodeId> = stage.tried.feasible.iter().filter(is_best).copied().collect();
            assert!(best.contains(node), "asked again, the plugins say what they said in the cycle");
            Verdict::Placed {
                node: stage.node_name(*node),
                total: *score,
                best: best.into_iter().map(|id| stage.node_name(id)).collect(),
            }
        }
        other => {
            let message = other.message(stage.names).expect("only a scheduled pod has no message").into();
            match other {
                Outcome::Error(_) => Verdict::Failed { message },
                Outcome::Unschedulable(error) => {
                    Verdict::Refused { message, way_out: error.way_out().map(|way_out| told(stage, way_out)) }
                }
                _ => Verdict::Refused { message, way_out: None },
            }
        }
    }
}

/// Where the pod may go once others have gone, by name.
fn told(stage: &Stage<'_>, way_out: &WayOut) -> Preemption {
    let on_node = stage.cache.node_info(way_out.node).pods();
    let name = |pod: &Pod| format!("{}/{}", stage.names.resolve(pod.spec.namespace), pod.name);
    let victims = way_out.victims.iter().filter_map(|id| on_node.iter().find(|pod| pod.id == *id));
    let victims = victims.map(|pod| Victim {
        pod: name(pod).into(),
        priority: pod.spec.priority,
        is_leaving: pod.deleted.is_some(),
    });
    Preemption { node: stage.node_name(way_out.node), victims: victims.collect() }
}

fn sample(stage: &Stage<'_>) -> Sample {
    let result = &stage.tried.result;
    let all = stage.cache.nodes().len();
    let own = stage.profile.percentage_of_nodes_to_score;
    let percentage = own.unwrap_or(stage.setup.scheduler.percentage_of_nodes_to_score);
    Sample {
        all,
        evaluated: result.evaluated,
        feasible: result.feasible,
        sought: if stage.profile.score.is_empty() { 1 } else { num_feasible_nodes_to_find(percentage, all) },
    }
}
