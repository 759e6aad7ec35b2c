//! Tables of what files hold: their lines as text, and the lines that are no rows.

use askama::Template;
use lakeflow::build;
use lakeflow::types::DataType;

use super::columns::ColumnDefinition;
use super::text::{Ident, Literal, Sql};
use super::{filters, header};
use crate::model::{CsvDialect, Encoding, Entity, EntityColumn, EntitySource, Load, Project, misread_as_latin_1};
use crate::plan::{self, access};

#[derive(Template)]
#[template(path = "pipeline/raw.sql")]
struct Raw<'a> {
    header: Sql,
    name: Ident<'a>,
    columns: Vec<RawColumn<'a>>,
    comment: Literal,
    path: Literal,
    schema: Literal,
    csv: CsvOptions,
    allow_overwrites: bool,
    except: Option<Literal>,
}

struct RawColumn<'a> {
    definition: ColumnDefinition<'a>,
    source: Sql,
}

impl std::fmt::Display for RawColumn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.definition.fmt(f)
    }
}

pub fn raw(project: &Project, entity: &Entity) -> Result<String, askama::Error> {
    let EntitySource::Files(files) = &entity.source else { return Ok(String::new()) };
    let name = plan::raw_name(entity);
    let title = format!("{name}: lines of {} as they were delivered, every value as text.", files.files);
    let encoding = files.csv.encoding;
    let field = |column: &EntityColumn| format!("{} STRING", Ident::new(&column.header));
    let schema: Vec<String> = entity.columns.iter().map(field).collect();
    Raw {
        header: header(&title, &entity.origin.path)?,
        name: Ident::new(&name),
        columns: entity.columns.iter().map(|column| raw_column(project, column, encoding)).collect(),
        comment: Literal::new(format!("Lines of {} as delivered", files.files)),
        path: Literal::new(format!("${{landing}}/{}", files.files)),
        schema: Literal::new(schema.join(", ")),
        csv: CsvOptions::of(&files.csv),
        allow_overwrites: reads_overwritten_files(entity),
        except: files.except.as_ref().map(Literal::new),
    }
    .render()
}

/// Options of the reader where they are not the usual ones.
struct CsvOptions {
    header: bool,
    delimiter: Option<Literal>,
    quote: Option<Literal>,
    escape: Literal,
    skip_lines: u32,
    comment: Option<Literal>,
    is_latin_1: bool,
}

impl CsvOptions {
    fn of(csv: &CsvDialect) -> CsvOptions {
        let usual = CsvDialect::default();
        let other = |mark: char, usual: char| (mark != usual).then(|| Literal::new(mark.to_string()));
        CsvOptions {
            header: csv.header,
            delimiter: other(csv.delimiter, usual.delimiter),
            quote: other(csv.quote, usual.quote),
            escape: Literal::new(csv.escape.to_string()),
            skip_lines: csv.skip_lines,
            comment: csv.comment.map(|comment| Literal::new(comment.to_string())),
            // Spark 4 knows no others but those of Unicode; the rest of windows-1252 is put right in the texts.
            is_latin_1: csv.encoding != usual.encoding,
        }
    }
}

/// A file that is overwritten is read again, which only loads that keep the newest row of a key can bear
/// (lakeflow-sql.md, "Reading files": pair `allowOverwrites` with AUTO CDC).
fn reads_overwritten_files(entity: &Entity) -> bool {
    !matches!(entity.load, Load::Append)
}

fn raw_column<'a>(project: &Project, column: &'a EntityColumn, encoding: Encoding) -> RawColumn<'a> {
    let field = build::column([column.header.as_str()]);
    let text = if encoding == Encoding::Windows1252 {
        let (read, meant): (String, String) = misread_as_latin_1().unzip();
        build::call("translate", [field, build::string(read), build::string(meant)])
    } else {
        field
    };
    RawColumn { definition: ColumnDefinition::text_of(project, column), source: Sql::aliased(&text, &column.name) }
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
    let name = plan::skipped_name(entity);
    let title = format!("{name}: lines of {} that are no rows, as they were delivered.", files.files);
    let line = ColumnDefinition::new("line", &DataType::String, "The line");
    Skipped {
        header: header(&title, &entity.origin.path)?,
        name: Ident::new(&name),
        line: line.masked(project, access::kind_of_lines(entity)),
        comment: Literal::new(format!("Lines of {} before the header, and comments", files.files)),
        path: Literal::new(format!("${{landing}}/{}", files.files)),
        skip_lines: files.csv.skip_lines,
        mark: files.csv.comment.map(|comment| Literal::new(comment.to_string())),
        except: files.except.as_ref().map(Literal::new),
    }
    .render()
}
