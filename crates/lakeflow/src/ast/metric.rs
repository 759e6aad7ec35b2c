//! Metric views, and what their YAML says (lakeflow-sql.md, "Metric views").

use super::{Expr, ObjectName, Property, Text, ViewColumn};

/// `CREATE [OR REPLACE] VIEW .. WITH METRICS LANGUAGE YAML AS $$..$$`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateMetricView {
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Name of the view.
    pub name: ObjectName,
    /// Column names with comments.
    pub columns: Vec<ViewColumn>,
    /// `COMMENT`.
    pub comment: Option<String>,
    /// `TBLPROPERTIES`.
    pub properties: Vec<Property>,
    /// What stands between the `$$`.
    pub definition: MetricView,
}

/// The definition of a metric view. It is printed as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricView {
    /// All of it.
    pub yaml: Text,
    /// A table by its name, or a query.
    pub source: Text,
    /// What is joined to it.
    pub joins: Vec<MetricJoin>,
    /// Which rows there are.
    pub filter: Option<MetricExpr>,
    /// `dimensions`, or `fields`.
    pub dimensions: Vec<MetricExpr>,
    /// What is computed over many rows.
    pub measures: Vec<MetricExpr>,
}

/// Rows that are joined to others.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricJoin {
    /// What expressions call them.
    pub name: String,
    /// A table by its name, or a query.
    pub source: Text,
    /// The condition, unless the columns of `using` are it.
    pub on: Option<MetricExpr>,
    /// What is joined to them in turn.
    pub joins: Vec<MetricJoin>,
}

/// An SQL expression.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricExpr {
    /// As YAML gives it.
    pub text: Text,
    /// The same, parsed; its spans are places in that text.
    pub expr: Expr,
}
