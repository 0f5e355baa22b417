//! Which start is due, and when to look again (`mostRecentScheduleTime`, `nextScheduleTimeDuration`).

use super::schedule::Schedule;
use crate::api::Timestamp;
use crate::kernel::SimDuration;

/// How many starts were missed, by an estimate from the first two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// None.
    None,
    /// Some.
    Few,
    /// More than 100: an event says so, and the last is started all the same.
    Many,
}

/// Two times of the schedule are less than a second apart, or there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid;

/// The last start that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    /// From when on starts were looked for.
    pub(super) earliest: Timestamp,
    /// The last at or before now.
    pub(super) latest: Option<Timestamp>,
    pub(super) missed: Missed,
}

/// What starts are looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// The last start, or the CronJob's creation.
    pub(super) since: Timestamp,
    /// `spec.startingDeadlineSeconds`, where it limits how far back starts are looked for.
    pub(super) deadline_seconds: Option<i64>,
}

/// Added to the next start, so that it is due when it is looked at (`nextScheduleDelta`).
const DELTA_NS: i64 = 100_000_000;
const MANY: i64 = 100;

fn next(schedule: &Schedule, after: Timestamp) -> Option<Timestamp> {
    schedule.next(after.0.div_euclid(Timestamp::NANOS)).map(Timestamp::from_unix_seconds)
}

/// The last start that is due at `now`.
pub(super) fn due(schedule: &Schedule, window: Window, now: Timestamp) -> Result<Due, Invalid> {
    let limit = window
        .deadline_seconds
        .map(|seconds| Timestamp(now.0.saturating_sub(seconds.saturating_mul(Timestamp::NANOS))));
    let earliest = limit.map_or(window.since, |limit| limit.max(window.since));
    let with = |latest, missed| Ok(Due { earliest, latest, missed });
    let first = next(schedule, earliest).ok_or(Invalid)?;
    if now < first {
        return with(None, Missed::None);
    }
    let second = next(schedule, first).ok_or(Invalid)?;
    if now < second {
        return with(Some(first), Missed::None);
    }
    let apart = second.nanos_since(first) / Timestamp::NANOS;
    if apart < 1 {
        return Err(Invalid);
    }
    let number = now.nanos_since(first) / Timestamp::NANOS / apart + 1;
    // One step back from where the last would be if all were as far apart as the first two.
    let seconds = first.0 / Timestamp::NANOS + (number - 2) * apart;
    let mut latest = None;
    let mut candidate = next(schedule, Timestamp::from_unix_seconds(seconds));
    while let Some(time) = candidate.filter(|time| *time <= now) {
        latest = Some(time);
        candidate = next(schedule, time);
    }
    with(latest, if number > MANY { Missed::Many } else { Missed::Few })
}

/// How long until the CronJob is looked at again.
pub(super) fn requeue_after(schedule: &Schedule, since: Timestamp, now: Timestamp) -> Option<SimDuration> {
    let from = match due(schedule, Window { since, deadline_seconds: None }, now) {
        Ok(Due { latest: Some(latest), .. }) => latest,
        Ok(Due { earliest, missed: Missed::None, .. }) => earliest,
        Ok(_) | Err(Invalid) => now,
    };
    let wait = next(schedule, from)?.0.saturating_add(DELTA_NS).saturating_sub(now.0);
    Some(SimDuration(wait.max(0).unsigned_abs()))
}
