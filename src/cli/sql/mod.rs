//! `gen sql`: tools for hand-written Lakeflow SQL; they need no project.

mod convert;
mod fmt;
mod lineage;
mod lint;
mod parse;
mod place;

use clap::{Args, Subcommand};

use super::Ended;
use super::shell::Shell;
use crate::world::World;

/// Check, trace and convert hand-written Lakeflow SQL, without a project
///
/// In a directory, `.sql` files are read, and notebooks exported as Python, R or Scala source. Skipped are
/// directories whose names start with a dot, and `target` next to a Cargo.toml or dbt_project.yml.
#[derive(Debug, Args)]
pub struct SqlArgs {
    #[command(subcommand)]
    command: SqlCommand,
}

#[derive(Debug, Subcommand)]
enum SqlCommand {
    Fmt(fmt::FmtArgs),
    Parse(parse::ParseArgs),
    Lineage(lineage::SqlLineageArgs),
    Lint(lint::LintArgs),
    Convert(convert::ConvertArgs),
}

pub fn run(args: &SqlArgs, shell: &mut Shell, world: &dyn World) -> Ended {
    match &args.command {
        SqlCommand::Fmt(args) => fmt::run(args, shell, world),
        SqlCommand::Parse(args) => parse::run(args, shell, world),
        SqlCommand::Lineage(args) => lineage::run(args, shell, world),
        SqlCommand::Lint(args) => lint::run(args, shell, world),
        SqlCommand::Convert(args) => convert::run(args, shell, world),
    }
}
