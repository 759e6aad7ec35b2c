//! Expressions and where they came from.

use crate::lakeflow::types::DataType;
use crate::source::Span;

/// Where a thing was declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Path of the spec, relative to the project, `/`-separated.
    pub path: String,
    /// The declaring text.
    pub span: Span,
}

/// A SQL expression, ready to be put into a query.
#[derive(Debug, Clone)]
pub struct Expression {
    /// The text. Columns are qualified where several tables are in reach.
    pub sql: String,
    /// Type of the value.
    pub ty: DataType,
    /// Whether the value can be NULL.
    pub nullable: bool,
    /// The spec text it came from.
    pub origin: Span,
}

/// What happens to a row that breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// The row stays and is counted.
    Warn,
    /// The row is left out and counted.
    Drop,
    /// The update stops.
    Fail,
    /// The row goes to the quarantine table.
    Quarantine,
}
