//! What is in the files of an entity: its format, the keys that belong to it, and where columns are found in it.

use lakeflow::NameIndex;
use lakeflow::diag::Diagnostic;
use lakeflow::source::Span;

use super::context::Context;
use super::names;
use super::typed::{self, TypedOptions};
use crate::codes;
use crate::load::Located;
use crate::model::{EntityColumn, FieldPath};
use crate::spec::{ColumnSpec, EntitySpec, FilesSpec, FormatSpec, SourceSpec};

/// The format of the files of a source.
pub fn of_files(files: &FilesSpec) -> FormatSpec {
    files.format.unwrap_or(FormatSpec::Csv)
}

/// The format of the files that an entity reads; `None` where it reads none, or where it is not known.
fn of_entity(spec: &Located<EntitySpec>) -> Option<FormatSpec> {
    match &spec.spec.source {
        SourceSpec::Files(files) if !spec.has_lost("/source/format") => Some(of_files(files)),
        _ => None,
    }
}

/// A format as messages call it.
pub fn word(format: FormatSpec) -> &'static str {
    match format {
        FormatSpec::Csv => "CSV",
        FormatSpec::Json => "JSON",
        FormatSpec::Parquet => "Parquet",
    }
}

/// Reports keys of a source that belong to another format than its own.
pub fn check_keys(files: &FilesSpec, spec: &Located<EntitySpec>, context: &mut Context<'_>) {
    let Some(format) = of_entity(spec) else { return };
    let stated = [
        ("delimiter", FormatSpec::Csv, files.delimiter.is_some()),
        ("quote", FormatSpec::Csv, files.quote.is_some()),
        ("escape", FormatSpec::Csv, files.escape.is_some()),
        ("header", FormatSpec::Csv, files.header.is_some()),
        ("skip_lines", FormatSpec::Csv, files.skip_lines.is_some()),
        ("comment", FormatSpec::Csv, files.comment.is_some()),
        ("encoding", FormatSpec::Csv, files.encoding.is_some()),
        ("multi_line", FormatSpec::Json, files.multi_line.is_some()),
    ];
    if format == FormatSpec::Parquet {
        check_typed_keys(files, spec, context);
    }
    for (key, of, _) in stated.into_iter().filter(|(_, of, is_stated)| *is_stated && *of != format) {
        let message = format!("`{key}` is only allowed for {} files, but the format is {}", word(of), word(format));
        let hint = match (of, key) {
            (FormatSpec::Json, _) if format == FormatSpec::Csv => "add `format: json` if they are JSON",
            (FormatSpec::Csv, "encoding") if format == FormatSpec::Json => "remove it: JSON is UTF-8",
            _ => "remove it",
        };
        let place = spec.key(&format!("/source/{key}"));
        context.push(Diagnostic::error(codes::OPTION_CONFLICT, message).at(place).hint(hint));
    }
}

/// What has no use where files have values of types.
const TYPED_OPTIONS: TypedOptions = TypedOptions {
    source: "Parquet files",
    entity: &[],
    columns: &[
        ("header", "`from` names the column of the files"),
        ("format", "the values of Parquet files have their types already"),
    ],
};

/// Reports keys that say how texts stand for values.
fn check_typed_keys(files: &FilesSpec, spec: &Located<EntitySpec>, context: &mut Context<'_>) {
    let stated = [
        ("nulls", files.nulls.is_some()),
        ("dates", files.dates.is_some()),
        ("timestamps", files.timestamps.is_some()),
        ("numbers", files.numbers.is_some()),
    ];
    for (key, _) in stated.into_iter().filter(|(_, is_stated)| *is_stated) {
        let message = format!("`{key}` is not allowed with {}", TYPED_OPTIONS.source);
        let fault = Diagnostic::error(codes::OPTION_CONFLICT, message).at(spec.key(&format!("/source/{key}")));
        context.push(fault.hint("remove it: their values have types already"));
    }
    typed::report_options(spec, &TYPED_OPTIONS, context);
}

/// Where a column is found in the files: the header or field, and the names that lead on from there.
pub fn place(
    name: &str,
    column: &ColumnSpec,
    spec: &Located<EntitySpec>,
    pointer: &str,
    context: &mut Context<'_>,
) -> (String, Vec<String>) {
    let format = of_entity(spec);
    let is_read = matches!(spec.spec.source, SourceSpec::Files(_));
    if let (Some(header), Some(FormatSpec::Json)) = (&column.header, format) {
        let fault =
            Diagnostic::error(codes::OPTION_CONFLICT, "`header` is only allowed for CSV files, but the format is JSON");
        let hint = format!("write `from: {header}`");
        context.push(fault.at(spec.key(&format!("{pointer}/header"))).hint(hint));
    }
    let own = |header: Option<&String>| (header.map_or_else(|| name.to_owned(), String::clone), vec![]);
    let Some(from) = &column.from else {
        if is_read && format == Some(FormatSpec::Json) {
            context.extend(names::reserved_field(name, spec.key(pointer)));
        }
        if is_read && format == Some(FormatSpec::Parquet) {
            return (findable(name.to_owned(), spec.key(pointer), context).unwrap_or_default(), vec![]);
        }
        return own(column.header.as_ref());
    };
    let at = |key: &str| format!("{pointer}/{key}");
    if matches!(spec.spec.source, SourceSpec::Table(_)) || is_read && format == Some(FormatSpec::Parquet) {
        return (whole(from, spec, &at("from"), context).unwrap_or_else(|| name.to_owned()), vec![]);
    }
    if format != Some(FormatSpec::Json) {
        // With a query, it is reported with its other options.
        if format.is_some() || matches!(spec.spec.source, SourceSpec::Lookup(_)) {
            let message = "`from` is only allowed for JSON files, Parquet files and tables";
            let fault = Diagnostic::error(codes::OPTION_CONFLICT, message);
            let hint =
                "use `header` for a column of a CSV file, or add `format: json` to the source if the files are JSON";
            context.push(fault.at(spec.key(&at("from"))).hint(hint));
        }
        return own(column.header.as_ref());
    }
    match FieldPath::parse(from) {
        Ok(path) => {
            context.extend(names::reserved_field(&path.field, spec.value(&at("from"))));
            (path.field, path.inner)
        }
        Err(why) => {
            let fault = Diagnostic::error(codes::BAD_VALUE, format!("the path `{from}` {why}"));
            let hint = "separate names by dots, and put a name that contains a dot in back-quotes";
            context.push(fault.at(spec.value(&at("from"))).hint(hint));
            own(None)
        }
    }
}

/// The column of a table, or of Parquet files, that `from` names.
fn whole(from: &str, spec: &Located<EntitySpec>, pointer: &str, context: &mut Context<'_>) -> Option<String> {
    let is_table = matches!(spec.spec.source, SourceSpec::Table(_));
    let (message, hint) = match FieldPath::parse(from) {
        Ok(path) if path.inner.is_empty() && is_table => return Some(path.field),
        Ok(path) if path.inner.is_empty() => {
            context.extend(names::reserved_header(&path.field, spec.value(pointer)));
            return findable(path.field, spec.value(pointer), context);
        }
        Ok(_) if is_table => (
            format!("`{from}` is inside of a column, and only whole columns are read from tables"),
            "make a view that has it as a column, or put a name that contains a dot in back-quotes",
        ),
        Ok(_) => (
            format!("`{from}` is inside of a column, and only whole columns are read from Parquet files"),
            "put a name that contains a dot in back-quotes",
        ),
        Err(why) if is_table => (format!("the name `{from}` {why}"), "write the name of a column of the table"),
        Err(why) => (format!("the name `{from}` {why}"), "write the name of a column of the files"),
    };
    context.push(Diagnostic::error(codes::BAD_VALUE, message).at(spec.value(pointer)).hint(hint));
    None
}

/// The name of a column of files, if it can also be looked for in what is rescued of them.
fn findable(name: String, place: Span, context: &mut Context<'_>) -> Option<String> {
    let Some(c) = UNFOUND.into_iter().find(|c| name.contains(*c)) else { return Some(name) };
    let message = format!("the column `{name}` of the files has `{c}` in its name, which is not supported");
    let fault = Diagnostic::error(codes::BAD_VALUE, message).at(place);
    context.push(fault.hint("rename it where the files are written"));
    None
}

/// Characters of names that paths into JSON would have to escape, for which there is no way.
const UNFOUND: [char; 3] = ['\'', '"', '\\'];

/// Reports columns that are read from one field, and fields that Spark can't tell apart.
pub fn check_fields(columns: &[EntityColumn], of: FormatSpec, context: &mut Context<'_>) {
    let (what, whole) = if of == FormatSpec::Parquet { ("column", "file") } else { ("field", "record") };
    let mut fields = NameIndex::default();
    for (index, column) in columns.iter().enumerate() {
        let same = columns.iter().take(index).find(|c| c.header == column.header && c.path == column.path);
        let like = fields.add(&column.header, index).and_then(|place| columns.get(place));
        let (twin, message) = match (same, like) {
            (Some(twin), _) => {
                (twin, format!("columns `{}` and `{}` are read from the same {what}", twin.name, column.name))
            }
            (None, Some(twin)) if twin.header != column.header => {
                let names = (&twin.header, &column.header);
                (twin, format!("{what}s `{}` and `{}` of a {whole} differ only in case", names.0, names.1))
            }
            _ => continue,
        };
        // Of columns that are called alike, their names are reported.
        if !lakeflow::is_same_name(&twin.name, &column.name) {
            let fault = Diagnostic::error(codes::DUPLICATE_NAME, message).at(column.span);
            context.push(fault.related(twin.span, "the other one"));
        }
    }
}
