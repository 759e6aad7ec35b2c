//! Commands as text: one line, but each clause of a merge, each step of a script and each query on a line of its own.

use std::fmt::{self, Display, Formatter};

use super::query_text;
use super::sql::{Name, Quoted, Sql};
use crate::ast::{Command, Part};
use crate::type_name;

impl Display for Command {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut before: Option<&Part> = None;
        for part in &self.parts {
            f.write_str(between(before, part))?;
            part.fmt(f)?;
            before = Some(part);
        }
        Ok(())
    }
}

/// What separates two parts.
fn between(before: Option<&Part>, part: &Part) -> &'static str {
    match (before, part) {
        (None | Some(Part::Sign("(")), _) | (_, Part::Sign(")" | "," | ";" | ":")) => "",
        (Some(Part::Sign(";")), _) | (_, Part::Query(_) | Part::Word("WHEN")) => "\n",
        _ => " ",
    }
}

impl Display for Part {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Part::Word(word) => f.write_str(word),
            Part::Sign(sign) => f.write_str(sign),
            Part::Name(name) => Name(name).fmt(f),
            Part::Expr(expr) => Sql(expr).fmt(f),
            Part::Query(query) => f.write_str(&query_text(query)),
            Part::Text(text) => Quoted(text).fmt(f),
            Part::Number(number) => f.write_str(number),
            Part::Type(data_type) => f.write_str(&type_name::text(data_type)),
            Part::Statement(statement) => statement.fmt(f),
        }
    }
}
