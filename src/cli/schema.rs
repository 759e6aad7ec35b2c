//! `gen schema`: the JSON Schemas that editors complete specs with.

use std::path::Path;

use anyhow::Context as _;
use clap::Args;

use super::check::counted;
use super::shell::Shell;
use super::{Ended, Status};
use crate::scaffold::{self, ProjectFile};
use crate::world::World;

/// Directory of the schemas, below the project; the first line of each spec points there.
const DIRECTORY: &str = "schemas";
/// More than any schema takes.
const MAX_FILE: u64 = 16 << 20;

/// Write the JSON Schemas of the spec language to schemas/
///
/// An editor with a YAML language server uses them to complete and explain every key.
#[derive(Debug, Args)]
#[command(after_help = "Example: gen schema --check      in CI, after an update of gen")]
pub struct SchemaArgs {
    /// Write nothing: exit with status 1 if a schema differs
    #[arg(long)]
    check: bool,
}

pub fn run(args: &SchemaArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    let schemas = scaffold::schemas();
    let is_fresh =
        |file: &ProjectFile| world.read(&root.join(&file.path), MAX_FILE).is_ok_and(|bytes| bytes == file.bytes);
    let stale: Vec<&ProjectFile> = schemas.iter().filter(|file| !is_fresh(file)).collect();
    if stale.is_empty() {
        shell.say(&format!("{DIRECTORY} is up to date: {}", counted(schemas.len(), "file", "files")))?;
        return Ok(Status::Done);
    }
    if args.check {
        for file in &stale {
            shell.result(&format!("out of date: {}\n", file.path))?;
        }
        shell.say("run `gen schema`")?;
        return Ok(Status::Fault);
    }
    let files: Vec<_> = stale.iter().map(|file| (root.join(&file.path), file.bytes.as_slice())).collect();
    world.write_all(&files).context("cannot write the schemas")?;
    shell.say(&format!("wrote {} to {DIRECTORY}", counted(stale.len(), "file", "files")))?;
    Ok(Status::Done)
}
