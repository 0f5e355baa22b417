//! Go's own reading of booleans and integers, and its complaints (`strconv`).

/// A text in quotes, as `%q` writes it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// `strconv.ParseBool`.
pub(super) fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(format!("strconv.ParseBool: parsing {}: invalid syntax", quoted(text))),
    }
}

/// `strconv.Atoi`.
pub(super) fn parse_int(text: &str) -> Result<i64, String> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("strconv.Atoi: parsing {}: invalid syntax", quoted(text)));
    }
    text.parse().map_err(|_| format!("strconv.Atoi: parsing {}: value out of range", quoted(text)))
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
