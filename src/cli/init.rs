//! `gen init`: a new project that checks, builds and runs at once.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::shell::Shell;
use super::{Ended, Failure, Status, project};
use crate::scaffold::{self, DataFile, InferredProject, ProjectFile, SAMPLES, ScaffoldError};
use crate::world::World;

/// The largest file that entities are inferred from and that is copied into the project.
const MAX_FILE: u64 = 256 << 20;
/// The largest list of what version control leaves out that is looked at.
const MAX_IGNORED: u64 = 1 << 20;

/// Create a new project: a small example, or specs inferred from your files
///
/// Existing files are never overwritten. A README, `.gitignore`, `.gitattributes` and schemas that are there stay as they are,
/// and what is missing is added. If one of the specs or samples already exists, nothing is written.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen init shop                          a sample web shop to explore and change
  gen init shop --from exports/*.csv     entities with the columns, types and keys of these files
  gen init shop --from exports           the same, of all such files in this directory
  gen init shop --from events.jsonl.gz   columns for fields, also within objects; arrays as JSON text
  gen init shop --from rides.parquet     columns in the types that the file has")]
pub struct InitArgs {
    /// Directory of the project, created if necessary [default: the current one]
    dir: Option<PathBuf>,
    /// Name of the project, in snake_case [default: the name of the directory]
    #[arg(long)]
    name: Option<String>,
    /// CSV, JSON and Parquet files to infer entities from, or directories with such files; they are copied to samples/
    ///
    /// JSON files hold a record a line, or one record or one array of records each. Names that end in .gz are unpacked.
    #[arg(long, alias = "from-csv", value_name = "FILE_OR_DIR", num_args = 1..)]
    from: Vec<PathBuf>,
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
    let failure = |error| match error {
        ScaffoldError::Template(error) => Failure::Bug(error.to_string()),
        input => Failure::Input(input.to_string()),
    };
    let mut notes = vec![];
    let mut files = if args.from.is_empty() {
        scaffold::example(&name).map_err(failure)?
    } else {
        let data = read_data(&args.from, &mut notes, world)?;
        let InferredProject { files, left_out } = scaffold::from_files(&name, &data).map_err(failure)?;
        notes.extend(left_out.into_iter().map(|what| format!("left out {what}")));
        files
    };
    notes.extend(leave_existing(&dir, &mut files, world)?);
    let bytes: Vec<(PathBuf, &[u8])> = files.iter().map(|file| (dir.join(&file.path), file.bytes.as_slice())).collect();
    world.write_all(&bytes).context("cannot write the project")?;
    tell(&dir, &here, &files, &notes, shell)?;
    Ok(Status::Done)
}

/// Reads files, and those of directories whose names are those of data; notes say what was left out.
fn read_data(paths: &[PathBuf], notes: &mut Vec<String>, world: &dyn World) -> Result<Vec<DataFile>, Failure> {
    let mut chosen: Vec<PathBuf> = vec![];
    for path in paths {
        if world.is_dir(path) {
            chosen.extend(data_below(path, notes, world)?);
        } else if scaffold::is_hidden(&file_name(path)) {
            let why = "no run reads a file whose name begins with `_` or `.`: rename it";
            return Err(Failure::Input(format!("{}: {why}", path.display())));
        } else {
            chosen.push(path.clone());
        }
    }
    let read = |path: &PathBuf| {
        let bytes = world.read(path, MAX_FILE).map_err(|error| Failure::Input(error.to_string()))?;
        Ok(DataFile { name: file_name(path), bytes })
    };
    chosen.iter().map(read).collect()
}

fn data_below(dir: &Path, notes: &mut Vec<String>, world: &dyn World) -> Result<Vec<PathBuf>, Failure> {
    let below: RefCell<Vec<PathBuf>> = RefCell::default();
    let listing = world.list_where(dir, &|inner| {
        below.borrow_mut().push(inner.to_owned());
        false
    });
    if let Some(fault) = listing.faults.first() {
        return Err(Failure::Input(fault.to_string()));
    }
    let is_seen = |path: &PathBuf| !scaffold::is_hidden(&file_name(path));
    let (data, others): (Vec<PathBuf>, Vec<PathBuf>) =
        listing.files.into_iter().filter(is_seen).partition(|path| scaffold::is_data_name(&file_name(path)));
    notes.extend(others.iter().map(|path| format!("left out {}: its name is not that of CSV or JSON", path.display())));
    let mut below: Vec<PathBuf> = below.into_inner().into_iter().filter(is_seen).collect();
    below.sort();
    notes.extend(below.iter().map(|path| format!("left out {}: name it to read its files too", path.display())));
    if data.is_empty() {
        return Err(Failure::Input(format!("{}: no CSV, JSON or Parquet files in this directory", dir.display())));
    }
    Ok(data)
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Takes away the files that are there already, and says so.
fn leave_existing(dir: &Path, files: &mut Vec<ProjectFile>, world: &dyn World) -> Result<Vec<String>, Failure> {
    let exists: Vec<&ProjectFile> = files.iter().filter(|file| world.exists(&dir.join(&file.path))).collect();
    let is_same = |file: &ProjectFile| {
        world.read(&dir.join(&file.path), file.bytes.len() as u64).is_ok_and(|bytes| bytes == file.bytes)
    };
    let may_stay = |file: &ProjectFile| match file.path.split_once('/') {
        Some(("specs", _)) => false,
        Some((SAMPLES, _)) => is_same(file),
        _ => true,
    };
    let taken: Vec<&str> = exists.iter().filter(|file| !may_stay(file)).map(|file| file.path.as_str()).collect();
    if !taken.is_empty() {
        let list = taken.iter().map(|path| format!("\n  {path}")).collect::<String>();
        return Err(Failure::Input(format!(
            "nothing was written: these files already exist in {}:{list}",
            project::shown(dir)
        )));
    }
    let mut notes = vec![];
    let mut shield = None;
    for file in exists {
        let mut note = format!("kept {}, which was there", project::shown(&dir.join(&file.path)));
        if file.path == ".gitignore" {
            let missing = missing_lines(dir, file, world);
            if missing.iter().any(|line| line.contains(SAMPLES)) {
                // What was copied from real files may be about real persons.
                let path = format!("{SAMPLES}/.gitignore");
                shield = Some(ProjectFile { path, bytes: b"# Copies of real files.\n*\n".to_vec() });
            }
            let own: Vec<String> =
                missing.iter().filter(|line| !line.contains(SAMPLES)).map(|line| format!("`{line}`")).collect();
            if !own.is_empty() {
                note.push_str(&format!(": add {} to it", own.join(", ")));
            }
        }
        notes.push(note);
    }
    files.retain(|file| !world.exists(&dir.join(&file.path)));
    files.extend(shield.filter(|file| !world.exists(&dir.join(&file.path))));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(notes)
}

/// The lines of a list of what version control leaves out that the one on disk lacks.
fn missing_lines(dir: &Path, file: &ProjectFile, world: &dyn World) -> Vec<String> {
    let there = world.read(&dir.join(&file.path), MAX_IGNORED).unwrap_or_default();
    let bare = |line: &str| line.trim().trim_matches('/').to_owned();
    let there: Vec<String> = String::from_utf8_lossy(&there).lines().map(bare).collect();
    let wanted = String::from_utf8_lossy(&file.bytes).into_owned();
    let wanted = wanted.lines().filter(|line| !line.starts_with('#'));
    wanted.filter(|line| !there.contains(&bare(line))).map(str::to_owned).collect()
}

fn tell(dir: &Path, here: &Path, files: &[ProjectFile], notes: &[String], shell: &mut Shell) -> Result<(), Failure> {
    for file in files {
        shell.say(&format!("created {}", project::shown(&dir.join(&file.path))))?;
    }
    for note in notes {
        shell.say(note)?;
    }
    shell.say("\nNext:")?;
    if dir != here {
        shell.say(&format!("  cd {}", project::shown(dir)))?;
    }
    shell.say("  gen check      check the specs")?;
    shell.say("  gen run        run the pipeline on the files in samples/")?;
    shell.say("  gen build      write the pipeline to generated/")
}
