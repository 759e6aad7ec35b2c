//! `gen destroy`: removes a deployment.

use std::path::Path;

use clap::Args;
use serde_json::json;

use super::ask::is_confirmed;
use super::check::counted;
use super::plan::{self, PlaceArgs};
use super::reach::{Reached, locked, reach};
use super::shell::{OutputFormat, Shell};
use super::{Ended, Failure, Status};
use crate::deploy::consent::Consent;
use crate::deploy::destroy::{self, DestroyScope, Removal};
use crate::driver::destroy::{Destruction, prepare};
use crate::world::World;

/// Remove what is deployed to a target
///
/// Shows what would be removed, asks for the name of the target, and removes jobs, alerts, dashboards, views, the
/// pipeline and its files. Tables, volume and schema are kept unless requested; tables that are kept keep their masks
/// and grants, and the next deployment takes them over. The next run finishes an interrupted one.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen destroy --target dev                  everything except tables, volume and schema
  gen destroy --target dev --tables --volume --schema
  gen destroy --yes --tables --allow data-loss:customers")]
pub struct DestroyArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Also remove the tables of the pipeline and the functions that mask them
    #[arg(long)]
    tables: bool,
    /// Also remove the volume and the files in it
    #[arg(long)]
    volume: bool,
    /// Also remove the schema; it must not contain anything else
    #[arg(long)]
    schema: bool,
    /// Do not ask for confirmation
    #[arg(long)]
    yes: bool,
    /// Allow what `--yes` alone does not: `data-loss:TABLE`, `data-loss:VOLUME`; can be repeated
    #[arg(long, value_name = "WHAT")]
    allow: Vec<Consent>,
    /// Take the lock from whoever holds it
    #[arg(long)]
    take_over: bool,
}

pub fn run(args: &DestroyArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    reach(&args.place, root, shell, world, |at, shell| destroy(args, at, shell))
}

fn destroy(args: &DestroyArgs, at: &Reached<'_>, shell: &mut Shell) -> Ended {
    let scope = DestroyScope { tables: args.tables, volume: args.volume, schema: args.schema };
    let find = || prepare(at.client, at.compilation, at.target, scope).map_err(plan::failure);
    let found = find()?;
    show(&found.removals, shell)?;
    if found.removals.is_empty() {
        shell.say("nothing is deployed")?;
        return Ok(Status::Done);
    }
    let target = at.target_name();
    if args.yes {
        require_consent(args, &found)?;
    } else if !is_confirmed(shell, &format!("destroy? type `{target}`"), &[target])? {
        shell.say("nothing was changed")?;
        return Ok(Status::Fault);
    }
    let place = (found.remote.root.as_str(), found.remote.user.as_str());
    locked((at.client, at.world), place, args.take_over, || {
        let mut now = find()?;
        if now.removals != found.removals {
            let fault = "the workspace has changed since it was read: nothing was changed, run the command again";
            return Err(Failure::Input(fault.to_owned()));
        }
        let mut told = Ok(());
        let gone = now.apply(at.client, &mut |removal| {
            told = std::mem::replace(&mut told, Ok(())).and_then(|()| shell.detail(&removal.to_string()));
        });
        told?;
        gone.map_err(plan::failure)
    })?;
    shell.say(&format!("{} gone", counted(found.removals.len(), "object is", "objects are")))?;
    Ok(Status::Done)
}

fn show(removals: &[Removal], shell: &mut Shell) -> Result<(), Failure> {
    if shell.format() == Some(OutputFormat::Json) {
        let lines: Vec<String> = removals.iter().map(ToString::to_string).collect();
        return shell.result(&format!("{}\n", json!({ "removals": lines })));
    }
    removals.iter().try_for_each(|removal| shell.result(&format!("- {removal}\n")))
}

/// Where nobody is asked, each table and volume whose rows or files are lost is allowed by name.
fn require_consent(args: &DestroyArgs, found: &Destruction) -> Result<(), Failure> {
    let missing = destroy::consents(&found.removals).into_iter().filter(|consent| !args.allow.contains(consent));
    let options: Vec<String> = missing.map(|consent| format!("--allow '{consent}'")).collect();
    if options.is_empty() {
        return Ok(());
    }
    let fault = "nothing was changed: data would be lost, which `--yes` alone does not allow";
    Err(Failure::Input(format!("{fault}\n  = help: allow it: {}", options.join(" "))))
}
