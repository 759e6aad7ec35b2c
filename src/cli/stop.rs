//! `gen stop`: ends the update that runs.

use std::path::Path;

use clap::Args;

use super::plan::{self, PlaceArgs};
use super::shell::Shell;
use super::{Ended, Status};
use crate::deploy::run;
use crate::driver::deploy;
use crate::world::World;

/// Stop the update of the pipeline that runs
///
/// Tables that it has finished keep their new rows. Where nothing runs nothing happens.
#[derive(Debug, Args)]
#[command(after_help = "Example: gen stop --target prod")]
pub struct StopArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

pub fn run(args: &StopArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    let network = plan::network(world)?;
    let Some(compilation) = plan::faultless(root, shell, world)? else { return Ok(Status::Fault) };
    let (id, target) = plan::target(&compilation, args.place.target.as_deref())?;
    let client = plan::connect(world, &network, target, &args.place)?;
    let there = deploy::there(world, root, &client, &compilation, id).map_err(plan::failure)?;
    let pipeline = there.pipeline;
    run::stop(&client, &pipeline).map_err(|error| plan::failure(error.into()))?;
    shell.say("no update runs")?;
    Ok(Status::Done)
}
