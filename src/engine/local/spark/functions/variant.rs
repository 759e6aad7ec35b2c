//! Texts out of a VARIANT that was a JSON text: `try_variant_get(try_parse_json(text), path, 'string')`, the one use of
//! variants that there is here.
//!
//! A variant keeps numbers of up to 38 digits as they are, without zeros at their end; others become doubles. An object with
//! a doubled name is no variant, and fields go by their names (Spark 4.3).

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};

use super::super::cast::java_double;
use super::super::native::NativeParam::Text;
use super::super::native::{Native, NativeCall, native};
use super::json::{JsonStep, steps};
use crate::json::{JsonDialect, JsonNode, JsonOrder, JsonStyle, JsonValue, first_value, quoted};

pub(super) const FUNCTIONS: &[Native] = &[native("__variant_text", &[Text, Text], |_| Ok(DataType::Utf8), get)];

/// As JSON without blanks, fields by their names.
const STYLE: JsonStyle = JsonStyle { order: JsonOrder::ByName, number: |text| number(text, true), string: quoted };

/// The most digits of a number, and the most behind its point, that a variant keeps.
const DIGITS: usize = 38;

fn get(call: &NativeCall) -> Result<ArrayRef> {
    let Some(path) = super::strings::constant(call, 1)? else {
        return exec_err!("a path into a variant is a constant");
    };
    let steps = steps(&path)?;
    Ok(Arc::new(call.text(0)?.iter().map(|text| text_at(text?, &steps)).collect::<StringArray>()))
}

fn text_at(text: &str, steps: &[JsonStep]) -> Option<String> {
    let (node, _) = first_value(text, JsonDialect::Standard).ok()??;
    node.is_variant().then(|| found(&node, steps)).flatten()
}

/// What `try_variant_get(try_parse_json(text), '$.field', 'string')` is; without a field, `'$'`.
pub fn variant_text(text: &str, field: Option<&str>) -> Option<String> {
    let steps: Vec<JsonStep> = field.map(|field| JsonStep::Field(field.to_owned())).into_iter().collect();
    text_at(text, &steps)
}

fn found(node: &JsonNode<'_>, steps: &[JsonStep]) -> Option<String> {
    match (steps.split_first(), &node.value) {
        (None, JsonValue::Null) => None,
        (None, JsonValue::Text(text)) => Some(text.text.clone()),
        (None, JsonValue::Number) => Some(number(node.raw, false)),
        (None, _) => Some(node.compact(STYLE)),
        (Some((JsonStep::Field(name), rest)), JsonValue::Object(fields)) => {
            fields.iter().find(|(own, _)| own.text == *name).and_then(|(_, value)| found(value, rest))
        }
        (Some((JsonStep::Index(index), rest)), JsonValue::Array(items)) => found(items.get(*index)?, rest),
        _ => None,
    }
}

/// A number as a variant shows it; `quoted` is for one inside of a JSON text.
fn number(text: &str, quoted: bool) -> String {
    let double = || {
        let value = text.parse::<f64>().unwrap_or(f64::NAN);
        let shown = java_double(value);
        if quoted && value.is_infinite() { format!("\"{shown}\"") } else { shown }
    };
    if text.contains(['e', 'E']) {
        return double();
    }
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let unscaled = format!("{whole}{fraction}");
    if unscaled.trim_start_matches('0').len() > DIGITS || fraction.len() > DIGITS {
        return double();
    }
    let fraction = fraction.trim_end_matches('0');
    match (unscaled.trim_matches('0'), fraction) {
        ("", _) => "0".to_owned(),
        (_, "") => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{fraction}"),
    }
}
