//! Where the project is, and how paths on the command line are read.

use std::path::{Component, Path, PathBuf};

use super::Failure;
use crate::world::World;

/// The file that makes a directory a project.
const MARK: &str = "specs/project.yml";

/// The directory of the project: the one asked for, or the nearest one upwards that holds a project file, or the
/// current one.
pub fn find(asked: Option<&Path>, world: &dyn World) -> Result<PathBuf, Failure> {
    let here = current_directory()?;
    match asked {
        Some(dir) if world.is_dir(dir) => Ok(here.join(dir)),
        Some(dir) => Err(Failure::Usage(format!("`--project {}` is not a directory", dir.display()))),
        None => Ok(here.ancestors().find(|dir| world.exists(&dir.join(MARK))).unwrap_or(&here).to_owned()),
    }
}

/// The directory that relative paths on the command line start from.
pub fn current_directory() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|error| Failure::Usage(format!("cannot use the current directory: {error}")))
}

/// A directory of the project: as given on the command line, or `default` below the root.
pub fn directory(asked: Option<&Path>, root: &Path, default: &str) -> PathBuf {
    asked.map_or_else(|| root.join(default), Path::to_owned)
}

/// Refuses an output directory that holds the specs or lies among them: what is written would be read as specs, and
/// files of the project would stand in the output.
pub fn require_apart(out: &Path, root: &Path) -> Result<(), Failure> {
    let here = current_directory()?;
    let (out, specs) = (plain(&here.join(out)), plain(&here.join(root).join("specs")));
    if out.starts_with(&specs) || specs.starts_with(&out) {
        let message = format!("`{}` contains the specs or is inside them: choose another directory", shown(&out));
        return Err(Failure::Usage(message));
    }
    Ok(())
}

/// An absolute path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

/// A path as it is shown: relative to the current directory where that is shorter.
pub fn shown(path: &Path) -> String {
    let here = current_directory().ok();
    let relative = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
    match relative {
        Some(relative) if relative.as_os_str().is_empty() => ".".to_owned(),
        Some(relative) => relative.display().to_string(),
        None => path.display().to_string(),
    }
}
