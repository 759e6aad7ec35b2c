//! Files as bytes: headers, quoting, line ends, and what is wrong with them.

use super::delivery::{Delivery, FileShape};
use super::rows::Row;
use super::values::Values;
use crate::model::{ColumnId, CsvDialect, Encoding, EntityColumn, WINDOWS_1252};
use crate::resolve;

/// The bytes of a delivery.
pub fn bytes(values: &Values<'_>, delivery: &Delivery, format: &CsvDialect) -> Vec<u8> {
    if delivery.shape == FileShape::Empty {
        return vec![];
    }
    let headers: Vec<String> =
        values.columns().map(|(id, column)| header(values, delivery.shape, id, column)).collect();
    let rows = delivery.rows.iter().enumerate().map(|(number, row)| written(values, number, row, format));
    let mut lines: Vec<Row> = format.header.then_some(headers).into_iter().chain(rows).collect();
    match delivery.shape {
        // Without a header, only the place of a field says what it is.
        _ if !format.header => {}
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
    let mut lines: Vec<String> = lines.iter().map(|line| join(line, format)).collect();
    if let Some(comment) = format.comment {
        lines.insert(lines.len().min(2), format!("{comment} {} rows", delivery.rows.len()));
    }
    let skipped = (1..=format.skip_lines).map(|number| format!("line {number} of the export"));
    let text: String = skipped.chain(lines).map(|line| line + end).collect();
    encoded(&text, format.encoding, delivery.shape == FileShape::Windows)
}

/// The bytes of a header and rows as they are.
pub fn plain(header: &Row, rows: &[Row], format: &CsvDialect) -> Vec<u8> {
    let lines = [header].into_iter().chain(rows).map(|line| join(line, format) + "\n");
    lines.collect::<String>().into_bytes()
}

/// The fields of a row as files of the entity have them: values in their form, and now and then a word for no value. What
/// is no value of its column stays as it is.
fn written(values: &Values<'_>, number: usize, row: &Row, format: &CsvDialect) -> Row {
    let field = |(index, field): (usize, &String)| {
        let Some((_, column)) = values.columns().nth(index) else { return field.clone() };
        let field = written_field(column, number + index, field);
        if format.comment.is_some() { field.replace(['\r', '\n'], " ") } else { field }
    };
    row.iter().enumerate().map(field).collect()
}

/// A field as files have it; `chance` decides which word for no value.
pub fn written_field(column: &EntityColumn, chance: usize, field: &str) -> String {
    let nulls = &column.reading.nulls;
    if field.is_empty() && !nulls.is_empty() {
        return nulls.get(chance % (nulls.len() + 1)).cloned().unwrap_or_default();
    }
    let value = column.reading.form.as_ref().and_then(|_| resolve::read(field, &column.ty));
    value.map_or_else(|| field.to_owned(), |value| column.reading.written(&value))
}

/// The bytes of a text; a character that the encoding lacks is a question mark, as most programs write it.
fn encoded(text: &str, encoding: Encoding, with_mark: bool) -> Vec<u8> {
    let high = |c: char| WINDOWS_1252.iter().position(|high| *high == c).and_then(|at| u8::try_from(0x80 + at).ok());
    let latin_1 = |c: char| u8::try_from(c).ok();
    match encoding {
        Encoding::Utf8 => format!("{}{text}", if with_mark { "\u{feff}" } else { "" }).into_bytes(),
        Encoding::Latin1 => text.chars().map(|c| latin_1(c).unwrap_or(b'?')).collect(),
        Encoding::Windows1252 => text.chars().map(|c| high(c).or_else(|| latin_1(c)).unwrap_or(b'?')).collect(),
    }
}

/// The header of a column. A broken file misspells one whose absence puts rows into quarantine, or else the last one
/// that may be absent.
pub fn header(values: &Values<'_>, shape: FileShape, id: ColumnId, column: &EntityColumn) -> String {
    let is_free = |id: &ColumnId| !values.is_protected(*id);
    let ids = || values.columns().map(|(id, _)| id);
    let misspelt = ids().filter(|id| values.is_required(*id)).find(is_free).or_else(|| ids().filter(is_free).last());
    if shape == FileShape::Broken && misspelt == Some(id) {
        format!("{} (new)", column.header)
    } else {
        column.header.clone()
    }
}

fn join(fields: &[String], format: &CsvDialect) -> String {
    let quoted: Vec<String> = fields.iter().map(|field| quoted(field, format)).collect();
    quoted.join(&format.delimiter.to_string())
}

/// A field, in quotes where it needs them.
fn quoted(field: &str, format: &CsvDialect) -> String {
    let CsvDialect { delimiter, quote, escape, .. } = format;
    let begins_comment = format.comment.is_some_and(|comment| field.starts_with(comment));
    if field.contains([*quote, '\r', '\n', *delimiter]) || begins_comment {
        // What escapes a quotation mark is escaped itself.
        let field =
            if escape == quote { field.to_owned() } else { field.replace(*escape, &format!("{escape}{escape}")) };
        format!("{quote}{}{quote}", field.replace(*quote, &format!("{escape}{quote}")))
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
        let format = CsvDialect { delimiter: ';', ..CsvDialect::default() };
        assert_eq!(join(&fields, &format), "plain;\"a;b\";\"say \"\"x\"\"\";\"two\nlines\";a,b");
    }
}
