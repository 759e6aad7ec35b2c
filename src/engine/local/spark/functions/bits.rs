//! Bits of whole numbers, numbers to other bases, and Spark's hash of values.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int8Array, Int32Array, Int64Array, StringArray};
use datafusion::arrow::datatypes::{
    DataType, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use datafusion::common::{Result, exec_err, not_impl_err, plan_err};

use super::super::cast::convert;
use super::super::native::NativeParam::{Any, Int, Text};
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types;

pub(super) const FUNCTIONS: &[Native] = &[
    native("shiftleft", &[Any, Int], shifted_type, |c| {
        shift(c, |v, n, bits| if bits == 32 { i64::from((v as i32).wrapping_shl(n)) } else { v.wrapping_shl(n) })
    }),
    native("shiftright", &[Any, Int], shifted_type, |c| {
        shift(c, |v, n, bits| if bits == 32 { i64::from((v as i32).wrapping_shr(n)) } else { v.wrapping_shr(n) })
    }),
    native("shiftrightunsigned", &[Any, Int], shifted_type, |c| {
        shift(c, |v, n, bits| {
            if bits == 32 { i64::from((v as u32).wrapping_shr(n) as i32) } else { (v as u64).wrapping_shr(n) as i64 }
        })
    }),
    native("__bitwise_not", &[Any], bits_type, bitwise_not),
    native("bit_get", &[Any, Int], bit_type, bit_get),
    native("getbit", &[Any, Int], bit_type, bit_get),
    native("conv", &[Text, Int, Int], |_| Ok(DataType::Utf8), conv),
    native("factorial", &[Int], |_| Ok(DataType::Int64), factorial),
    native("hash", &[Any], |g| g.types.iter().try_for_each(hashable).map(|()| DataType::Int32), hash).variadic(),
];

fn shifted_type(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(0) {
        DataType::Int64 => Ok(DataType::Int64),
        DataType::Utf8 | DataType::Null => Ok(DataType::Int32),
        ty if ty.is_numeric() => Ok(DataType::Int32),
        other => plan_err!("{} has no bits; cast it to INT or BIGINT", types::show(&other)),
    }
}

fn bits_type(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(0) {
        ty if ty.is_integer() => Ok(ty),
        other => plan_err!("{} has no bits; cast it to BIGINT", types::show(&other)),
    }
}

fn bitwise_not(call: &NativeCall) -> Result<ArrayRef> {
    let values = convert(call.arg(0)?, &DataType::Int64, false)?;
    let turned = values.as_primitive::<Int64Type>().iter().map(|v| v.map(|v| !v));
    let turned: ArrayRef = Arc::new(turned.collect::<Int64Array>());
    convert(&turned, &call.returns, false)
}

fn shift(call: &NativeCall, by: impl Fn(i64, u32, u32) -> i64) -> Result<ArrayRef> {
    let bits = if call.returns == DataType::Int64 { 64 } else { 32 };
    let values = convert(&convert(call.arg(0)?, &call.returns, false)?, &DataType::Int64, false)?;
    let pairs = values.as_primitive::<Int64Type>().iter().zip(call.values::<Int32Type>(1)?.iter());
    let shifted: ArrayRef = Arc::new(pairs.map(|(v, n)| Some(by(v?, n? as u32, bits))).collect::<Int64Array>());
    convert(&shifted, &call.returns, false)
}

fn width(ty: &DataType) -> i32 {
    ty.primitive_width().map_or(64, |bytes| bytes as i32 * 8)
}

fn bit_type(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(0) {
        ty if ty.is_integer() || ty.is_null() => Ok(DataType::Int8),
        other => plan_err!("{} has no bits; cast it to BIGINT", types::show(&other)),
    }
}

fn bit_get(call: &NativeCall) -> Result<ArrayRef> {
    let bits = width(call.arg(0)?.data_type());
    let values = convert(&convert(call.arg(0)?, &call.returns, false)?, &DataType::Int64, false)?;
    let pairs = values.as_primitive::<Int64Type>().iter().zip(call.values::<Int32Type>(1)?.iter());
    let found = pairs.map(|(v, n)| match (v, n) {
        (Some(v), Some(n)) if (0..bits).contains(&n) => Ok(Some(((v >> n) & 1) as i8)),
        (Some(_), Some(_)) => exec_err!("a value has no bit at this position"),
        _ => Ok(None),
    });
    Ok(Arc::new(found.collect::<Result<Int8Array>>()?))
}

fn factorial(call: &NativeCall) -> Result<ArrayRef> {
    let product = |n: i32| (0..=20).contains(&n).then(|| (1..=i64::from(n)).product::<i64>());
    Ok(Arc::new(call.values::<Int32Type>(0)?.iter().map(|n| n.and_then(product)).collect::<Int64Array>()))
}

/// A number written to one base, to another base: digits up to the first that is none; negative bases show a sign.
fn conv(call: &NativeCall) -> Result<ArrayRef> {
    let rows = call.text(0)?.iter().zip(call.values::<Int32Type>(1)?.iter()).zip(call.values::<Int32Type>(2)?.iter());
    let converted = rows.map(|((s, from), to)| match (s, from, to) {
        (Some(s), Some(from), Some(to)) => converted(s, from, to),
        _ => Ok(None),
    });
    Ok(Arc::new(converted.collect::<Result<StringArray>>()?))
}

fn converted(s: &str, from: i32, to: i32) -> Result<Option<String>> {
    let s = s.trim_matches(' ');
    if s.is_empty() || !(2..=36).contains(&from) || !(2..=36).contains(&to.abs()) {
        return Ok(None);
    }
    let (negative, digits) = s.strip_prefix('-').map_or((false, s), |rest| (true, rest));
    let (from, base) = (from as u32, u64::from(to.unsigned_abs()));
    let mut value: u64 = 0;
    for digit in digits.chars().map_while(|c| c.to_digit(from)) {
        match value.checked_mul(u64::from(from)).and_then(|v| v.checked_add(u64::from(digit))) {
            Some(next) => value = next,
            None => return exec_err!("`conv` of a number beyond 64 bits"),
        }
    }
    let mut shown_negative = negative;
    if negative && to > 0 {
        // Without a sign, a negative number is that of its bits.
        value = if (value as i64) < 0 { u64::MAX } else { (value as i64).wrapping_neg() as u64 };
    }
    if to < 0 && (value as i64) < 0 {
        value = (value as i64).wrapping_neg() as u64;
        shown_negative = true;
    }
    let mut out = vec![];
    loop {
        out.extend(char::from_digit((value % base) as u32, 36).map(|c| c.to_ascii_uppercase()));
        value /= base;
        if value == 0 {
            break;
        }
    }
    if shown_negative && to < 0 {
        out.push('-');
    }
    Ok(Some(out.into_iter().rev().collect()))
}

fn hashable(ty: &DataType) -> Result<()> {
    match ty {
        ty if ty.is_integer() || ty.is_floating() => Ok(()),
        DataType::Null | DataType::Boolean | DataType::Date32 | DataType::Utf8 | DataType::Binary => Ok(()),
        DataType::Timestamp(..) => Ok(()),
        DataType::Decimal128(precision, _) if *precision <= 18 => Ok(()),
        other => not_impl_err!("`hash` of {}", types::show(other)),
    }
}

/// Murmur3 of 32 bits with Spark's seed, each argument on top of the one before; NULL leaves it as it is.
fn hash(call: &NativeCall) -> Result<ArrayRef> {
    let mut hashes = vec![42_u32; call.rows];
    for array in call.args() {
        let mut step = |row: usize, apply: &dyn Fn(u32) -> u32| {
            if let Some(hash) = hashes.get_mut(row).filter(|_| array.is_valid(row)) {
                *hash = apply(*hash);
            }
        };
        for row in 0..call.rows {
            match array.data_type() {
                DataType::Null => {}
                DataType::Boolean => step(row, &|h| of_int(u32::from(array.as_boolean().value(row)), h)),
                DataType::Utf8 => step(row, &|h| of_bytes(array.as_string::<i32>().value(row).as_bytes(), h)),
                DataType::Binary => step(row, &|h| of_bytes(array.as_binary::<i32>().value(row), h)),
                DataType::Float32 => {
                    step(row, &|h| of_int((array.as_primitive::<Float32Type>().value(row) + 0.0).to_bits(), h))
                }
                DataType::Float64 => {
                    step(row, &|h| of_long((array.as_primitive::<Float64Type>().value(row) + 0.0).to_bits(), h))
                }
                DataType::Decimal128(..) => {
                    step(row, &|h| of_long(array.as_primitive::<Decimal128Type>().value(row) as u64, h))
                }
                DataType::Timestamp(..) => {
                    step(row, &|h| of_long(array.as_primitive::<TimestampMicrosecondType>().value(row) as u64, h))
                }
                DataType::Int64 => step(row, &|h| of_long(array.as_primitive::<Int64Type>().value(row) as u64, h)),
                _ => break,
            }
        }
        if matches!(array.data_type(), DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Date32) {
            let values = convert(array, &DataType::Int32, false)?;
            let values = values.as_primitive::<Int32Type>();
            (0..call.rows).for_each(|row| step(row, &|h| of_int(values.value(row) as u32, h)));
        }
    }
    Ok(Arc::new(hashes.into_iter().map(|h| h as i32).collect::<Int32Array>()))
}

fn mixed(word: u32) -> u32 {
    word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
}

fn onto(hash: u32, word: u32) -> u32 {
    (hash ^ mixed(word)).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
}

fn finished(hash: u32, length: u32) -> u32 {
    let mut hash = hash ^ length;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

fn of_int(value: u32, seed: u32) -> u32 {
    finished(onto(seed, value), 4)
}

fn of_long(value: u64, seed: u32) -> u32 {
    finished(onto(onto(seed, value as u32), (value >> 32) as u32), 8)
}

/// Whole words, then each byte that is left as a word of its own, with its sign.
fn of_bytes(bytes: &[u8], seed: u32) -> u32 {
    let mut words = bytes.chunks_exact(4);
    let mut hash = seed;
    for word in words.by_ref() {
        hash = onto(hash, word.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte)));
    }
    for byte in words.remainder() {
        hash = onto(hash, i32::from(*byte as i8) as u32);
    }
    finished(hash, bytes.len() as u32)
}
