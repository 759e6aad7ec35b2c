//! JSON texts as Spark reads them, and values of a type out of them (`from_json`).
//!
//! What follows the first value is passed over. A field of another type than the wanted one is NULL, and so is all of a
//! malformed text.

use std::sync::Arc;

use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine as _, alphabet};
use datafusion::arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array,
    Int16Array, Int32Array, Int64Array, StringArray, StructArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{DataType, Fields};
use datafusion::common::{Result, not_impl_err, plan_err};
use lakeflow::cast;

use super::super::cast::java_double;
use super::super::native::NativeParam::Text;
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types;
use super::arrays::gathered;
use super::from_text::{moment_of, schema};
use super::maps::built;
use crate::json::{JsonDialect, JsonNode, JsonOrder, JsonStyle, JsonValue, first_value, quoted};

pub(super) const FUNCTIONS: &[Native] = &[native("from_json", &[Text, Text], wanted, from_json)];

/// As Jackson writes a tree.
const STYLE: JsonStyle = JsonStyle { order: JsonOrder::Written, number: number_as_java, string: quoted_as_java };

/// As Spark reads a BINARY: with padding, and whatever the bits behind the last byte are.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// The first value of a text; `None` for one that is malformed.
///
/// # Errors
/// When a string has half a character in it, which Spark writes out in some places and not in others.
pub(super) fn read(text: &str, dialect: JsonDialect) -> Result<Option<JsonNode<'_>>> {
    match first_value(text, dialect).ok().flatten() {
        Some((node, _)) if node.is_broken() => not_impl_err!("JSON text with half a character"),
        found => Ok(found.map(|(node, _)| node)),
    }
}

/// A value as a text: a text as it is, others as JSON; nothing of null.
pub(super) fn written(value: &JsonNode<'_>) -> Option<String> {
    match &value.value {
        JsonValue::Null => None,
        _ => Some(shown(value)),
    }
}

/// A value as a text: a text as it is, others as JSON.
pub(super) fn shown(value: &JsonNode<'_>) -> String {
    match &value.value {
        JsonValue::Text(text) => text.text.clone(),
        _ => value.compact(STYLE),
    }
}

/// Whole numbers keep their digits; others are read as a DOUBLE and written as one.
fn number_as_java(number: &str) -> String {
    let is_whole = !number.contains(['.', 'e', 'E', 'N', 'I']);
    match double(number) {
        _ if number == "-0" => "0".to_owned(),
        _ if number.len() < 300 && is_whole => number.to_owned(),
        Some(value) if !value.is_finite() && !is_whole => format!("\"{}\"", java_double(value)),
        Some(value) if !is_whole => java_double(value),
        _ => number.to_owned(),
    }
}

/// A number of JSON, or one of the words for what is none.
fn double(number: &str) -> Option<f64> {
    match number {
        // A whole number, which has no zero below zero.
        "-0" => Some(0.0),
        "NaN" => Some(f64::NAN),
        "Infinity" | "+Infinity" | "+INF" => Some(f64::INFINITY),
        "-Infinity" | "-INF" => Some(f64::NEG_INFINITY),
        number => number.parse().ok(),
    }
}

/// A text as a string of JSON. Characters beyond the first 65,536 are two escapes to Spark.
fn quoted_as_java(text: &str) -> String {
    let mut out = String::new();
    for c in quoted(text).chars() {
        if u32::from(c) < 0x1_0000 {
            out.push(c);
        } else {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04X}")));
        }
    }
    out
}

fn wanted(given: &GivenArguments) -> Result<DataType> {
    let ty = schema("from_json", given)?;
    readable(&ty).map(|()| ty)
}

/// The types of a map's keys and values.
fn entries(ty: &DataType) -> Option<(&DataType, &DataType)> {
    let DataType::Map(entries, _) = ty else { return None };
    let DataType::Struct(fields) = entries.data_type() else { return None };
    match fields.as_ref() {
        [key, value] => Some((key.data_type(), value.data_type())),
        _ => None,
    }
}

fn readable(ty: &DataType) -> Result<()> {
    match ty {
        DataType::Struct(fields) => fields.iter().try_for_each(|f| readable(f.data_type())),
        DataType::List(element) => readable(element.data_type()),
        DataType::Map(..) => match entries(ty) {
            Some((DataType::Utf8, value)) => readable(value),
            _ => plan_err!("`from_json` into a map whose keys are not STRING"),
        },
        DataType::Utf8 | DataType::Boolean | DataType::Decimal128(..) | DataType::Date32 => Ok(()),
        DataType::Timestamp(..) | DataType::Binary => Ok(()),
        ty if ty.is_integer() || ty.is_floating() => Ok(()),
        other => not_impl_err!("`from_json` into {}", types::show(other)),
    }
}

fn from_json(call: &NativeCall) -> Result<ArrayRef> {
    let malformed = || JsonNode { raw: "{}", value: JsonValue::Object(vec![]) };
    let is_struct = matches!(call.returns, DataType::Struct(_));
    let mut values = vec![];
    for text in call.text(0)?.iter() {
        let Some(text) = text.filter(|text| !text.trim_matches(|c: char| c <= ' ').is_empty()) else {
            values.push(None);
            continue;
        };
        let node = read(text, JsonDialect::Typed)?;
        values.push(match (node.as_ref().map(|node| &node.value), &call.returns) {
            (Some(JsonValue::Array(_)), DataType::Struct(_)) => {
                return not_impl_err!("`from_json` of an array where a struct is wanted");
            }
            (Some(JsonValue::Object(_)), DataType::Struct(_)) => node,
            (Some(_), DataType::List(_) | DataType::Map(..)) if any_fits(node.as_ref(), &call.returns)? => node,
            (Some(JsonValue::Null), _) => None,
            _ => is_struct.then(malformed),
        });
    }
    column(&values.iter().map(Option::as_ref).collect::<Vec<_>>(), &call.returns)
}

fn any_fits(value: Option<&JsonNode<'_>>, ty: &DataType) -> Result<bool> {
    value.map_or(Ok(false), |value| fits(value, ty))
}

/// Whether there is a value of the type: an array or a map of which one part is of another kind is none, and a struct is one
/// whatever its fields are.
fn fits(value: &JsonNode<'_>, ty: &DataType) -> Result<bool> {
    match (&value.value, ty) {
        (JsonValue::Null, _) => Ok(true),
        (JsonValue::Object(_), DataType::Struct(_)) => Ok(true),
        (JsonValue::Array(items), DataType::List(element)) => all_fit(items.iter(), element.data_type()),
        (JsonValue::Object(fields), DataType::Map(..)) => match entries(ty) {
            Some((_, of)) => all_fit(fields.iter().map(|(_, value)| value), of),
            None => Ok(false),
        },
        (_, DataType::Struct(_) | DataType::List(_) | DataType::Map(..)) => Ok(false),
        (_, ty) => Ok(simple(&[Some(value)], ty)?.is_valid(0)),
    }
}

fn all_fit<'n, 't: 'n>(mut values: impl Iterator<Item = &'n JsonNode<'t>>, ty: &DataType) -> Result<bool> {
    values.try_fold(true, |so_far, value| Ok(so_far && fits(value, ty)?))
}

/// Objects as maps. Of two keys of one name, the last value counts, at the place of the first.
fn maps(values: &[Option<&JsonNode<'_>>], ty: &DataType) -> Result<ArrayRef> {
    let Some((_, of)) = entries(ty) else { return not_impl_err!("`from_json` into {}", types::show(ty)) };
    let (mut keys, mut items, mut rows) = (vec![], vec![], vec![]);
    for value in values {
        let Some(JsonValue::Object(fields)) = value.map(|value| &value.value) else {
            rows.push(None);
            continue;
        };
        let mut own: Vec<(&str, &JsonNode<'_>)> = vec![];
        for (name, value) in fields {
            match own.iter_mut().find(|(key, _)| *key == name.text) {
                Some((_, before)) => *before = value,
                None => own.push((&name.text, value)),
            }
        }
        let begin = keys.len();
        keys.extend(own.iter().map(|(key, _)| (*key).to_owned()));
        items.extend(own.iter().map(|(_, value)| Some(*value)));
        let places = (begin..keys.len()).filter_map(|i| u32::try_from(i).ok());
        rows.push(Some(places.map(|place| (place, Some(place))).collect()));
    }
    let keys: ArrayRef = Arc::new(StringArray::from(keys));
    built(&keys, &column(&items, of)?, rows, ty)
}

/// The values of a type; what is of another kind is NULL.
fn column(values: &[Option<&JsonNode<'_>>], ty: &DataType) -> Result<ArrayRef> {
    match ty {
        DataType::Struct(fields) => structs(values, fields),
        DataType::Map(..) => maps(values, ty),
        DataType::List(element) => {
            let (mut items, mut rows): (Vec<Option<&JsonNode<'_>>>, Vec<_>) = (vec![], vec![]);
            for value in values {
                rows.push(match value.map(|value| &value.value) {
                    Some(JsonValue::Array(own)) => {
                        let begin = items.len();
                        items.extend(own.iter().map(Some));
                        Some((begin..items.len()).map(|i| u32::try_from(i).ok()).collect())
                    }
                    _ => None,
                });
            }
            gathered(&column(&items, element.data_type())?, rows)
        }
        _ => simple(values, ty),
    }
}

fn structs(values: &[Option<&JsonNode<'_>>], fields: &Fields) -> Result<ArrayRef> {
    let mut columns = vec![];
    for field in fields {
        let mut inner = vec![];
        for value in values {
            let found = match value.map(|value| &value.value) {
                // Of two fields of one name, the last counts.
                Some(JsonValue::Object(own)) => own.iter().rev().find(|(name, _)| name.text == *field.name()),
                _ => None,
            };
            let found = found.map(|(_, value)| value);
            inner.push(if any_fits(found, field.data_type())? { found } else { None });
        }
        columns.push(column(&inner, field.data_type())?);
    }
    let is_object = |value: &Option<&JsonNode<'_>>| matches!(value.map(|v| &v.value), Some(JsonValue::Object(_)));
    let valid: Vec<bool> = values.iter().map(is_object).collect();
    Ok(Arc::new(StructArray::try_new(fields.clone(), columns, Some(valid.into()))?))
}

/// A value that is no array and no object, without its marks.
enum JsonScalar<'n> {
    Truth(bool),
    Number(&'n str),
    Text(&'n str),
}

fn scalar<'n>(value: &Option<&'n JsonNode<'_>>) -> Option<JsonScalar<'n>> {
    let value = (*value)?;
    match &value.value {
        JsonValue::Truth => Some(JsonScalar::Truth(value.raw == "true")),
        JsonValue::Number => Some(JsonScalar::Number(value.raw)),
        JsonValue::Text(text) => Some(JsonScalar::Text(&text.text)),
        JsonValue::Null | JsonValue::Array(_) | JsonValue::Object(_) => None,
    }
}

fn whole(value: &Option<&JsonNode<'_>>) -> Option<i64> {
    match scalar(value)? {
        JsonScalar::Number(digits) => digits.parse().ok(),
        _ => None,
    }
}

fn float(value: &Option<&JsonNode<'_>>) -> Option<f64> {
    match scalar(value)? {
        JsonScalar::Number(digits) => double(digits),
        JsonScalar::Text(text) => match text {
            "NaN" => Some(f64::NAN),
            "Infinity" | "+INF" | "INF" | "+Infinity" => Some(f64::INFINITY),
            "-Infinity" | "-INF" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        JsonScalar::Truth(_) => None,
    }
}

/// A date as a cast reads it, or else a number of days since 1970 as a text.
fn day(value: &Option<&JsonNode<'_>>) -> Option<i32> {
    match scalar(value)? {
        JsonScalar::Text(text) => cast::date(cast::trimmed(text)).or_else(|| text.parse().ok()),
        _ => None,
    }
}

/// A BINARY: each four characters are up to three bytes, whatever went before.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let parts: Option<Vec<Vec<u8>>> = text.as_bytes().chunks(4).map(|four| BASE64.decode(four).ok()).collect();
    Some(parts?.concat())
}

/// A timestamp as a cast reads it, or whole seconds since 1970.
fn moment(value: &Option<&JsonNode<'_>>) -> Result<Option<i64>> {
    match scalar(value) {
        Some(JsonScalar::Text(text)) => moment_of("from_json", text),
        Some(JsonScalar::Number(digits)) if digits.parse::<i64>().is_ok() => {
            match digits.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1_000_000)) {
                None => not_impl_err!("`from_json` of a TIMESTAMP so far away"),
                moment => Ok(moment),
            }
        }
        _ => Ok(None),
    }
}

fn simple(values: &[Option<&JsonNode<'_>>], ty: &DataType) -> Result<ArrayRef> {
    Ok(match ty {
        DataType::Utf8 => Arc::new(values.iter().map(|value| value.and_then(written)).collect::<StringArray>()),
        DataType::Binary => {
            let bytes = |value| match scalar(value)? {
                JsonScalar::Text(text) => bytes_of(text),
                _ => None,
            };
            Arc::new(values.iter().map(bytes).collect::<BinaryArray>())
        }
        DataType::Boolean => {
            let truth = |value| if let Some(JsonScalar::Truth(truth)) = scalar(value) { Some(truth) } else { None };
            Arc::new(values.iter().map(truth).collect::<BooleanArray>())
        }
        DataType::Int8 => Arc::new(values.iter().map(|v| whole(v)?.try_into().ok()).collect::<Int8Array>()),
        DataType::Int16 => Arc::new(values.iter().map(|v| whole(v)?.try_into().ok()).collect::<Int16Array>()),
        DataType::Int32 => Arc::new(values.iter().map(|v| whole(v)?.try_into().ok()).collect::<Int32Array>()),
        DataType::Int64 => Arc::new(values.iter().map(whole).collect::<Int64Array>()),
        DataType::Float32 => Arc::new(values.iter().map(|v| float(v).map(|f| f as f32)).collect::<Float32Array>()),
        DataType::Float64 => Arc::new(values.iter().map(float).collect::<Float64Array>()),
        DataType::Decimal128(precision, scale) => {
            let digits = u8::try_from(*scale).unwrap_or(0);
            let decimal = |value| match scalar(value)? {
                JsonScalar::Number(text) | JsonScalar::Text(text) => cast::decimal(text, *precision, digits),
                JsonScalar::Truth(_) => None,
            };
            let decimals = values.iter().map(decimal).collect::<Decimal128Array>();
            Arc::new(decimals.with_precision_and_scale(*precision, *scale)?)
        }
        DataType::Date32 => Arc::new(values.iter().map(day).collect::<Date32Array>()),
        DataType::Timestamp(_, Some(_)) => {
            let times = values.iter().map(moment).collect::<Result<TimestampMicrosecondArray>>()?;
            Arc::new(times.with_timezone("UTC"))
        }
        DataType::Timestamp(_, None) => {
            let local = |value| match scalar(value)? {
                JsonScalar::Text(text) => cast::local_timestamp(cast::trimmed(text)),
                _ => None,
            };
            Arc::new(values.iter().map(local).collect::<TimestampMicrosecondArray>())
        }
        other => return not_impl_err!("`from_json` into {}", types::show(other)),
    })
}
