//! Scoring strategies of NodeResourcesFit (`least_allocated.go`, `most_allocated.go`,
//! `requested_to_capacity_ratio.go`, kube-scheduler v1.34).

use crate::scheduler::framework::MAX_NODE_SCORE;
use crate::scheduler::plugins::resource_weights::{ResourceWeight, cpu_and_memory};

/// How a node is scored by what is in use once the pod is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoringStrategy {
    /// The kind.
    pub strategy: StrategyType,
    /// The resources with their weights.
    pub resources: Vec<ResourceWeight>,
}

/// Kinds of strategy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StrategyType {
    /// The emptier the better.
    LeastAllocated,
    /// The fuller the better.
    MostAllocated,
    /// Utilization from 0 to 100 is mapped to a score along a broken line, points in rising order.
    RequestedToCapacityRatio(Vec<UtilizationPoint>),
}

/// A point of the broken line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UtilizationPoint {
    /// Per cent in use, 0 to 100.
    pub utilization: i64,
    /// The score there, 0 to 10 as configured.
    pub score: i64,
}

/// The highest score of a point as configured (`MaxCustomPriorityScore`).
const MAX_CUSTOM_PRIORITY_SCORE: i64 = 10;

impl Default for ScoringStrategy {
    fn default() -> Self {
        Self { strategy: StrategyType::LeastAllocated, resources: cpu_and_memory() }
    }
}

impl ScoringStrategy {
    /// The score from (requested with the pod, allocatable, weight) of each resource that counts;
    /// allocatable is not 0.
    pub fn score(&self, in_use: impl Iterator<Item = (i64, i64, i64)>) -> i64 {
        let (mut sum, mut weights) = (0, 0);
        for (requested, capacity, weight) in in_use {
            let score = self.score_of_resource(requested, capacity);
            if score > 0 || !self.leaves_out_zeros() {
                sum += score * weight;
                weights += weight;
            }
        }
        match (weights, &self.strategy) {
            (0, _) => 0,
            // Half away from zero, as Go's math.Round.
            (_, StrategyType::RequestedToCapacityRatio(_)) => (sum as f64 / weights as f64).round() as i64,
            _ => sum / weights,
        }
    }

    fn leaves_out_zeros(&self) -> bool {
        matches!(self.strategy, StrategyType::RequestedToCapacityRatio(_))
    }

    fn score_of_resource(&self, requested: i64, capacity: i64) -> i64 {
        match &self.strategy {
            StrategyType::LeastAllocated if requested > capacity => 0,
            StrategyType::LeastAllocated => (capacity - requested) * MAX_NODE_SCORE / capacity,
            StrategyType::MostAllocated => requested.min(capacity) * MAX_NODE_SCORE / capacity,
            StrategyType::RequestedToCapacityRatio(shape) if requested > capacity => broken_line(shape, 100),
            StrategyType::RequestedToCapacityRatio(shape) => broken_line(shape, requested * 100 / capacity),
        }
    }
}

fn broken_line(shape: &[UtilizationPoint], utilization: i64) -> i64 {
    let scaled = |point: &UtilizationPoint| point.score * (MAX_NODE_SCORE / MAX_CUSTOM_PRIORITY_SCORE);
    let Some(next) = shape.iter().position(|point| utilization <= point.utilization) else {
        return shape.last().map_or(0, scaled);
    };
    let Some(before) = next.checked_sub(1).map(|place| &shape[place]) else { return scaled(&shape[0]) };
    let rise = scaled(&shape[next]) - scaled(before);
    let run = shape[next].utilization - before.utilization;
    scaled(before) + rise * (utilization - before.utilization) / run
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(strategy: StrategyType, in_use: &[(i64, i64, i64)], expected: i64) {
        let strategy = ScoringStrategy { strategy, resources: cpu_and_memory() };
        assert_eq!(strategy.score(in_use.iter().copied()), expected, "{strategy:?} {in_use:?}");
    }

    #[test]
    fn each_strategy_by_hand() {
        // CPU 3000 of 4000 in use, memory 5000 of 10000.
        let in_use = [(3000, 4000, 1), (5000, 10000, 1)];
        check(StrategyType::LeastAllocated, &in_use, i64::midpoint(25, 50));
        check(StrategyType::MostAllocated, &in_use, i64::midpoint(75, 50));
        check(StrategyType::LeastAllocated, &[(3000, 4000, 3), (5000, 10000, 1)], (3 * 25 + 50) / 4);
        check(StrategyType::LeastAllocated, &[(9, 4, 1), (2, 4, 1)], 25);
        check(StrategyType::MostAllocated, &[(9, 4, 1), (2, 4, 1)], 75);
        check(StrategyType::LeastAllocated, &[], 0);
        let point = |utilization, score| UtilizationPoint { utilization, score };
        let shape =
            || StrategyType::RequestedToCapacityRatio(vec![point(0, 0), point(50, 10), point(100, 0)]);
        // 75 % is half way down from 100 to 0: 50; 50 % is the peak: 100; mean 75.
        check(shape(), &in_use, 75);
        // 100 % scores 0 and is left out of the mean.
        check(shape(), &[(4, 4, 1), (1, 4, 1)], 50);
        check(shape(), &[(9, 4, 1)], 0);
    }
}
