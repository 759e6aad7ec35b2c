//! Converts Databricks pipelines to open-source Spark: which files are read, how each is converted, and what writing
//! the result would change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lakeflow::diag::{Diagnostic, Diagnostics};
use lakeflow::source::{FileId, SourceMap};

use crate::codes;
use crate::emit::{ChangeKind, ChangeSet};
use crate::sqltool::convert::{Converted, Settings, convert};
use crate::sqltool::files;
use crate::world::World;

/// How the first line of a converted file ends; such a file is not converted again.
const MARK: &str = ", converted by gen for Spark Declarative Pipelines";
/// The directory of the files that Spark reads.
const TRANSFORMATIONS: &str = "transformations/";
/// The file of what has to be there before.
const SETUP: &str = "setup.sql";

/// A converted pipeline.
#[derive(Debug, Default)]
pub struct ConvertedSql {
    /// Text and path of each original that could be read.
    pub sources: SourceMap,
    /// Why some of them can't be read.
    pub diagnostics: Vec<Diagnostic>,
    /// What became of the others.
    pub files: Vec<PortedFile>,
    /// How many files were passed over because they were converted before.
    pub passed_over: usize,
}

/// A file, what became of it, and where that belongs.
#[derive(Debug)]
pub struct PortedFile {
    /// The original, in [`ConvertedSql::sources`].
    pub file: FileId,
    /// Path of the converted file in the project for Spark, `/`-separated.
    pub path: String,
    /// Its statements and the report on them.
    pub converted: Converted,
}

/// Converts all SQL files of `paths` (files, and directories with all below them) as one pipeline.
pub fn convert_sql(world: &dyn World, paths: &[PathBuf], settings: &Settings) -> ConvertedSql {
    let mut out = ConvertedSql::default();
    let mut found = Diagnostics::default();
    let mut originals: Vec<(FileId, String)> = vec![];
    for file in files::read(world, paths) {
        found.extend(file.fault());
        let Ok(text) = file.text else { continue };
        if text.lines().next().is_some_and(|first| first.ends_with(MARK)) {
            out.passed_over += 1;
            continue;
        }
        originals.push((out.sources.add(file.path.display().to_string(), text), destination(&file.path, paths)));
    }
    let texts: Vec<&str> = originals.iter().map(|(id, _)| out.sources.text(*id)).collect();
    let converted = convert(&texts, settings);
    let ported = |((file, path), converted)| PortedFile { file, path, converted };
    out.files = originals.into_iter().zip(converted).map(ported).collect();
    out.diagnostics = found.into_sorted();
    out
}

/// Where a converted file belongs: as it lies below the first of `given` that holds it, with the ending that Spark reads.
fn destination(file: &Path, given: &[PathBuf]) -> String {
    let below = given.iter().find_map(|given| file.strip_prefix(given).ok());
    let relative = match below.filter(|rest| !rest.as_os_str().is_empty()) {
        _ if files::is_input(file) => Path::new("stdin"),
        Some(rest) => rest,
        None => file.file_name().map_or(file, Path::new),
    };
    let is_sql = relative.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("sql"));
    let stem = if is_sql { relative.with_extension("") } else { relative.to_owned() };
    // No character that means something in a path on another system.
    let parts = stem.components().map(|part| part.as_os_str().to_string_lossy().replace(['\\', ':'], "_"));
    format!("{TRANSFORMATIONS}{}.sql", parts.collect::<Vec<_>>().join("/"))
}

impl ConvertedSql {
    /// A converted file, its first line saying what it is.
    pub fn text(&self, file: &PortedFile) -> String {
        let (path, original) = (self.sources.path(file.file), self.sources.text(file.file));
        format!("-- {path}{MARK}\n\n{}", file.converted.text(original))
    }

    /// What writing the project for Spark into `out` would change; what an earlier conversion wrote there, and this one does
    /// not give, is to be removed.
    ///
    /// # Errors
    /// Files in the way, and originals that would become the same file.
    pub fn changes(&self, world: &dyn World, out: &Path) -> Result<ChangeSet, Vec<Diagnostic>> {
        let mut found = Diagnostics::default();
        let mut outputs: BTreeMap<String, Arc<str>> = BTreeMap::new();
        for file in &self.files {
            if outputs.insert(file.path.clone(), self.text(file).into()).is_some() {
                let message = format!("two files would be written to `{}`", file.path);
                found.push(Diagnostic::error(codes::DUPLICATE_NAME, message).hint("convert the directory above both"));
            }
        }
        let setup = self.files.iter().flat_map(|file| &file.converted.setup);
        let setup: String = setup.map(|statement| format!("\n{statement};\n")).collect();
        if !setup.is_empty() {
            let text = format!("-- Tables to be made before the pipeline runs{MARK}\n{setup}");
            outputs.insert(SETUP.to_owned(), text.into());
        }
        let texts = outputs.iter().map(|(path, text)| (path.as_str(), text.clone())).collect();
        let changes = ChangeSet::compute(world, out, &texts, None, &mut found);
        let is_ours = |path: &str| path == SETUP || path.starts_with(TRANSFORMATIONS);
        let mut gone = changes.changes().iter().filter(|change| change.kind == ChangeKind::Removed);
        if let Some(other) = gone.find(|change| !is_ours(&change.path)) {
            let message = format!("`{}` contains output of `gen build`, such as `{}`", out.display(), other.path);
            found.push(Diagnostic::error(codes::FOREIGN_FILE, message));
        }
        let mut faults = found.into_sorted();
        for fault in faults.iter_mut().filter(|fault| fault.code == codes::FOREIGN_FILE) {
            fault.hints = vec!["move it elsewhere, or convert to another directory".to_owned()];
        }
        if faults.is_empty() { Ok(changes) } else { Err(faults) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_place_and_ends_as_spark_reads_it() {
        let given = ["d", ".", "e/x.hql", "n.py"].map(PathBuf::from);
        let paths = ["d/a/b.SQL", "./c.sql", "e/x.hql", "n.py", "-", "d/a:b.v2.sql"];
        assert_eq!(
            paths.map(|path| destination(Path::new(path), &given)),
            ["a/b", "c", "x.hql", "n.py", "stdin", "a_b.v2"].map(|name| format!("transformations/{name}.sql"))
        );
    }
}
