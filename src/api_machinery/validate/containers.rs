//! Containers and init containers (`validateContainers`, `validateInitContainers` of core/validation,
//! v1.34).
//!
//! DIFFERENCE: the image may be missing, as only ImageLocality looks at it, and a pod that exists may
//! be recorded without its containers. Environment, volume mounts, security contexts, lifecycle hooks
//! and resize policies are not looked at.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{Container, ContainerPort, PodSpec};

use super::fault::Faults;
use super::names;
use super::path::Path;
use super::probes;
use super::quantities::{Places, container_resource, requirements};
use super::scope::Scope;

/// The protocols of ports, sorted as the API server lists them.
pub(super) const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];

/// All containers of a pod, `at` being the pod spec.
pub(super) fn containers(spec: &PodSpec, scope: &Scope<'_>, at: &Path<'_>, faults: &mut Faults) {
    let list = at.child("containers");
    if spec.containers.is_empty() && !scope.exists {
        faults.required(&list, "");
    }
    let mut taken = BTreeSet::new();
    for (index, container) in spec.containers.iter().enumerate() {
        let at = list.index(index);
        common(container, scope, &at, faults);
        if !taken.insert(container.name.as_str()) {
            faults.duplicate(&at.child("name"), container.name.as_str(), "");
        }
        probes::all(container, &at, faults);
        if container.restart_policy.is_some() {
            faults.forbidden(&at.child("restartPolicy"), "may not be set for non-init containers");
        }
    }
    let mut taken_ports = BTreeSet::new();
    for (index, container) in spec.containers.iter().enumerate() {
        unique_host_ports(container, &list.index(index), &mut taken_ports, faults);
    }
    init_containers(spec, taken, scope, &at.child("initContainers"), faults);
}

fn init_containers<'a>(
    spec: &'a PodSpec,
    mut taken: BTreeSet<&'a str>,
    scope: &Scope<'_>,
    list: &Path<'_>,
    faults: &mut Faults,
) {
    for (index, container) in spec.init_containers.iter().flatten().enumerate() {
        let at = list.index(index);
        common(container, scope, &at, faults);
        // Without the gate the API server drops the field before it looks.
        let policy = container.restart_policy.as_deref().filter(|_| scope.behaviour.sidecar_containers);
        if let Some(policy) = policy.filter(|policy| *policy != "Always") {
            faults.not_supported(&at.child("restartPolicy"), policy, &["Always"]);
        }
        if taken.contains(container.name.as_str()) {
            faults.duplicate(&at.child("name"), container.name.as_str(), "");
        } else if !container.name.is_empty() {
            taken.insert(&container.name);
        }
        // Ordinary init containers run one by one: each is on its own with its ports. The API server
        // says the list's first element, whichever it is.
        unique_host_ports(container, &list.renumbered(index, 0), &mut BTreeSet::new(), faults);
        if policy == Some("Always") {
            probes::all(container, &at, faults);
        } else {
            probes::none(container, &at, faults);
        }
    }
}

/// What holds for containers of all kinds.
fn common(container: &Container, scope: &Scope<'_>, at: &Path<'_>, faults: &mut Faults) {
    let name = at.child("name");
    if container.name.is_empty() {
        faults.required(&name, "");
    } else {
        faults.all_invalid(&name, &container.name, &names::dns_label(&container.name));
    }
    let image = container.image.as_deref().unwrap_or_default();
    if scope.is_pod && image.trim() != image {
        faults.invalid(&at.child("image"), image, "must not have leading or trailing whitespace");
    }
    ports(container.ports.as_deref().unwrap_or_default(), &at.child("ports"), faults);
    if let Some(resources) = &container.resources {
        let whole = at.child("resources");
        let (limits, requests) = (whole.child("limits"), whole.child("requests"));
        let places = Places { whole: &whole, limits: &limits, requests: &requests };
        let (limits, requests) = (resources.limits.as_ref(), resources.requests.as_ref());
        requirements(limits, requests, container_resource, &places, faults);
    }
}

fn ports(ports: &[ContainerPort], list: &Path<'_>, faults: &mut Faults) {
    let mut taken = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        let at = list.index(index);
        if let Some(name) = port.name.as_deref().filter(|name| !name.is_empty()) {
            let wrong = names::port_name(name);
            if wrong.is_empty() && !taken.insert(name) {
                faults.duplicate(&at.child("name"), name, "");
            }
            faults.all_invalid(&at.child("name"), name, &wrong);
        }
        let container_port = at.child("containerPort");
        if port.container_port == 0 {
            faults.required(&container_port, "");
        } else if let Some(wrong) = names::port_number(port.container_port) {
            faults.invalid(&container_port, port.container_port, &wrong);
        }
        let host_port = port.host_port.filter(|port| *port != 0);
        if let Some((number, wrong)) = host_port.and_then(|port| Some((port, names::port_number(port)?))) {
            faults.invalid(&at.child("hostPort"), number, &wrong);
        }
        protocol(port.protocol.as_deref(), &at.child("protocol"), faults);
    }
}

/// The protocol of a port.
pub(super) fn protocol(protocol: Option<&str>, at: &Path<'_>, faults: &mut Faults) {
    match protocol.unwrap_or_default() {
        "" => faults.required(at, ""),
        known if PROTOCOLS.contains(&known) => {}
        other => faults.not_supported(at, other, &PROTOCOLS),
    }
}

/// No two ports may be the same on the host.
fn unique_host_ports(
    container: &Container,
    at: &Path<'_>,
    taken: &mut BTreeSet<String>,
    faults: &mut Faults,
) {
    let ports = at.child("ports");
    for (index, port) in container.ports.iter().flatten().enumerate() {
        let Some(number) = port.host_port.filter(|port| *port != 0) else { continue };
        let protocol = port.protocol.as_deref().unwrap_or_default();
        let ip = port.host_ip.as_deref().unwrap_or_default();
        let shown = format!("{protocol}/{ip}/{number}");
        if taken.contains(&shown) {
            faults.duplicate(&ports.index(index).child("hostPort"), shown.as_str(), "");
        }
        taken.insert(shown);
    }
}

/// With the host's network a port is the same on the host, or left open in a template.
pub(super) fn host_network_ports(spec: &PodSpec, at: &Path<'_>, faults: &mut Faults) {
    if spec.host_network != Some(true) {
        return;
    }
    let list = at.child("containers");
    for (index, container) in spec.containers.iter().enumerate() {
        let at = list.index(index);
        let ports = at.child("ports");
        for (index, port) in container.ports.iter().flatten().enumerate() {
            let number = port.host_port.unwrap_or(0);
            if number != 0 && number != port.container_port {
                let detail = "must match `containerPort` when `hostNetwork` is true";
                faults.invalid(&ports.index(index).child("hostPort"), number, detail);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, check_in};

    fn pod(spec: &str) -> String {
        format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{{spec}}}\n")
    }

    /// `TestValidateContainers`, `TestValidateInitContainers` (pkg/apis/core/validation).
    #[test]
    fn names() {
        check(&pod("containers: [{name: abc-123}]"), &[]);
        check(&pod("containers: []"), &["spec.containers: Required value"]);
        check(&pod("containers: []").replace("name: p", "name: p, uid: u"), &[]);
        check(&pod("containers: [{image: i}]"), &["spec.containers[0].name: Required value"]);
        check(
            &pod("containers: [{name: a_b, image: i}]"),
            &[
                "spec.containers[0].name: Invalid value: \"a_b\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
            ],
        );
        check(
            &pod("containers: [{name: a}, {name: a}], initContainers: [{name: a}, {name: b}, {name: b}]"),
            &[
                "spec.containers[1].name: Duplicate value: \"a\"",
                "spec.initContainers[0].name: Duplicate value: \"a\"",
                "spec.initContainers[2].name: Duplicate value: \"b\"",
            ],
        );
        check(
            &pod("containers: [{name: a, image: \" i\"}]"),
            &[
                "spec.containers[0].image: Invalid value: \" i\": must not have leading or trailing whitespace",
            ],
        );
    }

    #[test]
    fn ports_are_checked() {
        let ports = |ports: &str| pod(&format!("containers: [{{name: c, ports: [{ports}]}}]"));
        check(&ports("{containerPort: 80, name: http}, {containerPort: 80, protocol: UDP}"), &[]);
        check(
            &ports("{name: HTTP}, {containerPort: 70000, protocol: tcp}"),
            &[
                "spec.containers[0].ports[0].name: Invalid value: \"HTTP\": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
                "spec.containers[0].ports[0].name: Invalid value: \"HTTP\": must contain at least one letter (a-z)",
                "spec.containers[0].ports[0].containerPort: Required value",
                "spec.containers[0].ports[1].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
                "spec.containers[0].ports[1].protocol: Unsupported value: \"tcp\": supported values: \"SCTP\", \"TCP\", \"UDP\"",
            ],
        );
        check(
            &ports("{containerPort: 1, name: a}, {containerPort: 2, name: a, hostPort: -1}"),
            &[
                "spec.containers[0].ports[1].name: Duplicate value: \"a\"",
                "spec.containers[0].ports[1].hostPort: Invalid value: -1: must be between 1 and 65535, inclusive",
            ],
        );
    }

    #[test]
    fn ports_on_the_host() {
        check(
            &pod(
                "containers: [{name: a, ports: [{containerPort: 80, hostPort: 80}]}, {name: b, ports: [{containerPort: 81, hostPort: 80}, {containerPort: 81, hostPort: 80, hostIP: 10.0.0.1}]}]",
            ),
            &["spec.containers[1].ports[0].hostPort: Duplicate value: \"TCP//80\""],
        );
        check(
            &pod("hostNetwork: true, containers: [{name: a, ports: [{containerPort: 80, hostPort: 81}]}]"),
            &[
                "spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true",
            ],
        );
        check(&pod("hostNetwork: true, containers: [{name: a, ports: [{containerPort: 80}]}]"), &[]);
    }

    #[test]
    fn restart_policies_of_containers() {
        check(&pod("containers: [{name: a}], initContainers: [{name: b, restartPolicy: Always}]"), &[]);
        check(
            &pod(
                "containers: [{name: a, restartPolicy: Always}], initContainers: [{name: b, restartPolicy: Never}]",
            ),
            &[
                "spec.containers[0].restartPolicy: Forbidden: may not be set for non-init containers",
                "spec.initContainers[0].restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"",
            ],
        );
        let old = pod("containers: [{name: a}], initContainers: [{name: b, restartPolicy: Never}]");
        check_in(27, &old, &[]);
    }
}
