//! Resource quantities (`resource.Quantity` of apimachinery, v1.34), exact.
//!
//! DIFFERENCE: amounts beyond ±4·10²⁸ are capped (Kubernetes computes without a limit in decimal
//! notation); `value` and `milli_value` cap at the range of `i64`, where Kubernetes wraps.

/// A quantity in units of 10⁻⁹, the finest that Kubernetes keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(pub i128);

/// The notation in which a quantity was written; it is printed in the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// `12e6`.
    DecimalExponent,
    /// `12Mi`.
    BinarySi,
    /// `12M`, and numbers without suffix.
    DecimalSi,
}

/// Units of a [`Quantity`] in one.
const ONE: i128 = 1_000_000_000;
/// Kubernetes caps quantities in binary notation here (2⁶³ − 1).
const BINARY_CAP: i128 = i64::MAX as i128 * ONE;

/// The API server's answer to a text that is no quantity.
pub const FORMAT_ERROR: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
/// The API server's answer to a quantity with a suffix that there is not.
pub const SUFFIX_ERROR: &str = "unable to parse quantity's suffix";

const DECIMAL_SUFFIXES: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];
const BINARY_SUFFIXES: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Reads a quantity; the error is the API server's. What is finer than 10⁻⁹ is rounded up, away
    /// from zero.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::parse_with_notation(text).map(|(quantity, _)| quantity).map_err(str::to_owned)
    }

    /// Reads a quantity and the notation that it is in.
    pub fn parse_with_notation(text: &str) -> Result<(Self, Notation), &'static str> {
        let parts = Parts::split(text)?;
        let (scale, binary, mut notation) = interpret_suffix(parts.suffix)?;
        let mut magnitude = parts.magnitude(scale, binary);
        if notation == Notation::BinarySi {
            magnitude = magnitude.min(BINARY_CAP);
            if magnitude < ONE && magnitude > 0 {
                notation = Notation::DecimalSi;
            }
        }
        Ok((Self(if parts.negative { -magnitude } else { magnitude }), notation))
    }

    /// The text as Kubernetes stores it: `0.5` becomes `500m`, `1000m` becomes `1`, `1024Ki` becomes
    /// `1Mi`.
    pub fn canonical(text: &str) -> Result<String, String> {
        let (quantity, notation) = Self::parse_with_notation(text).map_err(str::to_owned)?;
        Ok(quantity.to_text(notation))
    }

    /// So many whole units.
    pub fn from_units(units: i64) -> Self {
        Self(i128::from(units) * ONE)
    }

    /// So many thousandths.
    pub fn from_milli(milli: i64) -> Self {
        Self(i128::from(milli) * (ONE / 1000))
    }

    /// In whole units, rounded up (away from zero).
    pub fn value(self) -> i64 {
        self.scaled(ONE)
    }

    /// In thousandths, rounded up (away from zero).
    pub fn milli_value(self) -> i64 {
        self.scaled(ONE / 1000)
    }

    fn scaled(self, unit: i128) -> i64 {
        let rest = self.0 % unit;
        let whole = self.0 / unit + if rest == 0 { 0 } else { self.0.signum() };
        i64::try_from(whole).unwrap_or(if whole < 0 { i64::MIN } else { i64::MAX })
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The text that Kubernetes prints for this amount in the given notation.
    pub fn to_text(self, notation: Notation) -> String {
        if self.0 == 0 {
            return "0".to_owned();
        }
        let small = self.0.abs() < 1024 * ONE;
        match notation {
            Notation::BinarySi if !small && self.0 % ONE == 0 => binary_text(self.0 / ONE),
            Notation::BinarySi | Notation::DecimalSi => decimal_text(self.0, false),
            Notation::DecimalExponent => decimal_text(self.0, true),
        }
    }
}

fn binary_text(mut units: i128) -> String {
    let mut suffix = "";
    for next in BINARY_SUFFIXES {
        if units % 1024 != 0 {
            break;
        }
        units /= 1024;
        suffix = next;
    }
    format!("{units}{suffix}")
}

/// The exponent is the largest multiple of 3 that leaves a whole number.
fn decimal_text(nanos: i128, exponent_notation: bool) -> String {
    let (mut number, mut exponent) = (nanos, -9_i32);
    while number % 1000 == 0 && (exponent_notation || exponent < 18) {
        number /= 1000;
        exponent += 3;
    }
    if exponent_notation && exponent != 0 {
        return format!("{number}e{exponent}");
    }
    let suffix = DECIMAL_SUFFIXES.iter().find(|(_, power)| *power == exponent).map_or("", |(name, _)| name);
    format!("{number}{suffix}")
}

/// The power of ten, the power of two and the notation that a suffix stands for.
fn interpret_suffix(suffix: &str) -> Result<(i32, u32, Notation), &'static str> {
    if let Some((_, scale)) = DECIMAL_SUFFIXES.iter().find(|(name, _)| *name == suffix) {
        return Ok((*scale, 0, Notation::DecimalSi));
    }
    if let Some(place) = BINARY_SUFFIXES.iter().position(|name| *name == suffix) {
        return Ok((0, 10 * (place as u32 + 1), Notation::BinarySi));
    }
    match suffix.strip_prefix(['e', 'E']).map(str::parse::<i64>) {
        // Beyond ±200 every number is the smallest or the cap.
        Some(Ok(exponent)) => Ok((exponent.clamp(-200, 200) as i32, 0, Notation::DecimalExponent)),
        _ => Err(SUFFIX_ERROR),
    }
}

struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    suffix: &'a str,
}

impl<'a> Parts<'a> {
    /// Cuts the text as Kubernetes' scanner does: sign, digits, perhaps a point and digits, letters,
    /// perhaps a sign and digits. No digits at all are 0.
    fn split(text: &'a str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err(FORMAT_ERROR);
        }
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (whole, rest) = cut_digits(unsigned);
        let (fraction, suffix) = rest.strip_prefix('.').map_or(("", rest), cut_digits);
        let after_letters = suffix.trim_start_matches(|letter| "eEinumkKMGTP".contains(letter));
        let after_sign = after_letters.strip_prefix(['+', '-']).unwrap_or(after_letters);
        if cut_digits(after_sign).1.is_empty() {
            Ok(Self { negative: text.starts_with('-'), whole, fraction, suffix })
        } else {
            Err(FORMAT_ERROR)
        }
    }

    /// The amount without sign in units of 10⁻⁹, rounded up, capped.
    fn magnitude(&self, scale: i32, binary: u32) -> i128 {
        let cap = i128::MAX / 4;
        // digits · 10^power · 2^binary.
        let mut number: i128 = 0;
        let mut power = i64::from(scale) + 9 - self.fraction.len() as i64;
        let mut lost = false;
        for digit in self.whole.bytes().chain(self.fraction.bytes()) {
            if number > 10_i128.pow(27) {
                // 28 digits are kept; a longer number loses its tail, which is rounded up below.
                lost |= digit != b'0';
                power += 1;
            } else {
                number = number * 10 + i128::from(digit - b'0');
            }
        }
        if number == 0 {
            return 0;
        }
        for _ in 0..binary {
            if number > cap {
                lost |= number % 10 != 0;
                number /= 10;
                power += 1;
            }
            number *= 2;
        }
        while power > 0 && number < cap {
            number = number.saturating_mul(10);
            power -= 1;
        }
        while power < 0 && number > 0 {
            lost |= number % 10 != 0;
            number /= 10;
            power += 1;
        }
        number.saturating_add(i128::from(lost)).min(cap)
    }
}

fn cut_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests;
