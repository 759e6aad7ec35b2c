//! Rounding and elementary functions.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, BooleanArray, Decimal128Array, Float64Array, StringArray};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int32Type, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_datafusion_err, exec_err, not_impl_err, plan_err};
use lakeflow::cast;

use super::super::cast::{convert, digits_of};
use super::super::native::NativeParam::{Any, Double, Int, Long};
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types;

pub(super) const FUNCTIONS: &[Native] = &[
    native("round", &[Any, Int], round_type, |c| round(c, Mode::HalfUp)).optional(1),
    native("bround", &[Any, Int], round_type, |c| round(c, Mode::HalfEven)).optional(1),
    native("ceil", &[Any, Int], whole_type, |c| round(c, Mode::Up)).optional(1),
    native("ceiling", &[Any, Int], whole_type, |c| round(c, Mode::Up)).optional(1),
    native("floor", &[Any, Int], whole_type, |c| round(c, Mode::Down)).optional(1),
    native("abs", &[Any], number_type, abs),
    native("sign", &[Double], double, |c| float(c, |x| Some(if x == 0.0 { x } else { x.signum() }))),
    native("signum", &[Double], double, |c| float(c, |x| Some(if x == 0.0 { x } else { x.signum() }))),
    native("sqrt", &[Double], double, |c| float(c, |x| Some(x.sqrt()))),
    native("positive", &[Any], number_type, |c| Ok(Arc::clone(c.arg(0)?))),
    native("isnan", &[Any], |g| number_type(g).map(|_| DataType::Boolean), is_nan),
    native("width_bucket", &[Double, Double, Double, Long], |_| Ok(DataType::Int64), width_bucket),
    native("format_number", &[Any, Int], |_| Ok(DataType::Utf8), format_number),
];

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    HalfUp,
    HalfEven,
    Up,
    Down,
}

fn double(_: &GivenArguments) -> Result<DataType> {
    Ok(DataType::Float64)
}

fn number_type(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(0) {
        ty if ty.is_numeric() => Ok(ty),
        other => plan_err!("{} is not a number", types::show(&other)),
    }
}

fn scale_of(given: &GivenArguments) -> Result<i32> {
    match given.literals.get(1).copied().flatten() {
        Some(ScalarValue::Int32(Some(scale))) => Ok(*scale),
        _ if given.types.len() < 2 => Ok(0),
        _ => plan_err!("the number of decimals must be a literal"),
    }
}

fn round_type(given: &GivenArguments) -> Result<DataType> {
    let wanted = scale_of(given)?;
    Ok(match number_type(given)? {
        DataType::Decimal128(precision, scale) => {
            let (precision, scale) = (i32::from(precision), i32::from(scale));
            let whole = precision - scale + 1;
            let (precision, scale) = match wanted {
                n if n < 0 => (whole.max(1 - n), 0),
                n => (whole + scale.min(n), scale.min(n)),
            };
            DataType::Decimal128(precision.min(38) as u8, scale as i8)
        }
        other => other,
    })
}

fn whole_type(given: &GivenArguments) -> Result<DataType> {
    if given.types.len() > 1 {
        return scaled_type(given);
    }
    Ok(match number_type(given)? {
        DataType::Decimal128(precision, 0) => DataType::Decimal128(precision, 0),
        DataType::Decimal128(precision, scale) => DataType::Decimal128((precision - scale as u8 + 1).min(38), 0),
        _ => DataType::Int64,
    })
}

/// `ceil(x, n)` gives a decimal, of whatever number.
fn scaled_type(given: &GivenArguments) -> Result<DataType> {
    let wanted = scale_of(given)?;
    let (precision, scale) = match number_type(given)? {
        DataType::Decimal128(precision, scale) => (i32::from(precision), i32::from(scale)),
        ty if ty.is_floating() => {
            return not_impl_err!("`ceil` and `floor` of a DOUBLE to a scale; cast it to a DECIMAL");
        }
        DataType::Int8 => (3, 0),
        DataType::Int16 => (5, 0),
        DataType::Int32 => (10, 0),
        _ => (20, 0),
    };
    let whole = precision - scale + 1;
    let (precision, scale) = match wanted {
        n if n < 0 => (whole.max(1 - n), 0),
        n => (whole + scale.min(n), scale.min(n)),
    };
    Ok(DataType::Decimal128(precision.min(38) as u8, scale as i8))
}

fn is_nan(call: &NativeCall) -> Result<ArrayRef> {
    let values = convert(call.arg(0)?, &DataType::Float64, false)?;
    let nan = values.as_primitive::<Float64Type>().iter().map(|v| Some(v.is_some_and(f64::is_nan)));
    Ok(Arc::new(nan.collect::<BooleanArray>()))
}

/// The bucket among `n` of equal width that a value falls into; 0 below the first, n + 1 beyond the last.
fn width_bucket(call: &NativeCall) -> Result<ArrayRef> {
    let (values, lows, highs) =
        (call.values::<Float64Type>(0)?, call.values::<Float64Type>(1)?, call.values::<Float64Type>(2)?);
    let rows = values.iter().zip(lows.iter()).zip(highs.iter()).zip(call.values::<Int64Type>(3)?.iter());
    let buckets = rows.map(|(((v, low), high), n)| {
        let (v, low, high, n) = (v?, low?, high?, n?);
        if n <= 0 || n == i64::MAX || v.is_nan() || low == high || !low.is_finite() || !high.is_finite() {
            return None;
        }
        let (least, most) = (low.min(high), low.max(high));
        if low < high {
            return Some(if v < least {
                0
            } else if v >= most {
                n + 1
            } else {
                (n as f64 * (v - least) / (most - least)) as i64 + 1
            });
        }
        Some(if v > most {
            0
        } else if v <= least {
            n + 1
        } else {
            (n as f64 * (most - v) / (most - least)) as i64 + 1
        })
    });
    Ok(Arc::new(buckets.collect::<datafusion::arrow::array::Int64Array>()))
}

fn decimals_wanted(call: &NativeCall) -> Result<i32> {
    if call.len() < 2 {
        return Ok(0);
    }
    let scales = call.values::<Int32Type>(1)?;
    Ok(scales.iter().next().flatten().unwrap_or(0))
}

fn round(call: &NativeCall, mode: Mode) -> Result<ArrayRef> {
    let wanted = decimals_wanted(call)?;
    let array = call.arg(0)?;
    let overflow = || exec_datafusion_err!("arithmetic overflow");
    match array.data_type() {
        DataType::Decimal128(_, scale) => {
            let (from, DataType::Decimal128(precision, to)) = (i32::from(*scale), call.returns.clone()) else {
                return exec_err!("rounding a decimal gives a decimal");
            };
            let values = array.as_primitive::<Decimal128Type>().iter();
            let rounded = values
                .map(|v| v.map(|v| rescaled(v, from, wanted.min(from), i32::from(to), mode).ok_or_else(overflow)));
            let rounded = rounded.map(Option::transpose).collect::<Result<Decimal128Array>>()?;
            Ok(Arc::new(rounded.with_precision_and_scale(precision, to)?))
        }
        ty if ty.is_floating() => {
            let values = convert(array, &DataType::Float64, false)?;
            let values = values.as_primitive::<Float64Type>().iter();
            let rounded = values.map(|v| v.map(|v| round_float(v, wanted, mode))).collect::<Float64Array>();
            convert(&(Arc::new(rounded) as ArrayRef), &call.returns, false)
        }
        _ => {
            if let DataType::Decimal128(precision, to) = call.returns {
                let whole = convert(array, &DataType::Decimal128(20, 0), false)?;
                let values = whole.as_primitive::<Decimal128Type>().iter();
                let rounded =
                    values.map(|v| v.map(|v| rescaled(v, 0, wanted.min(0), i32::from(to), mode).ok_or_else(overflow)));
                let rounded = rounded.map(Option::transpose).collect::<Result<Decimal128Array>>()?;
                return Ok(Arc::new(rounded.with_precision_and_scale(precision, to)?));
            }
            let values = convert(array, &DataType::Int64, false)?;
            let values = values.as_primitive::<Int64Type>().iter();
            let one = |v: i64| rescaled(i128::from(v), 0, wanted.min(0), 0, mode).and_then(|v| i64::try_from(v).ok());
            let rounded = values.map(|v| v.map(|v| one(v).ok_or_else(overflow)).transpose());
            let rounded = rounded.collect::<Result<datafusion::arrow::array::Int64Array>>()?;
            convert(&(Arc::new(rounded) as ArrayRef), &call.returns, false)
        }
    }
}

/// `value` × 10^-`from`, rounded at `at` decimals, as an unscaled value at `to` decimals.
fn rescaled(value: i128, from: i32, at: i32, to: i32, mode: Mode) -> Option<i128> {
    let power = |n: i32| 10_i128.checked_pow(u32::try_from(n).ok()?);
    let Some(divisor) = power(from - at) else { return Some(0) };
    let (quotient, rest) = (value.div_euclid(divisor), value.rem_euclid(divisor));
    // Twice the rest may be too long a number.
    let beside_half = rest.cmp(&(divisor - rest));
    let up = match mode {
        Mode::Down => false,
        Mode::Up => rest > 0,
        Mode::HalfEven => beside_half.is_gt() || (beside_half.is_eq() && quotient % 2 != 0),
        // Half goes away from zero: up, except from exactly half below zero.
        Mode::HalfUp => beside_half.is_gt() || (beside_half.is_eq() && value >= 0),
    };
    let rounded = quotient + i128::from(up);
    if to >= at { rounded.checked_mul(power(to - at)?) } else { rounded.checked_div(power(at - to)?) }
}

/// Rounds what the shortest decimal form of the float says, as Spark does.
fn round_float(value: f64, decimals: i32, mode: Mode) -> f64 {
    match mode {
        Mode::Up => return value.ceil(),
        Mode::Down => return value.floor(),
        _ => {}
    }
    let text = digits_of(value);
    let Some((mantissa, exponent)) = text.split_once('e') else { return value };
    let fraction = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let digits = exponent.parse::<i64>().map_or(0, |exponent| (fraction as i64 - exponent).max(0));
    let (Ok(scale), Ok(from)) = (u8::try_from(digits), i32::try_from(digits)) else { return value };
    if decimals >= from {
        // Minus zero rounds to zero.
        return value + 0.0;
    }
    let exact = cast::decimal(&text, 38, scale);
    let rounded = exact.and_then(|v| rescaled(v, from, decimals, decimals.max(0), mode));
    let shown = rounded.map(|v| v.to_string() + &format!("e-{}", decimals.max(0)));
    shown.and_then(|text| text.parse().ok()).unwrap_or(value)
}

fn abs(call: &NativeCall) -> Result<ArrayRef> {
    let array = call.arg(0)?;
    match array.data_type() {
        DataType::Decimal128(p, s) => {
            let values =
                array.as_primitive::<Decimal128Type>().iter().map(|v| v.map(i128::abs)).collect::<Decimal128Array>();
            Ok(Arc::new(values.with_precision_and_scale(*p, *s)?))
        }
        ty if ty.is_floating() => {
            let values = convert(array, &DataType::Float64, false)?;
            let values = values.as_primitive::<Float64Type>().iter().map(|v| v.map(f64::abs)).collect::<Float64Array>();
            convert(&(Arc::new(values) as ArrayRef), &call.returns, false)
        }
        _ => {
            let values = convert(array, &DataType::Int64, false)?;
            let values = values.as_primitive::<Int64Type>().iter();
            let positive = |v: i64| v.checked_abs().ok_or_else(|| exec_datafusion_err!("arithmetic overflow"));
            let values = values.map(|v| v.map(positive).transpose());
            let values = values.collect::<Result<datafusion::arrow::array::Int64Array>>()?;
            convert(&(Arc::new(values) as ArrayRef), &call.returns, false)
        }
    }
}

fn float(call: &NativeCall, map: impl Fn(f64) -> Option<f64>) -> Result<ArrayRef> {
    Ok(Arc::new(call.values::<Float64Type>(0)?.iter().map(|v| v.and_then(&map)).collect::<Float64Array>()))
}

/// Groups of three digits, rounded half even, as Java's DecimalFormat does.
fn format_number(call: &NativeCall) -> Result<ArrayRef> {
    let nothing = || Ok(Arc::new(StringArray::new_null(call.rows)) as ArrayRef);
    if call.arg(1)?.is_null(0) {
        return nothing();
    }
    let wanted = decimals_wanted(call)?;
    let Ok(places) = usize::try_from(wanted) else { return nothing() };
    let array = call.arg(0)?;
    let shown: Vec<Option<String>> = match array.data_type() {
        DataType::Decimal128(_, scale) => {
            let from = i32::from(*scale);
            let one = |v: i128| rescaled(v, from, wanted.min(from), wanted, Mode::HalfEven);
            let values = array.as_primitive::<Decimal128Type>().iter();
            let shown = |v: i128| {
                let text = plain(one(v)?, places);
                // A negative number keeps its sign when all its digits go.
                Some(if v < 0 && !text.starts_with('-') { format!("-{text}") } else { text })
            };
            values.map(|v| v.and_then(shown)).collect()
        }
        ty if ty.is_integer() => {
            let whole = convert(array, &DataType::Decimal128(20, 0), false)?;
            let values = whole.as_primitive::<Decimal128Type>().iter();
            values
                .map(|v| v.and_then(|v| rescaled(v, 0, 0, wanted, Mode::HalfEven)).map(|v| plain(v, places)))
                .collect()
        }
        _ => {
            let values = convert(array, &DataType::Float64, false)?;
            values.as_primitive::<Float64Type>().iter().map(|v| v.map(|v| format!("{v:.places$}"))).collect()
        }
    };
    Ok(Arc::new(shown.into_iter().map(|s| s.map(|s| grouped(&s))).collect::<StringArray>()))
}

fn plain(unscaled: i128, places: usize) -> String {
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let sign = if unscaled < 0 { "-" } else { "" };
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn grouped(number: &str) -> String {
    let (sign, body) = number.strip_prefix('-').map_or(("", number), |body| ("-", body));
    let (whole, fraction) = body.split_once('.').map_or((body, None), |(w, f)| (w, Some(f)));
    let mut groups = String::new();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position) % 3 == 0 {
            groups.push(',');
        }
        groups.push(digit);
    }
    fraction.map_or_else(|| format!("{sign}{groups}"), |f| format!("{sign}{groups}.{f}"))
}
