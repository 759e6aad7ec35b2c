//! Flows: appending, replacing, and change data capture.
//!
//! Sources of the grammar: lakeflow-sql.md, "Streaming tables", "Flows" and "AUTO CDC". The
//! legacy spelling `APPLY CHANGES INTO` is a statement of its own, because it names no flow.

use std::sync::Arc;

use super::{Expr, Ident, ObjectName, Query};

/// `CREATE FLOW name [COMMENT ..] AS ..`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateFlow {
    /// Name of the flow.
    pub name: ObjectName,
    /// `COMMENT`.
    pub comment: Option<String>,
    /// The streaming table written into.
    pub target: ObjectName,
    /// What is written.
    pub body: FlowBody,
}

/// What a flow does.
#[expect(clippy::large_enum_variant, reason = "statements are few, and a box would be in the way of every match")]
#[derive(Debug, Clone, PartialEq)]
pub enum FlowBody {
    /// `INSERT ..` and `REPLACE ..`, by name always.
    Insert(InsertFlow),
    /// `AUTO CDC ..`.
    AutoCdc(Box<AutoCdc>),
}

/// `INSERT [ONCE] [INTO target] BY NAME .. query`.
#[derive(Debug, Clone, PartialEq)]
pub struct InsertFlow {
    /// `ONCE`: runs once, and again on a full refresh.
    pub once: bool,
    /// Rows of the target that give way.
    pub replace: Option<Replace>,
    /// The query behind `BY NAME`: its rows are written.
    pub query: Arc<Query>,
}

/// Which rows of the target a flow replaces.
#[derive(Debug, Clone, PartialEq)]
pub enum Replace {
    /// `REPLACE WHERE predicate`.
    Where(Expr),
    /// `REPLACE USING (k, ..) SEQUENCE BY c`.
    Using {
        /// Rows that agree in these are replaced.
        keys: Vec<Ident>,
        /// Orders the versions of a row.
        sequence_by: Expr,
    },
}

/// `APPLY CHANGES INTO target FROM ..`.
#[derive(Debug, Clone, PartialEq)]
pub struct ApplyChanges {
    /// The streaming table written into, often spelled `LIVE.target`.
    pub target: ObjectName,
    /// Source, keys and the other clauses.
    pub cdc: AutoCdc,
}

/// What `AUTO CDC` reads.
#[derive(Debug, Clone, PartialEq)]
pub enum CdcSource {
    /// The name inside `FROM STREAM(..)`.
    Stream(ObjectName),
    /// `FROM name`: what a flow that runs once reads.
    Table(ObjectName),
    /// `FROM (query)`, which Spark's grammar allows.
    Query(Box<Query>),
}

impl CdcSource {
    /// The table or view that is read, unless a query is.
    pub fn name(&self) -> Option<&ObjectName> {
        match self {
            CdcSource::Stream(name) | CdcSource::Table(name) => Some(name),
            CdcSource::Query(_) => None,
        }
    }
}

/// The clauses of `AUTO CDC`.
#[derive(Debug, Clone, PartialEq)]
pub struct AutoCdc {
    /// `ONCE`.
    pub once: bool,
    /// Where the changes come from.
    pub source: CdcSource,
    /// `KEYS`.
    pub keys: Vec<Ident>,
    /// `IGNORE NULL UPDATES`.
    pub ignore_null_updates: Option<IgnoreNullUpdates>,
    /// `WHERE`: which changes count; only of the legacy `APPLY CHANGES`.
    pub filter: Option<Expr>,
    /// `APPLY AS DELETE WHEN`.
    pub apply_as_delete: Option<Expr>,
    /// `APPLY AS TRUNCATE WHEN`; SCD type 1 only.
    pub apply_as_truncate: Option<Expr>,
    /// `SEQUENCE BY`: a column or `STRUCT(a, b)`.
    pub sequence_by: Expr,
    /// `SYSTEM SEQUENCE BY`; goes with `BITEMPORAL`.
    pub system_sequence_by: Option<Expr>,
    /// `COLUMNS`.
    pub columns: Option<ColumnSelection>,
    /// `STORED AS`; `None` means SCD type 1.
    pub stored_as: Option<ScdType>,
    /// `TRACK HISTORY ON`; SCD type 2 only.
    pub track_history: Option<ColumnSelection>,
    /// `COLUMNS TO UPDATE`; excludes `IGNORE NULL UPDATES`.
    pub columns_to_update: Option<Ident>,
}

/// Whose NULLs leave the stored value as it is.
#[derive(Debug, Clone, PartialEq)]
pub enum IgnoreNullUpdates {
    /// All columns.
    All,
    /// `ON ..`: some.
    On(ColumnSelection),
}

/// `(a, b)` or `* EXCEPT (a, b)`.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnSelection {
    /// These.
    Only(Vec<Ident>),
    /// All but these.
    AllExcept(Vec<Ident>),
}

/// How versions are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScdType {
    /// `SCD TYPE 1`: the current row.
    ScdType1,
    /// `SCD TYPE 2`: every version with its validity.
    ScdType2,
    /// `BITEMPORAL`.
    Bitemporal,
}
