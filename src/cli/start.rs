//! `gen start`: starts an update of the deployed pipeline.

use std::path::Path;

use clap::Args;
use lakeflow::is_same_name;
use serde_json::json;

use super::plan::PlaceArgs;
use super::reach::{Reached, failed, known, reach};
use super::shell::{OutputFormat, Shell};
use super::{Ended, Status};
use crate::deploy::client::api::updates::Start;
use crate::deploy::run;
use crate::plan::ObjectPlace;
use crate::world::World;

/// Start an update of the deployed pipeline
///
/// Without names, all tables are updated. A full refresh empties a table and loads all files that still exist again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen start --wait                                     update all tables and wait until it ends
  gen start sales_by_town_monthly                      only this table
  gen start --full-refresh customers --full-refresh customers_raw")]
pub struct StartArgs {
    /// Tables to update [default: all]
    #[arg(value_name = "DATASET")]
    datasets: Vec<String>,
    /// Table to refresh in full; can be repeated
    #[arg(long, value_name = "DATASET")]
    full_refresh: Vec<String>,
    /// Wait until the update ends; exit with status 3 if it fails
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

pub fn run(args: &StartArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    reach(&args.place, root, shell, world, |at, shell| start(args, at, shell))
}

fn start(args: &StartArgs, at: &Reached<'_>, shell: &mut Shell) -> Ended {
    known(at.compilation, args.datasets.iter().chain(&args.full_refresh))?;
    let pipeline = at.deployed()?.pipeline;
    let start = Start {
        refresh_selection: placed(at, &args.datasets),
        full_refresh_selection: placed(at, &args.full_refresh),
        ..Start::default()
    };
    let update = run::start(at.client, &pipeline, &start).map_err(failed)?;
    if shell.format() == Some(OutputFormat::Json) {
        shell.result(&format!("{}\n", json!({ "pipeline": pipeline, "update": update })))?;
    }
    shell.say(&format!("started update {update}"))?;
    if !args.wait {
        return Ok(Status::Done);
    }
    let mut told = Ok(());
    let ended = run::wait(at.client, &pipeline, &update, &mut |state| {
        told = std::mem::replace(&mut told, Ok(())).and_then(|()| shell.say(&format!("update: {state}")));
    });
    told?;
    ended.map_err(failed)?;
    Ok(Status::Done)
}

/// Names as the pipeline knows them: one without a schema is in the schema of the pipeline.
fn placed(at: &Reached<'_>, names: &[String]) -> Vec<String> {
    let target = at.compilation.project.as_ref().and_then(|project| project.targets.get(at.target.0));
    let full = |name: &String| {
        let planned = at.compilation.plan.datasets.iter().find(|planned| is_same_name(&planned.name, name))?;
        let place = ObjectPlace::of_dataset(target?, planned.dataset, &planned.name);
        (!is_same_name(place.schema, &target?.schema)).then(|| place.parts().join("."))
    };
    names.iter().map(|name| full(name).unwrap_or_else(|| name.clone())).collect()
}
