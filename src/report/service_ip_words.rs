//! What happened to Service IPs, in words.

use super::terminal::percent;
use crate::measures::FigureKey;
use crate::study::summary::VariantResult;

/// Measures with the words for a run in which they are above 0, and for several runs.
const WORDS: [(&str, &str); 9] = [
    ("dnsRefused", "DNS is refused"),
    ("serviceIpDuplicates", "two Services hold one address"),
    ("serviceIpFalseConflicts", "an address is refused as taken that nobody holds"),
    ("serviceIpRangeFull", "a Service finds the range full"),
    ("serviceIpRefused", "a request for a Service is refused"),
    ("serviceIpLeaks", "an address leaks"),
    ("serviceIpRepairRaces", "the repair loop frees an address that is in use"),
    ("serviceIpMidAirCollisions", "two API servers pick one address"),
    ("dynamicBandFull", "the dynamic band is full"),
];

/// One sentence a thing; none without registries.
pub(super) fn sentences(result: &VariantResult) -> Vec<String> {
    let Some(record) = result.runs.first().and_then(|run| run.record.as_ref()) else { return Vec::new() };
    let Some(setup) = &record.service_ips.setup else { return Vec::new() };
    let mut sentences = Vec::new();
    let several = result.runs.len() > 1;
    if !several {
        sentences.push(format!("Services hold {} addresses at the end.", record.service_ips.in_use()));
    }
    for (measure, words) in WORDS {
        let key = FigureKey { measure, workload: "".into(), rollout: None, constraint: "".into() };
        let above = result.share_above(&key, 0.0);
        if above.count == 0 {
            continue;
        }
        let values = result.values(&key);
        sentences.push(if several {
            format!("{words} in {}.", percent(&above))
        } else if values.first().is_some_and(|times| *times > 1.0) {
            format!("{words}, {} times.", values[0])
        } else {
            format!("{words}.")
        });
    }
    if let (false, Some((_, refused))) = (several, &record.service_ips.first_refused) {
        let label = refused.service.and_then(|service| setup.services.get(service.index()));
        let message = refused.message.as_deref().unwrap_or_default();
        sentences.push(format!(
            "the first that is refused: {}: {message}",
            label.map_or("", |named| &*named.label)
        ));
    }
    sentences
}
