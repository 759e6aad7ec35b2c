//! Statements that are a sequence of typed parts: maintenance, lookups, changes of rows and objects, scripts.
//!
//! Their grammar is the text files in `grammar/`. Keywords are spelled as there; names, expressions and queries are
//! nodes; no part is unparsed text. Clauses that may be written in any order are kept in the order of the grammar.

use super::{Expr, ObjectName, Query, StatementKind, TypeName};

/// A statement whose shape the grammar gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Name of its rule, such as `vacuum`.
    pub rule: &'static str,
    /// Its parts, in the order of the grammar.
    pub parts: Vec<CommandPart>,
}

/// One part of a command.
#[derive(Debug, Clone, PartialEq)]
pub enum CommandPart {
    /// A keyword, in capitals.
    Word(&'static str),
    /// A sign such as `(`.
    Sign(&'static str),
    /// The name of an object, a column, an alias, a principal.
    Name(ObjectName),
    /// An expression.
    Expr(Box<Expr>),
    /// A query.
    Query(Box<Query>),
    /// A string literal.
    Text(String),
    /// A number as written.
    Number(String),
    /// A type.
    Type(TypeName),
    /// A statement inside this one.
    Statement(Box<StatementKind>),
}

impl Command {
    /// The names in it, in order: objects first of all, then columns and aliases.
    pub fn names(&self) -> impl Iterator<Item = &ObjectName> {
        self.parts.iter().filter_map(|part| if let CommandPart::Name(name) = part { Some(name) } else { None })
    }

    /// The queries in it, in order.
    pub fn queries(&self) -> impl Iterator<Item = &Query> {
        self.parts.iter().filter_map(|part| if let CommandPart::Query(query) = part { Some(&**query) } else { None })
    }
}
