//! Documents that are no Kubernetes objects.

use kubecast_manifest::{Tree, Value};

/// What a document seems to be that is no Kubernetes object, and what would be right. `file` is the file's name.
pub(in crate::scenario) fn document(file: &str, tree: &Tree) -> Option<String> {
    let (api_version, kind) = (tree.get_str("apiVersion"), tree.get_str("kind"));
    let has = |key: &str| tree.get(key).is_some();
    if api_version.is_some_and(|version| version.starts_with("kustomize.config.k8s.io/"))
        || (kind.is_none() && is_kustomization(tree))
    {
        return Some(format!(
            "a Kustomization says how manifests are made and is none itself: `kubectl kustomize {}` writes them",
            folder_of(file)
        ));
    }
    match (api_version, kind) {
        (_, Some("Config")) if has("clusters") || has("contexts") || has("users") => Some(format!(
            "this is a kubeconfig, which says how to reach a cluster; what kubecast reads is a dump of it: {}",
            crate::scenario::dump_line::command()
        )),
        (Some("v1"), Some("Status")) if has("status") || has("message") => Some(format!(
            "this is an error of the API server, not an object: {:?}; mend that, and ask again",
            tree.get_str("message").unwrap_or("no message")
        )),
        (Some(_), None) if has("name") && has("version") && !has("metadata") => Some(
            "this is the Chart.yaml of a Helm chart, not a manifest: `helm template NAME CHART` writes its manifests".to_owned(),
        ),
        (None, None) => Some(no_object(tree)),
        (_, Some(_)) => helm(tree),
        _ => None,
    }
}

/// The folder of a file, as a command takes it.
fn folder_of(file: &str) -> &str {
    match file.rsplit_once('/') {
        Some((folder, _)) => folder,
        None if file == "-" => "DIR",
        None => ".",
    }
}

/// Whether a document without kind is a Kustomization: kustomize does not ask for one.
fn is_kustomization(tree: &Tree) -> bool {
    const KEYS: [&str; 8] = [
        "bases",
        "patchesStrategicMerge",
        "patchesJson6902",
        "configMapGenerator",
        "secretGenerator",
        "commonLabels",
        "namePrefix",
        "nameSuffix",
    ];
    let lists_files = tree
        .get("resources")
        .and_then(Tree::as_seq)
        .is_some_and(|files| !files.is_empty() && files.iter().all(|file| file.as_str().is_some()));
    lists_files || KEYS.iter().any(|key| tree.get(key).is_some())
}

/// A mapping with neither apiVersion nor kind.
fn no_object(tree: &Tree) -> String {
    const VALUES: [&str; 8] = [
        "replicaCount",
        "image",
        "nameOverride",
        "fullnameOverride",
        "global",
        "podAnnotations",
        "serviceAccount",
        "imagePullSecrets",
    ];
    let keys: Vec<&str> = tree.as_map().unwrap_or_default().iter().map(|entry| entry.key.as_str()).collect();
    let missing = "apiVersion and kind are missing, so this is no Kubernetes object";
    let services = tree.get("services").and_then(Tree::as_map).unwrap_or_default();
    if services.iter().any(|service| ["image", "build"].iter().any(|key| service.value.get(key).is_some())) {
        return format!(
            "{missing}: it seems to be a docker-compose file; write its services as Deployments (`kompose convert` does it)"
        );
    }
    if keys.iter().any(|key| VALUES.contains(key)) {
        return format!(
            "{missing}: it seems to be the values file of a Helm chart; `helm template NAME CHART -f FILE` writes the manifests"
        );
    }
    let some: Vec<&str> = keys.iter().take(3).copied().collect();
    let more = if keys.len() > some.len() { ", …" } else { "" };
    format!(
        "{missing}: it has {}{more}; the manifests of a Helm chart come from `helm template NAME CHART -f VALUES`, those of a \
         cluster from `kubectl get … -o yaml`",
        some.join(", ")
    )
}

/// The remains of a template in the name or the spec of an object that a person wrote.
fn helm(tree: &Tree) -> Option<String> {
    if tree.pointer("/metadata/uid").is_some() {
        return None;
    }
    let name = tree.pointer("/metadata/name").and_then(Tree::as_str).filter(|name| name.contains("{{"));
    let found = name.or_else(|| tree.get("spec").and_then(template_in))?;
    let shown: String = found.chars().take(60).collect();
    Some(format!(
        "{shown:?} is the source of a template, as Helm charts have it, and no manifest before it is rendered: `helm template \
         NAME CHART` does it for a chart"
    ))
}

/// A text with a template of Helm below a value.
fn template_in(tree: &Tree) -> Option<&str> {
    match &tree.value {
        Value::String(text) => text.find("{{").is_some_and(|at| is_helm(&text[at..])).then_some(text),
        Value::Seq(items) => items.iter().find_map(template_in),
        Value::Map(entries) => entries.iter().find_map(|entry| template_in(&entry.value)),
        _ => None,
    }
}

/// Whether a text that begins with `{{` is one of Helm's templates: others stand in manifests, quoted.
pub(super) fn is_helm(text: &str) -> bool {
    const WORDS: [&str; 8] = [
        ".Values.",
        ".Release.",
        ".Chart.",
        ".Capabilities.",
        "include \"",
        "template \"",
        "tpl ",
        "toYaml ",
    ];
    let Some(rest) = text.strip_prefix("{{") else { return false };
    let inner = rest.split("}}").next().unwrap_or(rest);
    WORDS.iter().any(|word| inner.contains(word))
}

#[cfg(test)]
mod tests {
    use kubecast_manifest::parse;

    use super::*;

    fn said(text: &str) -> String {
        let documents = parse("shop/f.yaml", text).expect("valid YAML");
        document("shop/f.yaml", &documents[0].tree).unwrap_or_default()
    }

    #[test]
    fn other_tools_files_are_known_by_their_keys() {
        for (text, expected) in [
            (
                "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
                "`kubectl kustomize shop`",
            ),
            ("resources: [a.yaml, b.yaml]\n", "`kubectl kustomize shop`"),
            ("namePrefix: a-\n", "`kubectl kustomize shop`"),
            ("apiVersion: v1\nkind: Config\nclusters: []\n", "a kubeconfig"),
            (
                "apiVersion: v1\nkind: Status\nstatus: Failure\nmessage: Unauthorized\n",
                "API server, not an object: \"Unauth",
            ),
            ("apiVersion: v2\nname: shop\nversion: 1.0.0\n", "Chart.yaml of a Helm chart"),
            ("services: {web: {image: nginx}}\n", "docker-compose"),
            ("version: \"3\"\nservices: {web: {build: .}}\n", "docker-compose"),
            ("replicaCount: 3\nimage: {repository: nginx}\n", "`helm template NAME CHART -f FILE`"),
            ("a: 1\nb: 2\nc: 3\nd: 4\n", "it has a, b, c, …; "),
            (
                "apiVersion: v1\nkind: Pod\nmetadata: {name: \"{{ .Release.Name }}\"}\n",
                "`helm template NAME CHART`",
            ),
            (
                "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: \"x:{{ .Values.tag }}\"}]}\n",
                "`helm template",
            ),
        ] {
            let said = said(text);
            assert!(said.contains(expected), "{text:?}: {said:?}");
        }
    }

    #[test]
    fn objects_are_not_mistaken() {
        for text in [
            "apiVersion: v1\nkind: Pod\n",
            "kind: Pod\n",
            "apiVersion: v1\n",
            "apiVersion: apps/v1\nmetadata: {name: web}\nname: x\nversion: 1\n",
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {}\n",
            "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec: {a: \"{{ $labels.pod }}\"}\n",
            "apiVersion: v1\nkind: ConfigMap\ndata: {a: \"{{ .Values.x }}\"}\n",
            "apiVersion: v1\nkind: Pod\nmetadata: {uid: x}\nspec: {a: \"{{ .Values.x }}\"}\n",
            "apiVersion: v1\nkind: Config\nmetadata: {name: x}\n",
        ] {
            assert_eq!(said(text), "", "{text}");
        }
    }
}
