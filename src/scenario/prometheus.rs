//! Histograms of metrics: Prometheus' text form, as `/metrics` gives it, and the JSON of its query API.
//!
//! ```text
//! kubelet_image_pull_duration_seconds_bucket{image_size_in_bytes="0-10MB",le="5"} 17
//! {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {"__name__": "…_bucket", "le": "5"}, "value": [0, "17"]}]}}
//! ```
//!
//! Only buckets are read; all that is no bucket is passed over.

use std::collections::BTreeMap;

use serde_json::Value;

use super::InputError;
use super::error::Place;
use super::reader::SourceText;

/// What the name of a metric ends in whose samples are buckets.
const BUCKET: &str = "_bucket";
/// The label with a bucket's upper bound.
const BOUND: &str = "le";

/// A histogram: of each bucket its upper bound and how many samples are not above it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// The metric, without `_bucket`.
    pub name: String,
    /// Its labels but the bound.
    pub labels: BTreeMap<String, String>,
    /// Upper bounds, ascending (the last may be infinite), and cumulative counts.
    pub buckets: Vec<(f64, u64)>,
}

/// A sample of a bucket.
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    count: f64,
}

/// The histograms of texts, in the order of their names and labels.
pub fn read(sources: &[SourceText]) -> Result<Vec<Histogram>, Vec<InputError>> {
    let (mut found, mut faults) = (Found::new(), Vec::new());
    for source in sources {
        let samples = if source.text.trim_start().starts_with('{') {
            of_json(&source.text)
                .map_err(|error| InputError { place: None, message: format!("{}: {error}", source.name) })
        } else {
            of_text(source)
        };
        match samples {
            Ok(samples) => samples.into_iter().for_each(|sample| add(sample, &mut found)),
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut histograms = Vec::new();
    for ((name, labels), mut buckets) in found {
        buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
        histograms.push(Histogram { name, labels, buckets });
    }
    Ok(histograms)
}

/// Buckets by name and labels.
type Found = BTreeMap<(String, BTreeMap<String, String>), Vec<(f64, u64)>>;

fn add(mut sample: Sample, found: &mut Found) {
    let Some(name) = sample.name.strip_suffix(BUCKET) else { return };
    let Some(bound) = sample.labels.remove(BOUND).and_then(|bound| bound.parse::<f64>().ok()) else { return };
    if bound.is_nan() || !(0.0..=9e15).contains(&sample.count) {
        return;
    }
    found.entry((name.to_owned(), sample.labels)).or_default().push((bound, sample.count as u64));
}

fn of_text(source: &SourceText) -> Result<Vec<Sample>, InputError> {
    let mut samples = Vec::new();
    for (number, line) in source.text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let sample = sample(line).ok_or_else(|| InputError {
            place: Some(Place { file: source.name.as_ref().into(), line: number as u32 + 1, column: 1 }),
            message: "this is no sample of a metric; write the text of /metrics (`kubectl get --raw /api/v1/nodes/NODE/proxy/metrics`) \
                      or the JSON of Prometheus' query API"
                .to_owned(),
        })?;
        samples.push(sample);
    }
    Ok(samples)
}

/// `name{label="value",…} count [time]`.
fn sample(line: &str) -> Option<Sample> {
    let end = line.find(|c: char| c == '{' || c.is_whitespace())?;
    let name = &line[..end];
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | ':')) {
        return None;
    }
    let mut labels = BTreeMap::new();
    let mut rest = &line[end..];
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            rest = rest.trim_start_matches([',', ' ']);
            if let Some(after) = rest.strip_prefix('}') {
                rest = after;
                break;
            }
            let (label, after) = rest.split_once('=')?;
            let (value, after) = quoted(after.trim_start())?;
            labels.insert(label.trim().to_owned(), value);
            rest = after;
        }
    }
    let count = rest.split_whitespace().next()?.parse().ok()?;
    Some(Sample { name: name.to_owned(), labels, count })
}

/// A text in quotes with its escapes, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inside = text.strip_prefix('"')?;
    let (mut value, mut escaped) = (String::new(), false);
    for (place, c) in inside.char_indices() {
        match c {
            _ if escaped => {
                value.push(if c == 'n' { '\n' } else { c });
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Some((value, &inside[place + 1..])),
            _ => value.push(c),
        }
    }
    None
}

fn of_json(text: &str) -> Result<Vec<Sample>, String> {
    let json: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let result = json.pointer("/data/result").and_then(Value::as_array);
    let result = result.ok_or("this is no answer of Prometheus' query API: it has no data.result")?;
    let one = |entry: &Value| {
        let metric = entry.get("metric")?.as_object()?;
        let mut labels: BTreeMap<String, String> = metric
            .iter()
            .filter_map(|(label, value)| Some((label.clone(), value.as_str()?.to_owned())))
            .collect();
        // A vector has one value, a matrix the newest last.
        let value = entry.get("value").or_else(|| entry.get("values")?.as_array()?.last())?;
        let count = value.get(1)?.as_str()?.parse().ok()?;
        Some(Sample { name: labels.remove("__name__")?, labels, count })
    };
    Ok(result.iter().filter_map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histograms(text: &str) -> Result<Vec<Histogram>, String> {
        read(&[SourceText { name: "metrics".into(), text: text.into() }])
            .map_err(|faults| faults[0].to_string())
    }

    #[test]
    fn both_forms_say_the_same() {
        let text = "# HELP a_seconds Words.\n# TYPE a_seconds histogram\n\
                    a_seconds_bucket{of=\"x, \\\"y\\\"}\",le=\"0.5\"} 3\na_seconds_bucket{of=\"x, \\\"y\\\"}\",le=\"+Inf\"} 4 1700000000\n\
                    a_seconds_sum{of=\"x\"} 1.5\nup 1\n";
        let json = r#"{"status": "success", "data": {"resultType": "vector", "result": [
            {"metric": {"__name__": "a_seconds_bucket", "of": "x, \"y\"}", "le": "+Inf"}, "value": [1700000000, "4"]},
            {"metric": {"__name__": "a_seconds_bucket", "of": "x, \"y\"}", "le": "0.5"}, "value": [1700000000, "3"]}]}}"#;
        let expected = Histogram {
            name: "a_seconds".to_owned(),
            labels: BTreeMap::from([("of".to_owned(), "x, \"y\"}".to_owned())]),
            buckets: vec![(0.5, 3), (f64::INFINITY, 4)],
        };
        assert_eq!(histograms(text), Ok(vec![expected.clone()]));
        assert_eq!(histograms(json), Ok(vec![expected]));
    }

    #[test]
    fn what_is_no_metric_is_told_with_its_line() {
        let error = histograms("up 1\napiVersion: v1\n").expect_err("no sample");
        assert!(error.starts_with("metrics:2:1: this is no sample of a metric"), "{error}");
        assert!(histograms("{\"kind\": \"List\"}").expect_err("no answer").contains("no data.result"));
    }
}
