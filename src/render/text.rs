//! The three kinds of text that templates may print: identifiers, string literals, and SQL that is finished.
//!
//! Views hold no plain strings, so nothing reaches a file unquoted by accident.

use std::borrow::Cow;
use std::fmt;

use askama::{FastWritable, Values};

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

/// No reserved word is longer.
const LONGEST_RESERVED: usize = 11;

/// An identifier, in backticks where it needs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident<'a>(Cow<'a, str>);

impl<'a> Ident<'a> {
    /// An identifier with this name.
    pub fn new(name: impl Into<Cow<'a, str>>) -> Self {
        let name = name.into();
        let ident = match (is_word(&name), is_reserved(&name)) {
            (true, false) => return Ident(name),
            (_, true) => ast::Ident::with_quote('`', name),
            (false, false) => ast::Ident::new(name),
        };
        Ident(lakeflow::ident_text(&ident).into())
    }
}

/// Whether a name is plain for sure. There are others that are, such as those with parameters in them.
fn is_word(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && name.starts_with(|c: char| !c.is_ascii_digit())
}

fn is_reserved(name: &str) -> bool {
    let lower = || name.bytes().map(|b| b.to_ascii_lowercase());
    name.len() <= LONGEST_RESERVED && RESERVED.binary_search_by(|word| word.bytes().cmp(lower())).is_ok()
}

/// A string literal, escaped so that every engine reads it alike (reference section 8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal(String);

impl Literal {
    /// A literal with this value.
    pub fn new(value: impl AsRef<str>) -> Self {
        Literal(lakeflow::string_text(value.as_ref()))
    }
}

/// SQL that is finished.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sql(pub String);

/// What is printed as it is; templates need no formatter for it.
macro_rules! printed {
    ($($ty:ty),*) => {$(
        impl fmt::Display for $ty {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FastWritable for $ty {
            fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
                Ok(dest.write_str(&self.0)?)
            }
        }
    )*};
}

printed!(Ident<'_>, Literal, Sql);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_are_sorted_for_the_search() {
        assert!(RESERVED.is_sorted());
        assert_eq!(RESERVED.iter().map(|word| word.len()).max(), Some(LONGEST_RESERVED));
    }

    #[test]
    fn identifiers_are_quoted_when_they_need_it() {
        for (name, printed) in [
            ("orders", "orders"),
            ("order", "`order`"),
            ("Order", "`Order`"),
            ("dg-day", "`dg-day`"),
            ("a`b", "`a``b`"),
            ("1st", "`1st`"),
        ] {
            assert_eq!(Ident::new(name).to_string(), printed);
        }
    }

    #[test]
    fn literals_escape_quotes_backslashes_and_line_breaks() {
        assert_eq!(Literal::new("it's \\d\n").to_string(), r"'it\'s \\d\n'");
    }
}
