//! Comparisons with NULL, which are NULL whatever the other side is.

use std::ops::ControlFlow;

use lakeflow::range_of_node;
use lakeflow::walk;
use sqlparser::ast::{BinaryOperator, Expr, Value};

use super::{Doubt, bare};
use crate::codes;

/// All comparisons with NULL in an expression.
pub fn comparisons(expr: &Expr, sql: &str) -> Vec<Doubt> {
    let mut found = vec![];
    let _ = walk::expressions(expr, |part| {
        if let Some((null, hint)) = compared(part)
            && let Some(range) = range_of_node(sql, null).or_else(|| range_of_node(sql, part))
        {
            let message = match part {
                Expr::InList { negated: true, .. } => "`NOT IN` with a NULL in the list is never true",
                Expr::InList { .. } => "NULL in an `IN` list matches nothing, not even NULL",
                _ => "a comparison with NULL is always NULL",
            };
            let message = message.to_owned();
            let hint = Some(hint.to_owned());
            found.push(Doubt { code: codes::NULL_COMPARISON, range, message, hint, because: None });
        }
        ControlFlow::<()>::Continue(())
    });
    found
}

/// The NULL that something is compared with, and what was meant.
fn compared(expr: &Expr) -> Option<(&Expr, &'static str)> {
    use BinaryOperator as Op;
    match expr {
        Expr::BinaryOp { left, op, right } => {
            let hint = match op {
                Op::Eq => "write `is null`, or `<=>`",
                Op::NotEq => "write `is not null`",
                Op::Lt | Op::LtEq | Op::Gt | Op::GtEq => "remove it, or compare with a value",
                _ => return None,
            };
            [right, left].into_iter().find(|side| is_null(side)).map(|side| (&**side, hint))
        }
        Expr::InList { list, negated, .. } => {
            let hint = match negated {
                true => "remove it, and add `.. is not null` next to the list",
                false => "remove it, and write `.. is null or` before the list",
            };
            list.iter().find(|item| is_null(item)).map(|item| (item, hint))
        }
        Expr::Between { low, high, .. } => {
            [low, high].into_iter().find(|end| is_null(end)).map(|end| (&**end, "compare with the other bound alone"))
        }
        Expr::Case { operand: Some(_), conditions, .. } => {
            let null = conditions.iter().map(|when| &when.condition).find(|condition| is_null(condition));
            null.map(|null| (null, "write `case when .. is null then ..`"))
        }
        _ => None,
    }
}

fn is_null(expr: &Expr) -> bool {
    match bare(expr) {
        Expr::Value(literal) => literal.value == Value::Null,
        Expr::Cast { expr, .. } => is_null(expr),
        _ => false,
    }
}
