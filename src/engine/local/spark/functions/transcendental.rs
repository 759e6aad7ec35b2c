//! Logarithms, powers, angles: the algorithms of fdlibm, which Java prescribes, so that the last digit agrees.
//!
//! The mathematical library of the system rounds better here and there, and gives another last digit then. `libm` is a port of
//! the same sources; what it has taken from elsewhere is written out in `fdlibm`. Sine, cosine and tangent are those of the
//! system: Java leaves their last digit to the machine, and is as near to the true value there.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array};
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::Result;

use super::super::native::NativeParam::Double;
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::fdlibm;

pub(super) const FUNCTIONS: &[Native] = &[
    native("ln", &[Double], double, |c| one(c, |x| is_positive(x).then(|| fdlibm::log(x)))),
    native("log", &[Double, Double], double, |c| {
        two(c, |base, x| (is_positive(base) && is_positive(x)).then(|| fdlibm::log(x) / fdlibm::log(base)))
    }),
    native("log10", &[Double], double, |c| one(c, |x| is_positive(x).then(|| log10(x)))),
    native("log2", &[Double], double, |c| one(c, |x| is_positive(x).then(|| fdlibm::log(x) / fdlibm::log(2.0)))),
    native("log1p", &[Double], double, |c| one(c, |x| is_positive(x + 1.0).then(|| fdlibm::log1p(x)))),
    native("exp", &[Double], double, |c| one(c, |x| Some(libm::exp(x)))),
    native("expm1", &[Double], double, |c| one(c, |x| Some(libm::expm1(x)))),
    native("power", &[Double, Double], double, power),
    native("pow", &[Double, Double], double, power),
    native("cbrt", &[Double], double, |c| one(c, |x| Some(cbrt(x)))),
    native("hypot", &[Double, Double], double, |c| two(c, |x, y| Some(fdlibm::hypot(x, y)))),
    native("sin", &[Double], double, |c| one(c, |x| Some(x.sin()))),
    native("cos", &[Double], double, |c| one(c, |x| Some(x.cos()))),
    native("tan", &[Double], double, |c| one(c, |x| Some(x.tan()))),
    native("cot", &[Double], double, |c| one(c, |x| Some(1.0 / x.tan()))),
    native("sec", &[Double], double, |c| one(c, |x| Some(1.0 / x.cos()))),
    native("csc", &[Double], double, |c| one(c, |x| Some(1.0 / x.sin()))),
    native("asin", &[Double], double, |c| one(c, |x| Some(libm::asin(x)))),
    native("acos", &[Double], double, |c| one(c, |x| Some(libm::acos(x)))),
    native("atan", &[Double], double, |c| one(c, |x| Some(libm::atan(x)))),
    native("atan2", &[Double, Double], double, |c| two(c, |y, x| Some(fdlibm::atan2(y + 0.0, x + 0.0)))),
    native("sinh", &[Double], double, |c| one(c, |x| Some(fdlibm::sinh(x)))),
    native("cosh", &[Double], double, |c| one(c, |x| Some(fdlibm::cosh(x)))),
    native("tanh", &[Double], double, |c| one(c, |x| Some(fdlibm::tanh(x)))),
    native("asinh", &[Double], double, |c| one(c, |x| Some(asinh(x)))),
    native("acosh", &[Double], double, |c| one(c, |x| Some(acosh(x)))),
    native("atanh", &[Double], double, |c| one(c, |x| Some(0.5 * (fdlibm::log1p(x) - fdlibm::log1p(-x))))),
    native("radians", &[Double], double, |c| one(c, |x| Some(x * 0.017_453_292_519_943_295))),
    native("degrees", &[Double], double, |c| one(c, |x| Some(x * 57.295_779_513_082_32))),
    native("rint", &[Double], double, |c| one(c, |x| Some(x.round_ties_even()))),
    native("e", &[], double, |c| Ok(Arc::new(Float64Array::from(vec![std::f64::consts::E; c.rows])))),
    native("pi", &[], double, |c| Ok(Arc::new(Float64Array::from(vec![std::f64::consts::PI; c.rows])))),
];

/// Of what is no number, a logarithm is none; of what is not positive, it is NULL.
fn is_positive(x: f64) -> bool {
    x.is_nan() || x > 0.0
}

fn double(_: &GivenArguments) -> Result<DataType> {
    Ok(DataType::Float64)
}

fn one(call: &NativeCall, map: impl Fn(f64) -> Option<f64>) -> Result<ArrayRef> {
    Ok(Arc::new(call.values::<Float64Type>(0)?.iter().map(|v| v.and_then(&map)).collect::<Float64Array>()))
}

fn two(call: &NativeCall, map: impl Fn(f64, f64) -> Option<f64>) -> Result<ArrayRef> {
    let pairs = call.values::<Float64Type>(0)?.iter().zip(call.values::<Float64Type>(1)?.iter());
    Ok(Arc::new(pairs.map(|(a, b)| map(a?, b?)).collect::<Float64Array>()))
}

/// Java leaves a power of one to an infinite or unknown exponent unknown.
fn power(call: &NativeCall) -> Result<ArrayRef> {
    two(call, |x, y| Some(if y.is_nan() || (x.abs() == 1.0 && y.is_infinite()) { f64::NAN } else { libm::pow(x, y) }))
}

/// Beyond this, a square is lost in the digits.
const HUGE: f64 = 268_435_456.0;

fn asinh(x: f64) -> f64 {
    let w = x.abs();
    if !x.is_finite() || w < 1.0 / HUGE {
        return x;
    }
    let result = if w > HUGE {
        fdlibm::log(w) + std::f64::consts::LN_2
    } else if w > 2.0 {
        fdlibm::log(2.0 * w + 1.0 / ((x * x + 1.0).sqrt() + w))
    } else {
        fdlibm::log1p(w + x * x / (1.0 + (1.0 + x * x).sqrt()))
    };
    result.copysign(x)
}

fn acosh(x: f64) -> f64 {
    if x < 1.0 || x.is_nan() {
        f64::NAN
    } else if x >= HUGE {
        fdlibm::log(x) + std::f64::consts::LN_2
    } else if x > 2.0 {
        fdlibm::log(2.0 * x - 1.0 / (x + (x * x - 1.0).sqrt()))
    } else {
        let t = x - 1.0;
        fdlibm::log1p(t + (2.0 * t + t * t).sqrt())
    }
}

fn log10(x: f64) -> f64 {
    const IVLN10: f64 = std::f64::consts::LOG10_E;
    const LOG10_2HI: f64 = f64::from_bits(0x3fd3_4413_509f_6000);
    const LOG10_2LO: f64 = f64::from_bits(0x3d59_fef3_11f1_2b36);
    if !x.is_finite() {
        return x;
    }
    let (x, scaled) = if x < f64::MIN_POSITIVE { (x * 18_014_398_509_481_984.0, -54) } else { (x, 0) };
    let bits = x.to_bits();
    let k = (bits >> 52) as i32 - 1023 + scaled;
    let i = i32::from(k < 0);
    let y = f64::from(k + i);
    let mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | ((0x3ff - i) as u64) << 52);
    let z = y * LOG10_2LO + IVLN10 * fdlibm::log(mantissa);
    z + y * LOG10_2HI
}

fn cbrt(x: f64) -> f64 {
    const B1: u32 = 715_094_163;
    const B2: u32 = 696_219_795;
    const C: f64 = f64::from_bits(0x3fe1_5f15_f15f_15f1);
    const D: f64 = f64::from_bits(0xbfe6_91de_2532_c834);
    const E: f64 = f64::from_bits(0x3ff6_a0ea_0ea0_ea0f);
    const F: f64 = f64::from_bits(0x3ff9_b6db_6db6_db6e);
    const G: f64 = f64::from_bits(0x3fd6_db6d_b6db_6db7);
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    let high = |v: f64| (v.to_bits() >> 32) as u32;
    let from_high = |h: u32| f64::from_bits(u64::from(h) << 32);
    let absolute = x.abs();
    let mut t = if high(absolute) < 0x0010_0000 {
        let scaled = absolute * 18_014_398_509_481_984.0;
        from_high(high(scaled) / 3 + B2)
    } else {
        from_high(high(absolute) / 3 + B1)
    };
    let r = t * t / absolute;
    let s = C + r * t;
    t *= G + F / (s + E + D / s);
    t = from_high(high(t) + 1);
    let s = t * t;
    let r = absolute / s;
    let w = t + t;
    let r = (r - t) / (w + r);
    (t + t * r).copysign(x)
}
