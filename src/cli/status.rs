//! `gen status`: what is deployed, and the results of its last updates.

use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;
use serde_json::json;

use super::plan::PlaceArgs;
use super::reach::{Reached, failed, reach};
use super::shell::{OutputFormat, Shell};
use super::{Ended, Status};
use crate::deploy::client::api::updates::Update;
use crate::deploy::run;
use crate::world::World;

/// Show what is deployed, and how the last updates ended
#[derive(Debug, Args)]
#[command(after_help = "Example: gen status --target prod --format json")]
pub struct StatusArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

pub fn run(args: &StatusArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    reach(&args.place, root, shell, world, status)
}

fn status(at: &Reached<'_>, shell: &mut Shell) -> Ended {
    let there = at.deployed()?;
    let updates = run::recent(at.client, &there.pipeline).map_err(failed)?;
    let is_current = there.release.as_deref() == Some(there.wanted.as_str());
    if shell.format() == Some(OutputFormat::Json) {
        let updates: Vec<_> = updates
            .iter()
            .map(
                |update| json!({"update": update.update_id, "state": run::word(&update.state), "began": began(update)}),
            )
            .collect();
        let status =
            json!({"pipeline": there.pipeline, "release": there.release, "is_current": is_current, "updates": updates});
        shell.result(&format!("{status}\n"))?;
        return Ok(Status::Done);
    }
    let release = there.release.as_deref().unwrap_or("(not known)");
    let specs = if is_current { "matches the specs" } else { "differs from the specs" };
    shell.result(&format!("pipeline {}\nrelease {release}: {specs}\n", there.pipeline))?;
    for update in &updates {
        let line = format!("update {}  {}  {}\n", update.update_id, began(update), run::word(&update.state));
        shell.result(&line)?;
    }
    Ok(Status::Done)
}

/// When an update began, in UTC.
pub fn began(update: &Update) -> String {
    let milliseconds = update.creation_time.and_then(|time| i64::try_from(time).ok());
    let time = milliseconds.and_then(DateTime::<Utc>::from_timestamp_millis);
    time.map_or_else(|| "-".to_owned(), |time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
}
