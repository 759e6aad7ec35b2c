//! `from_csv`: the fields of one line as a struct.
//!
//! A line is read as lines of files are, and a field by the rules of Java for its type: nothing is trimmed but around floating
//! point numbers and dates. What is no value of its type is NULL, as an empty field is. Options are a text here: the syntax
//! stage joins the keys and values of a map that is written out ([`BETWEEN_NAMES`]).

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array,
    Int16Array, Int32Array, Int64Array, StringArray, StructArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err, not_impl_err};
use lakeflow::{cast, is_same_name};

use super::super::native::NativeParam::Text;
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types;
use super::BETWEEN_NAMES;
use super::from_text::{moment_of, schema};
use super::strings::constant;
use crate::engine::local::csv::{CsvFormat, records};

pub(super) const FUNCTIONS: &[Native] = &[native("from_csv", &[Text, Text, Text], wanted, from_csv).optional(1)];

/// How lines are read.
struct CsvOptions {
    format: CsvFormat,
    /// What stands for NULL, besides an empty field.
    null: Option<String>,
    /// Whether a malformed line is an error (`mode` FAILFAST).
    fails: bool,
}

/// Reads keys and values that are joined.
fn options(text: Option<&str>) -> Result<CsvOptions> {
    let format = CsvFormat { delimiter: ',', quote: '"', escape: '\\', comment: None };
    let mut options = CsvOptions { format, null: None, fails: false };
    let parts: Vec<&str> = text.map(|text| text.split(BETWEEN_NAMES).collect()).unwrap_or_default();
    let mut seen: Vec<String> = vec![];
    for pair in parts.chunks(2) {
        let [key, value] = pair else { return exec_err!("an option of `from_csv` has no value") };
        let key = if key.eq_ignore_ascii_case("delimiter") { "sep".to_owned() } else { key.to_ascii_lowercase() };
        match key.as_str() {
            "sep" if *value == "\\t" => options.format.delimiter = '\t',
            "sep" => options.format.delimiter = mark(&key, value)?,
            "quote" => options.format.quote = mark(&key, value)?,
            "escape" => options.format.escape = mark(&key, value)?,
            "nullvalue" => options.null = Some((*value).to_owned()).filter(|value| !value.is_empty()),
            "mode" if value.eq_ignore_ascii_case("permissive") => {}
            "mode" if value.eq_ignore_ascii_case("failfast") => options.fails = true,
            "mode" => return not_impl_err!("`from_csv` in the mode `{value}`"),
            _ => return not_impl_err!("the option `{key}` of `from_csv`"),
        }
        if seen.contains(&key) {
            return not_impl_err!("the option `{key}` of `from_csv` twice");
        }
        seen.push(key);
    }
    let CsvFormat { delimiter, quote, escape, .. } = options.format;
    if delimiter == quote || delimiter == escape {
        return not_impl_err!("one character as two marks of `from_csv`");
    }
    Ok(options)
}

/// The one character of an option.
fn mark(key: &str, value: &str) -> Result<char> {
    let mut chars = value.chars();
    match (chars.next(), chars.next()) {
        (Some(mark), None) if !matches!(mark, '\n' | '\r' | '\0') && (mark != '\\' || key == "escape") => Ok(mark),
        _ => not_impl_err!("`{key}` of `from_csv` other than one plain character"),
    }
}

/// The column that Spark gives a malformed line to.
const CORRUPT: &str = "_corrupt_record";

fn wanted(given: &GivenArguments) -> Result<DataType> {
    let ty = schema("from_csv", given)?;
    if given.types.len() > 2 {
        options(given.text(2))?;
    }
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
        DataType::Timestamp(..) | DataType::Binary => true,
        ty => ty.is_integer() || ty.is_floating(),
    }
}

fn from_csv(call: &NativeCall) -> Result<ArrayRef> {
    let DataType::Struct(columns) = &call.returns else { return exec_err!("`from_csv` gives a struct") };
    let stated = if call.len() > 2 { constant(call, 2)? } else { None };
    let options = options(stated.as_deref())?;
    let texts = call.text(0)?;
    let mut lines: Vec<Vec<String>> = Vec::with_capacity(call.rows);
    for text in texts.iter() {
        let line = fields(text.unwrap_or_default(), &options)?;
        if options.fails && text.is_some() && line.len() != columns.len() {
            return exec_err!("`from_csv` of a malformed line in the mode FAILFAST");
        }
        lines.push(line);
    }
    let is_value = |value: &&str| !value.is_empty() && options.null.as_deref() != Some(*value);
    let column = |(place, field): (usize, &Arc<datafusion::arrow::datatypes::Field>)| {
        let values = lines.iter().map(|line| line.get(place).map(String::as_str).filter(is_value));
        let values: Vec<Option<&str>> = values.collect();
        let found = values_of(&values, field.data_type())?;
        let is_lost = |row: usize| values.get(row).is_some_and(Option::is_some) && found.is_null(row);
        if options.fails && (0..found.len()).any(is_lost) {
            return exec_err!("`from_csv` of a malformed line in the mode FAILFAST");
        }
        Ok(found)
    };
    let values = columns.iter().enumerate().map(column).collect::<Result<Vec<_>>>()?;
    let valid: Vec<bool> = texts.iter().map(|text| text.is_some()).collect();
    Ok(Arc::new(StructArray::try_new(columns.clone(), values, Some(valid.into()))?))
}

/// The fields of one line. A line break is a character as others are to Spark, and the end of the line to the reader.
fn fields(text: &str, options: &CsvOptions) -> Result<Vec<String>> {
    if text.contains(['\n', '\r']) {
        return not_impl_err!("`from_csv` of a text with line breaks");
    }
    match records(text, options.format) {
        Ok(lines) => {
            let line = lines.into_iter().next().map(|line| line.fields).unwrap_or_default();
            // Two quotes are an empty text, if not that stands for NULL, and nothing is NULL.
            let is_unclear = options.null.is_some() && line.iter().any(String::is_empty);
            if is_unclear && text.contains([options.format.quote; 2].iter().collect::<String>().as_str()) {
                return not_impl_err!("`from_csv` of an empty text in quotes, with `nullValue`");
            }
            Ok(line)
        }
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
        DataType::Binary => Arc::new(values.map(|value| value.map(str::as_bytes)).collect::<BinaryArray>()),
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
