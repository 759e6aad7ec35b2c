//! `gen stop`: stops the running update.

use std::path::Path;

use clap::Args;

use super::plan::PlaceArgs;
use super::reach::{failed, reach};
use super::shell::Shell;
use super::{Ended, Status};
use crate::deploy::run::{self, RunError};
use crate::world::World;

/// Stop the running update of the pipeline
///
/// Tables that it has finished keep their new rows. If no update is running, nothing happens.
#[derive(Debug, Args)]
#[command(after_help = "Example: gen stop --target prod")]
pub struct StopArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

pub fn run(args: &StopArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    reach(&args.place, root, shell, world, |at, shell| {
        run::stop(at.client, &at.deployed()?.pipeline).map_err(|error| failed(RunError::from(error)))?;
        shell.say("no update is running")?;
        Ok(Status::Done)
    })
}
