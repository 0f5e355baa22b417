//! Verdicts on what a scenario expects, in words and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::study::expectation::Verdict;

/// How many are met, and every one that is not; empty if nothing is expected.
pub fn to_text(verdicts: &[Verdict]) -> String {
    let mut text = String::new();
    if verdicts.is_empty() {
        return text;
    }
    let count = |met| verdicts.iter().filter(|verdict| verdict.met == met).count();
    let open = match count(None) {
        0 => String::new(),
        open => format!(", {open} not judged"),
    };
    let _ = writeln!(text, "\nExpectations: {} of {} met{open}.", count(Some(true)), verdicts.len());
    for Verdict { expected, met, found } in verdicts {
        let _ = match met {
            Some(true) => Ok(()),
            Some(false) => writeln!(text, "  NOT MET: {expected}; found {found}"),
            None => writeln!(text, "  not judged: {expected}; {found}"),
        };
    }
    text
}

/// Each verdict; `met` is null where it is not judged.
pub fn to_json(verdicts: &[Verdict]) -> Value {
    let one = |verdict: &Verdict| json!({ "expected": verdict.expected, "met": verdict.met, "found": verdict.found });
    verdicts.iter().map(one).collect()
}

/// Whether none is known not to be met.
pub fn all_met(verdicts: &[Verdict]) -> bool {
    verdicts.iter().all(|verdict| verdict.met != Some(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_judged_is_neither_met_nor_broken() {
        let verdict = |met, found: &str| Verdict { expected: "a".to_owned(), met, found: found.to_owned() };
        let all = [verdict(Some(true), ""), verdict(Some(false), "3"), verdict(None, "the run was cut off")];
        assert_eq!(
            to_text(&all),
            "\nExpectations: 1 of 3 met, 1 not judged.\n  NOT MET: a; found 3\n  not judged: a; the run was cut off\n"
        );
        assert_eq!(to_text(&all[..1]), "\nExpectations: 1 of 1 met.\n");
        assert_eq!(to_text(&[]), "");
        assert!(!all_met(&all) && all_met(&[all[0].clone(), all[2].clone()]));
        assert_eq!(
            to_json(&all[2..]),
            json!([{ "expected": "a", "met": null, "found": "the run was cut off" }])
        );
    }
}
