//! Which types of a file are read as which declared type: those whose values it holds without loss.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, TimeUnit};

/// Digits before the point that hold any whole number of 32 and of 64 bits, as Spark counts them.
const DIGITS_OF_INT: i16 = 10;
const DIGITS_OF_LONG: i16 = 20;

/// The values of a column as another type, NULL for a value that it does not hold; `None` for a type that is not read as it.
pub fn held(array: &ArrayRef, to: &DataType) -> Option<ArrayRef> {
    let options = CastOptions { safe: true, ..CastOptions::default() };
    is_held(array.data_type(), to).then(|| cast_with_options(array, to, &options).ok()).flatten()
}

fn is_held(from: &DataType, to: &DataType) -> bool {
    use DataType::{
        Boolean, Date32, Decimal128, Float32, Float64, Int8, Int16, Int32, Int64, LargeUtf8, UInt8, UInt16, UInt32,
        Utf8,
    };
    match (from, to) {
        (Utf8 | LargeUtf8, Utf8) | (Boolean, Boolean) | (Date32, Date32) => true,
        (Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32, Int64) => true,
        (Int8 | Int16 | Int32, Decimal128(..)) => whole_digits(to) >= Some(DIGITS_OF_INT),
        (Int64, Decimal128(..)) => whole_digits(to) >= Some(DIGITS_OF_LONG),
        (from, Decimal128(_, scale)) => {
            let own = decimal(from);
            own.is_some_and(|(_, own)| own <= *scale) && whole_digits(from) <= whole_digits(to)
        }
        (Float32, Float32) => true,
        (Float32 | Float64 | Int8 | Int16 | Int32 | UInt8 | UInt16, Float64) => true,
        (DataType::Timestamp(unit, zone), DataType::Timestamp(TimeUnit::Microsecond, wanted)) => {
            *unit != TimeUnit::Nanosecond && zone.is_some() == wanted.is_some()
        }
        (Date32, DataType::Timestamp(_, None)) => true,
        _ => false,
    }
}

fn decimal(ty: &DataType) -> Option<(u8, i8)> {
    match ty {
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => Some((*precision, *scale)),
        _ => None,
    }
}

/// Digits before the point.
fn whole_digits(ty: &DataType) -> Option<i16> {
    decimal(ty).map(|(precision, scale)| i16::from(precision) - i16::from(scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_where_all_their_digits_have_room() {
        let is = |from: (u8, i8), to: (u8, i8)| {
            is_held(&DataType::Decimal128(from.0, from.1), &DataType::Decimal128(to.0, to.1))
        };
        assert!(is((10, 2), (10, 2)) && is((10, 2), (12, 2)) && is((10, 2), (12, 4)));
        assert!(!is((12, 2), (10, 2)) && !is((10, 4), (12, 2)) && !is((10, 2), (10, 4)));
        let whole = |to| is_held(&DataType::Int32, &DataType::Decimal128(to, 2));
        assert!(whole(12) && !whole(11));
    }
}
