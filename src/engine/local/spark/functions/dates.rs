//! Parts of dates and timestamps, and arithmetic on them. The session zone is UTC.

use std::sync::Arc;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, Timelike, Weekday};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Float64Array, Int32Array, Int64Array, StructArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Field, Fields, Int32Type, TimestampMicrosecondType,
};
use datafusion::common::{Result, exec_datafusion_err, exec_err, not_impl_err, plan_err};

use super::super::cast::{convert, days_of};
use super::super::native::NativeParam::{Any, Date, Int, Long, Text, Timestamp};
use super::super::native::{GivenArguments, Native, NativeCall, NativeParam, native};
use super::super::types;
use super::strings::constant;

pub(super) const FUNCTIONS: &[Native] = &[
    native("year", &[Timestamp], int, |c| part(c, "YEAR")),
    native("quarter", &[Timestamp], int, |c| part(c, "QUARTER")),
    native("month", &[Timestamp], int, |c| part(c, "MONTH")),
    native("day", &[Timestamp], int, |c| part(c, "DAY")),
    native("dayofmonth", &[Timestamp], int, |c| part(c, "DAY")),
    native("dayofweek", &[Timestamp], int, |c| part(c, "DAYOFWEEK")),
    native("weekday", &[Timestamp], int, |c| part(c, "WEEKDAY")),
    native("dayofyear", &[Timestamp], int, |c| part(c, "DOY")),
    native("weekofyear", &[Timestamp], int, |c| part(c, "WEEK")),
    native("hour", &[Timestamp], int, |c| part(c, "HOUR")),
    native("minute", &[Timestamp], int, |c| part(c, "MINUTE")),
    native("second", &[Timestamp], int, |c| part(c, "WHOLE_SECOND")),
    native("date_part", &[Text, Timestamp], part_type, date_part),
    native("date_trunc", &[Text, Timestamp], |_| Ok(types::timestamp()), date_trunc),
    native("trunc", &[Date, Text], date, trunc),
    native("date_add", &[Date, Any], by_days, |c| shifted(c, 1)),
    native("date_sub", &[Date, Any], by_days, |c| shifted(c, -1)),
    native("datediff", &[Date, Date], int, day_difference),
    native("date_diff", &[Date, Date], int, day_difference),
    native("add_months", &[Date, Int], date, add_months),
    native("months_between", &[Timestamp, Timestamp, NativeParam::Flag], |_| Ok(DataType::Float64), months_between)
        .optional(1),
    native("last_day", &[Date], date, |c| each_date(c, |d| Some(month_end(d)))),
    native("next_day", &[Date, Text], date, next_day),
    native("make_date", &[Int, Int, Int], date, make_date),
    native("make_timestamp", MOMENT, |_| Ok(types::timestamp()), |c| make_timestamp(c, false)),
    native("try_make_timestamp", MOMENT, |_| Ok(types::timestamp()), |c| make_timestamp(c, true)),
    native("__units_between", &[Text, Timestamp, Timestamp], |_| Ok(DataType::Int64), units_between),
    native("__add_units", &[Text, Int, Any], shifted_type, add_units),
    native("date_from_unix_date", &[Int], date, from_unix_date),
    native("dayname", &[Date], name, |c| named(c, |d| d.format("%a").to_string())),
    native("monthname", &[Date], name, |c| named(c, |d| d.format("%b").to_string())),
    native("yearofweek", &[Timestamp], int, |c| part(c, "YEAROFWEEK")),
    native("unix_seconds", &[Timestamp], |_| Ok(DataType::Int64), |c| since_epoch(c, 1_000_000)),
    native("unix_millis", &[Timestamp], |_| Ok(DataType::Int64), |c| since_epoch(c, 1_000)),
    native("unix_micros", &[Timestamp], |_| Ok(DataType::Int64), |c| since_epoch(c, 1)),
    native("timestamp_millis", &[Long], |_| Ok(types::timestamp()), |c| from_epoch(c, 1_000)),
    native("timestamp_micros", &[Long], |_| Ok(types::timestamp()), |c| from_epoch(c, 1)),
    native(
        "make_timestamp_ntz",
        MOMENT,
        |_| Ok(types::timestamp_ntz()),
        |c| convert(&make_timestamp(c, false)?, &types::timestamp_ntz(), false),
    ),
    native("window", &[Any, Text], window_type, window),
    native("unix_date", &[Date], int, |c| convert(c.arg(0)?, &DataType::Int32, false)),
    native(
        "current_timezone",
        &[],
        |_| Ok(DataType::Utf8),
        |c| Ok(Arc::new(datafusion::arrow::array::StringArray::from(vec!["Etc/UTC"; c.rows]))),
    ),
];

/// Year, month, day, hour, minute, and the second with its fraction.
const MOMENT: &[NativeParam] = &[Int, Int, Int, Int, Int, NativeParam::Any];

const MICROS_PER_DAY: i64 = 86_400_000_000;

fn int(_: &GivenArguments) -> Result<DataType> {
    Ok(DataType::Int32)
}

fn date(_: &GivenArguments) -> Result<DataType> {
    Ok(DataType::Date32)
}

/// The moment of a number of microseconds; `None` beyond what a calendar holds.
pub(super) fn moment(micros: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp_micros(micros).map(|t| t.naive_utc())
}

/// The microseconds of a moment.
pub(super) fn micros(moment: NaiveDateTime) -> i64 {
    moment.and_utc().timestamp_micros()
}

fn name(_: &GivenArguments) -> Result<DataType> {
    Ok(DataType::Utf8)
}

fn named(call: &NativeCall, of: impl Fn(NaiveDate) -> String) -> Result<ArrayRef> {
    let days = call.values::<Date32Type>(0)?.iter();
    Ok(Arc::new(days.map(|d| Some(of(day(d?)?))).collect::<datafusion::arrow::array::StringArray>()))
}

/// Whole units since 1970, rounded down.
fn since_epoch(call: &NativeCall, unit: i64) -> Result<ArrayRef> {
    let times = call.values::<TimestampMicrosecondType>(0)?.iter();
    Ok(Arc::new(times.map(|t| t.map(|t| t.div_euclid(unit))).collect::<Int64Array>()))
}

fn from_epoch(call: &NativeCall, unit: i64) -> Result<ArrayRef> {
    let micros = call.values::<datafusion::arrow::datatypes::Int64Type>(0)?.iter().map(|n| match n {
        Some(n) => match n.checked_mul(unit).filter(|micros| moment(*micros).is_some()) {
            Some(micros) => Ok(Some(micros)),
            None => exec_err!("a timestamp beyond the calendar"),
        },
        None => Ok(None),
    });
    Ok(Arc::new(micros.collect::<Result<TimestampMicrosecondArray>>()?.with_timezone("UTC")))
}

/// A TIMESTAMP_NTZ stays one.
fn shifted_type(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(2) {
        DataType::Timestamp(_, None) => Ok(types::timestamp_ntz()),
        DataType::Date32 | DataType::Timestamp(..) | DataType::Utf8 | DataType::Null => Ok(types::timestamp()),
        other => plan_err!("{} is not a date or timestamp", types::show(&other)),
    }
}

fn day(days: i32) -> Option<NaiveDate> {
    NaiveDate::default().checked_add_signed(chrono::Duration::days(i64::from(days)))
}

fn each_date(call: &NativeCall, map: impl Fn(NaiveDate) -> Option<NaiveDate>) -> Result<ArrayRef> {
    let days = call.values::<Date32Type>(0)?.iter();
    Ok(Arc::new(days.map(|d| Some(days_of(map(day(d?)?)?))).collect::<Date32Array>()))
}

fn field(unit: &str, t: NaiveDateTime) -> Option<i32> {
    let number = match unit {
        "YEAR" | "YEARS" | "Y" | "YR" | "YRS" => return Some(t.year()),
        "YEAROFWEEK" => return Some(t.iso_week().year()),
        "QUARTER" | "QTR" => t.month0() / 3 + 1,
        "MONTH" | "MON" | "MONS" | "MONTHS" => t.month(),
        "WEEK" | "W" | "WEEKS" => t.iso_week().week(),
        "DAY" | "D" | "DAYS" => t.day(),
        "DAYOFWEEK" | "DOW" => t.weekday().num_days_from_sunday() + 1,
        "DAYOFWEEK_ISO" | "DOW_ISO" => t.weekday().number_from_monday(),
        "WEEKDAY" => t.weekday().num_days_from_monday(),
        "DOY" => t.ordinal(),
        "HOUR" | "H" | "HOURS" | "HR" | "HRS" => t.hour(),
        "MINUTE" | "M" | "MIN" | "MINS" | "MINUTES" => t.minute(),
        "WHOLE_SECOND" => t.second(),
        _ => return None,
    };
    i32::try_from(number).ok()
}

fn part(call: &NativeCall, unit: &str) -> Result<ArrayRef> {
    let values = call.values::<TimestampMicrosecondType>(call.len() - 1)?.iter();
    Ok(Arc::new(values.map(|t| field(unit, moment(t?)?)).collect::<Int32Array>()))
}

fn part_type(given: &GivenArguments) -> Result<DataType> {
    let unit = given.text(0).unwrap_or_default().to_uppercase();
    match field(&unit, NaiveDateTime::default()) {
        _ if matches!(unit.as_str(), "SECOND" | "S" | "SEC" | "SECS" | "SECONDS") => Ok(DataType::Decimal128(8, 6)),
        Some(_) if unit != "WEEKDAY" => Ok(DataType::Int32),
        _ => plan_err!("extracting `{unit}` is not supported by the local engine"),
    }
}

fn date_part(call: &NativeCall) -> Result<ArrayRef> {
    if let DataType::Decimal128(precision, scale) = call.returns {
        // A second with its fraction.
        let times = call.values::<TimestampMicrosecondType>(1)?.iter();
        let seconds = times.map(|t| t.map(|t| i128::from(t.rem_euclid(60_000_000))));
        let seconds = seconds.collect::<datafusion::arrow::array::Decimal128Array>();
        return Ok(Arc::new(seconds.with_precision_and_scale(precision, scale)?));
    }
    let unit = constant(call, 0)?.unwrap_or_default().to_uppercase();
    part(call, &unit)
}

/// The first moment of the unit that a moment lies in; `None` for a unit that does not exist.
fn floor(unit: &str, t: NaiveDateTime) -> Option<NaiveDateTime> {
    let date = t.date();
    let start = match unit {
        "YEAR" | "YYYY" | "YY" => date.with_ordinal(1)?,
        "QUARTER" => date.with_day(1)?.with_month(date.month0() / 3 * 3 + 1)?,
        "MONTH" | "MM" | "MON" => date.with_day(1)?,
        "WEEK" => date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday())))?,
        "DAY" | "DD" => date,
        "HOUR" => return date.and_hms_opt(t.hour(), 0, 0),
        "MINUTE" => return date.and_hms_opt(t.hour(), t.minute(), 0),
        "SECOND" => return date.and_hms_opt(t.hour(), t.minute(), t.second()),
        "MILLISECOND" => return date.and_hms_milli_opt(t.hour(), t.minute(), t.second(), t.nanosecond() / 1_000_000),
        "MICROSECOND" => return Some(t),
        _ => return None,
    };
    start.and_hms_opt(0, 0, 0)
}

/// An unknown unit gives NULL, in both functions.
fn date_trunc(call: &NativeCall) -> Result<ArrayRef> {
    let rows = call.text(0)?.iter().zip(call.values::<TimestampMicrosecondType>(1)?.iter());
    let floors = rows.map(|(unit, t)| floor(&unit?.to_uppercase(), moment(t?)?).map(micros));
    Ok(Arc::new(floors.collect::<TimestampMicrosecondArray>().with_timezone("UTC")))
}

fn trunc(call: &NativeCall) -> Result<ArrayRef> {
    let rows = call.values::<Date32Type>(0)?.iter().zip(call.text(1)?.iter());
    let floors = rows.map(|(d, unit)| {
        let unit = unit?.to_uppercase();
        let whole = matches!(unit.as_str(), "YEAR" | "YYYY" | "YY" | "QUARTER" | "MONTH" | "MM" | "MON" | "WEEK");
        let floor = whole.then(|| floor(&unit, day(d?)?.and_hms_opt(0, 0, 0)?)).flatten()?;
        Some(days_of(floor.date()))
    });
    Ok(Arc::new(floors.collect::<Date32Array>()))
}

/// Days are no BIGINT to Spark.
fn by_days(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(1) {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Null => Ok(DataType::Date32),
        other => plan_err!("a number of days is an INT, not {}: cast it", types::show(&other)),
    }
}

fn from_unix_date(call: &NativeCall) -> Result<ArrayRef> {
    let days = call.values::<Int32Type>(0)?.iter().map(|n| match n {
        Some(n) if day(n).is_none() => exec_err!("a date beyond the calendar of the local engine"),
        n => Ok(n),
    });
    Ok(Arc::new(days.collect::<Result<Date32Array>>()?))
}

fn shifted(call: &NativeCall, sign: i32) -> Result<ArrayRef> {
    let days = convert(call.arg(1)?, &DataType::Int32, false)?;
    let rows = call.values::<Date32Type>(0)?.iter().zip(days.as_primitive::<Int32Type>().iter());
    let moved = rows.map(|(d, n)| match (d, n) {
        (Some(d), Some(n)) => {
            let moved = n.checked_mul(sign).and_then(|n| d.checked_add(n)).filter(|moved| day(*moved).is_some());
            moved.map(Some).ok_or_else(|| exec_datafusion_err!("a date beyond the calendar"))
        }
        _ => Ok(None),
    });
    Ok(Arc::new(moved.collect::<Result<Date32Array>>()?))
}

fn day_difference(call: &NativeCall) -> Result<ArrayRef> {
    let rows = call.values::<Date32Type>(0)?.iter().zip(call.values::<Date32Type>(1)?.iter());
    Ok(Arc::new(rows.map(|(a, b)| a?.checked_sub(b?)).collect::<Int32Array>()))
}

fn plus_months(date: NaiveDate, months: i64) -> Option<NaiveDate> {
    let count = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { date.checked_sub_months(count) } else { date.checked_add_months(count) }
}

fn add_months(call: &NativeCall) -> Result<ArrayRef> {
    let rows = call.values::<Date32Type>(0)?.iter().zip(call.values::<Int32Type>(1)?.iter());
    Ok(Arc::new(rows.map(|(d, n)| Some(days_of(plus_months(day(d?)?, i64::from(n?))?))).collect::<Date32Array>()))
}

fn month_end(date: NaiveDate) -> NaiveDate {
    let next = date.with_day(1).and_then(|d| d.checked_add_months(Months::new(1)));
    next.and_then(|d| d.pred_opt()).unwrap_or(date)
}

/// Whole months when both are the same day of the month or both the last; else with 31 days a month, to 8 decimals.
fn months_between(call: &NativeCall) -> Result<ArrayRef> {
    let rows =
        call.values::<TimestampMicrosecondType>(0)?.iter().zip(call.values::<TimestampMicrosecondType>(1)?.iter());
    let rounds = call.len() < 3 || call.flags(2)?.iter().next().flatten() != Some(false);
    if call.len() > 2 && call.flags(2)?.null_count() > 0 {
        return not_impl_err!("`months_between` with a flag of NULL");
    }
    let months = rows.map(|(a, b)| {
        let (a, b) = (moment(a?)?, moment(b?)?);
        let whole = f64::from((a.year() - b.year()) * 12 + a.month() as i32 - b.month() as i32);
        let last = |t: NaiveDateTime| t.date() == month_end(t.date());
        if a.day() == b.day() || (last(a) && last(b)) {
            return Some(whole);
        }
        let seconds = |t: NaiveDateTime| f64::from(t.day()) * 86_400.0 + f64::from(t.num_seconds_from_midnight());
        let exact = whole + (seconds(a) - seconds(b)) / (31.0 * 86_400.0);
        Some(if rounds { (exact * 1e8).round() / 1e8 } else { exact })
    });
    Ok(Arc::new(months.collect::<Float64Array>()))
}

fn next_day(call: &NativeCall) -> Result<ArrayRef> {
    let rows = call.values::<Date32Type>(0)?.iter().zip(call.text(1)?.iter());
    let next = rows.map(|(d, name)| match (d.and_then(day), name) {
        (Some(date), Some(name)) => {
            let Some(wanted) = weekday(name) else { return exec_err!("`{name}` is not a day of the week") };
            let ahead = (7 + wanted.num_days_from_monday() - date.weekday().num_days_from_monday() - 1) % 7 + 1;
            Ok(date.checked_add_days(Days::new(u64::from(ahead))).map(days_of))
        }
        _ => Ok(None),
    });
    Ok(Arc::new(next.collect::<Result<Date32Array>>()?))
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name.to_uppercase().as_str() {
        "MO" | "MON" | "MONDAY" => Weekday::Mon,
        "TU" | "TUE" | "TUESDAY" => Weekday::Tue,
        "WE" | "WED" | "WEDNESDAY" => Weekday::Wed,
        "TH" | "THU" | "THURSDAY" => Weekday::Thu,
        "FR" | "FRI" | "FRIDAY" => Weekday::Fri,
        "SA" | "SAT" | "SATURDAY" => Weekday::Sat,
        "SU" | "SUN" | "SUNDAY" => Weekday::Sun,
        _ => return None,
    })
}

fn make_date(call: &NativeCall) -> Result<ArrayRef> {
    let (years, months, days) =
        (call.values::<Int32Type>(0)?, call.values::<Int32Type>(1)?, call.values::<Int32Type>(2)?);
    let rows = years.iter().zip(months.iter()).zip(days.iter()).map(|((y, m), d)| match (y, m, d) {
        (Some(y), Some(m), Some(d)) => {
            let (month, day) = (u32::try_from(m).unwrap_or(0), u32::try_from(d).unwrap_or(0));
            let date = NaiveDate::from_ymd_opt(y, month, day);
            date.map(|d| Some(days_of(d)))
                .ok_or_else(|| exec_datafusion_err!("`make_date` of a date that does not exist"))
        }
        _ => Ok(None),
    });
    Ok(Arc::new(rows.collect::<Result<Date32Array>>()?))
}

fn make_timestamp(call: &NativeCall, lenient: bool) -> Result<ArrayRef> {
    let fields = (0..5).map(|position| call.values::<Int32Type>(position)).collect::<Result<Vec<_>>>()?;
    let seconds = convert(call.arg(5)?, &DataType::Decimal128(16, 6), lenient)?;
    let seconds = seconds.as_primitive::<Decimal128Type>();
    let rows = (0..call.rows).map(|row| {
        let given = fields.iter().all(|f| f.is_valid(row)) && seconds.is_valid(row);
        if !given {
            return Ok(None);
        }
        let parts: Vec<i32> = fields.iter().map(|f| f.value(row)).collect();
        match composed(&parts, seconds.value(row)) {
            None if !lenient => {
                exec_err!("`make_timestamp` of a moment that does not exist; `try_make_timestamp` gives NULL")
            }
            moment => Ok(moment),
        }
    });
    Ok(Arc::new(rows.collect::<Result<TimestampMicrosecondArray>>()?.with_timezone("UTC")))
}

/// The microseconds of a moment; a second of exactly 60 is the first of the next minute.
fn composed(parts: &[i32], micro_seconds: i128) -> Option<i64> {
    let [year, month, day, hour, minute] = parts else { return None };
    let at_least_0 = |n: &i32| u32::try_from(*n).ok();
    let date = NaiveDate::from_ymd_opt(*year, at_least_0(month)?, at_least_0(day)?)?;
    let start = date.and_hms_opt(at_least_0(hour)?, at_least_0(minute)?, 0)?;
    let past = i64::try_from(micro_seconds).ok().filter(|n| (0..=60_000_000).contains(n))?;
    micros(start).checked_add(past)
}

/// Whole units from the first moment to the second.
fn units_between(call: &NativeCall) -> Result<ArrayRef> {
    let Some(unit) = constant(call, 0)? else { return exec_err!("a unit of NULL") };
    let per = duration(&unit);
    let months = months_in(&unit);
    if per.is_none() && months.is_none() {
        return exec_err!("the unit `{unit}` is not supported by the local engine");
    }
    let rows =
        call.values::<TimestampMicrosecondType>(1)?.iter().zip(call.values::<TimestampMicrosecondType>(2)?.iter());
    let counts = rows.map(|(a, b)| {
        let (a, b) = (a?, b?);
        if let Some(per) = per {
            return Some((b - a) / per);
        }
        let (from, to) = (moment(a)?, moment(b)?);
        Some(whole_months(from, to) / months?)
    });
    Ok(Arc::new(counts.collect::<Int64Array>()))
}

/// Months that have passed when the day of the month and the time are reached again: from the 31st of January on, none
/// has by the end of February.
fn whole_months(from: NaiveDateTime, to: NaiveDateTime) -> i64 {
    let counted = |d: NaiveDate| (i64::from(d.year()) * 12 + i64::from(d.month0())) * 32 + i64::from(d.day());
    let reached = match to.date().cmp(&from.date()) {
        std::cmp::Ordering::Greater if to.time() < from.time() => to.date().pred_opt(),
        std::cmp::Ordering::Less if to.time() > from.time() => to.date().succ_opt(),
        _ => None,
    };
    (counted(reached.unwrap_or(to.date())) - counted(from.date())) / 32
}

fn duration(unit: &str) -> Option<i64> {
    Some(match unit {
        "MICROSECOND" => 1,
        "MILLISECOND" => 1_000,
        "SECOND" => 1_000_000,
        "MINUTE" => 60_000_000,
        "HOUR" => 3_600_000_000,
        "DAY" | "DAYOFYEAR" => MICROS_PER_DAY,
        "WEEK" => 7 * MICROS_PER_DAY,
        _ => return None,
    })
}

fn months_in(unit: &str) -> Option<i64> {
    match unit {
        "MONTH" => Some(1),
        "QUARTER" => Some(3),
        "YEAR" => Some(12),
        _ => None,
    }
}

fn add_units(call: &NativeCall) -> Result<ArrayRef> {
    let Some(unit) = constant(call, 0)? else { return exec_err!("a unit of NULL") };
    let times = convert(call.arg(2)?, &call.returns, false)?;
    let rows = call.values::<Int32Type>(1)?.iter().zip(times.as_primitive::<TimestampMicrosecondType>().iter());
    let moved = rows.map(|(n, t)| {
        let (Some(n), Some(t)) = (n, t) else { return Ok(None) };
        let n = i64::from(n);
        let moved = match (duration(&unit), months_in(&unit)) {
            (Some(per), _) => n.checked_mul(per).and_then(|d| t.checked_add(d)),
            (_, Some(months)) => {
                moment(t).and_then(|m| Some(micros(plus_months(m.date(), n * months)?.and_time(m.time()))))
            }
            _ => return exec_err!("the unit `{unit}` is not supported by the local engine"),
        };
        moved.map(Some).ok_or_else(|| exec_datafusion_err!("a timestamp beyond the calendar"))
    });
    let moved: ArrayRef = Arc::new(moved.collect::<Result<TimestampMicrosecondArray>>()?);
    convert(&moved, &call.returns, false)
}

/// A window of a TIMESTAMP_NTZ has such borders.
fn window_fields(of: &DataType) -> Result<Fields> {
    let border = match of {
        DataType::Timestamp(_, None) => types::timestamp_ntz(),
        DataType::Date32 | DataType::Timestamp(..) | DataType::Utf8 | DataType::Null => types::timestamp(),
        other => return plan_err!("{} is not a date or timestamp", types::show(other)),
    };
    Ok(Fields::from(vec![Field::new("start", border.clone(), true), Field::new("end", border, true)]))
}

fn window_type(given: &GivenArguments) -> Result<DataType> {
    match given.text(1).and_then(width) {
        Some(_) => Ok(DataType::Struct(window_fields(&given.type_at(0))?)),
        None => plan_err!("`window` needs a width such as '1 day'"),
    }
}

fn width(text: &str) -> Option<i64> {
    let (count, unit) = text.trim().split_once(' ')?;
    let unit = unit.trim().to_uppercase();
    let per = duration(unit.strip_suffix('S').unwrap_or(&unit))?;
    count.parse::<i64>().ok().filter(|n| *n > 0)?.checked_mul(per)
}

/// The tumbling window that a moment lies in, counted from 1970-01-01.
fn window(call: &NativeCall) -> Result<ArrayRef> {
    let Some(width) = constant(call, 1)?.as_deref().and_then(width) else { return exec_err!("a window of no width") };
    let fields = window_fields(call.arg(0)?.data_type())?;
    let border = fields.first().map_or(DataType::Null, |field| field.data_type().clone());
    let times = convert(call.arg(0)?, &border, false)?;
    let times = times.as_primitive::<TimestampMicrosecondType>();
    // Spark leaves such a row out altogether.
    if times.null_count() > 0 {
        return not_impl_err!("`window` of a time that is NULL: leave such rows out by WHERE");
    }
    let start = |t: i64| t - t.rem_euclid(width);
    let borders = |place: &dyn Fn(i64) -> i64| -> Result<ArrayRef> {
        let micros = times.iter().map(|t| t.map(place)).collect::<TimestampMicrosecondArray>();
        convert(&(Arc::new(micros) as ArrayRef), &border, false)
    };
    let columns = vec![borders(&start)?, borders(&|t| start(t) + width)?];
    Ok(Arc::new(StructArray::try_new(fields, columns, times.logical_nulls())?))
}
