//! The next time of a schedule (`SpecSchedule.Next` and `ConstantDelaySchedule.Next` of cron v3.0.1).
//!
//! The search goes through months, days, hours and minutes on the wall clock, but adds hours and minutes to the instant: a time
//! that the clock skips is passed over or shifted, and one that it shows twice may be due twice, as there.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};

use super::schedule::{Fields, Rule, Schedule};
use super::zone::{Wall, Zone};

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;

/// For how many years a time is looked for.
const YEARS: i16 = 5;

impl Schedule {
    /// The first time after an instant, in seconds since the Unix epoch; `None` where there is none within five years.
    pub fn next(&self, after: i64) -> Option<i64> {
        match &self.rule {
            Rule::Every(seconds) => after.checked_add(*seconds),
            Rule::Fields(fields) => Search { fields, zone: &self.zone }.first(after + 1),
        }
    }
}

struct Search<'a> {
    fields: &'a Fields,
    zone: &'a Zone,
}

impl Search<'_> {
    fn first(&self, from: i64) -> Option<i64> {
        let last_year = self.zone.wall(from)?.year().checked_add(YEARS)?;
        let mut at = from;
        // What is smaller than what was passed over begins anew, once.
        let mut moved = false;
        loop {
            if self.zone.wall(at)?.year() > last_year {
                return None;
            }
            if self.month(&mut at, &mut moved)?
                && self.day(&mut at, &mut moved)?
                && self.hour(&mut at, &mut moved)?
                && self.minute(&mut at, &mut moved)?
                && self.second(&mut at, &mut moved)?
            {
                return Some(at);
            }
        }
    }

    /// Goes on to a month that is allowed; `false` if a year began on the way.
    fn month(&self, at: &mut i64, moved: &mut bool) -> Option<bool> {
        loop {
            let wall = self.zone.wall(*at)?;
            if self.fields.month.allows(wall.month()) {
                return Some(true);
            }
            if !std::mem::replace(moved, true) {
                *at = self.midnight(wall.date().first_of_month())?;
            }
            let wall = self.zone.wall(*at)?;
            let later = month_later(wall)?;
            *at = self.zone.instant(later)?;
            if self.zone.wall(*at)?.month() == 1 {
                return Some(false);
            }
        }
    }

    fn day(&self, at: &mut i64, moved: &mut bool) -> Option<bool> {
        loop {
            let wall = self.zone.wall(*at)?;
            if self.day_matches(wall) {
                return Some(true);
            }
            if !std::mem::replace(moved, true) {
                *at = self.midnight(wall.date())?;
            }
            let wall = self.zone.wall(*at)?;
            let later = DateTime::from_parts(wall.date().tomorrow().ok()?, wall.time());
            *at = self.zone.instant(later)?;
            // Where midnight is skipped or shown twice.
            let hour = i64::from(self.zone.wall(*at)?.hour());
            if hour != 0 {
                *at += if hour > 12 { (24 - hour) * HOUR } else { -hour * HOUR };
            }
            if self.zone.wall(*at)?.day() == 1 {
                return Some(false);
            }
        }
    }

    /// Where both kinds of days are restricted, one of them is enough.
    fn day_matches(&self, wall: Wall) -> bool {
        let Fields { day_of_month, day_of_week, .. } = self.fields;
        let of_month = day_of_month.allows(wall.day());
        let of_week = day_of_week.allows(wall.weekday().to_sunday_zero_offset());
        if day_of_month.star || day_of_week.star { of_month && of_week } else { of_month || of_week }
    }

    fn hour(&self, at: &mut i64, moved: &mut bool) -> Option<bool> {
        loop {
            let wall = self.zone.wall(*at)?;
            if self.fields.hour.allows(wall.hour()) {
                return Some(true);
            }
            if !std::mem::replace(moved, true) {
                let hour = Time::new(wall.hour(), 0, 0, 0).ok()?;
                *at = self.zone.instant(DateTime::from_parts(wall.date(), hour))?;
            }
            *at += HOUR;
            if self.zone.wall(*at)?.hour() == 0 {
                return Some(false);
            }
        }
    }

    fn minute(&self, at: &mut i64, moved: &mut bool) -> Option<bool> {
        while !self.fields.minute.allows(self.zone.wall(*at)?.minute()) {
            if !std::mem::replace(moved, true) {
                *at -= at.rem_euclid(MINUTE);
            }
            *at += MINUTE;
            if self.zone.wall(*at)?.minute() == 0 {
                return Some(false);
            }
        }
        Some(true)
    }

    fn second(&self, at: &mut i64, moved: &mut bool) -> Option<bool> {
        while self.zone.wall(*at)?.second() != 0 {
            *moved = true;
            *at += 1;
            if self.zone.wall(*at)?.second() == 0 {
                return Some(false);
            }
        }
        Some(true)
    }

    fn midnight(&self, date: Date) -> Option<i64> {
        self.zone.instant(date.to_datetime(Time::midnight()))
    }
}

/// A month later on the wall clock. Only first days of months come here.
fn month_later(wall: Wall) -> Option<Wall> {
    let first = wall.date().first_of_month().checked_add(1.month()).ok()?;
    let date = first.checked_add(i64::from(wall.day() - 1).days()).ok()?;
    Some(DateTime::from_parts(date, wall.time()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Minute by minute, with the fields spelled out as lists; for UTC, where every day has 1,440 minutes.
    fn naive(lists: &[Vec<i8>; 5], restricted: [bool; 2], after: i64) -> Option<i64> {
        let first = (after / MINUTE + 1) * MINUTE;
        (0..3 * 366 * 24 * 60).map(|minute| first + minute * MINUTE).find(|at| {
            let wall = Zone::UTC.wall(*at).expect("a time in range");
            let [minutes, hours, days, months, weekdays] = lists;
            let (of_month, of_week) =
                (days.contains(&wall.day()), weekdays.contains(&wall.weekday().to_sunday_zero_offset()));
            let day = if restricted == [true, true] { of_month || of_week } else { of_month && of_week };
            minutes.contains(&wall.minute())
                && hours.contains(&wall.hour())
                && months.contains(&wall.month())
                && day
        })
    }

    fn field(low: i8, high: i8) -> impl Strategy<Value = Option<Vec<i8>>> {
        proptest::option::of(prop::collection::vec(low..=high, 1..4))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_next_time_is_the_first_minute_that_all_fields_allow(
            fields in (field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6)),
            after in 1_700_000_000_i64..1_800_000_000,
        ) {
            let all: [(Option<Vec<i8>>, i8, i8); 5] = [
                (fields.0, 0, 59), (fields.1, 0, 23), (fields.2, 1, 31), (fields.3, 1, 12), (fields.4, 0, 6),
            ];
            let text = |list: &Option<Vec<i8>>| match list {
                None => "*".to_owned(),
                Some(list) => list.iter().map(i8::to_string).collect::<Vec<_>>().join(","),
            };
            let written = all.iter().map(|(list, ..)| text(list)).collect::<Vec<_>>().join(" ");
            let restricted = [all[2].0.is_some(), all[4].0.is_some()];
            let lists = all.map(|(list, low, high)| list.unwrap_or_else(|| (low..=high).collect()));
            let schedule = Schedule::parse(&written, Zone::UTC).expect("a valid schedule");
            prop_assert_eq!(schedule.next(after), naive(&lists, restricted, after), "{}", written);
        }
    }
}
