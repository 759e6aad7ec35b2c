//! Judges pipeline SQL: parses every file back, resolves names and types through the whole graph of datasets, and
//! enforces what Lakeflow forbids.
//!
//! It knows nothing of specs, so it judges generated files and files that people wrote by hand alike. Nothing is run.

mod dataset;
mod flow;
mod rules;

use rayon::prelude::*;

pub use dataset::{Definition, Kind};

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::lakeflow::{self, Fault, ast::Statement};
use crate::source::{FileId, SourceMap, Span};

/// A parsed file.
#[derive(Debug, Clone)]
pub struct PipelineFile {
    /// The file.
    pub file: FileId,
    /// Its statements, without those that do not parse.
    pub statements: Vec<Statement>,
}

/// A pipeline that was judged.
#[derive(Debug, Clone, Default)]
pub struct Pipeline {
    /// Files, in the order given.
    pub files: Vec<PipelineFile>,
    /// Datasets, each after those it reads.
    pub datasets: Vec<Definition>,
}

/// Parses and judges all files as one pipeline.
pub fn check(files: &[FileId], sources: &SourceMap, diagnostics: &mut Diagnostics) -> Pipeline {
    let parsed: Vec<_> = files.par_iter().map(|file| (*file, lakeflow::parse(sources.text(*file)))).collect();
    let mut pipeline = Pipeline::default();
    for (file, result) in parsed {
        let statements = result.unwrap_or_else(|faults| {
            diagnostics.extend(faults.into_iter().map(|fault| at(Code::PipelineSyntax, file, fault)));
            vec![]
        });
        pipeline.files.push(PipelineFile { file, statements });
    }
    let mut definitions = dataset::collect(&pipeline.files, diagnostics);
    dataset::order(&mut definitions, diagnostics);
    dataset::resolve(&mut definitions, &pipeline.files, sources, diagnostics);
    flow::check(&definitions, &pipeline.files, sources, diagnostics);
    rules::check(&definitions, &pipeline.files, sources, diagnostics);
    pipeline.datasets = definitions;
    pipeline
}

/// A fault of the parser or of the analyser as a diagnostic.
fn at(code: Code, file: FileId, fault: Fault) -> Diagnostic {
    Diagnostic::error(code, fault.message).at(Span::new(file, fault.range)).maybe_hint(fault.hint)
}
