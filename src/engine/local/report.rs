//! What a run did, as data for whoever prints it. No value of any row is in it.

use crate::check::Kind;
use crate::lakeflow::ast::Violation;

/// A run that came to its end.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunReport {
    /// Datasets in the order in which they were computed.
    pub datasets: Vec<DatasetReport>,
    /// What the whole run took.
    pub seconds: f64,
}

/// What became of one dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct DatasetReport {
    /// Its name as defined, without catalog and schema.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Whether only the pipeline itself sees it.
    pub private: bool,
    /// Rows that its query or its flows delivered, before expectations and change data capture.
    pub rows_in: u64,
    /// Rows it holds.
    pub rows_out: u64,
    /// Rows that an expectation left out.
    pub dropped: u64,
    /// Its expectations, in order.
    pub expectations: Vec<ExpectationReport>,
    /// What it took.
    pub seconds: f64,
}

/// How the rows fared with one expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectationReport {
    /// Its name.
    pub name: String,
    /// What becomes of a row that violates it; `None`: it is counted.
    pub action: Option<Violation>,
    /// Rows that fulfil it.
    pub passed: u64,
    /// Rows that violate it; a predicate that is NULL counts as violated.
    pub failed: u64,
}
