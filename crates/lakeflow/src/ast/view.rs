//! Views: temporary and published.
//!
//! Source of the grammar: lakeflow-sql.md, "Views". The legacy `LIVE VIEW` is a view with a flag.

use std::sync::Arc;

use super::{Expectation, Ident, ObjectName, Property, Query};

/// `CREATE [OR REPLACE] [TEMPORARY] VIEW [IF NOT EXISTS] .. AS query`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateView {
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `TEMPORARY`: lives in the pipeline only. Otherwise published to the catalog.
    pub temporary: bool,
    /// `GLOBAL TEMPORARY`: lives as long as the cluster.
    pub global: bool,
    /// `LIVE`, the legacy spelling of a temporary view of a pipeline.
    pub live: bool,
    /// `STREAMING LIVE VIEW`.
    pub streaming: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// A temporary view has one part.
    pub name: ObjectName,
    /// Column names with comments; empty when the query gives them.
    pub columns: Vec<ViewColumn>,
    /// `CONSTRAINT .. EXPECT`; temporary views only.
    pub expectations: Vec<Expectation>,
    /// `COMMENT`.
    pub comment: Option<String>,
    /// `TBLPROPERTIES`.
    pub properties: Vec<Property>,
    /// `WITH SCHEMA ..`.
    pub schema_binding: Option<SchemaBinding>,
    /// `DEFAULT COLLATION`.
    pub collation: Option<Ident>,
    /// The query after `AS`.
    pub query: Arc<Query>,
}

/// What becomes of a view when the columns of its query change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaBinding {
    /// `BINDING`: it fails.
    Binding,
    /// `COMPENSATION`: values are cast to the old types.
    Compensation,
    /// `TYPE EVOLUTION`: the types change.
    TypeEvolution,
    /// `EVOLUTION`: columns and types change.
    Evolution,
}

impl SchemaBinding {
    /// All of them with their words.
    pub const ALL: &[(SchemaBinding, &str)] = &[
        (SchemaBinding::Binding, "BINDING"),
        (SchemaBinding::Compensation, "COMPENSATION"),
        (SchemaBinding::TypeEvolution, "TYPE EVOLUTION"),
        (SchemaBinding::Evolution, "EVOLUTION"),
    ];
}

/// A column of a view: no type, that is the query's.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewColumn {
    /// Without parts; its `quote_style` is set if it was quoted.
    pub name: Ident,
    /// `COMMENT`.
    pub comment: Option<String>,
}
