//! Columns of datasets: what queries return, and whether that is what was declared.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use sqlparser::ast::Query;

use super::dataset::{self, FlowTree, Tree, first_line, last_part, query_of, table_of};
use super::forms::{Author, DatasetKind, Definition, FunctionUse, OutsideTables, Parsed, Queried, RowOrigins};
use super::known::{All, HINTS, KnownTables, SoFar};
use super::names::{NameMeaning, Namespace};
use super::read_files::allows_overwrites;
use super::rules;
use super::setting::Setting;
use crate::ast::{
    AutoCdc, CdcSource, ColumnSelection, DeclaredColumn, ObjectName, ScdType, StatementKind, TableDefinition,
};
use crate::codes;
use crate::diag::{Diagnostic, Diagnostics, did_you_mean};
use crate::folded;
use crate::infer::{self, ExprPlace, FaultKind, QueryInfo, Relation};
use crate::is_same_name;
use crate::source::{FileId, SourceMap, Span};
use crate::types::{Column, DataType};

/// A dataset while its columns are found.
#[derive(Debug)]
pub struct OpenDataset {
    /// What is known of it.
    pub definition: Definition,
    /// What its rows are made of.
    pub origins: RowOrigins,
    /// Its statement, until that is judged.
    tree: Option<Tree>,
}

/// What was found in all files.
pub struct ColumnFindings {
    /// Datasets, each after those it reads.
    pub entries: Vec<OpenDataset>,
    /// All of them as tables.
    pub known: KnownTables,
    /// Statements that write into a dataset defined elsewhere: `CREATE FLOW` and the like.
    pub flows: Vec<Tree>,
    /// What each file is part of.
    pub settings: BTreeMap<FileId, Setting>,
}

/// Finds the datasets of files that come one by one, and the columns of each.
///
/// A query is judged as soon as all tables that it reads are known, and then let go. Tables that list their columns are
/// known before their queries are, so in generated files hardly a query has to wait.
pub struct Resolver<'a> {
    sources: &'a SourceMap,
    author: Author,
    /// How many there were.
    files: usize,
    /// In the order of the files, and their places by name. Those with a tree wait for tables that are not known yet, or
    /// are written by flows only.
    entries: Vec<OpenDataset>,
    by_name: HashMap<String, usize>,
    flows: Vec<Tree>,
    settings: BTreeMap<FileId, Setting>,
    known: KnownTables,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Resolver<'a> {
    /// Nothing is known yet but what lies outside.
    pub fn new(
        sources: &'a SourceMap,
        author: Author,
        outside: OutsideTables<'_>,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        let (entries, by_name, flows, settings) = Default::default();
        Resolver {
            sources,
            author,
            files: 0,
            entries,
            by_name,
            flows,
            settings,
            known: KnownTables::new(author, outside),
            diagnostics,
        }
    }

    /// Takes files in; a second definition of a name is a fault. `lost` tells that some of their statements do not parse.
    pub fn add(&mut self, files: Vec<Arc<Parsed>>, lost: bool) {
        let first_new = self.entries.len();
        self.known.lost |= lost;
        for file in files {
            self.settings.insert(file.file, Setting::of(&file.statements));
            Tree::all(&file).for_each(|tree| self.announce(tree));
            self.files += 1;
        }
        (first_new..self.entries.len()).for_each(|index| self.judge_early(index));
    }

    /// Notes what a statement defines. A table that lists its columns can be read before its own query is judged.
    fn announce(&mut self, tree: Tree) {
        let statement = tree.statement();
        let setting = self.settings.get(&tree.file()).copied().unwrap_or_default();
        self.diagnostics.extend(rules::forbidden(tree.file(), statement, self.author, setting));
        self.known.declare(&tree);
        if dataset::flow_of(&statement.kind).is_some() {
            self.flows.push(tree.clone());
        }
        let Some((name, kind)) = dataset::defined(&statement.kind) else { return };
        let key = match self.known.names.define(tree.space().qualified(super::names::parts(name))) {
            Ok(key) => key,
            Err(key) => {
                let again = dataset::definition(self.files, &tree, kind, key);
                let first = self.by_name.get(&again.name).and_then(|first| self.entries.get(*first));
                // A script may make a view anew; who knows which of the two a pipeline means?
                let is_doubtful = kind == DatasetKind::View;
                let fault = first.map(|first| twice(&first.definition, &again));
                let author = self.author;
                self.diagnostics.extend(fault.map(|fault| if is_doubtful { author.doubt(fault) } else { fault }));
                return;
            }
        };
        let definition = dataset::definition(self.files, &tree, kind, key);
        if let Some(columns) = table_of(&statement.kind).and_then(declared_of) {
            self.known.learn(definition.name.clone(), Relation::of(columns));
        }
        self.by_name.insert(definition.name.clone(), self.entries.len());
        self.entries.push(OpenDataset { definition, origins: RowOrigins::default(), tree: Some(tree) });
    }

    /// Judges the query of a dataset, unless it has none, or reads a table that is not known.
    fn judge_early(&mut self, index: usize) {
        let Some(OpenDataset { definition, tree: Some(tree), .. }) = self.entries.get_mut(index) else { return };
        let Some(query) = query_of(&tree.statement().kind) else { return };
        let info = infer::analyze_query(query, self.sources.text(tree.file()), &SoFar(&self.known, tree.space()));
        if info.faults.iter().all(|fault| fault.kind != FaultKind::UnknownTable) {
            definition.reads = self.known.reads(&info, tree.space());
            self.settle(index, Some(info), None);
        }
    }

    /// Judges what had to wait, now that all datasets are known.
    pub fn finish(mut self) -> ColumnFindings {
        self.find_reads();
        dataset::order(&mut self.entries, self.diagnostics);
        let waiting = self.entries.iter().filter(|entry| entry.tree.is_some()).map(|entry| &entry.definition.name);
        self.known.pending = waiting.filter(|name| self.known.relation(name).is_none()).cloned().collect();
        let mut changes: HashMap<String, Tree> = HashMap::new();
        for tree in &self.flows {
            if let Some((target, FlowTree::Changes(_))) = dataset::flow_of(&tree.statement().kind)
                && let NameMeaning::Known(key) = self.known.meaning(target, tree.space())
            {
                changes.entry(key.to_owned()).or_insert_with(|| tree.clone());
            }
        }
        let hints = Cell::new(HINTS);
        for index in 0..self.entries.len() {
            let Some(OpenDataset { definition, tree: Some(tree), .. }) = self.entries.get(index) else { continue };
            let query = query_of(&tree.statement().kind);
            let all = All { known: &self.known, space: tree.space(), hints: &hints };
            let info = query.map(|query| infer::analyze_query(query, self.sources.text(tree.file()), &all));
            let changes = changes.get(&definition.name).and_then(|tree| {
                let (_, FlowTree::Changes(cdc)) = dataset::flow_of(&tree.statement().kind)? else { return None };
                Some(cdc_columns(cdc, self.sources.text(tree.file()), &self.known, tree.space()))
            });
            self.settle(index, info, changes);
        }
        ColumnFindings { entries: self.entries, known: self.known, flows: self.flows, settings: self.settings }
    }

    /// Finds what datasets read that had to wait, and what flows read into them.
    fn find_reads(&mut self) {
        let Resolver { entries, by_name, flows, known, sources, .. } = self;
        let reads_of = |query: &Query, tree: &Tree| {
            let info = infer::analyze_query(query, sources.text(tree.file()), &SoFar(known, tree.space()));
            known.reads(&info, tree.space())
        };
        for entry in entries.iter_mut() {
            let Some(tree) = &entry.tree else { continue };
            if let Some(query) = query_of(&tree.statement().kind) {
                entry.definition.reads = reads_of(query, tree);
            }
        }
        for tree in flows.iter() {
            let Some((target, flow)) = dataset::flow_of(&tree.statement().kind) else { continue };
            let NameMeaning::Known(key) = known.meaning(target, tree.space()) else { continue };
            let reads = match flow {
                FlowTree::Insert(insert) => reads_of(&insert.query, tree),
                FlowTree::Changes(AutoCdc { source: CdcSource::Query(query), .. }) => reads_of(query, tree),
                FlowTree::Changes(AutoCdc { source, .. }) => {
                    let name = source.name().map(|name| tree.space().qualified(super::names::parts(name)));
                    name.into_iter().map(|name| known.key_of(name)).collect()
                }
            };
            if let Some(target) = by_name.get(key).and_then(|index| entries.get_mut(*index)) {
                target.definition.reads.extend(reads);
            }
        }
    }

    /// Notes what the query of a dataset, or the changes that fill it, turned out to be, and lets its statement go.
    fn settle(&mut self, index: usize, info: Option<QueryInfo>, changes: Option<Delivered>) {
        let Some(OpenDataset { definition, origins, tree }) = self.entries.get_mut(index) else { return };
        let Some(tree) = tree.take() else { return };
        let (file, statement) = (tree.file(), tree.statement());
        let table = table_of(&statement.kind).filter(|table| !table.columns.is_empty());
        let declared = table.and_then(declared_of);
        if let (Some(table), Some(declared)) = (table, &declared) {
            let delivered = match (&info, &changes) {
                (Some(info), _) => info.columns.iter().map(|output| &output.column).collect(),
                (None, changes) => changes.iter().flat_map(|changes| changes.columns.iter()).collect(),
            };
            let is_open = match (&info, &changes) {
                (Some(info), _) => info.open,
                (None, changes) => changes.as_ref().is_none_or(|changes| changes.open),
            };
            let compared = Compared { written: &table.columns, declared, delivered, is_open };
            compared.judge(definition, self.author, self.sources, self.diagnostics);
        }
        let delivered = info.as_ref().map(|info| Delivered { columns: info.schema(), open: info.open }).or(changes);
        let delivered = delivered.unwrap_or_else(|| Delivered { columns: Arc::default(), open: true });
        let is_listed = table.is_some_and(|table| !table.columns.is_empty());
        definition.open = declared.is_none() && (delivered.open || is_listed);
        definition.columns = declared.unwrap_or(delivered.columns);
        let streaming = info.as_ref().is_some_and(|info| info.streaming);
        definition.streamable = definition.kind == DatasetKind::StreamingTable || streaming;
        if let Some(info) = info {
            let author = self.author;
            self.diagnostics.extend(info.faults.iter().map(|fault| super::fault(author, file, fault)));
            self.diagnostics.extend(repeated_fields(&info, definition.span));
            let renames = matches!(&statement.kind, StatementKind::CreateView(view) if !view.columns.is_empty());
            self.diagnostics.extend(repeated_columns(&info, definition.span).filter(|_| !renames));
            definition.perhaps_streamable = info.perhaps_streaming;
            definition.has_query = true;
            definition.ranks = !info.features.all.windows.is_empty();
            definition.rereads_files =
                info.reads.iter().any(|read| read.function) && allows_overwrites(&statement.kind);
            rules::query(definition, &info, statement, self.author, self.diagnostics);
            origins.query = Some(Queried { file, info: Box::new(info) });
        }
        let text = self.sources.text(file);
        origins.drops = rules::expectations(definition, file, statement, text, self.author, self.diagnostics);
        definition.calls = calls(&statement.kind, &definition.columns, text);
        self.known.learn(definition.name.clone(), definition.relation());
    }
}

/// Columns of one name, which a query can have but no table or view.
fn repeated_columns(info: &QueryInfo, statement: Span) -> impl Iterator<Item = Diagnostic> {
    let mut seen = HashSet::new();
    let names = info.columns.iter().map(|output| output.column.name.as_str());
    names.filter(move |name| !seen.insert(folded(name))).map(move |name| {
        let message = format!("duplicate column `{name}` in the query");
        let fault = Diagnostic::error(codes::COLUMN_MISMATCH, message).at(first_line(statement));
        fault.hint("column names are case-insensitive: remove one, or rename it with `AS`")
    })
}

/// Structs with two fields of one name, which can be made but not be read back.
fn repeated_fields(info: &QueryInfo, statement: Span) -> impl Iterator<Item = Diagnostic> {
    let repeated = info.columns.iter().filter_map(|c| Some((&c.column.name, c.column.ty.repeated_field()?)));
    repeated.map(move |(column, field)| {
        let message = format!("duplicate field `{field}` in the struct in column `{column}`");
        let fault = Diagnostic::error(codes::COLUMN_MISMATCH, message).at(first_line(statement));
        fault.hint("Spark cannot read it back: remove one, or rename it with `AS`")
    })
}

/// The fault of a definition, which is not the first of its name.
fn twice(first: &Definition, again: &Definition) -> Diagnostic {
    let fault = Diagnostic::error(codes::DUPLICATE_DATASET, format!("dataset `{}` is defined twice", first.name));
    fault.at(first_line(again.span)).related(first_line(first.span), "first here")
}

/// The functions that mask the columns of a table and filter its rows, with the types that they are called with.
fn calls(kind: &StatementKind, columns: &[Column], text: &str) -> Vec<FunctionUse> {
    let Some(table) = table_of(kind) else { return vec![] };
    let call = |name: &ObjectName, types| FunctionUse {
        function: last_part(name).into_owned(),
        shown: crate::name_text(name),
        types,
    };
    let ty = |column: &DeclaredColumn| DataType::from_sql(&column.data_type).unwrap_or(DataType::Unknown);
    let masks = table.columns.iter().filter_map(|c| Some(call(&c.mask.as_ref()?.function, vec![ty(c)])));
    let filters = table.row_filter.iter().map(|filter| {
        let place = ExprPlace::row("a row filter");
        let types = filter.on.iter().map(|argument| infer::analyze_expr(argument, text, columns, place).ty);
        call(&filter.function, types.collect())
    });
    masks.chain(filters).collect()
}

impl Definition {
    /// The dataset as a table that queries read.
    fn relation(&self) -> Arc<Relation> {
        let is_view = self.kind == DatasetKind::TemporaryView;
        let open = self.open || self.columns.is_empty();
        Arc::new(Relation {
            columns: self.columns.clone(),
            streaming: is_view && self.streamable,
            perhaps_streaming: is_view && self.perhaps_streamable,
            open,
            ..Relation::default()
        })
    }
}

/// Columns that come into a table.
struct Delivered {
    columns: Arc<[Column]>,
    /// Whether others may come too.
    open: bool,
}

/// What change data capture delivers: the chosen columns of its source, and validity for a history.
fn cdc_columns(cdc: &AutoCdc, text: &str, known: &KnownTables, space: &Namespace) -> Delivered {
    let hints = Cell::new(0);
    let catalog = All { known, space, hints: &hints };
    let (source, open): (Arc<[Column]>, bool) = match &cdc.source {
        CdcSource::Stream(name) | CdcSource::Table(name) => match catalog.relation(name) {
            Some(relation) => (relation.columns.clone(), relation.open),
            None => (Arc::default(), true),
        },
        CdcSource::Query(query) => {
            let info = infer::analyze_query(query, text, &catalog);
            (info.schema(), info.open)
        }
    };
    let is = |names: &[sqlparser::ast::Ident], c: &Column| names.iter().any(|n| is_same_name(&n.value, &c.name));
    let chosen = |c: &&Column| match &cdc.columns {
        None => true,
        Some(ColumnSelection::Only(names)) => is(names, c),
        Some(ColumnSelection::AllExcept(names)) => !is(names, c),
    };
    let mut columns: Vec<Column> = source.iter().filter(chosen).cloned().collect();
    if cdc.stored_as == Some(ScdType::ScdType2) {
        let sequence = source.iter().find(|c| is_same_name(&cdc.sequence_by.to_string(), &c.name));
        let ty = sequence.map_or(DataType::Unknown, |c| c.ty.clone());
        columns.extend(["__START_AT", "__END_AT"].map(|name| Column {
            name: name.into(),
            ty: ty.clone(),
            nullable: true,
        }));
    }
    Delivered { columns: columns.into(), open }
}

/// The columns that a table lists, if it lists any.
pub(super) fn declared_of(table: &TableDefinition) -> Option<Arc<[Column]>> {
    let ty = |c: &DeclaredColumn| DataType::from_sql(&c.data_type).unwrap_or(DataType::Unknown);
    let declared =
        table.columns.iter().map(|c| Column { name: c.name.value.clone(), ty: ty(c), nullable: !c.not_null });
    let is_list = !table.columns.is_empty() && !table.columns.iter().any(is_parameter);
    is_list.then(|| declared.collect())
}

/// Whether what stands for a column is known only when the pipeline runs, and may be many.
fn is_parameter(column: &DeclaredColumn) -> bool {
    column.name.quote_style.is_none() && column.name.value.contains(['$', '{'])
}

/// Declared columns beside those that a query delivers, which must be the same (lakeflow-sql.md, "Streaming tables" and
/// "Materialized views").
struct Compared<'a> {
    written: &'a [DeclaredColumn],
    declared: &'a [Column],
    delivered: Vec<&'a Column>,
    /// Whether others may be delivered too.
    is_open: bool,
}

impl Compared<'_> {
    fn judge(&self, definition: &Definition, author: Author, sources: &SourceMap, diagnostics: &mut Diagnostics) {
        let statement = definition.span;
        let text = sources.text(statement.file);
        let span = |column: &DeclaredColumn| {
            Span::new(statement.file, crate::range_of(text, column.name.span).unwrap_or(0..0))
        };
        // Who wrote `*` over many columns has many names to look through.
        let delivered: HashMap<Cow<'_, str>, &Column> =
            self.delivered.iter().rev().map(|column| (folded(&column.name), *column)).collect();
        let mut hints = 0;
        for (column, written) in self.declared.iter().zip(self.written) {
            let Some(found) = delivered.get(&folded(&column.name)) else {
                if self.is_open || self.delivered.is_empty() {
                    continue;
                }
                hints += 1;
                let near = || did_you_mean(&column.name, self.delivered.iter().map(|d| d.name.as_str()));
                let hint = if hints <= HINTS { near() } else { None };
                let message = format!("column `{}` is declared, but the query does not return it", column.name);
                let fault = Diagnostic::error(codes::COLUMN_MISMATCH, message).at(span(written)).maybe_hint(hint);
                // A streaming table holds NULL in it, and a materialized view may take columns by their position.
                diagnostics.push(author.doubt(fault));
                continue;
            };
            if found.ty != column.ty && !column.ty.can_store(&found.ty) {
                let (name, own, other) = (&column.name, &column.ty, &found.ty);
                let message = format!("column `{name}` is declared as {own}, but the query returns {other}");
                let fault = Diagnostic::error(codes::COLUMN_MISMATCH, message).at(span(written));
                diagnostics.push(author.doubt(fault)); // Lakeflow may cast it
            }
        }
        let declared: HashSet<Cow<'_, str>> = self.declared.iter().map(|column| folded(&column.name)).collect();
        let is_same_count =
            definition.kind == DatasetKind::MaterializedView && self.delivered.len() == self.declared.len();
        for found in self.delivered.iter().filter(|column| !declared.contains(&folded(&column.name))) {
            let message = format!("the query returns column `{}`, which is not declared", found.name);
            let fault = Diagnostic::error(codes::COLUMN_MISMATCH, message).at(first_line(statement));
            diagnostics.push(if is_same_count { author.doubt(fault) } else { fault });
        }
    }
}
