//! A configuration without faults of its own to the scheduler's profiles: plugins merged with the defaults
//! and put in their places, arguments compiled (`buildExtenders`, `profile.NewMap` and `NewFramework` of
//! kube-scheduler v1.34).

use super::Configuration;
use super::args::Args;
use super::document::{ClientConnectionDocument, ConfigurationDocument, PluginSetDocument, ProfileDocument};
use super::faults::{At, Faults};
use super::{node_affinity, node_resources, topology_spread};
use crate::kernel::SimDuration;
use crate::scenario::builder::Builder;
use crate::scenario::coverage::Gap;
use crate::scheduler::framework::Descriptor;
use crate::scheduler::plugins::inter_pod_affinity::InterPodAffinityArgs;
use crate::scheduler::plugins::{IN_TREE, in_tree};
use crate::scheduler::profile::{
    EnabledPlugin, PluginArgs, PluginLists, Plugins, Point, Profile, ProfileFault,
};

/// A wait beyond this, a year, is as good as one without end; simulated time ends after 584 years.
const LONGEST_BACKOFF_SECONDS: u64 = 31_557_600;

const FIT: &str = "NodeResourcesFit";
const GATES: &str = "SchedulingGates";

/// The configuration. It is good only if no fault is told of.
pub(super) fn configuration(
    document: &ConfigurationDocument,
    args: &[Args],
    builder: &mut Builder,
    faults: &mut Faults<'_>,
) -> Configuration {
    let ignored = ignored_by_extenders(document);
    let mut profiles = Vec::new();
    let mut gaps = Vec::new();
    for (index, (profile, args)) in document.profiles.iter().zip(args).enumerate() {
        let written = Written {
            name: document.scheduler_name(index),
            profile,
            args,
            at: At::root("profiles").index(index),
            ignored: ignored.as_deref(),
        };
        profiles.extend(written.build(builder, faults).map(|profile| with_gates(profile, &mut gaps)));
        written.note_left_out(&mut gaps);
    }
    if !document.extenders.is_empty() {
        let effect = "extenders are not asked: they refuse no node, score none and bind no pod";
        let count = document.extenders.len().to_string();
        gaps.push(Gap::new("extenders", effect).counted(count).decisive(true));
    }
    let (initial, most) = document.backoff_seconds();
    Configuration {
        profiles,
        percentage_of_nodes_to_score: document.percentage_of_nodes_to_score.unwrap_or(0),
        pod_initial_backoff: seconds(initial),
        pod_max_backoff: seconds(most),
        client: document.client_connection.as_ref().map(ClientConnectionDocument::limits),
        gaps,
    }
}

/// The API server binds no pod that has gates. Without the plugin kube-scheduler would try to, in vain and
/// again and again; here such pods wait in either case.
fn with_gates(mut profile: Profile, gaps: &mut Vec<Gap>) -> Profile {
    let gates = profile.registry.by_name(GATES).expect("the plugin is registered");
    if !profile.pre_enqueue.contains(&gates) {
        profile.pre_enqueue.push(gates);
        note(
            gaps,
            format!("{GATES} turned off"),
            "pods with gates wait all the same, they are not tried in vain",
        );
    }
    profile
}

fn seconds(written: i64) -> SimDuration {
    SimDuration::from_secs(u64::try_from(written).unwrap_or(0).min(LONGEST_BACKOFF_SECONDS))
}

/// What extenders look after in the filter's stead. It takes the place of `ignoredResources`.
fn ignored_by_extenders(document: &ConfigurationDocument) -> Option<Vec<String>> {
    let managed = document.extenders.iter().flat_map(|extender| &extender.managed_resources);
    let ignored: Vec<String> = managed
        .filter(|resource| resource.ignored_by_scheduler)
        .map(|resource| resource.name.clone())
        .collect();
    (!ignored.is_empty()).then_some(ignored)
}

/// A profile as written, and what it needs to know of the rest.
struct Written<'a> {
    name: &'a str,
    profile: &'a ProfileDocument,
    args: &'a Args,
    at: At,
    ignored: Option<&'a [String]>,
}

impl Written<'_> {
    fn build(&self, builder: &mut Builder, faults: &mut Faults<'_>) -> Option<Profile> {
        // First, as without a configuration: an empty one changes nothing, not even the numbers of names.
        builder.names.intern(self.name);
        let plugins = Plugins::defaults().merged_with(&self.choice());
        self.check_extended_resources(&plugins, faults);
        let introduction =
            format!("initializing profiles: creating profile for scheduler name {}", self.name);
        if let Some((at, args)) = self.args.node_resources_fit.as_ref().filter(|_| plugins.needs(FIT)) {
            let at = at.introduced(&format!("{introduction}: initializing plugin {FIT:?}"));
            node_resources::validate_fit(args, &at, faults);
        }
        let args = self.compile(builder);
        match Profile::from_plugins(self.name, &plugins, args, &in_tree(), &mut builder.names) {
            Ok(profile) => {
                let percentage_of_nodes_to_score = self.profile.percentage_of_nodes_to_score;
                Some(Profile { percentage_of_nodes_to_score, ..profile })
            }
            Err(fault) => {
                faults.tell(&self.place_of(&fault), format!("{introduction}: {fault}"));
                None
            }
        }
    }

    /// An extender's resources go into the arguments of NodeResourcesFit, which must be there: written, or
    /// by default because the plugin is enabled somewhere.
    fn check_extended_resources(&self, plugins: &Plugins, faults: &mut Faults<'_>) {
        if self.ignored.is_some() && self.args.node_resources_fit.is_none() && !plugins.needs(FIT) {
            let message = "couldn't build extenders: can't find NodeResourcesFitArgs in plugin config";
            faults.tell(&self.at, message);
        }
    }

    /// What the user enables and disables.
    fn choice(&self) -> Plugins {
        let written = &self.profile.plugins;
        let mut choice = Plugins::default();
        choice.multi_point = lists(&written.multi_point);
        for point in Point::ALL {
            *choice.at_mut(point) = lists(written.at(point));
        }
        choice
    }

    fn compile(&self, builder: &mut Builder) -> PluginArgs {
        let args = self.args;
        let inter_pod = args.inter_pod_affinity.as_ref().map(|(_, args)| args);
        let default = InterPodAffinityArgs::default();
        let inter_pod_affinity = InterPodAffinityArgs {
            hard_pod_affinity_weight: inter_pod
                .and_then(|args| args.hard_pod_affinity_weight)
                .unwrap_or(default.hard_pod_affinity_weight),
            ignore_preferred_terms_of_existing_pods: inter_pod
                .is_some_and(|args| args.ignore_preferred_terms_of_existing_pods),
        };
        let spread = args.pod_topology_spread.as_ref().map(|(_, args)| args);
        let pod_topology_spread = topology_spread::compile(spread, builder);
        let names = &mut builder.names;
        let fit = args.node_resources_fit.as_ref().map(|(_, args)| args);
        let balanced = args.balanced_allocation.as_ref().map(|(_, args)| args);
        let mut compiled = PluginArgs::default();
        if let Some((_, args)) = &args.node_affinity {
            compiled.set(node_affinity::compile(args, names));
        }
        compiled.set(node_resources::compile_fit(fit, self.ignored, names));
        compiled.set(node_resources::compile_balanced(balanced, names));
        compiled.set(pod_topology_spread);
        compiled.set(inter_pod_affinity);
        compiled
            .set(args.default_preemption.as_ref().map_or_else(Default::default, |(_, args)| args.compile()));
        compiled
    }

    fn place_of(&self, fault: &ProfileFault) -> At {
        let lists = self.at.child("plugins").child(fault.point.map_or("multiPoint", Point::field));
        fault.place.map_or(lists.clone(), |place| lists.child("enabled").index(place).child("name"))
    }

    /// What the profile asks of plugins that are left out. The defaults ask for nothing.
    fn note_left_out(&self, gaps: &mut Vec<Gap>) {
        for name in self.args.left_out() {
            note(gaps, format!("arguments of {name}"), "the plugin is not simulated");
        }
        let lists = [&self.profile.plugins.multi_point, self.profile.plugins.at(Point::Score)];
        for entry in lists.into_iter().flat_map(|lists| &lists.enabled) {
            let scores =
                |plugin: &&&Descriptor| plugin.is_left_out() && plugin.points.contains(&Point::Score);
            let weighted = entry.weight.is_some_and(|weight| weight != 0);
            if let Some(plugin) =
                IN_TREE.iter().find(|plugin| plugin.name == entry.name).filter(scores).filter(|_| weighted)
            {
                note(gaps, format!("the weight of {}", plugin.name), "the plugin is not simulated");
            }
        }
    }
}

fn note(gaps: &mut Vec<Gap>, what: String, effect: &'static str) {
    if gaps.iter().all(|known| known.what != what) {
        gaps.push(Gap::new(what, effect));
    }
}

fn lists(written: &PluginSetDocument) -> PluginLists {
    let enabled = written.enabled.iter().enumerate().map(|(place, plugin)| EnabledPlugin {
        name: plugin.name.clone(),
        weight: plugin.weight.unwrap_or(0),
        place: Some(place),
    });
    PluginLists {
        enabled: enabled.collect(),
        disabled: written.disabled.iter().map(|plugin| plugin.name.clone()).collect(),
    }
}
