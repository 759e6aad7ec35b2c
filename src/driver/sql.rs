//! Hand-written pipeline SQL: read from files, then parsed and checked like generated SQL.

use std::path::PathBuf;

use lakeflow::check::{self, Judged, Pipeline};
use lakeflow::diag::{Diagnostic, Diagnostics};
use lakeflow::source::{FileId, SourceMap};

use crate::sqltool::files;
use crate::world::World;

/// Pipeline SQL of files, and what came of it: [`Judged`], or a [`Pipeline`] that can be run.
#[derive(Debug, Default)]
pub struct CheckedSql<T> {
    /// Text and path of each file that could be read, for drawing the diagnostics.
    pub sources: SourceMap,
    /// Faults and warnings, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// What was found out.
    pub found: T,
}

impl<T> CheckedSql<T> {
    /// Whether something has to be changed before anything can be run.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Judges all SQL of `paths` (files, and directories with all below them) as one pipeline.
pub fn check_sql(world: &dyn World, paths: &[PathBuf]) -> CheckedSql<Judged> {
    read_and(world, paths, check::judge_written)
}

/// The same, for a run.
pub fn sql_pipeline(world: &dyn World, paths: &[PathBuf]) -> CheckedSql<Pipeline> {
    read_and(world, paths, check::pipeline)
}

fn read_and<T>(
    world: &dyn World,
    paths: &[PathBuf],
    judge: impl Fn(&[FileId], &SourceMap, &mut Diagnostics) -> T,
) -> CheckedSql<T> {
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let files = read_all(world, paths, &mut sources, &mut diagnostics);
    let found = judge(&files, &sources, &mut diagnostics);
    CheckedSql { sources, diagnostics: diagnostics.into_sorted(), found }
}

/// Reads all files of `paths`, in order; what can't be read is a fault.
pub(super) fn read_all(
    world: &dyn World,
    paths: &[PathBuf],
    sources: &mut SourceMap,
    found: &mut Diagnostics,
) -> Vec<FileId> {
    let mut files = vec![];
    for file in files::read(world, paths) {
        found.extend(file.fault());
        files.extend(file.text.ok().map(|text| sources.add(file.path.display().to_string(), text)));
    }
    files
}
