//! A schedule: five fields, or a descriptor (`cron.ParseStandard`).

use std::fmt;

use super::zone::Zone;

/// A schedule that does not parse. What is wrong is said in the parser's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleError(pub String);

impl fmt::Display for ScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// When something is due.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub(super) rule: Rule,
    /// The zone whose wall clock it follows.
    pub(super) zone: Zone,
}

#[derive(Clone, Debug)]
pub(super) enum Rule {
    /// So many seconds after each other.
    Every(i64),
    /// At the minutes that all fields allow.
    Fields(Fields),
}

/// What each field allows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    pub(super) minute: Allowed,
    pub(super) hour: Allowed,
    pub(super) day_of_month: Allowed,
    pub(super) month: Allowed,
    pub(super) day_of_week: Allowed,
}

/// Numbers that a field allows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Allowed {
    bits: u64,
    /// A part of the field is `*` or `?`, without a step above 1: it restricts nothing.
    pub(super) star: bool,
}

impl Allowed {
    pub(super) fn allows(self, number: i8) -> bool {
        u32::try_from(number).is_ok_and(|number| self.bits & (1 << number) != 0)
    }
}

/// The numbers and names of a field.
struct Bounds {
    low: u32,
    high: u32,
    names: &'static [&'static str],
}

const MINUTES: Bounds = Bounds { low: 0, high: 59, names: &[] };
const HOURS: Bounds = Bounds { low: 0, high: 23, names: &[] };
const DAYS: Bounds = Bounds { low: 1, high: 31, names: &[] };
const MONTHS: Bounds = Bounds {
    low: 1,
    high: 12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const WEEKDAYS: Bounds =
    Bounds { low: 0, high: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

/// The five fields that a descriptor stands for.
const DESCRIPTORS: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

impl Schedule {
    /// Reads a schedule; `zone` is that of `spec.timeZone`, or the controller's own. One that stands in the text itself
    /// (`TZ=`, `CRON_TZ=`) goes before.
    pub fn parse(text: &str, zone: Zone) -> Result<Self, ScheduleError> {
        if text.is_empty() {
            return Err(ScheduleError("empty spec string".to_owned()));
        }
        let (text, zone) = match own_zone(text) {
            Some((name, rest)) => {
                let zone = Zone::named(name)
                    .map_err(|error| ScheduleError(format!("provided bad location {name}: {error}")))?;
                (rest, zone)
            }
            None => (text, zone),
        };
        let rule = if text.starts_with('@') { descriptor(text)? } else { Rule::Fields(fields(text)?) };
        Ok(Self { rule, zone })
    }
}

fn own_zone(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("TZ=").or_else(|| text.strip_prefix("CRON_TZ="))?;
    let (name, rest) = rest.split_once(' ')?;
    Some((name, rest.trim()))
}

fn descriptor(text: &str) -> Result<Rule, ScheduleError> {
    if let Some(found) = DESCRIPTORS.iter().find(|row| row.0 == text) {
        return Ok(Rule::Fields(fields(found.1)?));
    }
    let Some(written) = text.strip_prefix("@every ") else {
        return Err(ScheduleError(format!("unrecognized descriptor: {text}")));
    };
    let seconds = go_duration_seconds(written).ok_or_else(|| {
        ScheduleError(format!("failed to parse duration {text}: time: invalid duration {written:?}"))
    })?;
    Ok(Rule::Every(seconds.max(1)))
}

/// A duration as Go writes it (`1h30m`, `90s`, `1.5h`), in whole seconds, cut off.
fn go_duration_seconds(text: &str) -> Option<i64> {
    const UNITS: [(&str, f64); 8] = [
        ("ns", 1e-9),
        ("us", 1e-6),
        ("µs", 1e-6),
        ("μs", 1e-6),
        ("ms", 1e-3),
        ("s", 1.0),
        ("m", 60.0),
        ("h", 3600.0),
    ];
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').filter(|end| *end > 0)?;
        let number: f64 = rest[..end].parse().ok()?;
        rest = &rest[end..];
        let end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let unit = UNITS.iter().find(|unit| unit.0 == &rest[..end])?;
        seconds += number * unit.1;
        rest = &rest[end..];
    }
    Some((sign * seconds) as i64)
}

fn fields(text: &str) -> Result<Fields, ScheduleError> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, day_of_month, month, day_of_week] = parts[..] else {
        let (count, shown) = (parts.len(), parts.join(" "));
        return Err(ScheduleError(format!("expected exactly 5 fields, found {count}: [{shown}]")));
    };
    Ok(Fields {
        minute: field(minute, &MINUTES)?,
        hour: field(hour, &HOURS)?,
        day_of_month: field(day_of_month, &DAYS)?,
        month: field(month, &MONTHS)?,
        day_of_week: field(day_of_week, &WEEKDAYS)?,
    })
}

fn field(text: &str, bounds: &Bounds) -> Result<Allowed, ScheduleError> {
    let mut allowed = Allowed::default();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let one = range(part, bounds)?;
        allowed.bits |= one.bits;
        allowed.star |= one.star;
    }
    Ok(allowed)
}

/// `*`, `?`, `5`, `2-9`, `MON-FRI`, each with `/step` perhaps; `5/2` goes up to the end.
fn range(text: &str, bounds: &Bounds) -> Result<Allowed, ScheduleError> {
    let wrong = |what: &str| ScheduleError(format!("{what}: {text}"));
    let mut slashes = text.split('/');
    let (span, step) = (slashes.next().unwrap_or_default(), slashes.next());
    if slashes.next().is_some() {
        return Err(wrong("too many slashes"));
    }
    let mut hyphens = span.split('-');
    let (from, to) = (hyphens.next().unwrap_or_default(), hyphens.next());
    let star = from == "*" || from == "?";
    let (low, mut high) = if star {
        (bounds.low, bounds.high)
    } else {
        let low = number_or_name(from, bounds)?;
        if hyphens.next().is_some() {
            return Err(wrong("too many hyphens"));
        }
        (low, to.map_or(Ok(low), |to| number_or_name(to, bounds))?)
    };
    let step = match step {
        None => 1,
        Some(step) => {
            let step = number(step)?;
            if to.is_none() {
                high = bounds.high;
            }
            step
        }
    };
    if low < bounds.low {
        return Err(ScheduleError(format!(
            "beginning of range ({low}) below minimum ({}): {text}",
            bounds.low
        )));
    }
    if high > bounds.high {
        return Err(ScheduleError(format!("end of range ({high}) above maximum ({}): {text}", bounds.high)));
    }
    if low > high {
        return Err(ScheduleError(format!(
            "beginning of range ({low}) beyond end of range ({high}): {text}"
        )));
    }
    if step == 0 {
        return Err(wrong("step of range should be a positive number"));
    }
    let bits = (low..=high).step_by(step as usize).fold(0, |bits, number| bits | 1 << number);
    Ok(Allowed { bits, star: star && step == 1 })
}

fn number_or_name(text: &str, bounds: &Bounds) -> Result<u32, ScheduleError> {
    let lower = text.to_lowercase();
    match bounds.names.iter().position(|name| *name == lower) {
        Some(place) => Ok(bounds.low + place as u32),
        None => number(text),
    }
}

fn number(text: &str) -> Result<u32, ScheduleError> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    if digits.starts_with('-') {
        return Err(ScheduleError(format!("negative number ({text}) not allowed: {text}")));
    }
    digits.parse().map_err(|_| {
        let why = format!("strconv.Atoi: parsing {text:?}: invalid syntax");
        ScheduleError(format!("failed to parse int from {text}: {why}"))
    })
}
