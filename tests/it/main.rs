//! Behaviour a user sees, in one binary so that everything is linked once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "a test fails by panicking and reports on the terminal"
)]

mod errors;
mod lakeflow;
mod schemas;
