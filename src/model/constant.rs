//! Values in specs: a default, an accepted value, a field of a lookup.
//!
//! They are read by the same rules as the texts of files, so that `007` and `7` are the same INT and `2.50` and `2.5`
//! the same DECIMAL. Their spelling only matters while they are read; afterwards they are compared, sorted and printed
//! by value.

use std::cmp::Ordering;
use std::fmt;

use lakeflow::cast::date_of;
use lakeflow::types::DataType;

/// A value of a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Constant {
    /// A STRING.
    Text(String),
    /// A BOOLEAN.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A DECIMAL of the scale of its column.
    Decimal {
        /// All its digits as a whole number.
        unscaled: i128,
        /// How many of them stand after the point.
        scale: u8,
    },
    /// A DOUBLE.
    Double(Double),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01 in UTC, which is the zone of the session.
    Timestamp(i64),
}

/// A finite floating point number; zero has no sign.
#[derive(Debug, Clone, Copy)]
pub struct Double(f64);

impl Double {
    /// The number; `None` when it is not finite.
    pub fn new(value: f64) -> Option<Double> {
        // Negative zero plus zero is zero.
        value.is_finite().then_some(Double(value + 0.0))
    }

    /// Always finite, and never negative zero.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl Ord for Double {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Double {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Double {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Double {}

/// The value as a text of a file and a cast of Spark both read it.
impl fmt::Display for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Constant::Text(text) => f.write_str(text),
            Constant::Boolean(value) => write!(f, "{value}"),
            Constant::Integer(value) => write!(f, "{value}"),
            Constant::Decimal { unscaled, scale } => {
                let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = usize::from(*scale) + 1);
                let (whole, fraction) = digits.split_at(digits.len() - usize::from(*scale));
                let (sign, point) = (if *unscaled < 0 { "-" } else { "" }, if fraction.is_empty() { "" } else { "." });
                write!(f, "{sign}{whole}{point}{fraction}")
            }
            Constant::Double(Double(value)) if (1e-3..1e15).contains(&value.abs()) || *value == 0.0 => {
                write!(f, "{value}")
            }
            Constant::Double(Double(value)) => write!(f, "{value:e}"),
            Constant::Date(days) => fmt_date(f, *days),
            Constant::Timestamp(micros) => fmt_timestamp(f, *micros),
        }
    }
}

fn fmt_date(f: &mut fmt::Formatter<'_>, days: i32) -> fmt::Result {
    let (year, month, day) = date_of(days);
    write!(f, "{year:04}-{month:02}-{day:02}")
}

fn fmt_timestamp(f: &mut fmt::Formatter<'_>, micros: i64) -> fmt::Result {
    let (seconds, fraction) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    // Days of a number of microseconds fit 32 bits.
    fmt_date(f, i32::try_from(seconds.div_euclid(86_400)).unwrap_or_default())?;
    let seconds = seconds.rem_euclid(86_400);
    write!(f, " {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
    match fraction {
        0 => Ok(()),
        fraction => write!(f, ".{}", format!("{fraction:06}").trim_end_matches('0')),
    }
}

/// The texts of files that are TRUE, in lower case.
pub const TRUE_TEXTS: [&str; 5] = ["true", "t", "yes", "y", "1"];
/// The texts of files that are FALSE, in lower case.
pub const FALSE_TEXTS: [&str; 5] = ["false", "f", "no", "n", "0"];

/// What the text of a file must look like before it is converted to a type: casts alone are too lenient, they take
/// `2024-1-5`, `1e2` and `now` (traps of Spark SQL). `None` where every text will do, or a list of them says which.
///
/// The range of a type is no matter of shape: the cast decides, so any number of leading zeros may stand before it.
/// `\z` is the very end; `$` would let a line break through.
pub fn shape(ty: &DataType) -> Option<&'static str> {
    match ty {
        DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt => Some(r"^-?[0-9]+\z"),
        DataType::Decimal { .. } => Some(r"^-?[0-9]+([.][0-9]+)?\z"),
        DataType::Float | DataType::Double => Some(r"^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]{1,3})?\z"),
        DataType::Date => Some(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\z"),
        DataType::Timestamp => Some(
            r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[-+][0-9]{2}:[0-9]{2})?\z",
        ),
        // A cast would drop an offset without a word.
        DataType::TimestampNtz => Some(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?\z"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_print_as_casts_read_them() {
        let double = |value| Double::new(value).map_or(String::new(), |d| Constant::Double(d).to_string());
        assert_eq!([double(-0.0), double(1.5), double(1e22), double(2.5e-7)], ["0", "1.5", "1e22", "2.5e-7"]);
        let decimal = |unscaled, scale| Constant::Decimal { unscaled, scale }.to_string();
        assert_eq!([decimal(-5, 2), decimal(1250, 2), decimal(7, 0)], ["-0.05", "12.50", "7"]);
        assert_eq!(
            [Constant::Date(19_782), Constant::Date(-719_528)].map(|c| c.to_string()),
            ["2024-02-29", "0000-01-01"]
        );
        let stamps = [0, -1, 500_000].map(|micros| Constant::Timestamp(micros).to_string());
        assert_eq!(stamps, ["1970-01-01 00:00:00", "1969-12-31 23:59:59.999999", "1970-01-01 00:00:00.5"]);
        assert_eq!([Double::new(f64::NAN), Double::new(f64::INFINITY)], [None, None]);
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(Double::new(-0.0), Double::new(0.0));
    }
}
