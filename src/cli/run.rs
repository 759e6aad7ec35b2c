//! `gen run`
use std::path::{Path, PathBuf};
use clap::Args;
use super::shell::Shell;
use super::{Ended, Failure};
use crate::world::World;
/// Run the pipeline here, on the files of a directory
#[derive(Debug, Args)]
pub struct RunArgs { #[arg(long)] landing: Option<PathBuf> }
pub fn run(_args: &RunArgs, _root: &Path, _shell: &mut Shell, _world: &dyn World) -> Ended { Err(Failure::Usage(String::new())) }
