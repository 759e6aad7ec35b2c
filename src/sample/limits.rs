//! What the checks of an entity demand of single columns, and of pairs of them.
//!
//! Only plain comparisons are understood (`quantity > 0`, `due_on >= lent_on`, `mark between 1 and 6`), wherever they
//! stand under AND and OR. That is enough to make values that keep most checks, and others that break them on purpose;
//! a check that is not understood is neither kept nor broken by design.

use std::collections::BTreeMap;

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator, Value};

use super::calendar;
use crate::model::{ColumnId, Entity, Expression, HoleName, RuleKind};

/// Bounds that the rules of an entity set to its numbers and dates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    low: BTreeMap<ColumnId, i64>,
    high: BTreeMap<ColumnId, i64>,
    /// Pairs of columns: the first must be the greater one.
    pub ordered: Vec<(ColumnId, ColumnId)>,
}

impl Limits {
    /// Reads the checks of an entity.
    pub fn of(entity: &Entity) -> Self {
        let mut limits = Limits::default();
        for rule in &entity.rules {
            if let RuleKind::Check(check) = &rule.kind {
                limits.read(&check.condition, check.condition.tree());
            }
        }
        limits
    }

    /// The least whole number (or day since 1970) that a column may hold.
    pub fn low(&self, column: ColumnId) -> Option<i64> {
        self.low.get(&column).copied()
    }

    /// The greatest one.
    pub fn high(&self, column: ColumnId) -> Option<i64> {
        self.high.get(&column).copied()
    }

    /// Reads a part of a condition.
    fn read(&mut self, condition: &Expression, part: &Expr) {
        match part {
            Expr::Nested(inner) => self.read(condition, inner),
            Expr::BinaryOp { left, op: BinaryOperator::And | BinaryOperator::Or, right } => {
                self.read(condition, left);
                self.read(condition, right);
            }
            Expr::BinaryOp { left, op, right } => {
                self.compare(condition, left, op, right);
            }
            Expr::Between { expr, negated: false, low, high } => {
                self.compare(condition, expr, &BinaryOperator::GtEq, low);
                self.compare(condition, expr, &BinaryOperator::LtEq, high);
            }
            _ => {}
        }
    }

    fn compare(&mut self, condition: &Expression, left: &Expr, op: &BinaryOperator, right: &Expr) {
        match (column(condition, left), column(condition, right)) {
            (Some(a), Some(b)) => match op {
                BinaryOperator::Gt | BinaryOperator::GtEq => self.ordered.push((a, b)),
                BinaryOperator::Lt | BinaryOperator::LtEq => self.ordered.push((b, a)),
                _ => {}
            },
            (Some(column), None) => self.limit(column, op, right),
            (None, Some(column)) => self.limit(column, &mirrored(op), left),
            (None, None) => {}
        }
    }

    /// A strict limit moves by one, which is right for whole numbers and safe for others.
    fn limit(&mut self, column: ColumnId, op: &BinaryOperator, literal: &Expr) {
        let Some(number) = number(literal) else { return };
        match op {
            BinaryOperator::Gt => self.low.insert(column, number + 1),
            BinaryOperator::GtEq => self.low.insert(column, number),
            BinaryOperator::Lt => self.high.insert(column, number - 1),
            BinaryOperator::LtEq => self.high.insert(column, number),
            BinaryOperator::NotEq if number == 0 => self.low.insert(column, 1),
            _ => None,
        };
    }
}

fn column(condition: &Expression, part: &Expr) -> Option<ColumnId> {
    if let Expr::Nested(inner) = part {
        return column(condition, inner);
    }
    match &condition.leaf(part)?.named {
        HoleName::Column(path) => Some(path.column),
        HoleName::Output(_) | HoleName::Measure(_) => None,
    }
}

fn mirrored(op: &BinaryOperator) -> BinaryOperator {
    match op {
        BinaryOperator::Gt => BinaryOperator::Lt,
        BinaryOperator::GtEq => BinaryOperator::LtEq,
        BinaryOperator::Lt => BinaryOperator::Gt,
        BinaryOperator::LtEq => BinaryOperator::GtEq,
        other => other.clone(),
    }
}

/// A whole number, or the day of a date. Decimals lose their fraction.
fn number(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(text, _) => text.split('.').next().and_then(|whole| whole.parse().ok()),
            Value::SingleQuotedString(text) => calendar::day_of(text),
            _ => None,
        },
        Expr::TypedString(typed) => number(&Expr::Value(typed.value.clone())),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => number(expr).map(|n| -n),
        Expr::Nested(inner) => number(inner),
        _ => None,
    }
}
