//! Precision and scale of decimal arithmetic, as Spark computes them (`DecimalType`, ANSI mode).
//!
//! Only types are computed here, never values.

use super::DataType;

/// No decimal has more digits.
pub const MAX_PRECISION: u8 = 38;

/// When digits must go, at least this many after the point are kept (or all, if there are fewer).
const MIN_ADJUSTED_SCALE: u32 = 6;

/// The operators whose result depends on the precision of both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}

/// The result of `(p1,s1) op (p2,s2)`, with digits after the point given up when 38 are not enough.
pub(super) fn combine(op: Arithmetic, (p1, s1): (u8, u8), (p2, s2): (u8, u8)) -> DataType {
    let (p1, s1, p2, s2) = (u32::from(p1), u32::from(s1), u32::from(p2), u32::from(s2));
    let whole = |p: u32, s: u32| p.saturating_sub(s);
    let (precision, scale) = match op {
        Arithmetic::Add | Arithmetic::Subtract => {
            let scale = s1.max(s2);
            (whole(p1, s1).max(whole(p2, s2)) + scale + 1, scale)
        }
        Arithmetic::Multiply => (p1 + p2 + 1, s1 + s2),
        Arithmetic::Divide => {
            let scale = MIN_ADJUSTED_SCALE.max(s1 + p2 + 1);
            (whole(p1, s1) + s2 + scale, scale)
        }
        Arithmetic::Remainder => {
            let scale = s1.max(s2);
            (whole(p1, s1).min(whole(p2, s2)) + scale, scale)
        }
    };
    adjusted(precision, scale)
}

/// `DECIMAL(precision,scale)`; past 38 digits the whole part is kept and the scale gives way down to 6.
pub(super) fn adjusted(precision: u32, scale: u32) -> DataType {
    let max = u32::from(MAX_PRECISION);
    if precision <= max {
        return DataType::decimal(precision, scale);
    }
    let whole = precision.saturating_sub(scale);
    DataType::decimal(max, max.saturating_sub(whole).max(scale.min(MIN_ADJUSTED_SCALE)))
}

/// The narrowest decimal that holds every value of both; past 38 digits the whole part is kept.
pub(super) fn wider((p1, s1): (u8, u8), (p2, s2): (u8, u8)) -> DataType {
    let scale = u32::from(s1.max(s2));
    let whole = u32::from(p1.saturating_sub(s1).max(p2.saturating_sub(s2)));
    let max = u32::from(MAX_PRECISION);
    match whole + scale <= max {
        true => DataType::decimal(whole + scale, scale),
        false => DataType::decimal(max, max.saturating_sub(whole)),
    }
}

impl DataType {
    /// Precision and scale of a decimal that holds every value of this exact number type; `None` for other types.
    pub fn digits(&self) -> Option<(u8, u8)> {
        match self {
            DataType::TinyInt => Some((3, 0)),
            DataType::SmallInt => Some((5, 0)),
            DataType::Int => Some((10, 0)),
            DataType::BigInt => Some((20, 0)),
            DataType::Decimal { precision, scale } => Some((*precision, *scale)),
            _ => None,
        }
    }

    /// The type of `sum` over values of this type (Spark `Sum`: ten more digits); `None` if it cannot be summed.
    pub fn summed(&self) -> Option<DataType> {
        match self {
            DataType::Decimal { precision, scale } => {
                Some(DataType::decimal(u32::from(*precision) + 10, u32::from(*scale)))
            }
            ty if ty.is_integral() => Some(DataType::BigInt),
            DataType::Float | DataType::Double | DataType::String => Some(DataType::Double),
            DataType::Interval { .. } => Some(self.clone()),
            DataType::Null => Some(DataType::Double),
            DataType::Unknown => Some(DataType::Unknown),
            _ => None,
        }
    }

    /// The type of `avg` over values of this type (Spark `Average`: four more digits on both sides of the point).
    pub fn averaged(&self) -> Option<DataType> {
        match self {
            // The scale grows even where 38 digits are not enough, unlike that of a quotient.
            DataType::Decimal { precision, scale } => {
                Some(DataType::decimal(u32::from(*precision) + 4, u32::from(*scale) + 4))
            }
            ty if ty.is_numeric() || matches!(ty, DataType::String | DataType::Null) => Some(DataType::Double),
            DataType::Interval { from, .. } if from.counts_months() => Some(DataType::YEAR_TO_MONTH),
            DataType::Interval { .. } => Some(DataType::DAY_TO_SECOND),
            DataType::Unknown => Some(DataType::Unknown),
            _ => None,
        }
    }

    /// The type of rounding to `places` digits after the point (Spark `RoundBase`); other numbers keep their type.
    pub fn rounded(&self, places: i64) -> DataType {
        let DataType::Decimal { precision, scale } = self else { return self.clone() };
        let (precision, scale) = (u32::from(*precision), u32::from(*scale));
        // One more whole digit: 9.5 becomes 10.
        let whole = precision.saturating_sub(scale) + 1;
        match u32::try_from(places) {
            Ok(places) => DataType::decimal(whole + places.min(scale), places.min(scale)),
            Err(_) => DataType::decimal(whole.max(u32::try_from(places.unsigned_abs() + 1).unwrap_or(38)), 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(op: Arithmetic, left: (u8, u8), right: (u8, u8)) -> String {
        combine(op, left, right).to_string()
    }

    #[test]
    fn results_that_fit_keep_every_digit() {
        assert_eq!(of(Arithmetic::Add, (18, 2), (5, 3)), "DECIMAL(20,3)");
        assert_eq!(of(Arithmetic::Multiply, (18, 2), (18, 2)), "DECIMAL(37,4)");
        assert_eq!(of(Arithmetic::Divide, (18, 2), (10, 0)), "DECIMAL(29,13)");
        assert_eq!(of(Arithmetic::Remainder, (18, 2), (5, 3)), "DECIMAL(5,3)");
    }

    #[test]
    fn results_past_38_digits_give_up_scale_but_keep_six() {
        assert_eq!(of(Arithmetic::Multiply, (38, 10), (38, 10)), "DECIMAL(38,6)");
        assert_eq!(of(Arithmetic::Divide, (38, 2), (20, 0)), "DECIMAL(38,6)");
        assert_eq!(of(Arithmetic::Add, (38, 2), (38, 4)), "DECIMAL(38,4)");
    }

    #[test]
    fn rounding_needs_one_more_whole_digit() {
        assert_eq!(DataType::decimal(2, 1).rounded(0), DataType::decimal(2, 0));
        assert_eq!(DataType::decimal(10, 3).rounded(2), DataType::decimal(10, 2));
        assert_eq!(DataType::decimal(10, 3).rounded(-2), DataType::decimal(8, 0));
        assert_eq!(DataType::Double.rounded(1), DataType::Double);
    }
}
