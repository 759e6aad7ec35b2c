//! Columns of datasets: what queries deliver, and whether it is what was declared.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use sqlparser::ast::Query;

use super::dataset::{self, Tree, first_line, last_part, query_of, table_of};
use super::forms::{Call, Definition, Kind, Origins, Parsed, Queried};
use super::read_files::allows_overwrites;
use super::rules;
use crate::diag::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::lakeflow::ast::{
    AutoCdc, CdcSource, Column as DeclaredColumn, ColumnSelection, FlowBody, ObjectName, Statement, StatementKind,
    StoredAs,
};
use crate::lakeflow::infer::{self, Catalog, FaultKind, Place, QueryInfo, Relation};
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

/// A dataset while its columns are found.
#[derive(Debug)]
pub struct Entry {
    /// What is known of it.
    pub definition: Definition,
    /// What its rows are made of.
    pub origins: Origins,
    /// Its statement, until that is judged.
    tree: Option<Tree>,
}

/// What was found in all files.
pub struct Found {
    /// Datasets, each after those it reads.
    pub entries: Vec<Entry>,
    /// All of them as tables.
    pub known: Known,
    /// The flows.
    pub flows: Vec<Tree>,
}

/// Finds the datasets of files that come one by one, and the columns of each.
///
/// A query is judged as soon as all tables that it reads are known, and then let go. Tables that list their columns are
/// known before their queries are, so in generated files hardly a query has to wait.
pub struct Resolver<'a> {
    sources: &'a SourceMap,
    /// How many there were.
    files: usize,
    /// In the order of the files, and their places by name. Those with a tree wait for tables that are not known yet, or
    /// are written by flows only.
    entries: Vec<Entry>,
    by_name: HashMap<String, usize>,
    flows: Vec<Tree>,
    known: Known,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Resolver<'a> {
    /// Nothing is known yet.
    pub fn new(sources: &'a SourceMap, diagnostics: &'a mut Diagnostics) -> Self {
        let (entries, by_name, flows, known) = Default::default();
        Resolver { sources, files: 0, entries, by_name, flows, known, diagnostics }
    }

    /// Takes files in; a second definition of a name is a fault.
    pub fn add(&mut self, files: Vec<Arc<Parsed>>) {
        let first_new = self.entries.len();
        for file in files {
            Tree::all(&file).for_each(|tree| self.announce(tree));
            self.files += 1;
        }
        (first_new..self.entries.len()).for_each(|index| self.judge_early(index));
    }

    /// Notes what a statement defines. A table that lists its columns can be read before its own query is judged.
    fn announce(&mut self, tree: Tree) {
        let statement = tree.statement();
        self.diagnostics.extend(rules::forbidden(tree.file(), statement));
        if dataset::flow_of(&statement.kind).is_some() {
            self.flows.push(tree.clone());
        }
        let Some(definition) = dataset::definition(self.files, &tree) else { return };
        let first = self.by_name.get(&definition.name).and_then(|first| self.entries.get(*first));
        if let Some(first) = first {
            self.diagnostics.push(twice(&first.definition, &definition));
            return;
        }
        if let Some(columns) = declared_of(statement) {
            self.known.relations.insert(definition.name.clone(), Relation::of(columns));
        }
        self.by_name.insert(definition.name.clone(), self.entries.len());
        self.entries.push(Entry { definition, origins: Origins::default(), tree: Some(tree) });
    }

    /// Judges the query of a dataset, unless it has none, or reads a table that is not known.
    fn judge_early(&mut self, index: usize) {
        let Some(Entry { definition, tree: Some(tree), .. }) = self.entries.get_mut(index) else { return };
        let Some(query) = query_of(&tree.statement().kind) else { return };
        let info = infer::analyze_query(query, self.sources.text(tree.file()), &SoFar(&self.known));
        if info.faults.iter().any(|fault| fault.kind == FaultKind::UnknownTable) {
            definition.reads = dataset::tables_of(&info).collect();
        } else {
            self.settle(index, Some(info), None);
        }
    }

    /// Judges what had to wait, now that all datasets are known.
    pub fn finish(mut self) -> Found {
        let reads_of = |query: &Query, file: FileId| {
            dataset::tables_of(&infer::analyze_query(query, self.sources.text(file), &SoFar(&self.known))).collect()
        };
        for (target, reads) in dataset::read_by_flows(&self.flows, reads_of) {
            if let Some(target) = self.by_name.get(&target).and_then(|index| self.entries.get_mut(*index)) {
                target.definition.reads.extend(reads);
            }
        }
        dataset::order(&mut self.entries, self.diagnostics);
        let waiting = self.entries.iter().filter(|entry| entry.tree.is_some()).map(|entry| &entry.definition.name);
        self.known.pending = waiting.filter(|name| !self.known.relations.contains_key(*name)).cloned().collect();
        let changes = dataset::changes_by_target(&self.flows);
        let hints = Cell::new(HINTS);
        for index in 0..self.entries.len() {
            let Some(Entry { definition, tree: Some(tree), .. }) = self.entries.get(index) else { continue };
            let query = query_of(&tree.statement().kind);
            let all = All { known: &self.known, hints: &hints };
            let info = query.map(|query| infer::analyze_query(query, self.sources.text(tree.file()), &all));
            let changes = changes.get(&definition.name).and_then(|tree| {
                let (_, body) = dataset::flow_of(&tree.statement().kind)?;
                let FlowBody::AutoCdc(cdc) = body else { return None };
                Some(cdc_columns(cdc, self.sources.text(tree.file()), &self.known))
            });
            self.settle(index, info, changes);
        }
        Found { entries: self.entries, known: self.known, flows: self.flows }
    }

    /// Notes what the query of a dataset, or the changes that fill it, turned out to be, and lets its statement go.
    fn settle(&mut self, index: usize, info: Option<QueryInfo>, changes: Option<Arc<[Column]>>) {
        let Some(Entry { definition, origins, tree }) = self.entries.get_mut(index) else { return };
        let Some(tree) = tree.take() else { return };
        let (file, statement) = (tree.file(), tree.statement());
        let table = table_of(&statement.kind).filter(|table| !table.columns.is_empty());
        let declared = table.and(self.known.relation(&definition.name)).map(|known| known.columns.clone());
        if let (Some(table), Some(declared)) = (table, &declared) {
            let delivered: Vec<&Column> = match (&info, &changes) {
                (Some(info), _) => info.columns.iter().map(|output| &output.column).collect(),
                (None, changes) => changes.iter().flat_map(|columns| columns.iter()).collect(),
            };
            compare(&table.columns, declared, &delivered, definition.span, self.sources, self.diagnostics);
        }
        let delivered = || info.as_ref().map(QueryInfo::schema).or(changes);
        definition.columns = declared.or_else(delivered).unwrap_or_default();
        let streaming = info.as_ref().is_some_and(|info| info.streaming);
        definition.streamable = definition.kind == Kind::StreamingTable || streaming;
        if let Some(info) = info {
            self.diagnostics.extend(info.faults.iter().map(|fault| super::fault(file, fault)));
            self.diagnostics.extend(repeated_fields(&info, definition.span));
            let renames = matches!(&statement.kind, StatementKind::CreateView(view) if !view.columns.is_empty());
            self.diagnostics.extend(repeated_columns(&info, definition.span).filter(|_| !renames));
            definition.reads.extend(dataset::tables_of(&info));
            definition.has_query = true;
            definition.ranks = !info.features.windows.is_empty();
            definition.rereads_files =
                info.reads.iter().any(|read| read.function) && allows_overwrites(&statement.kind);
            rules::query(definition, &info, file, self.diagnostics);
            origins.query = Some(Queried { file, info: Box::new(info) });
        }
        let text = self.sources.text(file);
        origins.drops = rules::expectations(definition, file, statement, text, self.diagnostics);
        definition.calls = calls(&statement.kind, &definition.columns, text);
        self.known.pending.remove(&definition.name);
        self.known.relations.insert(definition.name.clone(), definition.relation());
    }
}

/// Columns of one name, which a query can have but no table or view.
fn repeated_columns(info: &QueryInfo, statement: Span) -> impl Iterator<Item = Diagnostic> {
    let names = info.columns.iter().map(|output| output.column.name.as_str());
    let repeated =
        names.clone().enumerate().filter(move |(at, name)| names.clone().take(*at).any(|n| is_same_name(n, name)));
    repeated.map(move |(_, name)| {
        let message = format!("the query gives two columns called `{name}`");
        let fault = Diagnostic::error(Code::ColumnMismatch, message).at(first_line(statement));
        fault.hint("letter case does not count: leave one out, or name it otherwise by `AS`")
    })
}

/// Structs with two fields of one name, which can be made but not be read back.
fn repeated_fields(info: &QueryInfo, statement: Span) -> impl Iterator<Item = Diagnostic> {
    let repeated = info.columns.iter().filter_map(|c| Some((&c.column.name, c.column.ty.repeated_field()?)));
    repeated.map(move |(column, field)| {
        let message = format!("the struct in column `{column}` has two fields `{field}`");
        let fault = Diagnostic::error(Code::ColumnMismatch, message).at(first_line(statement));
        fault.hint("Spark can't read it back: leave one out, or name it otherwise by `AS`")
    })
}

/// The fault of a definition, which is not the first of its name.
fn twice(first: &Definition, again: &Definition) -> Diagnostic {
    let fault = Diagnostic::error(Code::DuplicateDataset, format!("dataset `{}` is defined twice", first.name));
    fault.at(first_line(again.span)).related(first_line(first.span), "first here")
}

/// The functions that mask the columns of a table and filter its rows, with the types that they are called with.
fn calls(kind: &StatementKind, columns: &[Column], text: &str) -> Vec<Call> {
    let Some(table) = table_of(kind) else { return vec![] };
    let call = |name: &ObjectName, types| Call {
        function: last_part(name).into_owned(),
        shown: lakeflow::name_text(name),
        types,
    };
    let ty = |column: &DeclaredColumn| DataType::from_sql(&column.data_type).unwrap_or(DataType::Unknown);
    let masks = table.columns.iter().filter_map(|c| Some(call(&c.mask.as_ref()?.function, vec![ty(c)])));
    let filters = table.row_filter.iter().map(|filter| {
        let place = Place::row("a row filter");
        let types = filter.on.iter().map(|argument| infer::analyze_expr(argument, text, columns, place).ty);
        call(&filter.function, types.collect())
    });
    masks.chain(filters).collect()
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

/// Declared columns and those that a query delivers must be the same (lakeflow-sql.md, "Streaming tables" and
/// "Materialized views").
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
