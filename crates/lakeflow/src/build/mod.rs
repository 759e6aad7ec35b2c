//! Constructors for expressions. All code that generates SQL uses them.
//!
//! Each puts brackets around operands where the text would otherwise be parsed as a different tree; existing brackets
//! are kept. Printing and parsing the result gives the same tree.

mod hole;
mod precedence;

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{BinaryOperator, CaseWhen, CastKind, Expr, Ident, UnaryOperator, Value};

pub use hole::{fill, filled, hole, hole_number};

use super::ast::call_of;
use super::reserved::ident;
use super::types::DataType;

/// `expr`, in brackets unless it binds at least as tightly as `needed`.
fn operand(expr: Expr, needed: u8) -> Box<Expr> {
    if precedence::of(&expr) < needed { bracketed(expr) } else { Box::new(expr) }
}

fn bracketed(expr: Expr) -> Box<Expr> {
    Box::new(Expr::Nested(Box::new(expr)))
}

/// `(expr)`
pub fn nested(expr: Expr) -> Expr {
    *bracketed(bare(expr))
}

/// `expr` without the brackets around the whole of it, for places that need none.
pub fn bare(expr: Expr) -> Expr {
    match expr {
        Expr::Nested(inner) => bare(*inner),
        other => other,
    }
}

/// A column, or a path of names that leads to one: `a.b.c`.
pub fn column<'a>(path: impl IntoIterator<Item = &'a str>) -> Expr {
    let mut idents: Vec<Ident> = path.into_iter().map(ident).collect();
    match idents.len() {
        1 => Expr::Identifier(idents.remove(0)),
        _ => Expr::CompoundIdentifier(idents),
    }
}

/// A string.
pub fn string(text: impl Into<String>) -> Expr {
    Expr::value(Value::SingleQuotedString(text.into()))
}

/// A whole number.
pub fn number(value: i64) -> Expr {
    digits(&value.to_string())
}

/// A number by its digits, perhaps with a `-` before them.
pub fn digits(text: &str) -> Expr {
    let number = |digits: &str| Expr::value(Value::Number(digits.to_owned(), false));
    match text.strip_prefix('-') {
        Some(digits) => Expr::UnaryOp { op: UnaryOperator::Minus, expr: Box::new(number(digits)) },
        None => number(text),
    }
}

/// `TRUE` or `FALSE`.
pub fn truth(value: bool) -> Expr {
    Expr::value(Value::Boolean(value))
}

/// `NULL`.
pub fn null() -> Expr {
    Expr::value(Value::Null)
}

/// `left op right`.
pub fn binary(left: Expr, op: BinaryOperator, right: Expr) -> Expr {
    let strength = precedence::of_operator(&op);
    Expr::BinaryOp { left: operand(left, strength), op, right: operand(right, strength.saturating_add(1)) }
}

/// `left = right`.
pub fn equal(left: Expr, right: Expr) -> Expr {
    binary(left, BinaryOperator::Eq, right)
}

/// All of `conditions`; `TRUE` when there are none.
pub fn and(conditions: impl IntoIterator<Item = Expr>) -> Expr {
    joined(conditions, &BinaryOperator::And).unwrap_or_else(|| truth(true))
}

/// Any of `conditions`; `FALSE` when there are none.
pub fn or(conditions: impl IntoIterator<Item = Expr>) -> Expr {
    joined(conditions, &BinaryOperator::Or).unwrap_or_else(|| truth(false))
}

fn joined(conditions: impl IntoIterator<Item = Expr>, op: &BinaryOperator) -> Option<Expr> {
    conditions.into_iter().reduce(|left, right| binary(left, op.clone(), right))
}

/// A condition as one of several behind `WHERE`, each on a line of its own with `AND` before it.
pub fn conjunct(condition: Expr) -> Expr {
    *operand(condition, precedence::of_operator(&BinaryOperator::And))
}

/// Whether an operator gives a truth value.
pub fn is_test(op: &BinaryOperator) -> bool {
    precedence::of_operator(op) <= precedence::of_operator(&BinaryOperator::Eq)
}

/// Whether an expression is a test, which gives a truth value: a comparison, `IS`, `LIKE`, `IN`, `NOT`, `AND`, `OR`.
pub fn is_predicate(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_predicate(inner),
        Expr::BinaryOp { op, .. } => is_test(op),
        Expr::Exists { .. } => true,
        other => (1..=precedence::among()).contains(&precedence::of(other)),
    }
}

/// `NOT expr`.
pub fn not(expr: Expr) -> Expr {
    Expr::UnaryOp { op: UnaryOperator::Not, expr: operand(expr, precedence::not()) }
}

/// `expr IS NULL`.
pub fn is_null(expr: Expr) -> Expr {
    Expr::IsNull(operand(expr, precedence::is()))
}

/// `expr IS NOT NULL`.
pub fn is_not_null(expr: Expr) -> Expr {
    Expr::IsNotNull(operand(expr, precedence::is()))
}

/// `(expr) IS NOT TRUE`: false or NULL. The brackets show what it is about.
pub fn is_not_true(expr: Expr) -> Expr {
    Expr::IsNotTrue(bracketed(bare(expr)))
}

/// `expr RLIKE 'pattern'`.
pub fn rlike(expr: Expr, pattern: &str) -> Expr {
    let (expr, pattern) = (operand(expr, precedence::like()), Box::new(string(pattern)));
    Expr::RLike { negated: false, expr, pattern, regexp: false }
}

/// `expr IN (list)`.
pub fn in_list(expr: Expr, list: Vec<Expr>) -> Expr {
    Expr::InList { expr: operand(expr, precedence::among()), list, negated: false }
}

/// `expr NOT IN (list)`.
pub fn not_in_list(expr: Expr, list: Vec<Expr>) -> Expr {
    Expr::InList { expr: operand(expr, precedence::among()), list, negated: true }
}

/// `name(args)`.
pub fn call(name: &str, args: impl IntoIterator<Item = Expr>) -> Expr {
    Expr::Function(call_of(name, args))
}

/// `CAST(expr AS ty)`.
pub fn cast(expr: Expr, ty: &DataType) -> Expr {
    cast_as(CastKind::Cast, expr, ty)
}

/// `try_cast(expr AS ty)`: NULL where `CAST` would fail.
pub fn try_cast(expr: Expr, ty: &DataType) -> Expr {
    cast_as(CastKind::TryCast, expr, ty)
}

fn cast_as(kind: CastKind, expr: Expr, ty: &DataType) -> Expr {
    Expr::Cast { kind, expr: Box::new(expr), data_type: ty.to_sql(), array: false, format: None }
}

/// `CASE WHEN condition THEN result .. [ELSE otherwise] END`.
pub fn case(branches: impl IntoIterator<Item = (Expr, Expr)>, otherwise: Option<Expr>) -> Expr {
    Expr::Case {
        case_token: AttachedToken::empty(),
        end_token: AttachedToken::empty(),
        operand: None,
        conditions: branches.into_iter().map(|(condition, result)| CaseWhen { condition, result }).collect(),
        else_result: otherwise.map(Box::new),
    }
}
