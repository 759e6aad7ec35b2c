//! JSON texts as Spark reads them, and values of a type out of them (`from_json`).
//!
//! Spark's reader is more lenient than the standard: texts may stand in single quotes, and what follows the first value is
//! passed over. A field of another type than the wanted one is NULL, and so is all of a malformed text.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array,
    StringArray, StructArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::{Result, not_impl_err, plan_err};
use lakeflow::{cast, types as ours};

use super::super::native::Param::Text;
use super::super::native::{Call, Given, Native, native};
use super::super::types;
use super::arrays::gathered;

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
    let mut reader = Reader { rest: text };
    reader.value(0)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
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
        // A number of the standard, and no other.
        matches!(serde_json::from_str::<serde_json::Value>(word), Ok(serde_json::Value::Number(_)))
            .then(|| Json::Number(word.to_owned()))
            .or_else(|| is_huge(word).then(|| Json::Number(word.to_owned())))
    }
}

/// A number that is beyond a double and well formed.
fn is_huge(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    digits.len() > 15 && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
}

/// The value as text, as it stands in JSON without blanks.
fn shown(value: &Json, out: &mut String) {
    let quoted = |text: &str| serde_json::Value::String(text.to_owned()).to_string();
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(truth) => out.push_str(&truth.to_string()),
        Json::Number(number) => out.push_str(number),
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

/// The type that a literal schema says: a type, or columns.
fn wanted(given: &Given) -> Result<DataType> {
    let Some(schema) = given.text(1) else {
        return not_impl_err!("`from_json` with a schema that is no literal");
    };
    let ty = match ours::parse_columns(schema) {
        Ok(columns) if !columns.is_empty() => {
            let field = |c: &ours::Column| Some(Field::new(&c.name, types::of(&c.ty)?, true));
            columns.iter().map(field).collect::<Option<Fields>>().map(DataType::Struct)
        }
        _ => ours::DataType::parse(schema).ok().and_then(|ty| types::of(&ty)),
    };
    match ty {
        Some(ty) => readable(&ty).map(|()| ty),
        None => plan_err!("`{schema}` is no schema that the local engine reads JSON by"),
    }
}

fn readable(ty: &DataType) -> Result<()> {
    match ty {
        DataType::Struct(fields) => fields.iter().try_for_each(|f| readable(f.data_type())),
        DataType::List(element) => readable(element.data_type()),
        DataType::Utf8 | DataType::Boolean | DataType::Decimal128(..) => Ok(()),
        ty if ty.is_integer() || ty.is_floating() => Ok(()),
        other => not_impl_err!("`from_json` into {}", types::show(other)),
    }
}

fn from_json(call: &Call) -> Result<ArrayRef> {
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
            (Some(value @ Json::Array(_)), DataType::List(_)) => Some(value),
            (Some(Json::Null), _) => None,
            _ if is_struct => Some(malformed.clone()),
            _ => None,
        });
    }
    column(&values.iter().map(Option::as_ref).collect::<Vec<_>>(), &call.returns)
}

/// The values of a type; what is of another kind is NULL.
fn column(values: &[Option<&Json>], ty: &DataType) -> Result<ArrayRef> {
    match ty {
        DataType::Struct(fields) => structs(values, fields),
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
        let inner: Vec<Option<Json>> = values.iter().map(|value| of(value, field.name())).collect();
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
        None | Some(Json::Null) => None,
        Some(Json::Text(text)) => Some(text.clone()),
        Some(other) => {
            let mut out = String::new();
            shown(other, &mut out);
            Some(out)
        }
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
        other => return not_impl_err!("`from_json` into {}", types::show(other)),
    })
}
