//! How long a scheduling cycle takes, by how many nodes it looks at.

use crate::kernel::{Distribution, Draw, SimDuration};

/// The time of a cycle: distributions at some numbers of nodes, in rising order; in between, and beyond
/// the last, along the straight line through the two nearest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CycleTime {
    points: Vec<(u64, Distribution)>,
}

impl CycleTime {
    /// The same distribution whatever the number of nodes.
    pub fn fixed(distribution: Distribution) -> Self {
        Self { points: vec![(0, distribution)] }
    }

    /// A distribution for each number of nodes looked at. The error says what is wrong with them.
    pub fn by_nodes_evaluated(points: Vec<(u64, Distribution)>) -> Result<Self, String> {
        if points.is_empty() {
            return Err("at least one number of nodes is needed".to_owned());
        }
        if points.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
            return Err("numbers of nodes must rise from entry to entry".to_owned());
        }
        Ok(Self { points })
    }

    /// Whether a cycle takes no time at all.
    pub fn is_constant_zero(&self) -> bool {
        self.points.iter().all(|(_, distribution)| distribution.is_constant_zero())
    }

    /// A sample for a cycle that looked at so many nodes. Both distributions of an interval are drawn
    /// from with the same luck.
    pub fn sample(&self, evaluated: usize, draw: &Draw) -> SimDuration {
        let at = evaluated as u64;
        let of = |place: usize| self.points[place].1.sample(&mut draw.clone());
        let last = self.points.len() - 1;
        if last == 0 || at <= self.points[0].0 {
            return of(0);
        }
        let next = self.points.iter().position(|point| at <= point.0).unwrap_or(last);
        let ((low, _), (high, _)) = (&self.points[next - 1], &self.points[next]);
        let (short, long) = (i128::from(of(next - 1).0), i128::from(of(next).0));
        let time = short + (long - short) * i128::from(at - low) / i128::from(high - low);
        SimDuration(u64::try_from(time.max(0)).unwrap_or(u64::MAX))
    }
}

impl Default for CycleTime {
    /// kube-scheduler v1.34 in process on one core: 429, 216 and 119 pods a second with two spread
    /// constraints on 1,000, 5,000 and 15,000 nodes, looking at 683, 917 and 1,375 of them; 1,067 plain
    /// pods on 100 nodes in 0.4 s; the fixed part is the line through the first two points.
    fn default() -> Self {
        let micros = |micros: u64| Distribution::Constant(SimDuration(micros * 1_000));
        let points =
            [(0, 40), (100, 375), (683, 2_331), (917, 4_630), (1_375, 8_403)].map(|(n, t)| (n, micros(t)));
        Self { points: points.to_vec() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{DrawUse, Draws, Seed};

    #[test]
    fn times_lie_on_straight_lines_between_the_points() {
        let draw = Draws::new(Seed(1), 0).stream(DrawUse(1), 0);
        let micros = |time: &CycleTime, nodes| time.sample(nodes, &draw).0 / 1_000;
        let time = CycleTime::default();
        assert_eq!([0, 100, 683, 1_375].map(|nodes| micros(&time, nodes)), [40, 375, 2_331, 8_403]);
        // Half way from 100 to 683: (375 + 2331) / 2 and a half node's share less.
        assert_eq!(micros(&time, 391), 375 + (2_331 - 375) * 291 / 583);
        // Beyond the last point: 8403 + (8403 − 4630) · 458 / 458.
        assert_eq!(micros(&time, 1_833), 8_403 + 3_773);
    }

    #[test]
    fn points_must_rise() {
        let point = |nodes| (nodes, Distribution::ZERO);
        assert!(CycleTime::by_nodes_evaluated(vec![point(5), point(5)]).is_err());
        assert!(CycleTime::by_nodes_evaluated(vec![]).is_err());
        assert!(CycleTime::by_nodes_evaluated(vec![point(5)]).expect("one point").is_constant_zero());
    }
}
