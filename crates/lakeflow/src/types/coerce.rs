//! Which types have a common type, and which values a column can store.
//!
//! Sources: Spark 4 ANSI mode (`AnsiTypeCoercion`), the least common type and store assignment rules of the Databricks
//! reference. There are three separate questions: the common type of values next to each other ([`DataType::common`]),
//! whether an argument fits a parameter ([`DataType::fits`]), and whether a value can be stored
//! ([`DataType::assign`]).

use super::{Arithmetic, DataType, Field, IntervalUnit, decimal};
use crate::is_same_name;

/// What storing a value of one type in a column of another entails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assignment {
    /// Refused when the statement is analysed.
    Refused,
    /// Accepted, but some values overflow, lose digits or lose their time of day.
    Lossy,
    /// Every value arrives as it is.
    Lossless,
}

impl DataType {
    /// The least common type: that of `CASE`, `coalesce`, `UNION`, `IN`, array elements and comparisons.
    ///
    /// A string beside another simple type takes that type: `coalesce('1', 1)` is a `BIGINT`.
    pub fn common(&self, other: &DataType) -> Option<DataType> {
        use DataType as T;
        match (self, other) {
            (a, b) if a == b => Some(a.clone()),
            (T::Unknown, _) | (_, T::Unknown) => Some(T::Unknown),
            (T::Null, ty) | (ty, T::Null) => Some(ty.clone()),
            (a, b) if a.is_numeric() && b.is_numeric() => Some(common_number(a, b)),
            (T::String, ty) | (ty, T::String) => beside_string(ty),
            (T::Timestamp, ty) | (ty, T::Timestamp) if ty.is_temporal() => Some(T::Timestamp),
            (T::TimestampNtz, ty) | (ty, T::TimestampNtz) if ty.is_temporal() => Some(T::TimestampNtz),
            (T::Interval { from, to }, T::Interval { from: f2, to: t2 })
                if from.counts_months() == f2.counts_months() =>
            {
                Some(T::Interval { from: *from.min(f2), to: *to.max(t2) })
            }
            (T::Array(a), T::Array(b)) => Some(T::array(a.common(b)?)),
            (T::Map(k1, v1), T::Map(k2, v2)) => Some(T::map(k1.common(k2)?, v1.common(v2)?)),
            (T::Struct(a), T::Struct(b)) => common_struct(a, b),
            _ => None,
        }
    }

    /// Whether an argument of type `value` may stand where this type is wanted: Databricks widens, narrows and crosses
    /// between strings and simple types when a function is called, but makes no number of a boolean or a date.
    pub fn fits(&self, value: &DataType) -> bool {
        use DataType as T;
        match (self, value) {
            (a, b) if a == b || a.is_open() || b.is_open() => true,
            (a, b) if a.is_numeric() && b.is_numeric() => true,
            (a, b) if a.is_temporal() && b.is_temporal() => true,
            (a, b) if a.is_interval() && b.is_interval() => true,
            (T::String, b) => !b.is_nested() && *b != T::Variant,
            (a, T::String) => !a.is_nested() && *a != T::Variant,
            (T::Array(a), T::Array(b)) => a.fits(b),
            (T::Map(k1, v1), T::Map(k2, v2)) => k1.fits(k2) && v1.fits(v2),
            (T::Struct(a), T::Struct(b)) => a.len() == b.len() && a.iter().zip(&**b).all(|(x, y)| x.ty.fits(&y.ty)),
            _ => false,
        }
    }

    /// Whether `CAST(value AS self)` is accepted at all (Spark `Cast.canAnsiCast`).
    pub fn casts_from(&self, value: &DataType) -> bool {
        use DataType as T;
        match (self, value) {
            (T::Variant, ty) | (ty, T::Variant) => !ty.is_interval(),
            (T::String, _) => true,
            (T::Binary, ty) if ty.is_integral() => true,
            (T::Boolean, ty) if ty.is_numeric() => true,
            (ty, T::Boolean) if ty.is_numeric() => true,
            (T::Timestamp, ty) if ty.is_numeric() => true,
            (ty, T::Timestamp) if ty.is_numeric() => true,
            (ty, T::Interval { .. }) if ty.digits().is_some() => true,
            (T::Interval { .. }, ty) if ty.digits().is_some() => true,
            (T::Interval { from, .. }, T::Interval { from: f2, .. }) => from.counts_months() == f2.counts_months(),
            (T::Array(a), T::Array(b)) => a.casts_from(b),
            (T::Map(k1, v1), T::Map(k2, v2)) => k1.casts_from(k2) && v1.casts_from(v2),
            (T::Struct(a), T::Struct(b)) => {
                a.len() == b.len() && a.iter().zip(&**b).all(|(x, y)| x.ty.casts_from(&y.ty))
            }
            (a, b) => a.fits(b),
        }
    }

    /// What storing a `value` in a column of this type entails (ANSI store assignment).
    pub fn assign(&self, value: &DataType) -> Assignment {
        use Assignment::{Lossless, Lossy, Refused};
        use DataType as T;
        match (self, value) {
            (a, b) if a == b || a.is_open() || b.is_open() => Lossless,
            (a, b) if a.is_numeric() && b.is_numeric() => assign_number(a, b),
            (T::Timestamp | T::TimestampNtz, T::Date) => Lossless,
            (a, b) if a.is_temporal() && b.is_temporal() => Lossy,
            (T::String, b) if !b.is_nested() && !matches!(b, T::Variant | T::Binary) => Lossless,
            (T::Interval { .. }, T::Interval { .. }) if self.common(value).as_ref() == Some(self) => Lossless,
            (T::Array(a), T::Array(b)) => a.assign(b),
            (T::Map(k1, v1), T::Map(k2, v2)) => k1.assign(k2).min(v1.assign(v2)),
            (T::Struct(a), T::Struct(b)) if a.len() == b.len() => {
                a.iter().zip(&**b).map(|(x, y)| x.ty.assign(&y.ty)).min().unwrap_or(Lossless)
            }
            _ => Refused,
        }
    }

    /// Whether a column of this type takes every `value` as it is.
    pub fn can_store(&self, value: &DataType) -> bool {
        self.assign(value) == Assignment::Lossless
    }

    /// The type of `self op other` for numbers, strings among them counting as numbers; `None` if one is no number.
    pub fn arithmetic(&self, op: Arithmetic, other: &DataType) -> Option<DataType> {
        let (left, right) = (as_number(self, other)?, as_number(other, self)?);
        if let (Some(l), Some(r)) = (left.digits(), right.digits())
            && (matches!(left, DataType::Decimal { .. }) || matches!(right, DataType::Decimal { .. }))
        {
            return Some(decimal::combine(op, l, r));
        }
        match op {
            Arithmetic::Divide if !left.is_open() || !right.is_open() => Some(DataType::Double),
            _ => left.common(&right),
        }
    }
}

/// How an operand of arithmetic counts: a string beside a whole number is a `BIGINT`, beside others a `DOUBLE`.
fn as_number(ty: &DataType, other: &DataType) -> Option<DataType> {
    match ty {
        DataType::String if other.is_integral() => Some(DataType::BigInt),
        DataType::String => Some(DataType::Double),
        ty if ty.is_numeric() || ty.is_open() => Some(ty.clone()),
        _ => None,
    }
}

fn common_number(a: &DataType, b: &DataType) -> DataType {
    use DataType as T;
    if *a == T::Double || *b == T::Double {
        return T::Double;
    }
    if *a == T::Float || *b == T::Float {
        // FLOAT beside an exact number is pushed to DOUBLE, lest digits are lost.
        return if a == b { T::Float } else { T::Double };
    }
    match (a.digits(), b.digits()) {
        (Some(x), Some(y)) if !(a.is_integral() && b.is_integral()) => decimal::wider(x, y),
        (x, y) if x >= y => a.clone(),
        _ => b.clone(),
    }
}

/// The common type of a string and `ty`.
fn beside_string(ty: &DataType) -> Option<DataType> {
    match ty {
        ty if ty.is_integral() => Some(DataType::BigInt),
        ty if ty.is_numeric() => Some(DataType::Double),
        ty if ty.is_nested() || ty.is_interval() || *ty == DataType::Variant => None,
        ty => Some(ty.clone()),
    }
}

fn common_struct(a: &[Field], b: &[Field]) -> Option<DataType> {
    if a.len() != b.len() {
        return None;
    }
    let merge = |(x, y): (&Field, &Field)| {
        let same = is_same_name(&x.name, &y.name);
        same.then(|| x.ty.common(&y.ty)).flatten().map(|ty| Field { name: x.name.clone(), ty })
    };
    a.iter().zip(b).map(merge).collect::<Option<_>>().map(DataType::Struct)
}

fn assign_number(to: &DataType, from: &DataType) -> Assignment {
    let holds = match (to, from) {
        (DataType::Double, from) => {
            matches!(from, DataType::Float) || from.digits().is_some_and(|(p, s)| s == 0 && p <= 15)
        }
        (DataType::Float, from) => from.digits().is_some_and(|(p, s)| s == 0 && p <= 6),
        (to, from) if to.is_integral() && from.is_integral() => to.digits() >= from.digits(),
        (DataType::Decimal { precision, scale }, from) => {
            from.digits().is_some_and(|(p, s)| s <= *scale && p.saturating_sub(s) <= precision.saturating_sub(*scale))
        }
        _ => false,
    };
    if holds { Assignment::Lossless } else { Assignment::Lossy }
}

impl DataType {
    /// The type of `date_or_timestamp + interval`: a date stays one unless the interval counts less than days.
    pub fn shifted_by(&self, interval: &DataType) -> DataType {
        match (self, interval) {
            (DataType::Date, DataType::Interval { to, .. }) if *to > IntervalUnit::Day => DataType::Timestamp,
            (ty, _) => ty.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(text: &str) -> DataType {
        DataType::parse(text).unwrap_or_else(|e| panic!("{text}: {}", e.message))
    }

    fn common(a: &str, b: &str) -> String {
        let there = ty(a).common(&ty(b)).map_or("-".into(), |t| t.to_string());
        let back = ty(b).common(&ty(a)).map_or("-".into(), |t| t.to_string());
        assert_eq!(there, back, "{a} and {b} in both orders");
        there
    }

    #[test]
    fn common_types() {
        assert_eq!(common("int", "decimal(2,1)"), "DECIMAL(11,1)");
        assert_eq!(common("int", "float"), "DOUBLE");
        assert_eq!(common("smallint", "float"), "DOUBLE");
        assert_eq!(common("decimal(38,2)", "decimal(10,8)"), "DECIMAL(38,2)");
        assert_eq!(common("string", "int"), "BIGINT");
        assert_eq!(common("string", "date"), "DATE");
        assert_eq!(common("date", "timestamp"), "TIMESTAMP");
        assert_eq!(common("boolean", "int"), "-");
        assert_eq!(common("date", "int"), "-");
        assert_eq!(common("array<int>", "array<bigint>"), "ARRAY<BIGINT>");
        assert_eq!(common("struct<a: int>", "struct<b: int>"), "-");
        assert_eq!(common("interval day", "interval hour to second"), "INTERVAL DAY TO SECOND");
    }

    #[test]
    fn storing_without_loss() {
        let stores = |to: &str, from: &str| ty(to).assign(&ty(from));
        assert_eq!(stores("bigint", "int"), Assignment::Lossless);
        assert_eq!(stores("int", "bigint"), Assignment::Lossy);
        assert_eq!(stores("decimal(18,2)", "decimal(28,2)"), Assignment::Lossy);
        assert_eq!(stores("decimal(18,2)", "int"), Assignment::Lossless);
        assert_eq!(stores("double", "bigint"), Assignment::Lossy);
        assert_eq!(stores("timestamp", "date"), Assignment::Lossless);
        assert_eq!(stores("date", "timestamp"), Assignment::Lossy);
        assert_eq!(stores("string", "int"), Assignment::Lossless);
        assert_eq!(stores("int", "string"), Assignment::Refused);
        assert_eq!(stores("boolean", "int"), Assignment::Refused);
        assert_eq!(stores("array<bigint>", "array<int>"), Assignment::Lossless);
    }

    #[test]
    fn strings_count_as_numbers_in_arithmetic() {
        assert_eq!(ty("string").arithmetic(Arithmetic::Add, &ty("int")), Some(DataType::BigInt));
        assert_eq!(ty("string").arithmetic(Arithmetic::Add, &ty("decimal(4,2)")), Some(DataType::Double));
        assert_eq!(ty("int").arithmetic(Arithmetic::Divide, &ty("int")), Some(DataType::Double));
        assert_eq!(ty("date").arithmetic(Arithmetic::Add, &ty("int")), None);
    }
}
