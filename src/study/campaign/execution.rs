//! Which runs a study needs, and running them on threads.
//!
//! With a fixed number of runs, those of a part are every N-th by number; where a first stage decides, a part
//! has whole design points, so that it can decide by itself. Runs are kept by number, so that neither the
//! number of threads nor that of parts nor an interruption changes anything.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::frame::{Frame, FrameAsk};
use super::journal::{RunRow, Shard};
use crate::kernel::Seed;
use crate::scenario::study::ResolvedStudy;
use crate::study::ends::ended_word;
use crate::study::oversight::{Oversight, Stopped};
use crate::study::replication::run_overseen;
use crate::study::statistics::two_stage;

/// Runs by their place.
pub type Rows = BTreeMap<(u32, u32, u32), RunRow>;

/// Is given each run when it is done, from any thread, and keeps it.
pub type Keep<'k> = &'k (dyn Fn(&RunRow) + Sync);

/// The runs of an arm at a point that are needed, as far as the rows so far tell.
pub fn runs_of_point(frame: &Frame, point: u32, rows: &Rows) -> u32 {
    if !frame.is_two_stage() || !has_first_stage(frame, point, rows) {
        return frame.min_runs;
    }
    let mut needed = u64::from(frame.min_runs);
    for arm in 0..frame.arms.len() as u32 {
        for (index, metric) in frame.metrics.iter().enumerate() {
            let Some(half_width) = metric.half_width else { continue };
            let figures = (0..frame.min_runs).filter_map(|run| rows[&(point, run, arm)].values[index]);
            let values: Vec<f64> = figures.map(|figure| metric.ask.value(figure)).collect();
            let runs = match metric.ask {
                FrameAsk::Mean => two_stage::runs_for_mean(&values, half_width, frame.confidence),
                FrameAsk::Quantile(quantile) => {
                    two_stage::runs_for_quantile(&values, quantile, half_width, frame.confidence)
                }
                _ => two_stage::runs_for_proportion(&values, half_width, frame.confidence),
            };
            needed = needed.max(runs);
        }
    }
    needed.min(u64::from(frame.max_runs)) as u32
}

fn has_first_stage(frame: &Frame, point: u32, rows: &Rows) -> bool {
    let arms = frame.arms.len() as u32;
    (0..frame.min_runs).all(|run| (0..arms).all(|arm| rows.contains_key(&(point, run, arm))))
}

/// Whether a part has a run. Runs are numbered by point, replication and arm.
fn is_in(frame: &Frame, shard: Shard, place: (u32, u32, u32)) -> bool {
    let (point, replication, arm) = place;
    let number = if frame.is_two_stage() {
        u64::from(point)
    } else {
        let arms = frame.arms.len() as u64;
        (u64::from(point) * u64::from(frame.min_runs) + u64::from(replication)) * arms + u64::from(arm)
    };
    number % u64::from(shard.of) == u64::from(shard.part - 1)
}

/// The runs of a part that are needed, in order, as far as the rows so far tell.
pub fn needed(frame: &Frame, shard: Shard, rows: &Rows) -> Vec<(u32, u32, u32)> {
    let arms = frame.arms.len() as u32;
    let mut places = Vec::new();
    for point in 0..frame.points.len() as u32 {
        let runs = runs_of_point(frame, point, rows);
        let all = (0..runs).flat_map(|run| (0..arms).map(move |arm| (point, run, arm)));
        places.extend(all.filter(|place| is_in(frame, shard, *place)));
    }
    places
}

/// Runs what a part still needs beside the rows that are there, and gives all rows of the part.
pub fn execute(
    study: &ResolvedStudy,
    frame: &Frame,
    (shard, threads): (Shard, usize),
    mut rows: Rows,
    keep: Keep<'_>,
    oversight: &Oversight<'_>,
) -> Result<Rows, Stopped> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
    // Twice: the first stage, and what it asks for. Nothing is missing after a fixed number of runs.
    loop {
        let all = needed(frame, shard, &rows);
        let missing: Vec<_> = all.into_iter().filter(|place| !rows.contains_key(place)).collect();
        if missing.is_empty() {
            return Ok(rows);
        }
        oversight.monitor().expect(missing.len() as u64);
        let one = |place: (u32, u32, u32)| {
            let row = run(study, place, oversight)?;
            keep(&row);
            oversight.monitor().finished();
            Ok((place, row))
        };
        let found: Result<Vec<_>, Stopped> = pool.install(|| missing.into_par_iter().map(one).collect());
        rows.extend(found?);
    }
}

fn run(
    study: &ResolvedStudy,
    (point, replication, arm): (u32, u32, u32),
    oversight: &Oversight<'_>,
) -> Result<RunRow, Stopped> {
    let at = &study.points[point as usize];
    let setup = &at.arms[arm as usize];
    let (end, record) = run_overseen(setup, (Seed(at.seed), replication), false, oversight)?;
    Ok(RunRow {
        point,
        arm,
        replication,
        values: study.metrics.iter().map(|metric| metric.figure.value_in(&record)).collect(),
        ended: ended_word(end.ended).to_owned(),
        digest: format!("{:016x}", end.fingerprint),
    })
}

#[cfg(test)]
mod tests {
    use super::super::journal::tests::{frame, row};
    use super::*;

    #[test]
    fn parts_have_each_run_once() {
        let mut frame = frame();
        frame.points = vec![vec!["1".into()], vec!["2".into()]];
        let whole = needed(&frame, Shard::WHOLE, &Rows::new());
        assert_eq!(whole.len(), 2 * 4 * 2);
        for of in 1..=5 {
            let parts = (1..=of).flat_map(|part| needed(&frame, Shard { part, of }, &Rows::new()));
            let mut joined: Vec<_> = parts.collect();
            joined.sort_unstable();
            assert_eq!(joined, whole, "{of} parts");
        }
    }

    #[test]
    fn the_first_stage_decides_for_its_point_alone() {
        let mut frame = frame();
        (frame.min_runs, frame.max_runs) = (4, 500);
        frame.points = vec![vec!["1".into()], vec!["2".into()]];
        frame.metrics[0].half_width = Some(0.1);
        let mut rows = Rows::new();
        assert_eq!(needed(&frame, Shard::WHOLE, &rows).len(), 2 * 4 * 2);
        for run in 0..4 {
            for arm in 0..2 {
                let row = row(0, arm, run, f64::from(run % 2) * 2.0);
                rows.insert(row.place(), row);
            }
        }
        // Half of four: t(3)² · 0.25 / 0.01 = 3.182446² · 25 = 253.2.
        assert_eq!(runs_of_point(&frame, 0, &rows), 254);
        assert_eq!(runs_of_point(&frame, 1, &rows), 4);
        frame.max_runs = 100;
        assert_eq!(runs_of_point(&frame, 0, &rows), 100);
        let second = needed(&frame, Shard { part: 2, of: 2 }, &rows);
        assert!(second.iter().all(|(point, _, _)| *point == 1) && second.len() == 8);
    }
}
