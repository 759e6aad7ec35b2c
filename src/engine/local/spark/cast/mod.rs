//! CAST and TRY_CAST by Spark's ANSI rules, which differ from Arrow's for text, dates, timestamps and floating point.
//!
//! A cast that fails is an error, or NULL for TRY_CAST. Messages name the types and never the value, which may be
//! personal data.

mod number;
mod show;
mod text;
mod time;

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, ListArray, StructArray, new_null_array};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, exec_datafusion_err, not_impl_err, plan_err};

use super::native::{GivenArguments, Native, NativeParam, native};
use super::types;

pub(super) use number::digits_of;
pub(super) use show::java_double;
pub(in crate::engine::local) use show::texts;
pub(super) use time::days_of;

/// The two functions that stand for `CAST(x AS type)` and `TRY_CAST(x AS type)`: a value and the type as text.
pub(super) const FUNCTIONS: &[Native] = &[
    native("__cast", &[NativeParam::Any, NativeParam::Text], target, |call| {
        convert(call.arg(0)?, &call.returns, false)
    }),
    native("__try_cast", &[NativeParam::Any, NativeParam::Text], target, |call| {
        convert(call.arg(0)?, &call.returns, true)
    }),
];

fn target(given: &GivenArguments) -> Result<DataType> {
    let Some(wanted) = given.text(1) else { return plan_err!("a cast needs a type") };
    let to = types::parse(wanted)?;
    let from = given.type_at(0);
    if castable(&from, &to) {
        Ok(to)
    } else {
        plan_err!("{} cannot be cast to {}", types::show(&from), types::show(&to))
    }
}

fn castable(from: &DataType, to: &DataType) -> bool {
    use DataType as T;
    let simple = |ty: &DataType| ty.is_numeric() || matches!(ty, T::Boolean);
    match (from, to) {
        (T::Null, _) => true,
        (from, to) if from == to => true,
        (T::List(from), T::List(to)) => castable(from.data_type(), to.data_type()),
        (T::Struct(from), T::Struct(to)) => {
            from.len() == to.len() && from.iter().zip(to.iter()).all(|(a, b)| castable(a.data_type(), b.data_type()))
        }
        (T::Map(..), _) | (_, T::Map(..)) => false,
        (_, T::Utf8) => !matches!(from, T::Interval(_) | T::Duration(_)),
        (T::Utf8, T::Binary | T::Date32 | T::Timestamp(..)) => true,
        (T::Utf8, to) => simple(to),
        (T::Date32, T::Timestamp(..)) | (T::Timestamp(..), T::Date32 | T::Timestamp(..) | T::Int64 | T::Float64) => {
            true
        }
        (from, T::Timestamp(_, Some(_))) => from.is_integer(),
        (from, to) => simple(from) && simple(to),
    }
}

/// Converts every value of `array` to the type `to`; a value that does not convert is NULL when `lenient`.
///
/// # Errors
/// When a value does not convert and `lenient` is false, or no cast leads from the one type to the other.
pub(super) fn convert(array: &ArrayRef, to: &DataType, lenient: bool) -> Result<ArrayRef> {
    use DataType as T;
    let from = array.data_type();
    let attempt = match (from, to) {
        (from, to) if from == to => return Ok(Arc::clone(array)),
        (T::Null, _) => return Ok(new_null_array(to, array.len())),
        (T::LargeUtf8 | T::Utf8View, _) => return convert(&plain(array, &T::Utf8)?, to, lenient),
        (T::List(_), T::List(element)) => return list(array, element, lenient),
        (T::Struct(_), T::Struct(_)) => return structs(array, to, lenient),
        (_, T::Utf8) => return Ok(Arc::new(show::texts(array)?)),
        (T::Utf8, T::Timestamp(..)) if array.as_string::<i32>().iter().flatten().any(is_time_alone) => {
            return not_impl_err!("a time without a date as a TIMESTAMP: it is one of the day of the run");
        }
        (T::Utf8, to) => text::parse(array.as_string::<i32>(), to)?,
        (T::Timestamp(..), _) | (_, T::Timestamp(..)) => time::convert(array, to)?,
        (T::Float32 | T::Float64, to) if to.is_integer() => number::float_to_whole(array, to),
        (T::Boolean, T::Decimal128(..)) => number::checked(&plain(array, &T::Int8)?, to),
        (_, T::Boolean) => Some(is_not_zero(array)?),
        (T::Decimal128(..), T::Float32 | T::Float64) => number::decimal_to_float(array, to),
        (T::Float32 | T::Float64, T::Decimal128(..)) => number::float_to_decimal(array, to)?,
        _ => number::checked(array, to),
    };
    let Some(result) = attempt else {
        return plan_err!("{} cannot be cast to {}", types::show(from), types::show(to));
    };
    if !lenient && result.logical_null_count() > array.logical_null_count() {
        let (from, to) = (types::show(from), types::show(to));
        return Err(exec_datafusion_err!("a value of type {from} cannot be cast to {to}; `try_cast` would give NULL"));
    }
    Ok(result)
}

/// `10:11:12` or `T10:11`: a moment of the current day to Spark.
pub(super) fn is_time_alone(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c <= ' ');
    let mut parts = text.strip_prefix('T').unwrap_or(text).split(':');
    let number = |part: Option<&str>| {
        let digits: String = part?.chars().take_while(char::is_ascii_digit).collect();
        if digits.len() > 2 { None } else { digits.parse::<u8>().ok() }
    };
    number(parts.next()).is_some_and(|hour| hour < 24) && number(parts.next()).is_some_and(|minute| minute < 60)
}

/// Arrow's own cast, for pairs of types where it does the same as Spark.
fn plain(array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    Ok(cast_with_options(array, to, &CastOptions { safe: true, ..CastOptions::default() })?)
}

fn is_not_zero(array: &ArrayRef) -> Result<ArrayRef> {
    let numbers = plain(array, &DataType::Float64)?;
    let numbers = numbers.as_primitive::<datafusion::arrow::datatypes::Float64Type>();
    Ok(Arc::new(numbers.iter().map(|n| n.map(|n| n != 0.0)).collect::<BooleanArray>()))
}

fn list(array: &ArrayRef, element: &Arc<Field>, lenient: bool) -> Result<ArrayRef> {
    let lists = array.as_list::<i32>();
    let values = convert(lists.values(), element.data_type(), lenient)?;
    Ok(Arc::new(ListArray::try_new(Arc::clone(element), lists.offsets().clone(), values, lists.nulls().cloned())?))
}

fn structs(array: &ArrayRef, to: &DataType, lenient: bool) -> Result<ArrayRef> {
    let DataType::Struct(fields) = to else { return plan_err!("a STRUCT cannot be cast to {}", types::show(to)) };
    let from = array.as_struct();
    if fields.len() != from.num_columns() {
        return plan_err!("{} cannot be cast to {}", types::show(array.data_type()), types::show(to));
    }
    let columns = from.columns().iter().zip(fields.iter());
    let columns =
        columns.map(|(column, field)| convert(column, field.data_type(), lenient)).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(StructArray::try_new(fields.clone(), columns, from.nulls().cloned())?))
}
