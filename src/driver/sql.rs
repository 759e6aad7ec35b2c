//! Pipeline SQL that people wrote: read from files, parsed and judged like what is generated.

use std::path::PathBuf;

use crate::check::{self, Pipeline};
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{FileId, SourceMap};
use crate::sqltool::files;
use crate::world::World;

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

/// Judges all SQL of `paths` (files, and directories with all below them) as one pipeline.
pub fn check_sql(world: &dyn World, paths: &[PathBuf]) -> SqlPipeline {
    let mut out = SqlPipeline::default();
    let mut found = Diagnostics::default();
    let files = read_all(world, paths, &mut out.sources, &mut found);
    out.pipeline = check::check(&files, &out.sources, &mut found);
    out.diagnostics = found.into_sorted();
    out
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
