//! `gen init`: a new project that checks, builds and runs at once.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::shell::Shell;
use super::{Ended, Failure, Status, project};
use crate::scaffold::{self, CsvFile, ProjectFile, ScaffoldError};
use crate::world::World;

/// The largest CSV file that entities are inferred from and that is copied into the project.
const MAX_CSV: u64 = 256 << 20;

/// Create a new project: a small example, or specs inferred from CSV files
///
/// Existing files are never overwritten: if one of the files already exists, none is written.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen init shop                             a sample web shop to explore and change
  gen init shop --from-csv exports/*.csv    entities with the columns, types and keys of these files")]
pub struct InitArgs {
    /// Directory of the project, created if necessary [default: the current one]
    dir: Option<PathBuf>,
    /// Name of the project, in snake_case [default: the name of the directory]
    #[arg(long)]
    name: Option<String>,
    /// CSV files to infer entities from; they are copied to samples/
    #[arg(long, value_name = "FILE", num_args = 1..)]
    from_csv: Vec<PathBuf>,
}

pub fn run(args: &InitArgs, asked: Option<&Path>, shell: &mut Shell, world: &dyn World) -> Ended {
    let here = project::current_directory()?;
    let dir = args.dir.as_deref().or(asked).map_or(here.clone(), |dir| here.join(dir));
    let name = args.name.clone().unwrap_or_else(|| {
        let directory = dir.file_name().map(|name| name.to_string_lossy().into_owned());
        scaffold::project_name(&directory.unwrap_or_default())
    });
    if name != scaffold::project_name(&name) {
        let better = scaffold::project_name(&name);
        return Err(Failure::Usage(format!("`{name}` is not a valid project name: write `--name {better}`")));
    }
    let files = if args.from_csv.is_empty() {
        scaffold::example(&name)
    } else {
        scaffold::from_csv(&name, &read_csv(&args.from_csv, world)?)
    }
    .map_err(|error| match error {
        ScaffoldError::Template(error) => Failure::Bug(error.to_string()),
        input => Failure::Input(input.to_string()),
    })?;
    write(&dir, &files, world)?;
    tell(&dir, &here, &files, shell)?;
    Ok(Status::Done)
}

fn read_csv(paths: &[PathBuf], world: &dyn World) -> Result<Vec<CsvFile>, Failure> {
    let read = |path: &PathBuf| {
        let bytes = world.read(path, MAX_CSV).map_err(|error| Failure::Input(error.to_string()))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(CsvFile { name, bytes })
    };
    paths.iter().map(read).collect()
}

fn write(dir: &Path, files: &[ProjectFile], world: &dyn World) -> Result<(), Failure> {
    let taken: Vec<&str> = files.iter().map(|f| f.path.as_str()).filter(|path| world.exists(&dir.join(path))).collect();
    if !taken.is_empty() {
        let list = taken.iter().map(|path| format!("\n  {path}")).collect::<String>();
        return Err(Failure::Input(format!(
            "nothing was written: these files already exist in {}:{list}",
            project::shown(dir)
        )));
    }
    let files: Vec<(PathBuf, &[u8])> = files.iter().map(|file| (dir.join(&file.path), file.bytes.as_slice())).collect();
    Ok(world.write_all(&files).context("cannot write the project")?)
}

fn tell(dir: &Path, here: &Path, files: &[ProjectFile], shell: &mut Shell) -> Result<(), Failure> {
    for file in files {
        shell.say(&format!("created {}", project::shown(&dir.join(&file.path))))?;
    }
    shell.say("\nNext:")?;
    if dir != here {
        shell.say(&format!("  cd {}", project::shown(dir)))?;
    }
    shell.say("  gen check      check the specs")?;
    shell.say("  gen run        run the pipeline on the files in samples/")?;
    shell.say("  gen build      write the pipeline to generated/")
}
