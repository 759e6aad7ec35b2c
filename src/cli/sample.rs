//! `gen sample`: files for the landing directory, generated from the specs, with all the defects that real files have.

use std::path::{Path, PathBuf};

use clap::Args;

use super::check::{counted, require_faultless};
use super::shell::Shell;
use super::{Ended, Failure, Status, project};
use crate::driver::{self, Phase};
use crate::sample::{self, Options, WriteError};
use crate::scaffold::SAMPLES;
use crate::world::World;

/// Generate sample files for the entities of the project
///
/// The files contain valid rows and every kind of defect: values that do not convert, duplicates, unknown references,
/// broken headers. The same seed gives the same files.
#[derive(Debug, Args)]
#[command(after_help = "Example: gen sample --rows 5000 --seed 7 --out /tmp/landing && gen run --landing /tmp/landing")]
pub struct SampleArgs {
    /// Number of rows for each entity that no other entity refers to
    #[arg(long, alias = "orders", value_name = "N", default_value_t = 1000, value_parser = count)]
    rows: usize,
    /// Seed of the random generator
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Directory of the files; it must be empty or contain an earlier sample [default: samples, in the project]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

fn count(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "expected a number of rows".to_owned())
}

pub fn run(args: &SampleArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    let compilation = driver::compile(world, root, Phase::Resolve)?;
    if !require_faultless(&compilation, shell)? {
        return Ok(Status::Fault);
    }
    let Some(project) = &compilation.project else { return Ok(Status::Fault) };
    if let Some(entity) = sample::unwritable(project) {
        let name = &entity.name;
        return Err(Failure::Input(format!(
            "`{name}` reads Parquet, which this program cannot write: it has no engine"
        )));
    }
    let out = project::directory(args.out.as_deref(), root, SAMPLES);
    project::require_apart(&out, root)?;
    let files = sample::generate(project, Options { rows: args.rows, seed: args.seed });
    sample::write(&out, &files).map_err(|error| match error {
        WriteError::Foreign(_) | WriteError::Edited(_) | WriteError::NoList(_) => Failure::Input(error.to_string()),
        WriteError::Disk(_) | WriteError::Io { .. } => Failure::Engine(error.into()),
    })?;
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    shell.say(&format!(
        "wrote {} of {} kB to {}",
        counted(files.len(), "file", "files"),
        bytes.div_ceil(1000),
        project::shown(&out)
    ))?;
    Ok(Status::Done)
}
