//! Lakeflow SQL as a user meets it, in one binary so that everything is linked once. No query engine is linked.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking and reports on the terminal"
)]

#[path = "../../../../tests/support/golden.rs"]
mod golden;
#[path = "../support/shop.rs"]
mod shop;

mod build;
mod diag;
mod fmt;
mod infer;
mod lint;
mod parts;
mod round_trip;
mod spark_types;
mod statements;
mod total;

/// The directory of the repository.
fn root() -> &'static std::path::Path {
    std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The directory of this package's cases.
fn cases() -> &'static std::path::Path {
    std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
}
