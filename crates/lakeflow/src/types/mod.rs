//! Data types of Databricks SQL: how they are named, compared and combined.
//!
//! Everything that infers a type or stores a value uses [`DataType`]. Lengths of `CHAR` and `VARCHAR`, collations and
//! field comments are rejected or dropped, because no pass here could respect them. The rules follow ANSI mode, which
//! is the default of Databricks and of Spark 4.

mod coerce;
mod convert;
mod decimal;
mod parse;

use std::fmt;
use std::sync::Arc;

use super::{folded, is_same_name};

pub use coerce::Assignment;
pub use decimal::{Arithmetic, MAX_PRECISION};
pub use parse::{TypeError, parse_columns};

/// A type of Databricks SQL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DataType {
    /// `STRING`; `CHAR(n)` and `VARCHAR(n)` in queries count as it.
    String,
    /// `BOOLEAN`.
    Boolean,
    /// `TINYINT`, 1 byte.
    TinyInt,
    /// `SMALLINT`, 2 bytes.
    SmallInt,
    /// `INT`, 4 bytes.
    Int,
    /// `BIGINT`, 8 bytes.
    BigInt,
    /// `FLOAT`, 4 bytes.
    Float,
    /// `DOUBLE`, 8 bytes.
    Double,
    /// `DECIMAL(precision,scale)`: at most 38 digits, `scale` of them after the point.
    Decimal {
        /// Digits in all, 1 to 38.
        precision: u8,
        /// Digits after the point, at most `precision`.
        scale: u8,
    },
    /// `DATE`.
    Date,
    /// `TIMESTAMP`: an instant, shown in the session's zone.
    Timestamp,
    /// `TIMESTAMP_NTZ`: a date and time of day without a zone.
    TimestampNtz,
    /// `BINARY`.
    Binary,
    /// `INTERVAL from TO to`; `from` equals `to` in `INTERVAL DAY`.
    Interval {
        /// The larger unit, written first: `DAY` of `DAY TO SECOND`.
        from: IntervalUnit,
        /// The smaller unit: `SECOND` of `DAY TO SECOND`.
        to: IntervalUnit,
    },
    /// `INTERVAL` of months, days and microseconds at once, which cannot be stored.
    CalendarInterval,
    /// `ARRAY<element>`.
    Array(Box<DataType>),
    /// `MAP<key, value>`.
    Map(Box<DataType>, Box<DataType>),
    /// `STRUCT<name: type, ..>`.
    Struct(Arc<[Field]>),
    /// `VARIANT`.
    Variant,
    /// `VOID`: the type of a bare `NULL`.
    Null,
    /// The type of something that is at fault; fits everywhere so that one fault is reported once.
    Unknown,
}

/// A member of a `STRUCT`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Field {
    /// As written; compared without regard to case.
    pub name: String,
    /// [`DataType::Unknown`] where it could not be found out.
    pub ty: DataType,
}

/// A column of a table or of a query's result.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Column {
    /// As declared; compared without regard to case.
    pub name: String,
    /// [`DataType::Unknown`] where it could not be found out.
    pub ty: DataType,
    /// Whether it may hold NULL; `true` wherever that is not known.
    pub nullable: bool,
}

impl Column {
    /// A column that may hold NULL.
    pub fn nullable(name: impl Into<String>, ty: DataType) -> Self {
        Column { name: name.into(), ty, nullable: true }
    }

    /// A column without NULL.
    pub fn required(name: impl Into<String>, ty: DataType) -> Self {
        Column { name: name.into(), ty, nullable: false }
    }
}

/// Units of an interval, largest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IntervalUnit {
    /// `YEAR`
    Year,
    /// `MONTH`
    Month,
    /// `DAY`
    Day,
    /// `HOUR`
    Hour,
    /// `MINUTE`
    Minute,
    /// `SECOND`
    Second,
}

impl IntervalUnit {
    /// Whether an interval of this unit counts months, not microseconds.
    pub fn counts_months(self) -> bool {
        self <= IntervalUnit::Month
    }

    fn word(self) -> &'static str {
        match self {
            IntervalUnit::Year => "YEAR",
            IntervalUnit::Month => "MONTH",
            IntervalUnit::Day => "DAY",
            IntervalUnit::Hour => "HOUR",
            IntervalUnit::Minute => "MINUTE",
            IntervalUnit::Second => "SECOND",
        }
    }
}

impl DataType {
    /// `DECIMAL(precision,scale)`, cut to what exists: at most 38 digits, no more after the point than in all.
    pub fn decimal(precision: u32, scale: u32) -> DataType {
        let precision = precision.clamp(1, u32::from(MAX_PRECISION)) as u8;
        DataType::Decimal { precision, scale: scale.min(u32::from(precision)) as u8 }
    }

    /// `ARRAY<element>`.
    pub fn array(element: DataType) -> DataType {
        DataType::Array(Box::new(element))
    }

    /// `MAP<key, value>`.
    pub fn map(key: DataType, value: DataType) -> DataType {
        DataType::Map(Box::new(key), Box::new(value))
    }

    /// A `STRUCT` of the given members.
    pub fn structure<N: Into<String>>(fields: impl IntoIterator<Item = (N, DataType)>) -> DataType {
        DataType::Struct(fields.into_iter().map(|(name, ty)| Field { name: name.into(), ty }).collect())
    }

    /// `INTERVAL DAY TO SECOND`.
    pub const DAY_TO_SECOND: DataType = DataType::Interval { from: IntervalUnit::Day, to: IntervalUnit::Second };
    /// `INTERVAL YEAR TO MONTH`.
    pub const YEAR_TO_MONTH: DataType = DataType::Interval { from: IntervalUnit::Year, to: IntervalUnit::Month };

    /// Whole numbers.
    pub fn is_integral(&self) -> bool {
        matches!(self, DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt)
    }

    /// Binary floating point, in which sums depend on their order.
    pub fn is_floating(&self) -> bool {
        matches!(self, DataType::Float | DataType::Double)
    }

    /// Numbers of every kind.
    pub fn is_numeric(&self) -> bool {
        self.is_integral() || self.is_floating() || matches!(self, DataType::Decimal { .. })
    }

    /// Dates and timestamps.
    pub fn is_temporal(&self) -> bool {
        matches!(self, DataType::Date | DataType::Timestamp | DataType::TimestampNtz)
    }

    /// Intervals of every kind.
    pub fn is_interval(&self) -> bool {
        matches!(self, DataType::Interval { .. } | DataType::CalendarInterval)
    }

    /// Types that hold other types.
    pub fn is_nested(&self) -> bool {
        matches!(self, DataType::Array(_) | DataType::Map(..) | DataType::Struct(_))
    }

    /// `VOID` or [`DataType::Unknown`]: says nothing about what is meant and fits everywhere.
    pub fn is_open(&self) -> bool {
        matches!(self, DataType::Null | DataType::Unknown)
    }

    /// Whether [`DataType::Unknown`] occurs anywhere inside.
    pub fn has_unknown(&self) -> bool {
        match self {
            DataType::Unknown => true,
            DataType::Array(element) => element.has_unknown(),
            DataType::Map(key, value) => key.has_unknown() || value.has_unknown(),
            DataType::Struct(fields) => fields.iter().any(|f| f.ty.has_unknown()),
            _ => false,
        }
    }

    /// Whether values can be ordered and grouped: no map and no variant inside.
    pub fn is_ordered(&self) -> bool {
        match self {
            DataType::Map(..) | DataType::Variant | DataType::CalendarInterval => false,
            DataType::Array(element) => element.is_ordered(),
            DataType::Struct(fields) => fields.iter().all(|f| f.ty.is_ordered()),
            _ => true,
        }
    }

    /// A field that stands twice in one struct, anywhere inside: such a value can be made, and never be read again.
    pub fn repeated_field(&self) -> Option<&str> {
        match self {
            DataType::Array(element) => element.repeated_field(),
            DataType::Map(key, value) => key.repeated_field().or_else(|| value.repeated_field()),
            DataType::Struct(fields) => {
                let mut seen = std::collections::HashSet::new();
                let found =
                    fields.iter().find(|field| !seen.insert(folded(&field.name))).map(|field| field.name.as_str());
                found.or_else(|| fields.iter().find_map(|field| field.ty.repeated_field()))
            }
            _ => None,
        }
    }

    /// The member of a struct with this name, in any letter case.
    pub fn field(&self, name: &str) -> Option<&Field> {
        match self {
            DataType::Struct(fields) => fields.iter().find(|f| is_same_name(&f.name, name)),
            _ => None,
        }
    }
}

/// As Databricks SQL writes it: `DECIMAL(18,2)`, `ARRAY<STRING>`, `STRUCT<a: INT>`.
impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DataType::String => f.write_str("STRING"),
            DataType::Boolean => f.write_str("BOOLEAN"),
            DataType::TinyInt => f.write_str("TINYINT"),
            DataType::SmallInt => f.write_str("SMALLINT"),
            DataType::Int => f.write_str("INT"),
            DataType::BigInt => f.write_str("BIGINT"),
            DataType::Float => f.write_str("FLOAT"),
            DataType::Double => f.write_str("DOUBLE"),
            DataType::Decimal { precision, scale } => write!(f, "DECIMAL({precision},{scale})"),
            DataType::Date => f.write_str("DATE"),
            DataType::Timestamp => f.write_str("TIMESTAMP"),
            DataType::TimestampNtz => f.write_str("TIMESTAMP_NTZ"),
            DataType::Binary => f.write_str("BINARY"),
            DataType::Interval { from, to } if from == to => write!(f, "INTERVAL {}", from.word()),
            DataType::Interval { from, to } => write!(f, "INTERVAL {} TO {}", from.word(), to.word()),
            DataType::CalendarInterval => f.write_str("INTERVAL"),
            DataType::Array(element) => write!(f, "ARRAY<{element}>"),
            DataType::Map(key, value) => write!(f, "MAP<{key}, {value}>"),
            DataType::Struct(fields) => fmt_struct(f, fields),
            DataType::Variant => f.write_str("VARIANT"),
            DataType::Null => f.write_str("VOID"),
            DataType::Unknown => f.write_str("unknown"),
        }
    }
}

fn fmt_struct(f: &mut fmt::Formatter<'_>, fields: &[Field]) -> fmt::Result {
    f.write_str("STRUCT<")?;
    for (i, field) in fields.iter().enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        let plain = field.name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && field.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match plain {
            true => write!(f, "{comma}{}: {}", field.name, field.ty)?,
            false => write!(f, "{comma}`{}`: {}", field.name.replace('`', "``"), field.ty)?,
        }
    }
    f.write_str(">")
}
