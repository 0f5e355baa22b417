//! What holds over any course of pods that come and go and of restarts, whatever the settings.

use std::sync::Arc;

use kubecast::api::{CpuSet, PodId};
use kubecast::kubelet::admission::{Refusal, admit};
use kubecast::kubelet::cpu_manager::{CpuManager, CpuTopology, Fault, FaultKind, StartError, StaticPolicy};
use kubecast::kubelet::demand::{ContainerDemand, PodDemand};
use kubecast::kubelet::device_manager::DeviceManager;
use kubecast::kubelet::topology_manager::{NumaInfo, PolicyName, Scope};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::cases::{Case, Step, cases};

type Checked = Result<(), TestCaseError>;

/// A kubelet in the midst of a course.
struct Kubelet<'a> {
    case: &'a Case,
    numa: NumaInfo,
    manager: CpuManager,
    running: Vec<PodDemand>,
    faults: Vec<Fault>,
    next: u32,
}

/// Whether the course goes on.
#[derive(PartialEq)]
enum Next {
    Step,
    End,
}

impl<'a> Kubelet<'a> {
    /// `None` where the kubelet would not start: it cannot reserve so many CPUs.
    fn start(case: &'a Case) -> Option<Self> {
        let topology = Arc::new(CpuTopology::new(&case.machine));
        let policy = StaticPolicy::new(topology, case.options, case.reservation, case.behaviour).ok()?;
        Some(Self {
            case,
            numa: NumaInfo::new(&case.machine),
            manager: CpuManager::start(policy, None).ok()?,
            running: Vec::new(),
            faults: Vec::new(),
            next: 0,
        })
    }

    fn had(&self, kinds: &[FaultKind]) -> bool {
        self.faults.iter().any(|fault| kinds.contains(&fault.kind))
    }

    /// Whether CPUs were given that were not free.
    fn gave_what_was_not_free(&self) -> bool {
        self.had(&[FaultKind::OverlappingExclusiveCpus, FaultKind::TakesUnavailableCpus])
    }

    fn admit(&mut self, pod: &PodDemand) -> Result<(), Refusal> {
        let nobody = &mut |_: Option<usize>, _: &[_], _| {};
        let cpus = Some(&mut self.manager);
        let outcome = admit(
            &self.numa,
            self.case.config,
            &mut DeviceManager::new(self.numa.all(), []),
            cpus,
            pod,
            nobody,
        );
        self.faults.extend(self.manager.take_faults());
        outcome
    }

    fn step(&mut self, step: &Step) -> Result<Next, TestCaseError> {
        match step {
            Step::Add(containers) => return self.add(containers),
            Step::Remove(at) if !self.running.is_empty() => {
                let pod = self.running.remove(at % self.running.len());
                self.manager.remove(pod.pod);
                prop_assert!(self.manager.state().of(pod.pod).is_empty());
            }
            Step::Remove(_) => {}
            Step::Restart => return self.restart(),
        }
        Ok(Next::Step)
    }

    fn add(&mut self, containers: &Arc<[ContainerDemand]>) -> Result<Next, TestCaseError> {
        let pod = PodDemand { pod: PodId(self.next), containers: Arc::clone(containers) };
        self.next += 1;
        let before = self.manager.state().clone();
        let outcome = self.admit(&pod);
        if outcome == Err(Refusal::WouldNotReturn) {
            prop_assert!(self.had(&[FaultKind::WouldNotReturn]));
            return Ok(Next::End);
        }
        let mut without = self.manager.clone();
        without.remove(pod.pod);
        if !self.gave_what_was_not_free() {
            prop_assert_eq!(without.state(), &before, "a removed pod leaves no trace");
        }
        match outcome {
            Ok(()) => {
                self.check_admitted(&pod)?;
                self.running.push(pod);
            }
            Err(refusal) => {
                let policy = self.case.config.policy;
                let never_refuses = [PolicyName::None, PolicyName::BestEffort].contains(&policy);
                prop_assert!(!(never_refuses && refusal == Refusal::TopologyAffinity));
                self.manager = without;
            }
        }
        Ok(Next::Step)
    }

    /// The kubelet starts with its checkpoint, and admits every running pod again.
    fn restart(&mut self) -> Result<Next, TestCaseError> {
        let before = self.manager.clone();
        let policy = before.policy().clone();
        match CpuManager::start(policy, Some(before.clone().checkpoint())) {
            Ok(manager) => self.manager = manager,
            Err(error) => {
                let empty_pool =
                    self.case.options.strict_cpu_reservation && *error == StartError::EmptyShared;
                prop_assert!(empty_pool || self.gave_what_was_not_free(), "{}", error);
                return Ok(Next::End);
            }
        }
        for pod in std::mem::take(&mut self.running) {
            match self.admit(&pod) {
                Ok(()) => {
                    let held = (self.manager.state().of(pod.pod), before.state().of(pod.pod));
                    prop_assert_eq!(held.0, held.1, "a pod keeps its CPUs");
                    self.running.push(pod);
                }
                Err(Refusal::WouldNotReturn) => return Ok(Next::End),
                Err(_) => self.manager.remove(pod.pod),
            }
        }
        Ok(Next::Step)
    }

    /// What an admitted pod got.
    fn check_admitted(&self, pod: &PodDemand) -> Checked {
        let state = self.manager.state();
        let had = |kinds: &[FaultKind], at: usize| {
            let of_this = |fault: &&Fault| (fault.pod, fault.container) == (pod.pod, at);
            self.faults.iter().filter(of_this).any(|fault| kinds.contains(&fault.kind))
        };
        let mut of_pod = CpuSet::EMPTY;
        for (at, container) in pod.containers.iter().enumerate() {
            let Some(cpus) = state.assigned(pod.pod, at) else {
                prop_assert_eq!(container.exclusive_cpus, 0, "who asks for CPUs has some");
                continue;
            };
            if !had(&[FaultKind::WrongSizeAllocation], at) {
                prop_assert_eq!(cpus.len(), container.exclusive_cpus, "as many as asked for");
            }
            of_pod = of_pod.union(cpus);
            if !had(&[FaultKind::OverlappingExclusiveCpus, FaultKind::TakesUnavailableCpus], at) {
                self.check_in_one_node(cpus)?;
            }
            self.check_whole_cores(cpus)?;
        }
        if self.case.config.scope == Scope::Pod && !self.gave_what_was_not_free() {
            self.check_in_one_node(&of_pod)?;
        }
        Ok(())
    }

    fn check_in_one_node(&self, cpus: &CpuSet) -> Checked {
        if self.case.config.policy == PolicyName::SingleNumaNode {
            let mut nodes = self.manager.topology().numa_nodes().iter();
            prop_assert!(nodes.any(|node| cpus.is_subset(&node.cpus)), "{} is in one NUMA node", cpus);
        }
        Ok(())
    }

    fn check_whole_cores(&self, cpus: &CpuSet) -> Checked {
        let whole = |cpus: &CpuSet| {
            let mut cores = self.manager.topology().cores().iter();
            cores.all(|core| core.cpus.is_disjoint(cpus) || core.cpus.is_subset(cpus))
        };
        if self.case.options.full_pcpus_only && self.case.regular && whole(self.manager.policy().reserved()) {
            prop_assert!(whole(cpus), "{} are whole cores", cpus);
        }
        Ok(())
    }

    /// What holds at any time.
    fn check_state(&self) -> Checked {
        let (state, policy) = (self.manager.state(), self.manager.policy());
        let (exclusive, shared) = (state.exclusive(), *state.shared());
        let strict = self.case.options.strict_cpu_reservation;
        let reserved = if strict { *policy.reserved() } else { CpuSet::EMPTY };
        let all = exclusive.union(&shared).union(&reserved);
        prop_assert_eq!(&all, policy.topology().all(), "every CPU is somewhere");
        if !self.gave_what_was_not_free() {
            prop_assert!(exclusive.is_disjoint(&shared), "exclusive CPUs are not shared");
            prop_assert!(exclusive.is_disjoint(policy.reserved()), "reserved CPUs are nobody's");
            prop_assert!(reserved.is_disjoint(&shared), "strictly reserved CPUs are not shared");
        }
        if !self.had(&[FaultKind::OverlappingExclusiveCpus]) {
            let mut seen = CpuSet::EMPTY;
            for (pod, containers) in state.assignments() {
                let cpus = containers.iter().fold(CpuSet::EMPTY, |all, (_, cpus)| all.union(cpus));
                prop_assert!(seen.is_disjoint(&cpus), "pod {}: {} twice exclusive", pod.0, cpus);
                seen = seen.union(&cpus);
            }
        }
        if self.case.regular {
            prop_assert!(!self.gave_what_was_not_free(), "a regular machine keeps apart what is not free");
        }
        let running: Vec<PodId> = self.running.iter().map(|pod| pod.pod).collect();
        prop_assert!(state.assignments().all(|(pod, _)| running.contains(&pod)), "only of running pods");
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn every_course_keeps_the_books(case in cases()) {
        let Some(mut kubelet) = Kubelet::start(&case) else { return Ok(()) };
        kubelet.check_state()?;
        for step in &case.steps {
            if kubelet.step(step)? == Next::End {
                break;
            }
            kubelet.check_state()?;
        }
    }
}
