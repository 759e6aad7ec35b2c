//! Checks pipeline SQL: parses every file, resolves names and types through the whole graph of datasets, and enforces
//! the restrictions of Lakeflow.
//!
//! It knows nothing of specs, so it checks generated and hand-written files in the same way. Nothing is run.

mod columns;
mod dataset;
mod flow;
mod forms;
mod governance;
mod known;
mod names;
mod read_files;
mod rules;
mod setting;

pub use governance::governance;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

pub use dataset::{FlowTree, Writers, expectations_of, flow_of, last_part, query_of, table_of, writers};
pub use forms::{
    Author, ChangeSource, Changes, DatasetKind, Definition, FunctionUse, Judged, NamedColumn, OutsideTable,
    OutsideTables, Parsed, Pipeline, Queried, RowOrigins, WritingFlow,
};

pub use names::{folded_parts, parts};
pub use setting::Setting;

use crate::codes;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::source::{FileId, SourceMap, Span};
use crate::{
    ParseFault,
    infer::{self, ColumnUse, FaultKind, Resolution, Scope},
    types::{Column, DataType},
};

/// Bytes of text that are parsed before their queries are judged: their trees take a megabyte, which a processor keeps at hand.
/// A longer file comes alone.
const AT_ONCE: usize = 16 << 10;

/// No table outside of the pipeline.
const ALONE: OutsideTables<'static> = OutsideTables::These(&[]);

/// Parses and judges all files as one pipeline that `gen` wrote. Trees are let go as soon as they are judged.
pub fn judge(
    files: &[FileId],
    outside: OutsideTables<'_>,
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) -> Judged {
    judge_each(files, Author::Gen, outside, sources, diagnostics, |_| {})
}

/// The same of files that people wrote, which may be a part of a pipeline: what is not certain is a warning.
pub fn judge_written(files: &[FileId], sources: &SourceMap, diagnostics: &mut Diagnostics) -> Judged {
    judge_each(files, Author::People, ALONE, sources, diagnostics, |_| {})
}

/// The same; `trees` gets the files as they were parsed.
pub fn judge_written_and_keep(
    files: &[FileId],
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
    trees: &mut Vec<Arc<Parsed>>,
) -> Judged {
    judge_each(files, Author::People, ALONE, sources, diagnostics, |parsed| trees.extend_from_slice(parsed))
}

/// As [`judge`]; `trees` gets the files as they were parsed, for those who run them.
pub fn judge_and_keep(
    files: &[FileId],
    outside: OutsideTables<'_>,
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
    trees: &mut Vec<Arc<Parsed>>,
) -> Judged {
    judge_each(files, Author::Gen, outside, sources, diagnostics, |parsed| trees.extend_from_slice(parsed))
}

/// The same of a pipeline that reads nothing outside of it, to be run when nothing is wrong with it.
pub fn pipeline(files: &[FileId], sources: &SourceMap, diagnostics: &mut Diagnostics) -> Pipeline {
    let mut trees = vec![];
    let judged = judge_and_keep(files, ALONE, sources, diagnostics, &mut trees);
    Pipeline { files: trees, datasets: judged.datasets, outside: vec![] }
}

fn judge_each(
    files: &[FileId],
    author: Author,
    outside: OutsideTables<'_>,
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
    mut keep: impl FnMut(&[Arc<Parsed>]),
) -> Judged {
    let mut unread = vec![];
    let mut resolver = columns::Resolver::new(sources, author, outside, diagnostics);
    for files in batches(files, |file| sources.text(*file).len()) {
        let parsed: Vec<_> = files.par_iter().map(|file| read(*file, sources.text(*file))).collect();
        let (read, faults): (Vec<_>, Vec<_>) = parsed.into_iter().unzip();
        unread.extend(faults.into_iter().flatten());
        keep(&read);
        resolver.add(read, !unread.is_empty());
    }
    let columns::ColumnFindings { entries, known, flows, settings } = resolver.finish();
    diagnostics.extend(unread);
    let (datasets, origins) = entries.into_iter().map(|entry| (entry.definition, entry.origins)).unzip();
    let outside = match outside {
        OutsideTables::These(tables) => tables.iter().map(OutsideTable::key).collect(),
        OutsideTables::Any => BTreeSet::new(),
    };
    let mut judged = Judged { datasets, origins, settings, outside };
    let writers = flow::check(&judged.datasets, &known, &flows, sources, diagnostics);
    let changed = writers.iter().filter(|(_, writer)| matches!(writer, WritingFlow::Changes(_)));
    let changed = changed.map(|(target, _)| target.as_str()).collect();
    diagnostics.extend(rules::overwrites(&judged.datasets, &changed).into_iter().map(|fault| author.doubt(fault)));
    judged.write(writers);
    judged
}

/// The statements of a file, and the faults of those that do not parse.
fn read(file: FileId, text: &str) -> (Arc<Parsed>, Vec<Diagnostic>) {
    let (mut statements, mut faults) = (vec![], vec![]);
    crate::visit_each(text, |attempt| match attempt.statement {
        Ok(statement) => statements.push(statement),
        Err(more) => faults.extend(more.into_iter().map(|fault| at(codes::PIPELINE_SYNTAX, file, fault))),
    });
    (Arc::new(Parsed { file, statements }), faults)
}

/// Files that go together, as far as they are no longer than [`AT_ONCE`].
fn batches(mut files: &[FileId], length: impl Fn(&FileId) -> usize) -> impl Iterator<Item = &[FileId]> {
    std::iter::from_fn(move || {
        let mut left = AT_ONCE;
        let fits = |file: &&FileId| {
            let rest = left.checked_sub(length(file));
            left = rest.unwrap_or(0);
            rest.is_some()
        };
        let count = files.iter().take_while(fits).count().max(1);
        let (batch, rest) = files.split_at_checked(count)?;
        files = rest;
        Some(batch)
    })
}

impl Judged {
    /// Notes what writes into tables besides their own queries.
    fn write(&mut self, writers: Vec<(String, WritingFlow)>) {
        let index: HashMap<&str, usize> =
            self.datasets.iter().enumerate().map(|(index, dataset)| (dataset.name.as_str(), index)).collect();
        for (target, writer) in writers {
            if let Some(origins) = index.get(target.as_str()).and_then(|index| self.origins.get_mut(*index)) {
                origins.writers.push(writer);
            }
        }
    }
}

/// A column that an expression names, if it is one that the scope knows.
fn named(used: ColumnUse, file: FileId) -> Option<NamedColumn> {
    Some(NamedColumn { column: used.resolved?, span: Span::new(file, used.range) })
}

/// A fault of the analyser as a diagnostic: names that a spec can't have meant, and everything else as in specs.
fn fault(author: Author, file: FileId, fault: &infer::TypeFault) -> Diagnostic {
    let code = match fault.kind {
        FaultKind::UnknownColumn | FaultKind::UnknownTable | FaultKind::AmbiguousColumn => codes::UNRESOLVED_NAME,
        kind => kind.code(),
    };
    let declare =
        "declare a table that is created elsewhere with `CREATE TABLE name (column type, ..)` in another file";
    let hint = match fault.kind {
        FaultKind::UnknownTable if author == Author::People => fault.hint.clone().or(Some(declare.to_owned())),
        _ => fault.hint.clone(),
    };
    let found = Diagnostic::error(code, fault.message.clone()).at(Span::new(file, fault.range.clone()));
    let found = found.maybe_hint(hint);
    match fault.kind {
        // They may be made elsewhere, or be newer than what is known here.
        FaultKind::UnknownTable | FaultKind::UnknownFunction | FaultKind::Unsupported => author.doubt(found),
        _ => found,
    }
}

/// What a path means over these columns, of which there may be others.
fn open_scope(columns: &[Column], open: bool, path: &[&str]) -> Resolution {
    match columns.resolve(path) {
        Resolution::Unknown { .. } if open => Resolution::Found {
            ty: DataType::Unknown,
            nullable: true,
            used: path.len(),
            path: path.first().copied().unwrap_or("").to_owned(),
        },
        found => found,
    }
}

/// A fault of the parser as a diagnostic.
fn at(code: Code, file: FileId, fault: ParseFault) -> Diagnostic {
    Diagnostic::error(code, fault.message).at(Span::new(file, fault.range)).maybe_hint(fault.hint)
}
