//! A rolling update over three nodes, small enough to go through every way it can come out.
//!
//! Its own program, from the rules alone (Kubernetes' Deployment and ReplicaSet controllers and its
//! scheduler), for one case: a Deployment whose pods ask for nothing, spread by node with a skew of at most 1
//! (`DoNotSchedule`, all revisions count), start-up always takes the same time. Chance is left in two places:
//!
//! * the scheduler takes any of the nodes with the fewest pods, all alike;
//! * of the old pods, which became ready together, a ReplicaSet deletes first those with the most pods of the
//!   Deployment on their node, and any of those alike.

/// Nodes.
pub(crate) const NODES: usize = 3;
/// Start-up.
const START: u64 = 5;

/// What the Deployment wants.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) replicas: usize,
    pub(crate) surge: usize,
    pub(crate) unavailable: usize,
}

/// How a rollout came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Outcome {
    /// New pods by node, most first.
    pub(crate) counts: [usize; NODES],
    /// The largest difference between nodes, pods of both revisions, at any moment.
    pub(crate) largest_skew: usize,
    /// From the change of the template to completion, in seconds.
    pub(crate) seconds: u64,
}

/// The way through all chances: at each, the one taken and how many there are.
#[derive(Default)]
struct Way {
    taken: Vec<(usize, usize)>,
    place: usize,
    probability: f64,
}

impl Way {
    /// One of several, with weights.
    fn choose(&mut self, weights: &[usize]) -> usize {
        let possible: Vec<usize> = (0..weights.len()).filter(|index| weights[*index] > 0).collect();
        if self.place == self.taken.len() {
            self.taken.push((0, possible.len()));
        }
        let chosen = possible[self.taken[self.place].0];
        self.place += 1;
        self.probability *= weights[chosen] as f64 / weights.iter().sum::<usize>() as f64;
        chosen
    }

    /// The next way; whether there is one.
    fn next(&mut self) -> bool {
        while let Some((taken, count)) = self.taken.pop() {
            if taken + 1 < count {
                self.taken.push((taken + 1, count));
                self.place = 0;
                return true;
            }
        }
        false
    }
}

/// A pod of a revision.
#[derive(Clone, Copy)]
struct Pod {
    node: Option<usize>,
    ready_at: u64,
}

/// A ReplicaSet: what it wants, its active pods, and what its status says of them.
#[derive(Clone, Default)]
struct Set {
    wanted: usize,
    pods: Vec<Pod>,
    status_pods: usize,
    status_available: usize,
}

struct Cluster {
    wanted: Wanted,
    now: u64,
    old: Set,
    new: Option<Set>,
}

impl Cluster {
    fn on_node(&self, node: usize) -> usize {
        let pods = self.old.pods.iter().chain(self.new.iter().flat_map(|new| &new.pods));
        pods.filter(|pod| pod.node == Some(node)).count()
    }

    /// The Deployment controller; whether it changed a size.
    fn sync_deployment(&mut self) -> bool {
        let Wanted { replicas, surge, unavailable } = self.wanted;
        let fewest = replicas - unavailable;
        let mut changed = false;
        if self.new.is_none() {
            // The sync that makes the new ReplicaSet sizes it and goes on to the old one.
            let room = (replicas + surge).saturating_sub(self.old.wanted);
            self.new = Some(Set { wanted: room.min(replicas), ..Set::default() });
            changed = true;
        }
        let new = self.new.as_mut().expect("it is there by now");
        let room = (replicas + surge).saturating_sub(self.old.wanted + new.wanted);
        let growth = room.min(replicas - new.wanted);
        if growth > 0 {
            new.wanted += growth;
            return true;
        }
        let lacking = new.wanted - new.status_available.min(new.wanted);
        let spare = (self.old.wanted + new.wanted).saturating_sub(fewest + lacking);
        if self.old.wanted == 0 || spare == 0 || self.old.status_available > self.old.wanted {
            // The last: the old status lags behind, which ends the step.
            return changed;
        }
        let unhealthy = (self.old.wanted - self.old.status_available).min(spare);
        let available = (self.old.status_available + new.status_available).saturating_sub(fewest);
        let down = unhealthy + available.min(self.old.wanted - unhealthy);
        self.old.wanted -= down;
        changed || down > 0
    }

    /// The ReplicaSet controller for the old (`false`) or new one; whether it changed anything.
    fn sync_set(&mut self, is_new: bool, way: &mut Way) -> bool {
        let now = self.now;
        let on_node: Vec<usize> = (0..NODES).map(|node| self.on_node(node)).collect();
        let set = if is_new { self.new.as_mut() } else { Some(&mut self.old) };
        let Some(set) = set else { return false };
        let status = (set.pods.len(), set.pods.iter().filter(|pod| pod.ready_at <= now).count());
        let mut changed = status != (set.status_pods, set.status_available) || set.pods.len() != set.wanted;
        (set.status_pods, set.status_available) = status;
        while set.pods.len() < set.wanted {
            set.pods.push(Pod { node: None, ready_at: u64::MAX });
        }
        while set.pods.len() > set.wanted {
            // Pods on the fullest of the nodes, as they were at the beginning.
            let held = |node: usize| set.pods.iter().filter(|pod| pod.node == Some(node)).count();
            let fullest = (0..NODES).filter(|node| held(*node) > 0).map(|node| on_node[node]).max();
            let weights: Vec<usize> =
                (0..NODES).map(|node| if Some(on_node[node]) == fullest { held(node) } else { 0 }).collect();
            let node = way.choose(&weights);
            let place = set.pods.iter().position(|pod| pod.node == Some(node)).expect("a pod is there");
            set.pods.remove(place);
            changed = true;
        }
        changed
    }

    /// The scheduler: pods without a node, in order; whether there were any.
    fn schedule(&mut self, way: &mut Way) -> bool {
        let mut any = false;
        loop {
            let counts: Vec<usize> = (0..NODES).map(|node| self.on_node(node)).collect();
            let fewest = counts.iter().copied().min();
            let (now, pods) = (self.now, self.old.pods.iter_mut());
            let mut pods = pods.chain(self.new.iter_mut().flat_map(|new| &mut new.pods));
            let Some(pod) = pods.find(|pod| pod.node.is_none()) else { return any };
            let weights: Vec<usize> =
                counts.iter().map(|count| usize::from(Some(*count) == fewest)).collect();
            pod.node = Some(way.choose(&weights));
            pod.ready_at = now + START;
            any = true;
        }
    }

    /// Rounds until nothing changes. `rolls`: the template is another.
    fn settle(&mut self, rolls: bool, way: &mut Way) {
        loop {
            let mut changed = rolls && self.sync_deployment();
            changed |= self.sync_set(false, way);
            changed |= self.sync_set(true, way);
            changed |= self.schedule(way);
            if !changed {
                return;
            }
        }
    }

    fn skew(&self) -> usize {
        let counts = (0..NODES).map(|node| self.on_node(node));
        counts.clone().max().unwrap_or(0) - counts.min().unwrap_or(0)
    }

    /// The time of the next pod that becomes ready.
    fn next_ready(&self) -> Option<u64> {
        let pods = self.old.pods.iter().chain(self.new.iter().flat_map(|new| &new.pods));
        pods.map(|pod| pod.ready_at).filter(|at| *at > self.now).min()
    }

    /// One rollout, from the creation of the Deployment on.
    fn run(wanted: Wanted, way: &mut Way) -> Outcome {
        let old = Set { wanted: wanted.replicas, ..Set::default() };
        let mut cluster = Self { wanted, now: 0, old, new: None };
        cluster.settle(false, way);
        cluster.now = START;
        cluster.settle(false, way);
        let begun = 600;
        cluster.now = begun;
        cluster.settle(true, way);
        let mut largest_skew = cluster.skew();
        while let Some(next) = cluster.next_ready() {
            cluster.now = next;
            cluster.settle(true, way);
            largest_skew = largest_skew.max(cluster.skew());
        }
        let new = cluster.new.as_ref().expect("the template changed");
        assert_eq!((cluster.old.pods.len(), new.status_available), (0, wanted.replicas), "it ends");
        let mut counts = [0, 1, 2].map(|node| cluster.on_node(node));
        counts.sort_unstable_by(|a, b| b.cmp(a));
        Outcome { counts, largest_skew, seconds: cluster.now - begun }
    }
}

/// Every outcome with its probability, and how many ways were gone.
pub(crate) fn enumerate(wanted: Wanted) -> (std::collections::BTreeMap<Outcome, f64>, u64) {
    let mut outcomes = std::collections::BTreeMap::new();
    let mut way = Way::default();
    let mut ways = 0;
    loop {
        way.probability = 1.0;
        let outcome = Cluster::run(wanted, &mut way);
        *outcomes.entry(outcome).or_insert(0.0) += way.probability;
        ways += 1;
        if !way.next() {
            return (outcomes, ways);
        }
    }
}
