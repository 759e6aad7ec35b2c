//! JSON texts as Spark reads them, and values of a type out of them (`from_json`).
//!
//! Spark's reader is more lenient than the standard: texts may stand in single quotes, and what follows the first value is
//! passed over. A field of another type than the wanted one is NULL, and so is all of a malformed text.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array, Int16Array,
    Int32Array, Int64Array, StringArray, StructArray, TimestampMicrosecondArray,
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

pub(super) const FUNCTIONS: &[Native] = &[native("from_json", &[Text, Text], wanted, from_json)];

/// A value of JSON; numbers as they are written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Deeper texts are malformed to Spark too (`StreamReadConstraints`).
const DEEPEST: usize = 500;

/// The first value of a text; `None` for one that is malformed.
pub(super) fn read(text: &str) -> Option<Json> {
    let mut reader = JsonReader { rest: text };
    reader.value(0)
}

struct JsonReader<'a> {
    rest: &'a str,
}

impl JsonReader<'_> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn accept(&mut self, token: &str) -> bool {
        self.skip();
        let found = self.rest.strip_prefix(token);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        self.skip();
        if depth > DEEPEST {
            return None;
        }
        match self.rest.chars().next()? {
            '{' => self.object(depth),
            '[' => self.array(depth),
            '"' | '\'' => self.text().map(Json::Text),
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Json> {
        let mut fields = vec![];
        self.accept("{");
        if self.accept("}") {
            return Some(Json::Object(fields));
        }
        loop {
            self.skip();
            let name = self.text()?;
            if !self.accept(":") {
                return None;
            }
            fields.push((name, self.value(depth + 1)?));
            if self.accept("}") {
                return Some(Json::Object(fields));
            }
            if !self.accept(",") {
                return None;
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<Json> {
        let mut items = vec![];
        self.accept("[");
        if self.accept("]") {
            return Some(Json::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.accept("]") {
                return Some(Json::Array(items));
            }
            if !self.accept(",") {
                return None;
            }
        }
    }

    fn text(&mut self) -> Option<String> {
        let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let mut chars = self.rest.char_indices().skip(1);
        let mut out = String::new();
        loop {
            let (at, c) = chars.next()?;
            match c {
                c if c == quote => {
                    self.rest = self.rest.get(at + 1..)?;
                    return Some(out);
                }
                '\\' => match chars.next()?.1 {
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    'r' => out.push('\r'),
                    'b' => out.push('\u{8}'),
                    'f' => out.push('\u{c}'),
                    'u' => {
                        let mut unit = || {
                            let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                            u16::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 4)
                        };
                        let first = unit()?;
                        let units = if (0xd800..0xdc00).contains(&first) {
                            let _ = (chars.next()?, chars.next()?);
                            let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                            vec![first, u16::from_str_radix(&digits, 16).ok()?]
                        } else {
                            vec![first]
                        };
                        out.push_str(&String::from_utf16(&units).ok()?);
                    }
                    c @ ('"' | '\\' | '/' | '\'') => out.push(c),
                    _ => return None,
                },
                c if c < ' ' => return None,
                c => out.push(c),
            }
        }
    }

    fn word(&mut self) -> Option<Json> {
        let end = self.rest.find([',', ']', '}', ' ', '\t', '\n', '\r', ':']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word {
            "null" => return Some(Json::Null),
            "true" => return Some(Json::Bool(true)),
            "false" => return Some(Json::Bool(false)),
            _ => {}
        }
        is_number(word).then(|| Json::Number(word.to_owned()))
    }
}

/// A number of the standard, however large.
fn is_number(word: &str) -> bool {
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = word.split_once(['e', 'E']).map_or((word, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    all_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(all_digits)
        && exponent.is_none_or(|e| all_digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

/// A value as a text: a text as it is, others as JSON; nothing of null.
pub(super) fn written(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::Text(text) => Some(text.clone()),
        other => {
            let mut out = String::new();
            shown(other, &mut out);
            Some(out)
        }
    }
}

/// Whole numbers keep their digits; others are read as a DOUBLE and written as one.
fn number_as_java(number: &str) -> String {
    match number.parse::<f64>() {
        Ok(_) if number == "-0" => "0".to_owned(),
        Ok(value) if value.is_infinite() => if value > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" }.to_owned(),
        Ok(value) if number.contains(['.', 'e', 'E']) => java_double(value),
        _ => number.to_owned(),
    }
}

/// The value as JSON without blanks.
fn shown(value: &Json, out: &mut String) {
    let quoted = |text: &str| serde_json::Value::String(text.to_owned()).to_string();
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(truth) => out.push_str(&truth.to_string()),
        Json::Number(number) => out.push_str(&number_as_java(number)),
        Json::Text(text) => out.push_str(&quoted(text)),
        Json::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                shown(item, out);
            }
            out.push(']');
        }
        Json::Object(fields) => {
            out.push('{');
            for (i, (name, item)) in fields.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                out.push_str(&format!("{}:", quoted(name)));
                shown(item, out);
            }
            out.push('}');
        }
    }
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
        DataType::Timestamp(..) => Ok(()),
        ty if ty.is_integer() || ty.is_floating() => Ok(()),
        other => not_impl_err!("`from_json` into {}", types::show(other)),
    }
}

fn from_json(call: &NativeCall) -> Result<ArrayRef> {
    let malformed = Json::Object(vec![]);
    let is_struct = matches!(call.returns, DataType::Struct(_));
    let mut values = vec![];
    for text in call.text(0)?.iter() {
        let Some(text) = text.filter(|text| !text.trim_matches(|c: char| c <= ' ').is_empty()) else {
            values.push(None);
            continue;
        };
        values.push(match (read(text), &call.returns) {
            (Some(Json::Array(_)), DataType::Struct(_)) => {
                return not_impl_err!("`from_json` of an array where a struct is wanted");
            }
            (Some(value @ Json::Object(_)), DataType::Struct(_)) => Some(value),
            (Some(value), DataType::List(_) | DataType::Map(..)) if fits(&value, &call.returns)? => Some(value),
            (Some(Json::Null), _) => None,
            _ if is_struct => Some(malformed.clone()),
            _ => None,
        });
    }
    column(&values.iter().map(Option::as_ref).collect::<Vec<_>>(), &call.returns)
}

/// Whether there is a value of the type: an array or a map of which one part is of another kind is none, and a struct is one
/// whatever its fields are.
fn fits(value: &Json, ty: &DataType) -> Result<bool> {
    match (value, ty) {
        (Json::Null, _) => Ok(true),
        (Json::Object(_), DataType::Struct(_)) => Ok(true),
        (Json::Array(items), DataType::List(element)) => all_fit(items.iter(), element.data_type()),
        (Json::Object(fields), DataType::Map(..)) => match entries(ty) {
            Some((_, of)) => all_fit(fields.iter().map(|(_, value)| value), of),
            None => Ok(false),
        },
        (_, DataType::Struct(_) | DataType::List(_) | DataType::Map(..)) => Ok(false),
        (value, ty) => Ok(simple(&[Some(value)], ty)?.is_valid(0)),
    }
}

fn all_fit<'a>(mut values: impl Iterator<Item = &'a Json>, ty: &DataType) -> Result<bool> {
    values.try_fold(true, |so_far, value| Ok(so_far && fits(value, ty)?))
}

/// Objects as maps. Of two keys of one name, the last value counts, at the place of the first.
fn maps(values: &[Option<&Json>], ty: &DataType) -> Result<ArrayRef> {
    let Some((_, of)) = entries(ty) else { return not_impl_err!("`from_json` into {}", types::show(ty)) };
    let (mut keys, mut items, mut rows) = (vec![], vec![], vec![]);
    for value in values {
        let Some(Json::Object(fields)) = value else {
            rows.push(None);
            continue;
        };
        let mut own: Vec<(&str, &Json)> = vec![];
        for (name, value) in fields {
            match own.iter_mut().find(|(key, _)| key == name) {
                Some((_, before)) => *before = value,
                None => own.push((name, value)),
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
fn column(values: &[Option<&Json>], ty: &DataType) -> Result<ArrayRef> {
    match ty {
        DataType::Struct(fields) => structs(values, fields),
        DataType::Map(..) => maps(values, ty),
        DataType::List(element) => {
            let (mut items, mut rows): (Vec<Option<&Json>>, Vec<_>) = (vec![], vec![]);
            for value in values {
                rows.push(match value {
                    Some(Json::Array(own)) => {
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

fn structs(values: &[Option<&Json>], fields: &Fields) -> Result<ArrayRef> {
    let of = |value: &Option<&Json>, name: &str| match value {
        // Of two fields of one name, the last counts.
        Some(Json::Object(fields)) => fields.iter().rev().find(|(own, _)| own == name).map(|(_, value)| value.clone()),
        _ => None,
    };
    let columns = fields.iter().map(|field| {
        let mut inner: Vec<Option<Json>> = values.iter().map(|value| of(value, field.name())).collect();
        for value in &mut inner {
            let is_one = match value {
                Some(value) => fits(value, field.data_type())?,
                None => true,
            };
            if !is_one {
                *value = None;
            }
        }
        column(&inner.iter().map(Option::as_ref).collect::<Vec<_>>(), field.data_type())
    });
    let valid: Vec<bool> = values.iter().map(|value| matches!(value, Some(Json::Object(_)))).collect();
    Ok(Arc::new(StructArray::try_new(fields.clone(), columns.collect::<Result<Vec<_>>>()?, Some(valid.into()))?))
}

fn whole(value: &Option<&Json>) -> Option<i64> {
    match value {
        Some(Json::Number(digits)) => digits.parse().ok(),
        _ => None,
    }
}

fn float(value: &Option<&Json>) -> Option<f64> {
    match value {
        Some(Json::Number(digits)) => digits.parse().ok(),
        Some(Json::Text(text)) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" | "+INF" | "INF" | "+Infinity" => Some(f64::INFINITY),
            "-Infinity" | "-INF" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

fn text(value: &Option<&Json>) -> Option<String> {
    match value {
        Some(value) => written(value),
        None => None,
    }
}

/// A date as a cast reads it, or else a number of days since 1970 as a text.
fn day(value: &Option<&Json>) -> Option<i32> {
    match value {
        Some(Json::Text(text)) => cast::date(cast::trimmed(text)).or_else(|| text.parse().ok()),
        _ => None,
    }
}

/// A timestamp as a cast reads it, or whole seconds since 1970.
fn moment(value: &Option<&Json>) -> Result<Option<i64>> {
    match value {
        Some(Json::Text(text)) => moment_of("from_json", text),
        Some(Json::Number(digits)) if digits.parse::<i64>().is_ok() => {
            match digits.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1_000_000)) {
                None => not_impl_err!("`from_json` of a TIMESTAMP so far away"),
                moment => Ok(moment),
            }
        }
        _ => Ok(None),
    }
}

fn simple(values: &[Option<&Json>], ty: &DataType) -> Result<ArrayRef> {
    Ok(match ty {
        DataType::Utf8 => Arc::new(values.iter().map(text).collect::<StringArray>()),
        DataType::Boolean => {
            let truth = |value: &Option<&Json>| if let Some(Json::Bool(truth)) = value { Some(*truth) } else { None };
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
            let decimal = |value: &Option<&Json>| match value {
                Some(Json::Number(text) | Json::Text(text)) => cast::decimal(text, *precision, digits),
                _ => None,
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
            let local = |value: &Option<&Json>| match value {
                Some(Json::Text(text)) => cast::local_timestamp(cast::trimmed(text)),
                _ => None,
            };
            Arc::new(values.iter().map(local).collect::<TimestampMicrosecondArray>())
        }
        other => return not_impl_err!("`from_json` into {}", types::show(other)),
    })
}
