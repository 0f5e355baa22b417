//! `spec.timeline` and arrivals to operations on the cluster, checked against the objects that are
//! there by then.

use super::registry::{self, TimelineEntryDocument, VERBS};
use super::{Made, Stage, apply};
use crate::cluster::operation::{TimelineEntry, TimelineMoment};
use crate::cluster::service_registry::ServiceIpSetup;
use crate::kernel::{SimDuration, SimTime};
use crate::scenario::builder::Builder;
use crate::scenario::document::ScenarioSpec;
use crate::scenario::error::Findings;
use crate::scenario::kubelets::Fleet;
use crate::scenario::objects::ObjectSource;
use crate::scenario::plan::Plan;

/// Makes the timeline: arrivals among the entries with a time, before the first `afterSettled`.
pub(in crate::scenario) fn timeline(
    plan: &Plan,
    (fleet, services): (&mut Fleet, Option<&ServiceIpSetup>),
    builder: &mut Builder,
    findings: &mut Findings,
) -> Vec<TimelineEntry> {
    let mut steps = Vec::new();
    for (index, entry) in plan.document.spec.timeline.iter().enumerate() {
        match moments(entry, last_time(&steps)) {
            Ok(moments) => steps.extend(moments.into_iter().map(|moment| (moment, Step::Entry(index)))),
            Err(error) => {
                findings.error(plan.place_at(&pointer(index)), format!("spec.timeline[{index}]: {error}"));
            }
        }
    }
    steps = merge_arrivals(steps, &plan.arrivals);
    let mut entries = Vec::with_capacity(steps.len());
    for (at, step) in steps {
        let mut stage = Stage { plan, index: 0, fleet, services, builder, findings };
        let made = match step {
            Step::Arrival(object) => apply::of_objects(&[object], &mut stage),
            Step::Entry(index) => {
                let entry = &plan.document.spec.timeline[index];
                stage.index = index;
                match operation(entry, &mut stage) {
                    Ok(made) => made,
                    Err(error) => {
                        let place = plan.place_at(&format!("{}{}", pointer(index), field_of(entry)));
                        findings.error(place, format!("spec.timeline[{index}]: {error}"));
                        None
                    }
                }
            }
        };
        if let Some((operation, label)) = made {
            entries.push(TimelineEntry { at, operation, label });
        }
    }
    warn_beyond_horizon(&plan.document.spec, &entries, findings);
    entries
}

/// What happens at a moment.
enum Step<'p> {
    /// An entry of the document.
    Entry(usize),
    /// An object that a generator creates.
    Arrival(&'p ObjectSource),
}

type Steps<'p> = Vec<(TimelineMoment, Step<'p>)>;

fn pointer(index: usize) -> String {
    format!("/spec/timeline/{index}")
}

fn last_time(steps: &Steps<'_>) -> Option<TimelineMoment> {
    steps.last().map(|(moment, _)| *moment)
}

/// The moments of an entry, one a repetition.
fn moments(
    entry: &TimelineEntryDocument,
    last: Option<TimelineMoment>,
) -> Result<Vec<TimelineMoment>, String> {
    let repeat = entry.repeat.unwrap_or(1);
    if !(1..=100_000).contains(&repeat) {
        return Err(format!("repeat is {repeat}, but must lie between 1 and 100000"));
    }
    match (entry.at, entry.after_settled) {
        (Some(at), None) => {
            let every = match entry.every {
                Some(every) => every.0,
                None if repeat == 1 => SimDuration(0),
                None => return Err("repeat with at needs every, the time between the repetitions".to_owned()),
            };
            match last {
                Some(TimelineMoment::At(last)) if last.0 > at.0.0 => {
                    return Err(format!(
                        "at {} lies before the entry before it, {last}; put entries in order of time",
                        at.0
                    ));
                }
                Some(TimelineMoment::AfterSettled(_)) => {
                    return Err(
                        "at cannot follow afterSettled, whose time is not known beforehand".to_owned()
                    );
                }
                _ => {}
            }
            let time = |number: u32| {
                let offset = every.0.checked_mul(u64::from(number))?;
                at.0.0.checked_add(offset).map(|nanos| TimelineMoment::At(SimTime(nanos)))
            };
            (0..repeat)
                .map(|number| time(number).ok_or_else(|| "repeated beyond simulated time".to_owned()))
                .collect()
        }
        (None, Some(wait)) if entry.every.is_none() => {
            Ok(vec![TimelineMoment::AfterSettled(wait.0); repeat as usize])
        }
        (None, Some(_)) => {
            Err("every belongs to at; afterSettled is counted anew for each repetition".to_owned())
        }
        _ => Err("say when: give either at or afterSettled".to_owned()),
    }
}

/// Puts arrivals among the entries with a time; of equal times entries come first.
fn merge_arrivals<'p>(steps: Steps<'p>, arrivals: &'p [(SimTime, ObjectSource)]) -> Steps<'p> {
    let mut arrivals = arrivals.iter().peekable();
    let mut merged: Steps<'p> = Vec::with_capacity(steps.len());
    let put =
        |(time, object): &'p (SimTime, ObjectSource)| (TimelineMoment::At(*time), Step::Arrival(object));
    for (moment, step) in steps {
        let before = |(time, _): &&(SimTime, ObjectSource)| match moment {
            TimelineMoment::At(at) => *time < at,
            TimelineMoment::AfterSettled(_) => true,
        };
        while let Some(arrival) = arrivals.next_if(before) {
            merged.push(put(arrival));
        }
        merged.push((moment, step));
    }
    merged.extend(arrivals.map(put));
    merged
}

/// The way to the operation within an entry.
fn field_of(entry: &TimelineEntryDocument) -> String {
    registry::given(entry).first().map_or_else(String::new, |name| format!("/{name}"))
}

fn operation(entry: &TimelineEntryDocument, stage: &mut Stage<'_>) -> Result<Made, String> {
    match registry::given(entry).as_slice() {
        [_] => registry::compile(entry, stage),
        [] => Err(format!("no operation: give one of {}", VERBS.join(", "))),
        several => Err(format!("several operations ({}); give each an entry of its own", several.join(", "))),
    }
}

fn warn_beyond_horizon(spec: &ScenarioSpec, entries: &[TimelineEntry], findings: &mut Findings) {
    let Some(horizon) = spec.horizon else { return };
    let late = |entry: &&TimelineEntry| matches!(entry.at, TimelineMoment::At(at) if at.0 > horizon.0.0);
    let count = entries.iter().filter(late).count();
    if let Some(first) = entries.iter().find(late) {
        let message = format!(
            "{count} of {} timeline entries come after the horizon of {} and do not happen, first {:?}",
            entries.len(),
            horizon.0,
            first.label
        );
        findings.warning(None, message);
    }
}
