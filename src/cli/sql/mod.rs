//! `gen sql`: tools for Lakeflow SQL that people wrote; no project is needed.

mod files;
mod parse;

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
    Parse(parse::ParseArgs),
}

pub fn run(args: &SqlArgs, shell: &mut Shell, world: &dyn World) -> Ended {
    match &args.command {
        SqlCommand::Parse(args) => parse::run(args, shell, world),
    }
}
