//! The names of types: which ones Databricks has, and how they are written.
//!
//! sqlparser takes any word for a type and prints maps and structs the way other databases write them. What a type means
//! is not decided here.

use sqlparser::ast::{
    ArrayElemTypeDef, CharacterLength, DataType, ExactNumberInfo, Expr, ObjectName, SqlOption, StructField,
    TimezoneInfo,
};

use super::lex::COLLATED;
use super::print::{ident_text, string_text};
use super::types::MAX_PRECISION;
use crate::diag::did_you_mean;

/// Type names that sqlparser has no variant of its own for.
const PLAIN: &[&str] =
    &["VARIANT", "VOID", "BYTE", "SHORT", "LONG", "TIMESTAMP_LTZ", "OBJECT", "GEOMETRY", "GEOGRAPHY"];

/// Names to guess among.
const COMMON: &[&str] = &[
    "STRING",
    "INT",
    "BIGINT",
    "SMALLINT",
    "TINYINT",
    "DOUBLE",
    "FLOAT",
    "DECIMAL",
    "BOOLEAN",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMP_NTZ",
    "BINARY",
    "ARRAY",
    "MAP",
    "STRUCT",
    "VARIANT",
    "INTERVAL",
    "VARCHAR",
    "CHAR",
];

/// What other databases call a type.
const FOREIGN: &[(&str, &str)] = &[
    ("TEXT", "STRING"),
    ("VARCHAR", "STRING"),
    ("CHAR", "STRING"),
    ("CLOB", "STRING"),
    ("NVARCHAR", "STRING"),
    ("UUID", "STRING"),
    ("JSON", "VARIANT"),
    ("JSONB", "VARIANT"),
    ("BOOL", "BOOLEAN"),
    ("DATETIME", "TIMESTAMP"),
    ("INT8", "BIGINT"),
    ("INT64", "BIGINT"),
    ("INT4", "INT"),
    ("INT32", "INT"),
    ("FLOAT8", "DOUBLE"),
    ("FLOAT64", "DOUBLE"),
    ("BYTEA", "BINARY"),
    ("BLOB", "BINARY"),
    ("NUMBER", "DECIMAL"),
];

/// Message and hint for a type that Databricks does not have; looks into arrays, maps and structs.
pub(super) fn unknown(data_type: &DataType) -> Option<(String, Option<String>)> {
    match data_type {
        DataType::Array(ArrayElemTypeDef::AngleBracket(element)) => unknown(element),
        DataType::Map(key, value) => unknown(key).or_else(|| unknown(value)),
        DataType::Struct(fields, _) if !fields.is_empty() => structure(fields),
        DataType::Struct(..) => {
            Some(("a struct must list its fields".to_owned(), Some("write `STRUCT<name: type, ..>`".to_owned())))
        }
        DataType::String(Some(_)) => {
            let hint = "write `STRING`, or `VARCHAR(n)` for a limit".to_owned();
            Some(("`STRING` does not take a length".to_owned(), Some(hint)))
        }
        plain if is_known(plain) => None,
        other => {
            let text = other.to_string();
            let word = text.split(['(', ' ', '<']).next().unwrap_or("");
            let known = FOREIGN.iter().find(|(foreign, _)| foreign.eq_ignore_ascii_case(word));
            let hint = match known {
                Some((_, ours)) => Some(format!("write `{ours}`")),
                None => did_you_mean(word, COMMON.iter().copied()),
            };
            Some((format!("unknown type `{text}`"), hint))
        }
    }
}

fn structure(fields: &[StructField]) -> Option<(String, Option<String>)> {
    let mut names: Vec<String> = vec![];
    for field in fields {
        let Some(name) = &field.field_name else {
            let message = format!("a struct field must have a name and a type, found `{}`", field.field_type);
            return Some((message, Some("write `STRUCT<name: type, ..>`".to_owned())));
        };
        if names.contains(&name.value.to_lowercase()) {
            return Some((format!("duplicate field `{}`", name.value), None));
        }
        names.push(name.value.to_lowercase());
        if let Some(fault) = unknown(&field.field_type) {
            return Some(fault);
        }
    }
    None
}

/// Message for a decimal of more digits than there are, as the type of a column; those of casts are judged with their
/// values.
pub(super) fn beyond(data_type: &DataType) -> Option<(String, Option<String>)> {
    let (DataType::Decimal(digits) | DataType::Dec(digits) | DataType::Numeric(digits)) = data_type else {
        return None;
    };
    let (precision, scale) = match digits {
        ExactNumberInfo::None => return None,
        ExactNumberInfo::Precision(precision) => (*precision, 0),
        ExactNumberInfo::PrecisionAndScale(precision, scale) => (*precision, *scale),
    };
    if precision == 0 || precision > u64::from(MAX_PRECISION) {
        return Some((format!("a decimal must have 1 to {MAX_PRECISION} digits, found {precision}"), None));
    }
    let fits = u64::try_from(scale).is_ok_and(|scale| scale <= precision);
    (!fits).then(|| (format!("a decimal of {precision} digits cannot have {scale} decimal places"), None))
}

fn is_known(data_type: &DataType) -> bool {
    match data_type {
        DataType::TinyInt(None) | DataType::SmallInt(None) | DataType::Int(None) | DataType::Integer(None) => true,
        DataType::BigInt(None) | DataType::String(None) | DataType::Binary(None) => true,
        DataType::Float(ExactNumberInfo::None) | DataType::Double(ExactNumberInfo::None) | DataType::Real => true,
        DataType::Varchar(Some(length)) | DataType::Char(Some(length)) | DataType::Character(Some(length)) => {
            *length != CharacterLength::Max
        }
        DataType::Decimal(_) | DataType::Dec(_) | DataType::Numeric(_) => true,
        DataType::Boolean | DataType::Date | DataType::Interval { precision: None, .. } => true,
        DataType::Timestamp(None, TimezoneInfo::None) | DataType::TimestampNtz(None) => true,
        // The reference system: `GEOMETRY(4326)`, `GEOGRAPHY(ANY)`.
        DataType::Custom(name, arguments) if arguments.len() == 1 => {
            ["GEOMETRY", "GEOGRAPHY"].iter().any(|spatial| name.to_string().eq_ignore_ascii_case(spatial))
        }
        DataType::Custom(name, arguments) => {
            arguments.is_empty()
                && (is_template(name)
                    || is_collated(name)
                    || PLAIN.iter().any(|plain| name.to_string().eq_ignore_ascii_case(plain)))
        }
        _ => false,
    }
}

/// `STRING COLLATE c`, which the lexer makes one word of.
fn is_collated(name: &ObjectName) -> bool {
    name.to_string().get(..COLLATED.len()).is_some_and(|start| start.eq_ignore_ascii_case(COLLATED))
}

/// `${key}`, which is replaced before the statement is read.
fn is_template(name: &ObjectName) -> bool {
    let text = name.to_string();
    text.starts_with("${") && text.ends_with('}')
}

/// The type as Databricks writes it: `MAP<STRING, INT>`, `STRUCT<a: INT>`.
pub(super) fn text(data_type: &DataType) -> String {
    match data_type {
        DataType::Array(ArrayElemTypeDef::AngleBracket(element)) => format!("ARRAY<{}>", text(element)),
        DataType::Map(key, value) => format!("MAP<{}, {}>", text(key), text(value)),
        DataType::Struct(fields, _) if !fields.is_empty() => {
            let field = |f: &StructField| match &f.field_name {
                Some(name) => format!("{}: {}{}", ident_text(name), text(&f.field_type), field_options(f)),
                None => text(&f.field_type),
            };
            format!("STRUCT<{}>", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// `NOT NULL` and `COMMENT` of a field, which the lexer hands over as options.
fn field_options(field: &StructField) -> String {
    let mut shown = String::new();
    for option in field.options.iter().flatten() {
        match option {
            SqlOption::KeyValue { key, value: Expr::Value(value) } if key.value == "comment" => {
                let comment = value.value.clone().into_string().unwrap_or_default();
                shown.push_str(&format!(" COMMENT {}", string_text(&comment)));
            }
            _ => shown.push_str(" NOT NULL"),
        }
    }
    shown
}
