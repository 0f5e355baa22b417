//! Options of the static policy (`cpuManagerPolicyOptions`), and what the kubelet refuses.
//!
//! Source: kubelet v1.32, `policy_options.go`. The kubelet reads the options in the random order of a
//! map, so that any of several errors may be the one reported; all of them are given.

use std::collections::BTreeMap;

use super::topology::CpuTopology;
use crate::api::behaviour::PolicyOptions;
use crate::api::go_text::{parse_bool, quote};
use crate::kubelet::topology_manager::PolicyName;

/// The options of the static policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent option, named as the kubelet does")]
pub struct StaticPolicyOptions {
    /// `full-pcpus-only`: whole cores or nothing.
    pub full_pcpus_only: bool,
    /// `distribute-cpus-across-numa`: evenly over the NUMA nodes that are needed.
    pub distribute_cpus_across_numa: bool,
    /// `align-by-socket`: hints are preferred by sockets, and widened to them.
    pub align_by_socket: bool,
    /// `distribute-cpus-across-cores`: threads of different cores first.
    pub distribute_cpus_across_cores: bool,
    /// `strict-cpu-reservation`: reserved CPUs are not in the shared pool either.
    pub strict_cpu_reservation: bool,
    /// `prefer-align-cpus-by-uncorecache`: as few last-level caches as can be.
    pub prefer_align_cpus_by_uncorecache: bool,
}

const FULL: &str = "full-pcpus-only";
const ACROSS_NUMA: &str = "distribute-cpus-across-numa";
const BY_SOCKET: &str = "align-by-socket";
const ACROSS_CORES: &str = "distribute-cpus-across-cores";
const STRICT: &str = "strict-cpu-reservation";
const UNCORE: &str = "prefer-align-cpus-by-uncorecache";

impl StaticPolicyOptions {
    /// Reads the options; which there are depends on release and gates. The error: whichever the kubelet
    /// may report.
    pub fn parse(options: &BTreeMap<String, String>, known: &PolicyOptions) -> Result<Self, Vec<String>> {
        let mut parsed = Self::default();
        let errors: Vec<String> =
            options.iter().filter_map(|(name, value)| parsed.set(name, value, known).err()).collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        let pairs = [
            (parsed.full_pcpus_only && parsed.distribute_cpus_across_cores, FULL, ACROSS_CORES),
            (
                parsed.distribute_cpus_across_numa && parsed.distribute_cpus_across_cores,
                ACROSS_NUMA,
                ACROSS_CORES,
            ),
            (
                parsed.prefer_align_cpus_by_uncorecache && parsed.distribute_cpus_across_cores,
                UNCORE,
                ACROSS_CORES,
            ),
            (
                parsed.prefer_align_cpus_by_uncorecache && parsed.distribute_cpus_across_numa,
                UNCORE,
                ACROSS_NUMA,
            ),
        ];
        match pairs.into_iter().find(|(both, _, _)| *both) {
            None => Ok(parsed),
            Some((_, one, other)) => {
                Err(vec![format!("static policy options {one} and {other} can not be used at the same time")])
            }
        }
    }

    fn set(&mut self, name: &str, value: &str, known: &PolicyOptions) -> Result<(), String> {
        known.check(name)?;
        let value =
            parse_bool(value).map_err(|error| format!("bad value for option {}: {error}", quote(name)))?;
        *match name {
            FULL => &mut self.full_pcpus_only,
            ACROSS_NUMA => &mut self.distribute_cpus_across_numa,
            BY_SOCKET => &mut self.align_by_socket,
            ACROSS_CORES => &mut self.distribute_cpus_across_cores,
            STRICT => &mut self.strict_cpu_reservation,
            UNCORE => &mut self.prefer_align_cpus_by_uncorecache,
            _ => return Err(format!("unsupported cpumanager option: {} ({value})", quote(name))),
        } = value;
        Ok(())
    }

    /// Whether the options fit the machine and the Topology Manager's policy.
    pub fn check(&self, topology: &CpuTopology, policy: PolicyName) -> Result<(), String> {
        if !self.align_by_socket {
            return Ok(());
        }
        if policy == PolicyName::SingleNumaNode {
            // The kubelet's own spelling.
            return Err(format!(
                "Topolgy manager {policy} policy is incompatible with CPUManager {BY_SOCKET} policy option"
            ));
        }
        if topology.sockets().len() > topology.numa_nodes().len() {
            return Err("Align by socket is not compatible with hardware where number of sockets are more \
                        than number of NUMA"
                .to_owned());
        }
        Ok(())
    }
}
