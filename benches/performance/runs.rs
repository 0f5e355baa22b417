//! Whole runs of the program, and what `resources.json` says of them.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::dump::{self, Format, Size};

/// What a run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    pub(crate) wall: f64,
    pub(crate) processor: f64,
    pub(crate) peak_bytes: f64,
}

/// Where runs put their files.
fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("performance")
}

/// A control plane that takes no time.
pub(crate) const INSTANT: &str = "instant";
/// The delays that runs have by default.
pub(crate) const QUIET: &str = "quiet";

/// Runs `kubecast run` as often as said, with the delays of a preset; the run that took the least processor time.
pub(crate) fn run(arguments: &[&str], preset: &str, times: usize) -> Taken {
    let out = scratch().join("out");
    let one = || {
        let status = Command::new(env!("CARGO_BIN_EXE_kubecast"))
            .arg("run")
            .args(arguments)
            .args(["--timing-preset", preset, "--resources", "--force", "--quiet", "--out"])
            .arg(&out)
            .stdout(Stdio::null())
            .status()
            .expect("the program starts");
        assert!(status.success(), "{arguments:?}: {status}");
        let text = std::fs::read_to_string(out.join("resources.json")).expect("resources.json");
        let value: Value = serde_json::from_str(&text).expect("JSON");
        let number = |key: &str| value[key].as_f64().unwrap_or(f64::NAN);
        Taken {
            wall: number("wallSeconds"),
            processor: number("processorSeconds"),
            peak_bytes: number("peakMemoryBytes"),
        }
    };
    let best = (0..times).map(|_| one()).min_by(|a, b| a.processor.total_cmp(&b.processor));
    best.expect("at least one run")
}

/// A dump of a cluster, as a file.
pub(crate) fn dump_of(size: Size, format: Format) -> PathBuf {
    std::fs::create_dir_all(scratch()).expect("a folder can be made");
    let path = scratch().join("dump.json");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).expect("a file can be made"));
    dump::write(size, 1, format, &mut file).expect("a file can be written");
    path
}

/// A scenario in which Deployments of so many pods are made and then restarted, so many a second. The
/// scheduler takes no simulated time, so that it keeps up.
pub(crate) fn rolling_upgrade(nodes: usize, deployments: usize, replicas: usize, a_second: usize) -> PathBuf {
    let mut text = format!(
        "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: rolling-upgrade}}
spec:
  nodePools:
    - name: worker
      count: {nodes}
      zones: [a, b, c]
      template: {{status: {{allocatable: {{cpu: \"16\", memory: 64Gi, pods: \"110\"}}}}}}
  workloads:
    - name: web
      count: {deployments}
      template:
        apiVersion: apps/v1
        kind: Deployment
        metadata: {{namespace: default}}
        spec:
          replicas: {replicas}
          selector: {{matchLabels: {{app: \"web-{{index}}\"}}}}
          template:
            metadata: {{labels: {{app: \"web-{{index}}\"}}}}
            spec:
              containers: [{{name: c, image: \"web:1\", resources: {{requests: {{cpu: 100m, memory: 128Mi}}}}}}]
              terminationGracePeriodSeconds: 5
  timing: {{schedulingCycle: 0s}}
  timeline:
"
    );
    for (second, first) in (0..deployments).step_by(a_second).enumerate() {
        let names: Vec<String> = (first..deployments.min(first + a_second))
            .map(|number| format!("deployment/default/web-{number}"))
            .collect();
        let entry = format!("    - {{at: {}s, rolloutRestart: [{}]}}", 120 + second, names.join(", "));
        writeln!(text, "{entry}").expect("a String can be written to");
    }
    std::fs::create_dir_all(scratch()).expect("a folder can be made");
    let path = scratch().join(format!("rolling-upgrade-{nodes}.yaml"));
    std::fs::write(&path, text).expect("a file can be written");
    path
}
