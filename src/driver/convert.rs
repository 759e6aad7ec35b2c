//! Pipelines of Databricks for open-source Spark: which files are read, and what becomes of each.

use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{FileId, SourceMap};
use crate::sqltool::convert::{Converted, Settings, convert};
use crate::sqltool::files as sql_files;
use crate::world::World;

/// A converted pipeline.
#[derive(Debug, Default)]
pub struct ConvertedSql {
    /// The original files.
    pub sources: SourceMap,
    /// Why some of them can't be read.
    pub diagnostics: Vec<Diagnostic>,
    /// What became of the others.
    pub files: Vec<PortedFile>,
}

/// A file and what became of it.
#[derive(Debug)]
pub struct PortedFile {
    /// The original.
    pub file: FileId,
    /// Its path below the directory that was given, or its name.
    pub relative: PathBuf,
    /// Its statements and the report on them.
    pub converted: Converted,
}

/// Converts all SQL files of `paths` (files, and directories with all below them) as one pipeline.
pub fn convert_sql(world: &dyn World, paths: &[PathBuf], settings: &Settings) -> ConvertedSql {
    let mut out = ConvertedSql::default();
    let mut found = Diagnostics::default();
    let mut files: Vec<(FileId, PathBuf)> = vec![];
    for path in paths {
        for file in sql_files::read(world, std::slice::from_ref(path)) {
            found.extend(file.fault());
            let Ok(text) = file.text else { continue };
            files.push((out.sources.add(file.path.display().to_string(), text), below(path, &file.path)));
        }
    }
    let texts: Vec<&str> = files.iter().map(|(id, _)| out.sources.text(*id)).collect();
    let converted = convert(&texts, settings);
    out.files = files
        .into_iter()
        .zip(converted)
        .map(|((file, relative), converted)| PortedFile { file, relative, converted })
        .collect();
    out.diagnostics = found.into_sorted();
    out
}

fn below(given: &Path, file: &Path) -> PathBuf {
    match file.strip_prefix(given) {
        Ok(rest) if !rest.as_os_str().is_empty() => rest.to_owned(),
        _ => file.file_name().map_or_else(|| file.to_owned(), PathBuf::from),
    }
}
