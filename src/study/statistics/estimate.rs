//! An estimate: a value, its interval, and by which method.

/// How an interval was found. The names stand in the column `method` of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Mean with Student's t (W. S. Gosset, Biometrika 6, 1908).
    T,
    /// Mean after a sample of two stages (C. Stein, Ann. Math. Statist. 16, 1945).
    TwoStage,
    /// Proportion (E. B. Wilson, JASA 22, 1927).
    Wilson,
    /// Proportion (C. J. Clopper, E. S. Pearson, Biometrika 26, 1934).
    Exact,
    /// Quantile between two order statistics, their ranks from the binomial distribution.
    OrderStatistics,
    /// Mean of differences of pairs with Student's t.
    PairedT,
    /// Mean of differences of pairs after a sample of two stages.
    PairedTwoStage,
    /// Difference of two proportions of the same runs (R. G. Newcombe, Statist. Med. 17, 2635, 1998, method 10).
    NewcombePaired,
    /// Difference of two means of different runs (B. L. Welch, Biometrika 34, 1947).
    Welch,
    /// Difference of two proportions of different runs (R. G. Newcombe, Statist. Med. 17, 873, 1998, method 10).
    Newcombe,
    /// Difference of two quantiles whose own intervals, each at half the error, hold together.
    QuantilesApart,
}

impl Method {
    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::T => "t",
            Self::TwoStage => "two-stage",
            Self::Wilson => "wilson",
            Self::Exact => "exact",
            Self::OrderStatistics => "order-statistics",
            Self::PairedT => "paired-t",
            Self::PairedTwoStage => "paired-two-stage",
            Self::NewcombePaired => "newcombe-paired",
            Self::Welch => "welch",
            Self::Newcombe => "newcombe",
            Self::QuantilesApart => "quantiles-apart",
        }
    }
}

/// A value with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// From how many runs.
    pub runs: u64,
    /// The value; `None` without runs.
    pub value: Option<f64>,
    /// The interval; `None` where the runs are too few for one.
    pub interval: Option<(f64, f64)>,
    /// By which method.
    pub method: Method,
}

impl Estimate {
    /// Half the width of the interval.
    pub fn half_width(&self) -> Option<f64> {
        self.interval.map(|(low, high)| (high - low) / 2.0)
    }
}
