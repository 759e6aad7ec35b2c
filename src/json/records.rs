//! Records of JSON files: a row for each, as Spark's reader makes them for columns of text; what is no record goes to the
//! column for such.
//!
//! Spark reads the first value of a line, or of a file, and passes over what stands behind it. That would be lost without a
//! word, so such a file is refused here.

use super::{JsonDialect, JsonNode, JsonValue, first_value};
use crate::model::lines;

/// What a line, an element of an array or a file is.
#[derive(Debug, PartialEq)]
pub enum JsonRecord<'a> {
    /// The fields of an object, in their order.
    Fields(Vec<(String, JsonNode<'a>)>),
    /// No object, or not one alone.
    Malformed(&'a str),
}

/// The records of a text. Each line is one, or an array of such; of a file in `multi_line`, the whole text.
///
/// # Errors
/// When something stands behind a record that Spark would pass over.
pub fn records(text: &str, multi_line: bool) -> Result<Vec<JsonRecord<'_>>, String> {
    let mut all = vec![];
    if multi_line {
        read(text, &mut all).map_err(|Behind| {
            "there is text after the first value, which Databricks would not read: with `multi_line`, a file must be one \
             array or one record"
                .to_owned()
        })?;
        return Ok(all);
    }
    for (index, line) in lines(text).enumerate() {
        read(line, &mut all).map_err(|Behind| {
            format!(
                "line {}: there is text after the record, which Databricks would not read: write one record per line, or set \
                 `multi_line` if the file is one array",
                index + 1
            )
        })?;
    }
    Ok(all)
}

/// Something stands behind the value that Spark would pass over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind;

/// The records of one line, or of a whole text.
///
/// # Errors
/// When something stands behind the value.
pub fn records_in(text: &str) -> Result<Vec<JsonRecord<'_>>, Behind> {
    let mut all = vec![];
    read(text, &mut all)?;
    Ok(all)
}

fn read<'a>(text: &'a str, all: &mut Vec<JsonRecord<'a>>) -> Result<(), Behind> {
    let (node, rest) = match first_value(text, JsonDialect::Standard) {
        Ok(None) => return Ok(()),
        Ok(Some(found)) => found,
        Err(_) => {
            all.push(JsonRecord::Malformed(text));
            return Ok(());
        }
    };
    let found = rows(node);
    match found {
        None => all.push(JsonRecord::Malformed(text)),
        Some(_) if !rest.trim_matches([' ', '\t', '\n', '\r']).is_empty() => return Err(Behind),
        Some(rows) => all.extend(rows),
    }
    Ok(())
}

/// The objects in a value; `None` if it is no object and no array of such.
fn rows(node: JsonNode<'_>) -> Option<Vec<JsonRecord<'_>>> {
    match node.value {
        JsonValue::Array(items) => items.into_iter().map(fields).collect(),
        _ => fields(node).map(|row| vec![row]),
    }
}

fn fields(node: JsonNode<'_>) -> Option<JsonRecord<'_>> {
    match node.value {
        JsonValue::Object(fields) => {
            Some(JsonRecord::Fields(fields.into_iter().map(|(name, value)| (name.text, value)).collect()))
        }
        _ => None,
    }
}
