//! Expressions that are valid but probably not intended: comparisons with NULL or with a value that a column never
//! has, conditions whose result is always the same, functions that the local engine does not support.
//!
//! A warning is only given if no value of any row can prove it wrong: people stop reading warnings that were wrong
//! once.

mod domain;
mod held;
mod literal;
mod local;
mod null;
mod outcome;

pub use local::{lacking, lacking_clauses};

use std::ops::Range;

use lakeflow::diag::{Code, Diagnostic};
use lakeflow::folded;
use lakeflow::source::Span;
use sqlparser::ast::Expr;

use super::context::Context;
use super::written::WrittenExpr;
use crate::model::EntityColumn;

/// What an expression is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Rows must keep it.
    Rule,
    /// Rows are chosen by it.
    Rows,
    /// It gives the values of a column.
    Value,
}

/// What is hardly meant.
#[derive(Debug)]
pub struct Doubt {
    code: Code,
    /// The place in the text of the expression.
    range: Range<usize>,
    message: String,
    hint: Option<String>,
    /// The declaration that it is doubted for.
    because: Option<(Span, &'static str)>,
}

/// The columns that an expression may name.
pub trait ColumnTypes {
    /// The column that a path of names leads to.
    fn column(&self, path: &[&str]) -> Option<&EntityColumn>;
}

/// Looks for what is hardly meant in an expression without fault, as it was written.
pub fn find(expr: &Expr, sql: &str, asked: Asked, columns: &dyn ColumnTypes) -> Vec<Doubt> {
    let mut doubts = null::comparisons(expr, sql);
    doubts.extend(held::never(expr, sql, columns));
    // What has one of those mostly has a known outcome for that.
    if doubts.is_empty() {
        doubts.extend(outcome::foregone(expr, sql, asked, columns));
    }
    doubts.extend(local::lacking(expr, sql));
    doubts
}

/// Warns of doubts.
pub fn tell(doubts: Vec<Doubt>, written: &WrittenExpr<'_>, context: &mut Context<'_>) {
    for doubt in doubts {
        let warning = doubt.warning(|range| written.inside(range, context));
        context.push(warning);
    }
}

impl Doubt {
    /// The warning; `place` tells where a part of the text stands.
    pub fn warning(self, place: impl FnOnce(Range<usize>) -> Span) -> Diagnostic {
        let mut warning = Diagnostic::warning(self.code, self.message).at(place(self.range));
        if let Some((span, text)) = self.because {
            warning = warning.related(span, text);
        }
        warning.maybe_hint(self.hint)
    }
}

/// An expression without brackets around it.
fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => bare(inner),
        expr => expr,
    }
}

/// The column that an expression names, behind the path to it in lower case.
fn named<'a>(expr: &Expr, columns: &'a dyn ColumnTypes) -> Option<(String, &'a EntityColumn)> {
    let path: Vec<&str> = match bare(expr) {
        Expr::Identifier(ident) => vec![&ident.value],
        Expr::CompoundIdentifier(idents) => idents.iter().map(|ident| ident.value.as_str()).collect(),
        _ => return None,
    };
    let column = columns.column(&path)?;
    Some((folded(&path.join(".")).into_owned(), column))
}
