//! `gen sql`: commands for pipeline SQL that people wrote, without any project.

mod files;
mod lineage;
mod parse;

use clap::{Args, Subcommand};

use super::Ended;
use super::shell::Shell;
use crate::world::World;

/// Look into Lakeflow SQL that people wrote, without a project
#[derive(Debug, Args)]
pub struct SqlArgs {
    #[command(subcommand)]
    command: SqlCommand,
}

#[derive(Debug, Subcommand)]
enum SqlCommand {
    Parse(parse::ParseArgs),
    Lineage(lineage::SqlLineageArgs),
}

pub fn run(args: &SqlArgs, shell: &mut Shell, world: &dyn World) -> Ended {
    match &args.command {
        SqlCommand::Parse(args) => parse::run(args, shell, world),
        SqlCommand::Lineage(args) => lineage::run(args, shell, world),
    }
}
