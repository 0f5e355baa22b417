//! `docs/rollout-trace.md`: the trace of `scenarios/rollout-trace.yaml`, step by step, with the rule that
//! caused each. Built with `KUBECAST_UPDATE=1`, the test writes the page; otherwise it compares it.

use std::fs;
use std::path::Path;

use super::library::setup;
use super::prose::PROSE;
use super::steps::{Step, steps};
use super::trace::trace;

const OPENING: &str = "# A rollout, write by write

Eight pods are replaced, two more and two fewer at a time:
[scenarios/rollout-trace.yaml](../scenarios/rollout-trace.yaml), seed 1. Below is everything that is written to the
API on the way, and the rule of Kubernetes that caused it; names in `code` are functions of kube-controller-manager
v1.34. `A` is the ReplicaSet of revision 1, `B` that of revision 2; a pod is named by its ReplicaSet and its suffix.

Start-up takes 4 s and stopping 3 s in this scenario, everything else no time at all. Components act one after the
other within a moment, in rounds, until nobody changes anything: the Deployment controller, the ReplicaSet controller
for A, then for B, the scheduler. In a cluster they act side by side with some milliseconds between, and the same
writes can come in other orders; `timing.controllerSync` and `timing.watch` in a scenario are for that.

This page is generated and kept by `tests/rollouts/page.rs`.
";

fn page(steps: &[Step]) -> String {
    let mut page = OPENING.to_owned();
    let mut time = None;
    for (number, (step, (_, why))) in steps.iter().zip(PROSE).enumerate() {
        if time != Some(step.time) {
            page.push_str(&format!("\n## {}\n", step.time));
            time = Some(step.time);
        }
        let what = match step.pods.len() {
            0 => step.what.clone(),
            count => format!("{count} pods {}: {}", step.what, step.pods.join(", ")),
        };
        page.push_str(&format!("\n{}. **{what}.** {why}\n", number + 1));
    }
    page
}

#[test]
fn the_page_is_the_trace() {
    let setup = setup(include_str!("../../scenarios/rollout-trace.yaml"));
    let (records, _) = trace(&setup, 1);
    let steps = steps(&records, &setup);
    // Prose that was written for another step must be written again.
    for (number, (step, (what, _))) in steps.iter().zip(PROSE).enumerate() {
        assert_eq!(step.what, what, "step {number}, at {}", step.time);
    }
    assert_eq!(steps.len(), PROSE.len());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rollout-trace.md");
    let (page, stored) = (page(&steps), fs::read_to_string(&path).unwrap_or_default());
    if page == stored {
        return;
    }
    assert!(
        option_env!("KUBECAST_UPDATE").is_some(),
        "{} is out of date: build the test with KUBECAST_UPDATE=1 and run it",
        path.display()
    );
    fs::write(&path, page).expect("the folder docs/ is there");
}
