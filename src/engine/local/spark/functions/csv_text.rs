//! `from_csv`: the fields of one line as a struct.
//!
//! A line is read as lines of files are, and a field by the rules of Java for its type: nothing is trimmed but around floating
//! point numbers and dates. What is no value of its type is NULL, as an empty field is.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array, Int16Array,
    Int32Array, Int64Array, StringArray, StructArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err, not_impl_err};
use lakeflow::{cast, is_same_name};

use super::super::native::NativeParam::Text;
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types;
use super::from_text::{moment_of, schema};
use crate::engine::local::csv::{CsvFormat, records};

pub(super) const FUNCTIONS: &[Native] = &[native("from_csv", &[Text, Text], wanted, from_csv)];

/// How Spark reads a line unless options say otherwise.
const FORMAT: CsvFormat = CsvFormat { delimiter: ',', quote: '"', escape: '\\', comment: None };

/// The column that Spark gives a malformed line to.
const CORRUPT: &str = "_corrupt_record";

fn wanted(given: &GivenArguments) -> Result<DataType> {
    let ty = schema("from_csv", given)?;
    let DataType::Struct(fields) = &ty else {
        return not_impl_err!("`from_csv` into {}", types::show(&ty));
    };
    if fields.iter().any(|field| is_same_name(field.name(), CORRUPT)) {
        return not_impl_err!("`from_csv` with a column `{CORRUPT}`");
    }
    match fields.iter().find(|field| !is_readable(field.data_type())) {
        Some(field) => not_impl_err!("`from_csv` into {}", types::show(field.data_type())),
        None => Ok(ty),
    }
}

fn is_readable(ty: &DataType) -> bool {
    match ty {
        DataType::Utf8 | DataType::Boolean | DataType::Decimal128(..) | DataType::Date32 => true,
        DataType::Timestamp(..) => true,
        ty => ty.is_integer() || ty.is_floating(),
    }
}

fn from_csv(call: &NativeCall) -> Result<ArrayRef> {
    let DataType::Struct(columns) = &call.returns else { return exec_err!("`from_csv` gives a struct") };
    let texts = call.text(0)?;
    let mut lines: Vec<Vec<String>> = Vec::with_capacity(call.rows);
    for text in texts.iter() {
        lines.push(fields(text.unwrap_or_default())?);
    }
    let column = |(place, field): (usize, &Arc<datafusion::arrow::datatypes::Field>)| {
        let values = lines.iter().map(|line| line.get(place).map(String::as_str).filter(|value| !value.is_empty()));
        values_of(&values.collect::<Vec<_>>(), field.data_type())
    };
    let values = columns.iter().enumerate().map(column).collect::<Result<Vec<_>>>()?;
    let valid: Vec<bool> = texts.iter().map(|text| text.is_some()).collect();
    Ok(Arc::new(StructArray::try_new(columns.clone(), values, Some(valid.into()))?))
}

/// The fields of one line. A line break is a character as others are to Spark, and the end of the line to the reader.
fn fields(text: &str) -> Result<Vec<String>> {
    if text.contains(['\n', '\r']) {
        return not_impl_err!("`from_csv` of a text with line breaks");
    }
    match records(text, FORMAT) {
        Ok(lines) => Ok(lines.into_iter().next().map(|line| line.fields).unwrap_or_default()),
        Err(_) => not_impl_err!("`from_csv` of a text with a quote inside a field"),
    }
}

fn values_of(values: &[Option<&str>], ty: &DataType) -> Result<ArrayRef> {
    fn whole<T: TryFrom<i64>>(value: &Option<&str>) -> Result<Option<T>> {
        let Some(value) = plain_digits(value)? else { return Ok(None) };
        Ok(cast::integer(value).and_then(|number| number.try_into().ok()))
    }
    let values = values.iter();
    Ok(match ty {
        DataType::Utf8 => Arc::new(values.copied().collect::<StringArray>()),
        DataType::Boolean => Arc::new(values.map(|value| truth((*value)?)).collect::<BooleanArray>()),
        DataType::Int8 => Arc::new(values.map(whole).collect::<Result<Int8Array>>()?),
        DataType::Int16 => Arc::new(values.map(whole).collect::<Result<Int16Array>>()?),
        DataType::Int32 => Arc::new(values.map(whole).collect::<Result<Int32Array>>()?),
        DataType::Int64 => Arc::new(values.map(whole).collect::<Result<Int64Array>>()?),
        DataType::Float32 => Arc::new(values.map(|value| float(value, nearest)).collect::<Result<Float32Array>>()?),
        DataType::Float64 => {
            Arc::new(values.map(|value| float(value, cast::double)).collect::<Result<Float64Array>>()?)
        }
        DataType::Decimal128(precision, scale) => {
            let digits = u8::try_from(*scale).unwrap_or(0);
            let decimal = |value: &Option<&str>| {
                // Commas between thousands.
                let number = plain_digits(value)?.map(|value| value.replace(',', ""));
                Ok(number.and_then(|number| cast::decimal(&number, *precision, digits)))
            };
            let decimals = values.map(decimal).collect::<Result<Decimal128Array>>()?;
            Arc::new(decimals.with_precision_and_scale(*precision, *scale)?)
        }
        DataType::Date32 => Arc::new(values.map(|value| cast::date(cast::trimmed((*value)?))).collect::<Date32Array>()),
        DataType::Timestamp(_, Some(_)) => {
            let moment = |value: &Option<&str>| value.map_or(Ok(None), |value| moment_of("from_csv", value));
            Arc::new(values.map(moment).collect::<Result<TimestampMicrosecondArray>>()?.with_timezone("UTC"))
        }
        DataType::Timestamp(_, None) => {
            let local = |value: &Option<&str>| cast::local_timestamp(cast::trimmed((*value)?));
            Arc::new(values.map(local).collect::<TimestampMicrosecondArray>())
        }
        other => return not_impl_err!("`from_csv` into {}", types::show(other)),
    })
}

fn truth(value: &str) -> Option<bool> {
    [("true", true), ("false", false)]
        .into_iter()
        .find(|(word, _)| value.eq_ignore_ascii_case(word))
        .map(|found| found.1)
}

/// A value without the digits of other scripts, which Java takes for digits.
fn plain_digits<'v>(value: &Option<&'v str>) -> Result<Option<&'v str>> {
    match value {
        Some(value) if value.chars().any(|c| !c.is_ascii() && c.is_numeric()) => {
            not_impl_err!("`from_csv` of digits of another script")
        }
        value => Ok(*value),
    }
}

/// A floating point number as Java reads it, or a word for one that is none.
fn float<T: From<f32>>(value: &Option<&str>, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
    let Some(value) = value else { return Ok(None) };
    let bare = value.trim_matches(|c: char| c <= ' ');
    let lower = bare.to_ascii_lowercase();
    Ok(match (*value, bare) {
        ("Inf", _) => Some(f32::INFINITY.into()),
        ("-Inf", _) => Some(f32::NEG_INFINITY.into()),
        (_, "Infinity" | "+Infinity") => Some(f32::INFINITY.into()),
        (_, "-Infinity") => Some(f32::NEG_INFINITY.into()),
        (_, "NaN" | "+NaN" | "-NaN") => Some(f32::NAN.into()),
        _ if lower.contains("0x") && lower.contains('p') => {
            return not_impl_err!("`from_csv` of a hexadecimal number");
        }
        _ if lower.contains(['i', 'n']) => None,
        _ => read(bare),
    })
}

/// The FLOAT next to a text, which is not always the one next to the DOUBLE next to it.
fn nearest(text: &str) -> Option<f32> {
    cast::double(text)?;
    text.trim_end_matches(['d', 'D', 'f', 'F']).parse().ok()
}
