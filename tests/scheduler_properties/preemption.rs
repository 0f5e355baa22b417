//! Preemption on random clusters: the library's answer must be that of the naive twin, which is itself held against
//! every recorded decision.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use kubecast::conformance::comparison::first_difference;
use kubecast::conformance::preemption;
use kubecast_manifest::source::read_text;
use proptest::strategy::Strategy;
use serde_json::Value;

use super::cases::preemption::preemption_case;
use super::twin::preemption::{answer, has};
use super::{Case, hold_on};

const CASES: u32 = 1000;

/// What must be met in so many per cent of the cases.
const SHARES: [(&str, &[&str], usize); 6] = [
    ("somebody preempts", &["nominatedNode"], 20),
    ("a node is tried in vain", &["rejected"], 30),
    ("nodes are tied", &["tiedNodes"], 1),
    ("a pod may not preempt", &["reason"], 3),
    ("nominations are cleared", &["clearedNominations"], 3),
    ("somebody is to be deleted", &["evicted"], 15),
];

/// The twin's answer and the library's, leaf by leaf. Whether there was anything to compare.
fn agrees(case: &Value) -> Result<Option<Value>, String> {
    let Some(expected) = answer(case) else { return Ok(None) };
    let found = preemption::check(case)?;
    match first_difference(&expected, &found) {
        None => Ok(Some(expected)),
        Some(difference) => Err(format!("the twin and the library differ: {difference}")),
    }
}

#[test]
fn the_library_preempts_as_the_twin() {
    let met: RefCell<BTreeMap<&str, usize>> = RefCell::default();
    hold_on(preemption_case().boxed().prop_map(Case), 21, CASES, |case| {
        if let Some(expected) = agrees(&case.0)? {
            for (what, path, _) in SHARES {
                *met.borrow_mut().entry(what).or_default() += usize::from(has(&expected["expect"], path));
            }
        }
        Ok(())
    });
    let share = |what: &str| met.borrow()[what] * 100 / CASES as usize;
    let shares: Vec<(&str, usize, usize)> =
        SHARES.into_iter().map(|(what, _, least)| (what, share(what), least)).collect();
    assert!(shares.iter().all(|(_, share, least)| share >= least), "too few, in per cent: {shares:#?}");
}

#[test]
fn the_twin_preempts_as_kubernetes_did() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/preemption/preemption.jsonl.gz");
    let text = read_text(&path).expect("the vectors");
    let (mut failures, mut asked) = (Vec::new(), 0);
    for line in text.lines() {
        let vector: Value = serde_json::from_str(line).expect("a vector");
        let Some(answer) = answer(&vector) else { continue };
        asked += 1;
        if let Some(difference) = first_difference(&vector, &answer) {
            failures.push(format!("{}: {difference}", vector["id"]));
        }
    }
    assert_eq!(asked, 154, "all but the one that PreFilter rejects");
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}
