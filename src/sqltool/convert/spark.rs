//! What Databricks has and Spark 4.3 does not: functions, types, sources of rows.
//!
//! The functions are those that only one of them lists in `SHOW FUNCTIONS`.

use sqlparser::ast::{ArrayElemTypeDef, DataType, ObjectName};

use super::names::parts;

/// Functions that Spark lacks.
const FUNCTIONS: &[&str] = &[
    "all_match",
    "any_match",
    "assert_not_null",
    "current_metastore",
    "current_recipient",
    "current_version",
    "is_account_group_member",
    "is_member",
    "list_secrets",
    "schema_of_json_agg",
    "secret",
    "stack_trace",
    "try_secret",
    "yearofweek",
];

/// How the names of functions begin that Spark lacks.
const FAMILIES: &[&str] = &["ai_", "h3_", "st_", "vector_"];

/// What of those families Spark has.
const FAMILIES_HAVE: &[&str] = &["st_asbinary", "st_geogfromwkb", "st_geomfromwkb", "st_setsrid", "st_srid"];

/// Functions in `FROM` that Spark lacks; `read_files` is a case of its own.
const SOURCES: &[&str] = &[
    "ai_forecast",
    "cloud_files",
    "cloud_files_state",
    "event_log",
    "get_warmup_files",
    "list_secrets",
    "read_kafka",
    "read_kinesis",
    "read_pubsub",
    "read_pulsar",
    "read_state_metadata",
    "read_statestore",
    "remote_query",
    "table_changes",
    "vector_search",
];

/// Formats whose files a path in backticks reads, as in ``csv.`/path` ``.
const FORMATS: &[&str] = &["avro", "binaryfile", "csv", "delta", "json", "orc", "parquet", "text", "xml"];

/// Whether a built-in function of Databricks is none of Spark.
pub(super) fn lacks_function(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let of_family = FAMILIES.iter().any(|head| name.starts_with(head)) && !FAMILIES_HAVE.contains(&name.as_str());
    of_family || FUNCTIONS.contains(&name.as_str())
}

/// Whether a function in `FROM` is none of Spark.
pub(super) fn lacks_source(name: &str) -> bool {
    SOURCES.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether a name of two parts reads files.
pub(super) fn is_format(name: &str) -> bool {
    FORMATS.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether a name in `FROM` is all of `(DESCRIBE HISTORY t)`, as the lexer hands it on.
pub(super) fn is_description(name: &ObjectName) -> bool {
    matches!(parts(name).as_slice(), [only] if only.quote_style.is_none() && only.value.starts_with("(DESCRIBE "))
}

/// The first type in a type that Spark lacks.
pub(super) fn missing_type(data_type: &DataType) -> Option<String> {
    match data_type {
        DataType::Custom(name, modifiers) => {
            let name = name.to_string().to_ascii_uppercase();
            // Spark has both with a reference system, not without.
            let is_bare_shape = ["GEOMETRY", "GEOGRAPHY"].contains(&name.as_str()) && modifiers.is_empty();
            (is_bare_shape || name == "OBJECT").then_some(name)
        }
        DataType::Array(
            ArrayElemTypeDef::AngleBracket(inner)
            | ArrayElemTypeDef::SquareBracket(inner, _)
            | ArrayElemTypeDef::Parenthesis(inner),
        ) => missing_type(inner),
        DataType::Map(key, value) => missing_type(key).or_else(|| missing_type(value)),
        DataType::Struct(fields, _) => fields.iter().find_map(|field| missing_type(&field.field_type)),
        _ => None,
    }
}
