//! Where the rows of an entity come from: patterns of files and how they are read, a table, a query, or the rows of a lookup.

use lakeflow::diag::{Diagnostic, did_you_mean};

use super::context::Context;
use super::format;
use super::glob;
use super::lookup;
use super::outside;
use super::project::list_hint;
use super::query;
use super::reading;
use super::typed;
use crate::codes;
use crate::load::{Located, SpecSet};
use crate::model::{
    ColumnId, CsvDialect, Encoding, EntityColumn, EntitySource, FileFormat, FileSource, JsonForm, Lookup,
    misread_as_latin_1,
};
use crate::spec::{EntitySpec, FilesSpec, FormatSpec, LookupSpec, SourceSpec};

/// Resolves the source of an entity with these columns and this key.
pub fn resolve(
    spec: &Located<EntitySpec>,
    set: &SpecSet,
    columns: &[EntityColumn],
    key: &[ColumnId],
    context: &mut Context<'_>,
) -> EntitySource {
    match &spec.spec.source {
        SourceSpec::Files(files) => {
            let patterns = [("files", Some(&files.files)), ("except", files.except.as_ref())];
            for (name, pattern) in patterns.into_iter().filter(|_| !spec.has_lost("/source/format")) {
                let fault = pattern.and_then(|p| glob::fault(p, format::of_files(files)));
                context.extend(fault.map(|d| d.at(spec.value(&format!("/source/{name}")))));
            }
            format::check_keys(files, spec, context);
            reading::check_source(files, spec, context);
            EntitySource::Files(FileSource {
                files: files.files.clone(),
                except: files.except.as_deref().map(glob::to_regex),
                format: match format::of_files(files) {
                    FormatSpec::Csv => FileFormat::Csv(csv(files, spec, context)),
                    FormatSpec::Json => FileFormat::Json(JsonForm { multi_line: files.multi_line.unwrap_or(false) }),
                    FormatSpec::Parquet => {
                        let faults = columns.iter().filter_map(|c| typed::pattern_fault(spec, c, "the column is"));
                        context.extend(faults);
                        FileFormat::Parquet
                    }
                },
            })
        }
        SourceSpec::Query(wanted) => EntitySource::Query(query::written(wanted, spec, set, context)),
        SourceSpec::Table(wanted) => EntitySource::Table(outside::resolve(wanted, spec, columns, context)),
        SourceSpec::Lookup(wanted) => EntitySource::Lookup(self::lookup(wanted, spec, set, columns, key, context)),
    }
}

/// How CSV files are read. Reports characters that have two meanings.
fn csv(files: &FilesSpec, spec: &Located<EntitySpec>, context: &mut Context<'_>) -> CsvDialect {
    let character = |text: &Option<String>| text.as_ref().and_then(|text| text.chars().next());
    let plain = CsvDialect::default();
    let quote = character(&files.quote).unwrap_or(plain.quote);
    let format = CsvDialect {
        delimiter: character(&files.delimiter).unwrap_or(plain.delimiter),
        quote,
        escape: character(&files.escape).unwrap_or(quote),
        header: files.header.unwrap_or(plain.header),
        skip_lines: files.skip_lines.unwrap_or(plain.skip_lines),
        comment: character(&files.comment),
        encoding: files.encoding.unwrap_or(plain.encoding),
    };
    report_marks(&format, files, spec, context);
    report_headers(files, spec, context);
    format
}

/// Reports characters that have two meanings, or that Spark does not accept.
fn report_marks(format: &CsvDialect, files: &FilesSpec, spec: &Located<EntitySpec>, context: &mut Context<'_>) {
    let escape = Some(format.escape).filter(|escape| *escape != format.quote);
    let marks = [
        ("delimiter", Some(format.delimiter), files.delimiter.is_some()),
        ("quote", Some(format.quote), files.quote.is_some()),
        ("escape", escape, files.escape.is_some()),
        ("comment", format.comment, files.comment.is_some()),
    ];
    for (index, (key, mark, is_stated)) in marks.iter().enumerate() {
        let Some(mark) = mark else { continue };
        // Spark takes a backslash alone for the beginning of an escaped delimiter.
        let is_refused = matches!(mark, '\n' | '\r' | '\0') || *key == "delimiter" && *mark == '\\';
        if *is_stated && is_refused {
            let message = format!("`{key}` can't be `{}`", mark.escape_default());
            let fault = Diagnostic::error(codes::BAD_VALUE, message).at(spec.value(&format!("/source/{key}")));
            context.push(fault.hint("write another character"));
        } else if let Some((other, ..)) = marks[..index].iter().find(|(_, other, _)| *other == Some(*mark)) {
            let at = if *is_stated { key } else { other };
            let message = format!("`{key}` and `{other}` are the same character");
            let place = spec.value(&format!("/source/{at}"));
            context.push(Diagnostic::error(codes::OPTION_CONFLICT, message).at(place));
        }
    }
}

/// Reports `header` of columns where the files have no header line, or one that can't be read.
fn report_headers(files: &FilesSpec, spec: &Located<EntitySpec>, context: &mut Context<'_>) {
    let named = spec.spec.columns.iter().filter_map(|(name, entry)| Some((name, entry.full()?.header.as_ref()?)));
    for (name, header) in named {
        let misread = misread_as_latin_1().map(|(_, meant)| meant).find(|c| header.contains(*c));
        let (message, hint) = match (files.header, misread) {
            (Some(false), _) => (
                "`header` can't be used here: the files have no header line (`header: false`)".to_owned(),
                "remove it: without a header line, fields are assigned to `columns` by position",
            ),
            (_, Some(c)) if files.encoding == Some(Encoding::Windows1252) => (
                format!("a header with `{c}` can't be read from a windows-1252 file"),
                "skip the header line (`header: false`, `skip_lines: 1`): fields are then assigned to `columns` by position",
            ),
            _ => continue,
        };
        let place = spec.value(&format!("{}/header", super::entity::column_pointer(name)));
        context.push(Diagnostic::error(codes::OPTION_CONFLICT, message).at(place).hint(hint));
    }
}

fn lookup(
    wanted: &LookupSpec,
    spec: &Located<EntitySpec>,
    set: &SpecSet,
    columns: &[EntityColumn],
    key: &[ColumnId],
    context: &mut Context<'_>,
) -> Lookup {
    let empty = Lookup { file: wanted.lookup.clone(), rows: vec![] };
    if set.lost.may_hold_lookup(&wanted.lookup) && !set.lookups.contains_key(&wanted.lookup) {
        context.leave_undecided();
        return empty;
    }
    let Some(file) = set.lookups.get(&wanted.lookup) else {
        let known: Vec<&str> = set.lookups.keys().map(String::as_str).collect();
        let hint = did_you_mean(&wanted.lookup, known.iter().copied()).or_else(|| list_hint("lookups", &known));
        let message = format!("lookup file `specs/lookups/{}` does not exist", wanted.lookup);
        let fault = Diagnostic::error(codes::LOOKUP_FILE, message).at(spec.value("/source/lookup"));
        context.push(fault.maybe_hint(hint));
        return empty;
    };
    lookup::report_options(spec, context);
    // Rows are judged by columns and key, which are not what was written.
    if spec.has_lost("/columns") || spec.has_lost("/key") {
        return empty;
    }
    let path = context.sources.path(*file).to_owned();
    let request = lookup::LookupRequest { file: *file, path: &path, columns, key };
    lookup::read(&request, context.sources, context.diagnostics).unwrap_or(empty)
}
