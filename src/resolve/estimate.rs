//! How close a computed quotient is to its exact value, and how close the exact value can be to a half.

use lakeflow::types::DataType;
use sqlparser::ast::{BinaryOperator, Expr};

use super::rounding::{Fraction, Holes, RoundingTarget, atom, is_exact_operator, is_quotient};

/// How far what is computed can be from the value of an expression.
#[derive(Clone, Copy)]
pub struct Estimate {
    /// The value is below 10^`whole`,
    whole: f64,
    /// a whole number over 10^`scale` and a whole number of at most `divisor` digits,
    scale: f64,
    divisor: f64,
    /// and what is computed is at most this far from it.
    error: f64,
}

impl Estimate {
    /// Of an expression; `None` where nothing is known of it.
    pub fn of(expr: &Expr, holes: &Holes) -> Option<Estimate> {
        match expr {
            Expr::Nested(inner) => Estimate::of(inner, holes),
            Expr::BinaryOp { left, op: BinaryOperator::Divide, right } => {
                let (left, right) = (Estimate::of(left, holes)?, Estimate::of(right, holes)?);
                left.over(right, &holes.type_of(expr))
            }
            Expr::BinaryOp { left, op, right } if is_exact_operator(op) => {
                let (left, right) = (Estimate::of(left, holes)?, Estimate::of(right, holes)?);
                left.with(op, right, &holes.type_of(expr))
            }
            Expr::Function(call) if is_quotient(call) => None,
            _ => {
                let Fraction { above, .. } = atom(expr, holes)?;
                let bits = |bits: f64| bits * 2_f64.log10();
                // A whole number fills its bits, not all digits.
                let whole = match holes.type_of(expr) {
                    DataType::Int => bits(31.0).min(f64::from(above.whole)),
                    DataType::BigInt => bits(63.0).min(f64::from(above.whole)),
                    _ => f64::from(above.whole),
                };
                Some(Estimate { whole, scale: f64::from(above.scale), divisor: 0.0, error: 0.0 })
            }
        }
    }

    fn over(self, by: Estimate, ty: &DataType) -> Option<Estimate> {
        if by.error > 0.0 || by.divisor > 0.0 {
            return None;
        }
        let divisor = self.divisor + by.whole + by.scale;
        let own = match ty {
            DataType::Decimal { scale, .. } => 0.5 * 10_f64.powi(-i32::from(*scale)),
            // Relative to the quotient, one part in 2^52, and the quotient is the smaller the longer the divisor is.
            _ if self.error == 0.0 && self.scale == 0.0 && by.scale == 0.0 => {
                10_f64.powf(self.whole - divisor) / 2_f64.powi(52)
            }
            _ => return None,
        };
        let error = own + self.error * 10_f64.powf(by.scale);
        Some(Estimate { whole: self.whole + by.scale, scale: self.scale, divisor, error })
    }

    fn with(self, op: &BinaryOperator, other: Estimate, ty: &DataType) -> Option<Estimate> {
        let (scale, whole, carried) = match op {
            BinaryOperator::Multiply => (
                self.scale + other.scale,
                self.whole + other.whole,
                self.error * 10_f64.powf(other.whole)
                    + other.error * 10_f64.powf(self.whole)
                    + self.error * other.error,
            ),
            _ => (self.scale.max(other.scale), self.whole.max(other.whole) + 0.302, self.error + other.error),
        };
        let divisor = self.divisor + other.divisor;
        let own = match ty {
            DataType::Decimal { scale: kept, .. } if divisor > 0.0 || f64::from(*kept) < scale => {
                0.5 * 10_f64.powi(-i32::from(*kept))
            }
            DataType::Decimal { .. } => 0.0,
            ty if ty.is_integral() => 0.0,
            _ => return None,
        };
        Some(Estimate { whole, scale, divisor, error: carried + own })
    }

    /// Whether no half of the target lies within the error of a value that is none.
    pub fn stays_below(&self, target: &RoundingTarget) -> bool {
        if self.error == 0.0 {
            return true;
        }
        let nearest = -(self.scale.max(f64::from(target.scale)) + self.divisor);
        // A hair on the safe side of the arithmetic of this function itself.
        (2.0 * self.error).log10() + 1e-9 < nearest
    }
}
