//! Texts as Go writes and reads them (`strconv`, `time`): quotes, booleans, integers, durations, and its complaints.

use std::fmt::Write as _;

use crate::kernel::SimDuration;

/// A string literal of Go (`strconv.Quote`).
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            ' ' => quoted.push(' '),
            _ if !letter.is_control() && !letter.is_whitespace() => quoted.push(letter),
            _ => {
                let code = u32::from(letter);
                let written = match code {
                    0..0x80 => write!(quoted, "\\x{code:02x}"),
                    0x80..0x1_0000 => write!(quoted, "\\u{code:04x}"),
                    _ => write!(quoted, "\\U{code:08x}"),
                };
                written.expect("writes to memory");
            }
        }
    }
    quoted.push('"');
    quoted
}

/// `strconv.ParseBool`.
pub(crate) fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(format!("strconv.ParseBool: parsing {}: invalid syntax", quote(text))),
    }
}

/// `strconv.Atoi`.
pub(crate) fn parse_int(text: &str) -> Result<i64, String> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("strconv.Atoi: parsing {}: invalid syntax", quote(text)));
    }
    text.parse().map_err(|_| format!("strconv.Atoi: parsing {}: value out of range", quote(text)))
}

/// `time.Duration.String`.
pub(crate) fn duration(duration: SimDuration) -> String {
    const SECOND: u64 = 1_000_000_000;
    if duration < SimDuration(SECOND) {
        return duration.to_string().replace('u', "µ");
    }
    let (minutes, rest) = (duration.0 / SECOND / 60, duration.0 % (60 * SECOND));
    let seconds = format!("{}.{:09}", rest / SECOND, rest % SECOND);
    let seconds = seconds.trim_end_matches('0').trim_end_matches('.');
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{seconds}s"),
        (0, minutes) => format!("{minutes}m{seconds}s"),
        (hours, minutes) => format!("{hours}h{minutes}m{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of Go's documentation of `time.Duration.String`, and the edges between its units.
    #[test]
    fn durations_are_gos() {
        for (text, nanos) in [
            ("0s", 0),
            ("1ns", 1),
            ("1.1µs", 1_100),
            ("2.2ms", 2_200_000),
            ("3.3s", 3_300_000_000),
            ("10s", 10_000_000_000),
            ("1m0s", 60_000_000_000),
            ("4m5s", 245_000_000_000),
            ("4m5.001s", 245_001_000_000),
            ("5h6m7.001s", 18_367_001_000_000),
            ("1h0m0.5s", 3_600_500_000_000),
        ] {
            assert_eq!(duration(SimDuration(nanos)), text);
        }
    }

    #[test]
    fn numbers_and_truths_are_gos() {
        assert_eq!((parse_bool("T"), parse_int("+8"), parse_int("-07")), (Ok(true), Ok(8), Ok(-7)));
        assert_eq!(parse_bool("tRUE"), Err("strconv.ParseBool: parsing \"tRUE\": invalid syntax".to_owned()));
        for (text, what) in [
            ("8.0", "invalid syntax"),
            ("", "invalid syntax"),
            ("99999999999999999999", "value out of range"),
        ] {
            assert_eq!(parse_int(text), Err(format!("strconv.Atoi: parsing \"{text}\": {what}")));
        }
    }
}
