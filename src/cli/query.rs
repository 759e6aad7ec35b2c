//! `gen query`
use std::path::{Path, PathBuf};
use clap::Args;
use super::shell::{self, Format, Shell};
use super::{Ended, Failure};
use crate::world::World;
/// Query the tables of the last run
#[derive(Debug, Args)]
pub struct QueryArgs { #[arg(long)] warehouse: Option<PathBuf>, 
    #[arg(id = "format", long, value_parser = shell::row_formats())]
    format: Option<Format>,
}
pub fn run(_args: &QueryArgs, _p: Option<&Path>, _shell: &mut Shell, _world: &dyn World) -> Ended { Err(Failure::Usage(String::new())) }
