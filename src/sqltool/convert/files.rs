//! `read_files` as a table over the same files, which has to be created before the pipeline runs.
//!
//! Spark streams files only through a table that has their format and columns, so without a `schema` there is no such
//! table. Options of the readers are passed on; those of Auto Loader are left out, each with its consequence.

use lakeflow::ast::{CreateTable, DeclaredColumn, Property, Statement, StatementKind, TableDefinition};
use lakeflow::{ParseFault, ident_text, name_text, parse};
use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, Ident, ObjectName, Value};

use super::names::shown;
use super::note::Loss;
use super::scope::ConversionScope;

/// Options of the loader, and what follows without them.
const LEFT_OUT: &[(&str, &str)] = &[
    ("allowoverwrites", "a file that is overwritten is not read again"),
    ("backfillinterval", "files that were missed are not searched for"),
    ("cleansource", "files stay where they are"),
    ("includeexistingfiles", "files that are there already are read"),
    ("infercolumntypes", "the types are those of `schema`"),
    ("maxbytespertrigger", "a batch is as large as what has arrived"),
    ("maxfilespertrigger", "a batch is as large as what has arrived"),
    ("maxfileage", "files of any age are read"),
    ("partitioncolumns", "columns come from `schema` alone"),
    ("readercasesensitive", "column names match in any letter case"),
    ("schemaevolutionmode", "the columns stay those of `schema`"),
    ("schemahints", "the columns are those of `schema`"),
    ("schemalocation", "the columns are those of `schema`"),
    ("skiprows", "lines before the header are read as the header and as rows"),
    ("usemanagedfileevents", "directories are listed"),
    ("usenotifications", "directories are listed"),
    ("validateoptions", "unknown options are ignored"),
];

/// A call of `read_files`, taken apart.
#[derive(Default)]
struct ReadFilesCall {
    path: Option<String>,
    format: Option<String>,
    schema: Option<String>,
    rescued: Option<String>,
    options: Vec<Property>,
}

/// The table over the files of a call; `None` when there can't be one.
pub(super) fn external_table(
    name: &ObjectName,
    arguments: &[FunctionArg],
    scope: &mut ConversionScope<'_>,
) -> Option<ObjectName> {
    let place = scope.name(name);
    let call = ReadFilesCall::read(arguments, scope)?;
    let mut lacking = vec![];
    lacking.extend(call.path.is_none().then_some("path"));
    lacking.extend(call.format.is_none().then_some("format"));
    lacking.extend(call.schema.is_none().then_some("schema"));
    if !lacking.is_empty() {
        let message = format!(
            "`read_files` without `{}`: Spark would have to infer the columns, so no table can replace it",
            lacking.join("`, `")
        );
        scope.note_at(place, Loss::Unconverted, message);
        return None;
    }
    let table = table_name(scope);
    match call.table(&table) {
        Ok(statement) => scope.set_up(&statement),
        Err(fault) => {
            let message = format!("the `schema` of `read_files` can't be read: {}", fault.message);
            scope.note_at(place, Loss::Unconverted, message);
            return None;
        }
    }
    let by_position = call.format.is_some_and(|format| format.eq_ignore_ascii_case("csv"));
    let how = if by_position { "; it reads columns by position, not by header" } else { "" };
    let message = format!(
        "files are read through the table `{}`, which has to be created before the pipeline runs{how}",
        shown(&table)
    );
    scope.note_at(place, Loss::Changed, message);
    Some(table)
}

/// A free name beside what is being defined, in the schema where Spark will look for it.
fn table_name(scope: &mut ConversionScope<'_>) -> ObjectName {
    let mut names = scope.dataset.clone();
    let last = names.pop().map_or_else(|| "source".to_owned(), |last| last.value);
    if names.is_empty() {
        let catalog = scope.catalog.clone().filter(|_| scope.schema.len() == 1);
        names.extend(catalog);
        names.extend(scope.schema.iter().cloned());
    }
    let name = scope.project.free_name(&format!("{last}_files"));
    names.push(Ident::new(name));
    ObjectName::from(names)
}

impl ReadFilesCall {
    /// Reads the arguments; `None` when one of them is no literal.
    fn read(arguments: &[FunctionArg], scope: &mut ConversionScope<'_>) -> Option<Self> {
        let mut call = ReadFilesCall::default();
        for argument in arguments {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) => call.path = Some(literal(value, "path", scope)?),
                FunctionArg::Named { name, arg: FunctionArgExpr::Expr(value), .. } => {
                    call.option(name, value, scope)?
                }
                _ => {}
            }
        }
        Some(call)
    }

    fn option(&mut self, name: &Ident, value: &Expr, scope: &mut ConversionScope<'_>) -> Option<()> {
        let key = name.value.as_str();
        let lower = key.to_ascii_lowercase();
        let lower = lower.strip_prefix("cloudfiles.").unwrap_or(&lower);
        let value = literal(value, key, scope)?;
        match lower {
            "path" => self.path = Some(value),
            "format" => self.format = Some(value),
            "schema" => self.schema = Some(value),
            "rescueddatacolumn" => {
                let message =
                    format!("Spark does not rescue data: `{value}` is NULL, or contains an extra field of a CSV line");
                scope.note_at(scope.ident(name), Loss::Changed, message);
                self.rescued = Some(value);
            }
            _ => match LEFT_OUT.iter().find(|(option, _)| *option == lower) {
                Some((_, consequence)) => {
                    let message = format!("option `{key}` left out: {consequence}");
                    scope.note_at(scope.ident(name), Loss::Changed, message);
                }
                None => self.options.push(Property { key: key.to_owned(), value }),
            },
        }
        Some(())
    }

    /// `CREATE TABLE name (columns) USING format OPTIONS (..) LOCATION path`.
    fn table(&self, name: &ObjectName) -> Result<Statement, ParseFault> {
        let rescued = self.rescued.iter().map(|column| format!("{} STRING", ident_text(&Ident::new(column))));
        let columns: Vec<String> = self.schema.iter().cloned().chain(rescued).collect();
        let text = format!("CREATE TABLE IF NOT EXISTS {} ({})", name_text(name), columns.join(", "));
        let statement = parse(&text).map_err(|mut faults| faults.remove(0))?.into_iter().next();
        let Some(Statement { range, comments, kind: StatementKind::CreateTable(create) }) = statement else {
            return Err(ParseFault::new(0..0, "expected columns"));
        };
        let CreateTable { table, .. } = *create;
        let table = TableDefinition {
            columns: table.columns.into_iter().map(nullable).collect(),
            using: self.format.clone().map(Ident::new),
            options: self.options.clone(),
            location: self.path.clone(),
            ..table
        };
        let create =
            CreateTable { or_replace: false, replace: false, external: false, temporary: false, table, origin: None };
        Ok(Statement { range, comments, kind: StatementKind::CreateTable(Box::new(create)) })
    }
}

/// What a file holds is not checked against `NOT NULL`.
fn nullable(column: DeclaredColumn) -> DeclaredColumn {
    DeclaredColumn { not_null: false, ..column }
}

/// A string, a number or a truth value as text.
fn literal(value: &Expr, key: &str, scope: &mut ConversionScope<'_>) -> Option<String> {
    match value {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::Number(text, _) => return Some(text.clone()),
            Value::Boolean(truth) => return Some(truth.to_string()),
            _ => {}
        },
        Expr::Nested(inner) => return literal(inner, key, scope),
        _ => {}
    }
    let place = scope.places().statement();
    let message = format!("`{key}` of `read_files` is not a literal: Spark needs it when the table is made");
    scope.note_at(place, Loss::Unconverted, message);
    None
}
