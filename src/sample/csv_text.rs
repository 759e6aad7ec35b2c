//! Files as bytes: headers, quoting, line ends, and what is wrong with them.

use super::delivery::{Delivery, FileShape};
use super::rows::Row;
use super::values::Values;
use crate::model::{ColumnId, EntityColumn};

/// The bytes of a delivery, with fields parted by `delimiter`.
pub fn bytes(values: &Values<'_>, delivery: &Delivery, delimiter: char) -> Vec<u8> {
    if delivery.shape == FileShape::Empty {
        return vec![];
    }
    let headers: Vec<String> =
        values.columns().map(|(id, column)| header(values, delivery.shape, id, column)).collect();
    let mut lines: Vec<Row> = std::iter::once(headers).chain(delivery.rows.iter().cloned()).collect();
    match delivery.shape {
        // A rotation keeps short rows short in another place, so only full rows are turned.
        FileShape::Windows => lines.iter_mut().filter(|line| line.len() > 1).for_each(|line| line.rotate_left(1)),
        FileShape::Extra => {
            for (number, line) in lines.iter_mut().enumerate().filter(|(_, line)| !line.is_empty()) {
                line.push(if number == 0 { "exported_by".to_owned() } else { format!("clerk {}", number % 7) });
            }
        }
        _ => {}
    }
    let end = if delivery.shape == FileShape::Windows { "\r\n" } else { "\n" };
    let start = if delivery.shape == FileShape::Windows { "\u{feff}" } else { "" };
    let text: String = lines.iter().map(|line| join(line, delimiter) + end).collect();
    format!("{start}{text}").into_bytes()
}

/// The header of a column. A broken file misspells one whose absence puts rows into quarantine, or else the last one
/// that may be absent.
fn header(values: &Values<'_>, shape: FileShape, id: ColumnId, column: &EntityColumn) -> String {
    let is_free = |id: &ColumnId| !values.is_protected(*id);
    let ids = || values.columns().map(|(id, _)| id);
    let misspelt = ids().filter(|id| values.is_required(*id)).find(is_free).or_else(|| ids().filter(is_free).last());
    if shape == FileShape::Broken && misspelt == Some(id) {
        format!("{} (new)", column.header)
    } else {
        column.header.clone()
    }
}

fn join(fields: &[String], delimiter: char) -> String {
    let quoted: Vec<String> = fields.iter().map(|field| quoted(field, delimiter)).collect();
    quoted.join(&delimiter.to_string())
}

/// A field, in quotes where RFC 4180 wants them.
fn quoted(field: &str, delimiter: char) -> String {
    if field.contains(['"', '\r', '\n', delimiter]) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must() {
        let fields = ["plain", "a;b", "say \"x\"", "two\nlines", "a,b"].map(String::from);
        assert_eq!(join(&fields, ';'), "plain;\"a;b\";\"say \"\"x\"\"\";\"two\nlines\";a,b");
    }
}
