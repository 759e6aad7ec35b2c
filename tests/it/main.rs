//! Behaviour a user sees, in one binary so that everything is linked once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking and reports on the terminal"
)]

mod attempts;
mod bundle;
mod cases;
mod check;
mod ci;
mod citations;
mod cli;
mod client;
mod convert;
mod deploy;
mod engine;
mod errors;
mod errors_alone;
mod errors_together;
mod generated_sql;
mod governance;
mod lineage;
mod local_functions;
mod meaning;
#[cfg(feature = "engine")]
mod meaning_runs;
mod parse_back;
mod privileges;
mod sample;
mod schemas;
mod serving;
mod spark_csv;
mod spark_functions;
mod structure;
mod warehouse;
mod workspace;

/// Every file of SQL below a directory, in order.
fn sql_below(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = vec![];
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sql_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The directory of the package.
fn root() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
}
