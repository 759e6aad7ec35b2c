//! Behaviour a user sees, in one binary so that everything is linked once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking and reports on the terminal"
)]

mod bundle;
mod cases;
mod cli;
mod convert;
mod engine;
mod errors;
mod governance;
mod infer;
mod lakeflow;
mod lakeflow_round_trip;
mod lineage;
mod lint;
mod privileges;
mod sample;
mod schemas;
mod serving;
mod spark_functions;
mod spark_types;
mod sql_fmt;
mod structure;

/// Where people see a byte of a text.
fn line_column(text: &str, offset: usize) -> lakegen::source::LineColumn {
    let mut sources = lakegen::source::SourceMap::default();
    let file = sources.add("", text);
    sources.line_column(file, offset)
}
