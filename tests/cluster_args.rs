//! What every command that reads a cluster takes alike: `-f`, `-n`, `--set`, and the words of kubectl.

use crate::harness::{file, kubecast};

const NODE: &str = "apiVersion: v1\nkind: Node\nmetadata: {name: worker-0}\nstatus: {allocatable: {cpu: 4, memory: 8Gi, pods: 110}}\n";
const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 2\n  selector: \
                          {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: \
                          [{name: c, image: 'i:1', resources: {requests: {cpu: 1}}}]}\n";
const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: extra}\nspec: {containers: [{name: c, image: 'i:1', resources: \
                   {requests: {cpu: 1}}}]}\n";

fn inputs(name: &str) -> (String, String) {
    (
        file(&format!("cluster-args-{name}-node.yaml"), NODE),
        file(&format!("cluster-args-{name}-web.yaml"), DEPLOYMENT),
    )
}

#[test]
fn files_stand_as_words_or_after_f() {
    let (node, web) = inputs("files");
    for command in ["run", "validate"] {
        let words = kubecast(&[command, &node, &web]).success();
        assert_eq!(kubecast(&[command, "-f", &node, &web]).success(), words, "{command}");
        assert_eq!(kubecast(&[command, &node, "--filename", &web]).success(), words, "{command}");
    }
    let pod = file("cluster-args-files-pod.yaml", POD);
    let words = kubecast(&["capacity", &node, "--pod", &pod]).success();
    assert_eq!(kubecast(&["capacity", "--pod", &pod, "-f", &node]).success(), words);
    assert_eq!(kubecast(&["run"]).code, 2, "nothing is read");
}

#[test]
fn what_names_no_namespace_is_put_into_one() {
    let (node, web) = inputs("namespace");
    let rolled =
        kubecast(&["rollout", "deployment/web", "-n", "shop", "-f", &node, &web, "--runs", "5"]).success();
    assert!(rolled.contains("kubectl rollout restart deployment/shop/web:"), "{rolled}");
    let explained = kubecast(&["explain", "pod/web-", "-n", "shop", "-f", &node, &web]);
    assert!(explained.told().contains("shop/web-"), "{}", explained.told());
    // An object that names one stays there.
    let own = file(
        "cluster-args-namespace-own.yaml",
        &DEPLOYMENT.replace("{name: web}", "{name: web, namespace: own}"),
    );
    let refused = kubecast(&["rollout", "deployment/web", "-n", "shop", "-f", &node, &own, "--runs", "5"]);
    let told = "error: there is no deployment/shop/web, but there is deployment/own/web\n";
    assert_eq!((refused.code, refused.stderr.as_str()), (2, told));
}

#[test]
fn values_are_set_before_anything_happens() {
    let (node, web) = inputs("set");
    let pods = |set: &[&str]| {
        let arguments = [&["run", "--format", "json", &node, &web][..], set].concat();
        let variant = &kubecast(&arguments).json()["variants"][0];
        variant["figures"]
            .as_array()
            .expect("figures")
            .iter()
            .find(|one| one["measure"] == "pods")
            .expect("pods")["value"]
            .as_f64()
    };
    assert_eq!(pods(&[]), Some(2.0));
    assert_eq!(pods(&["--set", "deployment/web#/spec/replicas=3"]), Some(3.0));
    let cordoned = [
        "explain",
        "pod/web-",
        &node,
        &web,
        "--set",
        "node/worker-0#/spec/unschedulable=true; deployment/web#/spec/replicas=1",
    ];
    assert!(kubecast(&cordoned).success().contains("unschedulable"));
    for (set, told) in [
        ("spec.replicas=3", "error: --set /spec/replicas=3: say in which object, such as"),
        (
            "deployment/other#/spec/replicas=3",
            "error: there is no deployment/default/other (did you mean \"deployment/default/web\"?)",
        ),
        ("nonsense", "error: --set nonsense: there is no value; write PATH=VALUE"),
    ] {
        let refused = kubecast(&["run", &node, &web, "--set", set]);
        assert!(refused.code == 2 && refused.stderr.contains(told), "{set}: {}", refused.stderr);
    }
}

#[test]
fn rollouts_and_pods_are_named_as_kubectl_names_them() {
    let (node, web) = inputs("words");
    let plain = kubecast(&["rollout", "deployment/web", "-f", &node, &web, "--runs", "5"]).success();
    assert_eq!(
        kubecast(&["rollout", "restart", "deploy/web", "-f", &node, &web, "--runs", "5"]).success(),
        plain
    );
    let refused = kubecast(&["rollout", "undo", "deployment/web", "-f", &node, &web]);
    assert!(
        refused.code == 2 && refused.stderr.contains("\"undo deployment/web\" is no rollout"),
        "{}",
        refused.stderr
    );
    let pod = file("cluster-args-words-pod.yaml", POD);
    let named = kubecast(&["explain", &node, &pod, "--pod", "default/extra"]).success();
    for words in [["explain", "pod/extra", &node, &pod], ["explain", &node, "po/default/extra", &pod]] {
        assert_eq!(kubecast(&words).success(), named);
    }
    let both = kubecast(&["explain", "pod/extra", "--pod", "extra", &node, &pod]);
    assert_eq!((both.code, both.stderr.as_str()), (2, "error: 2 pods are named; explain one at a time\n"));
    assert_eq!(kubecast(&["explain", &node, &pod]).code, 2, "no pod is named");
}
