//! The lines of a journal: a frame first, then one line a run, each with a checksum.
//!
//! `CHECKSUM {JSON}`: XXH3 of the JSON in hexadecimal. A journal is appended to as runs end, in whatever order
//! that is; a part has the same lines in the order of the design. What a kill left half written is the last
//! line, and is dropped; any other line that does not fit its checksum is damage.

use serde::{Deserialize, Serialize};

use super::frame::{FORMAT, Frame};
use crate::kernel::stable_hash;

/// What is kept of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRow {
    /// The design point, from 0.
    pub point: u32,
    /// The arm, from 0.
    pub arm: u32,
    /// The replication, from 0.
    pub replication: u32,
    /// The figure of each metric; `None` where the run has none.
    pub values: Vec<Option<f64>>,
    /// How it ended.
    pub ended: String,
    /// The digest of its outcome, in hexadecimal.
    pub digest: String,
}

impl RunRow {
    /// Its place: by design point, then replication, then arm.
    pub fn place(&self) -> (u32, u32, u32) {
        (self.point, self.replication, self.arm)
    }
}

/// A part of a study: every `of`-th run or point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// Which part, from 1.
    pub part: u32,
    /// How many there are.
    pub of: u32,
}

impl Shard {
    /// The whole study.
    pub const WHOLE: Self = Self { part: 1, of: 1 };

    /// Reads `K/N`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((part, of)) if part >= 1 && part <= of => Ok(Self { part, of }),
            _ => Err(format!("{text:?} is no part of a study; write K/N with K from 1 to N, such as 2/3")),
        }
    }
}

/// The first line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The study.
    pub frame: Frame,
    /// Which part of it.
    pub shard: Shard,
}

/// A journal as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Journal {
    /// The first line.
    pub header: Header,
    /// The runs, in the order in which they ended.
    pub rows: Vec<RunRow>,
    /// The length in bytes of what is whole.
    pub whole_bytes: usize,
}

fn line(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("names and numbers can be printed");
    format!("{:016x} {json}\n", stable_hash(json.as_bytes()))
}

/// The first line of a journal.
pub fn header_line(header: &Header) -> String {
    line(header)
}

/// The line of a run.
pub fn row_line(row: &RunRow) -> String {
    line(row)
}

/// The JSON of a line that fits its checksum.
fn checked(line: &str) -> Option<&str> {
    let (checksum, json) = line.split_once(' ')?;
    (checksum == format!("{:016x}", stable_hash(json.as_bytes()))).then_some(json)
}

/// Reads a journal. The error says the line and what is wrong with it. `Ok(None)`: not even the first line
/// is whole.
pub fn read(text: &str) -> Result<Option<Journal>, String> {
    let mut lines = text.split_inclusive('\n').enumerate().peekable();
    let Some((_, first)) = lines.next() else { return Ok(None) };
    let Some(json) = first.strip_suffix('\n').and_then(checked) else {
        return if lines.peek().is_none() { Ok(None) } else { Err(damaged(1)) };
    };
    let header = header(json)?;
    let mut journal = Journal { header, rows: Vec::new(), whole_bytes: first.len() };
    while let Some((number, line)) = lines.next() {
        let Some(json) = line.strip_suffix('\n').and_then(checked) else {
            if lines.peek().is_none() {
                break;
            }
            return Err(damaged(number + 1));
        };
        let row: RunRow =
            serde_json::from_str(json).map_err(|error| format!("line {}: {error}", number + 1))?;
        journal.rows.push(row);
        journal.whole_bytes += line.len();
    }
    Ok(Some(journal))
}

fn damaged(line: usize) -> String {
    format!("line {line} does not fit its checksum: the file is damaged")
}

fn header(json: &str) -> Result<Header, String> {
    let value: serde_json::Value = serde_json::from_str(json).map_err(|error| format!("line 1: {error}"))?;
    let format = value.pointer("/frame/format").and_then(serde_json::Value::as_str).unwrap_or_default();
    if format != FORMAT {
        return Err(format!("line 1: it is of the version {format:?}; this kubecast reads {FORMAT}"));
    }
    serde_json::from_value(value).map_err(|error| format!("line 1: {error}"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::frame::{FrameAsk, FrameMetric};
    use super::*;

    /// Two arms at one point, the share of runs above 1.
    pub(in super::super) fn frame() -> Frame {
        Frame {
            format: FORMAT.to_owned(),
            kubecast: "0".to_owned(),
            study: "s".to_owned(),
            description: None,
            fingerprint: "f".to_owned(),
            seed: 1,
            common_random_numbers: true,
            confidence: 0.95,
            factors: vec!["n".to_owned()],
            points: vec![vec!["1".to_owned()]],
            arms: vec!["a".to_owned(), "b".to_owned()],
            baseline: 0,
            metrics: vec![FrameMetric {
                name: "m".to_owned(),
                measure: "finalSkew".to_owned(),
                of: None,
                ask: FrameAsk::Above(1.0, false),
                half_width: None,
            }],
            min_runs: 4,
            max_runs: 4,
            not_simulated: Vec::new(),
            irrelevant: Vec::new(),
            lints: Vec::new(),
            assumptions: Vec::new(),
            doubts: 0,
            releases: Vec::new(),
            models: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(in super::super) fn row(point: u32, arm: u32, replication: u32, value: f64) -> RunRow {
        let (ended, digest) = ("quiescent".to_owned(), "0".to_owned());
        RunRow { point, arm, replication, values: vec![Some(value)], ended, digest }
    }

    fn text() -> String {
        let header = Header { frame: frame(), shard: Shard::WHOLE };
        let rows = [row(0, 0, 0, 0.1), row(0, 1, 0, 1.0 / 3.0)];
        header_line(&header) + &rows.iter().map(row_line).collect::<String>()
    }

    #[test]
    fn what_is_written_is_read_to_the_last_bit() {
        let journal = read(&text()).expect("undamaged").expect("whole");
        assert_eq!(journal.rows[1].values[0].map(f64::to_bits), Some((1.0_f64 / 3.0).to_bits()));
        assert_eq!((journal.rows.len(), journal.whole_bytes), (2, text().len()));
        assert_eq!(journal.header.frame, frame());
    }

    #[test]
    fn a_torn_last_line_is_dropped_at_every_place() {
        let text = text();
        let ends: Vec<usize> = text.match_indices('\n').map(|(place, _)| place + 1).collect();
        for end in 0..text.len() {
            let journal = read(&text[..end]).expect("torn, not damaged");
            let whole = ends.iter().filter(|place| **place <= end).count();
            assert_eq!(journal.map_or(0, |journal| journal.rows.len() + 1), whole, "{end}");
        }
    }

    #[test]
    fn damage_is_no_torn_line() {
        let damaged = text().replacen("\"replication\":0", "\"replication\":7", 1);
        assert_eq!(
            read(&damaged).expect_err("damaged"),
            "line 2 does not fit its checksum: the file is damaged"
        );
        let other = text().replace("study/v1", "study/v9");
        let json = other.lines().next().and_then(|line| line.split_once(' ')).expect("a line").1;
        let other = format!("{:016x} {json}\n", stable_hash(json.as_bytes()));
        assert!(read(&other).expect_err("another version").contains("study/v9"));
    }

    #[test]
    fn parts_are_read() {
        assert_eq!(Shard::parse("2/3"), Ok(Shard { part: 2, of: 3 }));
        for text in ["0/3", "4/3", "2", "a/b", "1/0", ""] {
            assert!(Shard::parse(text).is_err(), "{text}");
        }
    }
}
