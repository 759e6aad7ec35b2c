//! Judges pipeline SQL: parses every file back, resolves names and types through the whole graph of datasets, and
//! enforces what Lakeflow forbids.
//!
//! It knows nothing of specs, so it judges generated files and files that people wrote by hand alike. Nothing is run.

mod columns;
mod dataset;
mod flow;
mod forget;
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
    /// Its statements, without those of a file that does not parse. In a [`Pipeline`] those of datasets lack what only their
    /// own judgement asks for, the query above all: see [`Pipeline::trees`].
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

impl Pipeline {
    /// The files once more, with all that was let go when it had been judged.
    pub fn trees(&self, sources: &SourceMap) -> Vec<PipelineFile> {
        let read = |file: &PipelineFile| {
            let statements = lakeflow::parse(sources.text(file.file)).unwrap_or_default();
            PipelineFile { file: file.file, statements }
        };
        self.files.par_iter().map(read).collect()
    }

    /// Lets go of what was found out about queries: with its lineage a pipeline has told all that is asked of them.
    pub fn forget_queries(&mut self) {
        self.datasets.iter_mut().for_each(|dataset| dataset.query = None);
    }
}

/// How many files are parsed before their queries are judged.
const AT_ONCE: usize = 128;

/// Parses and judges all files as one pipeline.
pub fn check(files: &[FileId], sources: &SourceMap, diagnostics: &mut Diagnostics) -> Pipeline {
    let mut unread = vec![];
    let mut resolver = columns::Resolver::new(sources, diagnostics);
    for files in files.chunks(AT_ONCE) {
        let parsed: Vec<_> = files.par_iter().map(|file| (*file, lakeflow::parse(sources.text(*file)))).collect();
        let read = parsed.into_iter().map(|(file, result)| {
            let statements = result.unwrap_or_else(|faults| {
                unread.extend(faults.into_iter().map(|fault| at(Code::PipelineSyntax, file, fault)));
                vec![]
            });
            PipelineFile { file, statements }
        });
        resolver.add(read.collect());
    }
    let (files, datasets, known) = resolver.finish();
    diagnostics.extend(unread);
    flow::check(&datasets, &known, &files, sources, diagnostics);
    rules::check(&datasets, &files, diagnostics);
    Pipeline { files, datasets, known }
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
