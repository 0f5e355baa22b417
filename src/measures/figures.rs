//! The figures of a run: every measure, read from its record.

use std::cmp::Reverse;

use super::figure::{Figure, FigureKey};
use super::list::MEASURES;
use super::measure::{Measure, Value};
use super::run_record::RunRecord;

impl RunRecord {
    /// The run's figures, in a fixed order.
    pub fn figures(&self) -> Vec<Figure> {
        self.figures_of(MEASURES)
    }

    /// The run's figures of these measures: those of the cluster, then each rollout's with its constraints'.
    pub fn figures_of(&self, measures: &[Measure]) -> Vec<Figure> {
        let mut measures: Vec<&Measure> = measures.iter().collect();
        measures.sort_by_key(|measure| Reverse(measure.ahead));
        let mut figures = Vec::new();
        let mut push = |key, value: Option<f64>| figures.extend(value.map(|value| Figure { key, value }));
        for measure in &measures {
            if let Value::OfCluster(value) = measure.value {
                push(FigureKey::of_cluster(measure), value(self));
            }
        }
        for rollout in &self.rollouts {
            let (workload, number) = (&rollout.workload, rollout.number);
            for measure in &measures {
                if let Value::OfRollout(value) = measure.value {
                    push(FigureKey::of_rollout(measure, workload, number), value(rollout));
                }
            }
            for constraint in &rollout.constraints {
                for measure in &measures {
                    if let Value::OfConstraint(value) = measure.value {
                        let key = FigureKey::of_constraint(measure, workload, number, &constraint.name);
                        push(key, value(constraint));
                    }
                }
            }
        }
        figures
    }
}
