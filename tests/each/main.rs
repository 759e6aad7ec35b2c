//! Each case below `tests/` as a test of its own name: `cargo test E0305`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking and reports on the terminal"
)]

#[path = "../support/each.rs"]
mod each;
#[path = "../support/golden.rs"]
mod golden;
#[path = "../support/projects.rs"]
mod projects;
#[path = "../support/meaning.rs"]
mod said;
#[path = "../support/errors.rs"]
mod wrong;

mod check;
mod convert;
#[cfg(feature = "engine")]
mod engine;
mod errors;
mod governance;
mod leaks;
mod meaning;
#[path = "projects.rs"]
mod of_projects;

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let families = [
        check::trials(),
        convert::trials(),
        #[cfg(feature = "engine")]
        engine::trials(),
        errors::trials(),
        governance::trials(),
        leaks::trials(),
        meaning::trials(),
        of_projects::trials(),
    ];
    libtest_mimic::run(&Arguments::from_args(), families.into_iter().flatten().collect()).exit_code()
}

/// The directory of the package.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
