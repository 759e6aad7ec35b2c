//! `+ - * / % div` and their `try_` forms by Spark's ANSI rules: types, exact decimals, overflow and zero as errors.
//!
//! Arrow's operators wrap on overflow, divide integers as integers and give decimals other types; none is used here.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, Float64Array, Int64Array};
use datafusion::arrow::compute::kernels::numeric::neg;
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type, i256};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};

use super::cast::convert;
use super::native::{GivenArguments, Native, NativeCall, NativeParam, native};
use super::types::{self, MAX_PRECISION};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    PositiveRemainder,
    IntegerDivide,
}

const TWO: &[NativeParam] = &[NativeParam::Any, NativeParam::Any];

/// The operators as functions of two numbers.
pub(super) const FUNCTIONS: &[Native] = &[
    native("__add", TWO, |g| result(Op::Add, g), |c| compute(Op::Add, c, false)),
    native("__subtract", TWO, |g| result(Op::Subtract, g), |c| compute(Op::Subtract, c, false)),
    native("__multiply", TWO, |g| result(Op::Multiply, g), |c| compute(Op::Multiply, c, false)),
    native("__divide", TWO, |g| result(Op::Divide, g), |c| compute(Op::Divide, c, false)),
    native("mod", TWO, |g| result(Op::Remainder, g), |c| compute(Op::Remainder, c, false)),
    native("pmod", TWO, |g| result(Op::PositiveRemainder, g), |c| compute(Op::PositiveRemainder, c, false)),
    native("__integer_divide", TWO, |g| result(Op::IntegerDivide, g), |c| compute(Op::IntegerDivide, c, false)),
    native("__negative", &[NativeParam::Any], negative_type, |c| Ok(neg(c.arg(0)?)?)),
    native("try_add", TWO, |g| result(Op::Add, g), |c| compute(Op::Add, c, true)),
    native("try_subtract", TWO, |g| result(Op::Subtract, g), |c| compute(Op::Subtract, c, true)),
    native("try_multiply", TWO, |g| result(Op::Multiply, g), |c| compute(Op::Multiply, c, true)),
    native("try_divide", TWO, |g| result(Op::Divide, g), |c| compute(Op::Divide, c, true)),
    native("try_mod", TWO, |g| result(Op::Remainder, g), |c| compute(Op::Remainder, c, true)),
];

fn result(op: Op, given: &GivenArguments) -> Result<DataType> {
    let (left, right) = (given.type_at(0), given.type_at(1));
    let number = |ty: &DataType| ty.is_numeric() || ty.is_null();
    if !number(&left) || !number(&right) {
        let (left, right) = (types::show(&left), types::show(&right));
        return plan_err!(
            "arithmetic on {left} and {right} is not supported by the local engine; cast both to numbers"
        );
    }
    if op == Op::IntegerDivide {
        return match left.is_floating() || right.is_floating() {
            true => plan_err!("`div` takes whole numbers and decimals, no DOUBLE; cast it first"),
            false => Ok(DataType::Int64),
        };
    }
    let decimal = |ty: &DataType| matches!(ty, DataType::Decimal128(..));
    let floating = |ty: &DataType| ty.is_floating();
    if floating(&left) || floating(&right) {
        // A FLOAT holds no whole number of more than seven digits, so that beside one it becomes a DOUBLE.
        let single = |ty: &DataType| matches!(ty, DataType::Float32 | DataType::Null);
        let float = op != Op::Divide && single(&left) && single(&right);
        return Ok(if float { DataType::Float32 } else { DataType::Float64 });
    }
    if decimal(&left) || decimal(&right) {
        return Ok(decimal_result(op, precision(&left), precision(&right)));
    }
    Ok(if op == Op::Divide { DataType::Float64 } else { wider(&left, &right) })
}

fn negative_type(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(0) {
        ty if ty.is_numeric() || matches!(ty, DataType::Interval(_) | DataType::Duration(_) | DataType::Null) => Ok(ty),
        other => plan_err!("{} has no negative in the local engine; cast it to a number", types::show(&other)),
    }
}

fn wider(left: &DataType, right: &DataType) -> DataType {
    let rank = |ty: &DataType| match ty {
        DataType::Null => 0,
        DataType::Int8 => 1,
        DataType::Int16 => 2,
        DataType::Int32 => 3,
        _ => 4,
    };
    match rank(left).max(rank(right)) {
        1 => DataType::Int8,
        2 => DataType::Int16,
        4 => DataType::Int64,
        _ => DataType::Int32,
    }
}

/// Precision and scale of an operand. Types alone count: a literal that counts by its digits is a decimal when it comes
/// here ([`literal_as_decimal`]), because constants that the optimizer folds may not change the type of a plan.
fn precision(ty: &DataType) -> (i32, i32) {
    match ty {
        DataType::Decimal128(p, s) => (i32::from(*p), i32::from(*s)),
        DataType::Int8 => (3, 0),
        DataType::Int16 => (5, 0),
        DataType::Int32 => (10, 0),
        DataType::Null => (1, 0),
        _ => (20, 0),
    }
}

/// An integer literal beside a decimal is a decimal of just its digits.
pub(super) fn literal_as_decimal(literal: &ScalarValue) -> Option<ScalarValue> {
    let value = match literal {
        ScalarValue::Int32(Some(n)) => i64::from(*n),
        ScalarValue::Int64(Some(n)) => *n,
        _ => return None,
    };
    let digits = value.unsigned_abs().to_string().len();
    Some(ScalarValue::Decimal128(Some(i128::from(value)), u8::try_from(digits).ok()?, 0))
}

/// Spark's result types (`DecimalPrecision`), cut to 38 digits with at least six decimals kept where there are six.
fn decimal_result(op: Op, (p1, s1): (i32, i32), (p2, s2): (i32, i32)) -> DataType {
    let (precision, scale) = match op {
        Op::Add | Op::Subtract => ((p1 - s1).max(p2 - s2) + s1.max(s2) + 1, s1.max(s2)),
        Op::Multiply => (p1 + p2 + 1, s1 + s2),
        Op::Divide => {
            let scale = (s1 + p2 + 1).max(6);
            (p1 - s1 + s2 + scale, scale)
        }
        Op::Remainder | Op::PositiveRemainder | Op::IntegerDivide => ((p1 - s1).min(p2 - s2) + s1.max(s2), s1.max(s2)),
    };
    let most = i32::from(MAX_PRECISION);
    if precision <= most {
        return DataType::Decimal128(precision.max(1) as u8, scale as i8);
    }
    let kept = (most - (precision - scale)).max(scale.min(6));
    DataType::Decimal128(MAX_PRECISION, kept as i8)
}

fn compute(op: Op, call: &NativeCall, lenient: bool) -> Result<ArrayRef> {
    match call.returns {
        DataType::Float64 | DataType::Float32 => floats(op, call, lenient),
        DataType::Decimal128(precision, scale) => decimals(op, call, (precision, scale), lenient),
        _ if op == Op::IntegerDivide
            && call.args().iter().any(|a| matches!(a.data_type(), DataType::Decimal128(..))) =>
        {
            let quotients = decimals(op, call, (MAX_PRECISION, 0), lenient)?;
            convert(&quotients, &call.returns, lenient)
        }
        _ => integers(op, call, lenient),
    }
}

/// What a pair of values gives: a value, or the reason why there is none.
enum PairOutcome<T> {
    Value(T),
    Overflow,
    Zero,
}

impl<T> From<Option<T>> for PairOutcome<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(PairOutcome::Overflow, PairOutcome::Value)
    }
}

impl<T> PairOutcome<T> {
    fn settle(self, lenient: bool) -> Result<Option<T>> {
        match self {
            PairOutcome::Value(value) => Ok(Some(value)),
            _ if lenient => Ok(None),
            PairOutcome::Overflow => exec_err!("arithmetic overflow; the `try_` functions give NULL instead"),
            PairOutcome::Zero => exec_err!("division by zero; `try_divide` gives NULL instead"),
        }
    }
}

fn pairs<A, T>(
    left: impl Iterator<Item = Option<A>>,
    right: impl Iterator<Item = Option<A>>,
    lenient: bool,
    apply: impl Fn(A, A) -> PairOutcome<T>,
) -> Result<Vec<Option<T>>> {
    let settled = left.zip(right).map(|(a, b)| match (a, b) {
        (Some(a), Some(b)) => apply(a, b).settle(lenient),
        _ => Ok(None),
    });
    settled.collect()
}

fn floats(op: Op, call: &NativeCall, lenient: bool) -> Result<ArrayRef> {
    let left = convert(call.arg(0)?, &DataType::Float64, lenient)?;
    let right = convert(call.arg(1)?, &DataType::Float64, lenient)?;
    let (left, right) = (left.as_primitive::<Float64Type>(), right.as_primitive::<Float64Type>());
    let values = pairs(left.iter(), right.iter(), lenient, |a, b| match op {
        Op::Add => PairOutcome::Value(a + b),
        Op::Subtract => PairOutcome::Value(a - b),
        Op::Multiply => PairOutcome::Value(a * b),
        _ if b == 0.0 => PairOutcome::Zero,
        Op::Divide => PairOutcome::Value(a / b),
        Op::IntegerDivide => PairOutcome::Value((a / b).trunc()),
        Op::Remainder => PairOutcome::Value(a % b),
        Op::PositiveRemainder => PairOutcome::Value(if a % b < 0.0 { (a % b + b) % b } else { a % b }),
    })?;
    let values: ArrayRef = Arc::new(values.into_iter().collect::<Float64Array>());
    convert(&values, &call.returns, lenient)
}

fn integers(op: Op, call: &NativeCall, lenient: bool) -> Result<ArrayRef> {
    let left = convert(call.arg(0)?, &DataType::Int64, lenient)?;
    let right = convert(call.arg(1)?, &DataType::Int64, lenient)?;
    let (left, right) = (left.as_primitive::<Int64Type>(), right.as_primitive::<Int64Type>());
    let bits = call.returns.primitive_width().map_or(64, |bytes| bytes * 8) as u32;
    let limit = i64::MAX >> (64 - bits);
    let values = pairs(left.iter(), right.iter(), lenient, |a, b| {
        let value = match op {
            Op::Add => a.checked_add(b),
            Op::Subtract => a.checked_sub(b),
            Op::Multiply => a.checked_mul(b),
            _ if b == 0 => return PairOutcome::Zero,
            Op::Divide | Op::IntegerDivide => a.checked_div(b),
            Op::Remainder => Some(a.wrapping_rem(b)),
            Op::PositiveRemainder => {
                let rest = i128::from(a).wrapping_rem(i128::from(b));
                i64::try_from(if rest < 0 { (rest + i128::from(b)) % i128::from(b) } else { rest }).ok()
            }
        };
        value.filter(|v| (-limit - 1..=limit).contains(v)).into()
    })?;
    let values: ArrayRef = Arc::new(values.into_iter().collect::<Int64Array>());
    convert(&values, &call.returns, lenient)
}

fn decimals(op: Op, call: &NativeCall, (precision, scale): (u8, i8), lenient: bool) -> Result<ArrayRef> {
    let (left, s1) = as_decimal(call.arg(0)?)?;
    let (right, s2) = as_decimal(call.arg(1)?)?;
    let bound = i256::from_i128(10_i128.pow(u32::from(precision)));
    let values = pairs(left.iter(), right.iter(), lenient, |a, b| {
        let (a, b) = (i256::from_i128(a), i256::from_i128(b));
        if b == i256::ZERO && !matches!(op, Op::Add | Op::Subtract | Op::Multiply) {
            return PairOutcome::Zero;
        }
        let value = exact(op, (a, s1), (b, s2), i32::from(scale));
        value.filter(|v| v.wrapping_abs() < bound).and_then(|v| v.to_i128()).into()
    })?;
    let array = values.into_iter().collect::<Decimal128Array>();
    Ok(Arc::new(array.with_precision_and_scale(precision, scale)?))
}

fn as_decimal(array: &ArrayRef) -> Result<(Decimal128Array, i32)> {
    match array.data_type() {
        DataType::Decimal128(_, scale) => Ok((array.as_primitive::<Decimal128Type>().clone(), i32::from(*scale))),
        _ => {
            let whole = convert(array, &DataType::Decimal128(20, 0), false)?;
            Ok((whole.as_primitive::<Decimal128Type>().clone(), 0))
        }
    }
}

/// The result's unscaled value at `scale`, rounded half up; `None` on overflow.
fn exact(op: Op, (a, s1): (i256, i32), (b, s2): (i256, i32), scale: i32) -> Option<i256> {
    let common = s1.max(s2);
    let aligned = || Some((shift(a, common - s1)?, shift(b, common - s2)?));
    match op {
        Op::Add => {
            let (a, b) = aligned()?;
            rescale(a.checked_add(b)?, common, scale)
        }
        Op::Subtract => {
            let (a, b) = aligned()?;
            rescale(a.checked_sub(b)?, common, scale)
        }
        Op::Multiply => rescale(a.checked_mul(b)?, s1 + s2, scale),
        Op::Divide => {
            let up = scale - s1 + s2;
            let (a, b) = if up >= 0 { (shift(a, up)?, b) } else { (a, shift(b, -up)?) };
            round_divide(a, b)
        }
        Op::IntegerDivide => {
            let (a, b) = aligned()?;
            rescale(a.checked_div(b)?, 0, scale)
        }
        Op::Remainder => {
            let (a, b) = aligned()?;
            rescale(a.checked_rem(b)?, common, scale)
        }
        Op::PositiveRemainder => {
            let (a, b) = aligned()?;
            let rest = a.checked_rem(b)?;
            let rest = if rest < i256::ZERO { rest.checked_add(b)?.checked_rem(b)? } else { rest };
            rescale(rest, common, scale)
        }
    }
}

/// `value` × 10^`digits`; `None` when it does not fit.
pub(super) fn shift(value: i256, digits: i32) -> Option<i256> {
    value.checked_mul(i256::from_i128(10).checked_pow(u32::try_from(digits).ok()?)?)
}

fn rescale(value: i256, from: i32, to: i32) -> Option<i256> {
    if to >= from {
        return shift(value, to - from);
    }
    round_divide(value, i256::from_i128(10).checked_pow(u32::try_from(from - to).ok()?)?)
}

/// `a` / `b`, rounded half up, away from zero.
pub(super) fn round_divide(a: i256, b: i256) -> Option<i256> {
    let (quotient, rest) = (a.checked_div(b)?, a.checked_rem(b)?);
    let half_or_more = rest.wrapping_abs().checked_mul(i256::from_i128(2))? >= b.wrapping_abs();
    let away = if (a < i256::ZERO) == (b < i256::ZERO) { i256::ONE } else { i256::MINUS_ONE };
    if half_or_more { quotient.checked_add(away) } else { Some(quotient) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_types_are_those_of_spark() {
        let of = |op, a, b| decimal_result(op, a, b);
        assert_eq!(of(Op::Multiply, (18, 2), (10, 0)), DataType::Decimal128(29, 2));
        assert_eq!(of(Op::Divide, (18, 2), (10, 0)), DataType::Decimal128(29, 13));
        assert_eq!(of(Op::Add, (18, 2), (5, 3)), DataType::Decimal128(20, 3));
        assert_eq!(of(Op::Divide, (38, 2), (20, 0)), DataType::Decimal128(38, 6));
        assert_eq!(of(Op::Multiply, (38, 10), (38, 10)), DataType::Decimal128(38, 6));
    }

    #[test]
    fn quotients_round_half_up_on_both_sides_of_zero() {
        let divide = |a: i128, b: i128| round_divide(i256::from_i128(a), i256::from_i128(b)).and_then(|v| v.to_i128());
        assert_eq!(
            [divide(5, 2), divide(-5, 2), divide(5, -2), divide(4, 3), divide(-4, 3)].map(Option::unwrap_or_default),
            [3, -3, -3, 1, -1]
        );
    }
}
