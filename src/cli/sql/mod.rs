//! `gen sql`: tools for Lakeflow SQL that people wrote; no project is needed.

mod files;
mod fmt;

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
    Fmt(fmt::FmtArgs),
}

pub fn run(args: &SqlArgs, shell: &mut Shell, world: &dyn World) -> Ended {
    match &args.command {
        SqlCommand::Fmt(args) => fmt::run(args, shell, world),
    }
}
