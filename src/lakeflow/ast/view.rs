//! Views: temporary, published, metric.
//!
//! Source of the grammar: reference sections 1.3 and 7. The legacy `LIVE VIEW` has no node.

use std::ops::Range;

use super::{Expectation, Ident, ObjectName, Property, Query};

/// `CREATE [OR REPLACE] [TEMPORARY] VIEW [IF NOT EXISTS] .. AS query`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateView {
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `TEMPORARY`: lives in the pipeline only. Otherwise published to the catalog.
    pub temporary: bool,
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
    /// The query after `AS`.
    pub query: Box<Query>,
}

/// A column of a view: no type, that is the query's.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewColumn {
    /// Its name.
    pub name: Ident,
    /// `COMMENT`.
    pub comment: Option<String>,
}

/// `CREATE [OR REPLACE] VIEW .. WITH METRICS LANGUAGE YAML AS $$..$$`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateMetricView {
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// Name of the view.
    pub name: ObjectName,
    /// `COMMENT`.
    pub comment: Option<String>,
    /// `TBLPROPERTIES`.
    pub properties: Vec<Property>,
    /// The definition; never parsed here.
    pub yaml: Text,
}

/// A text in another language, with its place, so that its own parser can report in terms of this file.
#[derive(Debug, Clone)]
pub struct Text {
    /// What stands between the `$$`, unchanged.
    pub value: String,
    /// Bytes of the file between the `$$`.
    pub range: Range<usize>,
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
