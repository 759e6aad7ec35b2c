//! From the parser's data types to ours, and back.
//!
//! The parser knows the types of every database; only those of Databricks are accepted. `CHAR` and `VARCHAR` are
//! accepted as strings, which is how a query treats them.

use sqlparser::ast::{self, ArrayElemTypeDef, ExactNumberInfo, IntervalFields, TimezoneInfo};

use super::{DataType, Field, IntervalUnit};

impl DataType {
    /// The type that SQL text names.
    ///
    /// # Errors
    /// What is wrong with it, in the voice of diagnostics; the parser keeps no place for types.
    pub fn from_sql(ty: &ast::DataType) -> Result<DataType, String> {
        use ast::DataType as S;
        Ok(match ty {
            S::String(_) | S::Text | S::Varchar(_) | S::Char(_) | S::Character(_) | S::CharVarying(_) => {
                DataType::String
            }
            S::Boolean | S::Bool => DataType::Boolean,
            S::TinyInt(_) => DataType::TinyInt,
            S::SmallInt(_) => DataType::SmallInt,
            S::Int(_) | S::Integer(_) => DataType::Int,
            S::BigInt(_) => DataType::BigInt,
            S::Float(_) | S::Real => DataType::Float,
            S::Double(_) => DataType::Double,
            S::Decimal(info) | S::Numeric(info) | S::Dec(info) => decimal(info)?,
            S::Date => DataType::Date,
            S::Timestamp(None, TimezoneInfo::None) => DataType::Timestamp,
            S::TimestampNtz(_) => DataType::TimestampNtz,
            S::Binary(None) => DataType::Binary,
            S::Interval { fields, .. } => interval(fields.as_ref()),
            S::Array(ArrayElemTypeDef::AngleBracket(element)) => DataType::array(DataType::from_sql(element)?),
            S::Map(key, value) => DataType::map(DataType::from_sql(key)?, DataType::from_sql(value)?),
            S::Struct(fields, _) => DataType::Struct(fields.iter().map(field).collect::<Result<_, _>>()?),
            // Every other name, with or without arguments, is read by our own grammar, which knows the hints.
            other => DataType::parse(&other.to_string()).map_err(|e| match e.hint {
                Some(hint) => format!("{}: {hint}", e.message),
                None => e.message,
            })?,
        })
    }

    /// The type as the parser would read it from its name.
    pub fn to_sql(&self) -> ast::DataType {
        use ast::DataType as S;
        match self {
            DataType::String => S::String(None),
            DataType::Boolean => S::Boolean,
            DataType::TinyInt => S::TinyInt(None),
            DataType::SmallInt => S::SmallInt(None),
            DataType::Int => S::Int(None),
            DataType::BigInt => S::BigInt(None),
            DataType::Float => S::Float(ExactNumberInfo::None),
            DataType::Double => S::Double(ExactNumberInfo::None),
            DataType::Decimal { precision, scale } => {
                S::Decimal(ExactNumberInfo::PrecisionAndScale(u64::from(*precision), i64::from(*scale)))
            }
            DataType::Date => S::Date,
            DataType::Timestamp => S::Timestamp(None, TimezoneInfo::None),
            DataType::Binary => S::Binary(None),
            DataType::Array(element) => S::Array(ArrayElemTypeDef::AngleBracket(Box::new(element.to_sql()))),
            // The printer writes a name of its own as it is.
            other => S::Custom(ast::Ident::new(other.to_string()).into(), vec![]),
        }
    }
}

fn decimal(info: &ExactNumberInfo) -> Result<DataType, String> {
    let (precision, scale) = match info {
        ExactNumberInfo::None => (10, 0),
        ExactNumberInfo::Precision(precision) => (*precision, 0),
        ExactNumberInfo::PrecisionAndScale(precision, scale) => (*precision, *scale),
    };
    let small = u8::try_from(precision).ok().zip(u8::try_from(scale).ok());
    if let Some((precision, scale)) = small {
        let cut = DataType::decimal(u32::from(precision), u32::from(scale));
        if cut.digits() == Some((precision, scale)) {
            return Ok(cut);
        }
    }
    // There is no such type: one grammar holds the messages.
    DataType::parse(&format!("decimal({precision},{scale})")).map_err(|e| e.message)
}

fn interval(fields: Option<&IntervalFields>) -> DataType {
    use IntervalUnit::{Day, Hour, Minute, Month, Second, Year};
    let (from, to) = match fields {
        None => return DataType::CalendarInterval,
        Some(IntervalFields::Year) => (Year, Year),
        Some(IntervalFields::Month) => (Month, Month),
        Some(IntervalFields::Day) => (Day, Day),
        Some(IntervalFields::Hour) => (Hour, Hour),
        Some(IntervalFields::Minute) => (Minute, Minute),
        Some(IntervalFields::Second) => (Second, Second),
        Some(IntervalFields::YearToMonth) => (Year, Month),
        Some(IntervalFields::DayToHour) => (Day, Hour),
        Some(IntervalFields::DayToMinute) => (Day, Minute),
        Some(IntervalFields::DayToSecond) => (Day, Second),
        Some(IntervalFields::HourToMinute) => (Hour, Minute),
        Some(IntervalFields::HourToSecond) => (Hour, Second),
        Some(IntervalFields::MinuteToSecond) => (Minute, Second),
    };
    DataType::Interval { from, to }
}

fn field(field: &ast::StructField) -> Result<Field, String> {
    let name = field.field_name.as_ref().map(|n| n.value.clone()).ok_or("a struct field needs a name")?;
    Ok(Field { name, ty: DataType::from_sql(&field.field_type)? })
}

#[cfg(test)]
mod tests {
    use sqlparser::ast::Expr;

    use super::*;
    use crate::parse_expr;

    #[test]
    fn a_type_is_what_its_name_is_read_as() {
        let names =
            "STRING|BOOLEAN|TINYINT|SMALLINT|INT|BIGINT|FLOAT|DOUBLE|DECIMAL(18,2)|DATE|TIMESTAMP|BINARY|ARRAY<DATE>";
        for name in names.split('|') {
            let Expr::Cast { data_type, .. } = parse_expr(&format!("CAST(a AS {name})")).unwrap() else {
                panic!("{name}")
            };
            assert_eq!(DataType::parse(name).unwrap().to_sql(), data_type, "{name}");
        }
    }
}
