//! Comparisons of a column with a value that it never has.

use std::ops::ControlFlow;

use lakeflow::diag::did_you_mean;
use lakeflow::range_of_node;
use lakeflow::types::DataType;
use lakeflow::walk;
use sqlparser::ast::{BinaryOperator, Expr};

use super::literal::SpecLiteral;
use super::{ColumnTypes, Doubt, named};
use crate::codes;
use crate::model::{Constant, EntityColumn};
use crate::resolve::constant::{self, Misfit};
use crate::resolve::validity;

/// All literals in an expression that the column they are compared with never holds.
pub fn never(expr: &Expr, sql: &str, columns: &dyn ColumnTypes) -> Vec<Doubt> {
    let mut found = vec![];
    let _ = walk::expressions(expr, |part| {
        for (column, literal, is_wanted) in compared(part) {
            let Some((_, column)) = named(column, columns) else { continue };
            if let Some(Misfit { why, hint }) = misfit(column, literal, is_wanted)
                && let Some(range) = range_of_node(sql, literal).or_else(|| range_of_node(sql, part))
            {
                let message = format!("`{}` never has this value: {why}", column.name);
                let because = Some((column.span, "the column"));
                found.push(Doubt { code: codes::NEVER_HELD, range, message, hint, because });
            }
        }
        ControlFlow::<()>::Continue(())
    });
    found
}

/// What is compared for being the same: each expression with the other one, and whether rows are wanted that have it.
fn compared(expr: &Expr) -> Vec<(&Expr, &Expr, bool)> {
    use BinaryOperator as Op;
    match expr {
        Expr::BinaryOp { left, op: op @ (Op::Eq | Op::NotEq | Op::Spaceship), right } => {
            let is_wanted = *op != Op::NotEq;
            vec![(left, right, is_wanted), (right, left, is_wanted)]
        }
        Expr::InList { expr, list, negated } => list.iter().map(|item| (&**expr, item, !negated)).collect(),
        Expr::Case { operand: Some(operand), conditions, .. } => {
            conditions.iter().map(|when| (&**operand, &when.condition, true)).collect()
        }
        _ => vec![],
    }
}

/// Why a column never holds a literal.
fn misfit(column: &EntityColumn, literal: &Expr, is_wanted: bool) -> Option<Misfit> {
    let value = SpecLiteral::of(literal)?.in_column(&column.ty)?;
    if let Constant::Text(text) = &value {
        // `<> ''` does what it seems to do: a missing text is NULL, and left out.
        if text.trim_matches(' ').is_empty() && !is_wanted {
            return None;
        }
        if text.trim_matches(' ').is_empty() {
            let why = "an empty string is read as NULL".to_owned();
            return Some(Misfit { why, hint: Some("write `is null`".to_owned()) });
        }
        if let Err(misfit) = constant::exact(text, &DataType::String) {
            return Some(Misfit { why: format!("it {}", misfit.why), ..misfit });
        }
    }
    if column.default.as_ref() == Some(&value) {
        return None;
    }
    if let Some(accepted) = &column.validity.accepted {
        if accepted.contains(&value) {
            return None;
        }
        let known: Vec<String> = accepted.iter().map(Constant::to_string).collect();
        let meant = did_you_mean(&value.to_string(), known.iter().map(String::as_str));
        let listed = || (known.len() <= 12).then(|| format!("possible values: `{}`", known.join("`, `")));
        return Some(Misfit { why: format!("`{value}` is not accepted"), hint: meant.or_else(listed) });
    }
    validity::unmet(column, &value)
}
