//! Why a run or a query failed. Texts name tables, columns, rules and files, never a value of a row.

use std::path::{Path, PathBuf};

use lakeflow::diag::Code;

use super::spark;
use crate::codes;

/// A fault of a run or of a query.
#[derive(Debug, thiserror::Error)]
pub enum RunFault {
    /// The landing directory or one of its files cannot be used.
    #[error("{path}: {why}", path = .path.display())]
    Landing {
        /// The file or directory.
        path: PathBuf,
        /// The reason, for the message.
        why: String,
    },
    /// A statement uses something that this engine does not do as Spark does.
    #[error("`{dataset}`: the local engine does not support {what}")]
    Unsupported {
        /// Name of the dataset.
        dataset: String,
        /// The construct, as the message names it.
        what: String,
    },
    /// An expectation that stops the update is not met.
    #[error(
        "`{dataset}`: expectation `{expectation}` is not met by {failed} of {rows} rows: they have to meet `{demand}`"
    )]
    Expectation {
        /// Name of the dataset.
        dataset: String,
        /// Name of the expectation.
        expectation: String,
        /// Rows that do not meet it.
        failed: usize,
        /// Rows that were tested.
        rows: usize,
        /// Its condition, as SQL.
        demand: String,
        /// The figures of the first row that does not meet it, of a dataset about data.
        figures: Option<String>,
    },
    /// A statement failed while it was planned or run.
    #[error("`{dataset}`{}: {why}", column.as_ref().map(|c| format!(", column `{c}`")).unwrap_or_default())]
    Failed {
        /// The dataset; `query` for a query.
        dataset: String,
        /// The reason, for the message.
        why: String,
        /// The column that it happened in, if it is known.
        column: Option<String>,
        /// From where to where its values go, and what its type holds.
        values: Option<String>,
    },
    /// Another process writes the warehouse.
    #[error("{path}: {who} is running on this warehouse: run again when it has ended", path = .warehouse.display(), who = .holder.as_ref().map_or("another process".to_owned(), |pid| format!("process {pid}")))]
    Busy {
        /// Directory of the warehouse.
        warehouse: PathBuf,
        /// Id of the process, if it is known.
        holder: Option<String>,
    },
    /// The warehouse was replaced while it was read.
    #[error("{instead}")]
    Replaced {
        /// Directory of the warehouse.
        warehouse: PathBuf,
        /// What went wrong with the tables that are there now.
        instead: Box<RunFault>,
    },
    /// What is to be the warehouse is something else.
    #[error("{path}: {why}", path = .path.display())]
    NoWarehouse {
        /// The file or directory.
        path: PathBuf,
        /// What it is.
        why: String,
    },
    /// The warehouse cannot be used.
    #[error("{path}: {why}", path = .path.display())]
    Warehouse {
        /// The file or directory.
        path: PathBuf,
        /// The reason, for the message.
        why: String,
    },
}

impl RunFault {
    /// The code that explains it.
    pub fn code(&self) -> Code {
        match self {
            RunFault::Landing { .. } => codes::LANDING,
            RunFault::Unsupported { .. } => codes::NOT_RUNNABLE_LOCALLY,
            RunFault::Expectation { .. } => codes::EXPECTATION_FAILED,
            RunFault::Failed { .. } => codes::QUERY_FAILED,
            RunFault::NoWarehouse { .. } | RunFault::Warehouse { .. } | RunFault::Busy { .. } => codes::CANNOT_WRITE,
            RunFault::Replaced { instead, .. } => instead.code(),
        }
    }

    /// The dataset that a fault is about, if it is about one.
    pub fn dataset(&self) -> Option<&str> {
        match self {
            RunFault::Unsupported { dataset, .. }
            | RunFault::Expectation { dataset, .. }
            | RunFault::Failed { dataset, .. } => Some(dataset),
            _ => None,
        }
    }

    /// Figures that explain it: for people who may see the dataset.
    pub fn figures(&self) -> Option<&str> {
        match self {
            RunFault::Expectation { figures, .. } => figures.as_deref(),
            RunFault::Failed { values, .. } => values.as_deref(),
            _ => None,
        }
    }

    /// Whether the input is to blame, and not the engine or the machine.
    pub fn is_input(&self) -> bool {
        matches!(self, RunFault::Landing { .. } | RunFault::NoWarehouse { .. } | RunFault::Expectation { .. })
    }

    pub(super) fn of(dataset: &str, fault: spark::QueryFault) -> Self {
        let dataset = dataset.to_owned();
        match fault {
            spark::QueryFault::Refused(what) => RunFault::Unsupported { dataset, what },
            spark::QueryFault::Failed(why) => RunFault::Failed { dataset, why, column: None, values: None },
        }
    }

    pub(super) fn failed(dataset: &str, why: impl ToString) -> Self {
        RunFault::Failed { dataset: dataset.to_owned(), why: why.to_string(), column: None, values: None }
    }

    pub(super) fn landing(path: &Path, why: impl ToString) -> Self {
        RunFault::Landing { path: path.to_owned(), why: why.to_string() }
    }

    pub(super) fn warehouse(path: &Path, why: impl ToString) -> Self {
        RunFault::Warehouse { path: path.to_owned(), why: why.to_string() }
    }
}
