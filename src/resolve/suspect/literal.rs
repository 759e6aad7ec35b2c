//! Literals as values of the column that they are compared with, exactly or not at all.

use lakeflow::types::DataType;
use sqlparser::ast::{DataType as SqlType, Expr, TypedString, UnaryOperator, Value};

use super::bare;
use crate::model::{Constant, Double};
use crate::resolve::constant;

/// A literal.
#[derive(Debug, Clone, PartialEq)]
pub enum SpecLiteral {
    Null,
    Boolean(bool),
    /// A number without exponent and suffix, as written.
    Number(String),
    Text(String),
    Date(i32),
    Timestamp(i64),
}

impl SpecLiteral {
    /// The literal that an expression is.
    pub fn of(expr: &Expr) -> Option<SpecLiteral> {
        match bare(expr) {
            Expr::Value(literal) => match &literal.value {
                Value::Null => Some(SpecLiteral::Null),
                Value::Boolean(value) => Some(SpecLiteral::Boolean(*value)),
                Value::Number(digits, false) => is_plain(digits).then(|| SpecLiteral::Number(digits.clone())),
                Value::SingleQuotedString(text) => Some(SpecLiteral::Text(text.clone())),
                _ => None,
            },
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } => match SpecLiteral::of(expr)? {
                SpecLiteral::Number(digits) if !digits.starts_with('-') => {
                    Some(SpecLiteral::Number(format!("-{digits}")))
                }
                _ => None,
            },
            Expr::TypedString(TypedString { data_type, value, .. }) => {
                let Value::SingleQuotedString(text) = &value.value else { return None };
                match data_type {
                    SqlType::Date => dated(text, &DataType::Date),
                    SqlType::Timestamp(None, _) => dated(text, &DataType::Timestamp),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The value that a column has where it is equal to the literal; `None` where that is not known.
    pub fn in_column(&self, ty: &DataType) -> Option<Constant> {
        match (self, ty) {
            (SpecLiteral::Text(text), DataType::String) => Some(Constant::Text(text.clone())),
            (SpecLiteral::Number(digits), DataType::Decimal { .. }) => constant::exact(digits, ty).ok(),
            (SpecLiteral::Number(digits), ty) if ty.is_integral() => constant::exact(digits, ty).ok(),
            (SpecLiteral::Number(digits), DataType::Double) => constant::exact(digits, ty).ok(),
            (SpecLiteral::Boolean(value), DataType::Boolean) => Some(Constant::Boolean(*value)),
            (SpecLiteral::Date(days), DataType::Date) => Some(Constant::Date(*days)),
            (SpecLiteral::Timestamp(micros), DataType::Timestamp) => Some(Constant::Timestamp(*micros)),
            // Beside a date or a time, Spark reads a text as one.
            (SpecLiteral::Text(text), DataType::Date | DataType::Timestamp) => constant::read(text, ty),
            _ => None,
        }
    }

    /// Where the literal stands among whole numbers of the units of a column: the greatest that is not above it, and
    /// whether that is the literal itself.
    pub fn in_units(&self, ty: &DataType) -> Option<(i128, bool)> {
        match (self, ty) {
            (SpecLiteral::Number(digits), DataType::Decimal { scale, .. }) => units(digits, *scale),
            (SpecLiteral::Number(digits), ty) if ty.is_integral() => units(digits, 0),
            (_, DataType::Date | DataType::Timestamp) => match self.in_column(ty)? {
                Constant::Date(days) => Some((i128::from(days), true)),
                Constant::Timestamp(micros) => Some((i128::from(micros), true)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The literal beside a DOUBLE.
    pub fn as_double(&self) -> Option<Double> {
        match self {
            SpecLiteral::Number(digits) => Double::new(digits.parse().ok()?),
            _ => None,
        }
    }
}

fn dated(text: &str, ty: &DataType) -> Option<SpecLiteral> {
    match constant::read(text, ty)? {
        Constant::Date(days) => Some(SpecLiteral::Date(days)),
        Constant::Timestamp(micros) => Some(SpecLiteral::Timestamp(micros)),
        _ => None,
    }
}

fn is_plain(digits: &str) -> bool {
    digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') && digits.bytes().any(|b| b.is_ascii_digit())
}

/// Digits in units of a scale, rounded down.
fn units(digits: &str, scale: u8) -> Option<(i128, bool)> {
    let (sign, digits) = digits.strip_prefix('-').map_or((1, digits), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let scale = usize::from(scale);
    let kept: String = fraction.chars().chain(std::iter::repeat('0')).take(scale).collect();
    let beyond = fraction.get(scale..).unwrap_or("").bytes().any(|b| b != b'0');
    let value = sign * format!("0{whole}{kept}").parse::<i128>().ok()?;
    Some((value - i128::from(beyond && sign < 0), !beyond))
}

#[cfg(test)]
mod tests {
    use super::units;

    #[test]
    fn numbers_are_counted_in_units_of_the_scale() {
        assert_eq!(units("1.5", 2), Some((150, true)));
        assert_eq!(units("1.005", 2), Some((100, false)));
        assert_eq!(units("-1.005", 2), Some((-101, false)));
        assert_eq!(units("-0.5", 0), Some((-1, false)));
        assert_eq!(units(".5", 1), Some((5, true)));
        assert_eq!(units("7.0", 0), Some((7, true)));
    }
}
