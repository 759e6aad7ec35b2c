//! Dates and timestamps, cast among each other. The session zone is UTC.

use std::sync::Arc;

use chrono::NaiveDate;
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
