//! Policies, scopes and options of the Topology Manager, and what the kubelet refuses.
//!
//! Source: kubelet v1.32, `topology_manager.go`, `policy_options.go`, `numa_info.go`. With policy `none`
//! scope and options are not looked at, not even invalid ones.

use std::collections::BTreeMap;
use std::fmt;

use crate::api::behaviour::PolicyOptions;
use crate::api::go_text::{parse_bool, parse_int, quote};
use crate::kubelet::Machine;

/// `topologyManagerPolicy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PolicyName {
    /// No alignment.
    #[default]
    None,
    /// Alignment where it can be had.
    BestEffort,
    /// Only pods whose hint is preferred.
    Restricted,
    /// Only pods that fit one NUMA node.
    SingleNumaNode,
}

impl PolicyName {
    const ALL: [(&'static str, Self); 4] = [
        ("none", Self::None),
        ("best-effort", Self::BestEffort),
        ("restricted", Self::Restricted),
        ("single-numa-node", Self::SingleNumaNode),
    ];

    /// The policy of a name in the kubelet's configuration.
    pub fn parse(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, policy)| *policy).ok_or_else(|| format!("unknown policy: \"{name}\""))
    }
}

impl fmt::Display for PolicyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(_, policy)| policy == self).map_or("", |(name, _)| name);
        f.write_str(name)
    }
}

/// `topologyManagerScope`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Each container by itself.
    #[default]
    Container,
    /// All containers of a pod together.
    Pod,
}

/// What the Topology Manager is set to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TopologyManagerConfig {
    /// The policy.
    pub policy: PolicyName,
    /// The scope.
    pub scope: Scope,
    /// `prefer-closest-numa-nodes`.
    pub prefer_closest_numa_nodes: bool,
}

/// NUMA nodes that are allowed without `max-allowable-numa-nodes`.
const DEFAULT_MOST_NUMA_NODES: i64 = 8;

impl TopologyManagerConfig {
    /// Reads the settings for a machine. The error: whichever the kubelet may report.
    pub fn parse(
        policy: &str,
        scope: &str,
        options: &BTreeMap<String, String>,
        known: &PolicyOptions,
        machine: &Machine,
    ) -> Result<Self, Vec<String>> {
        if policy == "none" {
            return Ok(Self::default());
        }
        let mut config = Self::default();
        let mut most = DEFAULT_MOST_NUMA_NODES;
        let errors: Vec<String> = options
            .iter()
            .filter_map(|(name, value)| config.set(&mut most, name, value, known).err())
            .collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        let one = |error: String| vec![error];
        if config.prefer_closest_numa_nodes && machine.distances().is_empty() {
            let told = "cannot discover NUMA topology: error getting NUMA distances from cadvisor";
            return Err(one(told.to_owned()));
        }
        if machine.numa_nodes().len() as i64 > most {
            return Err(one(format!("unsupported on machines with more than {most} NUMA Nodes")));
        }
        config.policy = PolicyName::parse(policy).map_err(one)?;
        config.scope = match scope {
            "container" => Scope::Container,
            "pod" => Scope::Pod,
            _ => return Err(one(format!("unknown scope: \"{scope}\""))),
        };
        Ok(config)
    }

    fn set(&mut self, most: &mut i64, name: &str, value: &str, known: &PolicyOptions) -> Result<(), String> {
        known.check(name)?;
        if name == "prefer-closest-numa-nodes" {
            self.prefer_closest_numa_nodes = parse_bool(value)
                .map_err(|error| format!("bad value for option {}: {error}", quote(name)))?;
            return Ok(());
        }
        let nodes = parse_int(value).map_err(|error| {
            format!("unable to convert policy option to integer {}: {error}", quote(name))
        })?;
        if nodes < DEFAULT_MOST_NUMA_NODES {
            return Err(format!(
                "the minimum value of {} should not be less than {DEFAULT_MOST_NUMA_NODES}",
                quote(name)
            ));
        }
        *most = nodes;
        Ok(())
    }
}
