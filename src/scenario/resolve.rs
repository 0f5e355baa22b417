//! A variant's documents to the cluster that a run starts from.

use std::sync::Arc;

use kubecast_manifest::Object;

use super::assumptions;
use super::builder::{Builder, PREPARED};
use super::coverage::{Gap, Ledger};
use super::daemon_revisions;
use super::document::DEFAULT_MAX_EVENTS;
use super::dump;
use super::error::Findings;
use super::fitted;
use super::kubelets::Fleet;
use super::objects::ObjectSource;
use super::operation::timeline;
use super::plan::Plan;
use super::release::{what_is_not_followed, what_may_change};
use super::scheduler_configuration::{self, Found};
use super::service_ips;
use super::start_time;
use super::start_up;
use super::timing_hops;
use super::timing_preset::TimingPreset;
use super::timing_settings::TimingSettings;
use crate::api::behaviour::Release;
use crate::api::{Behaviour, DaemonSet, Deployment, Node, Pod, ReplicaSet, SelectorOwner, Timestamp};
use crate::cluster::control_plane::ControlPlane;
use crate::cluster::setup::{ClusterSetup, KubeletSetup, RunLimits, SchedulerSetup};
use crate::cluster::timing::Timing;
use crate::kernel::SimTime;
use crate::kubelet::coverage::EXTENDED_RESOURCES;

/// The objects of the beginning, by kind.
#[derive(Default)]
struct Beginning {
    nodes: Vec<Node>,
    deployments: Vec<Deployment>,
    replica_sets: Vec<ReplicaSet>,
    daemon_sets: Vec<DaemonSet>,
    pods: Vec<Pod>,
    selector_owners: Vec<SelectorOwner>,
}

/// The order in which kinds are compiled: what others name comes first.
const PASSES: [&str; 5] = ["node", "deployment", "replicaset", "daemonset", "pod"];

/// Resolves a plan. What is wrong goes to the findings; the setup is good only if nothing does.
pub(super) fn resolve(plan: &Plan, findings: &mut Findings) -> Option<(ClusterSetup, Ledger, Builder)> {
    let spec = &plan.document.spec;
    let (behaviour, notes) = behaviour(plan, findings)?;
    let start = start_of(plan, findings);
    let mut builder = Builder::new(behaviour, start);
    for source in plan.all_objects() {
        builder.prepare(source, findings);
    }
    let configured = scheduler_configuration::of(plan, &mut builder, findings);
    let scheduler = scheduler(plan, &configured, &mut builder, findings)?;
    let (mut timing, control_plane) = pace(plan, &configured, findings)?;
    let mut beginning = Beginning::of(plan, &mut builder, findings);
    let mut fleet = Fleet::start(plan, &mut beginning.nodes, &mut builder, findings);
    let mut service_ips = service_ips::resolve(plan, &mut builder, findings);
    let timeline = timeline::timeline(plan, (&mut fleet, service_ips.as_ref()), &mut builder, findings);
    let start_up = start_up::resolve(plan, &builder, findings);
    timing.hops_of = timing_hops::resolve(plan, &mut builder, findings);
    let fitted_times = fitted::apply(plan, &builder, &mut timing.hops_of);
    let of_kubelets = fleet.releases(plan);
    let kubelets = fleet.finish(plan, &mut builder, findings);
    dump::check(&plan.objects, &builder.left_out, findings);
    if let Some(setup) = &mut service_ips {
        // The timeline has brought some more.
        setup.services = builder.services.all().to_vec();
    }
    if !matches!(configured, Found::Faulty) {
        warn_unknown_schedulers(&scheduler, &builder, findings);
    }
    let devices_are_placed = beginning.places_all_devices(&kubelets);
    let limits = RunLimits {
        horizon: spec.horizon.map(|horizon| SimTime(horizon.0.0)),
        max_events: spec.max_events.unwrap_or(DEFAULT_MAX_EVENTS),
        blocked_after: spec.blocked_after.map(|wait| wait.0),
    };
    let setup = ClusterSetup {
        names: builder.names.clone().freeze(),
        behaviour: builder.behaviour.clone(),
        priorities: builder.priorities.clone(),
        budgets: builder.budgets.clone(),
        start,
        timing,
        control_plane,
        nodes: beginning.nodes,
        kubelets,
        namespaces: builder.namespaces.clone(),
        selector_owners: beginning.selector_owners,
        deployments: beginning.deployments,
        replica_sets: beginning.replica_sets,
        daemon_sets: beginning.daemon_sets,
        pods: beginning.pods,
        held: builder.held.clone(),
        start_up,
        service_ips: service_ips.map(Arc::new),
        timeline,
        scheduler,
        limits,
    };
    let mut ledger = Ledger::of(plan, &setup, own_gaps(plan, &configured, &builder));
    if devices_are_placed {
        ledger.gaps.retain(|gap| gap.what != EXTENDED_RESOURCES);
    }
    ledger.assumptions = assumptions::of(&timing_of(plan), &setup.timing, setup.control_plane.as_ref());
    fitted::put_first(fitted_times, &mut ledger.assumptions);
    ledger.assumptions.extend(timing_hops::assumptions(plan));
    ledger.assumptions.extend(start_up::assumptions(&spec.start_up, &setup));
    (ledger.notes, ledger.models) = (notes, models(plan, &of_kubelets));
    ledger.releases = vec![plan.release.to_string()];
    Some((setup, ledger, builder))
}

/// The hops as written, with the preset that is asked for.
fn timing_of(plan: &Plan) -> TimingSettings {
    plan.document.spec.timing.clone().with_preset(plan.ask.timing_preset)
}

/// The hops, and the control plane's own pace if it has one.
fn pace(plan: &Plan, configured: &Found, findings: &mut Findings) -> Option<(Timing, Option<ControlPlane>)> {
    let settings = timing_of(plan);
    let asked_for_none = plan.ask.timing_preset == Some(TimingPreset::Instant);
    let flags = plan.document.spec.control_plane.as_ref().filter(|_| !asked_for_none);
    let timing = match settings.resolve(flags.is_some()) {
        Ok(timing) => timing,
        Err(error) => {
            findings.error(plan.place_at("/spec/timing"), format!("spec.timing: {error}"));
            return None;
        }
    };
    let flags = flags.cloned().or_else(|| settings.has_a_pace().then(Default::default));
    let Some(flags) = flags else { return Some((timing, None)) };
    let client = configured.configuration().and_then(|configuration| configuration.client);
    match flags.resolve(client) {
        Ok(control_plane) => Some((timing, Some(control_plane))),
        Err(error) => {
            findings.error(plan.place_at("/spec/controlPlane"), format!("spec.controlPlane.{error}"));
            None
        }
    }
}

/// What the configuration of the scheduler leaves out, and what the input lacks.
fn own_gaps(plan: &Plan, configured: &Found, builder: &Builder) -> Vec<Gap> {
    let mut gaps = configured.configuration().map_or_else(Vec::new, |found| found.gaps.clone());
    gaps.extend(builder.left_out.gap());
    gaps.extend(dump::one_namespace(&plan.objects));
    gaps
}

/// The API time of the beginning: as given, or the newest of the input.
fn start_of(plan: &Plan, findings: &mut Findings) -> Timestamp {
    let newest = start_time::newest(plan.objects.iter());
    let given = plan.document.spec.start_time.map(|time| time.0);
    let start = given.or(newest).unwrap_or(start_time::DEFAULT_START);
    if let Some(newest) = newest.filter(|newest| *newest > start) {
        let message = format!("startTime {start} lies before the newest time stamp of the input, {newest}");
        findings.warning(plan.place_at("/spec/startTime"), message);
    }
    start
}

/// What each model of a run was checked against.
fn models(plan: &Plan, kubelets: &[Release]) -> Vec<String> {
    let (release, spec) = (plan.release.release, &plan.document.spec);
    let mut models = release.models();
    if plan.all_objects().any(|source| source.reference.kind == "daemonset") {
        models.push(release.daemon_set_model());
    }
    if spec.service_ips.is_some() {
        models.push(release.service_ip_model());
        models
            .push("Service registries over time: not checked, no decisions of them are recorded".to_owned());
    }
    if !spec.kubelets.is_empty() {
        models.extend(kubelets.iter().map(|release| release.kubelet_model()));
    }
    if spec.kubelets.iter().any(|kubelet| !kubelet.devices.is_empty()) {
        models.push("Device Manager: not checked, no decisions of it are recorded".to_owned());
    }
    models
}

/// The scheduler of a configuration with the settings of the scenario. A faulty configuration, which is told
/// of, is passed over.
fn scheduler(
    plan: &Plan,
    configured: &Found,
    builder: &mut Builder,
    findings: &mut Findings,
) -> Option<SchedulerSetup> {
    let settings = &plan.document.spec.scheduler;
    let resolved =
        settings.resolve(configured.configuration(), builder.behaviour.scheduler, &mut builder.names);
    let mut fault =
        |error| findings.error(plan.place_at("/spec/scheduler"), format!("spec.scheduler: {error}"));
    resolved.map_err(|error: String| fault(error)).ok()
}

/// Pods of a scheduler that is not there are never tried.
fn warn_unknown_schedulers(scheduler: &SchedulerSetup, builder: &Builder, findings: &mut Findings) {
    for name in &builder.schedulers {
        if scheduler.profiles.iter().all(|profile| profile.scheduler_name != *name) {
            let name = builder.names.resolve(*name);
            findings.warning(
                None,
                format!("pods of the scheduler {name:?} stay Pending: no profile has this name"),
            );
        }
    }
}

/// The release's behaviour, and what the user should know about it.
fn behaviour(plan: &Plan, findings: &mut Findings) -> Option<(Behaviour, Vec<String>)> {
    let spec = &plan.document.spec;
    let release = plan.release.release;
    let resolved = Behaviour::resolve(release, &spec.feature_gates);
    let (behaviour, mut notes) =
        resolved.map_err(|error| plan.fault("featureGates", &error, findings)).ok()?;
    notes.extend(what_is_not_followed(release, spec));
    notes.extend(what_may_change(&plan.release, &behaviour, spec, plan.all_objects()));
    Some((behaviour, notes))
}

impl Beginning {
    /// Compiles everything that is there at the start.
    fn of(plan: &Plan, builder: &mut Builder, findings: &mut Findings) -> Self {
        let mut beginning = Self::default();
        for pass in PASSES {
            for source in plan.objects.iter().filter(|source| source.reference.kind == pass) {
                beginning.take(source, builder, findings);
            }
        }
        daemon_revisions::adopt(&mut beginning.daemon_sets, &beginning.pods, plan, builder);
        let is_passive = |source: &&ObjectSource| {
            !PASSES.contains(&source.reference.kind.as_str()) && !scheduler_configuration::is_one(source)
        };
        for source in plan.objects.iter().filter(is_passive) {
            beginning.take_passive(source, builder, findings);
        }
        beginning
    }

    /// Whether every node has a machine that says where the devices of all extended resources sit that any
    /// pod asks for.
    fn places_all_devices(&self, kubelets: &[Option<Arc<KubeletSetup>>]) -> bool {
        let templates = self.deployments.iter().map(|deployment| &deployment.template.pod);
        let specs = self.pods.iter().map(|pod| &pod.spec).chain(templates);
        let specs = specs.chain(self.replica_sets.iter().map(|set| &set.pod));
        let specs = specs.chain(self.daemon_sets.iter().map(|set| &set.template.pod));
        let mut asked = specs.flat_map(|spec| &spec.containers).flat_map(|container| &container.extended);
        let has = |kubelet: &Option<Arc<KubeletSetup>>, name| {
            kubelet.as_ref().is_some_and(|kubelet| kubelet.devices.iter().any(|(of, _)| of == name))
        };
        !kubelets.is_empty() && asked.all(|(name, _)| kubelets.iter().all(|kubelet| has(kubelet, name)))
    }

    /// Compiles a node, Deployment, ReplicaSet or pod.
    fn take(&mut self, source: &ObjectSource, builder: &mut Builder, findings: &mut Findings) {
        match builder.decode(source, findings) {
            Some(Object::Node(node)) => self.nodes.push(builder.node(source, &node)),
            Some(Object::Deployment(deployment)) => {
                self.deployments.push(builder.deployment(source, &deployment, findings));
            }
            Some(Object::ReplicaSet(set)) => {
                self.replica_sets.push(builder.replica_set(source, &set, findings));
            }
            Some(Object::DaemonSet(set)) => self.daemon_sets.push(builder.daemon_set(source, &set, findings)),
            Some(Object::Pod(pod)) => self.pods.extend(builder.pod(source, &pod, findings)),
            Some(_) => {}
            None => {
                // Its name is known all the same, so that what names it is not told of as well.
                builder.directory.passive(&source.reference);
            }
        }
    }

    /// Takes note of an object that does nothing by itself.
    fn take_passive(&mut self, source: &ObjectSource, builder: &mut Builder, findings: &mut Findings) {
        if PREPARED.contains(&source.reference.kind.as_str()) {
            return;
        }
        let Some(object) = builder.decode(source, findings) else { return };
        self.selector_owners.extend(builder.selector_owner(source, &object));
        builder.services.begin(source);
    }
}
