//! `gen adopt`: takes over what somebody else deployed.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;
use serde_json::json;

use super::ask::is_confirmed;
use super::check::counted;
use super::plan::{self, PlaceArgs};
use super::reach::{Reached, locked, reach};
use super::shell::{OutputFormat, Shell};
use super::{Ended, Failure, Status};
use crate::deploy::adopt::Candidate;
use crate::deploy::report;
use crate::driver::adopt::prepare;
use crate::world::World;

/// Take over an existing pipeline and jobs, created by hand or by a bundle
///
/// They keep their ids, and with them tables, history and permissions. They are found by name, or by the ids that are
/// given; each must be what a deployment would create. They are tagged and recorded, and nothing else about them
/// changes: the next `gen plan` shows the fields that differ. Schema and volume need not be taken over: a deployment
/// uses them by name.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen adopt --target prod                   find resources by the names in the specs
  gen adopt shop_pipeline=7f3a-11 on_demand_job=991")]
pub struct AdoptArgs {
    /// Bundle keys with workspace ids [default: looked up by name]
    #[arg(value_name = "KEY=ID", value_parser = pair)]
    ids: Vec<(String, String)>,
    /// Do not ask for confirmation
    #[arg(long)]
    yes: bool,
    /// Take the lock from whoever holds it
    #[arg(long)]
    take_over: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let is_id = |id: &str| !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    match text.split_once('=') {
        Some((key, id)) if is_id(key) && is_id(id) => Ok((key.to_owned(), id.to_owned())),
        _ => Err("expected `KEY=ID`".to_owned()),
    }
}

pub fn run(args: &AdoptArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    reach(&args.place, root, shell, world, |at, shell| adopt(args, at, shell))
}

fn adopt(args: &AdoptArgs, at: &Reached<'_>, shell: &mut Shell) -> Ended {
    let ids: BTreeMap<String, String> = args.ids.iter().cloned().collect();
    let find = || prepare(at.client, at.compilation, at.target, &ids).map_err(plan::failure);
    let found = find()?;
    show(&found.candidates, shell)?;
    if found.candidates.is_empty() {
        shell.say("nothing to take over")?;
        return Ok(Status::Done);
    }
    if !args.yes && !is_confirmed(shell, "take over? [y/N]", &["y", "Y", "yes"])? {
        shell.say("nothing was changed")?;
        return Ok(Status::Fault);
    }
    let place = (found.remote.root.as_str(), found.remote.user.as_str());
    locked((at.client, at.world), place, args.take_over, || {
        let mut now = find()?;
        if now.candidates != found.candidates {
            let fault = "the workspace has changed since it was read: nothing was changed, run the command again";
            return Err(Failure::Input(fault.to_owned()));
        }
        now.apply(at.client).map_err(plan::failure)
    })?;
    let taken = counted(found.candidates.len(), "resource is", "resources are");
    shell.say(&format!("{taken} taken over; `gen plan` shows what differs"))?;
    Ok(Status::Done)
}

fn show(candidates: &[Candidate], shell: &mut Shell) -> Result<(), Failure> {
    if shell.format() == Some(OutputFormat::Json) {
        let line = |found: &Candidate| json!({"kind": found.kind.word(), "key": found.key, "name": found.name, "id": found.there.id, "fields": found.fields});
        let lines: Vec<_> = candidates.iter().map(line).collect();
        return shell.result(&format!("{}\n", json!({ "adopted": lines })));
    }
    for found in candidates {
        shell.result(&format!("~ {} `{}` ({}) as `{}`\n", found.kind.word(), found.name, found.there.id, found.key))?;
        for field in report::shown_fields(&found.fields) {
            shell.result(&format!("    {field}\n"))?;
        }
    }
    Ok(())
}
