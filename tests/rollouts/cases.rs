//! Random Deployments, what happens to them, and how slowly: as scenarios.

use std::fmt::Write as _;

/// Numbers from a seed (xorshift64*), for the cases only.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// One of `low..=high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        low + (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % (high - low + 1)
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.between(1, count) == 1
    }

    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.between(0, items.len() as u64 - 1) as usize]
    }
}

/// What may happen in a case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Template changes, far enough apart that each rollout can end, and nothing else.
    Plain,
    /// Anything at any time.
    Wild,
    /// The same with the strategy Recreate.
    Recreate,
}

/// A case.
pub(crate) struct Case {
    pub(crate) kind: Kind,
    /// The scenario.
    pub(crate) text: String,
    /// Nothing trails and nothing waits: caches are as the store.
    pub(crate) is_prompt: bool,
    /// The longest time in nanoseconds that the controllers' caches trail.
    pub(crate) lag_ns: u64,
    /// The Deployment is not paused at the end.
    pub(crate) can_complete: bool,
}

/// The Deployment as it stands at a point of the timeline.
struct Wanted {
    replicas: u64,
    strategy: String,
    version: u64,
    paused: bool,
    min_ready: u64,
}

impl Wanted {
    fn manifest(&self) -> String {
        let Self { replicas, strategy, version, paused, min_ready } = self;
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, spec: {{\
             replicas: {replicas}, paused: {paused}, minReadySeconds: {min_ready}, \
             revisionHistoryLimit: 3, strategy: {strategy}, selector: {{matchLabels: {{app: web}}}}, \
             template: {{metadata: {{labels: {{app: web}}}}, spec: {{containers: \
             [{{name: app, image: 'web:v{version}', resources: {{requests: {{cpu: 100m}}}}}}]}}}}}}}}"
        )
    }
}

fn limit(numbers: &mut Numbers) -> String {
    if numbers.one_in(2) {
        numbers.between(0, 4).to_string()
    } else {
        format!("{}%", numbers.one_of(&[0, 1, 10, 25, 30, 50, 75, 100]))
    }
}

fn rolling(numbers: &mut Numbers) -> String {
    loop {
        let (surge, unavailable) = (limit(numbers), limit(numbers));
        let is_zero = |text: &str| text == "0" || text == "0%";
        if !is_zero(&surge) || !is_zero(&unavailable) {
            return format!("{{rollingUpdate: {{maxSurge: {surge}, maxUnavailable: {unavailable}}}}}");
        }
    }
}

/// One step of the timeline: the Deployment wants something else.
fn event(kind: Kind, wanted: &mut Wanted, numbers: &mut Numbers) -> String {
    let choice = if kind == Kind::Plain { 0 } else { numbers.between(0, 6) };
    match choice {
        3 => {
            wanted.replicas = numbers.between(0, 12);
            format!("scale: {{deployment: deployment/web, replicas: {}}}", wanted.replicas)
        }
        4 => {
            wanted.paused = !wanted.paused;
            format!("{}: deployment/web", if wanted.paused { "pause" } else { "resume" })
        }
        5 => {
            if kind == Kind::Wild {
                wanted.strategy = rolling(numbers);
            }
            wanted.min_ready = numbers.one_of(&[0, 0, 3]);
            format!("apply: {}", wanted.manifest())
        }
        // An older template comes back.
        6 if wanted.version > 1 => {
            wanted.version = numbers.between(1, wanted.version);
            format!("setImage: {{deployment: deployment/web, image: 'web:v{}'}}", wanted.version)
        }
        _ => {
            wanted.version += 1;
            format!("setImage: {{deployment: deployment/web, image: 'web:v{}'}}", wanted.version)
        }
    }
}

/// How long everything takes; the lag of the controllers' caches in milliseconds.
fn timing(is_prompt: bool, numbers: &mut Numbers) -> (String, u64) {
    let mut lag_ms = 0;
    let mut text = format!(
        "containerStart: {{uniform: [{}ms, {}ms]}}, termination: {{uniform: [0ms, {}ms]}}",
        numbers.between(1, 2000),
        numbers.between(2001, 9000),
        numbers.between(1, 8000)
    );
    if numbers.one_in(3) {
        text.push_str(", apiTimestamps: exact");
    }
    if numbers.one_in(2) {
        text.push_str(", readiness: {uniform: [0ms, 4000ms]}");
    }
    if !is_prompt {
        lag_ms = numbers.one_of(&[0, 1, 50, 400]);
        let sync = numbers.one_of(&["0s", "3ms", "{uniform: [0ms, 300ms]}"]);
        let scheduler = numbers.one_of(&["0s", "20ms", "{uniform: [0ms, 500ms]}"]);
        let kubelet = numbers.one_of(&["0s", "{uniform: [0ms, 200ms]}"]);
        write!(
            text,
            ", controllerSync: {sync}, watch: {{controllerManager: {{uniform: [0ms, {lag_ms}ms]}}, \
             scheduler: {scheduler}, kubelet: {kubelet}}}"
        )
        .expect("a String takes text");
    }
    (text, lag_ms)
}

/// The case of a seed.
pub(crate) fn case(kind: Kind, seed: u64) -> Case {
    let mut numbers = Numbers::new(seed);
    let is_prompt = numbers.one_in(2);
    let strategy = if kind == Kind::Recreate { "{type: Recreate}".to_owned() } else { rolling(&mut numbers) };
    let mut wanted = Wanted {
        replicas: numbers.between(1, 12),
        strategy,
        version: 1,
        paused: false,
        min_ready: numbers.one_of(&[0, 0, 0, 2, 7]),
    };
    let manifest = wanted.manifest();
    let (timing, lag_ms) = timing(is_prompt, &mut numbers);
    let release = numbers.one_of(&["1.34", "1.34", "1.32"]);
    let mut at_ms = 100_000;
    let mut timeline = String::new();
    for _ in 0..numbers.between(1, 5) {
        let entry = event(kind, &mut wanted, &mut numbers);
        writeln!(timeline, "    - {{at: {at_ms}ms, {entry}}}").expect("a String takes text");
        at_ms += match kind {
            Kind::Plain => 1_000_000,
            _ if numbers.one_in(4) => numbers.between(0, 500),
            _ => numbers.between(500, 60_000),
        };
    }
    if wanted.paused && !numbers.one_in(4) {
        wanted.paused = false;
        writeln!(timeline, "    - {{at: {at_ms}ms, resume: deployment/web}}").expect("a String takes text");
    }
    let text = format!(
        "
apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: case-{seed}}}
spec:
  kubernetesVersion: '{release}'
  maxEvents: 50000
  timing: {{preset: instant, {timing}}}
  nodePools: [{{name: node, count: 3, template: {{status: {{allocatable: {{cpu: 4, memory: 8Gi}}}}}}}}]
  manifests:
    - {manifest}
  timeline:
{timeline}"
    );
    Case { kind, text, is_prompt, lag_ns: lag_ms * 1_000_000, can_complete: !wanted.paused }
}
