//! The program `gen`: nothing but the process around [`lakegen::cli`].

use std::process::ExitCode;

use lakegen::world::DiskWorld;

fn main() -> ExitCode {
    lakegen::cli::run(std::env::args_os(), &DiskWorld)
}
