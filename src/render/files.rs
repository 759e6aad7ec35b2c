//! Tables of what files hold: their lines as text, and the lines that are no rows.

use std::fmt;

use askama::Template;
use lakeflow::build;
use lakeflow::types::DataType;

use super::columns::ColumnDefinition;
use super::text::{Ident, Literal, Sql};
use super::{filters, header};
use crate::model::{
    CsvDialect, Encoding, Entity, EntitySource, FileFormat, FileSource, JsonForm, Load, Project, misread_as_latin_1,
};
use crate::plan::{self, RawColumn, access};

#[derive(Template)]
#[template(path = "pipeline/raw.sql")]
struct Raw<'a> {
    header: Sql,
    name: Ident<'a>,
    columns: Vec<RawField<'a>>,
    rescued: ColumnDefinition<'a>,
    comment: Literal,
    path: Literal,
    options: Vec<ReadOption>,
    except: Option<Literal>,
}

struct RawField<'a> {
    definition: ColumnDefinition<'a>,
    source: Sql,
}

impl fmt::Display for RawField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.definition.fmt(f)
    }
}

/// An option of `read_files`.
struct ReadOption {
    name: &'static str,
    value: Sql,
}

impl fmt::Display for ReadOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} => {}", self.name, self.value)
    }
}

fn text(name: &'static str, value: impl Into<String>) -> ReadOption {
    ReadOption { name, value: Sql(Literal::new(value.into()).to_string()) }
}

fn plain(name: &'static str, value: impl fmt::Display) -> ReadOption {
    ReadOption { name, value: Sql(value.to_string()) }
}

pub fn raw(project: &Project, entity: &Entity) -> Result<String, askama::Error> {
    let EntitySource::Files(files) = &entity.source else { return Ok(String::new()) };
    let name = plan::raw_name(entity);
    let (of_format, columns) = (FormatTexts::of(&files.format), plan::raw_columns(entity));
    let title = format!("{name}: {} of {} as they were delivered, {}.", of_format.rows, files.files, of_format.values);
    let mut fields: Vec<RawField<'_>> = columns.iter().map(|c| raw_field(project, c, &files.format)).collect();
    let corrupt = corrupt(project, entity);
    fields.extend(corrupt.map(|definition| RawField { definition, source: Sql(plan::CORRUPT.to_owned()) }));
    Raw {
        header: header(&title, &entity.origin.path)?,
        name: Ident::new(&name),
        columns: fields,
        rescued: rescued(project, entity),
        comment: Literal::new(format!("{} of {} as delivered", of_format.title, files.files)),
        path: Literal::new(format!("${{landing}}/{}", files.files)),
        options: options(entity, files, &columns),
        except: files.except.as_ref().map(Literal::new),
    }
    .render()
}

/// How rows of a format are called.
struct FormatTexts {
    rows: &'static str,
    title: &'static str,
    /// How their values are kept.
    values: &'static str,
}

impl FormatTexts {
    fn of(format: &FileFormat) -> FormatTexts {
        match format {
            FileFormat::Csv(_) => FormatTexts { rows: "lines", title: "Lines", values: "every value as text" },
            FileFormat::Json(_) => FormatTexts { rows: "records", title: "Records", values: "every value as text" },
            FileFormat::Parquet => FormatTexts { rows: "rows", title: "Rows", values: "values of other types rescued" },
        }
    }
}

/// The column for what is no record, of raw and quarantine tables.
pub fn corrupt(project: &Project, entity: &Entity) -> Option<ColumnDefinition<'static>> {
    let column = ColumnDefinition::new(plan::CORRUPT, &DataType::String, "What was delivered in place of a record");
    entity.has_records().then(|| column.masked(project, access::kind_of_lines(entity)))
}

/// The column for what no other column takes, of raw and quarantine tables.
pub fn rescued(project: &Project, entity: &Entity) -> ColumnDefinition<'static> {
    let comment = match entity.has_typed_files() {
        true => "Columns of the file that are not declared, and values of another type than declared, as JSON",
        false => "Fields of the line that no column is declared for, as JSON",
    };
    let column = ColumnDefinition::new(plan::RESCUED, &DataType::String, comment);
    column.masked(project, access::kind_of_rescued(entity))
}

/// All options but the rescued data, in the order in which they are written.
fn options(entity: &Entity, files: &FileSource, columns: &[RawColumn]) -> Vec<ReadOption> {
    let mut schema: Vec<String> = columns.iter().map(|c| format!("{} {}", Ident::new(&c.field), c.ty)).collect();
    schema.extend(entity.has_records().then(|| format!("{} STRING", plan::CORRUPT)));
    let schema = text("schema", schema.join(", "));
    let mut options = match &files.format {
        FileFormat::Csv(csv) => [text("format", "csv"), schema].into_iter().chain(of_csv(csv)).collect::<Vec<_>>(),
        FileFormat::Json(json) => [text("format", "json"), schema].into_iter().chain(of_json(*json)).collect(),
        FileFormat::Parquet => [text("format", "parquet"), schema].into_iter().chain(of_parquet()).collect(),
    };
    // Parquet has no rows that are broken alone: a file that can't be read stops the update.
    options.extend((files.format != FileFormat::Parquet).then(|| text("mode", "PERMISSIVE")));
    options.extend(reads_overwritten_files(entity).then(|| plain("allowOverwrites", true)));
    options
}

/// Options of the reader of CSV where they are not the usual ones.
fn of_csv(csv: &CsvDialect) -> Vec<ReadOption> {
    let usual = CsvDialect::default();
    let other = |name, mark: char, usual: char| (mark != usual).then(|| text(name, mark));
    let mut options = vec![plain("header", csv.header)];
    options.extend(other("sep", csv.delimiter, usual.delimiter));
    options.extend(other("quote", csv.quote, usual.quote));
    options.push(text("escape", csv.escape));
    options.push(plain("multiLine", csv.comment.is_none()));
    options.extend((csv.skip_lines > 0).then(|| plain("skipRows", csv.skip_lines)));
    options.extend(csv.comment.map(|comment| text("comment", comment)));
    // Spark 4 knows no others but those of Unicode; the rest of windows-1252 is put right in the texts.
    options.extend((csv.encoding != usual.encoding).then(|| text("encoding", "iso-8859-1")));
    options
}

/// Options of the reader of JSON. What the standard does not allow would be read here and not by `try_parse_json`.
fn of_json(json: JsonForm) -> Vec<ReadOption> {
    vec![
        plain("multiLine", json.multi_line),
        plain("allowSingleQuotes", false),
        plain("allowNonNumericNumbers", false),
        text("columnNameOfCorruptRecord", plan::CORRUPT),
    ]
}

/// Options of the reader of Parquet. Days before 1582 are those of the calendar that all writers but old versions of Spark and Hive
/// use; the default may move them (lakeflow-sql.md, "Reading files").
fn of_parquet() -> Vec<ReadOption> {
    vec![text("datetimeRebaseMode", "CORRECTED"), text("int96RebaseMode", "CORRECTED")]
}

/// A file that is overwritten is read again, which only loads that keep the newest row of a key can bear
/// (lakeflow-sql.md, "Reading files": pair `allowOverwrites` with AUTO CDC).
fn reads_overwritten_files(entity: &Entity) -> bool {
    !matches!(entity.load, Load::Append)
}

fn raw_field<'a>(project: &Project, column: &'a RawColumn, format: &FileFormat) -> RawField<'a> {
    let field = build::column([column.field.as_str()]);
    let text = match format {
        FileFormat::Csv(csv) if csv.encoding == Encoding::Windows1252 => {
            let (read, meant): (String, String) = misread_as_latin_1().unzip();
            build::call("translate", [field, build::string(read), build::string(meant)])
        }
        _ => field,
    };
    let definition = ColumnDefinition::new(&column.name, &column.ty, "").masked(project, column.pii);
    RawField { definition, source: Sql::aliased(&text, &column.name) }
}

#[derive(Template)]
#[template(path = "pipeline/skipped.sql")]
struct Skipped<'a> {
    header: Sql,
    name: Ident<'a>,
    line: ColumnDefinition<'a>,
    comment: Literal,
    path: Literal,
    /// Lines before the header.
    skip_lines: u32,
    /// What a comment begins with.
    mark: Option<Literal>,
    except: Option<Literal>,
}

/// The lines of files that the raw table does not have: what stands before the header, and comments.
pub fn skipped(project: &Project, entity: &Entity) -> Result<String, askama::Error> {
    let EntitySource::Files(files) = &entity.source else { return Ok(String::new()) };
    let FileFormat::Csv(csv) = &files.format else { return Ok(String::new()) };
    let name = plan::skipped_name(entity);
    let title = format!("{name}: lines of {} that are no rows, as they were delivered.", files.files);
    let line = ColumnDefinition::new("line", &DataType::String, "The line");
    Skipped {
        header: header(&title, &entity.origin.path)?,
        name: Ident::new(&name),
        line: line.masked(project, access::kind_of_lines(entity)),
        comment: Literal::new(format!("Lines of {} before the header, and comments", files.files)),
        path: Literal::new(format!("${{landing}}/{}", files.files)),
        skip_lines: csv.skip_lines,
        mark: csv.comment.map(|comment| Literal::new(comment.to_string())),
        except: files.except.as_ref().map(Literal::new),
    }
    .render()
}
