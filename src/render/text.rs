//! The three kinds of text that templates may print: identifiers, string literals, and complete SQL.
//!
//! Views contain no plain strings, so nothing can be written to a file unquoted by accident.

use std::borrow::Cow;
use std::fmt;

use askama::{FastWritable, Values};
use sqlparser::ast::Expr;

use crate::plan::ObjectPlace;

/// An identifier, in backticks where it needs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident<'a>(Cow<'a, str>);

impl<'a> Ident<'a> {
    /// An identifier with this name.
    pub fn new(name: impl Into<Cow<'a, str>>) -> Self {
        let name = name.into();
        if !lakeflow::needs_quotes(&name) {
            return Ident(name);
        }
        Ident(lakeflow::ident_text(&lakeflow::ident(&name)).into())
    }
}

/// A string literal, escaped so that every engine reads it alike (lakeflow-sql.md, "Names and literals").
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

impl Sql {
    /// An expression. Trees become text here and nowhere else.
    pub fn of(expr: &Expr) -> Sql {
        Sql(lakeflow::expr_text(expr))
    }

    /// The full name of an object.
    pub fn name(place: ObjectPlace<'_>) -> Sql {
        Sql(place.parts().map(|part| Ident::new(part).to_string()).join("."))
    }

    /// `expr AS name`, or the column alone when it bears the name already.
    pub fn aliased(expr: &Expr, name: &str) -> Sql {
        let own = match expr {
            Expr::Identifier(ident) => Some(ident),
            Expr::CompoundIdentifier(idents) => idents.last(),
            _ => None,
        };
        let text = Sql::of(expr);
        if own.is_some_and(|ident| ident.value == name) { text } else { Sql(format!("{text} AS {}", Ident::new(name))) }
    }
}

/// What is printed as it is; templates need no formatter for it.
macro_rules! printed {
    ($($ty:ty),*) => {$(
        impl fmt::Display for $ty {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $ty {
            fn as_ref(&self) -> &str {
                &self.0
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
