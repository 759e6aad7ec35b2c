//! `gen start`: an update of the pipeline that is deployed.

use std::path::Path;

use clap::Args;

use super::plan::{self, PlaceArgs};
use super::shell::Shell;
use super::{Ended, Failure, Status};
use crate::deploy::client::api::updates::Start;
use crate::deploy::run;
use crate::driver::{self, deploy};
use crate::world::World;

/// Start an update of the pipeline that is deployed
///
/// Without names all tables are updated. A full refresh forgets what was read and loads all files again that are still there.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen start --wait                                     update all tables, and wait for the end
  gen start sales_by_town_monthly                      this table alone, from what it reads now
  gen start --full-refresh customers --full-refresh customers_raw")]
pub struct StartArgs {
    /// Tables to update [default: all]
    #[arg(value_name = "DATASET")]
    datasets: Vec<String>,
    /// Tables to load anew from the beginning; can be given many times
    #[arg(long, value_name = "DATASET")]
    full_refresh: Vec<String>,
    /// Wait for the end; status 3 when the update fails
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

pub fn run(args: &StartArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    let network = plan::network(world)?;
    let Some(compilation) = plan::faultless(root, shell, world)? else { return Ok(Status::Fault) };
    known(&compilation, args.datasets.iter().chain(&args.full_refresh))?;
    let (id, target) = plan::target(&compilation, args.place.target.as_deref())?;
    let client = plan::connect(world, &network, target, &args.place)?;
    let there = deploy::there(world, root, &client, &compilation, id).map_err(plan::failure)?;
    let pipeline = there.pipeline;
    let start = Start {
        refresh_selection: args.datasets.clone(),
        full_refresh_selection: args.full_refresh.clone(),
        ..Start::default()
    };
    let update = run::start(&client, &pipeline, &start).map_err(|error| plan::failure(error.into()))?;
    shell.say(&format!("update {update} has begun"))?;
    if !args.wait {
        return Ok(Status::Done);
    }
    let mut failed = Ok(());
    let ended = run::wait(&client, &pipeline, &update, &mut |state| {
        failed = std::mem::replace(&mut failed, Ok(())).and_then(|()| shell.say(&format!("update: {state}")));
    });
    failed?;
    ended.map_err(|error| plan::failure(error.into()))?;
    Ok(Status::Done)
}

/// A name that is none of the pipeline would start nothing, or everything.
fn known<'a>(compilation: &driver::Compilation, names: impl Iterator<Item = &'a String>) -> Result<(), Failure> {
    let datasets = &compilation.plan.datasets;
    for name in names {
        if !datasets.iter().any(|dataset| crate::lakeflow::is_same_name(&dataset.name, name)) {
            let near = crate::diag::did_you_mean(name, datasets.iter().map(|dataset| dataset.name.as_str()));
            let near = near.map(|near| format!("; {near}")).unwrap_or_default();
            return Err(Failure::Usage(format!("there is no dataset `{name}`{near}")));
        }
    }
    Ok(())
}
