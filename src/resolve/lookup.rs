//! Lookup files: CSV rows that are part of the specs, checked against the columns of their entity.

use std::collections::BTreeMap;

use lakeflow::diag::{Diagnostic, Diagnostics, did_you_mean, nearest};
use lakeflow::pattern;
use lakeflow::source::{FileId, SourceMap, Span};
use regex::Regex;

use super::constant::{self, Misfit};
use super::context::Context;
use super::entity::column_pointer;
use crate::codes;
use crate::load::Located;
use crate::model::{ColumnId, Constant, EntityColumn, Lookup, LookupRow};
use crate::spec::{EntitySpec, expanded};

/// More rows than this belong into the landing directory.
const MAX_ROWS: usize = 1000;

/// What a lookup file is read for.
pub struct LookupRequest<'a> {
    /// The CSV file, in the sources of the build.
    pub file: FileId,
    /// Its path, as headers of generated files show it.
    pub path: &'a str,
    /// Columns of the entity.
    pub columns: &'a [EntityColumn],
    /// Key of the entity.
    pub key: &'a [ColumnId],
}

/// Options that say how files are read or what becomes of their rows. The rows of a lookup are judged while the project
/// is compiled, where a faulty one is an error, and there is no condition in SQL that could be asked then.
pub fn report_options(spec: &Located<EntitySpec>, context: &mut Context<'_>) {
    let entity = &spec.spec;
    let mut stated = vec![];
    let options = [
        ("load", entity.load.is_some()),
        ("sequence", entity.sequence.is_some()),
        ("delete_when", entity.delete_when.is_some()),
        ("on_delete", entity.on_delete.is_some()),
        ("on_null", entity.on_null.is_some()),
        ("rules", entity.rules.is_some()),
        ("freshness", entity.freshness.is_some()),
        ("row_count", entity.row_count.is_some()),
    ];
    stated.extend(options.into_iter().filter(|(_, is_stated)| *is_stated).map(|(key, _)| format!("/{key}")));
    for (name, column) in entity.columns.iter().filter_map(|(name, entry)| Some((name, entry.full()?))) {
        let options = [
            ("format", column.format.is_some()),
            ("on_missing", column.on_missing.is_some()),
            ("on_invalid", column.on_invalid.is_some()),
        ];
        let options = options.into_iter().filter(|(_, is_stated)| *is_stated);
        stated.extend(options.map(|(key, _)| format!("{}/{key}", column_pointer(name))));
    }
    for (name, column) in entity.columns.iter().filter_map(|(name, entry)| Some((name, entry.full()?))) {
        if column.pii.is_some() {
            let message = format!(
                "personal data in lookup column `{name}` would appear in clear text in the definition of its view"
            );
            let hint = "deliver rows with personal data as files: `source: { files: .. }`";
            let place = spec.value(&format!("{}/pii", column_pointer(name)));
            context.push(Diagnostic::error(codes::PERSONAL_LOOKUP, message).at(place).hint(hint));
        }
    }
    for pointer in stated {
        let message = format!("`{}` is not allowed on a lookup", pointer.rsplit('/').next().unwrap_or_default());
        let hint =
            "the rows of a lookup are part of the specs: they are checked at build time, and all of them must be valid";
        context.push(Diagnostic::error(codes::OPTION_CONFLICT, message).at(spec.key(&pointer)).hint(hint));
    }
}

/// Reads a lookup file; faults are reported at their place in it.
pub fn read(request: &LookupRequest<'_>, sources: &SourceMap, diagnostics: &mut Diagnostics) -> Option<Lookup> {
    let text = sources.text(request.file).trim_start_matches('\u{feff}');
    let skipped = sources.text(request.file).len() - text.len();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let records = match reader.records().collect::<Result<Vec<_>, _>>() {
        Ok(records) => records,
        Err(error) => {
            let start = error.position().map_or(0, |p| p.byte() as usize) + skipped;
            let fault = Diagnostic::error(codes::LOOKUP_FILE, format!("cannot read the line: {error}"));
            diagnostics.push(fault.at(Span::new(request.file, start..start + 1)));
            return None;
        }
    };
    let place = |record: &csv::StringRecord| record_span(request.file, text, skipped, record);
    let Some((header, rows)) = records.split_first() else {
        let span = Span::new(request.file, 0..0);
        diagnostics.push(
            Diagnostic::error(codes::LOOKUP_FILE, "the lookup file is empty")
                .at(span)
                .hint(header_hint(request.columns)),
        );
        return None;
    };
    let positions = header_positions(request, header, place(header), diagnostics)?;
    if rows.len() > MAX_ROWS {
        let message = format!("the lookup file has {} rows, more than {MAX_ROWS}", rows.len());
        let hint = "deliver larger tables as files in the landing directory";
        diagnostics.push(Diagnostic::error(codes::LOOKUP_FILE, message).at(place(&rows[MAX_ROWS])).hint(hint));
        return None;
    }
    let patterns: Vec<_> =
        request.columns.iter().map(|c| pattern::compiled(c.validity.matches.as_ref()?).ok()).collect();
    let mut read = vec![];
    for record in rows {
        let span = place(record);
        if let Some(text) = record.iter().find(|text| expanded(text).is_some()) {
            let message = format!("`{}` would be expanded by the pipeline", text.trim());
            let fault = Diagnostic::error(codes::EXPANDED_TEXT, message).at(span);
            diagnostics.push(
                fault.hint("lookup rows are written into the definition of a view: deliver them as files instead"),
            );
        }
        if record.len() == header.len() {
            let values = values(request, record, &positions, &patterns, span, diagnostics);
            read.push(LookupRow { values, span });
        } else {
            let message = format!("the row has {} fields, but the header has {}", record.len(), header.len());
            diagnostics.push(Diagnostic::error(codes::LOOKUP_FILE, message).at(span));
        }
    }
    if rows.is_empty() {
        let fault = Diagnostic::error(codes::LOOKUP_FILE, "the lookup file has no rows").at(place(header));
        diagnostics.push(fault);
    }
    report_duplicate_keys(request.key, &read, diagnostics);
    Some(Lookup { file: request.path.to_owned(), rows: read })
}

/// The values of a row; a faulty one is reported, and then missing.
fn values(
    request: &LookupRequest<'_>,
    record: &csv::StringRecord,
    positions: &[usize],
    patterns: &[Option<Regex>],
    span: Span,
    diagnostics: &mut Diagnostics,
) -> Vec<Option<Constant>> {
    let value = |((index, column), position): ((usize, &EntityColumn), &usize)| {
        let text = record.get(*position).map(|text| text.trim_matches(' ')).filter(|text| !text.is_empty());
        let is_key = request.key.contains(&ColumnId(index));
        let pattern = patterns.get(index).and_then(Option::as_ref);
        field(column, text, is_key, pattern).unwrap_or_else(|Misfit { why, hint }| {
            diagnostics.push(Diagnostic::error(codes::LOOKUP_VALUE, why).at(span).maybe_hint(hint));
            None
        })
    };
    request.columns.iter().enumerate().zip(positions).map(value).collect()
}

/// The value of a field, which must keep all that its column demands; a fault names the column.
fn field(
    column: &EntityColumn,
    text: Option<&str>,
    is_key: bool,
    pattern: Option<&Regex>,
) -> Result<Option<Constant>, Misfit> {
    let name = &column.name;
    let misfit = |why: String, hint: Option<String>| Err(Misfit { why, hint });
    let Some(text) = text else {
        return match &column.default {
            Some(default) => Ok(Some(default.clone())),
            None if !column.nullable => misfit(format!("`{name}` is required and has no value"), None),
            None if is_key => misfit(format!("`{name}` is the key and has no value"), None),
            None => Ok(None),
        };
    };
    let text = constant::normalized(text, column.normalize);
    if pattern.is_some_and(|pattern| !pattern.is_match(&text)) {
        let pattern = column.validity.matches.as_deref().unwrap_or_default();
        return misfit(format!("`{text}` of `{name}` does not match `{pattern}`"), None);
    }
    let value = match constant::exact(&text, &column.ty) {
        Ok(value) => value,
        Err(Misfit { why, hint }) => return misfit(format!("`{text}` of `{name}` {why}"), hint),
    };
    match &column.validity.accepted {
        Some(accepted) if !accepted.contains(&value) => {
            misfit(format!("`{text}` is not an accepted value of `{name}`"), None)
        }
        _ => Ok(Some(value)),
    }
}

/// Where each column of the entity stands in the file.
fn header_positions(
    request: &LookupRequest<'_>,
    header: &csv::StringRecord,
    span: Span,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<usize>> {
    let names: Vec<&str> = header.iter().map(|n| n.trim_matches(' ')).collect();
    let mut complete = true;
    let mut fault = |message: String, hint: Option<String>| {
        diagnostics.push(Diagnostic::error(codes::LOOKUP_FILE, message).at(span).maybe_hint(hint));
        complete = false;
    };
    let is_known = |name: &&&str| request.columns.iter().any(|c| c.header == **name);
    let unknown: Vec<&str> = names.iter().filter(|name| !is_known(name)).copied().collect();
    for name in &unknown {
        let hint = did_you_mean(name, request.columns.iter().map(|c| c.header.as_str()));
        fault(format!("unknown column `{name}` in the header"), hint);
    }
    for (index, name) in names.iter().enumerate().filter(|(index, name)| names[..*index].contains(name)) {
        fault(
            format!("duplicate column `{name}` in the header, in fields {} and {}", position(&names, name), index + 1),
            None,
        );
    }
    let mut positions = vec![];
    for column in request.columns {
        match names.iter().position(|n| *n == column.header) {
            Some(position) => positions.push(position),
            // What looks like the misspelt name of this column is reported as such.
            None if unknown.iter().any(|name| nearest(name, [column.header.as_str()]).is_some()) => {}
            None => {
                fault(format!("missing column `{}` in the header", column.header), Some(header_hint(request.columns)))
            }
        }
    }
    complete.then_some(positions)
}

/// The number of the first field of this name.
fn position(names: &[&str], name: &str) -> usize {
    names.iter().position(|own| *own == name).unwrap_or_default() + 1
}

fn header_hint(columns: &[EntityColumn]) -> String {
    let names: Vec<&str> = columns.iter().map(|c| c.header.as_str()).collect();
    format!("the first line should be `{}`", names.join(","))
}

fn report_duplicate_keys(key: &[ColumnId], rows: &[LookupRow], diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<Vec<&Constant>, Span> = BTreeMap::new();
    for row in rows {
        let values: Vec<&Constant> = key.iter().filter_map(|id| row.values.get(id.0)?.as_ref()).collect();
        // A key without a value was reported before.
        if key.is_empty() || values.len() < key.len() {
            continue;
        }
        let shown: Vec<String> = values.iter().map(ToString::to_string).collect();
        let message = format!("duplicate lookup key `{}`", shown.join(", "));
        if let Some(first) = seen.insert(values, row.span) {
            let fault = Diagnostic::error(codes::LOOKUP_DUPLICATE_KEY, message).at(row.span);
            diagnostics.push(fault.related(first, "first here"));
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
