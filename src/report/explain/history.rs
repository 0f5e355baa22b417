//! The pod's way: what the API showed of it, and its places in the scheduling queue.

use crate::cluster::explanation::HistoryStep;
use crate::kernel::SimTime;
use crate::report::page::columns::Columns;
use crate::report::page::{Block, Section};
use crate::study::explanation::Explanation;

/// Of a longer history the middle is left out.
const MOST_ROWS: usize = 40;
/// Rows of the beginning that stay then.
const FIRST_ROWS: usize = 10;

/// A row of the history.
pub(super) enum Row<'a> {
    /// The API showed something: `created`, `bound`, `ready`, `deleted`, `gone`.
    Api(&'static str),
    /// The scheduler did something.
    Scheduler(&'a HistoryStep),
}

/// All rows, in order of time; at one time the creation comes first, the rest after what the scheduler
/// did.
pub(super) fn rows(explanation: &Explanation) -> Vec<(SimTime, Row<'_>)> {
    let pod = &explanation.pod;
    let mut rows = vec![(pod.created, Row::Api("created"))];
    rows.extend(explanation.testimony.history.iter().map(|row| (row.time, Row::Scheduler(&row.step))));
    let bound = pod.scheduled.filter(|_| !explanation.bound_in_input);
    let ready = pod.ready.filter(|time| !explanation.bound_in_input || *time > pod.created);
    for (moment, what) in [(bound, "bound"), (ready, "ready"), (pod.deleted, "deleted"), (pod.gone, "gone")] {
        rows.extend(moment.map(|time| (time, Row::Api(what))));
    }
    rows.sort_by_key(|row| row.0);
    rows
}

pub(super) fn section(explanation: &Explanation) -> Section {
    let rows = rows(explanation);
    let mut table = Columns::new(["time", "what", "event", "plugin whose hint asked", ""]);
    let explained = explanation.testimony.scene.as_ref().and_then(|scene| scene.attempt);
    let left_out = rows.len().saturating_sub(MOST_ROWS);
    let mut told = "";
    for (place, (time, row)) in rows.iter().enumerate() {
        if left_out > 0 && place == FIRST_ROWS {
            let text = format!("{left_out} more, see --format json");
            table.push(["…", &text, "", "", ""].map(str::to_owned).to_vec());
        }
        if left_out > 0 && (FIRST_ROWS..FIRST_ROWS + left_out).contains(&place) {
            continue;
        }
        let words = match row {
            Row::Api(what) => [&*api_words(what, explanation), "", "", ""].map(str::to_owned),
            Row::Scheduler(step) => step_words(step, explained, &mut told),
        };
        let mut cells = vec![time.to_string()];
        cells.extend(words);
        table.push(cells);
    }
    vec![Block::Heading("Queue history:".to_owned()), Block::Table(1, table)]
}

fn api_words(what: &str, explanation: &Explanation) -> String {
    let node = explanation.node.as_deref().unwrap_or("");
    match what {
        "created" if explanation.bound_in_input => format!("there from the beginning, on {node}"),
        "bound" => format!("bound to {node}"),
        "deleted" => "deletion asked for".to_owned(),
        other => other.to_owned(),
    }
}

/// What happened, the event, the plugin, and what Kubernetes said of an attempt: not of the one that is
/// explained, whose message stands above, and the same message once in a row (`told` is the last).
fn step_words<'h>(step: &'h HistoryStep, explained: Option<u32>, told: &mut &'h str) -> [String; 4] {
    let plain = |what: String| [&*what, "", "", ""].map(str::to_owned);
    match step {
        HistoryStep::Moved { from, to, event, plugin } => {
            let what = format!("{} → {to}", from.unwrap_or("new"));
            [&*what, event, plugin.unwrap_or(""), ""].map(str::to_owned)
        }
        HistoryStep::AttemptBegan { number } => {
            let mark = if explained == Some(*number) { " (the one explained)" } else { "" };
            plain(format!("attempt {number} begins{mark}"))
        }
        HistoryStep::NodeChosen { number, node } => plain(format!("attempt {number} chooses {node}")),
        HistoryStep::Refused { number, message } => {
            let is_told = std::mem::replace(told, message) == &**message;
            let message = match (explained == Some(*number), is_told) {
                (true, _) => "",
                (false, true) => "for the same reasons",
                (false, false) => reasons(message),
            };
            [&*format!("attempt {number} fails"), "", "", message].map(str::to_owned)
        }
        HistoryStep::Obsolete { number } => {
            plain(format!("attempt {number} comes to nothing: the pod is gone or bound"))
        }
    }
}

/// The message without what preemption adds.
fn reasons(message: &str) -> &str {
    message.split(" no new claims to deallocate").next().unwrap_or(message)
}
