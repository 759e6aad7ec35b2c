//! Behaviour a user sees, in one binary so that everything is linked once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking and reports on the terminal"
)]

#[path = "../support/golden.rs"]
mod golden;
#[path = "../support/projects.rs"]
mod projects;
#[path = "../support/meaning.rs"]
mod said;
#[path = "../support/errors.rs"]
mod wrong;

mod attempts;
mod bundle;
mod cases;
mod ci;
mod citations;
mod cli;
mod client;
mod convert;
mod deploy;
mod errors;
mod errors_alone;
mod errors_together;
mod generated_sql;
mod language;
mod local_functions;
mod meaning;
#[cfg(feature = "engine")]
mod meaning_runs;
#[cfg(feature = "engine")]
mod metric_views;
mod parse_back;
mod privileges;
mod reuse;
mod sample;
mod schemas;
mod serving;
mod spark_csv;
mod spark_functions;
mod spark_json;
mod spark_parquet;
mod structure;
mod warehouse;
mod workspace;

/// The directory of the package.
fn root() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a text with the file of that name below `tests/it`: `<folder>/snapshots/<name>.txt`.
#[track_caller]
fn expect(name: &str, found: &str) {
    let (folder, name) = name.split_once('/').unwrap();
    golden::expect(&root().join(format!("tests/it/{folder}/snapshots/{name}.txt")), found);
}
