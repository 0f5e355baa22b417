//! What becomes of a configuration that is accepted.

use kubecast::cluster::setup::TieBreakRule;
use kubecast::kernel::SimDuration;
use kubecast::scheduler::framework::PluginId;
use kubecast::scheduler::plugins::default_preemption::DefaultPreemptionArgs;
use kubecast::scheduler::plugins::inter_pod_affinity::InterPodAffinityArgs;
use kubecast::scheduler::plugins::node_resources_balanced_allocation::NodeResourcesBalancedAllocationArgs;
use kubecast::scheduler::plugins::node_resources_fit::NodeResourcesFitArgs;
use kubecast::scheduler::plugins::node_resources_fit::{StrategyType, UtilizationPoint};
use kubecast::scheduler::plugins::resource_weights::{ResourceName, ResourceWeight};

use super::{POD, check, configuration, resolve, setup, source, told};

#[test]
fn extenders() {
    check(
        "extenders:\n- {prioritizeVerb: p, bindVerb: b, managedResources: [{name: example.com/a}, {name: cpu}]}\n\
         - {bindVerb: b, managedResources: [{name: example.com/a}]}\n",
        &[
            "4:3: extenders[0].weight: Invalid value: 0: must have a positive weight applied to it",
            "4:85: extenders[0].managedResources[1].name: Invalid value: \"cpu\": is an invalid extended resource name",
            "5:43: extenders[1].managedResources[0].name: Invalid value: \"example.com/a\": duplicate extender managed resource name",
            "4:3: extenders: Invalid value: \"found 2 extenders implementing bind\": only one extender can implement bind",
        ],
    );
    let managed = "extenders: [{urlPrefix: \"http://x\", filterVerb: f, enableHTTPS: true, httpTimeout: 5s, managedResources: [{name: example.com/gpu, ignoredByScheduler: true}]}]\n";
    let fit = "profiles:\n- pluginConfig: [{name: NodeResourcesFit, args: {ignoredResources: [example.com/other]}}]\n";
    let resolved = resolve(&[&configuration(&format!("{managed}{fit}")), POD]);
    let setup = &resolved.variants[0].setup;
    let ignored = &setup.scheduler.profiles[0].args.of::<NodeResourcesFitArgs>().ignored_resources;
    // The extenders' take the place of the plugin's own.
    let names: Vec<&str> = ignored.iter().map(|name| setup.names.resolve(*name)).collect();
    assert_eq!(names, ["example.com/gpu"]);
    let gaps: Vec<String> = resolved.ledger.gaps.iter().map(ToString::to_string).collect();
    assert_eq!(
        gaps,
        ["extenders (1): extenders are not asked: they refuse no node, score none and bind no pod"]
    );
    check(
        &format!(
            "{managed}profiles:\n- plugins: {{multiPoint: {{disabled: [{{name: NodeResourcesFit}}]}}}}\n"
        ),
        &["5:3: couldn't build extenders: can't find NodeResourcesFitArgs in plugin config"],
    );
}

#[test]
fn an_empty_configuration_is_the_default() {
    let (with, without) = (setup(&[&configuration(""), POD]), setup(&[POD]));
    assert_eq!(with.scheduler.profiles, without.scheduler.profiles);
    assert_eq!(with.scheduler.queue, without.scheduler.queue);
    let nulls =
        configuration("profiles: [{plugins: null, pluginConfig: [{name: PodTopologySpread, args: null}]}]\n");
    assert_eq!(setup(&[&nulls, POD]).scheduler.profiles, without.scheduler.profiles);
}

/// `clientConnection` sets the limits of the scheduler's client, where it has a pace; 0 is the default, a negative number no
/// limit, and a flag of the Scenario goes before.
#[test]
fn the_scheduler_s_client_has_the_limits_of_its_connection() {
    let limits = |connection: &str, scenario: &str| {
        let configuration = configuration(&format!("clientConnection: {{{connection}}}\nprofiles: [{{}}]\n"));
        let scenario = format!(
            "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: client}}\nspec: {{{scenario}}}\n"
        );
        let client = setup(&[&scenario, &configuration, POD]).control_plane.expect("a pace").scheduler;
        (client.qps, client.burst)
    };
    assert_eq!(limits("qps: 200, burst: 400", ""), (200.0, 400));
    assert_eq!(limits("qps: 0, burst: 0", ""), (50.0, 100));
    assert_eq!(limits("qps: -1", ""), (1e6, 100));
    let flags = "controlPlane: {kube-scheduler: {kube-api-qps: 70}}";
    assert_eq!(limits("qps: 200, burst: 400", flags), (70.0, 400));
}

const EVERYTHING: &str = "
parallelism: 4
leaderElection: {leaderElect: false}
clientConnection: {kubeconfig: /etc/kubernetes/scheduler.conf, qps: 100}
enableProfiling: false
percentageOfNodesToScore: 30
podInitialBackoffSeconds: 2
podMaxBackoffSeconds: 60
profiles:
- schedulerName: default-scheduler
  percentageOfNodesToScore: 0
  plugins:
    multiPoint: {enabled: [{name: TaintToleration, weight: 5}], disabled: [{name: ImageLocality}]}
    score: {enabled: [{name: NodeResourcesFit, weight: 0}], disabled: [{name: NodeAffinity}]}
  pluginConfig:
  - name: NodeResourcesFit
    args:
      ignoredResources: [example.com/a, hugepages-2Mi, kubernetes.io/batch]
      ignoredResourceGroups: [example.org, kubernetes.io]
      scoringStrategy:
        type: RequestedToCapacityRatio
        resources: [{name: cpu, weight: 3}, {name: example.com/gpu}, {name: ephemeral-storage, weight: 0}]
        requestedToCapacityRatio: {shape: [{utilization: 0, score: 10}, {utilization: 100}]}
  - name: NodeResourcesBalancedAllocation
    args: {resources: [{name: memory}]}
  - name: InterPodAffinity
    args: {hardPodAffinityWeight: 0, ignorePreferredTermsOfExistingPods: true}
  - name: DefaultPreemption
    args: {minCandidateNodesPercentage: 5}
  - name: DynamicResources
    args: {filterTimeout: 5s}
  - name: VolumeBinding
- schedulerName: second
  plugins: {score: {enabled: [{name: VolumeBinding, weight: 4}]}}
";

#[test]
fn everything_lands_where_it_belongs() {
    let resolved = resolve(&[&configuration(EVERYTHING), POD]);
    let setup = &resolved.variants[0].setup;
    let scheduler = &setup.scheduler;
    assert_eq!(scheduler.percentage_of_nodes_to_score, 30);
    assert_eq!(scheduler.queue.pod_initial_backoff, SimDuration::from_secs(2));
    assert_eq!(scheduler.queue.pod_max_backoff, SimDuration::from_secs(60));
    let [first, second] = &scheduler.profiles[..] else { panic!("two profiles") };
    assert_eq!(setup.names.resolve(first.scheduler_name), "default-scheduler");
    assert_eq!(setup.names.resolve(second.scheduler_name), "second");
    assert_eq!((first.percentage_of_nodes_to_score, second.percentage_of_nodes_to_score), (Some(0), None));
    let scores: Vec<(&str, i64)> = first.score.iter().map(|line| (line.0.name(), line.1)).collect();
    assert_eq!(
        scores,
        [
            ("NodeResourcesFit", 1),
            ("TaintToleration", 5),
            ("PodTopologySpread", 2),
            ("InterPodAffinity", 2),
            ("NodeResourcesBalancedAllocation", 1)
        ]
    );
    assert!(first.filter.iter().copied().map(PluginId::name).any(|name| name == "NodeAffinity"));
    let name = |text: &str| setup.names.get(text).expect("a name of the arguments");
    let fit = first.args.of::<NodeResourcesFitArgs>();
    assert_eq!(fit.ignored_resources, [name("example.com/a")], "only extended resources are ignored");
    assert_eq!(fit.ignored_resource_groups, ["example.org"]);
    let weighted = |name, weight| ResourceWeight { name, weight };
    assert_eq!(
        fit.scoring_strategy.resources,
        [
            weighted(ResourceName::Cpu, 3),
            weighted(ResourceName::Scalar(name("example.com/gpu")), 1),
            weighted(ResourceName::EphemeralStorage, 1)
        ]
    );
    let point = |utilization, score| UtilizationPoint { utilization, score };
    let shape = StrategyType::RequestedToCapacityRatio(vec![point(0, 10), point(100, 0)]);
    assert_eq!(fit.scoring_strategy.strategy, shape);
    let balanced = &first.args.of::<NodeResourcesBalancedAllocationArgs>().resources;
    assert_eq!(balanced[..], [weighted(ResourceName::Memory, 1)]);
    let affinity = first.args.of::<InterPodAffinityArgs>();
    assert_eq!(
        (affinity.hard_pod_affinity_weight, affinity.ignore_preferred_terms_of_existing_pods),
        (0, true)
    );
    assert_eq!(second.args.of::<InterPodAffinityArgs>().hard_pod_affinity_weight, 1);
    let preemption = first.args.of::<DefaultPreemptionArgs>();
    assert_eq!(
        (preemption.min_candidate_nodes_percentage, preemption.min_candidate_nodes_absolute),
        (5, 100)
    );
    assert_eq!(second.args.of::<DefaultPreemptionArgs>().min_candidate_nodes_percentage, 10);
    let gaps: Vec<String> = resolved.ledger.gaps.iter().map(ToString::to_string).collect();
    assert_eq!(
        gaps,
        [
            "arguments of DynamicResources: the plugin is not simulated",
            "the weight of VolumeBinding: the plugin is not simulated"
        ]
    );
}

/// Waits without end are cut to a year.
#[test]
fn very_long_waits() {
    let most = i64::MAX;
    let lines = format!("podInitialBackoffSeconds: {most}\npodMaxBackoffSeconds: {most}\n");
    let queue = setup(&[&configuration(&lines), POD]).scheduler.queue;
    let year = SimDuration::from_secs(31_557_600);
    assert_eq!((queue.pod_initial_backoff, queue.pod_max_backoff), (year, year));
}

#[test]
fn short_forms_override_the_configuration() {
    let scenario = "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec:\n  \
                    scheduler: {percentageOfNodesToScore: 70, podMaxBackoff: 3s, tieBreak: first}\n";
    let setup = setup(&[scenario, &configuration(EVERYTHING), POD]);
    let scheduler = &setup.scheduler;
    assert_eq!(scheduler.percentage_of_nodes_to_score, 70);
    assert_eq!(scheduler.profiles[0].percentage_of_nodes_to_score, Some(0), "a profile's own share stays");
    assert_eq!(scheduler.queue.pod_initial_backoff, SimDuration::from_secs(2));
    assert_eq!(scheduler.queue.pod_max_backoff, SimDuration::from_secs(3));
    assert_eq!(scheduler.tie_break, TieBreakRule::First);
}

#[test]
fn variants_set_values_in_the_configuration() {
    let variants = |entry: &str| {
        format!(
            "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: s}}\nspec:\n  manifests:\n  \
             - {{apiVersion: kubescheduler.config.k8s.io/v1, kind: KubeSchedulerConfiguration, percentageOfNodesToScore: 10}}\n  \
             variants:\n  - name: as-is\n  - name: all\n    set:\n      {entry}\n"
        )
    };
    let good = variants("\"kubeSchedulerConfiguration#/percentageOfNodesToScore\": 100");
    let resolved = resolve(&[&good, POD]);
    let shares: Vec<i32> = resolved
        .variants
        .iter()
        .map(|variant| variant.setup.scheduler.percentage_of_nodes_to_score)
        .collect();
    assert_eq!(shares, [10, 100]);
    let bad = variants("\"kubeSchedulerConfiguration#/percentageOfNodesToScore\": 101");
    assert_eq!(
        told(&[source("s.yaml", &bad), source("p.yaml", POD)]),
        [
            "s.yaml:11:63: KubeSchedulerConfiguration: percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]"
        ]
    );
}
