//! The embedded engine: runs Lakeflow SQL on this machine, over the files of a landing directory.
//!
//! Every run computes everything from the files (increments come with continuous tables). Results are kept as Parquet
//! in a warehouse, which is replaced as a whole at the end or not at all.

mod cdc;
mod expectation;
mod fault;
mod landing;
mod output;
mod read_files;
mod relations;
mod run;
pub mod spark;
mod table;
mod warehouse;

pub use fault::RunFault;
pub use output::{Rows, csv_text, json_text, text_cells};
pub use run::{DatasetReport, ExpectationReport, Request, RunReport, run};
pub use warehouse::{TableInfo, query, tables};
