//! How runs ended: at rest, at the horizon that the document sets, or cut off. Only the last makes an answer
//! incomplete.

use crate::cluster::world::RunEnd;
use crate::kernel::{Ended, SimTime};

/// How runs ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// All of them.
    pub runs: u64,
    /// Those that ended at the horizon.
    pub at_horizon: u64,
    /// The horizon, if any ended there.
    pub horizon: Option<SimTime>,
    /// Those that `maxEvents` cut off.
    pub cut_off: u64,
    /// The first of them.
    pub first_cut: Option<CutOff>,
}

/// A run that was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutOff {
    /// Which replication.
    pub replication: u32,
    /// Events that were handled.
    pub events: u64,
    /// The simulated time by then.
    pub time: SimTime,
}

impl Ends {
    /// Of these runs, by replication.
    pub fn of<'e>(runs: impl IntoIterator<Item = (u32, &'e RunEnd)>) -> Self {
        let mut ends = Self::default();
        for (replication, end) in runs {
            ends.add(replication, end);
        }
        ends
    }

    /// Takes note of one more run.
    pub fn add(&mut self, replication: u32, end: &RunEnd) {
        self.runs += 1;
        match end.ended {
            Ended::Quiescent => {}
            Ended::Horizon => {
                self.at_horizon += 1;
                self.horizon.get_or_insert(end.time);
            }
            Ended::EventLimit | Ended::Stopped => {
                self.cut_off += 1;
                self.first_cut.get_or_insert(CutOff { replication, events: end.events, time: end.time });
            }
        }
    }

    /// Whether any run was cut off.
    pub fn is_cut_off(&self) -> bool {
        self.cut_off > 0
    }
}

/// How a run ended, in the tables and in JSON.
pub fn ended_word(ended: Ended) -> &'static str {
    match ended {
        Ended::Quiescent => "quiescent",
        Ended::Horizon => "horizon",
        Ended::EventLimit => "eventLimit",
        Ended::Stopped => "stopped",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_cut_off_is_kept() {
        let end = |ended, seconds: u64| RunEnd {
            ended,
            last_change: SimTime(0),
            time: SimTime(seconds * 1_000_000_000),
            events: seconds,
            fingerprint: 0,
        };
        let all = [
            end(Ended::Quiescent, 1),
            end(Ended::EventLimit, 2),
            end(Ended::Horizon, 3),
            end(Ended::EventLimit, 4),
        ];
        let ends = Ends::of((0..).zip(&all));
        let first_cut = Some(CutOff { replication: 1, events: 2, time: SimTime(2_000_000_000) });
        let horizon = Some(SimTime(3_000_000_000));
        assert_eq!(ends, Ends { runs: 4, at_horizon: 1, horizon, cut_off: 2, first_cut });
        assert!(ends.is_cut_off() && !Ends::of([(0, &all[2])]).is_cut_off());
    }
}
