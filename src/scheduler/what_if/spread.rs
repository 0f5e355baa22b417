//! Topology spread constraints of the pod, counted otherwise or relaxed.

use super::case::Case;
use super::{Candidate, Change, Series, WHOLE};
use crate::api::{InclusionPolicy, Requirement, SpreadConstraint, WhenUnsatisfiable};
use crate::scheduler::framework::{CycleContext, WhatIf};
use crate::scheduler::plugins::pod_topology_spread::report::{ConstraintReport, constraints};

/// Labels by which controllers tell revisions of their pods apart.
const REVISION_LABELS: [&str; 2] = ["pod-template-hash", "controller-revision-hash"];

pub(super) fn series(case: &Case<'_>) -> Vec<Series> {
    if !case.rejects(WhatIf::Spread) {
        return Vec::new();
    }
    let question = case.question;
    let cycle = CycleContext {
        pod: question.pod,
        cache: question.cache,
        names: question.names,
        behaviour: question.behaviour,
    };
    // Hard constraints come first in the report, in the order of the pod's list.
    let mut reports = constraints(question.profile.args.of(), &cycle, &[]).into_iter();
    let mut series = Vec::new();
    for (place, constraint) in case.pod().spec.spread_constraints.iter().enumerate() {
        if constraint.when_unsatisfiable == WhenUnsatisfiable::DoNotSchedule
            && let Some(report) = reports.next()
        {
            series.extend(of_constraint(case, place, constraint, &report));
        }
    }
    series
}

fn of_constraint(
    case: &Case<'_>,
    place: usize,
    constraint: &SpreadConstraint,
    report: &ConstraintReport,
) -> Vec<Series> {
    let behaviour = case.question.behaviour;
    let one = |change, amount_ppm| vec![Candidate { change, amount_ppm }];
    let mut series = vec![revision_keys(case, place, constraint)];
    if behaviour.node_inclusion_policy_in_pod_topology_spread {
        if constraint.node_taints_policy == InclusionPolicy::Ignore {
            series.push(one(Change::HonorNodeTaints { constraint: place }, 0));
        }
        let to = match constraint.node_affinity_policy {
            InclusionPolicy::Honor => InclusionPolicy::Ignore,
            InclusionPolicy::Ignore => InclusionPolicy::Honor,
        };
        series.push(one(Change::NodeAffinityPolicy { constraint: place, to }, 0));
    }
    let there = i32::try_from(report.domains.len()).unwrap_or(i32::MAX).max(1);
    if behaviour.min_domains_in_pod_topology_spread && constraint.min_domains > there {
        let from = constraint.min_domains;
        let ppm = u64::from((from - there).unsigned_abs()) * WHOLE / u64::from(from.unsigned_abs());
        series.push(one(Change::MinDomains { constraint: place, from, to: there }, ppm));
    }
    series.push(larger_skews(case, place, constraint, report));
    series.push(one(Change::ScheduleAnyway { constraint: place }, WHOLE));
    series
}

/// The pods of one revision are counted by themselves.
fn revision_keys(case: &Case<'_>, place: usize, constraint: &SpreadConstraint) -> Series {
    let Some(selector) = &constraint.selector else { return Vec::new() };
    if !case.question.behaviour.match_label_keys_in_pod_topology_spread {
        return Vec::new();
    }
    let change = |label: &&str| {
        let key = case.question.names.get(label)?;
        let value = case.pod().spec.labels.get(key)?;
        let merged = selector.requirements.contains(&Requirement::equals(key, value));
        let change = Change::MatchLabelKeys { constraint: place, key, value };
        (!merged).then_some(Candidate { change, amount_ppm: 0 })
    };
    REVISION_LABELS.iter().filter_map(change).collect()
}

/// The skews that the nodes need which nothing but spreading keeps the pod from, the smallest first.
fn larger_skews(
    case: &Case<'_>,
    place: usize,
    constraint: &SpreadConstraint,
    report: &ConstraintReport,
) -> Series {
    let minimum = report.minimum.unwrap_or(0);
    let mut skews: Vec<i64> = case
        .rejected_only_by(|found| found == WhatIf::Spread)
        .filter_map(|node| {
            let domain = case.info(node.node).node().labels.get(constraint.topology_key)?;
            let counted = report.domains.iter().find(|counted| counted.value == domain);
            let pods = counted.map_or(0, |counted| counted.pods);
            Some(pods + i64::from(report.matches_itself) - minimum)
        })
        .filter(|skew| *skew > i64::from(constraint.max_skew))
        .collect();
    skews.sort_unstable();
    skews.dedup();
    let from = constraint.max_skew;
    let candidate = |skew: i64| {
        let to = i32::try_from(skew).ok()?;
        let amount_ppm =
            (skew - i64::from(from)).unsigned_abs() * WHOLE / u64::from(from.max(1).unsigned_abs());
        Some(Candidate { change: Change::MaxSkew { constraint: place, from, to }, amount_ppm })
    };
    skews.into_iter().filter_map(candidate).collect()
}
