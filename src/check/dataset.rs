//! Datasets of a pipeline: who defines which name, who reads whom, and what columns come out.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use sqlparser::ast::{ObjectName, Query};

use super::PipelineFile;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::lakeflow::ast::{
    AutoCdc, CdcSource, CreateStreamingTable, Expectation, FlowBody, InsertFlow, Statement, StatementKind,
    TableDefinition, TableSource,
};
use crate::lakeflow::infer::QueryInfo;
use crate::lakeflow::{folded, types::Column};
use crate::source::{FileId, Span};

/// What a dataset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `CREATE STREAMING TABLE`.
    StreamingTable,
    /// `CREATE MATERIALIZED VIEW`.
    MaterializedView,
    /// `CREATE TEMPORARY VIEW`, or a private one.
    TemporaryView,
    /// `CREATE VIEW`.
    View,
}

impl Kind {
    /// What Lakeflow calls it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::StreamingTable => "streaming table",
            Kind::MaterializedView => "materialized view",
            Kind::TemporaryView => "temporary view",
            Kind::View => "view",
        }
    }
}

/// A dataset with what is known of it.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Last part of its name, in lower case.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Where it is defined: index of the file and of the statement in it.
    pub place: (usize, usize),
    /// Datasets it reads, itself or through flows into it, in lower case.
    pub reads: BTreeSet<String>,
    /// Columns, as far as they are known.
    pub columns: Arc<[Column]>,
    /// Whether its rows are a stream when it is read with `STREAM`.
    pub streamable: bool,
    /// What its query is made of; `None` for a table that only flows write.
    pub query: Option<QueryInfo>,
    /// Whether its query reads files once more when they are overwritten.
    pub rereads_files: bool,
}

/// The definitions that a file holds; `index` is its place among the files.
pub fn definitions(index: usize, file: &PipelineFile) -> Vec<Definition> {
    let definition = |(place, statement): (usize, &Statement)| {
        let (name, kind) = defined(&statement.kind)?;
        Some(Definition {
            name: last_part(name).into_owned(),
            kind,
            place: (index, place),
            reads: BTreeSet::new(),
            columns: Arc::default(),
            streamable: false,
            query: None,
            rereads_files: false,
        })
    };
    file.statements.iter().enumerate().filter_map(definition).collect()
}

/// The datasets that flows write into, each with what the flow reads.
pub fn read_by_flows(
    files: &[PipelineFile],
    reads_of: impl Fn(&Query, FileId) -> BTreeSet<String>,
) -> Vec<(String, BTreeSet<String>)> {
    let reads_of_flow = |body: &FlowBody, file: FileId| match body {
        FlowBody::Insert(flow) => reads_of(&flow.query, file),
        FlowBody::AutoCdc(cdc) => match &cdc.source {
            CdcSource::Stream(name) => BTreeSet::from([last_part(name).into_owned()]),
            CdcSource::Query(query) => reads_of(query, file),
        },
    };
    let flows = statements(files).filter_map(|(_, _, file, statement)| {
        let (target, body) = match &statement.kind {
            StatementKind::CreateFlow(flow) => (&flow.target, &flow.body),
            StatementKind::CreateStreamingTable(table) => match &table.source {
                // A query of its own is judged with the table.
                Some(TableSource::Flow(body @ FlowBody::AutoCdc(_))) => (&table.table.name, body),
                _ => return None,
            },
            _ => return None,
        };
        Some((last_part(target).into_owned(), reads_of_flow(body, file.file)))
    });
    flows.collect()
}

/// All statements with the index of their file and their own.
pub fn statements(files: &[PipelineFile]) -> impl Iterator<Item = (usize, usize, &PipelineFile, &Statement)> {
    files
        .iter()
        .enumerate()
        .flat_map(|(f, file)| file.statements.iter().enumerate().map(move |(s, st)| (f, s, file, st)))
}

/// The statement of a definition with its file.
pub fn statement_of<'a>(definition: &Definition, files: &'a [PipelineFile]) -> (FileId, &'a Statement) {
    let file = &files[definition.place.0];
    (file.file, &file.statements[definition.place.1])
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

/// The change data capture that fills a table in its own statement.
pub fn inline_cdc(table: &CreateStreamingTable) -> Option<&AutoCdc> {
    match table.source.as_ref()? {
        TableSource::Flow(FlowBody::AutoCdc(cdc)) => Some(cdc),
        _ => None,
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
pub fn order(definitions: &mut Vec<Definition>, files: &[PipelineFile], diagnostics: &mut Diagnostics) {
    definitions.sort_by(|a, b| a.name.cmp(&b.name));
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
            diagnostics.push(cycle(component.iter().filter_map(|i| definitions.get(i.index())), files));
        }
    }
    let mut slots: Vec<Option<Definition>> = std::mem::take(definitions).into_iter().map(Some).collect();
    definitions
        .extend(components.into_iter().flatten().filter_map(|i| slots.get_mut(i.index()).and_then(Option::take)));
}

fn cycle<'a>(members: impl Iterator<Item = &'a Definition>, files: &[PipelineFile]) -> Diagnostic {
    let mut members: Vec<&Definition> = members.collect();
    members.sort_by(|a, b| a.name.cmp(&b.name));
    let names: Vec<&str> = members.iter().map(|d| d.name.as_str()).collect();
    let message = match names.as_slice() {
        [only] => format!("dataset `{only}` reads itself"),
        several => format!("datasets `{}` read each other in a cycle", several.join("`, `")),
    };
    let mut fault = Diagnostic::error(Code::DatasetCycle, message);
    for (position, member) in members.iter().enumerate() {
        let (file, statement) = statement_of(member, files);
        let span = first_line(Span::new(file, statement.range.clone()));
        fault = if position == 0 { fault.at(span) } else { fault.related(span, "part of the cycle") };
    }
    fault
}

/// The flows that append to a table, in the order of the files.
pub fn inserts_into<'a>(name: &'a str, files: &'a [PipelineFile]) -> impl Iterator<Item = &'a InsertFlow> {
    statements(files).filter_map(move |(_, _, _, statement)| match &statement.kind {
        StatementKind::CreateFlow(flow) if last_part(&flow.target) == name => match &flow.body {
            FlowBody::Insert(insert) => Some(insert),
            FlowBody::AutoCdc(_) => None,
        },
        _ => None,
    })
}

/// The change data capture that a statement holds, in a flow or in the definition of a table, and the table that it writes.
pub fn cdc_of(kind: &StatementKind) -> Option<(&ObjectName, &AutoCdc)> {
    match kind {
        StatementKind::CreateStreamingTable(table) => Some((&table.table.name, inline_cdc(table)?)),
        StatementKind::CreateFlow(flow) => match &flow.body {
            FlowBody::AutoCdc(cdc) => Some((&flow.target, cdc)),
            FlowBody::Insert(_) => None,
        },
        _ => None,
    }
}

/// The change data capture that writes each table, with its file, by the name of the table.
pub fn cdc_by_target(files: &[PipelineFile]) -> BTreeMap<String, (FileId, &AutoCdc)> {
    let mut found = BTreeMap::new();
    for (_, _, file, statement) in statements(files) {
        if let Some((target, cdc)) = cdc_of(&statement.kind) {
            found.entry(last_part(target).into_owned()).or_insert((file.file, cdc));
        }
    }
    found
}

/// The same as places: indices of the file and of the statement in it.
pub fn cdc_places(files: &[PipelineFile]) -> HashMap<String, (usize, usize)> {
    let mut found = HashMap::new();
    for (file, index, _, statement) in statements(files) {
        if let Some((target, _)) = cdc_of(&statement.kind) {
            found.entry(last_part(target).into_owned()).or_insert((file, index));
        }
    }
    found
}
