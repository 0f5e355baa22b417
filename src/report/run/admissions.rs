//! What kubelets decided, in sentences: the same for one run and for many.

use crate::measures::{FigureKey, Measure, listed};
use crate::study::statistics::Summary;
use crate::study::summary::VariantResult;

/// The sentences; none where no node has a machine and nothing was refused.
pub(super) fn sentences(result: &VariantResult) -> Vec<String> {
    let figure = |measure: &Measure| result.summary(&FigureKey::of_cluster(measure));
    let mut told = match (figure(const { listed("admittedPods") }), figure(const { listed("refusedPods") })) {
        (Some(admitted), Some(refused)) => {
            vec![format!("kubelets admitted {} pods and refused {}.", range(admitted), range(refused))]
        }
        (None, Some(refused)) if refused.max > 0.0 => {
            vec![format!("kubelets refused {} pods.", range(refused))]
        }
        _ => return Vec::new(),
    };
    told.extend(reasons(result));
    let parts = (
        figure(const { listed("pinnedContainers") }),
        figure(const { listed("pinnedAcrossNumaNodes") }),
        figure(const { listed("pinnedAcrossSockets") }),
    );
    if let (Some(pinned), Some(nodes), Some(sockets)) = parts
        && pinned.mean > 0.0
    {
        let share = |of: &Summary| format!("{:.1} %", 100.0 * of.mean / pinned.mean);
        told.push(format!(
            "of {} containers with CPUs of their own, {} lie on several NUMA nodes and {} on several sockets.",
            range(pinned),
            share(nodes),
            share(sockets)
        ));
    }
    told.extend(fragmentation(&figure));
    told.extend(faults(result));
    told
}

/// What it costs that CPUs lie as they do.
fn fragmentation<'r>(figure: &impl Fn(&Measure) -> Option<&'r Summary>) -> Vec<String> {
    let mut told = Vec::new();
    if let (Some(least), Some(most)) = (
        figure(const { listed("refusedByFragmentation") }),
        figure(const { listed("refusedByFragmentationAtMost") }),
    ) && most.max > 0.0
    {
        told.push(format!(
            "of the refusals, at least {} and at most {} would not have been, had the node's pods been packed anew.",
            range(least),
            range(most)
        ));
    }
    let waiting = (
        figure(const { listed("waitingForCpus") }),
        figure(const { listed("waitingAdmissible") }),
        figure(const { listed("waitingAdmissibleRepacked") }),
        figure(const { listed("waitingAdmissibleRepackedAtMost") }),
    );
    if let (Some(waiting), Some(now), Some(least), Some(most)) = waiting
        && waiting.max > 0.0
    {
        told.push(format!(
            "at the end {} pods wait for CPUs of their own; at least {} could be admitted as CPUs lie, at least {} and at \
             most {} if every node were packed anew.",
            range(waiting),
            range(now),
            range(least),
            range(most)
        ));
    }
    told
}

/// A number, or the smallest and the largest of many runs.
fn range(of: &Summary) -> String {
    if of.min < of.max { format!("{} to {}", of.min, of.max) } else { of.max.to_string() }
}

/// `once`, `2 times`.
fn times(count: usize) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// Why pods were refused in the first run, most often first.
fn reasons(result: &VariantResult) -> Option<String> {
    let admissions = &result.first_record()?.admissions;
    let mut reasons: Vec<(usize, &str)> =
        admissions.refused.iter().map(|(reason, count)| (*count, &**reason)).collect();
    reasons.sort_by_key(|(count, reason)| (std::cmp::Reverse(*count), *reason));
    let words: Vec<String> =
        reasons.iter().map(|(count, reason)| format!("{reason} {}", times(*count))).collect();
    let whose = if result.runs.len() > 1 { "refused in the first run: " } else { "refused: " };
    (!words.is_empty()).then(|| format!("{whose}{}.", words.join(", ")))
}

/// Faults of the kubelet in the first run, with what brings them about.
fn faults(result: &VariantResult) -> Vec<String> {
    let record = result.first_record();
    let faults = record.into_iter().flat_map(|record| &record.admissions.faults);
    faults
        .map(|(kind, count)| {
            format!("WARNING: a fault of the kubelet itself, {}: {kind}: {}.", times(*count), kind.cause())
        })
        .collect()
}
