//! The embedded engine: runs Lakeflow SQL on this machine, over the files of a landing directory.
//!
//! Every run computes everything from the files (increments come with continuous tables). Results are kept as Parquet
//! in a warehouse, which is replaced as a whole at the end or not at all.

mod cdc;
pub mod csv;
mod culprit;
mod decode;
mod expectation;
mod fault;
mod header;
mod hold;
mod landing;
mod output;
mod outside;
mod parquet;
mod read_files;
mod relations;
mod report;
mod run;
mod runtime;
pub mod spark;
mod store;
mod table;
mod warehouse;

pub use fault::RunFault;
pub use header::LandingNote;
pub use hold::{Hold, hold};
pub use output::{QueryRows, csv_text, json_text, text_cells};
pub use parquet::{FileColumn, ParquetColumn, parquet_bytes, parquet_columns};
pub use report::{DatasetReport, ExpectationReport, RunReport};
pub use run::{PATIENCE, RunRequest, run, run_held};
pub use spark::variant_text;
pub use store::TableInfo;
pub use warehouse::{query, tables};
