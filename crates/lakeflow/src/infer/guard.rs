//! Whether a condition can be NULL, given that its own parts check that a value is present.
//!
//! In `a IS NOT NULL AND a > 0`, the comparison matters only if the test before it holds; otherwise the whole is
//! FALSE. The same goes for `a IS NULL OR a > 0` and for the branches of a `CASE`. Types do not capture this: they say
//! for each part separately whether it may be NULL.

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

use super::analyzer::Analyzer;
use crate::print::expr_text;

impl Analyzer<'_> {
    /// Whether `expr` may be NULL.
    pub(super) fn may_be_null(&mut self, expr: &Expr) -> bool {
        self.deeper(|a| match bare(expr) {
            Expr::BinaryOp { op: op @ (BinaryOperator::And | BinaryOperator::Or), .. } => {
                let parts = chain(expr, op);
                // The whole is NULL only where each test among the parts leaves it open: is TRUE beside `AND`, FALSE beside `OR`.
                let open = *op == BinaryOperator::And;
                let present = parts.iter().flat_map(|part| present(part, open)).collect();
                a.where_present(present, |a| parts.into_iter().any(|part| a.may_be_null(part)))
            }
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => a.may_be_null(expr),
            Expr::Case { operand: None, conditions, else_result: Some(otherwise), .. } => {
                let mut passed: Vec<String> = vec![];
                for case in conditions {
                    let own = passed.iter().cloned().chain(present(&case.condition, true)).collect();
                    if a.where_present(own, |a| a.may_be_null(&case.result)) {
                        return true;
                    }
                    passed.extend(present(&case.condition, false));
                }
                a.where_present(passed, |a| a.may_be_null(otherwise))
            }
            leaf => a.expr(leaf).nullable,
        })
        .unwrap_or(true)
    }

    /// Runs `inner` where the values of these expressions are there.
    fn where_present<T>(&mut self, present: Vec<String>, inner: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.present.len();
        self.present.extend(present);
        let result = inner(self);
        self.present.truncate(before);
        result
    }

    /// Whether the value of `expr` is known to be there. Inside a lambda or a query the same names mean something else.
    pub(super) fn is_present(&self, expr: &Expr) -> bool {
        !self.present.is_empty() && self.frames.is_empty() && self.present.contains(&folded_text(expr))
    }
}

/// Without the brackets around it.
fn bare(mut expr: &Expr) -> &Expr {
    while let Expr::Nested(inner) = expr {
        expr = inner;
    }
    expr
}

/// The operands of a chain of `AND` or of `OR`.
fn chain<'e>(expr: &'e Expr, op: &BinaryOperator) -> Vec<&'e Expr> {
    let (mut parts, mut open) = (vec![], vec![expr]);
    while let Some(next) = open.pop() {
        match bare(next) {
            Expr::BinaryOp { left, op: own, right } if own == op => open.extend([&**right, &**left]),
            part => parts.push(part),
        }
    }
    parts
}

/// The expressions that are not NULL wherever `expr`, a test that is never NULL itself, is `truth`.
fn present(expr: &Expr, truth: bool) -> Vec<String> {
    match bare(expr) {
        Expr::IsNotNull(value) if truth => vec![folded_text(value)],
        Expr::IsNull(value) if !truth => vec![folded_text(value)],
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => present(expr, !truth),
        whole @ Expr::BinaryOp { op: op @ (BinaryOperator::And | BinaryOperator::Or), .. }
            if truth == (*op == BinaryOperator::And) =>
        {
            chain(whole, op).into_iter().flat_map(|part| present(part, truth)).collect()
        }
        _ => vec![],
    }
}

fn folded_text(expr: &Expr) -> String {
    expr_text(bare(expr)).to_lowercase()
}
