//! `gen sql`: tools for Lakeflow SQL that people wrote; no project is needed.

mod lint;

use clap::{Args, Subcommand};

use super::Ended;
use super::shell::Shell;
use crate::world::World;

/// Work with Lakeflow SQL files: no project needed
#[derive(Debug, Args)]
pub struct SqlArgs {
    #[command(subcommand)]
    command: SqlCommand,
}

#[derive(Debug, Subcommand)]
enum SqlCommand {
    Lint(lint::LintArgs),
}

pub fn run(args: &SqlArgs, shell: &mut Shell, world: &dyn World) -> Ended {
    match &args.command {
        SqlCommand::Lint(args) => lint::run(args, shell, world),
    }
}
