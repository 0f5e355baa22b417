//! Services (`SetDefaults_Service` of core/v1, v1.34), and of what the registry adds, the family
//! policy where the spec alone decides on it.

use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{drop_empty, text};

/// How long a client stays with its pod: three hours.
const AFFINITY_SECONDS: i32 = 10_800;

/// A Service; one without a spec stays without.
pub(super) fn service(service: &mut Service) {
    let Some(spec) = &mut service.spec else { return };
    drop_empty(&mut spec.selector);
    text(&mut spec.session_affinity, "None");
    match spec.session_affinity.as_deref() {
        Some("None") => spec.session_affinity_config = None,
        Some("ClientIP") => {
            let config = spec.session_affinity_config.get_or_insert_default();
            let client = config.client_ip.get_or_insert_default();
            client.timeout_seconds.get_or_insert(AFFINITY_SECONDS);
        }
        _ => {}
    }
    text(&mut spec.type_, "ClusterIP");
    spec.ports.iter_mut().flatten().for_each(port);
    let type_ = spec.type_.clone().unwrap_or_default();
    let has_external = spec.external_ips.as_ref().is_some_and(|addresses| !addresses.is_empty());
    if ["NodePort", "LoadBalancer"].contains(&type_.as_str()) || (type_ == "ClusterIP" && has_external) {
        text(&mut spec.external_traffic_policy, "Cluster");
    }
    if ["ClusterIP", "NodePort", "LoadBalancer"].contains(&type_.as_str()) {
        spec.internal_traffic_policy.get_or_insert_with(|| "Cluster".to_owned());
        family_policy(spec);
    }
    if type_ == "LoadBalancer" {
        spec.allocate_load_balancer_node_ports.get_or_insert(true);
    }
}

fn port(port: &mut ServicePort) {
    text(&mut port.protocol, "TCP");
    let is_open = match &port.target_port {
        None | Some(IntOrString::Int(0)) => true,
        Some(IntOrString::String(name)) => name.is_empty(),
        Some(IntOrString::Int(_)) => false,
    };
    if is_open {
        port.target_port = Some(IntOrString::Int(port.port));
    }
}

/// One family, unless two are asked for. A headless Service without selector follows the cluster's
/// families, which are not known here.
fn family_policy(spec: &mut ServiceSpec) {
    let is_headless = spec.cluster_ip.as_deref() == Some("None");
    let several = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| list.len() > 1);
    if several(&spec.cluster_ips) || several(&spec.ip_families) || (is_headless && spec.selector.is_none()) {
        return;
    }
    text(&mut spec.ip_family_policy, "SingleStack");
}

#[cfg(test)]
mod tests {
    use super::super::tests::defaulted;
    use super::*;
    use kubecast_manifest::Object;

    fn service(spec: &str) -> ServiceSpec {
        let yaml = format!("apiVersion: v1\nkind: Service\nmetadata: {{name: s}}\nspec: {{{spec}}}\n");
        let Object::Service(service) = defaulted(&yaml) else { panic!("a Service") };
        service.spec.expect("a spec")
    }

    #[test]
    fn plain_services() {
        let spec =
            service("ports: [{port: 80}, {port: 81, targetPort: http, protocol: UDP}], selector: {a: b}");
        assert_eq!(spec.type_.as_deref(), Some("ClusterIP"));
        assert_eq!(spec.session_affinity.as_deref(), Some("None"));
        assert_eq!(spec.internal_traffic_policy.as_deref(), Some("Cluster"));
        assert_eq!(spec.ip_family_policy.as_deref(), Some("SingleStack"));
        assert_eq!(spec.external_traffic_policy, None);
        let ports = spec.ports.expect("ports");
        assert_eq!(
            (ports[0].protocol.as_deref(), &ports[0].target_port),
            (Some("TCP"), &Some(IntOrString::Int(80)))
        );
        assert_eq!(ports[1].target_port, Some(IntOrString::String("http".to_owned())));
    }

    #[test]
    fn other_types() {
        let balancer = service("type: LoadBalancer, sessionAffinity: ClientIP");
        assert_eq!(balancer.allocate_load_balancer_node_ports, Some(true));
        assert_eq!(balancer.external_traffic_policy.as_deref(), Some("Cluster"));
        let client = balancer.session_affinity_config.and_then(|config| config.client_ip);
        assert_eq!(client.and_then(|client| client.timeout_seconds), Some(10_800));
        assert_eq!(service("clusterIP: None").ip_family_policy, None);
        let external = service("type: ExternalName, externalName: a.b");
        assert_eq!((external.ip_family_policy, external.internal_traffic_policy), (None, None));
    }
}
