//! The ready example: dumps assembled from recorded rollouts.

use std::fs;
use std::process::Command;

use crate::harness::{files, folder, kubecast, root};

const PAIRS: &str = "scenarios/backtest/pairs";

/// The page has the command and what it prints.
#[test]
fn the_page_has_the_answer() {
    let text = kubecast(&["backtest", "--pairs", PAIRS, "--runs", "100"]).success();
    assert!(
        text.contains("\nThe forecast held 44 of 44 times at 90 % (by chance 41 to 44 would).\n"),
        "{text}"
    );
    let page = fs::read_to_string(root("results/backtest.md")).expect("the page");
    assert!(
        page.contains(&format!("\n```\nkubecast backtest --pairs {PAIRS} --runs 100\n```\n")),
        "the command"
    );
    assert!(
        page.contains(&format!("\n```\n{text}```\n")),
        "results/backtest.md does not hold this answer:\n{text}"
    );
}

/// The script makes the files as they are. It takes a Python, which is no part of what builds kubecast.
#[test]
fn the_dumps_are_what_the_script_makes_of_the_recordings() {
    let again = folder("pairs");
    let script = root("scenarios/backtest/assemble.py");
    let Ok(ran) = Command::new("python3").arg(script).arg(&again).status() else {
        return;
    };
    assert!(ran.success(), "{ran}");
    let (made, there) = (files(&again), files(root(PAIRS)));
    assert_eq!(made.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>());
    for (name, text) in &made {
        assert!(there[name] == *text, "{name} is not what scenarios/backtest/assemble.py writes");
    }
}
