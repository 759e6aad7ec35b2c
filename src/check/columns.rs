//! Columns of datasets: what queries deliver, and whether it is what was declared.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use sqlparser::ast::Query;

use super::PipelineFile;
use super::dataset::{self, Definition, Kind, first_line, last_part, query_of, statement_of, table_of};
use super::forget::forget;
use super::read_files::allows_overwrites;
use super::rules;
use crate::diag::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::lakeflow::ast::{AutoCdc, CdcSource, Column as DeclaredColumn, ColumnSelection, Statement, StoredAs};
use crate::lakeflow::infer::{self, Catalog, FaultKind, QueryInfo, Relation};
use crate::lakeflow::is_same_name;
use crate::lakeflow::types::{Column, DataType};
use crate::lakeflow::{self, folded};
use crate::source::{FileId, SourceMap, Span};

/// The datasets resolved so far, as tables.
#[derive(Debug, Clone, Default)]
pub struct Known {
    relations: HashMap<String, Arc<Relation>>,
    /// Defined but not resolved yet: only in cycles, which are reported.
    pending: BTreeSet<String>,
}

impl Known {
    fn relation(&self, name: &str) -> Option<&Arc<Relation>> {
        self.relations.get(&*folded(name))
    }
}

impl Catalog for Known {
    fn table(&self, name: &[&str]) -> Option<Arc<Relation>> {
        let last = name.last()?;
        let pending = || self.pending.contains(&*folded(last)).then(Relation::unknown);
        self.relation(last).cloned().or_else(pending)
    }

    fn table_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.relations.keys().cloned().collect();
        names.sort_unstable();
        names.extend(self.pending.iter().cloned());
        names
    }
}

/// All tables, and how many unknown ones are still told what may have been meant: each goes through all names.
struct All<'a> {
    known: &'a Known,
    hints: &'a Cell<usize>,
}

/// More hints than anyone reads.
const HINTS: usize = 100;

impl Catalog for All<'_> {
    fn table(&self, name: &[&str]) -> Option<Arc<Relation>> {
        self.known.table(name)
    }

    fn table_names(&self) -> Vec<String> {
        match self.hints.get().checked_sub(1) {
            Some(left) => {
                self.hints.set(left);
                self.known.table_names()
            }
            None => vec![],
        }
    }
}

/// Tables as far as they are known while files are still to come: a name that is missing may stand in one of those.
struct SoFar<'a>(&'a Known);

impl Catalog for SoFar<'_> {
    fn table(&self, name: &[&str]) -> Option<Arc<Relation>> {
        self.0.table(name)
    }
}

/// Finds the datasets of files that come one by one, and the columns of each.
///
/// A query is judged as soon as all tables that it reads are known, and then let go ([`forget`]). Tables that list
/// their columns are known before their queries are, so in generated files hardly a query has to wait.
pub struct Resolver<'a> {
    sources: &'a SourceMap,
    files: Vec<PipelineFile>,
    /// In the order of the files, and their places by name.
    definitions: Vec<Definition>,
    by_name: HashMap<String, usize>,
    /// Datasets whose query waits for tables that are not known yet, or that only flows write.
    waiting: BTreeSet<String>,
    known: Known,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Resolver<'a> {
    /// Nothing is known yet.
    pub fn new(sources: &'a SourceMap, diagnostics: &'a mut Diagnostics) -> Self {
        let (files, definitions, by_name, waiting, known) = Default::default();
        Resolver { sources, files, definitions, by_name, waiting, known, diagnostics }
    }

    /// Takes files in; a second definition of a name is a fault.
    pub fn add(&mut self, files: Vec<PipelineFile>) {
        let first_new = self.definitions.len();
        for file in files {
            self.diagnostics.extend(file.statements.iter().filter_map(|s| rules::forbidden(file.file, s)));
            for definition in dataset::definitions(self.files.len(), &file) {
                let first = self.by_name.get(&definition.name).and_then(|first| self.definitions.get(*first));
                if let Some(first) = first {
                    let again = &file.statements[definition.place.1].range;
                    self.diagnostics.push(twice(first, Span::new(file.file, again.clone()), &self.files, &file));
                    continue;
                }
                self.announce(&definition, &file);
                self.by_name.insert(definition.name.clone(), self.definitions.len());
                self.definitions.push(definition);
            }
            self.files.push(file);
        }
        let mut definitions = std::mem::take(&mut self.definitions);
        for definition in definitions.iter_mut().skip(first_new) {
            if !self.judge_early(definition) {
                self.waiting.insert(definition.name.clone());
            }
        }
        self.definitions = definitions;
    }

    /// A table that lists its columns can be read before its own query is judged.
    fn announce(&mut self, definition: &Definition, file: &PipelineFile) {
        if let Some(columns) = declared_of(&file.statements[definition.place.1]) {
            self.known.relations.insert(definition.name.clone(), Relation::of(columns));
        }
    }

    /// Judges the query of a dataset; `false` if it has none, or reads a table that is not known.
    fn judge_early(&mut self, definition: &mut Definition) -> bool {
        let (file, statement) = statement_of(definition, &self.files);
        let Some(query) = query_of(&statement.kind) else { return false };
        let info = infer::analyze_query(query, self.sources.text(file), &SoFar(&self.known));
        if info.faults.iter().any(|fault| fault.kind == FaultKind::UnknownTable) {
            definition.reads = dataset::tables_of(&info).collect();
            return false;
        }
        self.settle(definition, Some(info), None);
        true
    }

    /// Judges what had to wait, now that all datasets are known; gives the files, the datasets, each after those it reads,
    /// and all of them as tables.
    pub fn finish(mut self) -> (Vec<PipelineFile>, Vec<Definition>, Known) {
        let reads_of = |query: &Query, file: FileId| {
            dataset::tables_of(&infer::analyze_query(query, self.sources.text(file), &SoFar(&self.known))).collect()
        };
        let mut definitions = std::mem::take(&mut self.definitions);
        for (target, reads) in dataset::read_by_flows(&self.files, reads_of) {
            if let Some(target) = self.by_name.get(&target).and_then(|index| definitions.get_mut(*index)) {
                target.reads.extend(reads);
            }
        }
        dataset::order(&mut definitions, &self.files, self.diagnostics);
        self.known.pending = self.waiting.iter().filter(|n| !self.known.relations.contains_key(*n)).cloned().collect();
        let waiting = std::mem::take(&mut self.waiting);
        let changes = dataset::cdc_places(&self.files);
        let hints = Cell::new(HINTS);
        for definition in definitions.iter_mut().filter(|definition| waiting.contains(&definition.name)) {
            let (file, statement) = statement_of(definition, &self.files);
            let query = query_of(&statement.kind);
            let all = All { known: &self.known, hints: &hints };
            let info = query.map(|query| infer::analyze_query(query, self.sources.text(file), &all));
            let changes = changes.get(&definition.name).and_then(|(file, statement)| {
                let file = self.files.get(*file)?;
                let (_, cdc) = dataset::cdc_of(&file.statements.get(*statement)?.kind)?;
                Some(cdc_columns(cdc, self.sources.text(file.file), &self.known))
            });
            self.settle(definition, info, changes);
        }
        (self.files, definitions, self.known)
    }

    /// Notes what the query of a dataset, or the changes that fill it, turned out to be.
    fn settle(&mut self, definition: &mut Definition, info: Option<QueryInfo>, changes: Option<Arc<[Column]>>) {
        let (file, statement) = statement_of(definition, &self.files);
        if let Some(info) = &info {
            self.diagnostics.extend(info.faults.iter().map(|fault| super::fault(file, fault)));
            let repeated = info.columns.iter().filter_map(|c| Some((&c.column.name, c.column.ty.repeated_field()?)));
            self.diagnostics.extend(repeated.map(|(column, field)| {
                let message = format!("the struct in column `{column}` has two fields `{field}`");
                let fault = Diagnostic::error(Code::ColumnMismatch, message)
                    .at(first_line(Span::new(file, statement.range.clone())));
                fault.hint("Spark can't read it back: leave one out, or name it otherwise by `AS`")
            }));
            definition.reads.extend(dataset::tables_of(info));
            definition.rereads_files =
                info.reads.iter().any(|read| read.function) && allows_overwrites(&statement.kind);
        }
        let table = table_of(&statement.kind).filter(|table| !table.columns.is_empty());
        let declared = table.and(self.known.relation(&definition.name)).map(|known| known.columns.clone());
        if let (Some(table), Some(declared)) = (table, &declared) {
            let delivered: Vec<&Column> = match (&info, &changes) {
                (Some(info), _) => info.columns.iter().map(|output| &output.column).collect(),
                (None, changes) => changes.iter().flat_map(|columns| columns.iter()).collect(),
            };
            let span = Span::new(file, statement.range.clone());
            compare(&table.columns, declared, &delivered, span, self.sources, self.diagnostics);
        }
        let delivered = || info.as_ref().map(QueryInfo::schema).or(changes);
        definition.columns = declared.or_else(delivered).unwrap_or_default();
        let streaming = info.as_ref().is_some_and(|info| info.streaming);
        definition.streamable = definition.kind == Kind::StreamingTable || streaming;
        definition.query = info;
        rules::expectations(definition, file, statement, self.sources.text(file), self.diagnostics);
        self.known.pending.remove(&definition.name);
        self.known.relations.insert(definition.name.clone(), definition.relation());
        if let Some(statement) = self.files[definition.place.0].statements.get_mut(definition.place.1) {
            forget(&mut statement.kind);
        }
    }
}

/// The fault of a definition at `again`, a statement of `file`, that is not the first of its name.
fn twice(first: &Definition, again: Span, files: &[PipelineFile], file: &PipelineFile) -> Diagnostic {
    let other = files.get(first.place.0).unwrap_or(file);
    let first_span = Span::new(other.file, other.statements[first.place.1].range.clone());
    let fault = Diagnostic::error(Code::DuplicateDataset, format!("dataset `{}` is defined twice", first.name));
    fault.at(first_line(again)).related(first_line(first_span), "first here")
}

impl Definition {
    /// The dataset as a table that queries read.
    fn relation(&self) -> Arc<Relation> {
        let streaming = self.kind == Kind::TemporaryView && self.streamable;
        let open = self.columns.is_empty();
        Arc::new(Relation { columns: self.columns.clone(), streaming, open, ..Relation::default() })
    }
}

/// What change data capture delivers: the chosen columns of its source, and validity for a history.
fn cdc_columns(cdc: &AutoCdc, text: &str, known: &Known) -> Arc<[Column]> {
    let source = match &cdc.source {
        CdcSource::Stream(name) => known.relation(&last_part(name)).map(|relation| relation.columns.clone()),
        CdcSource::Query(query) => {
            let info = infer::analyze_query(query, text, known);
            (!info.open).then(|| info.schema())
        }
    };
    let Some(source) = source else { return Arc::default() };
    let is = |names: &[sqlparser::ast::Ident], c: &Column| names.iter().any(|n| is_same_name(&n.value, &c.name));
    let chosen = |c: &&Column| match &cdc.columns {
        None => true,
        Some(ColumnSelection::Only(names)) => is(names, c),
        Some(ColumnSelection::AllExcept(names)) => !is(names, c),
    };
    let mut columns: Vec<Column> = source.iter().filter(chosen).cloned().collect();
    if cdc.stored_as == Some(StoredAs::ScdType2) {
        let sequence = source.iter().find(|c| is_same_name(&cdc.sequence_by.to_string(), &c.name));
        let ty = sequence.map_or(DataType::Unknown, |c| c.ty.clone());
        columns.extend(["__START_AT", "__END_AT"].map(|name| Column {
            name: name.into(),
            ty: ty.clone(),
            nullable: true,
        }));
    }
    columns.into()
}

/// The columns that a statement lists, if it lists any.
fn declared_of(statement: &Statement) -> Option<Arc<[Column]>> {
    let columns = &table_of(&statement.kind)?.columns;
    let ty = |c: &DeclaredColumn| DataType::from_sql(&c.data_type).unwrap_or(DataType::Unknown);
    let declared = columns.iter().map(|c| Column { name: c.name.value.clone(), ty: ty(c), nullable: !c.not_null });
    (!columns.is_empty()).then(|| declared.collect())
}

/// Declared columns and those that a query delivers must be the same (reference sections 1.1 and 1.2).
fn compare(
    written: &[DeclaredColumn],
    declared: &[Column],
    delivered: &[&Column],
    statement: Span,
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) {
    if delivered.is_empty() {
        return;
    }
    let span = |column: &DeclaredColumn| {
        let range = lakeflow::range_of(sources.text(statement.file), column.name.span).unwrap_or(0..0);
        Span::new(statement.file, range)
    };
    for (column, written) in declared.iter().zip(written) {
        let Some(found) = delivered.iter().find(|d| is_same_name(&d.name, &column.name)) else {
            let hint = did_you_mean(&column.name, delivered.iter().map(|d| d.name.as_str()));
            let message = format!("column `{}` is declared, but the query does not deliver it", column.name);
            diagnostics.push(Diagnostic::error(Code::ColumnMismatch, message).at(span(written)).maybe_hint(hint));
            continue;
        };
        if found.ty != column.ty && !column.ty.can_store(&found.ty) {
            let message =
                format!("column `{}` is declared as {}, but the query delivers {}", column.name, column.ty, found.ty);
            diagnostics.push(Diagnostic::error(Code::ColumnMismatch, message).at(span(written)));
        }
    }
    for found in delivered.iter().filter(|d| !declared.iter().any(|c| is_same_name(&c.name, &d.name))) {
        let message = format!("the query delivers `{}`, which is not declared", found.name);
        diagnostics.push(Diagnostic::error(Code::ColumnMismatch, message).at(first_line(statement)));
    }
}
