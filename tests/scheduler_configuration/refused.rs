//! What kube-scheduler refuses of a configuration as a whole: versions, fields, numbers, names, plugins.

use kubecast::scenario::{LoadOptions, NoFiles, load};

use super::{POD, check, check_args, configuration, source, told};

#[test]
fn other_versions_and_kinds() {
    let at = |version: &str, kind: &str| {
        told(&[source("s.yaml", &format!("apiVersion: {version}\nkind: {kind}\n")), source("p.yaml", POD)])
    };
    let remedy = "write apiVersion: kubescheduler.config.k8s.io/v1 and kind: KubeSchedulerConfiguration";
    for version in ["kubescheduler.config.k8s.io/v1beta3", "kubescheduler.config.k8s.io/v1beta2", "v1"] {
        assert_eq!(
            at(version, "KubeSchedulerConfiguration"),
            [format!(
                "s.yaml:1:13: KubeSchedulerConfiguration: no kind \"KubeSchedulerConfiguration\" is registered for version {version:?}; {remedy}"
            )]
        );
    }
    assert_eq!(
        at("kubescheduler.config.k8s.io/v1", "kubeSchedulerConfiguration"),
        [format!(
            "s.yaml:2:7: KubeSchedulerConfiguration: no kind \"kubeSchedulerConfiguration\" is registered for version \"kubescheduler.config.k8s.io/v1\"; {remedy}"
        )]
    );
}

#[test]
fn fields_and_types() {
    check("profile: []\n", &["3:1: profile: unknown field; did you mean \"profiles\"?"]);
    check("metadata: {name: x}\n", &["3:1: metadata: unknown field"]);
    check(
        "profiles:\n- schedulerNam: x\n  plugins: {filtre: {}, score: {enabled: [{name: NodeAffinity, wieght: 1}]}}\n",
        &[
            "4:3: profiles[0].schedulerNam: unknown field; did you mean \"schedulerName\"?",
            "5:13: profiles[0].plugins.filtre: unknown field; did you mean \"filter\"?",
            "5:64: profiles[0].plugins.score.enabled[0].wieght: unknown field; did you mean \"weight\"?",
        ],
    );
    check(
        "percentageOfNodesToScore: fifty\n",
        &["3:27: percentageOfNodesToScore: expected a whole number, found the string \"fifty\""],
    );
    check_args(
        "NodeResourcesFit",
        "{scoringStrategy: {types: x}}",
        &[
            "6:30: profiles[0].pluginConfig[0].args.scoringStrategy.types: unknown field; did you mean \"type\"?",
        ],
    );
    check_args(
        "InterPodAffinity",
        "{hardPodAffinityWeight: much}",
        &[
            "6:35: profiles[0].pluginConfig[0].args.hardPodAffinityWeight: expected a whole number, found the string \"much\"",
        ],
    );
    check_args(
        "PodTopologySpread",
        "{defaultConstraints: [{maxSkew: 1, topologyKeys: zone}], defaultingTyp: List}",
        &[
            "6:68: profiles[0].pluginConfig[0].args.defaultingTyp: unknown field; did you mean \"defaultingType\"?",
            "6:46: profiles[0].pluginConfig[0].args.defaultConstraints[0].topologyKeys: unknown field; did you mean \"topologyKey\"?",
        ],
    );
    check_args(
        "NodeAffinity",
        "{addedAffinity: 5}",
        &["6:27: profiles[0].pluginConfig[0].args.addedAffinity: expected a mapping, found the number 5"],
    );
}

#[test]
fn numbers_out_of_bounds() {
    check(
        "parallelism: 0\npercentageOfNodesToScore: 101\npodInitialBackoffSeconds: 0\npodMaxBackoffSeconds: -1\n\
         profiles: [{percentageOfNodesToScore: -1}]\n",
        &[
            "3:14: parallelism: Invalid value: 0: should be an integer value greater than zero",
            "7:39: profiles[0].percentageOfNodesToScore: Invalid value: -1: not in valid range [0-100]",
            "4:27: percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]",
            "5:27: podInitialBackoffSeconds: Invalid value: 0: must be greater than 0",
            "6:23: podMaxBackoffSeconds: Invalid value: -1: must be greater than or equal to PodInitialBackoffSeconds",
        ],
    );
    // The defaults are 1 and 10.
    check(
        "podInitialBackoffSeconds: 11\n",
        &[
            "1:1: podMaxBackoffSeconds: Invalid value: 10: must be greater than or equal to PodInitialBackoffSeconds",
        ],
    );
    check("percentageOfNodesToScore: 100\npodInitialBackoffSeconds: 10\nparallelism: 1\n", &[]);
}

#[test]
fn names_of_profiles() {
    check(
        "profiles: [{schedulerName: a}, {schedulerName: a}]\n",
        &["3:48: profiles[1].schedulerName: Duplicate value: {} (profiles[0] is named \"a\" too)"],
    );
    check("profiles: [{schedulerName: \"\"}]\n", &["3:28: profiles[0].schedulerName: Required value"]);
    check(
        "profiles: [{}, {schedulerName: default-scheduler}]\n",
        &["3:12: profiles[0].schedulerName: Required value"],
    );
    check(
        "profiles: [{schedulerName: batch}]\n",
        &["warning: pods of the scheduler \"default-scheduler\" stay Pending: no profile has this name"],
    );
}

#[test]
fn plugins_that_do_not_exist_or_fit() {
    let plugins = |field: &str, lists: &str| {
        format!("profiles:\n- schedulerName: default-scheduler\n  plugins:\n    {field}: {lists}\n")
    };
    let start = "initializing profiles: creating profile for scheduler name default-scheduler";
    for (field, lists, expected) in [
        (
            "filter",
            "{enabled: [{name: Coscheduling}]}",
            "6:31: START: FilterPlugin \"Coscheduling\" does not exist",
        ),
        (
            "multiPoint",
            "{enabled: [{name: Coscheduling, weight: 2}]}",
            "6:35: START: PreFilterPlugin \"Coscheduling\" does not exist",
        ),
        (
            "score",
            "{enabled: [{name: NodePorts}]}",
            "6:30: START: plugin \"NodePorts\" does not extend ScorePlugin plugin",
        ),
        (
            "score",
            "{enabled: [{name: NodeAffinity}, {name: NodeAffinity}]}",
            "6:52: START: plugin \"NodeAffinity\" already registered as \"ScorePlugin\"",
        ),
        (
            "multiPoint",
            "{disabled: [{name: \"*\"}]}",
            "6:17: START: only one queue sort plugin required for profile with scheduler name \"default-scheduler\", but got 0",
        ),
        (
            "bind",
            "{disabled: [{name: DefaultBinder}]}",
            "6:5: START: at least one bind plugin is needed for profile with scheduler name \"default-scheduler\"",
        ),
        (
            "filter",
            "{enabled: [{name: EBSLimits}]}",
            "6:24: profiles[0].plugins.filter.enabled[0]: Invalid value: \"EBSLimits\": was invalid in version \"kubescheduler.config.k8s.io/v1\" (KubeSchedulerConfiguration is version \"kubescheduler.config.k8s.io/v1\")",
        ),
        (
            "preFilter",
            "{disabled: [{name: NodeResourcesFit}]}",
            "6:5: START: NodeResourcesFit runs at filter without running at preFilter: kube-scheduler would start, but fail every pod there; disable NodeResourcesFit at filter too",
        ),
        (
            "filter",
            "{disabled: [{name: NodeResourceFit}]}",
            "warning: 6:32: profiles[0].plugins.filter.disabled[0].name: no plugin is called \"NodeResourceFit\", nothing is disabled (did you mean \"NodeResourcesFit\"?)",
        ),
        ("filter", "{enabled: [{name: VolumeZone}]}", ""),
    ] {
        let expected: Vec<String> =
            if expected.is_empty() { Vec::new() } else { vec![expected.replace("START", start)] };
        check(&plugins(field, lists), &expected.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn one_queue_has_one_order() {
    let two = |second: &str| {
        format!(
            "profiles:\n- schedulerName: default-scheduler\n  plugins: {{queueSort: {{enabled: [{{name: PrioritySort}}]}}}}\n\
             - schedulerName: b\n  plugins: {{queueSort: {second}}}\n"
        )
    };
    check(
        &two("{}"),
        &[
            "7:24: profiles[1].plugins.queueSort: Invalid value: {\"Enabled\":null,\"Disabled\":null}: must be the same for all profiles",
        ],
    );
    check(
        &two("{enabled: [{name: PrioritySort, weight: 2}], disabled: [{name: X}]}"),
        &[
            "7:24: profiles[1].plugins.queueSort: Invalid value: {\"Enabled\":[{\"Name\":\"PrioritySort\",\"Weight\":2}],\"Disabled\":[{\"Name\":\"X\",\"Weight\":0}]}: must be the same for all profiles",
        ],
    );
    check(&two("{enabled: [{name: PrioritySort}]}"), &[]);
    check(
        "profiles: [{plugins: {queueSort: {enabled: [{name: PrioritySort}, {name: PrioritySort}]}}}]\n",
        &[
            "3:34: profiles[0].plugins.queueSort.Enabled: Invalid value: 2: only one queue sort plugin can be enabled",
        ],
    );
}

#[test]
fn two_configurations_and_late_ones() {
    let empty = configuration("");
    let expected = "b.yaml:1:1: a second KubeSchedulerConfiguration, but a cluster has one: put the profiles of both into it; the first stands at a.yaml:1:1";
    assert_eq!(told(&[source("a.yaml", &empty), source("b.yaml", &empty)]), [expected]);
    // Which schedulers there are is not known then: no pod is said to wait in vain.
    let strict = LoadOptions { strict: true, ..LoadOptions::default() };
    let batch = configuration("profiles: [{schedulerName: batch}]\n");
    let texts = [source("a.yaml", &batch), source("b.yaml", &batch), source("p.yaml", POD)];
    assert_eq!(load(&texts, &strict, &NoFiles).expect_err("two of them").len(), 1);
    let texts = [source("a.yaml", &configuration("parallelism: -1\n")), source("p.yaml", POD)];
    assert_eq!(load(&texts, &strict, &NoFiles).expect_err("a faulty one").len(), 1);
    let scenario = "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec:\n  timeline:\n  \
                    - {at: 1m, apply: {apiVersion: kubescheduler.config.k8s.io/v1, kind: KubeSchedulerConfiguration}}\n";
    assert_eq!(
        told(&[source("s.yaml", scenario), source("p.yaml", POD)]),
        [
            "s.yaml:6:21: KubeSchedulerConfiguration: kube-scheduler reads it when it starts; put it among the manifests"
        ]
    );
}
