//! Spark's SQL on DataFusion: plans a parsed query and gives the rows that Spark 4 in ANSI mode gives, in UTC.
//!
//! Three layers: the syntax tree is rewritten ([`syntax`]), the planner asks for the meaning of operators and literals
//! ([`planner`]), and every function that a query may call is listed ([`functions`]). What would give other rows than
//! Spark is refused by name; this module never falls back on another meaning.

mod arithmetic;
mod cast;
mod fault;
mod functions;
mod native;
mod planner;
mod session;
mod syntax;
mod types;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;

pub use fault::Fault;
pub use session::{LastPart, Session};
pub use syntax::Relations;

/// Prefix of the names under which files are registered as tables; their column of metadata is hidden from `*`.
pub(super) const FILES_PREFIX: &str = "__files_";

/// The column that describes a row's file.
pub(super) const METADATA: &str = "_metadata";

/// TIMESTAMP.
pub(super) fn timestamp() -> DataType {
    types::timestamp()
}

/// Reads a type as SQL writes it.
///
/// # Errors
/// When this engine does not have it.
pub(super) fn parse_type(text: &str) -> Result<DataType, Fault> {
    Ok(types::parse(text)?)
}

/// The type of a declared column.
///
/// # Errors
/// When this engine does not have it.
pub(super) fn type_of(ty: &sqlparser::ast::DataType) -> Result<DataType, Fault> {
    Ok(types::from_sql(ty)?)
}

/// Casts values as CAST does, or as TRY_CAST when `lenient`.
///
/// # Errors
/// When there is no such cast, or a value does not convert and `lenient` is false.
pub(super) fn convert(array: &ArrayRef, to: &DataType, lenient: bool) -> Result<ArrayRef, Fault> {
    Ok(cast::convert(array, to, lenient)?)
}

/// Values as texts, as CAST to STRING writes them.
///
/// # Errors
/// When the type has no text.
pub(super) fn texts(array: &ArrayRef) -> Result<datafusion::arrow::array::StringArray, Fault> {
    Ok(cast::texts(array)?)
}

/// One value as JSON, with NULL fields of structs, and decimals as exact texts.
///
/// # Errors
/// When the type has no form in JSON.
pub(super) fn json(array: &ArrayRef, row: usize) -> Result<serde_json::Value, Fault> {
    Ok(functions::json_value(array, row)?)
}
