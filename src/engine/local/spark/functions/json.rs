//! JSON texts: one value by path, and a value written out.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use datafusion::common::{Result, exec_err, plan_err};
use serde_json::Value;

use super::super::cast::{convert, texts};
use super::super::native::Param::{Any, Text};
use super::super::native::{Call, Given, Native, native};
use super::super::types;

pub(super) const FUNCTIONS: &[Native] = &[
    native("get_json_object", &[Text, Text], |_| Ok(DataType::Utf8), get),
    native("to_json", &[Any], nested, to_json),
];

fn nested(given: &Given) -> Result<DataType> {
    match given.type_at(0) {
        DataType::Struct(_) | DataType::List(_) => Ok(DataType::Utf8),
        other => plan_err!("`to_json` of {} is not supported by the local engine", types::show(&other)),
    }
}

fn get(call: &Call) -> Result<ArrayRef> {
    let Some(path) = super::strings::constant(call, 1)? else { return Ok(Arc::new(StringArray::new_null(call.rows))) };
    let steps = steps(&path)?;
    let one = |text: &str| {
        let whole: Value = serde_json::from_str(text).ok()?;
        let mut value = &whole;
        for step in &steps {
            value = match step {
                Step::Field(name) => value.get(name)?,
                Step::Index(index) => value.get(index)?,
            };
        }
        match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    };
    Ok(Arc::new(call.text(0)?.iter().map(|text| text.and_then(one)).collect::<StringArray>()))
}

enum Step {
    Field(String),
    Index(usize),
}

fn steps(path: &str) -> Result<Vec<Step>> {
    let Some(mut rest) = path.strip_prefix('$') else { return exec_err!("a JSON path starts with `$`") };
    let mut steps = vec![];
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let (name, next) = after.split_at(end);
            if name.is_empty() || name == "*" {
                return exec_err!("the JSON path `{path}` is not supported by the local engine");
            }
            steps.push(Step::Field(name.to_owned()));
            rest = next;
        } else {
            let inner = rest.strip_prefix('[').and_then(|r| r.split_once(']'));
            let Some((index, next)) = inner else { return exec_err!("`{path}` is no JSON path") };
            match (index.parse(), index.strip_prefix('\'').and_then(|i| i.strip_suffix('\''))) {
                (Ok(index), _) => steps.push(Step::Index(index)),
                (_, Some(name)) => steps.push(Step::Field(name.to_owned())),
                _ => return exec_err!("the JSON path `{path}` is not supported by the local engine"),
            }
            rest = next;
        }
    }
    Ok(steps)
}

fn to_json(call: &Call) -> Result<ArrayRef> {
    let array = call.arg(0)?;
    let row = |i: usize| -> Result<Option<String>> {
        if array.is_null(i) { Ok(None) } else { Ok(Some(value(array, i, false)?.to_string())) }
    };
    Ok(Arc::new((0..call.rows).map(row).collect::<Result<StringArray>>()?))
}

/// One value as JSON; fields of a struct that are NULL are left out unless `keep_nulls`. Decimals stay exact.
///
/// # Errors
/// When the type has no form in JSON.
pub(crate) fn value(array: &ArrayRef, row: usize, keep_nulls: bool) -> Result<Value> {
    if array.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(match array.data_type() {
        DataType::Boolean => Value::Bool(array.as_boolean().value(row)),
        DataType::Struct(fields) => {
            let mut object = serde_json::Map::new();
            for (field, column) in fields.iter().zip(array.as_struct().columns()) {
                if keep_nulls || column.is_valid(row) {
                    object.insert(field.name().clone(), value(column, row, keep_nulls)?);
                }
            }
            Value::Object(object)
        }
        DataType::List(_) => {
            let values = array.as_list::<i32>().value(row);
            Value::Array((0..values.len()).map(|i| value(&values, i, keep_nulls)).collect::<Result<_>>()?)
        }
        DataType::Decimal128(_, 0) => exact(array.as_primitive::<Decimal128Type>().value(row).to_string()),
        DataType::Decimal128(..) => {
            let text = texts(&array.slice(row, 1))?;
            exact(text.value(0).to_owned())
        }
        ty if ty.is_integer() => {
            Value::from(convert(&array.slice(row, 1), &DataType::Int64, false)?.as_primitive::<Int64Type>().value(0))
        }
        ty if ty.is_floating() => Value::from(
            convert(&array.slice(row, 1), &DataType::Float64, false)?.as_primitive::<Float64Type>().value(0),
        ),
        _ => Value::String(texts(&array.slice(row, 1))?.value(0).to_owned()),
    })
}

fn exact(digits: String) -> Value {
    digits.parse::<i64>().map_or(Value::String(digits), Value::from)
}
