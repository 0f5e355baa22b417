//! Dumps of clusters as kubectl prints them, of any size: nodes, Deployments with an old and a new ReplicaSet, their pods, each
//! with owners, status and `managedFields`. The same size and seed give the same bytes.

use std::io::{self, Write};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// How large a cluster is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) nodes: usize,
    pub(crate) deployments: usize,
    pub(crate) replicas: usize,
}

/// How the dump is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Yaml,
}

/// The `pod-template-hash` of the ReplicaSets.
const OLD: &str = "5d4f8c7b9d";
const NEW: &str = "7c9f6b5d88";
const CREATED: &str = "2026-01-10T09:00:00Z";
const ZONES: [&str; 3] = ["eu-1a", "eu-1b", "eu-1c"];

/// Writes a dump.
pub(crate) fn write(size: Size, seed: u64, format: Format, target: &mut impl Write) -> io::Result<()> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut list = List { target, format, first: true };
    list.open()?;
    for index in 0..size.nodes {
        list.item(&node(index, &mut random))?;
    }
    for index in 0..size.deployments {
        let name = format!("web-{index}");
        let [deployment, old, new] = [(); 3].map(|()| uid(&mut random));
        list.item(&workload("Deployment", &name, &name, size.replicas, (&deployment, None), &mut random))?;
        for (hash, own, replicas) in [(OLD, &old, 0), (NEW, &new, size.replicas)] {
            let set = format!("{name}-{hash}");
            let owner = owner("Deployment", &name, &deployment);
            list.item(&workload("ReplicaSet", &set, &name, replicas, (own, Some(owner)), &mut random))?;
        }
        for replica in 0..size.replicas {
            let set = format!("{name}-{NEW}");
            let on = (index * size.replicas + replica) % size.nodes;
            list.item(&pod(
                &format!("{set}-{replica:05x}"),
                &name,
                owner("ReplicaSet", &set, &new),
                on,
                &mut random,
            ))?;
        }
    }
    list.close()
}

fn uid(random: &mut ChaCha8Rng) -> String {
    let (high, low) = (random.next_u64(), random.next_u64());
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

fn owner(kind: &str, name: &str, uid: &str) -> Value {
    json!([{"apiVersion": "apps/v1", "blockOwnerDeletion": true, "controller": true, "kind": kind, "name": name, "uid": uid}])
}

/// The size, format and path of `NODES,DEPLOYMENTS,REPLICAS,json|yaml,FILE`; writes the dump there.
pub(crate) fn write_as_told(order: &str) -> io::Result<()> {
    let wrong = || io::Error::new(io::ErrorKind::InvalidInput, "NODES,DEPLOYMENTS,REPLICAS,json|yaml,FILE");
    let parts: Vec<&str> = order.splitn(5, ',').collect();
    let [nodes, deployments, replicas, format, path] = parts[..] else { return Err(wrong()) };
    let number = |text: &str| text.parse::<usize>().map_err(|_| wrong());
    let size = Size { nodes: number(nodes)?, deployments: number(deployments)?, replicas: number(replicas)? };
    let format = match format {
        "json" => Format::Json,
        "yaml" => Format::Yaml,
        _ => return Err(wrong()),
    };
    let mut file = io::BufWriter::new(std::fs::File::create(path)?);
    write(size, 1, format, &mut file)?;
    file.flush()
}

/// A small dump: always the same bytes, and the same objects in both formats.
pub(crate) fn check() {
    let size = Size { nodes: 3, deployments: 2, replicas: 3 };
    let texts = [Format::Json, Format::Yaml].map(|format| {
        let mut bytes = Vec::new();
        write(size, 1, format, &mut bytes).expect("memory can be written to");
        String::from_utf8(bytes).expect("UTF-8")
    });
    let digests = texts.each_ref().map(|text| kubecast::kernel::stable_hash(text.as_bytes()));
    assert_eq!(digests, DIGESTS, "{digests:x?}");
    let [json, yaml] = texts.map(|text| {
        let objects = kubecast_manifest::parse("dump", &text).expect("a dump is valid");
        objects.iter().map(|object| object.tree.to_json()).collect::<Vec<_>>()
    });
    // Nodes, and for each Deployment itself, two ReplicaSets and its pods.
    assert_eq!(json.len(), 3 + 2 * (1 + 2 + 3));
    assert_eq!(json, yaml, "both formats hold the same objects");
}

/// The small dump's digests as JSON and as YAML.
const DIGESTS: [u64; 2] = [0x1ba6_ff4e_85ff_9865, 0x4de7_f0c8_61c3_7afa];

/// What a server-side applier leaves behind: the larger half of a real dump.
fn managed(manager: &str, fields: &[&str]) -> Value {
    let owned: serde_json::Map<String, Value> =
        fields.iter().map(|field| (format!("f:{field}"), json!({".": {}}))).collect();
    json!([
        {"apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {"f:metadata": {"f:labels": {".": {}, "f:app": {}}}, "f:spec": owned},
         "manager": manager, "operation": "Update", "time": CREATED},
        {"apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {"f:status": {"f:conditions": {".": {}, "k:{\"type\":\"Ready\"}":
         {".": {}, "f:lastTransitionTime": {}, "f:status": {}, "f:type": {}}}}}, "manager": "kubelet", "operation": "Update",
         "subresource": "status", "time": CREATED}
    ])
}

fn node(index: usize, random: &mut ChaCha8Rng) -> Value {
    let name = format!("node-{index}");
    json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": {
            "name": name, "uid": uid(random), "creationTimestamp": CREATED, "resourceVersion": (random.next_u32() >> 4).to_string(),
            "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "topology.kubernetes.io/zone": ZONES[index % 3]},
            "managedFields": managed("kubelet", &["providerID", "podCIDR"]),
        },
        "spec": {"podCIDR": format!("10.{}.{}.0/24", index / 256, index % 256), "providerID": format!("cloud:///{name}")},
        "status": {
            "allocatable": {"cpu": "15890m", "ephemeral-storage": "95551679124", "memory": "62Gi", "pods": "110"},
            "capacity": {"cpu": "16", "ephemeral-storage": "104845292Ki", "memory": "64Gi", "pods": "110"},
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status",
                "lastHeartbeatTime": CREATED, "lastTransitionTime": CREATED}],
            "nodeInfo": {"architecture": "amd64", "kubeletVersion": "v1.34.2", "operatingSystem": "linux", "osImage": "Linux"},
        },
    })
}

fn template(app: &str, hash: Option<&str>) -> Value {
    // The old ReplicaSet has another image: of equal templates the Deployment takes the oldest ReplicaSet.
    let patch = if hash == Some(OLD) { 1 } else { 2 };
    let mut labels = json!({"app": app});
    if let Some(hash) = hash {
        labels["pod-template-hash"] = json!(hash);
    }
    json!({
        "metadata": {"labels": labels},
        "spec": {
            "containers": [{
                "name": "app", "image": format!("registry.example.com/{app}:1.4.{patch}"), "imagePullPolicy": "IfNotPresent",
                "env": [{"name": "POD_IP", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "status.podIP"}}}],
                "ports": [{"containerPort": 8080, "name": "http", "protocol": "TCP"}],
                "readinessProbe": {"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"}, "periodSeconds": 10, "timeoutSeconds": 1,
                    "successThreshold": 1, "failureThreshold": 3},
                "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
                "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
            }],
            "dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler",
            "securityContext": {}, "terminationGracePeriodSeconds": 30,
            "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {"app": app}}}],
        },
    })
}

fn workload(
    kind: &str,
    name: &str,
    app: &str,
    replicas: usize,
    (uid, owner): (&str, Option<Value>),
    random: &mut ChaCha8Rng,
) -> Value {
    let hash = owner.is_some().then(|| name.rsplit('-').next().unwrap_or_default());
    let revision = if hash == Some(OLD) { "1" } else { "2" };
    let mut selector = json!({"app": app});
    if let Some(hash) = hash {
        selector["pod-template-hash"] = json!(hash);
    }
    let mut object = json!({
        "apiVersion": "apps/v1", "kind": kind,
        "metadata": {
            "name": name, "namespace": "default", "uid": uid, "creationTimestamp": CREATED, "generation": 2,
            "resourceVersion": (random.next_u32() >> 4).to_string(), "labels": selector,
            "annotations": {"deployment.kubernetes.io/revision": revision}, "managedFields": managed("kubectl", &["replicas", "template"]),
        },
        "spec": {"replicas": replicas, "selector": {"matchLabels": selector}, "template": template(app, hash)},
        "status": {"observedGeneration": 2, "replicas": replicas, "readyReplicas": replicas, "availableReplicas": replicas},
    });
    match owner {
        Some(owner) => object["metadata"]["ownerReferences"] = owner,
        None => object["status"]["updatedReplicas"] = json!(replicas),
    }
    object
}

fn pod(name: &str, app: &str, owner: Value, node: usize, random: &mut ChaCha8Rng) -> Value {
    let mut pod = template(app, Some(NEW));
    let condition = |kind: &str| json!({"type": kind, "status": "True", "lastProbeTime": null, "lastTransitionTime": CREATED});
    pod["apiVersion"] = json!("v1");
    pod["kind"] = json!("Pod");
    let metadata = &mut pod["metadata"];
    metadata["name"] = json!(name);
    metadata["namespace"] = json!("default");
    metadata["uid"] = json!(uid(random));
    metadata["creationTimestamp"] = json!(CREATED);
    metadata["resourceVersion"] = json!((random.next_u32() >> 4).to_string());
    metadata["ownerReferences"] = owner;
    metadata["managedFields"] =
        managed("kube-controller-manager", &["containers", "dnsPolicy", "restartPolicy", "schedulerName"]);
    pod["spec"]["nodeName"] = json!(format!("node-{node}"));
    pod["status"] = json!({
        "phase": "Running", "qosClass": "Burstable", "hostIP": "10.0.0.1", "podIP": "10.1.0.1", "startTime": CREATED,
        "conditions": [condition("Initialized"), condition("Ready"), condition("ContainersReady"), condition("PodScheduled")],
        "containerStatuses": [{"name": "app", "image": "registry.example.com/app:1.4.2", "imageID": format!("sha256:{:032x}", random.next_u64()),
            "containerID": format!("containerd://{:032x}", random.next_u64()), "ready": true, "restartCount": 0, "started": true,
            "state": {"running": {"startedAt": CREATED}}}],
    });
    pod
}

/// A `List` that is written item by item.
struct List<'w, W> {
    target: &'w mut W,
    format: Format,
    first: bool,
}

impl<W: Write> List<'_, W> {
    fn open(&mut self) -> io::Result<()> {
        match self.format {
            Format::Json => self.target.write_all(b"{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":["),
            Format::Yaml => self.target.write_all(b"apiVersion: v1\nkind: List\nitems:\n"),
        }
    }

    fn item(&mut self, item: &Value) -> io::Result<()> {
        let first = std::mem::take(&mut self.first);
        match self.format {
            Format::Json => write!(self.target, "{}{item}", if first { "" } else { "," }),
            Format::Yaml => {
                let mut text = String::new();
                block(item, 1, &mut text);
                text.replace_range(..2, "- ");
                self.target.write_all(text.as_bytes())
            }
        }
    }

    fn close(&mut self) -> io::Result<()> {
        if self.format == Format::Json { self.target.write_all(b"]}\n") } else { Ok(()) }
    }
}

/// A value in block style, as kubectl prints it; texts in quotes.
fn block(value: &Value, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            for (key, entry) in entries {
                text.push_str(&format!("{indent}{}:", json!(key)));
                nested(entry, depth + 1, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                let begin = text.len();
                block(item, depth + 1, text);
                text.replace_range(begin..begin + indent.len() + 2, &format!("{indent}- "));
            }
        }
        other => text.push_str(&format!("{indent}{other}\n")),
    }
}

fn nested(value: &Value, depth: usize, text: &mut String) {
    let is_nested = value.as_object().is_some_and(|map| !map.is_empty())
        || value.as_array().is_some_and(|list| !list.is_empty());
    if is_nested {
        text.push('\n');
        block(value, depth, text);
    } else {
        text.push_str(&format!(" {value}\n"));
    }
}
