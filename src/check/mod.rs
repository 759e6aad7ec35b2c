//! Judges pipeline SQL: parses every file back, resolves names and types through the whole graph of datasets, and
//! enforces what Lakeflow forbids.
//!
//! It knows nothing of specs, so it judges generated files and files that people wrote by hand alike. Nothing is run.

mod columns;
mod dataset;
mod flow;
mod governance;
mod read_files;
mod rules;

pub use governance::governance;

use rayon::prelude::*;

pub use columns::Known;
pub use dataset::{
    Definition, Kind, cdc_by_target, expectations_of, inserts_into, last_part, query_of, statement_of, table_of,
};

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::lakeflow::{
    self, Fault,
    ast::Statement,
    infer::{self, FaultKind},
};
use crate::resolve::code_of;
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
    /// The same as tables, by name.
    pub known: Known,
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
    dataset::order(&mut definitions, &pipeline.files, diagnostics);
    let known = columns::resolve(&mut definitions, &pipeline.files, sources, diagnostics);
    flow::check(&definitions, &known, &pipeline.files, sources, diagnostics);
    rules::check(&definitions, &pipeline.files, sources, diagnostics);
    pipeline.datasets = definitions;
    pipeline.known = known;
    pipeline
}

/// A fault of the analyser as a diagnostic: names that a spec can't have meant, and everything else as in specs.
fn fault(file: FileId, fault: &infer::Fault) -> Diagnostic {
    let code = match fault.kind {
        FaultKind::UnknownColumn | FaultKind::UnknownTable | FaultKind::AmbiguousColumn => Code::UnresolvedName,
        kind => code_of(kind),
    };
    Diagnostic::error(code, fault.message.clone())
        .at(Span::new(file, fault.range.clone()))
        .maybe_hint(fault.hint.clone())
}

/// A fault of the parser as a diagnostic.
fn at(code: Code, file: FileId, fault: Fault) -> Diagnostic {
    Diagnostic::error(code, fault.message).at(Span::new(file, fault.range)).maybe_hint(fault.hint)
}
