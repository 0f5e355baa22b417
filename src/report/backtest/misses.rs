//! Why a forecast did not hold, in words.

use super::{middle, seen_words, value};
use crate::scenario::fitted::KubeletHop;
use crate::study::backtest::miss::MissedHop;
use crate::study::backtest::{Figure, Kind};

/// `duration: 74 s, forecast 12 s (10 to 15 s): its pods took up to 70 s to pull images …`.
pub(super) fn words(figure: &Figure) -> String {
    let what = match &figure.kind {
        Kind::Duration => "duration".to_owned(),
        Kind::Skew(constraint) => format!("skew on {constraint}"),
    };
    let seen = seen_words(figure);
    let forecast = format!("forecast {} ({})", value(&figure.kind, figure.median), middle(figure));
    format!("{what} {seen}, {forecast}: {}", why(figure))
}

/// What the dumps tell of the reason.
pub(super) fn why(figure: &Figure) -> String {
    match figure.miss.as_ref().and_then(|miss| miss.hop.as_ref()) {
        Some(hop) => hop_words(hop),
        None => "the dumps do not tell why".to_owned(),
    }
}

fn hop_words(missed: &MissedHop) -> String {
    let did = match missed.hop {
        KubeletHop::ImagePull => "pull images",
        KubeletHop::ContainerStart => "start",
        KubeletHop::Readiness => "become ready",
        KubeletHop::Termination => "stop",
    };
    let MissedHop { longest, drawn, longer, .. } = missed;
    if *longer && *drawn <= 0.0 {
        format!("its pods took up to {longest:.0} s to {did}; the forecast takes none for that")
    } else if *longer {
        format!("its pods took up to {longest:.0} s to {did}; in the forecast 99 % took {drawn:.1} s or less")
    } else {
        format!(
            "its pods took at most {longest:.0} s to {did}; in the forecast half took more than {drawn:.1} s"
        )
    }
}
