//! `gen schema`: the JSON Schemas that editors complete specs with.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;

use super::check::counted;
use super::shell::Shell;
use super::{Ended, Failure, Status};
use crate::spec::SpecKind;
use crate::world::World;

/// Directory of the schemas, below the project; the first line of each spec points there.
const DIRECTORY: &str = "schemas";
/// More than any schema takes.
const MAX_FILE: u64 = 16 << 20;

/// Write the JSON Schemas of the spec language to schemas/
///
/// An editor with a YAML language server completes and explains every key by them.
#[derive(Debug, Args)]
#[command(after_help = "Example: gen schema --check      in CI, after an update of gen")]
pub struct SchemaArgs {
    /// Write nothing: end with status 1 when a schema differs
    #[arg(long)]
    check: bool,
}

pub fn run(args: &SchemaArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    let schemas: BTreeMap<String, String> = SpecKind::ALL.into_iter().map(|kind| (kind.schema_file(), kind.schema_text())).collect();
    let path = |name: &str| root.join(DIRECTORY).join(name);
    let is_fresh = |name: &str, text: &str| world.read(&path(name), MAX_FILE).is_ok_and(|bytes| bytes == text.as_bytes());
    let stale: Vec<(&String, &String)> = schemas.iter().filter(|(name, text)| !is_fresh(name, text)).collect();
    if stale.is_empty() {
        shell.say(&format!("{DIRECTORY} is fresh: {}", counted(schemas.len(), "file", "files")))?;
        return Ok(Status::Done);
    }
    if args.check {
        for (name, _) in &stale {
            shell.result(&format!("stale: {DIRECTORY}/{name}\n"))?;
        }
        shell.say("run `gen schema`")?;
        return Ok(Status::Fault);
    }
    let files: Vec<_> = stale.iter().map(|(name, text)| (path(name), text.as_bytes())).collect();
    world.write_all(&files).map_err(|error| Failure::Engine(error.to_string()))?;
    shell.say(&format!("wrote {} to {DIRECTORY}", counted(stale.len(), "file", "files")))?;
    Ok(Status::Done)
}
