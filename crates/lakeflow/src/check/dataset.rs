//! Datasets of a pipeline: which statement defines which name, which dataset reads which, and their columns.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sqlparser::ast::{ObjectName, Query};

use super::columns::OpenDataset;
use super::forms::{DatasetKind, Definition, Parsed};
use super::names::Namespace;
use crate::ast::{AutoCdc, Expectation, FlowBody, InsertFlow, Statement, StatementKind, TableDefinition, TableSource};
use crate::codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::folded;
use crate::source::{FileId, Span};

/// A statement that is still needed. Its file is let go with the last of them.
#[derive(Debug, Clone)]
pub struct Tree {
    file: Arc<Parsed>,
    index: usize,
    space: Arc<Namespace>,
}

impl Tree {
    /// All statements of a file.
    pub fn all(file: &Arc<Parsed>) -> impl Iterator<Item = Tree> {
        let mut space = Arc::<Namespace>::default();
        file.statements.iter().enumerate().map(move |(index, statement)| {
            space = space.after(&statement.kind);
            Tree { file: Arc::clone(file), index, space: Arc::clone(&space) }
        })
    }

    /// The catalog and the schema in which it stands.
    pub fn space(&self) -> &Namespace {
        &self.space
    }

    /// File that the statement's range counts in.
    pub fn file(&self) -> FileId {
        self.file.file
    }

    /// The statement, which its file holds.
    pub fn statement(&self) -> &Statement {
        &self.file.statements[self.index]
    }
}

/// What is known of a dataset before its query is judged; `file` is the place of its file among all, `name` its key.
pub fn definition(file: usize, tree: &Tree, kind: DatasetKind, name: String) -> Definition {
    let statement = tree.statement();
    Definition {
        name,
        kind,
        span: Span::new(tree.file(), statement.range.clone()),
        place: (file, tree.index),
        private: kind == DatasetKind::TemporaryView || table_of(&statement.kind).is_some_and(|table| table.private),
        reads: Default::default(),
        columns: Arc::default(),
        open: true,
        streamable: false,
        perhaps_streamable: false,
        calls: vec![],
        has_query: false,
        ranks: false,
        rereads_files: false,
    }
}

/// What a flow does, as it was written.
#[derive(Debug, Clone, Copy)]
pub enum FlowTree<'a> {
    /// Rows of a query.
    Insert(&'a InsertFlow),
    /// Change data capture, in the old spelling too.
    Changes(&'a AutoCdc),
}

impl<'a> From<&'a FlowBody> for FlowTree<'a> {
    fn from(body: &'a FlowBody) -> Self {
        match body {
            FlowBody::Insert(insert) => FlowTree::Insert(insert),
            FlowBody::AutoCdc(cdc) => FlowTree::Changes(cdc),
        }
    }
}

/// A flow: the table that it writes, and how. The query of a table is judged with the table and is none.
pub fn flow_of(kind: &StatementKind) -> Option<(&ObjectName, FlowTree<'_>)> {
    match kind {
        StatementKind::CreateFlow(flow) => Some((&flow.target, FlowTree::from(&flow.body))),
        StatementKind::ApplyChanges(apply) => Some((&apply.target, FlowTree::Changes(&apply.cdc))),
        StatementKind::CreateStreamingTable(table) => match &table.source {
            Some(TableSource::Flow(FlowBody::AutoCdc(cdc))) => Some((&table.table.name, FlowTree::Changes(cdc))),
            _ => None,
        },
        _ => None,
    }
}

/// What writes into a table besides its own query, as trees.
#[derive(Debug, Default)]
pub struct Writers<'a> {
    /// Its first change data capture.
    pub changes: Option<&'a AutoCdc>,
    /// The flows that append to it, in the order of the files.
    pub inserts: Vec<&'a InsertFlow>,
}

/// What writes into each table, by its name in lower case.
pub fn writers(files: &[Arc<Parsed>]) -> BTreeMap<String, Writers<'_>> {
    let mut found: BTreeMap<String, Writers<'_>> = BTreeMap::new();
    let statements = files.iter().flat_map(|file| &file.statements);
    for (target, body) in statements.filter_map(|statement| flow_of(&statement.kind)) {
        let writers = found.entry(last_part(target).into_owned()).or_default();
        match body {
            FlowTree::Insert(insert) => writers.inserts.push(insert),
            FlowTree::Changes(changes) => writers.changes = writers.changes.or(Some(changes)),
        }
    }
    found
}

/// A span cut down to what fits under a caret: statements are long.
pub fn first_line(span: Span) -> Span {
    Span { end: span.end.min(span.start + 6), ..span }
}

/// The dataset that a statement defines. What the old `LIVE VIEW` shows stays in the pipeline.
pub fn defined(kind: &StatementKind) -> Option<(&ObjectName, DatasetKind)> {
    match kind {
        StatementKind::CreateStreamingTable(t) => Some((&t.table.name, DatasetKind::StreamingTable)),
        StatementKind::CreateMaterializedView(v) => Some((&v.table.name, DatasetKind::MaterializedView)),
        StatementKind::CreateView(v) if v.temporary || v.live => Some((&v.name, DatasetKind::TemporaryView)),
        StatementKind::CreateView(v) => Some((&v.name, DatasetKind::View)),
        _ => None,
    }
}

/// The query that a statement holds.
pub fn query_of(kind: &StatementKind) -> Option<&Query> {
    match kind {
        StatementKind::CreateStreamingTable(t) => match t.source.as_ref()? {
            TableSource::Query(query) => Some(query),
            TableSource::Flow(FlowBody::Insert(flow)) => Some(&flow.query),
            TableSource::Flow(FlowBody::AutoCdc(_)) => None,
        },
        StatementKind::CreateMaterializedView(v) => Some(&v.query),
        StatementKind::CreateView(v) => Some(&v.query),
        _ => None,
    }
}

/// The table definition of a statement that has one.
pub fn table_of(kind: &StatementKind) -> Option<&TableDefinition> {
    match kind {
        StatementKind::CreateStreamingTable(t) => Some(&t.table),
        StatementKind::CreateMaterializedView(v) => Some(&v.table),
        _ => None,
    }
}

/// The expectations of a statement.
pub fn expectations_of(kind: &StatementKind) -> &[Expectation] {
    match kind {
        StatementKind::CreateView(v) => &v.expectations,
        other => table_of(other).map_or(&[], |t| &t.expectations),
    }
}

/// The last part of a name, in lower case: datasets of one pipeline are known by it.
pub fn last_part(name: &ObjectName) -> Cow<'_, str> {
    let last = name.0.last().and_then(|part| part.as_ident());
    last.map_or(Cow::Borrowed(""), |ident| folded(&ident.value))
}

/// Puts every dataset after those it reads, otherwise by name. Datasets that read each other in a cycle are a fault; they
/// keep their place.
pub fn order(entries: &mut Vec<OpenDataset>, diagnostics: &mut Diagnostics) {
    entries.sort_by(|a, b| a.definition.name.cmp(&b.definition.name));
    let definitions: Vec<&Definition> = entries.iter().map(|entry| &entry.definition).collect();
    let index: HashMap<&str, usize> = definitions.iter().enumerate().map(|(i, d)| (d.name.as_str(), i)).collect();
    let mut graph = petgraph::Graph::<(), (), petgraph::Directed, usize>::default();
    for _ in definitions.iter() {
        graph.add_node(());
    }
    for (reader, definition) in definitions.iter().enumerate() {
        // The last edge of a node comes first, and names are to come in order.
        for read in definition.reads.iter().rev().filter_map(|name| index.get(name.as_str())) {
            graph.add_edge(reader.into(), (*read).into(), ());
        }
    }
    // Components come with the dependencies first: an edge leads from the reader to what it reads.
    let components = petgraph::algo::tarjan_scc(&graph);
    for component in &components {
        let is_cycle = component.len() > 1 || component.iter().any(|i| graph.contains_edge(*i, *i));
        if is_cycle {
            diagnostics.push(cycle(component.iter().filter_map(|i| definitions.get(i.index()).copied())));
        }
    }
    let mut slots: Vec<Option<OpenDataset>> = std::mem::take(entries).into_iter().map(Some).collect();
    entries.extend(components.into_iter().flatten().filter_map(|i| slots.get_mut(i.index()).and_then(Option::take)));
}

fn cycle<'a>(members: impl Iterator<Item = &'a Definition>) -> Diagnostic {
    let mut members: Vec<&Definition> = members.collect();
    members.sort_by(|a, b| a.name.cmp(&b.name));
    let names: Vec<&str> = members.iter().map(|d| d.name.as_str()).collect();
    let message = match names.as_slice() {
        [only] => format!("dataset `{only}` reads itself"),
        several => format!("datasets `{}` read each other in a cycle", several.join("`, `")),
    };
    let mut fault = Diagnostic::error(codes::DATASET_CYCLE, message);
    for (position, member) in members.iter().enumerate() {
        let span = first_line(member.span);
        fault = if position == 0 { fault.at(span) } else { fault.related(span, "part of the cycle") };
    }
    fault
}
