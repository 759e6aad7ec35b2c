//! Dates and timestamps: read from text as Spark reads them, and cast among each other. The session zone is UTC.

use std::str::FromStr;
use std::sync::Arc;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};
use datafusion::arrow::array::{ArrayRef, AsArray, Date32Array, Float64Array, Int64Array, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::{DataType, Date32Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use datafusion::common::Result;

use super::plain;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// Days since 1970-01-01.
pub(crate) fn days_of(date: NaiveDate) -> i32 {
    i32::try_from(date.signed_duration_since(NaiveDate::default()).num_days()).unwrap_or(i32::MAX)
}

/// Microseconds of midnight of a day; `None` beyond the range.
pub(crate) fn micros_of_date(days: i32) -> Option<i64> {
    i64::from(days).checked_mul(MICROS_PER_DAY)
}

/// Casts from or to timestamps; what does not fit is NULL. `None` when there is no such cast.
pub(super) fn convert(array: &ArrayRef, to: &DataType) -> Result<Option<ArrayRef>> {
    let result: ArrayRef = match (array.data_type(), to) {
        (DataType::Timestamp(TimeUnit::Microsecond, _), to) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>();
            match to {
                DataType::Timestamp(TimeUnit::Microsecond, zone) => {
                    Arc::new(micros.clone().with_timezone_opt(zone.clone()))
                }
                DataType::Date32 => {
                    let days = |m: i64| i32::try_from(m.div_euclid(MICROS_PER_DAY)).ok();
                    Arc::new(micros.iter().map(|m| m.and_then(days)).collect::<Date32Array>())
                }
                DataType::Int64 => {
                    Arc::new(micros.iter().map(|m| m.map(|m| m.div_euclid(MICROS_PER_SECOND))).collect::<Int64Array>())
                }
                DataType::Float64 => {
                    Arc::new(micros.iter().map(|m| m.map(|m| m as f64 / 1e6)).collect::<Float64Array>())
                }
                _ => return Ok(None),
            }
        }
        (DataType::Timestamp(_, zone), to) => {
            let micros = plain(array, &DataType::Timestamp(TimeUnit::Microsecond, zone.clone()))?;
            return if micros.data_type() == to { Ok(Some(micros)) } else { convert(&micros, to) };
        }
        (DataType::Date32, DataType::Timestamp(TimeUnit::Microsecond, zone)) => {
            let days = array.as_primitive::<Date32Type>();
            let micros = days.iter().map(|d| d.and_then(micros_of_date)).collect::<TimestampMicrosecondArray>();
            Arc::new(micros.with_timezone_opt(zone.clone()))
        }
        (from, DataType::Timestamp(TimeUnit::Microsecond, zone)) if from.is_integer() => {
            let seconds = plain(array, &DataType::Int64)?;
            let seconds = seconds.as_primitive::<Int64Type>().iter();
            let micros = seconds.map(|s| s.and_then(|s| s.checked_mul(MICROS_PER_SECOND)));
            Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone_opt(zone.clone()))
        }
        _ => return Ok(None),
    };
    Ok(Some(result))
}

/// Reads `yyyy[-[m]m[-[d]d[(T| )anything]]]` as days since 1970-01-01; the text has no blanks at its ends.
pub(crate) fn date_from_text(text: &str) -> Option<i32> {
    let (date, _) = date_part(text)?;
    Some(days_of(date))
}

/// Reads a date as above, then optionally `T` or a blank and `h:m[:s[.fraction]][zone]`, as microseconds.
pub(crate) fn timestamp_from_text(text: &str) -> Option<i64> {
    let (date, rest) = date_part(text)?;
    let Some(rest) = rest else { return micros_of_date(days_of(date)) };
    let (time, zone) = match rest.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.') {
        Some(at) => rest.split_at_checked(at)?,
        None => (rest, ""),
    };
    let local = date.and_time(time_of_day(time)?);
    Some(local.and_utc().timestamp_micros() - offset_micros(zone.trim(), local)?)
}

/// The date and what follows its separator.
fn date_part(text: &str) -> Option<(NaiveDate, Option<&str>)> {
    let (negative, body) = match text.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (date, rest) = match body.find(['T', ' ']) {
        Some(at) => (body.get(..at)?, body.get(at + 1..)),
        None => (body, None),
    };
    let mut parts = date.split('-');
    let year = number(parts.next()?, 4..=7)?;
    let month = parts.next().map_or(Some(1), |p| number(p, 1..=2))?;
    let day_text = parts.next();
    if parts.next().is_some() || (rest.is_some() && day_text.is_none()) {
        return None;
    }
    let day = day_text.map_or(Some(1), |p| number(p, 1..=2))?;
    let date = NaiveDate::from_ymd_opt(if negative { -year } else { year }, month as u32, day as u32)?;
    Some((date, rest))
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i32> {
    let plain = digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn time_of_day(text: &str) -> Option<NaiveTime> {
    let (clock, fraction) = text.split_once('.').map_or((text, None), |(c, f)| (c, Some(f)));
    let mut parts = clock.split(':');
    let hour = number(parts.next()?, 1..=2)?;
    let minute = parts.next().map_or(Some(0), |p| number(p, 1..=2))?;
    let second = parts.next().map(|p| number(p, 1..=2));
    if parts.next().is_some() || (fraction.is_some() && second.is_none()) {
        return None;
    }
    let micros = match fraction {
        Some(f) if f.len() > 9 || !f.bytes().all(|b| b.is_ascii_digit()) => return None,
        // Digits past the microsecond are cut off.
        Some(f) => format!("{f:0<6}").get(..6)?.parse::<u32>().ok()?,
        None => 0,
    };
    NaiveTime::from_hms_micro_opt(hour as u32, minute as u32, second.unwrap_or(Some(0))? as u32, micros)
}

fn offset_micros(zone: &str, local: NaiveDateTime) -> Option<i64> {
    let fixed = zone.strip_prefix("UTC").or_else(|| zone.strip_prefix("GMT")).unwrap_or(zone);
    match fixed.chars().next() {
        None => Some(0),
        Some('Z') if fixed.len() == 1 => Some(0),
        Some(sign @ ('+' | '-')) => {
            let (hours, minutes) = fixed.get(1..)?.split_once(':').unwrap_or((fixed.get(1..)?, "0"));
            let (hours, minutes) = (number(hours, 1..=2)?, number(minutes, 1..=2)?);
            let seconds = i64::from(hours * 3600 + minutes * 60);
            let valid = seconds <= 18 * 3600 && minutes < 60;
            valid.then_some(MICROS_PER_SECOND * if sign == '-' { -seconds } else { seconds })
        }
        Some(_) => {
            let zone = chrono_tz::Tz::from_str(zone).ok()?;
            // A local time that a clock change skips counts as one hour later, as in Java.
            let instant = zone.from_local_datetime(&local).earliest();
            let before = || zone.from_local_datetime(&(local.checked_sub_days(Days::new(1))?)).earliest();
            let offset = instant.or_else(before)?.offset().fix().local_minus_utc();
            Some(MICROS_PER_SECOND * i64::from(offset))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{date_from_text, timestamp_from_text};

    #[test]
    fn dates_are_read_as_spark_reads_them() {
        assert_eq!(date_from_text("1970-01-02"), Some(1));
        assert_eq!(date_from_text("1970-1-2"), Some(1));
        assert_eq!(date_from_text("1970"), Some(0));
        assert_eq!(date_from_text("1970-01-05Tjunk"), Some(4));
        for bad in ["2023-02-29", "70-01-01", "1970-01-01-01", "1970/01/01", "x", "", "1970-"] {
            assert_eq!(date_from_text(bad), None, "{bad}");
        }
    }

    #[test]
    fn timestamps_know_fractions_and_zones() {
        let second = 1_000_000;
        assert_eq!(timestamp_from_text("1970-01-01 00:00:01"), Some(second));
        assert_eq!(timestamp_from_text("1970-01-01T00:00:00.5Z"), Some(500_000));
        assert_eq!(timestamp_from_text("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(timestamp_from_text("1970-01-01 01:00:00 Europe/Berlin"), Some(0));
        assert_eq!(timestamp_from_text("1970-01-02"), Some(86_400 * second));
        for bad in ["1970-01-01 25:00:00", "1970-01-01 00:00:00 Nowhere", "1970-01 00:00"] {
            assert_eq!(timestamp_from_text(bad), None, "{bad}");
        }
    }
}
