//! Why a forecast did not hold, as far as the dumps tell: which hop of the new pods took longer, or less long, than the
//! forecast draws.

use super::{Figure, Kind, Seen};
use crate::scenario::backtest::SeenHop;
use crate::scenario::fitted::KubeletHop;

/// Times of objects are cut to whole seconds: a difference of two is off by less than this.
const CUT: f64 = 1.0;

/// What the new pods of a rollout that was missed show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Miss {
    /// Which of their hops it was; `None`: the dumps do not tell.
    pub hop: Option<MissedHop>,
}

/// A hop that took otherwise than the forecast draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MissedHop {
    /// The hop.
    pub hop: KubeletHop,
    /// The longest that was seen, in seconds.
    pub longest: f64,
    /// What 99 % of the forecast's draws do not exceed, where it took longer; where it took less long, their median.
    pub drawn: f64,
    /// Whether it took longer.
    pub longer: bool,
}

/// Why a figure did not hold; `None` if it did.
pub fn of(figure: &Figure, hops: &[SeenHop]) -> Option<Miss> {
    if figure.held || figure.kind != Kind::Duration {
        return (!figure.held).then_some(Miss { hop: None });
    }
    let longer = match figure.seen {
        Seen::MoreThan(_) => true,
        Seen::Value(value) => figure.low.is_none_or(|low| value >= low),
    };
    let missed = |seen: &SeenHop| {
        let drawn = seen.assumed.quantile_secs(if longer { 0.99 } else { 0.5 });
        let apart = if longer { seen.longest - drawn } else { drawn - seen.longest };
        let hop = MissedHop { hop: seen.hop, longest: seen.longest, drawn, longer };
        (apart > CUT).then_some((apart, hop))
    };
    let worst = hops.iter().filter_map(missed).max_by(|one, other| one.0.total_cmp(&other.0));
    Some(Miss { hop: worst.map(|(_, hop)| hop) })
}
