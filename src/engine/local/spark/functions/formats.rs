//! Dates and timestamps from texts and to texts, by a pattern.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, Date32Array, Int64Array, StringArray, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::{DataType, Int64Type, TimestampMicrosecondType};
use datafusion::common::{Result, exec_err, not_impl_err, plan_err};

use super::super::cast::{convert, days_of};
use super::super::native::NativeParam::{Any, Long, Text, Timestamp};
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types;
use super::dates::{micros, moment};
use super::patterns::DatetimePattern;
use super::strings::constant;

pub(super) const FUNCTIONS: &[Native] = &[
    native("date_format", &[Timestamp, Text], pattern_first_text, date_format),
    native("to_char", &[Any, Text], to_char_type, to_char),
    native("to_date", &[Any, Text], |g| reads(g, DataType::Date32), |c| to_date(c, false)).optional(1),
    native("try_to_date", &[Any, Text], |g| reads(g, DataType::Date32), |c| to_date(c, true)).optional(1),
    native("to_timestamp", &[Any, Text], |g| reads(g, types::timestamp()), |c| to_timestamp(c, false)).optional(1),
    native("try_to_timestamp", &[Any, Text], |g| reads(g, types::timestamp()), |c| to_timestamp(c, true)).optional(1),
    native("unix_timestamp", &[Any, Text], |g| reads(g, DataType::Int64), unix_timestamp).optional(1),
    native("to_unix_timestamp", &[Any, Text], |g| reads(g, DataType::Int64), unix_timestamp).optional(1),
    native("from_unixtime", &[Long, Text], |_| Ok(DataType::Utf8), from_unixtime).optional(1),
    native(
        "timestamp_seconds",
        &[Long],
        |_| Ok(types::timestamp()),
        |c| convert(c.arg(0)?, &types::timestamp(), false),
    ),
];

fn pattern_first_text(given: &GivenArguments) -> Result<DataType> {
    match given.text(1) {
        Some(pattern) => DatetimePattern::parse(pattern).map(|_| DataType::Utf8),
        None => plan_err!("a date pattern must be a literal"),
    }
}

/// A literal pattern is judged when the query is planned: not every one that writes can read.
fn reads(given: &GivenArguments, returns: DataType) -> Result<DataType> {
    if let Some(pattern) = given.text(1) {
        DatetimePattern::parse(pattern)?.require_readable(pattern)?;
    }
    Ok(returns)
}

fn to_char_type(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(0) {
        DataType::Date32 | DataType::Timestamp(..) => pattern_first_text(given),
        other => not_impl_err!("`to_char` of {}", types::show(&other)),
    }
}

/// A date or a timestamp by a pattern.
fn to_char(call: &NativeCall) -> Result<ArrayRef> {
    let Some(pattern) = pattern_at(call, 1)? else { return Ok(Arc::new(StringArray::new_null(call.rows))) };
    let times = convert(call.arg(0)?, &types::timestamp(), false)?;
    let times = datafusion::arrow::array::AsArray::as_primitive::<TimestampMicrosecondType>(&times).iter();
    Ok(Arc::new(times.map(|t| Some(pattern.write(moment(t?)?))).collect::<StringArray>()))
}

fn pattern_at(call: &NativeCall, position: usize) -> Result<Option<DatetimePattern>> {
    constant(call, position)?.map(|pattern| DatetimePattern::parse(&pattern)).transpose()
}

fn date_format(call: &NativeCall) -> Result<ArrayRef> {
    let Some(pattern) = pattern_at(call, 1)? else { return Ok(Arc::new(StringArray::new_null(call.rows))) };
    let times = call.values::<TimestampMicrosecondType>(0)?.iter();
    Ok(Arc::new(times.map(|t| Some(pattern.write(moment(t?)?))).collect::<StringArray>()))
}

/// The microseconds that each text stands for; a text that does not follow the pattern is an error or NULL.
fn read(call: &NativeCall, lenient: bool) -> Result<Vec<Option<i64>>> {
    reading(call, pattern_at(call, 1)?, lenient)
}

fn reading(call: &NativeCall, pattern: Option<DatetimePattern>, lenient: bool) -> Result<Vec<Option<i64>>> {
    let Some(pattern) = pattern else { return Ok(vec![None; call.rows]) };
    let texts = convert(call.arg(0)?, &DataType::Utf8, false)?;
    let texts = datafusion::arrow::array::AsArray::as_string::<i32>(&texts).clone();
    let values: Vec<Option<i64>> = texts.iter().map(|t| Some(micros(pattern.read(t?)?))).collect();
    let failed = values.iter().enumerate().any(|(row, value)| value.is_none() && texts.is_valid(row));
    if failed && !lenient {
        return exec_err!("a text does not follow the date pattern; the `try_` functions give NULL instead");
    }
    Ok(values)
}

fn to_date(call: &NativeCall, lenient: bool) -> Result<ArrayRef> {
    if call.len() == 1 {
        return convert(call.arg(0)?, &DataType::Date32, lenient);
    }
    let values = read(call, lenient)?;
    let days = values.into_iter().map(|t| t.and_then(moment).map(|t| days_of(t.date())));
    Ok(Arc::new(days.collect::<Date32Array>()))
}

fn to_timestamp(call: &NativeCall, lenient: bool) -> Result<ArrayRef> {
    if call.len() == 1 {
        return convert(call.arg(0)?, &types::timestamp(), lenient);
    }
    let values = read(call, lenient)?;
    Ok(Arc::new(values.into_iter().collect::<TimestampMicrosecondArray>().with_timezone("UTC")))
}

/// A text follows the pattern, which is `yyyy-MM-dd HH:mm:ss` where none is given; a date or timestamp needs none.
fn unix_timestamp(call: &NativeCall) -> Result<ArrayRef> {
    let values: Vec<Option<i64>> = match call.arg(0)?.data_type() {
        DataType::Utf8 if call.len() == 1 => {
            reading(call, Some(DatetimePattern::parse("yyyy-MM-dd HH:mm:ss")?), false)?
        }
        DataType::Utf8 => read(call, false)?,
        _ => {
            let times = convert(call.arg(0)?, &types::timestamp(), false)?;
            datafusion::arrow::array::AsArray::as_primitive::<TimestampMicrosecondType>(&times).iter().collect()
        }
    };
    Ok(Arc::new(values.into_iter().map(|t| t.map(|t| t / 1_000_000)).collect::<Int64Array>()))
}

fn from_unixtime(call: &NativeCall) -> Result<ArrayRef> {
    let pattern =
        if call.len() > 1 { pattern_at(call, 1)? } else { Some(DatetimePattern::parse("yyyy-MM-dd HH:mm:ss")?) };
    let Some(pattern) = pattern else { return Ok(Arc::new(StringArray::new_null(call.rows))) };
    let seconds = call.values::<Int64Type>(0)?.iter();
    let shown = seconds.map(|s| match s.map(|s| moment(s.wrapping_mul(1_000_000))) {
        None => Ok(None),
        Some(Some(moment)) => Ok(Some(pattern.write(moment))),
        Some(None) => exec_err!("a moment beyond the calendar of the local engine"),
    });
    Ok(Arc::new(shown.collect::<Result<StringArray>>()?))
}
