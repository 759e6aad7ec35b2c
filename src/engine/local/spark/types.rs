//! Spark's types and Arrow's: one way each, nothing widened.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Fields, TimeUnit};
use datafusion::common::{Result, plan_datafusion_err, plan_err};
use lakeflow::types::{DataType as Spark, Field as Member};
use sqlparser::ast::{
    ArrayElemTypeDef, DataType as Sql, ExactNumberInfo, ObjectNamePart, StructBracketKind, TimezoneInfo,
};
use sqlparser::dialect::DatabricksDialect;
use sqlparser::parser::Parser;

/// The largest precision of a DECIMAL.
pub const MAX_PRECISION: u8 = 38;

/// TIMESTAMP: microseconds, an instant, shown in UTC.
pub fn timestamp() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// TIMESTAMP_NTZ: microseconds on a clock of no zone.
pub fn timestamp_ntz() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, None)
}

/// ARRAY of `element`.
pub fn array(element: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(element, true)))
}

/// The Arrow type of a type of Spark; `None` when this engine does not have it.
pub fn of(ty: &Spark) -> Option<DataType> {
    Some(match ty {
        Spark::String => DataType::Utf8,
        Spark::Boolean => DataType::Boolean,
        Spark::TinyInt => DataType::Int8,
        Spark::SmallInt => DataType::Int16,
        Spark::Int => DataType::Int32,
        Spark::BigInt => DataType::Int64,
        Spark::Float => DataType::Float32,
        Spark::Double => DataType::Float64,
        Spark::Decimal { precision, scale } => DataType::Decimal128(*precision, i8::try_from(*scale).ok()?),
        Spark::Date => DataType::Date32,
        Spark::Timestamp => timestamp(),
        Spark::TimestampNtz => DataType::Timestamp(TimeUnit::Microsecond, None),
        Spark::Binary => DataType::Binary,
        Spark::Array(element) => array(of(element)?),
        Spark::Struct(fields) => {
            let field = |field: &Member| Some(Field::new(&field.name, of(&field.ty)?, true));
            DataType::Struct(fields.iter().map(field).collect::<Option<Fields>>()?)
        }
        Spark::Null => DataType::Null,
        Spark::Interval { .. } | Spark::CalendarInterval | Spark::Map(..) | Spark::Variant | Spark::Unknown => {
            return None;
        }
    })
}

/// Reads a type as SQL writes it.
///
/// # Errors
/// When the text is no type or one that this engine does not have.
pub fn parse(text: &str) -> Result<DataType> {
    let fault = |e: sqlparser::parser::ParserError| plan_datafusion_err!("`{text}` is not a type: {e}");
    let mut parser = Parser::new(&DatabricksDialect {}).try_with_sql(text).map_err(fault)?;
    from_sql(&parser.parse_data_type().map_err(fault)?)
}

/// The Arrow type of a type as parsed.
///
/// # Errors
/// When this engine does not have the type.
pub fn from_sql(ty: &Sql) -> Result<DataType> {
    Ok(match ty {
        Sql::TinyInt(_) => DataType::Int8,
        Sql::SmallInt(_) => DataType::Int16,
        Sql::Int(_) | Sql::Integer(_) => DataType::Int32,
        Sql::BigInt(_) => DataType::Int64,
        Sql::Real | Sql::Float(_) => DataType::Float32,
        Sql::Double(_) => DataType::Float64,
        Sql::Boolean | Sql::Bool => DataType::Boolean,
        Sql::String(None) | Sql::Text => DataType::Utf8,
        Sql::Binary(None) => DataType::Binary,
        Sql::Date => DataType::Date32,
        Sql::Timestamp(None, TimezoneInfo::None) => timestamp(),
        Sql::TimestampNtz(None) => DataType::Timestamp(TimeUnit::Microsecond, None),
        Sql::Decimal(info) | Sql::Numeric(info) | Sql::Dec(info) => decimal(info)?,
        Sql::Array(ArrayElemTypeDef::AngleBracket(element)) => array(from_sql(element)?),
        Sql::Struct(fields, StructBracketKind::AngleBrackets | StructBracketKind::Parentheses) => {
            let field = |f: &sqlparser::ast::StructField| -> Result<Field> {
                let name = f.field_name.as_ref().map(|n| n.value.clone()).unwrap_or_default();
                Ok(Field::new(name, from_sql(&f.field_type)?, true))
            };
            DataType::Struct(fields.iter().map(field).collect::<Result<Fields>>()?)
        }
        Sql::Custom(name, arguments) => return custom(name.0.as_slice(), arguments),
        other => return plan_err!("the type {other} is not supported by the local engine"),
    })
}

fn custom(name: &[ObjectNamePart], arguments: &[String]) -> Result<DataType> {
    let word = name.iter().map(ToString::to_string).collect::<Vec<_>>().join(".").to_uppercase();
    match (word.as_str(), arguments) {
        ("BYTE", []) => Ok(DataType::Int8),
        ("SHORT", []) => Ok(DataType::Int16),
        ("LONG", []) => Ok(DataType::Int64),
        ("TIMESTAMP_LTZ", []) => Ok(timestamp()),
        ("TIMESTAMP_NTZ", []) => Ok(DataType::Timestamp(TimeUnit::Microsecond, None)),
        ("VOID", []) => Ok(DataType::Null),
        _ => plan_err!("the type {word} is not supported by the local engine"),
    }
}

fn decimal(info: &ExactNumberInfo) -> Result<DataType> {
    let (precision, scale) = match info {
        ExactNumberInfo::None => (10, 0),
        ExactNumberInfo::Precision(p) => (*p, 0),
        ExactNumberInfo::PrecisionAndScale(p, s) => (*p, *s),
    };
    match (u8::try_from(precision), i8::try_from(scale)) {
        (Ok(p), Ok(s)) if (1..=MAX_PRECISION).contains(&p) && s >= 0 && s as u8 <= p => Ok(DataType::Decimal128(p, s)),
        _ => plan_err!("DECIMAL({precision}, {scale}) is not a valid type"),
    }
}

/// The type as Spark writes it, in capitals.
pub fn show(ty: &DataType) -> String {
    match ty {
        DataType::Null => "VOID".to_owned(),
        DataType::Int8 => "TINYINT".to_owned(),
        DataType::Int16 => "SMALLINT".to_owned(),
        DataType::Int32 => "INT".to_owned(),
        DataType::Int64 => "BIGINT".to_owned(),
        DataType::Float32 => "FLOAT".to_owned(),
        DataType::Float64 => "DOUBLE".to_owned(),
        DataType::Boolean => "BOOLEAN".to_owned(),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "STRING".to_owned(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "BINARY".to_owned(),
        DataType::Date32 => "DATE".to_owned(),
        DataType::Timestamp(_, Some(_)) => "TIMESTAMP".to_owned(),
        DataType::Timestamp(_, None) => "TIMESTAMP_NTZ".to_owned(),
        DataType::Decimal128(p, s) => format!("DECIMAL({p},{s})"),
        DataType::List(field) => format!("ARRAY<{}>", show(field.data_type())),
        DataType::Struct(fields) => {
            let fields: Vec<_> = fields.iter().map(|f| format!("{}: {}", f.name(), show(f.data_type()))).collect();
            format!("STRUCT<{}>", fields.join(", "))
        }
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => {
                let inner: Vec<_> = fields.iter().map(|f| show(f.data_type())).collect();
                format!("MAP<{}>", inner.join(", "))
            }
            _ => "MAP".to_owned(),
        },
        DataType::Interval(_) | DataType::Duration(_) => "INTERVAL".to_owned(),
        other => other.to_string().to_uppercase(),
    }
}
