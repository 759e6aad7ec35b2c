//! `gen upload`: uploads files to the landing volume.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::plan::PlaceArgs;
use super::reach::{Reached, reach};
use super::shell::{OutputFormat, Shell};
use super::{Ended, Failure, Status, project};
use crate::deploy::client::door::Stream;
use crate::deploy::upload::{self, UploadError};
use crate::driver::upload::places;
use crate::world::World;

/// Upload files to the landing volume of a target
///
/// Each file goes to the directory of the entity whose pattern it matches. If no entity reads a file, it is refused and
/// nothing is uploaded. A file that already exists is skipped if it is identical, and refused if it is not.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen upload deliveries/orders_2026-01.csv
  gen upload --target prod --replace customers.csv")]
pub struct UploadArgs {
    /// Files to send
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Overwrite a file that exists with other content
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

pub fn run(args: &UploadArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    // What is not there needs no workspace.
    let here = project::current_directory()?;
    for file in &args.files {
        world.open(&here.join(file)).map_err(|error| Failure::Input(error.to_string()))?;
    }
    reach(&args.place, root, shell, world, |at, shell| send(args, at, shell))
}

fn send(args: &UploadArgs, at: &Reached<'_>, shell: &mut Shell) -> Ended {
    let here = project::current_directory()?;
    let input = |error: &dyn std::fmt::Display| Failure::Input(error.to_string());
    let placed = places(at.compilation, at.target, &args.files).map_err(|error| input(&error))?;
    let open = |file: &PathBuf| at.world.open(&here.join(file)).map(Stream::new).map_err(|error| input(&error));
    // All are opened before the first is sent.
    let streams = placed.iter().map(|placed| open(&placed.file)).collect::<Result<Vec<Stream>, Failure>>()?;
    let mut lines = vec![];
    for (placed, stream) in placed.iter().zip(&streams) {
        let sent = upload::upload(at.client, &placed.path, stream, args.replace).map_err(failure)?;
        shell.say(&format!("{} ({}): {}", placed.path, placed.entities.join(", "), sent.word()))?;
        lines.push(json!({"file": placed.file, "path": placed.path, "entities": placed.entities, "sent": sent}));
    }
    if shell.format() == Some(OutputFormat::Json) {
        shell.result(&format!("{}\n", json!({ "files": lines })))?;
    }
    Ok(Status::Done)
}

fn failure(error: UploadError) -> Failure {
    let hint = match &error {
        UploadError::Client { error, .. } => error.kind.hint(),
        _ => Some("pass `--replace` to overwrite it"),
    };
    let message = hint.map_or_else(|| error.to_string(), |hint| format!("{error}\n  = help: {hint}"));
    match error {
        UploadError::Client { .. } => Failure::Engine(anyhow::Error::msg(message)),
        _ => Failure::Input(message),
    }
}
