//! `backtest.csv`.

use std::borrow::Cow;

use super::end_word;
use crate::report::table::{Column, Table};
use crate::study::backtest::{Figure, Kind, Pair, Rollout, Seen};
use crate::study::statistics::distributions::rounded;

/// What the table is made from.
type Pairs<'a> = &'a [Pair];
/// What a row is made from.
type Row<'a> = (&'a Pair, &'a Rollout, &'a Figure);

fn text(value: &impl ToString) -> Cow<'static, str> {
    value.to_string().into()
}

fn option(value: Option<&impl ToString>) -> Cow<'static, str> {
    value.map_or_else(String::new, ToString::to_string).into()
}

/// `backtest.csv`: a row a figure.
pub fn table<'a>() -> Table<'a, Pairs<'a>> {
    Table::new(
        ("backtest.csv", "each figure that is judged"),
        seen_columns().into_iter().chain(forecast_columns()),
        |pairs: Pairs<'a>| {
            pairs.iter().flat_map(move |pair| {
                let of = move |rollout: &'a Rollout| {
                    rollout.figures.iter().map(move |figure| (pair, rollout, figure))
                };
                pair.rollouts.iter().flat_map(of)
            })
        },
    )
}

/// What was seen.
fn seen_columns<'a>() -> [Column<Pairs<'a>, Row<'a>>; 8] {
    [
        Column::new("pair", "the folder of the dumps, where there are several", |(pair, ..)| {
            option(pair.name.as_ref())
        }),
        Column::new("workload", "the Deployment", |(_, rollout, _)| text(&rollout.workload)),
        Column::new(
            "begin",
            "when its rollout began; empty where the dumps do not tell",
            |(_, rollout, _)| option(rollout.begin.as_ref()),
        ),
        Column::new(
            "end",
            "`complete`, `blocked` or `running` when the second dump was read",
            |(_, rollout, _)| end_word(rollout.end).into(),
        ),
        Column::new("figure", "`durationSeconds` or `finalSkew`", |(.., figure)| match figure.kind {
            Kind::Duration => "durationSeconds".into(),
            Kind::Skew(_) => "finalSkew".into(),
        }),
        Column::new(
            "constraint",
            "of a skew: the constraint, `TOPOLOGY_KEY\\|WHEN_UNSATISFIABLE`",
            |(.., figure)| match &figure.kind {
                Kind::Duration => "".into(),
                Kind::Skew(constraint) => constraint.to_string().into(),
            },
        ),
        Column::new("seen", "what the dumps show; empty where they show a bound alone", |(.., figure)| {
            match figure.seen {
                Seen::Value(value) => text(&value),
                Seen::MoreThan(_) => "".into(),
            }
        }),
        Column::new("more_than", "the bound: it was not complete after so many seconds", |(.., figure)| {
            match figure.seen {
                Seen::Value(_) => "".into(),
                Seen::MoreThan(value) => text(&value),
            }
        }),
    ]
}

/// What was forecast, and how it is judged.
fn forecast_columns<'a>() -> [Column<Pairs<'a>, Row<'a>>; 8] {
    [
        Column::new("median", "of the forecast; empty: most of its runs do not complete", |(.., figure)| {
            option(figure.median.as_ref())
        }),
        Column::new("low", "the lower end of its middle 90 %; empty as above", |(.., figure)| {
            option(figure.low.as_ref())
        }),
        Column::new(
            "high",
            "the upper end; empty: more than 5 % of its runs do not complete",
            |(.., figure)| option(figure.high.as_ref()),
        ),
        Column::new(
            "rank",
            "the share of the forecast below what was seen, and half of that at it",
            |(.., figure)| option(figure.rank.map(rounded).as_ref()),
        ),
        Column::new("probability", "how probable the forecast held what was seen", |(.., figure)| {
            text(&rounded(figure.probability))
        }),
        Column::new("held", "`1`: what was seen lies in the middle 90 %; else `0`", |(.., figure)| {
            text(&u8::from(figure.held))
        }),
        Column::new("expected_to_hold", "how probable that is, says the forecast", |(.., figure)| {
            text(&rounded(figure.expected))
        }),
        Column::new(
            "score",
            "the continuous ranked probability score, in seconds or pods",
            |(.., figure)| text(&rounded(figure.score)),
        ),
    ]
}
