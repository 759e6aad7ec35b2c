//! What every value that a function takes or gives keeps to, so that no function has to ask.
//!
//! To Spark all NaN are one, and greater than any number; Arrow orders them by their bits, by which some are less than any.
//! Spark's calendar is wider than the one here: a time beyond that is refused by name, or else a part of it would be NULL.
//! What may be of any length is bounded before it is made.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use datafusion::arrow::array::{ArrayRef, AsArray, PrimitiveArray};
use datafusion::arrow::compute::{max, min};
use datafusion::arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Float32Type, Float64Type, TimeUnit, TimestampMicrosecondType,
};
use datafusion::common::{Result, exec_err};

use super::cast::days_of;

/// Floats with one NaN.
pub(super) fn one_nan(array: ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Float64 if array.as_primitive::<Float64Type>().values().iter().any(|v| v.is_nan()) => {
            let values = array.as_primitive::<Float64Type>();
            Arc::new(values.unary::<_, Float64Type>(|v| if v.is_nan() { f64::NAN } else { v }))
        }
        DataType::Float32 if array.as_primitive::<Float32Type>().values().iter().any(|v| v.is_nan()) => {
            let values = array.as_primitive::<Float32Type>();
            Arc::new(values.unary::<_, Float32Type>(|v| if v.is_nan() { f32::NAN } else { v }))
        }
        _ => array,
    }
}

/// # Errors
/// When a date or a timestamp lies beyond the calendar.
pub(super) fn within_calendar(array: &ArrayRef) -> Result<()> {
    let fits = match array.data_type() {
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
            let times = array.as_primitive::<TimestampMicrosecondType>();
            lies(times, first.timestamp_micros(), last.timestamp_micros())
        }
        DataType::Date32 => lies(array.as_primitive::<Date32Type>(), days_of(NaiveDate::MIN), days_of(NaiveDate::MAX)),
        _ => true,
    };
    if fits { Ok(()) } else { exec_err!("a time beyond the calendar of the local engine") }
}

fn lies<T: ArrowPrimitiveType>(values: &PrimitiveArray<T>, first: T::Native, last: T::Native) -> bool
where
    T::Native: PartialOrd,
{
    min(values).is_none_or(|least| least >= first) && max(values).is_none_or(|most| most <= last)
}

/// How much one call may make.
#[derive(Debug)]
pub(super) struct Room {
    left: usize,
}

impl Room {
    /// Bytes of texts.
    pub fn of_texts() -> Self {
        Room { left: 1 << 29 }
    }

    /// Elements of arrays.
    pub fn of_elements() -> Self {
        Room { left: 50_000_000 }
    }

    /// # Errors
    /// When there is no room for so much more.
    pub fn take(&mut self, name: &str, size: usize) -> Result<()> {
        match self.left.checked_sub(size) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => exec_err!("`{name}` makes more here than the local engine holds at once"),
        }
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{Date32Array, Float64Array, TimestampMicrosecondArray};

    use super::*;

    #[test]
    fn all_nan_are_one() {
        let given: ArrayRef = Arc::new(Float64Array::from(vec![Some(-f64::NAN), None, Some(1.5)]));
        let given = one_nan(given);
        let bits = |n: f64| n.to_bits();
        let kept: Vec<_> = given.as_primitive::<Float64Type>().iter().map(|v| v.map(bits)).collect();
        assert_eq!(kept, [Some(bits(f64::NAN)), None, Some(bits(1.5))]);
    }

    #[test]
    fn times_beyond_the_calendar_are_refused() {
        let times = |t| -> ArrayRef { Arc::new(TimestampMicrosecondArray::from(vec![0, t])) };
        let days = |d| -> ArrayRef { Arc::new(Date32Array::from(vec![0, d])) };
        assert!(within_calendar(&times(253_402_300_799_999_999)).is_ok() && within_calendar(&days(2_932_896)).is_ok());
        assert!(within_calendar(&times(i64::MAX)).is_err() && within_calendar(&times(i64::MIN)).is_err());
        assert!(within_calendar(&days(i32::MAX)).is_err() && within_calendar(&days(i32::MIN)).is_err());
    }
}
