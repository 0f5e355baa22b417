//! How earlier forecasts held: the summary of a backtest, read again.

use serde::Deserialize;

use super::reader::SourceText;

/// How the forecasts of an earlier backtest held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarlierBacktest {
    /// How many figures were judged.
    pub judged: u64,
    /// How many of them lay in the middle 90 % of their forecast.
    pub held: u64,
}

/// What of a summary is read.
#[derive(Deserialize)]
struct Summary {
    backtest: Option<Totals>,
}

#[derive(Deserialize)]
struct Totals {
    judged: u64,
    held: u64,
}

/// Reads a `summary.json` of `kubecast backtest`; the error says what is missing.
pub fn read(source: &SourceText) -> Result<EarlierBacktest, String> {
    let wrong = |what: &str| {
        format!(
            "{}: {what}; it takes the summary.json that `kubecast backtest … --out DIR` writes",
            source.name
        )
    };
    let summary: Summary =
        serde_json::from_str(&source.text).map_err(|error| wrong(&format!("is no summary ({error})")))?;
    let totals = summary
        .backtest
        .ok_or_else(|| wrong("is the summary of another command: \"backtest\" is missing"))?;
    if totals.judged == 0 {
        return Err(wrong("judges no figure at all"));
    }
    if totals.held > totals.judged {
        return Err(wrong(&format!("says that {} of {} held", totals.held, totals.judged)));
    }
    Ok(EarlierBacktest { judged: totals.judged, held: totals.held })
}
