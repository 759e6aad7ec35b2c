//! The three kinds of text that templates may print: identifiers, string literals, and SQL that is finished.
//!
//! Views hold no plain strings, so nothing reaches a file unquoted by accident.

use std::fmt;

use crate::lakeflow::{self, ast};

/// Words that some engine or parser reserves: Databricks itself takes most of them, Spark with reserved keywords and
/// others do not (reference section 8).
const RESERVED: &[&str] = &[
    "all",
    "alter",
    "and",
    "anti",
    "any",
    "array",
    "as",
    "at",
    "between",
    "both",
    "by",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "cross",
    "cube",
    "current",
    "default",
    "delete",
    "describe",
    "distinct",
    "drop",
    "else",
    "end",
    "escape",
    "except",
    "exists",
    "external",
    "false",
    "fetch",
    "filter",
    "for",
    "foreign",
    "from",
    "full",
    "function",
    "global",
    "grant",
    "group",
    "grouping",
    "having",
    "in",
    "inner",
    "insert",
    "intersect",
    "interval",
    "into",
    "is",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "local",
    "minus",
    "natural",
    "no",
    "not",
    "null",
    "of",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "partition",
    "pivot",
    "position",
    "primary",
    "qualify",
    "range",
    "references",
    "revoke",
    "right",
    "rollback",
    "rollup",
    "row",
    "rows",
    "select",
    "semi",
    "set",
    "some",
    "start",
    "stream",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "truncate",
    "union",
    "unique",
    "unknown",
    "unpivot",
    "update",
    "user",
    "using",
    "values",
    "when",
    "where",
    "window",
    "with",
    "within",
];

/// An identifier, in backticks where it needs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident(pub String);

impl Ident {
    /// An identifier with this name.
    pub fn new(name: impl Into<String>) -> Self {
        Ident(name.into())
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_reserved = RESERVED.binary_search(&self.0.to_ascii_lowercase().as_str()).is_ok();
        let ident = if is_reserved { ast::Ident::with_quote('`', &self.0) } else { ast::Ident::new(&self.0) };
        f.write_str(&lakeflow::ident_text(&ident))
    }
}

/// A string literal, escaped so that every engine reads it alike (reference section 8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal(pub String);

impl Literal {
    /// A literal with this value.
    pub fn new(value: impl Into<String>) -> Self {
        Literal(value.into())
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&lakeflow::string_text(&self.0))
    }
}

/// SQL that is finished.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sql(pub String);

impl fmt::Display for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `items` with `separator` between them, broken into lines of at most `width` characters, each indented by `indent`.
pub fn wrapped(items: &[String], separator: &str, indent: usize, width: usize) -> String {
    let mut out = String::new();
    let mut line = 0;
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(separator.trim_end());
            let fits = line + separator.len() + item.chars().count() <= width;
            out.push_str(&if fits { " ".to_owned() } else { format!("\n{}", " ".repeat(indent)) });
            line = if fits { line + separator.len() } else { indent };
        }
        out.push_str(item);
        line += item.chars().count();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_are_sorted_for_the_search() {
        assert!(RESERVED.is_sorted());
    }

    #[test]
    fn identifiers_are_quoted_when_they_need_it() {
        for (name, printed) in
            [("orders", "orders"), ("order", "`order`"), ("dg-day", "`dg-day`"), ("a`b", "`a``b`"), ("1st", "`1st`")]
        {
            assert_eq!(Ident::new(name).to_string(), printed);
        }
    }

    #[test]
    fn literals_escape_quotes_backslashes_and_line_breaks() {
        assert_eq!(Literal::new("it's \\d\n").to_string(), r"'it\'s \\d\n'");
    }

    #[test]
    fn long_lists_are_broken_at_the_width() {
        let items: Vec<String> = ["'AA'", "'BB'", "'CC'"].map(String::from).to_vec();
        assert_eq!(wrapped(&items, ", ", 2, 10), "'AA', 'BB',\n  'CC'");
    }
}
