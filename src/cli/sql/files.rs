//! Which SQL files a command was given, and their texts. Nothing is parsed here.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::cli::Failure;
use crate::world::World;

/// Larger files are not SQL that anybody wrote.
const LIMIT: u64 = 64 << 20;

/// A file of SQL.
pub struct SqlFile {
    /// As given, or below the directory that was given.
    pub path: PathBuf,
    /// Its text without a byte-order mark, or why it can't be had.
    pub text: Result<String, String>,
}

/// Reads the files among `paths`, and all `.sql` files below the directories among them, in parallel; in order of path
/// within each directory.
///
/// # Errors
/// A path that is not there.
pub fn read(paths: &[PathBuf], world: &dyn World) -> Result<Vec<SqlFile>, Failure> {
    let mut found = vec![];
    for path in paths {
        if world.is_dir(path) {
            let listing = world.list(path);
            if let Some(fault) = listing.faults.first() {
                return Err(Failure::Input(fault.to_string()));
            }
            found.extend(listing.files.into_iter().filter(|file| is_sql(file)));
        } else if world.exists(path) {
            found.push(path.clone());
        } else {
            return Err(Failure::Input(format!("there is no `{}`", path.display())));
        }
    }
    Ok(found.into_par_iter().map(|path| SqlFile { text: text(&path, world), path }).collect())
}

fn is_sql(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"))
}

fn text(path: &Path, world: &dyn World) -> Result<String, String> {
    let bytes = world.read(path, LIMIT).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|_| "the file is not UTF-8".to_owned())?;
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}
