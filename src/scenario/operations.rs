//! `spec.timeline` and arrivals to operations on the cluster, checked against the objects that are
//! there by then.

use std::sync::Arc;

use super::builder::Builder;
use super::directory::Entry;
use super::document::ScenarioSpec;
use super::error::{Findings, did_you_mean};
use super::kubelets::Fleet;
use super::objects::ObjectSource;
use super::plan::Plan;
use super::reference::Reference;
use super::service_operations;
use super::timeline::{RestartKubelets, TimelineEntryDocument};
use crate::cluster::operation::{AppliedObject, Operation, TimelineEntry, TimelineMoment};
use crate::cluster::service_registry::{ServiceIpSetup, ServiceOperation};
use crate::cluster::store::ObjectId;
use crate::kernel::{SimDuration, SimTime};

/// The kubelets and the Service registries, which operations are checked against.
type Models<'m> = (&'m mut Fleet, Option<&'m ServiceIpSetup>);

/// Makes the timeline: arrivals among the entries with a time, before the first `afterSettled`.
pub(super) fn timeline(
    plan: &Plan,
    mut models: Models<'_>,
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
        let made = match step {
            Step::Arrival(object) => apply(&[object], plan, &mut models, builder, findings),
            Step::Entry(index) => {
                let entry = &plan.document.spec.timeline[index];
                match operation((entry, index), plan, &mut models, builder, findings) {
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
    given(entry).first().map_or_else(String::new, |name| format!("/{name}"))
}

fn given(entry: &TimelineEntryDocument) -> Vec<&'static str> {
    let all = [
        ("apply", entry.apply.is_some()),
        ("delete", entry.delete.is_some()),
        ("rolloutRestart", entry.rollout_restart.is_some()),
        ("setImage", entry.set_image.is_some()),
        ("scale", entry.scale.is_some()),
        ("pause", entry.pause.is_some()),
        ("resume", entry.resume.is_some()),
        ("rollback", entry.rollback.is_some()),
        ("cordon", entry.cordon.is_some()),
        ("uncordon", entry.uncordon.is_some()),
        ("restartKubelets", entry.restart_kubelets.is_some()),
        ("crashAPIServer", entry.crash_api_server.is_some()),
        ("upgradeAPIServer", entry.upgrade_api_server.is_some()),
        ("addServiceCIDR", entry.add_service_cidr.is_some()),
        ("deleteServiceCIDR", entry.delete_service_cidr.is_some()),
    ];
    all.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect()
}

type Made = Option<(Operation, Arc<str>)>;

fn operation(
    (entry, index): (&TimelineEntryDocument, usize),
    plan: &Plan,
    models: &mut Models<'_>,
    builder: &mut Builder,
    findings: &mut Findings,
) -> Result<Made, String> {
    match given(entry).as_slice() {
        [_] => {}
        [] => return Err("no operation: give one of apply, delete, rolloutRestart, setImage, scale, pause, resume, rollback, cordon, uncordon, restartKubelets, crashAPIServer, upgradeAPIServer, addServiceCIDR, deleteServiceCIDR".to_owned()),
        several => return Err(format!("several operations ({}); give each an entry of its own", several.join(", "))),
    }
    if entry.apply.is_some() {
        let objects: Vec<&ObjectSource> = plan.applied.get(&index).into_iter().flatten().collect();
        return Ok(apply(&objects, plan, models, builder, findings));
    }
    if let Some(reference) = &entry.delete {
        return delete(reference, builder, models.1.is_some())
            .map(|operation| Some(named(operation, "delete", reference)));
    }
    if let Some(set) = &entry.set_image {
        let deployment = builder.directory.find_deployment(&set.deployment)?;
        builder.check_container(&set.deployment, set.container.as_deref())?;
        let container = set.container.clone();
        let label =
            format!("setImage {} {}={}", set.deployment, container.as_deref().unwrap_or("*"), set.image);
        let operation = Operation::SetImage { deployment, container, image: set.image.clone() };
        return Ok(Some((operation, label.into())));
    }
    if let Some(scale) = &entry.scale {
        let deployment = builder.directory.find_deployment(&scale.deployment)?;
        let replicas = i32::try_from(scale.replicas).map_err(|_| "replicas: too many".to_owned())?;
        let label = format!("scale {} to {replicas}", scale.deployment);
        return Ok(Some((Operation::Scale { deployment, replicas }, label.into())));
    }
    if let Some(rollback) = &entry.rollback {
        let deployment = builder.directory.find_deployment(&rollback.deployment)?;
        let to_revision = i64::from(rollback.to_revision.unwrap_or(0));
        let mut label = format!("rollback {}", rollback.deployment);
        if to_revision != 0 {
            label.push_str(&format!(" to revision {to_revision}"));
        }
        return Ok(Some((Operation::Rollback { deployment, to_revision }, label.into())));
    }
    if let Some(restart) = &entry.restart_kubelets {
        return restart_kubelets((restart, index), plan, models.0, builder, findings);
    }
    if let Some(made) = service_operations::operation(entry, plan, models.1) {
        return made.map(Some);
    }
    simple(entry, builder)
}

fn restart_kubelets(
    (restart, index): (&RestartKubelets, usize),
    plan: &Plan,
    fleet: &Fleet,
    builder: &mut Builder,
    findings: &mut Findings,
) -> Result<Made, String> {
    let names = || plan.document.spec.kubelets.iter().map(|entry| entry.name.as_str());
    let Some(entry) = names().position(|name| name == restart.kubelet) else {
        let hint = did_you_mean(&restart.kubelet, names());
        return Err(format!("spec.kubelets has no entry {:?}{hint}", restart.kubelet));
    };
    let node = restart.node.as_ref().map(|node| builder.directory.find_node(node)).transpose()?;
    if let (Some(written), Some(node)) = (&restart.node, node)
        && !fleet.is_of(node, entry)
    {
        return Err(format!("{written} is not a node of spec.kubelets entry {:?}", restart.kubelet));
    }
    let settings = match plan.configurations.get(&index) {
        Some(source) => match fleet.change(entry, source, plan, builder, findings) {
            Some(change) => Some(change),
            None => return Ok(None),
        },
        None => None,
    };
    let of = restart.node.as_ref().map_or_else(String::new, |node| format!(" on {node}"));
    let with = if settings.is_some() { " with another configuration" } else { "" };
    let label = format!("restartKubelets {}{of}{with}", restart.kubelet);
    Ok(Some((Operation::RestartKubelets { entry, node, settings }, label.into())))
}

/// Operations that name an object and nothing else.
fn simple(entry: &TimelineEntryDocument, builder: &Builder) -> Result<Made, String> {
    let directory = &builder.directory;
    let made = if let Some(references) = &entry.rollout_restart {
        let deployments: Result<_, _> =
            references.iter().map(|reference| directory.find_deployment(reference)).collect();
        (Operation::RolloutRestart(deployments?), format!("rolloutRestart {references}").into())
    } else if let Some(reference) = &entry.pause {
        named(Operation::Pause(directory.find_deployment(reference)?), "pause", reference)
    } else if let Some(reference) = &entry.resume {
        named(Operation::Resume(directory.find_deployment(reference)?), "resume", reference)
    } else if let Some(reference) = &entry.cordon {
        named(Operation::Cordon(directory.find_node(reference)?), "cordon", reference)
    } else if let Some(reference) = &entry.uncordon {
        named(Operation::Uncordon(directory.find_node(reference)?), "uncordon", reference)
    } else {
        return Ok(None);
    };
    Ok(Some(made))
}

fn named(operation: Operation, verb: &str, reference: &Reference) -> (Operation, Arc<str>) {
    (operation, format!("{verb} {reference}").into())
}

fn delete(reference: &Reference, builder: &mut Builder, services: bool) -> Result<Operation, String> {
    if let (true, Some((id, _))) = (services, builder.services.get(reference)) {
        return Ok(Operation::ServiceIps(ServiceOperation::Delete(id)));
    }
    let target = match builder.directory.find(reference)? {
        Entry::Object(id @ (ObjectId::Node(_) | ObjectId::Pod(_) | ObjectId::Deployment(_))) => id,
        Entry::Object(id @ ObjectId::SelectorOwner(_)) if reference.kind == "service" => id,
        Entry::Object(ObjectId::Namespace(_) | ObjectId::ReplicaSet(_) | ObjectId::SelectorOwner(_))
        | Entry::Passive => {
            return Err(format!("{reference} cannot be deleted; Deployments, pods, nodes and Services can"));
        }
    };
    builder.directory.remove(reference);
    Ok(Operation::Delete(target))
}

fn apply(
    objects: &[&ObjectSource],
    plan: &Plan,
    (fleet, services): &mut Models<'_>,
    builder: &mut Builder,
    findings: &mut Findings,
) -> Made {
    let mut applied = Vec::with_capacity(objects.len());
    for object in objects {
        applied.extend(builder.apply(object, findings));
        let service = builder.services.get(&object.reference).filter(|_| services.is_some());
        applied.extend(service.map(|(id, wanted)| AppliedObject::Service(id, wanted)));
    }
    for object in &mut applied {
        if let AppliedObject::Node(node) = object {
            fleet.assign(node, plan, builder, findings);
        }
    }
    let names: Vec<String> = objects.iter().map(|object| object.reference.to_string()).collect();
    (!applied.is_empty()).then(|| (Operation::Apply(applied), format!("apply {}", names.join(", ")).into()))
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
