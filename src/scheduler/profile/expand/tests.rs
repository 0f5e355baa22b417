//! The order of plugins and their weights, worked out by hand from the table above.

use super::*;
use crate::scheduler::plugins::in_tree;
use crate::scheduler::profile::plugins::EnabledPlugin;

/// `NAME`, `NAME=WEIGHT` to enable, `-NAME` to disable, by point (`multiPoint` or a field's name).
fn custom(lists: &[(&str, &str)]) -> Plugins {
    let mut plugins = Plugins::default();
    for (field, words) in lists {
        let list = match Point::ALL.into_iter().find(|point| point.field() == *field) {
            Some(point) => plugins.at_mut(point),
            None => &mut plugins.multi_point,
        };
        for word in words.split_whitespace() {
            if let Some(name) = word.strip_prefix('-') {
                list.disabled.push(name.to_owned());
                continue;
            }
            let (name, weight) = word.split_once('=').unwrap_or((word, "0"));
            let weight = weight.parse().expect("a weight");
            let place = Some(list.enabled.len());
            list.enabled.push(EnabledPlugin { name: name.to_owned(), weight, place });
        }
    }
    plugins
}

fn at(lists: &[(&str, &str)], point: Point) -> String {
    let plugins = Plugins::defaults().merged_with(&custom(lists));
    let expansion = expand(&plugins, &in_tree(), "s").unwrap_or_else(|fault| panic!("{lists:?}: {fault}"));
    let told = expansion.at(point).iter().map(|plugin| match point {
        Point::Score => format!("{}={}", plugin.name, expansion.weight(plugin)),
        _ => plugin.name.to_owned(),
    });
    told.collect::<Vec<_>>().join(" ")
}

fn fault(lists: &[(&str, &str)]) -> ProfileFault {
    let plugins = Plugins::defaults().merged_with(&custom(lists));
    expand(&plugins, &in_tree(), "s").expect_err("kube-scheduler refuses it")
}

const DEFAULT_SCORES: &str = "TaintToleration=3 NodeAffinity=2 NodeResourcesFit=1 VolumeBinding=1 PodTopologySpread=2 \
     InterPodAffinity=2 NodeResourcesBalancedAllocation=1 ImageLocality=1";

#[test]
fn the_defaults() {
    assert_eq!(at(&[], Point::Score), DEFAULT_SCORES);
    assert_eq!(at(&[], Point::PreEnqueue), "SchedulingGates DynamicResources DefaultPreemption");
    assert_eq!(at(&[], Point::QueueSort), "PrioritySort");
    assert_eq!(at(&[], Point::Bind), "DefaultBinder");
    assert_eq!(at(&[], Point::Permit), "");
}

/// The weight at `score` wins over that of `multiPoint`, which wins over the default; 0 is 1 each time.
#[test]
fn weights() {
    let score_of = |lists: &[(&str, &str)], name: &str| {
        let told = at(lists, Point::Score);
        let word = told.split(' ').find(|word| word.starts_with(&format!("{name}=")));
        word.map(str::to_owned).unwrap_or_default()
    };
    assert_eq!(score_of(&[("multiPoint", "NodeAffinity=9")], "NodeAffinity"), "NodeAffinity=9");
    assert_eq!(score_of(&[("multiPoint", "NodeAffinity")], "NodeAffinity"), "NodeAffinity=1");
    let both = [("multiPoint", "NodeAffinity=9"), ("score", "NodeAffinity=4")];
    assert_eq!(score_of(&both, "NodeAffinity"), "NodeAffinity=4");
    let zero = [("multiPoint", "NodeAffinity=9"), ("score", "NodeAffinity=0")];
    assert_eq!(score_of(&zero, "NodeAffinity"), "NodeAffinity=1");
    // Nothing forbids a weight below 0: the plugin's favourites are avoided.
    assert_eq!(score_of(&[("score", "NodeAffinity=-2")], "NodeAffinity"), "NodeAffinity=-2");
    // A weight in another point's list is no weight in scoring.
    assert_eq!(score_of(&[("filter", "NodeAffinity=7")], "NodeAffinity"), "NodeAffinity=2");
}

#[test]
fn the_list_of_a_point_and_the_list_for_all() {
    // Part 1: those of both lists, in the order of the point's own; part 2: the rest of multiPoint.
    let scores = at(&[("score", "ImageLocality=5 NodeAffinity=6")], Point::Score);
    assert_eq!(
        scores,
        "ImageLocality=5 NodeAffinity=6 TaintToleration=3 NodeResourcesFit=1 VolumeBinding=1 PodTopologySpread=2 \
         InterPodAffinity=2 NodeResourcesBalancedAllocation=1"
    );
    // Part 3: what multiPoint does not enable comes last, whatever the order of the point's own list.
    let filters =
        at(&[("multiPoint", "-NodePorts -NodeName"), ("filter", "NodePorts NodeAffinity")], Point::Filter);
    assert_eq!(
        filters,
        "NodeAffinity NodeUnschedulable TaintToleration NodeResourcesFit VolumeRestrictions NodeVolumeLimits \
         VolumeBinding VolumeZone PodTopologySpread InterPodAffinity DynamicResources NodePorts"
    );
    // A point leaves out what it disables, others keep it.
    let off = [("score", "-NodeResourcesFit")];
    assert!(!at(&off, Point::Score).contains("NodeResourcesFit"));
    assert!(at(&off, Point::Filter).contains("NodeResourcesFit"));
    // * leaves the point's own list alone, in its order.
    assert_eq!(
        at(&[("score", "-* NodeResourcesFit=3 NodeAffinity")], Point::Score),
        "NodeResourcesFit=3 NodeAffinity=1"
    );
    assert_eq!(at(&[("preScore", "-*")], Point::PreScore), "");
    // A plugin that a point disables and lists: the list wins (it counts as no override then, part 3).
    assert_eq!(
        at(
            &[
                ("multiPoint", "-* PrioritySort DefaultBinder NodeName NodePorts"),
                ("filter", "-NodePorts NodePorts")
            ],
            Point::Filter
        ),
        "NodeName NodePorts"
    );
    // Disabled for all and enabled again: at the end, everywhere.
    assert!(at(&[("multiPoint", "-NodeAffinity NodeAffinity=2")], Point::Score).ends_with("NodeAffinity=2"));
}

#[test]
fn what_the_framework_refuses() {
    let check = |lists: &[(&str, &str)], message: &str, point: Option<Point>, place: Option<usize>| {
        assert_eq!(fault(lists), ProfileFault { message: message.to_owned(), point, place }, "{lists:?}");
    };
    check(
        &[("filter", "NodeName Coscheduling")],
        r#"FilterPlugin "Coscheduling" does not exist"#,
        Some(Point::Filter),
        Some(1),
    );
    check(
        &[("multiPoint", "Coscheduling")],
        r#"PreFilterPlugin "Coscheduling" does not exist"#,
        None,
        Some(0),
    );
    check(
        &[("multiPoint", "Coscheduling"), ("preFilter", "-*")],
        r#"FilterPlugin "Coscheduling" does not exist"#,
        None,
        Some(0),
    );
    check(
        &[("score", "NodeName")],
        r#"plugin "NodeName" does not extend ScorePlugin plugin"#,
        Some(Point::Score),
        Some(0),
    );
    check(
        &[("score", "NodeAffinity=2 NodeAffinity=3")],
        r#"plugin "NodeAffinity" already registered as "ScorePlugin""#,
        Some(Point::Score),
        Some(1),
    );
    // The second entry replaced the default, so that the first one is the one too many.
    check(
        &[("multiPoint", "NodeName NodeName")],
        r#"plugin "NodeName" already registered as "FilterPlugin""#,
        None,
        Some(0),
    );
    check(
        &[("multiPoint", "-*")],
        r#"only one queue sort plugin required for profile with scheduler name "s", but got 0"#,
        None,
        None,
    );
    check(
        &[("multiPoint", "-* PrioritySort")],
        r#"at least one bind plugin is needed for profile with scheduler name "s""#,
        None,
        None,
    );
}

#[test]
fn a_filter_or_score_without_what_it_builds_on() {
    let check = |lists: &[(&str, &str)], expected: Option<&str>| {
        let plugins = Plugins::defaults().merged_with(&custom(lists));
        let told = expand(&plugins, &in_tree(), "s")
            .expect("starts")
            .check_preparation()
            .map_err(|fault| fault.message);
        assert_eq!(
            told.err().as_deref().map(|text| text.split(':').next().unwrap_or("")),
            expected,
            "{lists:?}"
        );
    };
    check(&[], None);
    check(
        &[("preFilter", "-NodeResourcesFit")],
        Some("NodeResourcesFit runs at filter without running at preFilter"),
    );
    check(&[("preFilter", "-NodeResourcesFit"), ("filter", "-NodeResourcesFit")], None);
    // NodeAffinity, NodeResourcesFit and NodeResourcesBalancedAllocation compute what they miss.
    check(&[("preFilter", "-NodeAffinity")], None);
    check(&[("preScore", "-NodeAffinity -NodeResourcesFit -NodeResourcesBalancedAllocation")], None);
    check(
        &[("preScore", "-TaintToleration")],
        Some("TaintToleration runs at score without running at preScore"),
    );
}
