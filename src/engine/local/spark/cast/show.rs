//! Values as Spark writes them in a text.

use std::fmt::Write;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, TimeUnit, TimestampMicrosecondType,
};
use datafusion::common::{Result, exec_err};

use super::super::values::within_calendar;
use super::{digits_of, plain};

/// The text of every value; NULL stays NULL.
pub(crate) fn texts(array: &ArrayRef) -> Result<StringArray> {
    within_calendar(array)?;
    fn each<T>(values: impl Iterator<Item = Option<T>>, show: impl Fn(T) -> String) -> StringArray {
        values.map(|v| v.map(&show)).collect()
    }
    Ok(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().clone(),
        DataType::Null => (0..array.len()).map(|_| None::<&str>).collect(),
        DataType::Float32 => each(array.as_primitive::<Float32Type>().iter(), |v| float(&format!("{v:e}"))),
        DataType::Float64 => each(array.as_primitive::<Float64Type>().iter(), |v| float(&digits_of(v))),
        DataType::Decimal128(_, scale) => {
            let scale = *scale;
            each(array.as_primitive::<Decimal128Type>().iter(), |v| decimal(v, scale))
        }
        DataType::Date32 => each(array.as_primitive::<Date32Type>().iter(), date),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            each(array.as_primitive::<TimestampMicrosecondType>().iter(), timestamp)
        }
        DataType::Boolean => each(array.as_boolean().iter(), |v| v.to_string()),
        DataType::Binary => each(array.as_binary::<i32>().iter(), |v| String::from_utf8_lossy(v).into_owned()),
        DataType::List(_) => {
            let lists = array.as_list::<i32>();
            each((0..lists.len()).map(|i| (!lists.is_null(i)).then(|| lists.value(i))), |v| nested(&v)).clone()
        }
        DataType::Struct(_) => structs(array)?,
        ty if ty.is_integer() || matches!(ty, DataType::LargeUtf8 | DataType::Utf8View) => {
            plain(array, &DataType::Utf8)?.as_string::<i32>().clone()
        }
        other => return exec_err!("{} cannot be written as a text", super::types::show(other)),
    })
}

fn nested(values: &ArrayRef) -> String {
    let Ok(texts) = texts(values) else { return String::new() };
    let parts: Vec<_> = texts.iter().map(|t| t.unwrap_or("null")).collect();
    format!("[{}]", parts.join(", "))
}

fn structs(array: &ArrayRef) -> Result<StringArray> {
    let structs = array.as_struct();
    let columns = structs.columns().iter().map(texts).collect::<Result<Vec<_>>>()?;
    let row = |i: usize| {
        let parts: Vec<_> = columns.iter().map(|c| if c.is_null(i) { "null" } else { c.value(i) }).collect();
        format!("{{{}}}", parts.join(", "))
    };
    Ok((0..structs.len()).map(|i| (!structs.is_null(i)).then(|| row(i))).collect())
}

/// A DOUBLE as Java writes it.
pub(crate) fn java_double(value: f64) -> String {
    float(&digits_of(value))
}

/// Java's form of a float: at least one decimal, an exponent below 10^-3 and from 10^7 on.
fn float(scientific: &str) -> String {
    let (sign, unsigned) = scientific.strip_prefix('-').map_or(("", scientific), |rest| ("-", rest));
    let Some((mantissa, exponent)) = unsigned.split_once('e') else {
        return if unsigned == "inf" { format!("{sign}Infinity") } else { unsigned.to_owned() };
    };
    let digits = mantissa.replace('.', "");
    let Ok(exponent @ -3..=6) = exponent.parse::<i32>() else {
        let point = if mantissa.contains('.') { "" } else { ".0" };
        return format!("{sign}{mantissa}{point}E{exponent}");
    };
    let zeros = usize::try_from(-exponent).unwrap_or(0);
    let whole = usize::try_from(exponent + 1).unwrap_or(0).max(1);
    let digits = format!("{:0<width$}", "0".repeat(zeros) + &digits, width = whole + 1);
    let (whole, fraction) = digits.split_at(whole);
    format!("{sign}{whole}.{fraction}")
}

/// Plain digits with exactly `scale` decimals.
pub(crate) fn decimal(unscaled: i128, scale: i8) -> String {
    let scale = usize::try_from(scale).unwrap_or(0);
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// `yyyy-MM-dd`, with a sign before years past 9999.
pub(crate) fn date(days: i32) -> String {
    match NaiveDate::default().checked_add_signed(chrono::Duration::days(i64::from(days))) {
        Some(date) if date.year() > 9999 => format!("+{}", date.format("%Y-%m-%d").to_string().trim_start_matches('+')),
        Some(date) => format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
        None => String::new(),
    }
}

/// `yyyy-MM-dd HH:mm:ss` and as many digits of the second's fraction as are not zero.
pub(crate) fn timestamp(micros: i64) -> String {
    let Some(moment) = DateTime::from_timestamp_micros(micros) else { return String::new() };
    let moment: NaiveDateTime = moment.naive_utc();
    let days = super::days_of(moment.date());
    let mut text = format!("{} {}", date(days), moment.format("%H:%M:%S"));
    let fraction = micros.rem_euclid(1_000_000);
    if fraction != 0 {
        // Writing to a String cannot fail.
        let _ = write!(text, ".{}", format!("{fraction:06}").trim_end_matches('0'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{date, decimal, digits_of, float, timestamp};

    #[test]
    fn values_are_written_as_java_writes_them() {
        let shown = |v: f64| float(&digits_of(v));
        assert_eq!(shown(1.0), "1.0");
        assert_eq!(shown(1e10), "1.0E10");
        assert_eq!(shown(1234567.0), "1234567.0");
        assert_eq!(shown(12345678.0), "1.2345678E7");
        assert_eq!(shown(0.001), "0.001");
        assert_eq!(shown(0.00012), "1.2E-4");
        assert_eq!([shown(-0.0), shown(100.25), shown(f64::NEG_INFINITY)], ["-0.0", "100.25", "-Infinity"]);
        // Exactly between two texts of sixteen digits: the even one.
        assert_eq!(
            [shown(1899335238755186.0 + 0.25), shown(999.0 + 60484.0 / 65536.0)],
            ["1.8993352387551862E15", "999.9229125976562"]
        );
        assert_eq!([decimal(-5, 2), decimal(1234, 2), decimal(7, 0)], ["-0.05", "12.34", "7"]);
        assert_eq!([date(0), date(-719_528)], ["1970-01-01", "0000-01-01"]);
        assert_eq!([timestamp(0), timestamp(-1)], ["1970-01-01 00:00:00", "1969-12-31 23:59:59.999999"]);
    }
}
