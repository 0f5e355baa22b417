//! The real binary, folders of its own, and a small study.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the binary.
pub(crate) fn kubecast(args: &[&str]) -> Outcome {
    kubecast_with(args, &[])
}

/// Runs the binary with these variables in its environment.
pub(crate) fn kubecast_with(args: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_kubecast"))
        .args(args)
        .envs(variables.iter().copied())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Outcome {
        code: output.status.code().expect("ends by itself"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// The path of a folder that is not there yet.
pub(crate) fn folder(name: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if path.exists() {
        fs::remove_dir_all(&path).expect("an earlier run's folder goes");
    }
    path.to_str().expect("UTF-8").to_owned()
}

/// Every file in a folder.
pub(crate) fn files(folder: &str) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("a readable folder");
    entries
        .map(|entry| {
            let path = entry.expect("a readable entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read(&path).expect("a readable file"))
        })
        .collect()
}

/// Writes a text below the folder of tests; its path.
pub(crate) fn file(name: &str, text: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("the folder is there");
    path.to_str().expect("UTF-8").to_owned()
}

/// The main scenario at two points whose values mean the same, with two arms and three metrics.
pub(crate) fn study_file(name: &str, runs: &str) -> String {
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/rolling-upgrade-skew.yaml");
    let half_width = if runs.starts_with("stopping") { ", halfWidth: 0.1" } else { "" };
    let text = format!(
        "apiVersion: kubecast.dev/v1alpha1
kind: Study
metadata: {{name: small}}
spec:
  scenario: {}
  factors:
    - path: deployment/default/app1#/spec/strategy/rollingUpdate/maxSurge
      values: [25%, 2]
  metrics:
    - {{measure: finalSkew, share: {{above: 1}}{half_width}}}
    - {{measure: rolloutDurationSeconds, quantile: 0.5}}
    - {{measure: pendingPods}}
  {runs}
",
        scenario.display()
    );
    file(&format!("study-{name}.yaml"), &text)
}
