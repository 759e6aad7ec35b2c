//! JSON texts: one value by path, and a value written out.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
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
        ty @ (DataType::Struct(_) | DataType::List(_)) if is_exact(&ty) => Ok(DataType::Utf8),
        other => plan_err!("`to_json` of {} is not supported by the local engine", types::show(&other)),
    }
}

/// Whether every value in the type has an exact form in JSON; a decimal's digits would be lost.
fn is_exact(ty: &DataType) -> bool {
    match ty {
        DataType::Struct(fields) => fields.iter().all(|f| is_exact(f.data_type())),
        DataType::List(element) => is_exact(element.data_type()),
        DataType::Boolean | DataType::Utf8 => true,
        ty => ty.is_integer() || *ty == DataType::Float64 || *ty == DataType::Date32,
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
        if array.is_null(i) { Ok(None) } else { Ok(Some(value(array, i)?.to_string())) }
    };
    Ok(Arc::new((0..call.rows).map(row).collect::<Result<StringArray>>()?))
}

/// One value as JSON; fields of a struct that are NULL are left out.
fn value(array: &ArrayRef, row: usize) -> Result<Value> {
    if array.is_null(row) {
        return Ok(Value::Null);
    }
    let one = array.slice(row, 1);
    Ok(match array.data_type() {
        DataType::Boolean => Value::Bool(array.as_boolean().value(row)),
        DataType::Struct(fields) => {
            let mut object = serde_json::Map::new();
            let present = fields.iter().zip(array.as_struct().columns()).filter(|(_, column)| column.is_valid(row));
            for (field, column) in present {
                object.insert(field.name().clone(), value(column, row)?);
            }
            Value::Object(object)
        }
        DataType::List(_) => {
            let values = array.as_list::<i32>().value(row);
            Value::Array((0..values.len()).map(|i| value(&values, i)).collect::<Result<_>>()?)
        }
        DataType::Float64 => Value::from(one.as_primitive::<Float64Type>().value(0)),
        ty if ty.is_integer() => {
            Value::from(convert(&one, &DataType::Int64, false)?.as_primitive::<Int64Type>().value(0))
        }
        _ => Value::String(texts(&one)?.value(0).to_owned()),
    })
}
