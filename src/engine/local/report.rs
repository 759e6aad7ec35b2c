//! What a run tells of itself, dataset by dataset.

use lakeflow::ast::Violation;
use lakeflow::check::DatasetKind;

use super::header::LandingNote;

/// The datasets that a run has computed, with counts of rows.
#[derive(Debug, Clone, Default)]
pub struct RunReport {
    /// Datasets, in the order of the run.
    pub datasets: Vec<DatasetReport>,
}

/// What became of one dataset.
#[derive(Debug, Clone)]
pub struct DatasetReport {
    /// The table or view.
    pub name: String,
    /// Table or view, as its statement creates it.
    pub kind: DatasetKind,
    /// Rows of the datasets or files it reads, where it reads one; 0 otherwise.
    pub rows_in: usize,
    /// Rows that it holds after the run.
    pub rows_out: usize,
    /// Rows that expectations dropped.
    pub dropped: usize,
    /// Counts of its expectations, in the order of the statement.
    pub expectations: Vec<ExpectationReport>,
    /// What in the files that it reads no column takes.
    pub notes: Vec<LandingNote>,
    /// Seconds that it took to compute.
    pub seconds: f64,
}

/// How an expectation was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectationReport {
    /// The constraint, as the statement names it.
    pub name: String,
    /// What happens to rows that do not meet it; `None`: they are counted.
    pub action: Option<Violation>,
    /// Rows that meet it.
    pub passed: usize,
    /// Rows that do not.
    pub failed: usize,
}
