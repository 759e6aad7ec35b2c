//! How tightly an expression binds, by the precedence table that the dialect parses with.
//!
//! The printer adds no brackets to a tree, so code that puts one expression into another asks here whether the text
//! would be parsed as the same tree.

use sqlparser::ast::{BinaryOperator, CastKind, Expr, UnaryOperator, Value};
use sqlparser::dialect::{Dialect, Precedence};

use crate::dialect::Lakeflow;

/// Binds tighter than any operator: names, literals, calls, brackets.
const PRIMARY: u8 = u8::MAX;
/// Binds looser than any operator: lambdas, and what the dialect has no operator for.
const LOOSE: u8 = 0;

/// The value of a row of the dialect's table.
fn row(row: Precedence) -> u8 {
    Lakeflow::for_tokens(0).prec_value(row)
}

/// How tightly a binary operator binds. All are read from left to right.
pub fn of_operator(op: &BinaryOperator) -> u8 {
    match op {
        BinaryOperator::Or => row(Precedence::Or),
        BinaryOperator::And => row(Precedence::And),
        BinaryOperator::Eq
        | BinaryOperator::NotEq
        | BinaryOperator::Lt
        | BinaryOperator::LtEq
        | BinaryOperator::Gt
        | BinaryOperator::GtEq
        | BinaryOperator::Spaceship => row(Precedence::Eq),
        BinaryOperator::BitwiseOr => row(Precedence::Pipe),
        BinaryOperator::BitwiseXor => row(Precedence::Caret),
        BinaryOperator::BitwiseAnd => row(Precedence::Ampersand),
        BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::StringConcat => row(Precedence::PlusMinus),
        BinaryOperator::Multiply
        | BinaryOperator::Divide
        | BinaryOperator::Modulo
        | BinaryOperator::MyIntegerDivide => row(Precedence::MulDivModOp),
        _ => LOOSE,
    }
}

/// How tightly `expr` binds as a whole.
pub fn of(expr: &Expr) -> u8 {
    match expr {
        Expr::BinaryOp { op, .. } => of_operator(op),
        Expr::UnaryOp { op: UnaryOperator::Not, .. } => not(),
        // A literal, sign included.
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } if is_number(expr) => PRIMARY,
        Expr::UnaryOp { .. } => sign(),
        Expr::Exists { negated: true, .. } => not(),
        Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotUnknown(_)
        | Expr::IsDistinctFrom(..)
        | Expr::IsNotDistinctFrom(..) => is(),
        Expr::Like { .. } | Expr::ILike { .. } | Expr::RLike { .. } | Expr::SimilarTo { .. } => like(),
        Expr::Between { .. } | Expr::InList { .. } | Expr::InSubquery { .. } => among(),
        Expr::Cast { kind: CastKind::DoubleColon, .. } | Expr::JsonAccess { .. } => row(Precedence::DoubleColon),
        Expr::Identifier(_)
        | Expr::CompoundIdentifier(_)
        | Expr::CompoundFieldAccess { .. }
        | Expr::Value(_)
        | Expr::TypedString(_)
        | Expr::Nested(_)
        | Expr::Function(_)
        | Expr::Case { .. }
        | Expr::Cast { .. }
        | Expr::Exists { .. }
        | Expr::Subquery(_)
        | Expr::Tuple(_)
        | Expr::Struct { .. }
        | Expr::Interval(_)
        | Expr::Ceil { .. }
        | Expr::Floor { .. }
        | Expr::Position { .. }
        | Expr::Substring { .. }
        | Expr::Trim { .. }
        | Expr::Overlay { .. }
        | Expr::Extract { .. } => PRIMARY,
        _ => LOOSE,
    }
}

/// `NOT a`.
pub fn not() -> u8 {
    row(Precedence::UnaryNot)
}

/// `-a`.
pub fn sign() -> u8 {
    row(Precedence::MulDivModOp)
}

/// `a IS NULL` and the other tests with `IS`.
pub fn is() -> u8 {
    row(Precedence::Is)
}

/// `a LIKE b` and its kind.
pub fn like() -> u8 {
    row(Precedence::Like)
}

/// `a IN (..)` and `a BETWEEN b AND c`.
pub fn among() -> u8 {
    row(Precedence::Between)
}

fn is_number(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(value) if matches!(value.value, Value::Number(..)))
}

/// Whether an expression can stand anywhere without brackets.
pub fn is_primary(expr: &Expr) -> bool {
    of(expr) == PRIMARY
}
