//! Families and policy of a Service, filled in from what the cluster has (`initIPFamilyFields`, v1.32).

use std::net::IpAddr;

use super::{FamilyPolicy, Service, ServiceType};
use crate::service_ip::cidr::Family;
use crate::service_ip::error::{Fault, ServiceError};

const POLICY: &str = "spec.ipFamilyPolicy";

/// The families that a cluster has addresses of, its default first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterFamilies(Vec<Family>);

impl ClusterFamilies {
    /// One family, or both.
    pub fn new(families: Vec<Family>) -> Self {
        let is_one_each = matches!(&families[..], [_]) || matches!(&families[..], [a, b] if a != b);
        assert!(is_one_each, "one or two families, one allocator each");
        Self(families)
    }

    /// The cluster's default family.
    pub fn default_family(&self) -> Family {
        self.0[0]
    }

    /// Whether the cluster has a family.
    pub fn has(&self, family: Family) -> bool {
        self.0.contains(&family)
    }

    /// The families.
    pub fn iter(&self) -> impl Iterator<Item = Family> {
        self.0.iter().copied()
    }

    fn is_dual_stack(&self) -> bool {
        self.0.len() == 2
    }
}

fn invalid(service: &Service, faults: Vec<Fault>) -> Result<(), ServiceError> {
    if faults.is_empty() {
        return Ok(());
    }
    Err(ServiceError::Invalid { service: service.name.clone(), faults })
}

fn policy_fault(policy: FamilyPolicy, detail: &str) -> Fault {
    Fault::new(POLICY, format!("{:?}", policy.name()), detail)
}

/// Fills in `ipFamilyPolicy` and `ipFamilies`, or says what does not fit together.
pub(super) fn init(
    cluster: &ClusterFamilies,
    service: &mut Service,
    old: Option<&Service>,
) -> Result<(), ServiceError> {
    if service.type_ == ServiceType::ExternalName || stays_preferred(service, old) {
        return Ok(());
    }
    let is_bare = service.headless && !service.has_selector;
    let default = if is_bare { FamilyPolicy::RequireDualStack } else { FamilyPolicy::SingleStack };
    let inherited = old.and_then(|old| old.ip_family_policy);
    let policy = service.ip_family_policy.or(inherited).unwrap_or(default);
    service.ip_family_policy = Some(policy);
    let mut faults = old.map_or_else(Vec::new, |old| reduced(service, old, policy));
    if policy == FamilyPolicy::SingleStack {
        let detail = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";
        if service.cluster_ips.len() == 2 {
            faults.push(policy_fault(policy, &format!("{detail} cluster IPs are specified")));
        }
        if service.ip_families.len() == 2 {
            faults.push(policy_fault(policy, &format!("{detail} IP families are specified")));
        }
    }
    infer(cluster, service, &mut faults);
    invalid(service, faults)?;
    if !is_bare {
        configured(cluster, service, policy)?;
    }
    if service.ip_families.is_empty() {
        service.ip_families.push(cluster.default_family());
    }
    // A headless Service without selector may name families that the cluster lacks.
    let has_other = is_bare || cluster.is_dual_stack();
    if let ([family], true) = (&service.ip_families[..], has_other && policy != FamilyPolicy::SingleStack) {
        let other = family.other();
        service.ip_families.push(other);
    }
    Ok(())
}

/// On an update: SingleStack drops the second address and family by itself, any other policy must not
/// lose one.
fn reduced(service: &mut Service, old: &Service, policy: FamilyPolicy) -> Vec<Fault> {
    let mut faults = Vec::new();
    if policy == FamilyPolicy::SingleStack {
        if service.cluster_ips == old.cluster_ips {
            service.cluster_ips.truncate(1);
        }
        if service.ip_families == old.ip_families {
            service.ip_families.truncate(1);
        }
        return faults;
    }
    let is_reduced = |new: usize, old: usize| new > 0 && new < old;
    for (is_reduced, what) in [
        (is_reduced(service.cluster_ips.len(), old.cluster_ips.len()), "cluster IP"),
        (is_reduced(service.ip_families.len(), old.ip_families.len()), "IP family"),
    ] {
        if is_reduced {
            let detail = format!("must be 'SingleStack' to release the secondary {what}");
            faults.push(policy_fault(policy, &detail));
        }
    }
    faults
}

/// Families that are not given follow from the addresses that are.
fn infer(cluster: &ClusterFamilies, service: &mut Service, faults: &mut Vec<Fault>) {
    if service.headless {
        return;
    }
    let addresses: Vec<Option<IpAddr>> = service.cluster_ips.clone();
    for (index, address) in addresses.into_iter().enumerate() {
        let Some(family) = address.map(Family::of).filter(|_| index >= service.ip_families.len()) else {
            continue;
        };
        if cluster.has(family) {
            service.ip_families.push(family);
        } else {
            let detail = format!("{family} is not configured on this cluster");
            let field = format!("spec.clusterIPs[{index}]");
            faults.push(Fault::new(field, service.printed_cluster_ips(), detail));
        }
    }
}

/// What is asked for must be there.
fn configured(
    cluster: &ClusterFamilies,
    service: &Service,
    policy: FamilyPolicy,
) -> Result<(), ServiceError> {
    let mut faults = Vec::new();
    if policy == FamilyPolicy::RequireDualStack && !cluster.is_dual_stack() {
        faults.push(policy_fault(policy, "this cluster is not configured for dual-stack services"));
    }
    for (index, family) in service.ip_families.iter().enumerate() {
        if !cluster.has(*family) {
            let field = format!("spec.ipFamilies[{index}]");
            faults.push(Fault::new(field, format!("\"{family}\""), "not configured on this cluster"));
        }
    }
    invalid(service, faults)
}

/// A Service that prefers two families keeps what it has when the cluster gained or lost one, until
/// it is changed itself (`isMatchingPreferDualStackClusterIPFields`).
pub(super) fn stays_preferred(service: &Service, old: Option<&Service>) -> bool {
    let Some(old) = old else { return false };
    let prefers = |policy: Option<FamilyPolicy>| policy == Some(FamilyPolicy::PreferDualStack);
    old.type_ == service.type_
        && service.type_ != ServiceType::ExternalName
        && prefers(service.ip_family_policy)
        && (old.ip_family_policy.is_none() || prefers(old.ip_family_policy))
        && old.headless == service.headless
        && old.cluster_ips == service.cluster_ips
        && old.ip_families == service.ip_families
}
