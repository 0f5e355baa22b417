//! What a plain YAML scalar means, as Kubernetes reads it.
//!
//! Kubernetes' tools turn YAML into JSON with sigs.k8s.io/yaml, which resolves plain scalars by the
//! rules of YAML 1.1 as go-yaml v2 has them: `yes`, `on` and `y` are true, `010` is eight.
//! Time stamps stay strings.

use crate::tree::Value;

/// The value of a plain (unquoted) scalar.
pub(crate) fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Value::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Value::Bool(false);
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Value::Number(".inf".to_owned()),
        "-.inf" | "-.Inf" | "-.INF" => return Value::Number("-.inf".to_owned()),
        ".nan" | ".NaN" | ".NAN" => return Value::Number(".nan".to_owned()),
        _ => {}
    }
    let first = text.as_bytes()[0];
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.')) {
        return Value::String(text.to_owned());
    }
    integer(text).or_else(|| float(text)).map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

/// An integer in decimal; underscores may stand between digits, a leading 0 means octal.
fn integer(text: &str) -> Option<String> {
    let plain = text.replace('_', "");
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", plain.strip_prefix('+').unwrap_or(&plain)),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let radix = |prefixes: [&str; 2]| {
        prefixes.iter().find_map(|prefix| digits.strip_prefix(prefix)).filter(|rest| !rest.is_empty())
    };
    let value = if let Some(hex) = radix(["0x", "0X"]) {
        u64::from_str_radix(hex, 16).ok()?
    } else if let Some(binary) = radix(["0b", "0B"]) {
        u64::from_str_radix(binary, 2).ok()?
    } else if let Some(octal) = radix(["0o", "0O"]) {
        u64::from_str_radix(octal, 8).ok()?
    } else if digits.len() > 1 && digits.starts_with('0') {
        u64::from_str_radix(digits, 8).ok()?
    } else {
        digits.parse().ok()?
    };
    if sign == "-" && value > 1 << 63 {
        return None;
    }
    Some(if value == 0 { "0".to_owned() } else { format!("{sign}{value}") })
}

/// A float, its digits as written.
fn float(text: &str) -> Option<String> {
    let plain = text.replace('_', "");
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mantissa_fits =
        all_digits(whole) && all_digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let fits = mantissa_fits && !exponent.is_empty() && all_digits(exponent);
    fits.then(|| plain.strip_prefix('+').unwrap_or(&plain).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_mean_what_kubernetes_takes_them_for() {
        let number = |text: &str| Value::Number(text.to_owned());
        for (text, expected) in [
            ("yes", Value::Bool(true)),
            ("off", Value::Bool(false)),
            ("~", Value::Null),
            ("12", number("12")),
            ("-12", number("-12")),
            ("+12", number("12")),
            ("010", number("8")),
            ("0o17", number("15")),
            ("0x1F", number("31")),
            ("0b101", number("5")),
            ("1_000", number("1000")),
            ("1.50", number("1.50")),
            (".5", number(".5")),
            ("1e3", number("1e3")),
            ("1.", number("1.")),
            ("08", number("08")),
            (".inf", number(".inf")),
        ] {
            assert_eq!(resolve(text), expected, "{text}");
        }
        for text in
            ["500m", "1.2.3", "2026-01-01", "2026-01-01T00:00:00Z", "--1", "-", ".", "1e", "0x", "Yess"]
        {
            assert_eq!(resolve(text), Value::String(text.to_owned()), "{text}");
        }
    }
}
