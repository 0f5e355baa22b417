//! Release switches are wired: what stands in `Behaviour` is read by a model, and settings of models come from it.

use std::collections::{BTreeMap, BTreeSet};

use kubecast::api::behaviour::switches::Setting;
use kubecast::api::{Behaviour, Release};
use kubecast::scheduler::queue::QueueConfig;

use crate::harness::{root, rust_files};

fn behaviour(release: Release) -> Behaviour {
    Behaviour::resolve(release, &BTreeMap::new()).expect("defaults").0
}

/// The settings of the scheduler's queue, as debug text by field: back-offs are Kubernetes' constants, `requeue` is a
/// rule of the scenario, all others follow the release.
#[test]
fn the_queue_follows_the_release_in_every_detail() {
    let config = |release| {
        let QueueConfig {
            pod_initial_backoff: _,
            pod_max_backoff: _,
            pod_max_in_unschedulable_pods: _,
            queueing_hints,
            pop_from_backoff_q,
            requeue: _,
            hints,
        } = QueueConfig::new(&behaviour(release).scheduler);
        let rules = format!("{hints:?}");
        let mut details: Vec<String> = rules
            .trim_end_matches('}')
            .split_once('{')
            .expect("fields")
            .1
            .split(',')
            .map(|field| field.trim().to_owned())
            .collect();
        details.push(format!("queueing_hints: {queueing_hints}"));
        details.push(format!("pop_from_backoff_q: {pop_from_backoff_q}"));
        details
    };
    let all: Vec<Vec<String>> = Release::minors().map(config).collect();
    for (place, first) in all[0].iter().enumerate() {
        let values: BTreeSet<&String> = all.iter().map(|details| &details[place]).collect();
        assert!(values.len() > 1, "no release differs from another: {first}");
    }
    assert_eq!(all[0].len(), 6, "four rules of the hints and two gates");
}

/// The text of the sources without their tests, and without those that define the switches.
fn models() -> String {
    let sources = rust_files(root("src")).filter(|(name, _)| {
        !name.starts_with("api/behaviour") && !name.contains("/tests") && !name.contains("/testing")
    });
    sources.map(|(_, text)| text.split("#[cfg(test)]\nmod tests").next().unwrap_or("").to_owned()).collect()
}

#[test]
fn every_switch_is_read_by_a_model() {
    let models = models();
    let settings = behaviour(Release::DEFAULT).settings();
    let of_models: Vec<&Setting> = settings.iter().filter(|setting| !is_option(setting)).collect();
    assert!(of_models.len() >= 29, "{} switches", of_models.len());
    for Setting { component, name, .. } in of_models {
        // The names by which models hold their switches.
        let holders = ["behaviour", "gates", "keeps", "api_server", "controllers", "scheduler"];
        let read = holders.iter().any(|holder| models.contains(&format!("{holder}.{name}")));
        assert!(read, "{component:?}: nothing reads {name}");
    }
}

/// Whether a setting is an option of a manager, which has dashes in its name.
fn is_option(setting: &Setting) -> bool {
    setting.name.contains('-')
}

/// With the gate for alpha options on and that for beta options off, a kubelet takes each option in some releases and
/// refuses it in others.
#[test]
fn the_kubelet_takes_options_by_release() {
    let gates: BTreeMap<String, bool> = [("Alpha", true), ("Beta", false)]
        .iter()
        .flat_map(|(stage, on)| {
            ["CPUManager", "TopologyManager"].map(|manager| (format!("{manager}Policy{stage}Options"), *on))
        })
        .collect();
    // Before 1.26 the Topology Manager has no such gates.
    let kubelets: Vec<_> = Release::minors()
        .filter_map(|release| Behaviour::resolve(release, &gates).ok())
        .map(|(behaviour, _)| behaviour.kubelet)
        .collect();
    assert_eq!(kubelets.len(), 13, "1.26 to 1.38");
    let settings = behaviour(Release::DEFAULT).settings();
    let mut options = 0;
    for option in settings.iter().filter(|setting| is_option(setting)) {
        let checks = kubelets.iter().map(|kubelet| {
            let of_topology = option.words.contains("Topology Manager");
            let known =
                if of_topology { &kubelet.topology_manager_options } else { &kubelet.cpu_manager_options };
            known.check(option.name).is_ok()
        });
        let verdicts: BTreeSet<bool> = checks.collect();
        // Alpha from 1.25 on: 1.26 and later take it alike.
        assert_eq!(verdicts.len() == 2, option.name != "align-by-socket", "{}: {verdicts:?}", option.name);
        options += 1;
    }
    assert_eq!(options, 8);
}
