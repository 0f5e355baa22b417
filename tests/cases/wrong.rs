//! Wrong inputs: what each file of `bad` and `bad2` is refused for, with its place and remedy, or why it is valid.

use std::collections::BTreeSet;

use super::{Case, WHOLE, check, refused, told};
use crate::harness::root;

/// An input that is right, whatever it looks like; `about` says why.
const fn valid(about: &'static str, command: &'static str, says: &'static [&'static str]) -> Case {
    Case { about, command, code: 0, says, hides: &["error: "] }
}

const FIELDS: &[Case] = &[
    refused("a field's name", "run bad/01-typo-field.yaml", &[":5:3:", "did you mean \"replicas\"?"]),
    refused(
        "a text for a number",
        "run bad/02-string-int.yaml",
        &[":5:13:", "expected a whole number, found the string \"2\""],
    ),
    refused("a word for a number", "run bad/03-word-int.yaml", &[":5:13:", "found the string \"two\""]),
    refused(
        "a space in a quantity",
        "run bad/04-bad-quantity.yaml",
        &[":11:57:", "\"100 m\": quantities must match"],
    ),
    refused("MB", "run bad/05-MB.yaml", &[":11:71:", "\"64MB\": quantities must match"]),
    refused(
        "a negative request",
        "run bad/06-negative.yaml",
        &[":11:57:", "must be greater than or equal to 0"],
    ),
    refused("a kind's name", "run bad/07-kind-typo.yaml", &[":1:1:", "did you mean \"Deployment\"?"]),
    refused("an old group", "run bad/08-old-api.yaml", &[":1:1:", "write apiVersion: apps/v1"]),
    refused("no kind", "run bad/09-no-kind.yaml", &[":1:1: kind is missing"]),
    refused("no apiVersion", "run bad/10-no-apiversion.yaml", &[":1:1: apiVersion is missing"]),
    refused("no name", "run bad/11-no-name.yaml", &[":1:1: metadata.name is missing"]),
    valid(
        "wbe in the selector, and in the labels too",
        "run bad/12-selector-mismatch.yaml",
        &["no nodes available"],
    ),
    refused(
        "a field's name, deeper",
        "run bad/30-nested-typo.yaml",
        &[":10:7:", "did you mean \"containers\"?"],
    ),
    refused("no containers", "run bad/31-no-containers.yaml", &[":9:9:", "spec.containers: Required value"]),
    refused(
        "a constraint",
        "run bad/32-spread-bad.yaml",
        &[":5:41:", ":5:82:", "\"DoNotSchedule\", \"ScheduleAnyway\""],
    ),
    refused("one object twice", "run bad/45-same-object-twice.yaml", &[":13:1:", "is there already at"]),
    refused("a name", "run bad/48-bad-name.yaml", &[":3:18:", "a lowercase RFC 1123 subdomain"]),
    refused("no selector", "run bad/49-no-selector.yaml", &[":5:3:", "spec.selector: Required value"]),
    valid(
        "a node without allocatable is allowed, and takes no pod",
        "run bad/51-node-noalloc.yaml",
        &[":1:1: node/n9: the node has no status.allocatable: no pod fits on it"],
    ),
    refused(
        "a PriorityClass",
        "run bad/52-namespace-missing.yaml",
        &[":4:27:", "no PriorityClass with name nope"],
    ),
    refused(
        "a list of commands",
        "run bad/54-unquoted-colon.yaml",
        &[":5:54:", "expected a string, found a mapping"],
    ),
    refused("a key beside the object", "run bad/56-merge-key.yaml", &[":1:1:", "x-base: unknown field"]),
    refused(
        "another selector",
        "run bad2/01-selector-mismatch.yaml",
        &[":6:33:", "does not match template `labels`"],
    ),
    refused(
        "a limit below",
        "run bad2/17-limits-below-requests.yaml",
        &[":4:69:", "less than or equal to cpu limit of 1"],
    ),
    refused(
        "a toleration",
        "run bad2/18-toleration-bad.yaml",
        &[":4:41:", "\"Equal\", \"Exists\"", ":4:56:", "\"NoExecute\""],
    ),
    refused(
        "surge 0, unavailable 0",
        "run bad2/19-maxsurge-zero.yaml",
        &[":5:59:", "may not be 0 when `maxSurge` is 0"],
    ),
    refused("a text for an affinity", "run bad2/20-affinity-string.yaml", &[":4:18:", "expected a mapping"]),
    told(
        "a node that is not there",
        "run bad2/14-nodename-missing.yaml",
        &[":4:18:", "(ghost) and is left out"],
    ),
    valid(
        "a pod for a node that takes none waits",
        "run bad2/15-pod-on-empty-node.yaml",
        &["1 of 1 pods is unschedulable", "node/n9: the node has no status.allocatable"],
    ),
    valid(
        "a constraint without a selector is allowed",
        "run bad2/21-tsc-no-selector.yaml",
        &["constraint-without-effect"],
    ),
    valid(
        "ScheduleAnyway on a key that no node has is allowed",
        "run bad2/22-tsc-unknown-key.yaml bad2/base.yaml",
        &["topology-key-on-no-node"],
    ),
    valid("a node", "run bad/base.yaml", &[WHOLE]),
    valid("a node", "run bad2/base.yaml", &[WHOLE]),
    told(
        "an autoscaler with a word for a number, and without its Deployment",
        "run bad2/16-hpa-scale-target-typo.yaml",
        &[
            "HorizontalPodAutoscalers (1): replicas do not follow the load",
            ":4:21: horizontalpodautoscaler/default/h: a whole number is wanted",
            ":4:58: horizontalpodautoscaler/default/h: there is no deployment/default/nope in the input",
        ],
    ),
    told("a custom resource", "run bad/27-crd.yaml", &["custom resources (Rollout 1)"]),
];

const TEXTS: &[Case] = &[
    refused("a tab", "run bad/13-tab.yaml", &[":5:2: not valid YAML: tabs disallowed"]),
    refused(
        "a key twice",
        "run bad/14-dup-key.yaml",
        &[":6:3:", "stands twice in this mapping (first on line 5)"],
    ),
    refused(
        "an empty file",
        "run bad/15-empty.yaml",
        &["15-empty.yaml:1:1: the file is empty: did the command fail"],
    ),
    refused(
        "an empty file beside others",
        "run bad/15-empty.yaml nodes3.yaml",
        &["15-empty.yaml:1:1: the file is empty"],
    ),
    refused("an empty file beside a Scenario", "run bad/15-empty.yaml timing.yaml", &["the file is empty"]),
    refused(
        "comments",
        "run bad/16-comment-only.yaml",
        &["16-comment-only.yaml:1:1: the file holds only comments"],
    ),
    refused("binary", "run bad/17-binary.yaml", &["17-binary.yaml: a binary file, not YAML or JSON"]),
    refused(
        "a text",
        "run bad/19-string.yaml",
        &[":1:1: a document must be an object with apiVersion and kind"],
    ),
    refused(
        "a list",
        "run bad/20-list.yaml",
        &[":1:2: a document must be an object with apiVersion and kind"],
    ),
    refused("an alias within", "run bad/21-cyclic.yaml", &[":2:6:", "an anchor that encloses it"]),
    refused("aliases of aliases", "run bad/22-billion-laughs.yaml", &[":7:8:", "expand to too many values"]),
    refused("brackets", "run bad/50-deep.yaml", &[":1:259:", "recursion limit"]),
    refused("indentation", "run bad/53-mixed-indent.yaml", &[":5:2: not valid YAML"]),
    valid("line ends of Windows are allowed", "run bad/42-crlf.yaml", &["2 of 2 pods are unschedulable"]),
    valid("a byte order mark is allowed", "run bad/43-bom.yaml", &["2 of 2 pods are unschedulable"]),
    refused(
        "UTF-16",
        "run bad/44-utf16.yaml",
        &["the text is in UTF-16, as PowerShell's `>` writes it", "Out-File -Encoding utf8"],
    ),
    refused(
        "JSON cut off",
        "run bad/46-json-truncated.json",
        &[":2:1:", "the text ends too early; is the file cut off?"],
    ),
    valid(
        "JSON is read as YAML, which allows a comma before a bracket",
        "run bad/47-json-trailing-comma.json",
        &["1 of 1 pods is unschedulable"],
    ),
    valid("JSON lines are several documents", "run bad2/11-jsonl.json", &["2 of 2 pods are unschedulable"]),
    refused(
        "gzip cut off",
        "run bad2/12-trunc.yaml.gz",
        &["12-trunc.yaml.gz: not valid gzip", "the file is cut off or damaged"],
    ),
    valid("gzip is known by its bytes, not by its name", "run bad2/13-notgz.yaml.gz", &[WHOLE]),
];

const OTHER_TOOLS: &[Case] = &[
    refused(
        "Helm",
        "run bad/28-helm-raw.yaml",
        &[":4:9: {{ … }} is the source of a template", "`helm template NAME CHART`"],
    ),
    refused(
        "Kustomize",
        "run bad/29-kustomize.yaml",
        &[":1:1: a Kustomization", "`kubectl kustomize tests/cases/files/bad`"],
    ),
    refused(
        "a table",
        "run bad2/02-kubectl-table.yaml",
        &[":1:1: this is a table of kubectl", "`-o yaml`: kubectl get nodes,"],
    ),
    refused(
        "an error",
        "run bad2/03-kubectl-error.yaml",
        &[":1:1: the file holds a message", "\"error: You must be logged in", "no `2>&1`"],
    ),
    refused("describe", "run bad2/04-describe.yaml", &[":1:1:", "`kubectl get KIND web-1 -o yaml`"]),
    refused(
        "a kubeconfig",
        "run bad2/05-kubeconfig.yaml",
        &[":1:1: this is a kubeconfig", "kubectl get nodes,"],
    ),
    refused("compose", "run bad2/06-compose.yaml", &[":1:1:", "docker-compose", "kompose convert"]),
    refused(
        "values",
        "run bad2/07-values.yaml",
        &[":1:1:", "values file of a Helm chart", "`helm template NAME CHART -f FILE`"],
    ),
    refused(
        "an empty List",
        "run bad2/08-empty-list.yaml",
        &[":1:1: the list holds no object: did `kubectl`", "`-A`"],
    ),
    refused(
        "a List without items",
        "run bad2/09-list-no-items.yaml",
        &[":1:1: the list holds no object", "`-A`"],
    ),
    refused("a List of null", "run bad2/10-list-null.yaml", &[":1:1: the list holds no object", "`-A`"]),
    refused(
        "an empty List beside a Scenario",
        "run bad2/08-empty-list.yaml timing.yaml",
        &["the list holds no object"],
    ),
    Case {
        about: "an empty List beside objects",
        command: "run bad2/08-empty-list.yaml bad2/base.yaml",
        code: 0,
        says: &["warning: tests/cases/files/bad2/08-empty-list.yaml:1:1: the list holds no object"],
        hides: &[WHOLE],
    },
];

const OWN_DOCUMENTS: &[Case] = &[
    refused(
        "a release as a number",
        "run bad/23-version-number.yaml",
        &[":4:27:", "write \"1.30\" in quotes"],
    ),
    refused("a release to come", "run bad/24-version-future.yaml", &[":4:27:", "write one of 1.24 to 1."]),
    refused("a release long gone", "run bad/25-version-old.yaml", &[":4:27:", "write one of 1.24 to 1."]),
    valid(
        "patch releases are releases",
        "run bad/26-version-patch.yaml",
        &["no pod runs or waits at the end"],
    ),
    refused("a field", "run bad/33-scenario-typo.yaml", &[":5:3:", "did you mean \"nodePools\"?"]),
    refused("a duration", "run bad/34-duration.yaml", &[":5:28:", "a duration such as 500ms"]),
    refused("a distribution", "run bad/35-duration2.yaml", &[":5:28:", "12s is above the second 2s"]),
    refused("a measure", "run bad/36-measure.yaml", &[":5:12:", "did you mean \"finalSkew\"?"]),
    refused(
        "an operation",
        "run bad/37-timeline-op.yaml",
        &[
            ":5:23: spec.timeline[0].drain: unknown field; operations are apply, delete, rolloutRestart, setImage, scale",
        ],
    ),
    refused(
        "a variant's object",
        "run bad/38-variant-path.yaml",
        &[":5:41: there is no deployment/default/nope"],
    ),
    refused("two Scenarios", "run bad/39-two-scenarios.yaml", &[":5:1: a second Scenario"]),
    refused(
        "a kind",
        "run bad/40-wrong-kubecast-kind.yaml",
        &[":1:1: kind \"Scenari\" is not known", "Scenario, Study and Plan"],
    ),
    refused("a file", "run bad/41-missing-manifest.yaml", &[":4:20:", "nope.yaml: No such file"]),
    refused(
        "a gate",
        "run bad/57-gate.yaml",
        &[":4:22:", "did you mean \"MatchLabelKeysInPodTopologySpread\"?"],
    ),
    refused(
        "a Study",
        "study bad2/23-study-typo.yaml",
        &[":4:18:", "give at least one metric", "nope.yaml: No such file"],
    ),
];

/// B13: YAML reads them as truth values and numbers.
const QUOTES: &[Case] = &[
    refused(
        "no",
        "run bad/55-norway.yaml",
        &[":3:39:", "labels.country: expected a string", "; write \"no\" in quotes"],
    ),
    refused("true", "run bad/58-env-bool.yaml", &[":4:64:", "; write \"true\" in quotes"]),
    refused(
        "n",
        "plan bad2/24-plan-target.yaml",
        &[":4:53: spec.variables[0].name:", "; write \"n\" in quotes"],
    ),
];

#[test]
fn wrong_fields_are_told_with_what_is_right() {
    check(FIELDS);
}

#[test]
fn texts_that_cannot_be_read_say_why() {
    check(TEXTS);
}

#[test]
fn files_of_other_tools_name_the_command_that_helps() {
    check(OTHER_TOOLS);
}

#[test]
fn wrong_documents_of_ones_own_are_told_with_what_is_right() {
    check(OWN_DOCUMENTS);
}

#[test]
fn what_needs_quotes_is_shown_as_written() {
    check(QUOTES);
}

/// No file of the folders is forgotten.
#[test]
fn every_wrong_file_is_a_case() {
    let cases = [FIELDS, TEXTS, OTHER_TOOLS, OWN_DOCUMENTS, QUOTES].concat();
    let tried: BTreeSet<&str> = cases.iter().flat_map(|case| case.command.split(' ').skip(1)).collect();
    for folder in ["bad", "bad2"] {
        for entry in std::fs::read_dir(root("tests/cases/files").join(folder)).expect("the folder is there") {
            let name = entry.expect("a readable entry").file_name();
            let name = format!("{folder}/{}", name.to_str().expect("UTF-8"));
            assert!(tried.contains(name.as_str()), "{name}");
        }
    }
}
