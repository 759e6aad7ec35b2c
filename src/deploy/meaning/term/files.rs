//! `read_files`: which files, and how they become rows.

use std::collections::BTreeMap;

use lakeflow::types::{DataType, parse_columns};
use lakeflow::{expr_text, folded};
use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, Value};

use super::{Term, TermRelation, term};

/// Options that say which files are read. Under other ones it is another source.
const CHOICE: &[&str] = &[
    "filenamepattern",
    "format",
    "ignoredpathsegmentregex",
    "modifiedafter",
    "modifiedbefore",
    "pathglobfilter",
    "recursivefilelookup",
    "usestrictglobber",
];

/// Options that say how fast files are found and read, and nothing of what comes out.
const PACE: &[&str] = &[
    "maxbytespertrigger",
    "maxfilespertrigger",
    "schemalocation",
    "usemanagedfileevents",
    "usenotifications",
    "validateoptions",
];

/// Formats whose fields have names in the file.
const NAMED: &[&str] = &["avro", "json", "orc", "parquet", "xml"];

/// A call of `read_files`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(in super::super) struct FilesRead {
    /// The path or pattern, as written.
    pub(in super::super) path: String,
    /// Options by their names in small letters.
    options: BTreeMap<String, String>,
    schema: Option<String>,
}

impl FilesRead {
    /// A call by its arguments.
    pub(in super::super) fn of(arguments: &[FunctionArg]) -> FilesRead {
        let mut read = FilesRead::default();
        for argument in arguments {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(path)) => read.path = value(path),
                FunctionArg::Named { name, arg: FunctionArgExpr::Expr(option), .. } => {
                    read.set(&folded(&name.value), value(option));
                }
                FunctionArg::ExprNamed { name: Expr::Identifier(name), arg: FunctionArgExpr::Expr(option), .. } => {
                    read.set(&folded(&name.value), value(option));
                }
                _ => {}
            }
        }
        read
    }

    fn set(&mut self, name: &str, value: String) {
        let name = name.strip_prefix("cloudfiles.").unwrap_or(name);
        match name {
            "schema" => self.schema = Some(value),
            "path" => self.path = value,
            _ => drop(self.options.insert(name.to_owned(), value)),
        }
    }

    /// What makes it another source when it changes, by name.
    pub(in super::super) fn identity(&self) -> BTreeMap<&str, &str> {
        let options = self.options.iter().filter(|(name, _)| CHOICE.contains(&name.as_str()));
        let path = std::iter::once(("path", self.path.as_str()));
        options.map(|(name, value)| (name.as_str(), value.as_str())).chain(path).collect()
    }

    /// The rows that come out.
    pub(super) fn relation(&self, any_files: bool) -> TermRelation {
        let is_kept = |name: &str| !any_files || !CHOICE.contains(&name);
        let counts = |name: &str| is_kept(name) && !PACE.contains(&name);
        let options = self.options.iter().filter(|(name, _)| counts(name));
        let path = if any_files { "" } else { &self.path };
        let made = options.fold(term("files").text(path), |made, (name, value)| made.text(name).text(value));
        let rows = made.end();
        let Some(columns) = self.schema.as_deref().and_then(|text| parse_columns(text).ok()) else {
            let rest = self.schema.iter().fold(term("inferred").term(rows), |made, text| made.text(text)).end();
            return TermRelation { rows, columns: vec![], rest: Some(rest) };
        };
        let is_set = |name: &str| self.options.get(name).is_some_and(|value| value != "false");
        let format = self.options.get("format").map(|format| format.to_lowercase());
        let by_name = is_set("rescueddatacolumn")
            || is_set("failonunknownfields")
            || format.is_some_and(|format| NAMED.contains(&format.as_str()));
        let all = columns.iter().fold(term("by place").term(rows), |made, c| made.text(&c.name)).end();
        let from = if by_name { rows } else { all };
        let column = |name: &str, ty: &DataType| -> Term {
            term("file column").term(from).text(name).text(&ty.to_string()).end()
        };
        let mut found: Vec<(String, Term)> =
            columns.iter().map(|c| (folded(&c.name).into_owned(), column(&folded(&c.name), &c.ty))).collect();
        if let Some(rescued) = self.options.get("rescueddatacolumn") {
            // A value of another type than its column is rescued too.
            let sorted: BTreeMap<_, _> = columns.iter().map(|c| (folded(&c.name), c.ty.to_string())).collect();
            let rest = sorted.iter().fold(term("rescued").term(rows), |made, (name, ty)| made.text(name).text(ty));
            let rest = rest.end();
            found.retain(|(name, _)| *name != *folded(rescued));
            found.push((folded(rescued).into_owned(), rest));
        }
        TermRelation { rows, columns: found, rest: None }
    }
}

/// An argument as text; `true` and `'true'` are one.
fn value(expr: &Expr) -> String {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Boolean(is_true) => is_true.to_string(),
            Value::Number(number, _) => number.clone(),
            other => other.clone().into_string().map_or_else(|| expr_text(expr), unflagged),
        },
        other => expr_text(other),
    }
}

fn unflagged(text: String) -> String {
    let is_flag = text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
    if is_flag { text.to_lowercase() } else { text }
}
