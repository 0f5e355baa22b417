//! Names of entries: those of variants are folders below `--out`, and so might others be one day.
//!
//! A name is a single part of a path on every system: not `.` nor `..`, without separators and control
//! characters, not too long, and told from every other by more than the case of its letters.

use std::collections::BTreeSet;

/// No longer name is a good one of a folder, in bytes. File systems end at 255.
const MOST_BYTES: usize = 200;

/// Files that kubecast writes beside the folders of variants and arms, and into them.
pub const OWN_FILES: &[&str] = &[
    "admissions.csv",
    "arms.csv",
    "backtest.csv",
    "blocked.csv",
    "cpu.csv",
    "differences.csv",
    "domains.csv",
    "estimates.csv",
    "events.csv",
    "evidence.csv",
    "journal.jsonl",
    "manifest.json",
    "numa.csv",
    "part.jsonl",
    "pending.csv",
    "placements.csv",
    "plan.json",
    "plot.svg",
    "pods.csv",
    "resources.json",
    "rollouts.csv",
    "runs.csv",
    "service_ips.csv",
    "spread.csv",
    "spreads.csv",
    "summary.json",
    "summary.txt",
];

/// What is wrong with a name, if anything is.
pub(super) fn fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it must not be empty");
    }
    if name.contains(['/', '#', '\\']) {
        return Some("it must not hold /, \\ or #");
    }
    if name.chars().any(char::is_control) {
        return Some("it must not hold control characters");
    }
    if name == "." || name == ".." {
        return Some("it leads to another folder; write letters and digits, such as \"as-is\"");
    }
    (name.len() > MOST_BYTES).then_some("it is longer than 200 bytes")
}

/// The same for a name that becomes a folder below `--out`.
pub(super) fn folder_fault(name: &str) -> Option<&'static str> {
    fault(name).or_else(|| is_own_file(name).then_some("kubecast writes a file of this name; take another"))
}

/// Whether kubecast writes a file of that name, in any case, or a temporary one on its way there.
pub fn is_own_file(name: &str) -> bool {
    let name = name.to_lowercase();
    OWN_FILES.contains(&name.strip_suffix(".tmp").unwrap_or(&name))
}

/// The name among others that is equal to one but for the case of letters.
pub(super) fn alike<'n>(name: &str, mut others: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let folded = name.to_lowercase();
    others.find(|other| other.to_lowercase() == folded)
}

/// The name, or the first of `NAME-2`, `NAME-3`, … that is free, and is then among those `taken`. These are in lower case: many file
/// systems take `A` and `a` for one folder.
pub fn free(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut free = name.to_owned();
    let mut number = 1;
    while taken.contains(&free.to_lowercase()) || is_own_file(&free) {
        number += 1;
        free = format!("{name}-{number}");
    }
    taken.insert(free.to_lowercase());
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_is_numbered() {
        let mut taken = BTreeSet::from(["as-is".to_owned()]);
        let names = ["x", "X", "x", "As-is", "pods.csv"].map(|name| free(name, &mut taken));
        assert_eq!(names, ["x", "X-2", "x-3", "As-is-2", "pods.csv-2"]);
    }

    #[test]
    fn names_are_single_parts_of_a_path() {
        for good in ["as-is", "maxSurge=50%", "...", ".hidden", "v1.2", "über", "a b", &"a".repeat(200)] {
            assert_eq!(folder_fault(good), None, "{good}");
        }
        for wrong in [
            "",
            ".",
            "..",
            "a/b",
            "/a",
            "a\\b",
            "a#b",
            "a\0b",
            "a\nb",
            "\u{1b}[2J",
            "\u{85}",
            &"a".repeat(201),
        ] {
            assert!(fault(wrong).is_some(), "{wrong:?}");
        }
    }

    #[test]
    fn own_files_are_no_folders() {
        for wrong in ["summary.json", "Summary.JSON", "pods.csv", "manifest.json.tmp"] {
            assert!(folder_fault(wrong).is_some() && fault(wrong).is_none(), "{wrong}");
        }
        assert!(!is_own_file("summary") && !is_own_file("summary.json.txt"));
    }

    #[test]
    fn names_differ_by_more_than_case() {
        assert_eq!(alike("As-Is", ["x", "as-is"].into_iter()), Some("as-is"));
        assert_eq!(alike("ÄB", ["äb"].into_iter()), Some("äb"));
        assert_eq!(alike("a", ["b", "aa"].into_iter()), None);
    }
}
