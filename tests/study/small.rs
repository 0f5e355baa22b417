//! A small study.

use crate::harness::{file, root};

/// The main scenario at two points whose values mean the same, with two arms and three metrics.
pub(crate) fn study_file(name: &str, runs: &str) -> String {
    let scenario = root("scenarios/rolling-upgrade-skew.yaml");
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
