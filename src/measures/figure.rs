//! A figure: a number of one run, and what it is about.

use std::sync::Arc;

use super::measure::Measure;

/// What a figure is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FigureKey {
    /// The measure, by its name.
    pub measure: &'static str,
    /// `KIND/NAMESPACE/NAME`, such as `deployment/default/web`; empty for the whole cluster.
    pub workload: Arc<str>,
    /// The rollout: 0 is the creation (or the state taken over), 1 the first change of the template.
    pub rollout: Option<u32>,
    /// The constraint: `TOPOLOGY_KEY|WHEN_UNSATISFIABLE`; empty where it is not about one.
    pub constraint: Arc<str>,
}

/// A figure of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What it is about.
    pub key: FigureKey,
    /// Its value.
    pub value: f64,
}

impl FigureKey {
    /// A measure of the whole cluster.
    pub fn of_cluster(measure: &Measure) -> Self {
        Self { measure: measure.name, workload: "".into(), rollout: None, constraint: "".into() }
    }

    /// A measure of a rollout of a workload.
    pub fn of_rollout(measure: &Measure, workload: &Arc<str>, rollout: u32) -> Self {
        Self { workload: Arc::clone(workload), rollout: Some(rollout), ..Self::of_cluster(measure) }
    }

    /// A measure of a constraint in a rollout of a workload.
    pub fn of_constraint(
        measure: &Measure,
        workload: &Arc<str>,
        rollout: u32,
        constraint: &Arc<str>,
    ) -> Self {
        Self { constraint: Arc::clone(constraint), ..Self::of_rollout(measure, workload, rollout) }
    }
}

/// Of figures of several workloads those that are meant: all, where one is named; else those of the Deployments, if there
/// are any, as a cluster has DaemonSets besides.
pub fn of_the_named(figures: Vec<&Figure>, is_named: bool) -> Vec<&Figure> {
    let of_deployment = |figure: &&Figure| figure.key.workload.starts_with("deployment/");
    if is_named || !figures.iter().any(of_deployment) {
        return figures;
    }
    figures.into_iter().filter(of_deployment).collect()
}
