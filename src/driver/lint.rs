//! The linter over files: which are read, what is found in them, and the result of fixing them.

use std::path::PathBuf;

use lakeflow::diag::{Diagnostic, Diagnostics};
use lakeflow::lint::{self, Fixed, Lint};
use lakeflow::source::SourceMap;
use rayon::prelude::*;

use super::sql::read_all;
use crate::world::World;

/// What the linter found.
#[derive(Debug, Default)]
pub struct Linted {
    /// Text and path of each file that could be read, for drawing the diagnostics.
    pub sources: SourceMap,
    /// Findings, sorted by place; those of files that can't be read come first.
    pub diagnostics: Vec<Diagnostic>,
    /// How many of them have a fix.
    pub fixable: usize,
}

/// A file that fixes would change.
#[derive(Debug)]
pub struct FixedFile {
    /// Path as given, or below a directory that was given.
    pub path: PathBuf,
    /// The text as it is on the disk.
    pub before: String,
    /// What would become of it.
    pub after: Fixed,
}

/// Judges all SQL of `paths` (files, and directories with all below them) as one pipeline, by the rules that
/// `chosen` names, or by all.
pub fn lint_sql(world: &dyn World, paths: &[PathBuf], chosen: &[&Lint]) -> Linted {
    let mut found = Diagnostics::default();
    let mut sources = SourceMap::default();
    let files = read_all(world, paths, &mut sources, &mut found);
    let reports = lint::lint(&files, &sources, chosen);
    let fixable = reports.iter().filter(|report| !report.fix.is_empty()).count();
    let mut diagnostics = found.into_sorted();
    diagnostics.extend(reports.into_iter().map(|report| report.diagnostic));
    Linted { sources, diagnostics, fixable }
}

/// What fixing the same files would change; writes nothing. Files that can't be read are left to [`lint_sql`].
pub fn fix_sql(world: &dyn World, paths: &[PathBuf], chosen: &[&Lint]) -> Vec<FixedFile> {
    let mut sources = SourceMap::default();
    read_all(world, paths, &mut sources, &mut Diagnostics::default());
    let texts: Vec<(String, &str)> = sources.iter().map(|(_, source)| (source.path.clone(), &*source.text)).collect();
    let fix = |(path, text): (String, &str)| {
        let after = lint::fix(text, chosen)?;
        Some(FixedFile { path: PathBuf::from(path), before: text.to_owned(), after })
    };
    texts.into_par_iter().filter_map(fix).collect()
}
