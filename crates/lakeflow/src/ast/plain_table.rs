//! Plain tables: `CREATE TABLE` in all its forms.
//!
//! In a pipeline, only the form that ends in `FLOW` is allowed (lakeflow-sql.md, "Flows"); the others are used next to
//! it.

use super::{Expr, FlowBody, ObjectName, Query, TableDefinition};

/// `CREATE [OR REPLACE] [EXTERNAL | TEMPORARY] TABLE [IF NOT EXISTS] ..`, also spelled `REPLACE TABLE`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTable {
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `REPLACE TABLE`: the table must be there.
    pub replace: bool,
    /// `EXTERNAL`.
    pub external: bool,
    /// `TEMPORARY`: of this session.
    pub temporary: bool,
    /// Name, columns and clauses; never private, live or refreshed.
    pub table: TableDefinition,
    /// What the table is made from; `None` when it begins empty.
    pub origin: Option<TableOrigin>,
}

/// What a table is made from.
#[expect(clippy::large_enum_variant, reason = "statements are few, and a box would be in the way of every match")]
#[derive(Debug, Clone, PartialEq)]
pub enum TableOrigin {
    /// `AS query`.
    Query(Box<Query>),
    /// `FLOW INSERT ..`.
    Flow(Box<FlowBody>),
    /// `LIKE table`: its columns.
    Like {
        /// The table whose columns are taken.
        table: ObjectName,
        /// `COPY LOCATION`: the new table lies where that one does, as when it moves to Unity Catalog.
        copy_location: bool,
    },
    /// `[SHALLOW | DEEP] CLONE table [.. AS OF ..]`: its columns and rows.
    Clone {
        /// `SHALLOW`: the rows stay where they are.
        shallow: bool,
        /// Which table.
        table: ObjectName,
        /// Of what time.
        as_of: Option<AsOf>,
    },
}

/// A state of a table in the past.
#[derive(Debug, Clone, PartialEq)]
pub enum AsOf {
    /// `VERSION AS OF`.
    Version(Expr),
    /// `TIMESTAMP AS OF`.
    Timestamp(Expr),
}
