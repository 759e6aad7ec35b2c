//! Datasets of a pipeline: who defines which name, who reads whom, and what columns come out.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use sqlparser::ast::{ObjectName, Query};

use super::columns::Entry;
use super::forms::{Definition, Kind, Parsed};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::lakeflow::ast::{
    AutoCdc, CdcSource, Expectation, FlowBody, InsertFlow, Statement, StatementKind, TableDefinition, TableSource,
};
use crate::lakeflow::folded;
use crate::lakeflow::infer::QueryInfo;
use crate::source::{FileId, Span};

/// A statement that is still needed. Its file is let go with the last of them.
#[derive(Debug, Clone)]
pub struct Tree {
    file: Arc<Parsed>,
    index: usize,
}

impl Tree {
    /// All statements of a file.
    pub fn all(file: &Arc<Parsed>) -> impl Iterator<Item = Tree> {
        (0..file.statements.len()).map(|index| Tree { file: Arc::clone(file), index })
    }

    /// The file.
    pub fn file(&self) -> FileId {
        self.file.file
    }

    /// The statement.
    pub fn statement(&self) -> &Statement {
        &self.file.statements[self.index]
    }
}

/// What is known of a dataset before its query is judged; `file` is the place of its file among all.
pub fn definition(file: usize, tree: &Tree) -> Option<Definition> {
    let statement = tree.statement();
    let (name, kind) = defined(&statement.kind)?;
    Some(Definition {
        name: last_part(name).into_owned(),
        kind,
        span: Span::new(tree.file(), statement.range.clone()),
        place: (file, tree.index),
        private: kind == Kind::TemporaryView || table_of(&statement.kind).is_some_and(|table| table.private),
        reads: BTreeSet::new(),
        columns: Arc::default(),
        streamable: false,
        calls: vec![],
        has_query: false,
        ranks: false,
        rereads_files: false,
    })
}

/// A flow: the table that it writes, and how. The query of a table is judged with the table and is none.
pub fn flow_of(kind: &StatementKind) -> Option<(&ObjectName, &FlowBody)> {
    match kind {
        StatementKind::CreateFlow(flow) => Some((&flow.target, &flow.body)),
        StatementKind::CreateStreamingTable(table) => match &table.source {
            Some(TableSource::Flow(body @ FlowBody::AutoCdc(_))) => Some((&table.table.name, body)),
            _ => None,
        },
        _ => None,
    }
}

/// The datasets that flows write into, each with what the flow reads.
pub fn read_by_flows(
    flows: &[Tree],
    reads_of: impl Fn(&Query, FileId) -> BTreeSet<String>,
) -> Vec<(String, BTreeSet<String>)> {
    let reads_of_flow = |body: &FlowBody, file: FileId| match body {
        FlowBody::Insert(flow) => reads_of(&flow.query, file),
        FlowBody::AutoCdc(cdc) => match &cdc.source {
            CdcSource::Stream(name) => BTreeSet::from([last_part(name).into_owned()]),
            CdcSource::Query(query) => reads_of(query, file),
        },
    };
    let flows = flows.iter().filter_map(|tree| {
        let (target, body) = flow_of(&tree.statement().kind)?;
        Some((last_part(target).into_owned(), reads_of_flow(body, tree.file())))
    });
    flows.collect()
}

/// The first change data capture that writes each table, by the name of the table.
pub fn changes_by_target(flows: &[Tree]) -> HashMap<String, Tree> {
    let mut found = HashMap::new();
    for tree in flows {
        if let Some((target, FlowBody::AutoCdc(_))) = flow_of(&tree.statement().kind) {
            found.entry(last_part(target).into_owned()).or_insert_with(|| tree.clone());
        }
    }
    found
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
            FlowBody::Insert(insert) => writers.inserts.push(insert),
            FlowBody::AutoCdc(changes) => writers.changes = writers.changes.or(Some(changes)),
        }
    }
    found
}

/// A span cut down to what fits under a caret: statements are long.
pub fn first_line(span: Span) -> Span {
    Span { end: span.end.min(span.start + 6), ..span }
}

fn defined(kind: &StatementKind) -> Option<(&ObjectName, Kind)> {
    match kind {
        StatementKind::CreateStreamingTable(t) => Some((&t.table.name, Kind::StreamingTable)),
        StatementKind::CreateMaterializedView(v) => Some((&v.table.name, Kind::MaterializedView)),
        StatementKind::CreateView(v) if v.temporary => Some((&v.name, Kind::TemporaryView)),
        StatementKind::CreateView(v) => Some((&v.name, Kind::View)),
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

/// The tables that a query reads, in lower case.
pub fn tables_of(query: &QueryInfo) -> impl Iterator<Item = String> {
    let tables = query.reads.iter().filter(|read| !read.function);
    tables.filter_map(|read| read.name.last()).map(|name| folded(name).into_owned())
}

/// Puts every dataset after those it reads, otherwise by name. Datasets that read each other in a cycle are a fault; they
/// keep their place.
pub fn order(entries: &mut Vec<Entry>, diagnostics: &mut Diagnostics) {
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
    let mut slots: Vec<Option<Entry>> = std::mem::take(entries).into_iter().map(Some).collect();
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
    let mut fault = Diagnostic::error(Code::DatasetCycle, message);
    for (position, member) in members.iter().enumerate() {
        let span = first_line(member.span);
        fault = if position == 0 { fault.at(span) } else { fault.related(span, "part of the cycle") };
    }
    fault
}
