//! The CSV files of a rollout. Columns are documented in `scenarios/README.md`; new ones are added at the
//! end.

use std::io::Write;

use csv::Writer;

use super::{ArmReport, spread_text};
use crate::study::statistics::{Proportion, Summary};

/// A file: its name and how it is written.
pub struct RolloutFile {
    /// `arms.csv` and so on.
    pub name: &'static str,
    /// Writes the whole file.
    pub write: fn(&[ArmReport], &mut dyn Write) -> csv::Result<()>,
}

/// All files of a rollout. A new file is one function and one line here.
pub fn files() -> [RolloutFile; 4] {
    [
        RolloutFile { name: "arms.csv", write: arms },
        RolloutFile { name: "spreads.csv", write: spreads },
        RolloutFile { name: "domains.csv", write: domains },
        RolloutFile { name: "blocked.csv", write: blocked },
    ]
}

/// Count, share and interval, as four cells.
fn cells(share: &Proportion) -> [String; 4] {
    [share.count.to_string(), share.share().to_string(), share.low.to_string(), share.high.to_string()]
}

fn of(summary: Option<&Summary>, value: fn(&Summary) -> f64) -> String {
    summary.map_or_else(String::new, |summary| value(summary).to_string())
}

fn arms(arms: &[ArmReport], out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record([
        "arm",
        "set",
        "runs",
        "blocked_runs",
        "blocked_share",
        "blocked_low",
        "blocked_high",
        "duration_s_median",
        "duration_s_median_low",
        "duration_s_median_high",
        "duration_s_p95",
        "duration_s_max",
        "surge_pods_max",
        "unavailable_pods_max",
        "pending_s_max",
        "pending_s_total_median",
    ])?;
    for arm in arms {
        let outcome = &arm.outcome;
        let lasted = outcome.seconds.as_ref();
        let end = |of: fn((f64, f64)) -> f64| {
            outcome.median_interval.map_or_else(String::new, |interval| of(interval).to_string())
        };
        let mut row = vec![arm.name.clone(), arm.set.join("; "), outcome.runs.to_string()];
        row.extend(cells(&outcome.blocked));
        row.extend([
            of(lasted, |lasted| lasted.median),
            end(|interval| interval.0),
            end(|interval| interval.1),
            of(lasted, |lasted| lasted.p95),
            of(lasted, |lasted| lasted.max),
            outcome.surge.max.to_string(),
            outcome.unavailable.max.to_string(),
            outcome.pending_longest.max.to_string(),
            outcome.pending_total.median.to_string(),
        ]);
        table.write_record(row)?;
    }
    table.flush()?;
    Ok(())
}

fn spreads(arms: &[ArmReport], out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record([
        "arm",
        "constraint",
        "max_skew",
        "final_counts",
        "skew",
        "runs",
        "share",
        "low",
        "high",
        "complete_runs",
    ])?;
    for arm in arms {
        for constraint in &arm.outcome.constraints {
            for spread in &constraint.finals {
                let mut row = vec![
                    arm.name.clone(),
                    constraint.name.to_string(),
                    constraint.max_skew.to_string(),
                    spread_text(&spread.counts),
                    spread.skew.to_string(),
                ];
                row.extend(cells(&spread.share));
                row.push(spread.complete.to_string());
                table.write_record(row)?;
            }
        }
    }
    table.flush()?;
    Ok(())
}

fn domains(arms: &[ArmReport], out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record(["arm", "constraint", "domain", "pods", "runs", "share", "low", "high"])?;
    for arm in arms {
        for constraint in &arm.outcome.constraints {
            for domain in &constraint.domains {
                let mut row = vec![
                    arm.name.clone(),
                    constraint.name.to_string(),
                    domain.domain.clone(),
                    domain.pods.to_string(),
                ];
                row.extend(cells(&domain.share));
                table.write_record(row)?;
            }
        }
    }
    table.flush()?;
    Ok(())
}

fn blocked(arms: &[ArmReport], out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record(["arm", "runs", "share", "low", "high", "reason"])?;
    for arm in arms {
        for (reason, share) in &arm.outcome.reasons {
            let mut row = vec![arm.name.clone()];
            row.extend(cells(share));
            row.push(reason.to_string());
            table.write_record(row)?;
        }
    }
    table.flush()?;
    Ok(())
}
