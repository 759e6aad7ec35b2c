//! Which sources of a query are read as streams.
//!
//! `FROM STREAM x`, `FROM STREAM(x)` and `FROM STREAM read_files(..)` are the same node in the tree: a table function
//! named `STREAM` with one argument. Only this file knows about that representation; all other code calls
//! [`stream_source`].

use sqlparser::ast::{Expr, Function, FunctionArg, FunctionArgExpr, Ident, TableFactor};

/// What a stream reads.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamSource<'a> {
    /// A table or view, one to three parts.
    Table(Vec<&'a Ident>),
    /// A table function such as `read_files`.
    Function(&'a Function),
}

/// The source behind `STREAM`, or `None` when `factor` is not read as a stream.
pub fn stream_source(factor: &TableFactor) -> Option<StreamSource<'_>> {
    if !is_stream_name(factor) {
        return None;
    }
    let TableFactor::Table { args: Some(args), .. } = factor else { return None };
    let [FunctionArg::Unnamed(FunctionArgExpr::Expr(source))] = args.args.as_slice() else { return None };
    match source {
        Expr::Identifier(name) => Some(StreamSource::Table(vec![name])),
        Expr::CompoundIdentifier(parts) => Some(StreamSource::Table(parts.iter().collect())),
        Expr::Function(function) => Some(StreamSource::Function(function)),
        _ => None,
    }
}

/// Options of a stream over a table that say yes or no; without a value they say yes.
pub(super) const FLAGS: &[&str] = &[
    "skipChangeCommits",
    "readChangeFeed",
    "readChangeData",
    "withEventTimeOrder",
    "ignoreDeletes",
    "ignoreChanges",
    "failOnDataLoss",
];

/// Options of a stream over a table that need a value (lakeflow-sql.md, "Streaming reads"; the rarer ones are Delta's
/// own).
pub(super) const VALUES: &[&str] = &[
    "maxFilesPerTrigger",
    "maxBytesPerTrigger",
    "startingVersion",
    "startingTimestamp",
    "endingVersion",
    "endingTimestamp",
    "excludeRegex",
    "schemaTrackingLocation",
];

/// Whether the name of `factor` is the bare word `STREAM`.
pub(super) fn is_stream_name(factor: &TableFactor) -> bool {
    let TableFactor::Table { name, .. } = factor else { return false };
    let [part] = name.0.as_slice() else { return false };
    part.as_ident().is_some_and(|ident| ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("STREAM"))
}
