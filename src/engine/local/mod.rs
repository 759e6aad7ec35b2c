//! The embedded engine: runs Lakeflow SQL on this machine.
//!
//! A run computes every dataset of a pipeline from the files of a landing directory and keeps the tables in a warehouse
//! directory; [`query()`] reads them. Batch only: each run computes everything anew. What this engine cannot do as
//! Databricks does is refused by name (`E1002`), never done in another way.

mod definition;
mod landing;
mod output;
mod parameters;
mod query;
mod relations;
mod report;
mod run;
pub mod spark;
mod tables;
mod warehouse;

pub use output::{to_csv, to_json, to_texts};
pub use query::{Answer, query};
pub use report::{DatasetReport, ExpectationReport, RunReport};
pub use run::{LocalRun, run};
pub use warehouse::{StoredTable, Warehouse};

use tokio::runtime::{Builder, Runtime};

use spark::Fault;

/// The threads that queries run on.
fn runtime() -> Result<Runtime, Fault> {
    Builder::new_multi_thread().build().map_err(|e| Fault::failed(format!("no threads to run on: {e}")))
}
