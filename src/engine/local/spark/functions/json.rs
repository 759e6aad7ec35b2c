//! JSON texts: one value by path, and a value written out.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int32Array, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err, plan_err};

use super::super::cast::texts;
use super::super::native::NativeParam::{Any, Text};
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types;
use super::arrays::gathered;
use super::json_text::{read, shown, written};
use crate::json::{JsonDialect, JsonNode, JsonValue, quoted};

pub(super) const FUNCTIONS: &[Native] = &[
    native("get_json_object", &[Text, Text], |_| Ok(DataType::Utf8), get),
    native("__json_field", &[Text, Text], |_| Ok(DataType::Utf8), field),
    native("to_json", &[Any], nested, to_json),
    native("json_array_length", &[Text], |_| Ok(DataType::Int32), array_length),
    native("json_object_keys", &[Text], |_| Ok(types::array(DataType::Utf8)), object_keys),
];

fn nested(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(0) {
        ty @ (DataType::Struct(_) | DataType::List(_) | DataType::Map(..)) if is_exact(&ty) => Ok(DataType::Utf8),
        other => plan_err!("`to_json` of {} is not supported by the local engine", types::show(&other)),
    }
}

/// Whether every value in the type is written here as Spark writes it.
fn is_exact(ty: &DataType) -> bool {
    match ty {
        DataType::Struct(fields) => fields.iter().all(|f| is_exact(f.data_type())),
        DataType::List(element) => is_exact(element.data_type()),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => match fields.as_ref() {
                [key, value] => *key.data_type() == DataType::Utf8 && is_exact(value.data_type()),
                _ => false,
            },
            _ => false,
        },
        DataType::Boolean | DataType::Utf8 | DataType::Decimal128(..) => true,
        ty => ty.is_integer() || ty.is_floating() || *ty == DataType::Date32,
    }
}

fn get(call: &NativeCall) -> Result<ArrayRef> {
    let Some(path) = super::strings::constant(call, 1)? else { return Ok(Arc::new(StringArray::new_null(call.rows))) };
    let steps = steps(&path)?;
    let one = |text: Option<&str>| Ok(value_of(text)?.and_then(|value| found(&value, &steps)));
    Ok(Arc::new(call.text(0)?.iter().map(one).collect::<Result<StringArray>>()?))
}

/// The value of a text.
fn value_of(text: Option<&str>) -> Result<Option<JsonNode<'_>>> {
    text.map_or(Ok(None), |text| read(text, JsonDialect::Path))
}

/// What lies at the end of a path, which is the word `null` for a null that is no field. Of several fields of one name, the first counts that has something there.
fn found(value: &JsonNode<'_>, steps: &[JsonStep]) -> Option<String> {
    match (steps.split_first(), &value.value) {
        (None, _) => Some(shown(value)),
        (Some((JsonStep::Field(name), rest)), JsonValue::Object(fields)) => {
            let mut own = fields.iter().filter(|(own, value)| own.text == *name && value.value != JsonValue::Null);
            own.find_map(|(_, value)| found(value, rest))
        }
        (Some((JsonStep::Index(index), rest)), JsonValue::Array(items)) => found(items.get(*index)?, rest),
        _ => None,
    }
}

/// A field of an object; of several of one name, the last that is not null.
fn field(call: &NativeCall) -> Result<ArrayRef> {
    let one = |(text, name): (Option<&str>, Option<&str>)| {
        let value = value_of(text)?.map(|node| node.value);
        Ok(match (value, name) {
            (Some(JsonValue::Object(fields)), Some(name)) => {
                fields.iter().rev().filter(|(own, _)| own.text == name).find_map(|(_, value)| written(value))
            }
            _ => None,
        })
    };
    let found = call.text(0)?.iter().zip(call.text(1)?.iter()).map(one);
    Ok(Arc::new(found.collect::<Result<StringArray>>()?))
}

/// A step of a path into JSON.
pub(super) enum JsonStep {
    /// The field of this name.
    Field(String),
    /// The element at this place.
    Index(usize),
}

pub(super) fn steps(path: &str) -> Result<Vec<JsonStep>> {
    let Some(mut rest) = path.strip_prefix('$') else { return exec_err!("a JSON path starts with `$`") };
    let mut steps = vec![];
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let (name, next) = after.split_at(end);
            if name.is_empty() || name == "*" {
                return exec_err!("the JSON path `{path}` is not supported by the local engine");
            }
            steps.push(JsonStep::Field(name.to_owned()));
            rest = next;
        } else {
            let inner = rest.strip_prefix('[').and_then(|r| r.split_once(']'));
            let Some((index, next)) = inner else { return exec_err!("`{path}` is not a JSON path") };
            match (index.parse(), index.strip_prefix('\'').and_then(|i| i.strip_suffix('\''))) {
                (Ok(index), _) => steps.push(JsonStep::Index(index)),
                (_, Some(name)) => steps.push(JsonStep::Field(name.to_owned())),
                _ => return exec_err!("the JSON path `{path}` is not supported by the local engine"),
            }
            rest = next;
        }
    }
    Ok(steps)
}

fn to_json(call: &NativeCall) -> Result<ArrayRef> {
    let array = call.arg(0)?;
    let row = |i: usize| -> Result<Option<String>> {
        let mut out = String::new();
        if array.is_null(i) {
            return Ok(None);
        }
        write(array, i, &mut out)?;
        Ok(Some(out))
    };
    Ok(Arc::new((0..call.rows).map(row).collect::<Result<StringArray>>()?))
}

/// One value as JSON; fields of a struct that are NULL are left out.
fn write(array: &ArrayRef, row: usize, out: &mut String) -> Result<()> {
    if array.is_null(row) {
        out.push_str("null");
        return Ok(());
    }
    match array.data_type() {
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            let present = fields.iter().zip(columns).filter(|(_, column)| column.is_valid(row));
            out.push('{');
            for (place, (field, column)) in present.enumerate() {
                out.push_str(if place > 0 { "," } else { "" });
                out.push_str(&format!("{}:", quoted(field.name())));
                write(column, row, out)?;
            }
            out.push('}');
        }
        DataType::List(_) => {
            let values = array.as_list::<i32>().value(row);
            out.push('[');
            for i in 0..values.len() {
                out.push_str(if i > 0 { "," } else { "" });
                write(&values, i, out)?;
            }
            out.push(']');
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (entries.column(0).as_string::<i32>(), entries.column(1));
            out.push('{');
            for i in 0..entries.len() {
                out.push_str(if i > 0 { "," } else { "" });
                out.push_str(&format!("{}:", quoted(keys.value(i))));
                write(values, i, out)?;
            }
            out.push('}');
        }
        ty => {
            let shown = texts(&array.slice(row, 1))?.value(0).to_owned();
            let is_number = ty.is_numeric() && shown.ends_with(|c: char| c.is_ascii_digit());
            out.push_str(&if is_number || *ty == DataType::Boolean { shown } else { quoted(&shown) });
        }
    }
    Ok(())
}

fn array_length(call: &NativeCall) -> Result<ArrayRef> {
    let length = |text| {
        Ok(match value_of(text)?.map(|node| node.value) {
            Some(JsonValue::Array(items)) => i32::try_from(items.len()).ok(),
            _ => None,
        })
    };
    Ok(Arc::new(call.text(0)?.iter().map(length).collect::<Result<Int32Array>>()?))
}

fn object_keys(call: &NativeCall) -> Result<ArrayRef> {
    let (mut keys, mut rows) = (vec![], vec![]);
    for text in call.text(0)?.iter() {
        rows.push(match value_of(text)?.map(|node| node.value) {
            Some(JsonValue::Object(fields)) => {
                let begin = keys.len();
                keys.extend(fields.into_iter().map(|(name, _)| name.text));
                Some((begin..keys.len()).map(|i| u32::try_from(i).ok()).collect())
            }
            _ => None,
        });
    }
    let keys: ArrayRef = Arc::new(StringArray::from(keys));
    gathered(&keys, rows)
}
