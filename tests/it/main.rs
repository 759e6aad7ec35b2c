//! Behaviour a user sees, in one binary so that everything is linked once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking and reports on the terminal"
)]

mod cases;
mod cli;
mod engine;
mod errors;
mod infer;
mod lakeflow;
mod lakeflow_round_trip;
mod sample;
mod schemas;
mod spark_functions;
mod spark_types;
mod sql_fmt;
mod structure;
