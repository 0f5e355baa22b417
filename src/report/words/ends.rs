//! What is said of runs that did not come to rest: first of all that some were cut off, and in one line that a
//! horizon was reached.

use serde_json::{Value, json};

use crate::report::page::{Block, Section};
use crate::report::words::counted;
use crate::report::words::seconds::seconds;
use crate::study::ends::Ends;

/// The ends of the runs of a variant or arm, by its name.
pub type NamedEnds<'a> = (Option<&'a str>, &'a Ends);

/// What comes before all else where runs were cut off; empty if none was.
pub fn cut_offs<'a>(all: impl IntoIterator<Item = NamedEnds<'a>>) -> Section {
    let warning = |(name, ends): NamedEnds<'a>| {
        let prefix = name.map_or_else(String::new, |name| format!("{name}: "));
        Some(Block::Warning(format!("{prefix}{}", cut_off_sentence(ends)?)))
    };
    all.into_iter().filter_map(warning).collect()
}

/// That runs were cut off; `None` if none was.
pub fn cut_off_sentence(ends: &Ends) -> Option<String> {
    let first = ends.first_cut?;
    let at = format!("after {} at {}", counted_events(first.events), first.time);
    Some(if ends.runs == 1 {
        format!("CUT OFF {at} (spec.maxEvents): what follows is not a result of the whole run.")
    } else {
        format!(
            "CUT OFF (spec.maxEvents): {} of {} runs, the first, replication {}, {at}: what follows is not a result of \
             whole runs.",
            ends.cut_off, ends.runs, first.replication
        )
    })
}

fn counted_events(events: u64) -> String {
    format!("{events} {}", if events == 1 { "event" } else { "events" })
}

/// That the horizon was reached, with the number of pods that wait in the only run; `None` if it was not.
pub fn horizon_sentence(ends: &Ends, waiting: Option<usize>) -> Option<String> {
    let horizon = ends.horizon?;
    if ends.runs > 1 {
        let end = if ends.at_horizon == 1 { "ends" } else { "end" };
        return Some(format!("{} of {} runs {end} at the horizon, {horizon}.", ends.at_horizon, ends.runs));
    }
    Some(match waiting {
        None => format!("ends at the horizon, {horizon}."),
        Some(0) => format!("ends at the horizon, {horizon}; no pod waits for a node."),
        Some(1) => format!("ends at the horizon, {horizon}; 1 pod still waits for a node."),
        Some(pods) => {
            format!("ends at the horizon, {horizon}; {} still wait for a node.", counted(pods, "pod", "pods"))
        }
    })
}

/// The sentence with a capital letter, where it stands by itself.
pub fn capitalized(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// One entry a variant or arm of which runs were cut off: an answer is one of whole runs if there is none.
pub fn cut_off_json<'a>(all: impl IntoIterator<Item = NamedEnds<'a>>) -> Value {
    let entry = |(name, ends): NamedEnds<'_>| {
        let first = ends.first_cut?;
        Some(json!({
            "of": name,
            "by": "maxEvents",
            "cutOffRuns": ends.cut_off,
            "runs": ends.runs,
            "first": {
                "replication": first.replication,
                "events": first.events,
                "timeSeconds": seconds(first.time.0),
            },
        }))
    };
    all.into_iter().filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::SimTime;
    use crate::report::page::text_of;
    use crate::study::ends::CutOff;

    const MINUTE: SimTime = SimTime(60_000_000_000);

    fn cut(runs: u64, cut_off: u64) -> Ends {
        let first_cut = Some(CutOff { replication: 3, events: 20, time: MINUTE });
        Ends { runs, cut_off, first_cut, ..Ends::default() }
    }

    #[test]
    fn runs_that_are_cut_off_are_told() {
        let whole = Ends { runs: 5, ..Ends::default() };
        assert!(cut_offs([(None, &whole), (Some("a"), &whole)]).is_empty());
        assert_eq!(
            text_of(&[cut_offs([(Some("a"), &whole), (Some("b"), &cut(1, 1)), (None, &cut(9, 2))])]),
            "b: CUT OFF after 20 events at 1m (spec.maxEvents): what follows is not a result of the whole run.\n\
             CUT OFF (spec.maxEvents): 2 of 9 runs, the first, replication 3, after 20 events at 1m: what follows is \
             not a result of whole runs.\n"
        );
        let json = cut_off_json([(Some("a"), &whole), (Some("b"), &cut(1, 1))]);
        let first = json!({ "replication": 3, "events": 20, "timeSeconds": "60" });
        let entry = json!({ "of": "b", "by": "maxEvents", "cutOffRuns": 1, "runs": 1, "first": first });
        assert_eq!(json, json!([entry]));
    }

    #[test]
    fn a_horizon_is_one_line() {
        let ends = |runs, at_horizon| Ends { runs, at_horizon, horizon: Some(MINUTE), ..Ends::default() };
        let words = |runs, waiting| horizon_sentence(&ends(runs, runs), waiting);
        assert_eq!(
            words(1, Some(3)).as_deref(),
            Some("ends at the horizon, 1m; 3 pods still wait for a node.")
        );
        assert_eq!(
            words(1, Some(1)).as_deref(),
            Some("ends at the horizon, 1m; 1 pod still waits for a node.")
        );
        assert_eq!(words(1, Some(0)).as_deref(), Some("ends at the horizon, 1m; no pod waits for a node."));
        assert_eq!(words(7, None).as_deref(), Some("7 of 7 runs end at the horizon, 1m."));
        let one = horizon_sentence(&ends(7, 1), None);
        assert_eq!(one.as_deref(), Some("1 of 7 runs ends at the horizon, 1m."));
        assert_eq!(horizon_sentence(&Ends { runs: 1, ..Ends::default() }, Some(3)), None);
    }
}
