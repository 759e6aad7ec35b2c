//! `gen sql`: commands for pipeline SQL that people wrote, without any project.

mod lineage;

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
    Lineage(lineage::SqlLineageArgs),
}

pub fn run(args: &SqlArgs, shell: &mut Shell, world: &dyn World) -> Ended {
    match &args.command {
        SqlCommand::Lineage(args) => lineage::run(args, shell, world),
    }
}
