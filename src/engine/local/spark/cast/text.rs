//! Texts to everything else. A text is first freed of blanks and control characters at both ends.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array,
    Int16Array, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::Result;

use super::number::decimal_from_text;
use super::time::{date_from_text, timestamp_from_text};

/// Reads each text as a value of type `to`; what cannot be read is NULL. `None` when no text is such a value.
pub(super) fn parse(texts: &StringArray, to: &DataType) -> Result<Option<ArrayRef>> {
    fn each<T>(texts: &StringArray, read: impl Fn(&str) -> Option<T>) -> impl Iterator<Item = Option<T>> {
        texts.iter().map(move |t| t.and_then(|t| read(trimmed(t))))
    }
    let array: ArrayRef = match to {
        DataType::Int8 => Arc::new(each(texts, |t| i8::try_from(integer(t)?).ok()).collect::<Int8Array>()),
        DataType::Int16 => Arc::new(each(texts, |t| i16::try_from(integer(t)?).ok()).collect::<Int16Array>()),
        DataType::Int32 => Arc::new(each(texts, |t| i32::try_from(integer(t)?).ok()).collect::<Int32Array>()),
        DataType::Int64 => Arc::new(each(texts, integer).collect::<Int64Array>()),
        DataType::Float32 => Arc::new(each(texts, |t| float(t).map(|f| f as f32)).collect::<Float32Array>()),
        DataType::Float64 => Arc::new(each(texts, float).collect::<Float64Array>()),
        DataType::Decimal128(p, s) => {
            let values = each(texts, |t| decimal_from_text(t, *p, *s)).collect::<Decimal128Array>();
            Arc::new(values.with_precision_and_scale(*p, *s)?)
        }
        DataType::Boolean => Arc::new(each(texts, flag).collect::<BooleanArray>()),
        DataType::Date32 => Arc::new(each(texts, date_from_text).collect::<Date32Array>()),
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let values = each(texts, timestamp_from_text).collect::<TimestampMicrosecondArray>();
            Arc::new(values.with_timezone_opt(zone.clone()))
        }
        DataType::Binary => Arc::new(texts.iter().map(|t| t.map(str::as_bytes)).collect::<BinaryArray>()),
        _ => return Ok(None),
    };
    Ok(Some(array))
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c <= ' ' || c == '\u{7f}')
}

fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "t" | "true" | "y" | "yes" | "1" => Some(true),
        "f" | "false" | "n" | "no" | "0" => Some(false),
        _ => None,
    }
}

fn float(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        "nan" => return Some(f64::NAN),
        "inf" | "+inf" | "infinity" | "+infinity" => return Some(f64::INFINITY),
        "-inf" | "-infinity" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    // Java reads a trailing `d` or `f` as part of the number, and no other letters than the exponent's.
    let body = lower.strip_suffix(['d', 'f']).unwrap_or(&lower);
    let plain = body.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'+' | b'-'));
    plain.then(|| body.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{flag, float, integer, trimmed};

    #[test]
    fn texts_are_read_as_spark_reads_them() {
        assert_eq!(integer(trimmed(" 12\t")), Some(12));
        assert_eq!(integer("+7"), Some(7));
        assert_eq!(
            [integer("1.9"), integer(""), integer("-"), integer("1_0"), integer("9223372036854775808")],
            [None; 5]
        );
        assert_eq!([float("1e3"), float("1d"), float(".5")], [Some(1000.0), Some(1.0), Some(0.5)]);
        assert_eq!([float("x"), float(""), float("0x1")], [None; 3]);
        assert_eq!([flag("YES"), flag("n"), flag("on")], [Some(true), Some(false), None]);
    }
}
