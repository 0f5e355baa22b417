//! A Study: a scenario with other values, many times, with intervals.

use serde_json::Value;

use super::error::Error;
use super::{Forecast, Monitor, Unmonitored, guard};
use crate::report::page::Page;
pub use crate::report::study::StudyReport;
use crate::report::study::{Findings, page};
use crate::scenario::InputError;
use crate::scenario::earlier::EarlierBacktest;
use crate::scenario::study::{ResolvedStudy, load_study};
use crate::study::campaign::execution::{self, Keep, Rows};
use crate::study::campaign::frame::Frame;
use crate::study::campaign::journal::Shard;

/// A Study that can be run.
pub struct Study {
    resolved: ResolvedStudy,
    frame: Frame,
    threads: usize,
    earlier: Option<EarlierBacktest>,
}

/// What a Study says: what it is, and the figures of each of its runs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StudyAnswer {
    /// What was studied: points, arms and metrics.
    pub frame: Frame,
    /// The runs, by point, replication and arm.
    pub rows: Rows,
    /// How forecasts of the user's own clusters held, where that is known.
    pub earlier: Option<EarlierBacktest>,
    findings: Findings,
}

impl Study {
    pub(super) fn load(forecast: &Forecast) -> Result<Self, Error> {
        let Forecast { options, reader, threads, earlier, .. } = forecast;
        let source = forecast.document()?;
        let resolved = guard::of(|| Ok(load_study(source, options, &**reader)?))?;
        let frame = Frame::of(&resolved);
        Ok(Self { resolved, frame, threads: *threads, earlier: *earlier })
    }

    /// What is doubtful about the input.
    pub fn warnings(&self) -> &[InputError] {
        &self.resolved.warnings
    }

    /// What it is, apart from how it is run.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The whole of it.
    pub fn run(&self) -> Result<StudyAnswer, Error> {
        let rows = self.run_part(Shard::WHOLE, Rows::new(), &|_| {}, &Unmonitored)?;
        Ok(self.answer(rows))
    }

    /// What all runs together say.
    pub fn answer(&self, rows: Rows) -> StudyAnswer {
        StudyAnswer::new(self.frame.clone(), rows).with_earlier(self.earlier)
    }

    /// The runs of a part, beside those that are there already. Each is handed to `keep` when it is done, from any thread.
    pub fn run_part(
        &self,
        part: Shard,
        rows: Rows,
        keep: Keep<'_>,
        monitor: &dyn Monitor,
    ) -> Result<Rows, Error> {
        let size = (part, self.threads);
        guard::overseen(monitor, |oversight| {
            Ok(execution::execute(&self.resolved, &self.frame, size, rows, keep, oversight)?)
        })
    }
}

impl StudyAnswer {
    /// Of all runs of a study, wherever they were computed.
    pub fn new(frame: Frame, rows: Rows) -> Self {
        Self { findings: Findings::of(&frame, &rows), frame, rows, earlier: None }
    }

    /// The same, beside how forecasts of the user's own clusters held.
    #[must_use]
    pub fn with_earlier(self, earlier: Option<EarlierBacktest>) -> Self {
        Self { earlier, ..self }
    }

    /// Estimates of every arm at every point, and differences.
    pub fn report(&self) -> StudyReport<'_> {
        let Self { frame, rows, findings: Findings { estimates, differences }, earlier } = self;
        StudyReport { frame, rows, estimates, differences, earlier: *earlier }
    }

    /// Whether no run was cut off and, if `strict`, nothing is left out.
    pub fn is_complete(&self, strict: bool) -> bool {
        !self.report().is_cut_off() && self.frame.ledger().satisfies(strict)
    }

    /// The answer, to be rendered, with tables, plot, summary and manifest.
    pub fn page(&self) -> Page<'_> {
        page(self.report())
    }

    /// For people.
    pub fn to_text(&self) -> String {
        self.page().to_text()
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        self.page().to_json()
    }
}
