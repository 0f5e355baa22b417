//! What a study says: its runs, what is estimated from them, and what is compared.

use std::collections::BTreeMap;

use crate::kernel::Ended;
use crate::scenario::Ledger;
use crate::scenario::earlier::EarlierBacktest;
use crate::study::campaign::differences::{DifferenceRow, differences};
use crate::study::campaign::estimates::{EstimateRow, estimates};
use crate::study::campaign::execution::Rows;
use crate::study::campaign::frame::Frame;
use crate::study::ends::ended_word;

/// What follows from the runs of a study.
#[derive(Clone, Debug)]
pub struct Findings {
    /// What is estimated.
    pub estimates: Vec<EstimateRow>,
    /// What is compared.
    pub differences: Vec<DifferenceRow>,
}

impl Findings {
    /// Analyses the runs.
    pub fn of(frame: &Frame, rows: &Rows) -> Self {
        Self { estimates: estimates(frame, rows), differences: differences(frame, rows) }
    }
}

/// What a study says.
#[derive(Clone, Copy, Debug)]
pub struct StudyReport<'s> {
    /// The study.
    pub frame: &'s Frame,
    /// Its runs.
    pub rows: &'s Rows,
    /// What is estimated.
    pub estimates: &'s [EstimateRow],
    /// What is compared.
    pub differences: &'s [DifferenceRow],
    /// How forecasts of the user's own clusters held, where that is known.
    pub earlier: Option<EarlierBacktest>,
}

impl StudyReport<'_> {
    /// What the study leaves out, and what stands behind it.
    pub fn ledger(&self) -> Ledger {
        Ledger { earlier: self.earlier, ..self.frame.ledger() }
    }

    /// How many runs of each arm at each point ended so, and how many there are, where any did.
    pub fn ended(&self, how: Ended) -> BTreeMap<(u32, u32), (u64, u64)> {
        let mut counts: BTreeMap<(u32, u32), (u64, u64)> = BTreeMap::new();
        for row in self.rows.values() {
            let count = counts.entry((row.point, row.arm)).or_default();
            count.0 += u64::from(row.ended == ended_word(how));
            count.1 += 1;
        }
        counts.retain(|_, (ended, _)| *ended > 0);
        counts
    }

    /// Whether any run was cut off.
    pub fn is_cut_off(&self) -> bool {
        !self.ended(Ended::EventLimit).is_empty()
    }
}

/// A number of an estimate: seven significant digits.
pub(super) fn number(value: f64) -> String {
    let shortened: f64 = format!("{value:.6e}").parse().unwrap_or(value);
    if shortened.abs() > 0.0 { shortened.to_string() } else { "0".to_owned() }
}
