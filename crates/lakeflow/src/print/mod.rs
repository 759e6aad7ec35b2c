//! Syntax tree to text, in one canonical layout: one line per column and per clause.
//!
//! Parsing the printed text gives an equal tree. Clauses are printed in a fixed order, whatever order they were
//! written in. Strings are printed with backslash escapes, which every engine reads in the same way (unlike doubled
//! quotes).

mod command;
mod flow;
mod function;
mod governance;
mod plain_table;
mod spelling;
mod sql;
mod table;
mod view;

use std::fmt::{self, Display, Formatter};

pub(crate) use sql::has_watermark;
pub use sql::{expr_text, ident_text, name_text, query_text, string_text};

use sql::{Name, NameList, Quoted, SqlText};

use super::ast::{Statement, StatementKind};

/// The text of a statement, its comments first, without `;`.
pub fn print(statement: &Statement) -> String {
    statement.to_string()
}

impl Display for Statement {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for line in &self.comments {
            writeln!(f, "{}", format!("-- {line}").trim_end())?;
        }
        self.kind.fmt(f)
    }
}

impl Display for StatementKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            StatementKind::CreateStreamingTable(create) => create.fmt(f),
            StatementKind::CreateMaterializedView(create) => create.fmt(f),
            StatementKind::CreateView(create) => create.fmt(f),
            StatementKind::CreateMetricView(create) => create.fmt(f),
            StatementKind::CreateFlow(create) => create.fmt(f),
            StatementKind::ApplyChanges(apply) => apply.fmt(f),
            StatementKind::CreateTable(create) => create.fmt(f),
            StatementKind::ShowSet(None) => f.write_str("SET"),
            StatementKind::ShowSet(Some(key)) => write!(f, "SET {key}"),
            StatementKind::Set { key, value } => write!(f, "SET {key} = {value}"),
            StatementKind::UseCatalog(catalog) => write!(f, "USE CATALOG {}", Name(catalog)),
            StatementKind::SetCatalog(catalog) => write!(f, "SET CATALOG {}", Name(catalog)),
            StatementKind::UseSchema(schema) => write!(f, "USE SCHEMA {}", Name(schema)),
            StatementKind::Query(query) => f.write_str(&query_text(query)),
            StatementKind::CreateSchema(create) => create.fmt(f),
            StatementKind::CreateVolume(create) => create.fmt(f),
            StatementKind::CreateFunction(create) => create.fmt(f),
            StatementKind::CreatePolicy(create) => create.fmt(f),
            StatementKind::DropPolicy(drop) => drop.fmt(f),
            StatementKind::Grant(grant) => grant.fmt(f),
            StatementKind::Revoke(revoke) => revoke.fmt(f),
            StatementKind::Alter(alter) => alter.fmt(f),
            StatementKind::CommentOn(comment) => comment.fmt(f),
            StatementKind::Command(command) => command.fmt(f),
        }
    }
}

/// `COMMENT '..'` on a line of its own.
fn comment_line(f: &mut Formatter<'_>, comment: Option<&str>) -> fmt::Result {
    match comment {
        Some(text) => write!(f, "\nCOMMENT {}", Quoted(text)),
        None => Ok(()),
    }
}

/// `word` and a blank when `given`.
fn flag(given: bool, word: &'static str) -> &'static str {
    if given { word } else { "" }
}

/// ` (a, b)` as arguments, columns or keys.
fn arguments(expressions: &[super::ast::Expr]) -> String {
    let all: Vec<String> = expressions.iter().map(|e| SqlText(e).to_string()).collect();
    format!("({})", all.join(", "))
}

fn columns(names: &[super::ast::Ident]) -> String {
    format!("({})", NameList(names))
}
