//! `gen drift`: shows what was changed by hand.

use std::path::Path;

use clap::Args;
use serde_json::json;

use super::check::counted;
use super::plan::{self, PlaceArgs};
use super::reach::{Reached, reach};
use super::shell::{OutputFormat, Shell};
use super::{Ended, Status};
use crate::deploy::drift::Drift;
use crate::deploy::report;
use crate::driver::drift;
use crate::world::World;

/// Show what somebody changed by hand since the last deployment
///
/// Compares the workspace with what was deployed, not with the specs: what they changed since is for `gen plan`. Each
/// difference is shown as the change that reverts it. What servers add, sort or spell differently is ignored, and what
/// others own (tags, grants, permissions) is left to them. Exits with status 1 if anything differs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen drift --target prod                   what differs from what was deployed
  gen drift --format json                   for a nightly check")]
pub struct DriftArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

pub fn run(args: &DriftArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    reach(&args.place, root, shell, world, show)
}

fn show(at: &Reached<'_>, shell: &mut Shell) -> Ended {
    let Drift { lines, unknown } = drift::drift(at.client, at.compilation, at.target).map_err(plan::failure)?;
    if shell.format() == Some(OutputFormat::Json) {
        shell.result(&format!("{}\n", json!({ "differences": lines, "unknown": unknown })))?;
    } else {
        shell.result(&report::human(&lines))?;
    }
    if !unknown.is_empty() {
        let things = counted(unknown.len(), "thing", "things");
        shell.say(&format!("not checked: {things} that this identity cannot see"))?;
    }
    shell.say(&match lines.len() {
        0 => "everything matches the deployment".to_owned(),
        count => format!("{} from the deployment", counted(count, "difference", "differences")),
    })?;
    Ok(if lines.is_empty() { Status::Done } else { Status::Fault })
}
