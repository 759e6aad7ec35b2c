//! Unary and binary operators.
//!
//! Chains such as `a AND b AND ..` are processed in a loop: their length is bounded by the text, not by the stack.

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator, Value, ValueWithSpan};

use super::analyzer::{Analyzer, Typed};
use super::expr::number_literal;
use super::fault::FaultKind;
use super::flow::ExprOutcome;
use crate::dialect::UNSIGNED_SHIFT;
use crate::types::{Arithmetic, DataType, IntervalUnit};

impl Analyzer<'_> {
    pub(super) fn binary(&mut self, expr: &Expr) -> Typed {
        let mut chain = Vec::new();
        let mut first = expr;
        while let Expr::BinaryOp { left, op, right } = first {
            if !chain.is_empty() && self.is_group_key(first) {
                break;
            }
            chain.push((first, op, &**right));
            first = left;
        }
        let mark = self.flows.len();
        let mut result = self.expr(first);
        let mut left = first;
        for (whole, op, right) in chain.into_iter().rev() {
            let value = self.expr(right);
            self.settle_operation(op, (left, &result), (right, &value), mark);
            result = self.operate(op, result, value, (first, left, right));
            self.record_type(whole, &result.ty);
            left = right;
        }
        self.outcome = ExprOutcome::Settled;
        result
    }

    /// Notes how what was noted since `mark` hangs on the result of an operation.
    fn settle_operation(&mut self, op: &BinaryOperator, left: (&Expr, &Typed), right: (&Expr, &Typed), mark: usize) {
        let name = match op {
            BinaryOperator::And => "and",
            BinaryOperator::Or => "or",
            BinaryOperator::NotEq => "<>",
            BinaryOperator::Spaceship => "<=>",
            BinaryOperator::StringConcat => "||",
            BinaryOperator::Eq => "=",
            BinaryOperator::Lt => "<",
            BinaryOperator::LtEq => "<=",
            BinaryOperator::Gt => ">",
            BinaryOperator::GtEq => ">=",
            BinaryOperator::Plus => "+",
            BinaryOperator::Minus => "-",
            BinaryOperator::Multiply => "*",
            BinaryOperator::Divide => "/",
            _ => "",
        };
        if *op == BinaryOperator::Spaceship {
            self.compared_with_null(&[left, right], mark);
        }
        self.conclude(name, &[left, right]);
        if let ExprOutcome::Computed(hold) = std::mem::take(&mut self.outcome) {
            self.hold_since(mark, hold);
        }
    }

    /// `left op right`. `places` are where the chain begins, the operand before the operator, and the one after it.
    fn operate(&mut self, op: &BinaryOperator, left: Typed, right: Typed, places: (&Expr, &Expr, &Expr)) -> Typed {
        use BinaryOperator as Op;
        let nullable = left.nullable || right.nullable;
        match op {
            Op::And | Op::Or => {
                self.boolean_operand(&left, op, places.1);
                self.boolean_operand(&right, op, places.2);
                return Typed::boolean(nullable);
            }
            Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq | Op::Spaceship => {
                if comparable(&left.ty, &right.ty) {
                    self.both_converted((places.1, &left.ty), (places.2, &right.ty));
                } else {
                    let message = format!("cannot compare {} with {}", left.ty, right.ty);
                    // `a > 0 || b < 1`: what binds closer than the comparisons was meant to join them.
                    let written = self.slice(self.range_of_expr(places.0).start..self.range_of_expr(places.2).end);
                    let hint = match written.contains("||") {
                        true => Some("`||` joins strings: write `or` between conditions"),
                        false => compare_hint(&left.ty, &right.ty),
                    };
                    self.operand_fault(places, message, hint);
                }
                return Typed::boolean(nullable && *op != Op::Spaceship);
            }
            _ => {}
        }
        match operator_type(op, &left, &right) {
            Ok(Some(ty)) => {
                self.operands_converted(op, (places.1, &left.ty), (places.2, &right.ty));
                Typed::new(ty, nullable)
            }
            Ok(None) => {
                let message = format!("`{op}` does not take {} and {}", left.ty, right.ty);
                self.operand_fault(places, message, None);
                Typed::unknown()
            }
            Err(()) => {
                let range = self.range_of_expr(places.0).start..self.range_of_expr(places.2).end;
                self.fault(FaultKind::Unsupported, range, format!("operator `{op}` is not supported"));
                Typed::unknown()
            }
        }
    }

    fn operand_fault(&mut self, (first, _, last): (&Expr, &Expr, &Expr), message: String, hint: Option<&str>) {
        let range = self.range_of_expr(first).start..self.range_of_expr(last).end;
        self.fault_with(FaultKind::TypeMismatch, range, message, hint);
    }

    fn boolean_operand(&mut self, typed: &Typed, op: &BinaryOperator, expr: &Expr) {
        if typed.ty != DataType::Boolean && !typed.ty.is_open() {
            let range = self.range_of_expr(expr);
            self.fault(FaultKind::NotBoolean, range, format!("`{op}` needs BOOLEAN, found {}", typed.ty));
        }
    }

    pub(super) fn unary(&mut self, op: UnaryOperator, operand: &Expr) -> Typed {
        let typed = match (op, literal_digits(operand)) {
            (UnaryOperator::Minus, Some(digits)) => number_literal(digits, true),
            _ => self.expr(operand),
        };
        let fits = match op {
            UnaryOperator::Not | UnaryOperator::BangNot => {
                if typed.ty != DataType::Boolean && !typed.ty.is_open() {
                    let range = self.range_of_expr(operand);
                    self.fault(FaultKind::NotBoolean, range, format!("`NOT` needs BOOLEAN, found {}", typed.ty));
                }
                self.conclude("not", &[(operand, &typed)]);
                return Typed::boolean(typed.nullable);
            }
            UnaryOperator::Minus | UnaryOperator::Plus => typed.ty.is_numeric() || typed.ty.is_interval(),
            UnaryOperator::BitwiseNot => typed.ty.is_integral(),
            _ => false,
        };
        if op == UnaryOperator::Minus {
            self.conclude("negative", &[(operand, &typed)]);
        }
        match fits || typed.ty.is_open() {
            true => typed,
            false if typed.ty == DataType::String => {
                self.converted(operand, &typed.ty, &DataType::Double);
                Typed::new(DataType::Double, typed.nullable)
            }
            false => {
                let range = self.range_of_expr(operand);
                self.fault(FaultKind::TypeMismatch, range, format!("`{op}` does not take {}", typed.ty));
                Typed::unknown()
            }
        }
    }
}

/// The digits of a number without a suffix or brackets: a sign before it is a part of the literal.
fn literal_digits(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(ValueWithSpan { value: Value::Number(digits, false), .. }) => Some(digits),
        _ => None,
    }
}

/// Whether values of both types can be compared.
pub(super) fn comparable(a: &DataType, b: &DataType) -> bool {
    a.common(b).is_some_and(|ty| ty.is_ordered())
}

fn compare_hint(a: &DataType, b: &DataType) -> Option<&'static str> {
    match (a, b) {
        (DataType::Boolean, ty) | (ty, DataType::Boolean) if ty.is_integral() => {
            Some("a BOOLEAN is TRUE or FALSE, not 1 or 0")
        }
        (DataType::Date, ty) | (ty, DataType::Date) if ty.is_integral() => Some("write a date as DATE'2024-12-31'"),
        _ => None,
    }
}

/// The type of an arithmetic operator; `Ok(None)` for operands that do not fit, `Err` for an operator of other databases.
pub(super) fn operator_type(op: &BinaryOperator, left: &Typed, right: &Typed) -> Result<Option<DataType>, ()> {
    use BinaryOperator as Op;
    let (l, r) = (&left.ty, &right.ty);
    if *l == DataType::Unknown || *r == DataType::Unknown {
        return Ok(Some(DataType::Unknown));
    }
    Ok(match op {
        Op::Plus => moment(op, l, r).or_else(|| moment(op, r, l)).or_else(|| arithmetic(Arithmetic::Add, left, right)),
        Op::Minus => moment(op, l, r).or_else(|| arithmetic(Arithmetic::Subtract, left, right)),
        Op::Multiply => scaled(l, r).or_else(|| scaled(r, l)).or_else(|| arithmetic(Arithmetic::Multiply, left, right)),
        Op::Divide => scaled(l, r).or_else(|| arithmetic(Arithmetic::Divide, left, right)),
        Op::Modulo => arithmetic(Arithmetic::Remainder, left, right),
        Op::MyIntegerDivide => arithmetic(Arithmetic::Divide, left, right).map(|_| DataType::BigInt),
        Op::StringConcat => concatenated(l, r),
        Op::BitwiseAnd | Op::BitwiseOr | Op::BitwiseXor => {
            l.common(r).filter(|ty| ty.is_integral() || *ty == DataType::Null)
        }
        Op::PGBitwiseShiftLeft | Op::PGBitwiseShiftRight => shifted_bits(l, r),
        Op::Custom(op) if op == UNSIGNED_SHIFT => shifted_bits(l, r),
        _ => return Err(()),
    })
}

/// A BIGINT keeps its type when its bits are shifted; all other numbers become an INT.
fn shifted_bits(value: &DataType, by: &DataType) -> Option<DataType> {
    let is_number = |ty: &DataType| ty.is_numeric() || matches!(ty, DataType::String | DataType::Null);
    (is_number(value) && is_number(by)).then(|| bits_of(value))
}

/// The type of a value whose bits are shifted.
pub(super) fn bits_of(value: &DataType) -> DataType {
    if *value == DataType::BigInt { DataType::BigInt } else { DataType::Int }
}

/// Arithmetic of numbers; a whole number written out counts with the digits it has.
pub(super) fn arithmetic(op: Arithmetic, left: &Typed, right: &Typed) -> Option<DataType> {
    let exact = |own: &Typed, other: &Typed| match own.digits {
        Some(digits) if matches!(other.ty, DataType::Decimal { .. }) => DataType::decimal(u32::from(digits), 0),
        _ => own.ty.clone(),
    };
    exact(left, right).arithmetic(op, &exact(right, left))
}

/// Dates, timestamps and intervals with `+` and `-`.
fn moment(op: &BinaryOperator, left: &DataType, right: &DataType) -> Option<DataType> {
    use DataType as T;
    let minus = *op == BinaryOperator::Minus;
    match (left, right) {
        (T::Date, T::TinyInt | T::SmallInt | T::Int) => Some(T::Date),
        (T::Date, T::Date | T::String) if minus => Some(T::Interval { from: IntervalUnit::Day, to: IntervalUnit::Day }),
        (T::String, T::Date) if minus => Some(T::Interval { from: IntervalUnit::Day, to: IntervalUnit::Day }),
        (a, b) if minus && a.is_temporal() && b.is_temporal() => Some(T::DAY_TO_SECOND),
        (T::String, interval) if interval.is_interval() => Some(T::Timestamp),
        (a, interval) if a.is_temporal() && interval.is_interval() => Some(a.shifted_by(interval)),
        (a, T::Null) | (T::Null, a) if a.is_temporal() => Some(a.clone()),
        (a, b) if a.is_interval() && b.is_interval() => a.common(b),
        _ => None,
    }
}

/// An interval times or by a number.
fn scaled(interval: &DataType, factor: &DataType) -> Option<DataType> {
    match interval {
        DataType::Interval { from, .. } if factor.is_numeric() => Some(match from.counts_months() {
            true => DataType::YEAR_TO_MONTH,
            false => DataType::DAY_TO_SECOND,
        }),
        _ => None,
    }
}

/// `||` joins strings, binaries or arrays; other simple values count as strings.
fn concatenated(left: &DataType, right: &DataType) -> Option<DataType> {
    match (left, right) {
        (DataType::Array(_), _) | (_, DataType::Array(_)) => left.common(right),
        (DataType::Binary, DataType::Binary) => Some(DataType::Binary),
        (a, b) if DataType::String.fits(a) && DataType::String.fits(b) => Some(DataType::String),
        _ => None,
    }
}
