//! What happened to Service IPs, in words.

use crate::measures::{FigureKey, MEASURES, Told};
use crate::report::words::percent;
use crate::study::summary::VariantResult;

/// One sentence a thing; none without registries.
pub(super) fn sentences(result: &VariantResult) -> Vec<String> {
    let Some(record) = result.first_record() else { return Vec::new() };
    let Some(setup) = &record.service_ips.setup else { return Vec::new() };
    let mut sentences = Vec::new();
    let several = result.runs.len() > 1;
    if !several {
        sentences.push(format!("Services hold {} addresses at the end.", record.service_ips.in_use()));
    }
    sentences.extend(told(result));
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

/// The measures that have a sentence of their own, where they are above 0.
fn told(result: &VariantResult) -> Vec<String> {
    let mut told: Vec<_> =
        MEASURES.iter().filter_map(|measure| measure.told.map(|told| (told, measure))).collect();
    told.sort_by_key(|(told, _)| told.place);
    let mut sentences = Vec::new();
    for (Told { words, .. }, measure) in told {
        let key = FigureKey::of_cluster(measure);
        let above = result.share_above(&key, 0.0);
        if above.count == 0 {
            continue;
        }
        let values = result.values(&key);
        sentences.push(if result.runs.len() > 1 {
            format!("{words} in {}.", percent(&above))
        } else if values.first().is_some_and(|times| *times > 1.0) {
            format!("{words}, {} times.", values[0])
        } else {
            format!("{words}.")
        });
    }
    sentences
}
