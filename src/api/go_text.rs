//! Texts as Go writes and reads them (`strconv`): quotes, booleans, integers, and its complaints.

use std::fmt::Write as _;

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

#[cfg(test)]
mod tests {
    use super::*;

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
