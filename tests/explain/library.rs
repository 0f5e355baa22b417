//! The library below the command: a witness changes nothing, and the same question has the same answer.

use std::sync::Arc;

use kubecast::cluster::explanation::WitnessOrder;
use kubecast::cluster::record::Record;
use kubecast::cluster::setup::ClusterSetup;
use kubecast::cluster::world;
use kubecast::kernel::{Draws, Probe, Seed, SimTime, VecTrace};
use kubecast::report::explain::{Setting, page};
use kubecast::scenario::{LoadOptions, NoFiles, Resolved, SourceText, load};
use kubecast::study::explanation::{Missing, NotFound, PodQuery, Unexplained, explain};
use kubecast::study::oversight::{Oversight, Unmonitored};

use super::scenarios::{BLOCKED_ROLLOUT, CPU, EMPTY_DOMAIN, SCORES};

const SEED: Seed = Seed(7);

fn resolved(text: &str) -> Resolved {
    let source = SourceText { name: "test.yaml".into(), text: text.into() };
    load(&[source], &LoadOptions::default(), &NoFiles).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn setup(text: &str) -> Arc<ClusterSetup> {
    Arc::clone(&resolved(text).variants[0].setup)
}

#[test]
fn a_witness_changes_nothing() {
    let skew = include_str!("../../scenarios/rolling-upgrade-skew.yaml");
    for text in [skew, CPU, EMPTY_DOMAIN, BLOCKED_ROLLOUT, SCORES] {
        let setup = setup(text);
        let mut plain = VecTrace::<Record>::default();
        let end = world::run(&setup, Draws::new(SEED, 0), &mut plain, Probe::default());
        let pods = plain.0.iter().filter_map(|(_, record)| match record {
            Record::Change(kubecast::cluster::store::Change::Pod { old: None, new: Some(pod) }) => {
                Some(pod.id)
            }
            _ => None,
        });
        let pods: Vec<_> = pods.collect();
        assert!(pods.len() > 2, "there are pods to watch");
        for pod in pods {
            for until in [None, Some(SimTime(0)), Some(SimTime(5_000_000_000))] {
                let mut watched = VecTrace::<Record>::default();
                let order = WitnessOrder { pod, until };
                let (again, testimony) = world::run_with_witness(
                    &setup,
                    Draws::new(SEED, 0),
                    &mut watched,
                    Probe::default(),
                    order,
                );
                assert_eq!(again, end, "{pod:?} until {until:?}");
                assert_eq!(format!("{:?}", watched.0), format!("{:?}", plain.0), "{pod:?} until {until:?}");
                if let (Some(scene), Some(until)) = (&testimony.scene, until) {
                    assert!(scene.attempt.is_none() || scene.at <= until, "a later attempt is not explained");
                }
            }
        }
    }
}

#[test]
fn the_same_question_has_the_same_answer() {
    let resolved = resolved(CPU);
    let setting =
        Setting { scenario: "cpu", variant: None, seed: SEED.0, ledger: &resolved.ledger, replication: 0 };
    let query = PodQuery::parse("hungry", None).expect("a pod");
    let tell = || {
        let explanation =
            explain(&resolved.variants[0].setup, (SEED, 0), &query, &Oversight::new(&Unmonitored))
                .expect("the pod is there");
        let page = page(&explanation, setting, true);
        (page.to_text(), page.to_json().to_string())
    };
    assert_eq!(tell(), tell());
}

#[test]
fn a_beginning_is_enough_if_no_other_pod_shares_it() {
    let setup = setup(CPU);
    let at = |text, at| {
        let query = PodQuery::parse(text, at).expect("a pod");
        match explain(&setup, (SEED, 0), &query, &Oversight::new(&Unmonitored)) {
            Ok(explanation) => Ok(explanation),
            Err(Unexplained::Missing(missing)) => Err(missing),
            Err(Unexplained::Stopped) => panic!("nobody stops it"),
        }
    };
    assert_eq!(at("default/hun", None).expect("one pod").name, "default/hungry");
    assert!(matches!(at("default/fil", None), Err(Missing { why: NotFound::Ambiguous { pods: 2, .. }, .. })));
    // filler-0 is gone by then.
    let later = at("default/fil", Some(SimTime(60_000_000_000))).expect("one pod is left");
    assert_eq!((later.name.as_str(), later.bound_in_input), ("default/filler-1", true));
}
