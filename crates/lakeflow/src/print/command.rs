//! Commands as text: on one line, except that each clause of a merge, each step of a script and each query gets its
//! own line.

use std::fmt::{self, Display, Formatter};

use super::query_text;
use super::sql::{Name, Quoted, SqlText};
use crate::ast::{Command, CommandPart};
use crate::type_name;

impl Display for Command {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut before: Option<&CommandPart> = None;
        for part in &self.parts {
            f.write_str(between(before, part))?;
            part.fmt(f)?;
            before = Some(part);
        }
        Ok(())
    }
}

/// What separates two parts.
fn between(before: Option<&CommandPart>, part: &CommandPart) -> &'static str {
    match (before, part) {
        (None | Some(CommandPart::Sign("(")), _) | (_, CommandPart::Sign(")" | "," | ";" | ":")) => "",
        (Some(CommandPart::Sign(";")), _) | (_, CommandPart::Query(_) | CommandPart::Word("WHEN")) => "\n",
        _ => " ",
    }
}

impl Display for CommandPart {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            CommandPart::Word(word) => f.write_str(word),
            CommandPart::Sign(sign) => f.write_str(sign),
            CommandPart::Name(name) => Name(name).fmt(f),
            CommandPart::Expr(expr) => SqlText(expr).fmt(f),
            CommandPart::Query(query) => f.write_str(&query_text(query)),
            CommandPart::Text(text) => Quoted(text).fmt(f),
            CommandPart::Number(number) => f.write_str(number),
            CommandPart::Type(data_type) => f.write_str(&type_name::text(data_type)),
            CommandPart::Statement(statement) => statement.fmt(f),
        }
    }
}
