//! Each case below `tests/` as a test of its own name: `cargo test -p lakeflow live-prefix`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking and reports on the terminal"
)]

#[path = "../../../../tests/support/each.rs"]
mod each;
#[path = "../../../../tests/support/golden.rs"]
mod golden;
#[path = "../support/shop.rs"]
mod shop;

mod fmt;
mod infer;
mod lint;
mod statements;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let families = [fmt::trials(), infer::trials(), lint::trials(), statements::trials()];
    libtest_mimic::run(&Arguments::from_args(), families.into_iter().flatten().collect()).exit_code()
}

/// Where people see a byte of a text.
fn line_column(text: &str, offset: usize) -> lakeflow::source::LineColumn {
    let mut sources = lakeflow::source::SourceMap::default();
    let file = sources.add("", text);
    sources.line_column(file, offset)
}

/// The directory of this package's cases.
fn cases() -> &'static std::path::Path {
    std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
}
