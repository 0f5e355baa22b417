//! What is planted into an input that holds nothing else is in the ledger, and only then is nothing said to be left out.

use kubecast::report::page::text_of;
use kubecast::report::words::opening;
use kubecast::scenario::{LoadOptions, NoFiles, SourceText, load};
use proptest::prelude::*;
use serde_json::{Value, json};

const WHOLE: &str = "Nothing in this input is left out of the simulation.\n";

/// Something that is not simulated: what it is called, and how it is put into the items of a dump. The number chooses among
/// several places.
type Plant = (&'static str, fn(&mut Vec<Value>, usize));

/// The items of a kind, one of them.
fn one<'i>(items: &'i mut [Value], kind: &str, which: usize) -> &'i mut Value {
    let mut of_kind: Vec<&mut Value> = items.iter_mut().filter(|item| item["kind"] == kind).collect();
    let index = which % of_kind.len();
    of_kind.swap_remove(index)
}

/// The spec of a Deployment's template, or of a pod.
fn spec(items: &mut [Value], which: usize) -> &mut Value {
    if which.is_multiple_of(2) {
        &mut one(items, "Deployment", which / 2)["spec"]["template"]["spec"]
    } else {
        &mut one(items, "Pod", which / 2)["spec"]
    }
}

fn object(api_version: &str, kind: &str, spec: &Value) -> Value {
    json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "planted", "namespace": "default"}, "spec": spec})
}

const PLANTS: [Plant; 17] = [
    ("custom resources", |items, which| {
        let kinds =
            [("argoproj.io/v1alpha1", "Rollout"), ("example.com/v1", "Pod"), ("karpenter.sh/v1", "NodePool")];
        let (version, kind) = kinds[which % kinds.len()];
        items.push(object(version, kind, &json!({})));
    }),
    ("HorizontalPodAutoscalers", |items, _| {
        items.push(object("autoscaling/v2", "HorizontalPodAutoscaler", &json!({})));
    }),
    ("ResourceQuotas", |items, _| items.push(object("v1", "ResourceQuota", &json!({"hard": {"pods": "9"}})))),
    ("LimitRanges", |items, _| items.push(object("v1", "LimitRange", &json!({"limits": []})))),
    ("PodDisruptionBudgets", |items, _| {
        items.push(object("policy/v1", "PodDisruptionBudget", &json!({"minAvailable": 1})));
    }),
    ("CronJobs", |items, _| items.push(object("batch/v1", "CronJob", &json!({})))),
    ("admission webhooks and policies", |items, _| {
        items.push(object("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", &json!({})));
    }),
    ("persistent volumes", |items, which| {
        spec(items, which)["volumes"] = json!([{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}]);
    }),
    ("resource claims", |items, which| {
        spec(items, which)["resourceClaims"] = json!([{"name": "r", "resourceClaimName": "x"}]);
    }),
    ("readiness gates", |items, which| {
        spec(items, which)["readinessGates"] = json!([{"conditionType": "example.com/lb"}]);
    }),
    ("runtime classes without overhead", |items, which| {
        spec(items, which)["runtimeClassName"] = json!("kata");
    }),
    ("deadlines of pods", |items, which| {
        one(items, "Pod", which)["spec"]["activeDeadlineSeconds"] = json!(60);
    }),
    ("finalizers", |items, which| {
        one(items, "Pod", which)["metadata"]["finalizers"] = json!(["example.com/hold"]);
    }),
    ("containers that crash or cannot start", |items, which| {
        let waiting = json!([{"name": "c", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]);
        one(items, "Pod", which)["status"]["containerStatuses"] = waiting;
    }),
    ("nodes in trouble", |items, which| {
        one(items, "Node", which)["status"]["conditions"] =
            json!([{"type": "DiskPressure", "status": "True"}]);
    }),
    ("evictions by taints", |items, _| {
        // Every node, so that some pod is on one of them.
        for node in items.iter_mut().filter(|item| item["kind"] == "Node") {
            node["spec"]["taints"] = json!([{"key": "maintenance", "effect": "NoExecute"}]);
        }
    }),
    ("the field status.inventedHere", |items, which| {
        one(items, "Node", which)["status"]["inventedHere"] = json!(1);
    }),
];

/// The dump of a cluster of which everything is simulated.
fn base() -> Vec<Value> {
    let text = include_str!("../fixtures/kk98215-dump.yaml");
    let documents = kubecast_manifest::parse("dump.yaml", text).expect("a valid dump");
    let mut items: Vec<Value> = documents.iter().map(|document| document.tree.to_json()).collect();
    // A dump of one namespace may lack the pods of others.
    items.push(json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "proxy", "namespace": "kube-system", "uid": "0b000000-0000-4000-8000-000000000001"},
        "spec": {"nodeName": "worker-0", "containers": [{"name": "c", "image": "proxy:1"}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }));
    items
}

/// What is left out of a dump, whether anything is doubtful, and what the answer opens with.
fn ledger_of(items: &[Value]) -> (Vec<String>, usize, String) {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string();
    let source = SourceText { name: "dump.json".into(), text: list.into() };
    let resolved = load(&[source], &LoadOptions::default(), &NoFiles).expect("planted inputs are valid");
    let gaps = resolved.ledger.gaps.iter().map(|gap| gap.what.clone()).collect();
    (gaps, resolved.warnings.len(), text_of(&[vec![opening(&resolved.ledger)]]))
}

#[test]
fn of_the_base_nothing_is_left_out() {
    let (gaps, warnings, opening) = ledger_of(&base());
    assert_eq!((gaps, warnings, opening.as_str()), (Vec::new(), 0, WHOLE));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_planted_is_in_the_ledger(
        planted in prop::collection::btree_map(0..PLANTS.len(), any::<u8>(), 0..4),
        without in prop::collection::vec(any::<u8>(), 0..3),
    ) {
        let mut items = base();
        // Pods may be missing: their ReplicaSet makes new ones.
        for which in without {
            let pods: Vec<usize> =
                (0..items.len()).filter(|&at| items[at]["kind"] == "Pod" && items[at]["metadata"]["name"] != "proxy").collect();
            items.remove(pods[usize::from(which) % pods.len()]);
        }
        for (&plant, &which) in &planted {
            PLANTS[plant].1(&mut items, usize::from(which));
        }
        let (gaps, warnings, opening) = ledger_of(&items);
        for &plant in planted.keys() {
            let what = PLANTS[plant].0;
            prop_assert!(gaps.iter().any(|gap| gap == what), "{} is not in {:?}", what, gaps);
        }
        prop_assert_eq!(opening == WHOLE, gaps.is_empty() && warnings == 0, "{:?}, {} warnings: {}", gaps, warnings, opening);
        prop_assert_eq!(gaps.is_empty(), planted.is_empty(), "{:?}", gaps);
    }
}
