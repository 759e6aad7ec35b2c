//! Lookup files: CSV rows that are part of the specs, checked against the columns of their entity.

use std::collections::BTreeMap;

use crate::diag::{Code, Diagnostic, Diagnostics, did_you_mean, nearest};
use crate::lakeflow::types::DataType;
use crate::model::{Column, ColumnId, Lookup};
use crate::source::{FileId, SourceMap, Span};

/// More rows than this belong into the landing directory.
const MAX_ROWS: usize = 1000;

/// What a lookup file is read for.
pub struct Request<'a> {
    /// The file.
    pub file: FileId,
    /// Its path, as headers of generated files show it.
    pub path: &'a str,
    /// Columns of the entity.
    pub columns: &'a [Column],
    /// Key of the entity.
    pub key: &'a [ColumnId],
}

/// Reads a lookup file; faults are reported at their place in it.
pub fn read(request: &Request<'_>, sources: &SourceMap, diagnostics: &mut Diagnostics) -> Option<Lookup> {
    let text = sources.text(request.file).trim_start_matches('\u{feff}');
    let skipped = sources.text(request.file).len() - text.len();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = vec![];
    for record in reader.records() {
        match record {
            Ok(record) => records.push(record),
            Err(error) => {
                let start = error.position().map_or(0, |p| p.byte() as usize) + skipped;
                let span = Span::new(request.file, start..start + 1);
                diagnostics
                    .push(Diagnostic::error(Code::LookupFile, format!("the line can't be read: {error}")).at(span));
                return None;
            }
        }
    }
    let place = |record: &csv::StringRecord| record_span(request.file, text, skipped, record);
    let Some((header, rows)) = records.split_first() else {
        let span = Span::new(request.file, 0..0);
        diagnostics.push(
            Diagnostic::error(Code::LookupFile, "the lookup file is empty").at(span).hint(header_hint(request.columns)),
        );
        return None;
    };
    let positions = header_positions(request, header, place(header), diagnostics)?;
    if rows.len() > MAX_ROWS {
        let message = format!("the lookup file has {} rows, more than {MAX_ROWS}", rows.len());
        let hint = "let larger tables arrive as files of the landing directory";
        diagnostics.push(Diagnostic::error(Code::LookupFile, message).at(place(&rows[MAX_ROWS])).hint(hint));
        return None;
    }
    let mut read = vec![];
    for record in rows {
        if record.len() != header.len() {
            let message = format!("the row has {} fields, the header {}", record.len(), header.len());
            diagnostics.push(Diagnostic::error(Code::LookupFile, message).at(place(record)));
            continue;
        }
        let value =
            |position: &usize| record.get(*position).map(|v| v.trim_matches(' ').to_owned()).filter(|v| !v.is_empty());
        let row: Vec<Option<String>> = positions.iter().map(value).collect();
        check_row(request.columns, &row, place(record), diagnostics);
        read.push((row, place(record)));
    }
    report_duplicate_keys(request.key, &read, diagnostics);
    Some(Lookup { file: request.path.to_owned(), rows: read.into_iter().map(|(row, _)| row).collect() })
}

/// Where each column of the entity stands in the file.
fn header_positions(
    request: &Request<'_>,
    header: &csv::StringRecord,
    span: Span,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<usize>> {
    let names: Vec<&str> = header.iter().map(|n| n.trim_matches(' ')).collect();
    let mut complete = true;
    let mut fault = |message: String, hint: Option<String>| {
        diagnostics.push(Diagnostic::error(Code::LookupFile, message).at(span).maybe_hint(hint));
        complete = false;
    };
    let is_known = |name: &&&str| request.columns.iter().any(|c| c.header == **name);
    let unknown: Vec<&str> = names.iter().filter(|name| !is_known(name)).copied().collect();
    for name in &unknown {
        let hint = did_you_mean(name, request.columns.iter().map(|c| c.header.as_str()));
        fault(format!("the header names `{name}`, which is no column of the entity"), hint);
    }
    let mut positions = vec![];
    for column in request.columns {
        match names.iter().position(|n| *n == column.header) {
            Some(position) => positions.push(position),
            // What looks like the misspelt name of this column is reported as such.
            None if unknown.iter().any(|name| nearest(name, [column.header.as_str()]).is_some()) => {}
            None => fault(format!("the header lacks `{}`", column.header), Some(header_hint(request.columns))),
        }
    }
    complete.then_some(positions)
}

fn header_hint(columns: &[Column]) -> String {
    let names: Vec<&str> = columns.iter().map(|c| c.header.as_str()).collect();
    format!("its first line should be `{}`", names.join(","))
}

fn check_row(columns: &[Column], row: &[Option<String>], span: Span, diagnostics: &mut Diagnostics) {
    for (column, value) in columns.iter().zip(row) {
        let fault = match value {
            None if !column.nullable => Some(format!("`{}` is required and has no value", column.name)),
            Some(value) if !converts(value, &column.ty) => {
                Some(format!("`{value}` is no {} for `{}`", column.ty, column.name))
            }
            _ => None,
        };
        if let Some(message) = fault {
            diagnostics.push(Diagnostic::error(Code::LookupValue, message).at(span));
        }
    }
}

/// Whether a text converts under the reading rules of the language.
pub fn converts(text: &str, ty: &DataType) -> bool {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match ty {
        DataType::Int => digits(unsigned) && unsigned.len() <= 9,
        DataType::BigInt => digits(unsigned) && unsigned.len() <= 18,
        DataType::Decimal { precision, scale } => {
            let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
            let room = usize::from(*precision).saturating_sub(usize::from(*scale));
            digits(whole) && digits(fraction) && whole.trim_start_matches('0').len() <= room
        }
        DataType::Double | DataType::Float => text.parse::<f64>().is_ok(),
        DataType::Boolean => matches!(text.to_lowercase().as_str(), "true" | "false"),
        DataType::Date => is_date(text),
        DataType::Timestamp | DataType::TimestampNtz => text.get(..10).is_some_and(is_date),
        _ => true,
    }
}

fn is_date(text: &str) -> bool {
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|t| t.parse::<u32>().ok());
    let shape = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    let (Some(year), Some(month), Some(day), true) = (number(0..4), number(5..7), number(8..10), shape) else {
        return false;
    };
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

fn report_duplicate_keys(key: &[ColumnId], rows: &[(Vec<Option<String>>, Span)], diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<Vec<&Option<String>>, Span> = BTreeMap::new();
    for (row, span) in rows {
        let values: Vec<&Option<String>> = key.iter().filter_map(|id| row.get(id.0)).collect();
        let shown: Vec<&str> = values.iter().map(|v| v.as_deref().unwrap_or("NULL")).collect();
        let message = format!("the key `{}` stands twice", shown.join(", "));
        if let Some(first) = seen.insert(values, *span) {
            diagnostics
                .push(Diagnostic::error(Code::LookupDuplicateKey, message).at(*span).related(first, "first here"));
        }
    }
}

/// The span of a record: from its position to the end of its line.
fn record_span(file: FileId, text: &str, skipped: usize, record: &csv::StringRecord) -> Span {
    let start = record.position().map_or(0, |p| p.byte() as usize).min(text.len());
    let rest = text.get(start..).unwrap_or("");
    let blank = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
    let line = rest[blank..].find(['\r', '\n']).unwrap_or(rest.len() - blank);
    Span::new(file, skipped + start + blank..skipped + start + blank + line)
}
