//! Verdicts on what a scenario expects, in words and as JSON.

use serde_json::{Value, json};

use crate::report::page::{Block, Section};
use crate::study::expectation::Verdict;

/// How many are met, and every one that is not; `None` if nothing is expected.
pub fn section(verdicts: &[Verdict]) -> Option<Section> {
    if verdicts.is_empty() {
        return None;
    }
    let count = |met| verdicts.iter().filter(|verdict| verdict.met == met).count();
    let open = match count(None) {
        0 => String::new(),
        open => format!(", {open} not judged"),
    };
    let all = format!("Expectations: {} of {} met{open}.", count(Some(true)), verdicts.len());
    let one = |Verdict { expected, met, found }: &Verdict| match met {
        Some(true) => None,
        Some(false) => Some(Block::Sentence(1, format!("NOT MET: {expected}; found {found}"))),
        None => Some(Block::Sentence(1, format!("not judged: {expected}; {found}"))),
    };
    Some([Block::sentence(all)].into_iter().chain(verdicts.iter().filter_map(one)).collect())
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
    use crate::report::page::text_of;

    #[test]
    fn what_is_not_judged_is_neither_met_nor_broken() {
        let verdict = |met, found: &str| Verdict { expected: "a".to_owned(), met, found: found.to_owned() };
        let all = [verdict(Some(true), ""), verdict(Some(false), "3"), verdict(None, "the run was cut off")];
        let text = |verdicts| text_of(&Vec::from_iter(section(verdicts)));
        assert_eq!(
            text(&all),
            "Expectations: 1 of 3 met, 1 not judged.\n  NOT MET: a; found 3\n  not judged: a; the run was cut off\n"
        );
        assert_eq!(text(&all[..1]), "Expectations: 1 of 1 met.\n");
        assert!(section(&[]).is_none());
        assert!(!all_met(&all) && all_met(&[all[0].clone(), all[2].clone()]));
        assert_eq!(
            to_json(&all[2..]),
            json!([{ "expected": "a", "met": null, "found": "the run was cut off" }])
        );
    }
}
