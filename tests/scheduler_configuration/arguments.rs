//! What kube-scheduler refuses of the arguments of its plugins.

use super::{check, check_args};

#[test]
fn the_kind_of_arguments() {
    check_args(
        "DefaultPreemption",
        "{apiVersion: kubescheduler.config.k8s.io/v1, kind: InterPodAffinityArgs}",
        &[
            "6:62: decoding .profiles[0].pluginConfig[0]: args for plugin DefaultPreemption were not of type DefaultPreemptionArgs.kubescheduler.config.k8s.io, got InterPodAffinityArgs.kubescheduler.config.k8s.io",
        ],
    );
    check_args(
        "NodeResourcesFit",
        "{apiVersion: kubescheduler.config.k8s.io/v1beta3, kind: NodeResourcesFitArgs}",
        &[
            "6:11: decoding .profiles[0].pluginConfig[0]: decoding args for plugin NodeResourcesFit: no kind \"NodeResourcesFitArgs\" is registered for version \"kubescheduler.config.k8s.io/v1beta3\"",
        ],
    );
    check_args(
        "NodeResourcesFit",
        "{apiVersion: kubescheduler.config.k8s.io/v1, kind: NodeResourcesFitArgs}",
        &[],
    );
    // What takes no arguments does not look at them.
    check_args("ImageLocality", "{anything: 1}", &[]);
    check_args(
        "NodeResourceFit",
        "{}",
        &[
            "5:11: profiles[0].pluginConfig[0].name: no plugin is called \"NodeResourceFit\", its arguments would be ignored (did you mean \"NodeResourcesFit\"?)",
        ],
    );
}

/// The arguments of NodeResourcesFit, and what is told: places, and words behind the introduction.
fn check_fit(args: &str, expected: &[(&str, &str)]) {
    let start = "initializing profiles: creating profile for scheduler name default-scheduler: initializing plugin \"NodeResourcesFit\": ";
    let expected: Vec<String> =
        expected.iter().map(|(place, words)| format!("{place}: {start}{words}")).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    check_args("NodeResourcesFit", args, &expected);
}

/// The points of a shape, and what is told: places, and words behind the path of the shape.
fn check_shape(points: &str, expected: &[(&str, &str)]) {
    let args = format!(
        "{{scoringStrategy: {{type: RequestedToCapacityRatio, requestedToCapacityRatio: {{shape: {points}}}}}}}"
    );
    let expected: Vec<(&str, String)> = expected
        .iter()
        .map(|(place, words)| (*place, format!("scoringStrategy.requestedToCapacityRatio.shape{words}")))
        .collect();
    check_fit(&args, &expected.iter().map(|(place, words)| (*place, words.as_str())).collect::<Vec<_>>());
}

#[test]
fn scoring_strategies() {
    check_fit(
        "{scoringStrategy: {type: Most, resources: [{name: cpu, weight: 101}, {name: memory, weight: -1}, {name: x}]}}",
        &[
            (
                "6:36",
                "scoringStrategy.type: Unsupported value: \"Most\": supported values: \"LeastAllocated\", \"MostAllocated\", \"RequestedToCapacityRatio\"",
            ),
            (
                "6:74",
                "scoringStrategy.resources[0].weight: Invalid value: 101: resource weight of cpu not in valid range (0, 100]",
            ),
            (
                "6:103",
                "scoringStrategy.resources[1].weight: Invalid value: -1: resource weight of memory not in valid range (0, 100]",
            ),
        ],
    );
    // A strategy without a type is none: the default is that of a missing strategy.
    check_fit(
        "{scoringStrategy: {resources: [{name: cpu}]}}",
        &[(
            "6:29",
            "scoringStrategy.type: Unsupported value: \"\": supported values: \"LeastAllocated\", \"MostAllocated\", \"RequestedToCapacityRatio\"",
        )],
    );
    check_fit(
        "{scoringStrategy: {type: RequestedToCapacityRatio}}",
        &[(
            "6:29",
            "scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio",
        )],
    );
    check_fit(
        "{scoringStrategy: {type: MostAllocated, requestedToCapacityRatio: {}}}",
        &[(
            "6:77",
            "scoringStrategy.requestedToCapacityRatio: Forbidden: must be nil when type is not RequestedToCapacityRatio",
        )],
    );
}

#[test]
fn shapes() {
    check_shape("[]", &[("6:96", ": Required value: at least one point must be specified")]);
    check_shape(
        "[{utilization: 0, score: 11}, {utilization: 50}, {utilization: 50}, {utilization: 101, score: -1}]",
        &[
            ("6:159", "[2].utilization: Invalid value: 50: values must be sorted in increasing order"),
            ("6:121", "[0].score: Invalid value: 11: not in valid range [0, 10]"),
            ("6:178", "[3].utilization: Invalid value: 101: not in valid range [0, 100]"),
            ("6:190", "[3].score: Invalid value: -1: not in valid range [0, 10]"),
        ],
    );
}

#[test]
fn ignored_resources_and_balanced_ones() {
    check_fit(
        "{ignoredResources: [a/b/c], ignoredResourceGroups: [a/b, \"\"]}",
        &[
            (
                "6:31",
                "ignoredResources[0]: Invalid value: \"a/b/c\": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
            ),
            (
                "6:63",
                "ignoredResourceGroups[0]: Invalid value: \"a/b\": resource group name can't contain '/'",
            ),
            ("6:68", "ignoredResourceGroups[1]: Invalid value: \"\": name part must be non-empty"),
            (
                "6:68",
                "ignoredResourceGroups[1]: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
            ),
        ],
    );
    check_args(
        "NodeResourcesBalancedAllocation",
        "{resources: [{name: cpu, weight: 2}, {name: cpu}]}",
        &[
            "6:44: profiles[0].pluginConfig[0].args.resources[0].weight: Invalid value: 2: must be 1",
            "6:55: profiles[0].pluginConfig[0].args.resources[1].name: Duplicate value: \"cpu\"",
        ],
    );
}

/// Kube-scheduler checks the arguments of NodeResourcesFit when it makes the plugin.
#[test]
fn arguments_of_a_plugin_that_is_off_everywhere_are_not_looked_at() {
    let off = "profiles:\n- plugins: {multiPoint: {disabled: [{name: NodeResourcesFit}]}}\n  pluginConfig:\n  \
               - {name: NodeResourcesFit, args: {scoringStrategy: {type: Most}}}\n";
    check(off, &[]);
}

#[test]
fn arguments_of_topology_spread() {
    let constraint = "{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}";
    check_args(
        "PodTopologySpread",
        &format!("{{defaultConstraints: [{constraint}]}}"),
        &[
            "6:11: profiles[0].pluginConfig[0].args.defaultingType: Invalid value: \"System\": when .defaultConstraints are not empty",
        ],
    );
    check_args(
        "PodTopologySpread",
        "{defaultingType: Lists}",
        &[
            "6:28: profiles[0].pluginConfig[0].args.defaultingType: Unsupported value: \"Lists\": supported values: \"System\", \"List\"",
        ],
    );
    check_args(
        "PodTopologySpread",
        "{defaultingType: List, defaultConstraints: [{maxSkew: 0, whenUnsatisfiable: Never, labelSelector: {}}, {maxSkew: 1, topologyKey: /x}]}",
        &[
            "6:65: profiles[0].pluginConfig[0].args.defaultConstraints[0].maxSkew: Invalid value: 0: not in valid range (0, inf)",
            "6:55: profiles[0].pluginConfig[0].args.defaultConstraints[0].topologyKey: Required value: can not be empty",
            "6:87: profiles[0].pluginConfig[0].args.defaultConstraints[0].whenUnsatisfiable: Unsupported value: \"Never\": supported values: \"DoNotSchedule\", \"ScheduleAnyway\"",
            "6:109: profiles[0].pluginConfig[0].args.defaultConstraints[0].labelSelector: Forbidden: constraint must not define a selector, as they deduced for each pod",
            "6:140: profiles[0].pluginConfig[0].args.defaultConstraints[1].topologyKey: Invalid value: \"/x\": prefix part must be non-empty",
            "6:114: profiles[0].pluginConfig[0].args.defaultConstraints[1].whenUnsatisfiable: Required value: can not be empty",
        ],
    );
    check_args(
        "PodTopologySpread",
        &format!("{{defaultingType: List, defaultConstraints: [{constraint}, {constraint}]}}"),
        &[
            "6:122: profiles[0].pluginConfig[0].args.defaultConstraints[1]: Duplicate value: \"{zone, DoNotSchedule}\"",
        ],
    );
}

/// An affinity to add, and what is told: places, and words behind the path of the affinity.
fn check_affinity(affinity: &str, expected: &[(&str, &str)]) {
    let added = "profiles[0].pluginConfig[0].args.addedAffinity";
    let expected: Vec<String> =
        expected.iter().map(|(place, words)| format!("{place}: {added}.{words}")).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    check_args("NodeAffinity", &format!("{{addedAffinity: {affinity}}}"), &expected);
}

#[test]
fn added_affinity() {
    check_affinity(
        "{requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{}, {matchExpressions: [{key: a, operator: Is}, {key: a b, operator: In}]}]}}",
        &[
            (
                "6:140",
                "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[1].matchExpressions[0].operator: Unsupported value: \"Is\": supported values: \"In\", \"NotIn\", \"Exists\", \"DoesNotExist\", \"Gt\", \"Lt\"",
            ),
            (
                "6:151",
                "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[1].matchExpressions[1].key: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
            ),
            (
                "6:145",
                "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[1].matchExpressions[1].values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty",
            ),
        ],
    );
    let preferred = "preferredDuringSchedulingIgnoredDuringExecution";
    check_affinity(
        &format!(
            "{{{preferred}: [{{weight: 0, preference: {{matchExpressions: [{{key: a, operator: Is}}]}}}}, {{weight: 1, preference: {{matchExpressions: [{{key: a, operator: Gt, values: [x, \"2\"]}}], matchFields: [{{key: metadata.name, operator: Gt}}, {{key: metadata.name, operator: In, values: [a, b]}}]}}}}]}}"
        ),
        &[
            (
                "6:224",
                "preferredDuringSchedulingIgnoredDuringExecution[1].matchExpressions[0].values: Invalid value: [\"x\",\"2\"]: for 'Gt', 'Lt' operators, exactly one value is required",
            ),
            (
                "6:225",
                "preferredDuringSchedulingIgnoredDuringExecution[1].matchExpressions[0].values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
            ),
            (
                "6:281",
                "preferredDuringSchedulingIgnoredDuringExecution[1].matchFields[0].operator: Unsupported value: \"Gt\": supported values: \"In\", \"NotIn\"",
            ),
            (
                "6:329",
                "preferredDuringSchedulingIgnoredDuringExecution[1].matchFields[1].values: Invalid value: [\"a\",\"b\"]: must have one element",
            ),
        ],
    );
}

#[test]
fn arguments_of_others() {
    check_args(
        "InterPodAffinity",
        "{hardPodAffinityWeight: 101}",
        &[
            "6:35: profiles[0].pluginConfig[0].args.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]",
        ],
    );
    check_args(
        "DefaultPreemption",
        "{minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0}",
        &[
            "6:41: profiles[0].pluginConfig[0].args.minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute",
            "6:71: profiles[0].pluginConfig[0].args.minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage",
        ],
    );
    check_args(
        "VolumeBinding",
        "{bindTimeoutSeconds: -1}",
        &[
            "6:32: profiles[0].pluginConfig[0].args.bindTimeoutSeconds: Invalid value: -1: invalid BindTimeoutSeconds, should not be a negative value",
        ],
    );
    check(
        "profiles:\n- pluginConfig: [{name: NodeAffinity}, {name: NodeAffinity, args: {}}]\n",
        &["4:40: profiles[0].pluginConfig[1]: Duplicate value: \"NodeAffinity\""],
    );
}
