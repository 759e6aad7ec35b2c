//! `gen run`: the pipeline on this machine, over the files of a directory.

use std::path::{Path, PathBuf};

use clap::Args;

use super::shell::Shell;
use super::{Ended, local};
use crate::world::World;

/// Run the pipeline locally, on the files of a directory
///
/// The specs are compiled first; what runs is the SQL that `gen build` writes. All tables are replaced together
/// when the run succeeds: a run that fails or is interrupted keeps the tables of the previous run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen run                                   the files in samples/
  gen run --landing ~/exports               your files
  gen run --format json                     everything about the run, for programs
  gen run --pipeline sql --landing files    pipeline SQL written by hand")]
pub struct RunArgs {
    /// Landing directory with the source files [default: samples, in the project]
    #[arg(long, value_name = "DIR")]
    pub landing: Option<PathBuf>,
    /// Directory of the tables [default: .gen/warehouse, in the project]
    #[arg(long, value_name = "DIR")]
    pub warehouse: Option<PathBuf>,
    /// The target whose catalog and schema the SQL names [default: the default target]
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    /// Directory of pipeline SQL to run instead of the project
    #[arg(long, value_name = "DIR", conflicts_with = "target")]
    pub pipeline: Option<PathBuf>,
}

pub fn run(args: &RunArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    local::run(args, root, shell, world)
}
