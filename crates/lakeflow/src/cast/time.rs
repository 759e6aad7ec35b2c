//! Dates and timestamps from text: `SparkDateTimeUtils.stringToDate` and `parseTimestampString`, segment by segment.

use chrono::NaiveDateTime;

use super::calendar::days_of;
use super::zone;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// The word for 1970-01-01, the only one of its kind that stays the same.
pub(super) const EPOCH: &str = "epoch";
const NAMED: [&str; 5] = [EPOCH, "now", "today", "tomorrow", "yesterday"];

/// A text that is a TIMESTAMP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Microseconds since 1970-01-01 in UTC.
    At(i64),
    /// A time without a date: of the day on which it is read.
    Today,
}

/// Reads `yyyy[-[m]m[-[d]d[(T| )anything]]]` as days since 1970-01-01; the text has no blanks around it.
pub fn date(text: &str) -> Option<i32> {
    let (sign, body) = signed(text);
    let (day, is_whole) = match body.find(['T', ' ']) {
        Some(end) => (body.get(..end)?, false),
        None => (body, true),
    };
    let mut parts = day.split('-');
    let year = number(parts.next()?, 4..=7)?;
    let month = parts.next().map(|part| number(part, 1..=2));
    let day = parts.next().map(|part| number(part, 1..=2));
    if parts.next().is_some() || day.is_none() && !is_whole {
        return None;
    }
    days_of(sign * year, month.unwrap_or(Some(1))? as u32, day.unwrap_or(Some(1))? as u32)
}

/// Reads a date as above, then optionally `T` or a blank and `h[:m[:s[.fraction][zone]]]`, as microseconds.
pub fn timestamp(text: &str) -> Option<i64> {
    match moment(text)? {
        Moment::At(micros) => Some(micros),
        Moment::Today => None,
    }
}

/// As [`timestamp`], of a text that says no zone.
pub fn local_timestamp(text: &str) -> Option<i64> {
    match local(text)? {
        (local, None) => Some(local),
        _ => None,
    }
}

/// As [`timestamp`], or a time of day alone: `h:m..` and `Th..`.
pub fn moment(text: &str) -> Option<Moment> {
    if let Some(time) = time_alone(text) {
        clock(time)?;
        return Some(Moment::Today);
    }
    let (local, zone) = local(text)?;
    let seconds = match zone {
        Some(zone) => zone::offset(zone, local_time(local))?,
        None => 0,
    };
    local.checked_sub(i64::from(seconds) * MICROS_PER_SECOND).map(Moment::At)
}

/// The time of day of a text that has no date.
fn time_alone(text: &str) -> Option<&str> {
    let is_clock =
        |t: &str| t.starts_with(|c: char| c.is_ascii_digit()) && t.trim_start_matches(digit).starts_with(':');
    (text.starts_with('T') || is_clock(text)).then(|| text.strip_prefix('T').unwrap_or(text))
}

/// The microseconds that a calendar and a clock show, and the zone of them, if it is said.
fn local(text: &str) -> Option<(i64, Option<&str>)> {
    let (sign, body) = signed(text);
    let (day, time) = match body.find(['T', ' ']) {
        Some(end) => (body.get(..end)?, Some(body.get(end + 1..)?)),
        None => (body, None),
    };
    let mut parts = day.split('-');
    let year = number(parts.next()?, 4..=6)?;
    let month = parts.next().map(|part| number(part, 1..=2));
    let day = parts.next().map(|part| number(part, 1..=2));
    if parts.next().is_some() || day.is_none() && time.is_some() {
        return None;
    }
    let days = days_of(sign * year, month.unwrap_or(Some(1))? as u32, day.unwrap_or(Some(1))? as u32)?;
    let Clock { micros, zone } = time.map_or(Some(Clock::default()), clock)?;
    Some((i64::from(days).checked_mul(MICROS_PER_DAY)?.checked_add(micros)?, zone))
}

fn signed(text: &str) -> (i32, &str) {
    match text.strip_prefix('-') {
        Some(body) => (-1, body),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i32> {
    let plain = digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// A time of day and the zone behind it, if there is one.
#[derive(Default)]
struct Clock<'a> {
    micros: i64,
    zone: Option<&'a str>,
}

/// `h`, `h:m` or `h:m:s[.fraction][zone]`.
fn clock(text: &str) -> Option<Clock<'_>> {
    let mut parts = text.splitn(3, ':');
    let hour = number(parts.next()?, 1..=2).filter(|hour| *hour < 24)?;
    let minute = parts.next().map_or(Some(0), |part| number(part, 1..=2)).filter(|minute| *minute < 60)?;
    let Some(rest) = parts.next() else {
        return Some(Clock { micros: micros(hour, minute, 0, 0), zone: None });
    };
    let (second, rest) = rest.split_at(rest.find(|c| !digit(c)).unwrap_or(rest.len()));
    let second = number(second, 1..=2).filter(|second| *second < 60)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.find(|c| !digit(c)).unwrap_or(rest.len())),
        None => ("", rest),
    };
    // Digits past the microsecond are cut off.
    let fraction: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    Some(Clock { micros: micros(hour, minute, second, fraction), zone: Some(zone.trim()).filter(|z| !z.is_empty()) })
}

fn micros(hour: i32, minute: i32, second: i32, fraction: i64) -> i64 {
    i64::from((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND + fraction
}

/// The local time as the time zone tables take it; beyond their range no zone has other rules.
fn local_time(micros: i64) -> NaiveDateTime {
    chrono::DateTime::from_timestamp_micros(micros).map(|moment| moment.naive_utc()).unwrap_or_default()
}

/// `today`, `yesterday Europe/Berlin`, in any letter case; `now` takes no zone.
pub(super) fn named(text: &str) -> Option<&'static str> {
    let (word, zone) = text.split_at(text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let name = NAMED.into_iter().find(|name| name.eq_ignore_ascii_case(word))?;
    let zone = zone.trim_start_matches([' ', '\t']);
    let is_zone = || name != "now" && zone::offset(zone, NaiveDateTime::default()).is_some();
    (zone.is_empty() || is_zone()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_spark_reads_them() {
        assert_eq!(date("1970-01-02"), Some(1));
        assert_eq!(date("1970-1-2"), Some(1));
        assert_eq!(date("1970"), Some(0));
        assert_eq!(date("1970-01-05Tjunk"), Some(4));
        for bad in ["2023-02-29", "70-01-01", "1970-01-01-01", "1970/01/01", "x", "", "1970-", "1970 "] {
            assert_eq!(date(bad), None, "{bad}");
        }
    }

    #[test]
    fn timestamps_know_fractions_and_zones() {
        let second = 1_000_000;
        let cases = [
            ("1970-01-01 00:00:01", second),
            ("1970-01-01T00:00:00.5Z", 500_000),
            ("1970-01-01T00:00:00.1234567891Z", 123_456),
            ("1970-01-01T01:00:00+01:00", 0),
            ("1970-01-01T01:30:00+0130", 0),
            ("1970-01-01T01:30:15+01:30:15", 0),
            ("1970-01-01T01:30:00 +1:30", 0),
            ("1970-01-01T01:03:00+01:3", 0),
            ("1970-01-01T01:00:00 UTC+1", 0),
            ("1970-01-01 01:00:00 Europe/Berlin", 0),
            ("1970-01-01 00:00:00 EST", 5 * 3600 * second),
            ("1970-01-02", 86_400 * second),
            ("2025-03-30 02:30:00 Europe/Berlin", 1_743_298_200 * second),
            ("2025-10-26 02:30:00 Europe/Berlin", 1_761_438_600 * second),
            ("294247-01-10 04:00:54.775807", i64::MAX),
        ];
        for (text, micros) in cases {
            assert_eq!(timestamp(text), Some(micros), "{text}");
        }
        for bad in ["1970-01-01 25:00:00", "1970-01-01 00:00:00 Nowhere", "1970-01 00:00", "1970-01-01 00:00:00+18:01"]
        {
            assert_eq!(timestamp(bad), None, "{bad}");
        }
        assert_eq!(timestamp("294247-01-10 04:00:54.775808"), None);
    }
}
