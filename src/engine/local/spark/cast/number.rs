//! Numbers to numbers: rounding half up, overflow as NULL for the caller to judge.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Decimal128Array, Float32Array, Float64Array, Int64Array};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Float64Type};
use datafusion::common::Result;
use lakeflow::cast;

use super::{plain, show};

/// Integers, floats, decimals and booleans among each other; `None` when there is no such cast.
///
/// Arrow truncates towards zero, rounds decimals half up and gives NULL on overflow, as Spark does.
pub(super) fn checked(array: &ArrayRef, to: &DataType) -> Option<ArrayRef> {
    plain(array, to).ok()
}

/// The digits of a float, as few as tell it apart. Of two that are equally near, the even one, as Java and Python write
/// it; Rust takes the greater.
pub(crate) fn digits_of(value: f64) -> String {
    let shortest = format!("{value:e}");
    let mantissa = shortest.split_once('e').map_or(shortest.as_str(), |(m, _)| m);
    let places = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let even = format!("{value:.places$e}");
    if even.parse() == Ok(value) { even } else { shortest }
}

/// A float without its fraction; `None` where it lies beyond the type. The limit of BIGINT is no float: the float next to
/// it stands for it, as in Java.
pub(super) fn float_to_whole(array: &ArrayRef, to: &DataType) -> Option<ArrayRef> {
    let (least, most) = match to {
        DataType::Int8 => (i8::MIN.into(), i8::MAX.into()),
        DataType::Int16 => (i16::MIN.into(), i16::MAX.into()),
        DataType::Int32 => (i32::MIN.into(), i32::MAX.into()),
        _ => (i64::MIN as f64, i64::MAX as f64),
    };
    let floats = plain(array, &DataType::Float64).ok()?;
    let values = floats.as_primitive::<Float64Type>().iter();
    let whole = |v: f64| (v.floor() <= most && v.ceil() >= least).then_some(v as i64);
    let values: ArrayRef = Arc::new(values.map(|v| v.and_then(whole)).collect::<Int64Array>());
    checked(&values, to)
}

/// A float is first written with as few digits as tell it apart, then read as a decimal: Spark's way, which keeps
/// 0.1 from becoming 0.1000000000000000055.
pub(super) fn float_to_decimal(array: &ArrayRef, to: &DataType) -> Result<Option<ArrayRef>> {
    let DataType::Decimal128(precision, scale) = *to else { return Ok(None) };
    let texts = match array.data_type() {
        DataType::Float64 => array.as_primitive::<Float64Type>().iter().map(|v| v.map(digits_of)).collect::<Vec<_>>(),
        _ => show::texts(array)?.iter().map(|v| v.map(str::to_owned)).collect(),
    };
    let digits = u8::try_from(scale).unwrap_or(0);
    let values = texts.into_iter().map(|t| t.and_then(|t| cast::decimal(&t, precision, digits)));
    let decimals = values.collect::<Decimal128Array>().with_precision_and_scale(precision, scale)?;
    Ok(Some(Arc::new(decimals)))
}

/// The float nearest to each decimal. A division by a power of ten is off by one digit where either does not fit a float.
pub(super) fn decimal_to_float(array: &ArrayRef, to: &DataType) -> Option<ArrayRef> {
    let DataType::Decimal128(_, scale) = *array.data_type() else { return None };
    let values = array.as_primitive::<Decimal128Type>().iter();
    let texts = values.map(|v| v.map(|v| format!("{v}e-{scale}")));
    match to {
        DataType::Float32 => Some(Arc::new(texts.map(|t| t?.parse().ok()).collect::<Float32Array>())),
        DataType::Float64 => Some(Arc::new(texts.map(|t| t?.parse().ok()).collect::<Float64Array>())),
        _ => None,
    }
}
