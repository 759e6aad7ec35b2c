//! Texts to everything else, by the rules of [`cast`].

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array,
    Int16Array, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::Result;
use lakeflow::cast;

/// Reads each text as a value of type `to`; what cannot be read is NULL. `None` when no text is such a value.
pub(super) fn parse(texts: &StringArray, to: &DataType) -> Result<Option<ArrayRef>> {
    fn each<T>(texts: &StringArray, read: impl Fn(&str) -> Option<T>) -> impl Iterator<Item = Option<T>> {
        texts.iter().map(move |t| t.and_then(|t| read(cast::trimmed(t))))
    }
    let array: ArrayRef = match to {
        DataType::Int8 => Arc::new(each(texts, |t| i8::try_from(cast::integer(t)?).ok()).collect::<Int8Array>()),
        DataType::Int16 => Arc::new(each(texts, |t| i16::try_from(cast::integer(t)?).ok()).collect::<Int16Array>()),
        DataType::Int32 => Arc::new(each(texts, |t| i32::try_from(cast::integer(t)?).ok()).collect::<Int32Array>()),
        DataType::Int64 => Arc::new(each(texts, cast::integer).collect::<Int64Array>()),
        DataType::Float32 => Arc::new(each(texts, |t| cast::double(t).map(|f| f as f32)).collect::<Float32Array>()),
        DataType::Float64 => Arc::new(each(texts, cast::double).collect::<Float64Array>()),
        DataType::Decimal128(p, s) => {
            let scale = u8::try_from(*s).unwrap_or(0);
            let values = each(texts, |t| cast::decimal(t, *p, scale)).collect::<Decimal128Array>();
            Arc::new(values.with_precision_and_scale(*p, *s)?)
        }
        DataType::Boolean => Arc::new(each(texts, cast::boolean).collect::<BooleanArray>()),
        DataType::Date32 => Arc::new(each(texts, cast::date).collect::<Date32Array>()),
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let values = each(texts, cast::timestamp).collect::<TimestampMicrosecondArray>();
            Arc::new(values.with_timezone_opt(zone.clone()))
        }
        DataType::Binary => Arc::new(texts.iter().map(|t| t.map(str::as_bytes)).collect::<BinaryArray>()),
        _ => return Ok(None),
    };
    Ok(Some(array))
}
