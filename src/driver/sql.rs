//! Pipeline SQL that people wrote: read from files, parsed and judged like what is generated.

use std::path::{Path, PathBuf};

use crate::check::{self, Pipeline};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::source::{FileId, SourceMap};
use crate::world::{World, WorldError};

/// No statement that people wrote is longer.
const MAX_FILE: u64 = 16 << 20;

/// A pipeline of files.
#[derive(Debug, Default)]
pub struct SqlPipeline {
    /// The files.
    pub sources: SourceMap,
    /// Faults and warnings, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The files, parsed and judged.
    pub pipeline: Pipeline,
}

impl SqlPipeline {
    /// Whether something has to be changed before anything can be run.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Judges all `.sql` files of `paths` (files, and directories with all below them) as one pipeline.
pub fn check_sql(world: &dyn World, paths: &[PathBuf]) -> SqlPipeline {
    let mut out = SqlPipeline::default();
    let mut found = Diagnostics::default();
    let files = read_all(world, paths, &mut out.sources, &mut found);
    out.pipeline = check::check(&files, &out.sources, &mut found);
    out.diagnostics = found.into_sorted();
    out
}

/// Reads all `.sql` files of `paths`, in order; what can't be read is a fault.
pub(super) fn read_all(
    world: &dyn World,
    paths: &[PathBuf],
    sources: &mut SourceMap,
    found: &mut Diagnostics,
) -> Vec<FileId> {
    let mut files = vec![];
    for path in paths {
        for file in sql_files(world, path, found) {
            files.extend(read(world, &file, sources, found));
        }
    }
    files
}

/// The files that a path stands for, sorted.
pub(super) fn sql_files(world: &dyn World, path: &Path, found: &mut Diagnostics) -> Vec<PathBuf> {
    if !world.is_dir(path) {
        return vec![path.to_owned()];
    }
    let listing = world.list(path);
    found.extend(listing.faults.iter().map(unreadable));
    let is_sql = |file: &PathBuf| file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"));
    let files: Vec<PathBuf> = listing.files.into_iter().filter(is_sql).collect();
    if files.is_empty() {
        let message = format!("there is no `.sql` file in `{}`", path.display());
        found.push(Diagnostic::error(Code::UnreadableFile, message));
    }
    files
}

pub(super) fn read(world: &dyn World, path: &Path, sources: &mut SourceMap, found: &mut Diagnostics) -> Option<FileId> {
    let bytes = world.read(path, MAX_FILE).map_err(|error| found.push(unreadable(&error))).ok()?;
    let shown = path.display().to_string();
    match String::from_utf8(bytes) {
        Ok(text) => Some(sources.add(shown, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            found.push(Diagnostic::error(Code::NotUtf8, format!("`{shown}` is not UTF-8: see byte {at}")));
            None
        }
    }
}

fn unreadable(error: &WorldError) -> Diagnostic {
    Diagnostic::error(Code::UnreadableFile, format!("`{}` cannot be read: {}", error.path.display(), error.fault))
}
