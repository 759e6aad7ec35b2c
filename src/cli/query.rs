//! `gen query`: SQL over the tables of the last run.

use std::path::{Path, PathBuf};

use clap::Args;

use super::shell::{self, OutputFormat, Shell};
use super::{Ended, local};
use crate::world::World;

/// Query the tables of the last run
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen query --tables
  gen query \"SELECT * FROM orders LIMIT 5\"
  gen query \"SELECT * FROM orders\" --format csv > orders.csv")]
pub struct QueryArgs {
    /// A SELECT statement in Databricks SQL
    #[arg(required_unless_present = "tables")]
    pub sql: Option<String>,
    /// List the tables instead
    #[arg(long, conflicts_with = "sql")]
    pub tables: bool,
    /// Directory of the tables [default: .gen/warehouse, in the project]
    #[arg(long, value_name = "DIR")]
    pub warehouse: Option<PathBuf>,
    /// Output format [default: table]
    #[arg(id = "format", long, value_name = "FORMAT", value_parser = shell::row_formats())]
    pub format: Option<OutputFormat>,
}

pub fn run(args: &QueryArgs, asked: Option<&Path>, shell: &mut Shell, world: &dyn World) -> Ended {
    local::query(args, asked, shell, world)
}
