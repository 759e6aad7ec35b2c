//! The edges of the graph: from the queries and the change data capture of every dataset.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use sqlparser::ast::Expr;

use super::{Edge, Influence, Lineage, Origin, Traced, TracedColumn};
use crate::check::{Definition, Known, Pipeline, PipelineFile, expectations_of, last_part, statement_of};
use crate::lakeflow::ast::{
    AutoCdc, CdcSource, ColumnSelection, Expectation, FlowBody, InsertFlow, Statement, StatementKind, StoredAs,
    TableSource, Violation,
};
use crate::lakeflow::infer::{self, Flow, OutputColumn, Place, QueryInfo, TableRead};
use crate::lakeflow::is_same_name;
use crate::lakeflow::types::Column;
use crate::lakeflow::{self, folded};
use crate::source::{FileId, SourceMap, Span};

/// The columns in which AUTO CDC keeps from when to when a version of a row holds.
const VALIDITY: [&str; 2] = ["__START_AT", "__END_AT"];

/// What writes into a dataset besides its own query.
enum Writer<'a> {
    Insert(&'a InsertFlow),
    Changes(&'a AutoCdc),
}

/// Finds where every column of a pipeline comes from. The pipeline must be without faults; what is at fault has no edges.
pub fn trace(pipeline: &Pipeline, sources: &SourceMap) -> Lineage {
    let names = pipeline.datasets.iter().enumerate().map(|(index, d)| {
        let table = Table { name: d.name.as_str().into(), dataset: Some(index) };
        (d.name.as_str(), table)
    });
    let tracer = Tracer { datasets: &pipeline.datasets, by_name: names.collect(), known: &pipeline.known, sources };
    let writers = writers(&pipeline.files);
    let traced = pipeline.datasets.iter().map(|definition| {
        let own = writers.get(&definition.name).map_or(&[][..], Vec::as_slice);
        tracer.dataset(definition, own, &pipeline.files)
    });
    Lineage::of(traced.collect())
}

/// All flows by the dataset that they write into.
fn writers(files: &[PipelineFile]) -> BTreeMap<String, Vec<(FileId, Writer<'_>)>> {
    let mut found: BTreeMap<String, Vec<(FileId, Writer<'_>)>> = BTreeMap::new();
    for file in files {
        for statement in &file.statements {
            let (target, body) = match &statement.kind {
                StatementKind::CreateFlow(flow) => (&flow.target, &flow.body),
                StatementKind::CreateStreamingTable(table) => match &table.source {
                    Some(TableSource::Flow(body @ FlowBody::AutoCdc(_))) => (&table.table.name, body),
                    _ => continue,
                },
                _ => continue,
            };
            let writer = match body {
                FlowBody::Insert(insert) => Writer::Insert(insert),
                FlowBody::AutoCdc(changes) => Writer::Changes(changes),
            };
            found.entry(last_part(target).into_owned()).or_default().push((file.file, writer));
        }
    }
    found
}

/// What is read, by the name that edges bear, and its place if it is a dataset of the pipeline.
#[derive(Clone)]
struct Table {
    name: Arc<str>,
    dataset: Option<usize>,
}

impl Table {
    fn origin(&self, column: &str, field: &[String]) -> Origin {
        let Table { name, dataset } = self.clone();
        Origin { table: name, dataset, column: column.to_owned(), field: field.to_vec() }
    }
}

struct Tracer<'a> {
    datasets: &'a [Definition],
    by_name: HashMap<&'a str, Table>,
    known: &'a Known,
    sources: &'a SourceMap,
}

impl Tracer<'_> {
    fn dataset(&self, definition: &Definition, writers: &[(FileId, Writer<'_>)], files: &[PipelineFile]) -> Traced {
        let (file, statement) = statement_of(definition, files);
        let start = statement.range.start;
        let columns = definition.columns.iter().map(|c| TracedColumn { name: c.name.clone(), edges: vec![] });
        let mut traced = Traced {
            name: definition.name.clone(),
            span: Span::new(file, start..(start + "CREATE".len()).min(statement.range.end)),
            columns: columns.collect(),
            rows: vec![],
            reads: BTreeSet::new(),
            outside: BTreeSet::new(),
        };
        if let Some(query) = &definition.query {
            self.query(query, file, &mut traced);
        }
        for (file, writer) in writers {
            match writer {
                Writer::Insert(insert) => {
                    let text = self.sources.text(*file);
                    self.query(&infer::analyze_query(&insert.query, text, self.known), *file, &mut traced);
                }
                Writer::Changes(changes) => self.changes(changes, *file, &mut traced),
            }
        }
        self.expectations(statement, &definition.columns, file, &mut traced);
        traced
    }

    fn query(&self, query: &QueryInfo, file: FileId, traced: &mut Traced) {
        let tables = self.tables(query);
        for table in &tables {
            let names = if table.dataset.is_some() { &mut traced.reads } else { &mut traced.outside };
            names.insert(table.name.clone());
        }
        let edge = |flow: &Flow| edge(query, &tables, flow, file);
        for output in &query.columns {
            let own = traced.columns.iter_mut().find(|c| is_same_name(&c.name, &output.column.name));
            if let Some(column) = own {
                column.edges.extend(output.flows.iter().filter_map(edge));
            }
        }
        traced.rows.extend(query.rows.iter().filter_map(edge));
        if query.recursive {
            everything(query, &tables, file, traced);
        }
    }

    /// An expectation that drops rows filters by the columns it names, and so by what those come from.
    fn expectations(&self, statement: &Statement, columns: &[Column], file: FileId, traced: &mut Traced) {
        let drops = |e: &&Expectation| e.on_violation == Some(Violation::DropRow);
        for expectation in expectations_of(&statement.kind).iter().filter(drops) {
            let place = Place::row("an expectation");
            let info = infer::analyze_condition(&expectation.predicate, self.sources.text(file), columns, place);
            for used in &info.columns {
                let column = used.resolved.as_deref().and_then(|name| traced.column(name));
                let edges = column.map(|c| c.edges.clone()).unwrap_or_default();
                let span = Span::new(file, used.range.clone());
                let filters = |edge: Edge| Edge { influence: Influence::Filter, release: None, span, ..edge };
                traced.rows.extend(edges.into_iter().map(filters));
            }
        }
    }

    /// What a query reads, in the order of its reads.
    fn tables(&self, query: &QueryInfo) -> Vec<Table> {
        query.reads.iter().map(|read| self.table(read)).collect()
    }

    fn table(&self, read: &TableRead) -> Table {
        let outside = |name: String| Table { name: name.into(), dataset: None };
        if read.function {
            return outside(read.path.clone().unwrap_or_else(|| read.name.join(".")));
        }
        let last = read.name.last().map_or("", String::as_str);
        self.by_name.get(&*folded(last)).cloned().unwrap_or_else(|| outside(read.name.join(".")))
    }

    /// AUTO CDC passes columns on as they are; the sequence decides which version stays, a condition which keys do.
    fn changes(&self, changes: &AutoCdc, file: FileId, traced: &mut Traced) {
        let text = self.sources.text(file);
        let Some(source) = self.source_of(changes, file, traced) else { return };
        for column in source.columns.iter().filter(|c| is_chosen(changes.columns.as_ref(), c)) {
            if let Some(own) = traced.columns.iter_mut().find(|c| is_same_name(&c.name, &column.name)) {
                own.edges.extend(source.edges(&column.name, Influence::Identity, None));
            }
        }
        let used = |expr: &Expr| {
            let info = infer::analyze_expr(expr, text, &*source.columns, Place::row("AUTO CDC"));
            info.columns.into_iter().filter_map(|c| Some((c.resolved?, Span::new(file, c.range))))
        };
        for (column, span) in used(&changes.sequence_by) {
            traced.rows.extend(source.edges(&column, Influence::Sort, Some(span)));
            if changes.stored_as == Some(StoredAs::ScdType2) {
                let validity = traced.columns.iter_mut().filter(|c| VALIDITY.contains(&c.name.as_str()));
                validity.for_each(|c| c.edges.extend(source.edges(&column, Influence::Transformation, Some(span))));
            }
        }
        for condition in changes.apply_as_delete.iter().chain(&changes.apply_as_truncate) {
            for (column, span) in used(condition) {
                traced.rows.extend(source.edges(&column, Influence::Filter, Some(span)));
            }
        }
    }

    /// What changes are read from, noted as read; `None` when it is no dataset of the pipeline.
    fn source_of(&self, changes: &AutoCdc, file: FileId, traced: &mut Traced) -> Option<ChangeSource> {
        let text = self.sources.text(file);
        match &changes.source {
            CdcSource::Stream(table) => {
                let name = last_part(table);
                let Some(read) = self.by_name.get(&*name) else {
                    traced.reads.insert(name.into());
                    return None;
                };
                traced.reads.insert(read.name.clone());
                let columns = self.datasets.get(read.dataset?)?.columns.clone();
                let ident = table.0.last().and_then(|part| part.as_ident());
                let range = ident.and_then(|ident| lakeflow::range_of(text, ident.span)).unwrap_or(0..0);
                let span = Span::new(file, range);
                let edge = |column: &Column| {
                    let from = read.origin(&column.name, &[]);
                    vec![Edge { from, into: vec![], influence: Influence::Identity, release: None, span }]
                };
                Some(ChangeSource { edges: columns.iter().map(edge).collect(), columns })
            }
            CdcSource::Query(query) => {
                let mut info = infer::analyze_query(query, text, self.known);
                let tables = self.tables(&info);
                let edges = |column: &OutputColumn| {
                    column.flows.iter().filter_map(|flow| edge(&info, &tables, flow, file)).collect()
                };
                let source = ChangeSource { edges: info.columns.iter().map(edges).collect(), columns: info.schema() };
                info.columns.clear();
                self.query(&info, file, traced);
                Some(source)
            }
        }
    }
}

/// The edge of a flow; `tables` are the reads of the query.
fn edge(query: &QueryInfo, tables: &[Table], flow: &Flow, file: FileId) -> Option<Edge> {
    let (_, column) = query.origin(flow.origin)?;
    let from = tables.get(flow.origin.read)?.origin(&column.name, &flow.from);
    let span = Span::new(file, flow.range.clone());
    Some(Edge { from, into: flow.into.clone(), influence: flow.influence, release: flow.release, span })
}

/// What can't be followed may come from every column of every table.
fn everything(query: &QueryInfo, tables: &[Table], file: FileId, traced: &mut Traced) {
    for (read, table) in query.reads.iter().zip(tables) {
        for column in read.relation.columns.iter() {
            let (from, span) = (table.origin(&column.name, &[]), Span::new(file, read.range.clone()));
            let edge = Edge { from, into: vec![], influence: Influence::Transformation, release: None, span };
            traced.columns.iter_mut().for_each(|c| c.edges.push(edge.clone()));
            traced.rows.push(Edge { influence: Influence::Filter, ..edge });
        }
    }
}

/// The columns of changes, and where each comes from.
struct ChangeSource {
    columns: Arc<[Column]>,
    edges: Vec<Vec<Edge>>,
}

impl ChangeSource {
    /// The edges of what is made of a column, at `span` if it is named there.
    fn edges(&self, column: &str, step: Influence, span: Option<Span>) -> impl Iterator<Item = Edge> {
        let found = self.columns.iter().zip(&self.edges).find(|(c, _)| is_same_name(&c.name, column));
        found.into_iter().flat_map(|(_, edges)| edges).cloned().map(move |edge| Edge {
            influence: edge.influence.then(step),
            release: edge.release.filter(|_| step.is_direct()),
            span: span.unwrap_or(edge.span),
            ..edge
        })
    }
}

fn is_chosen(selection: Option<&ColumnSelection>, column: &Column) -> bool {
    let named = |names: &[sqlparser::ast::Ident]| names.iter().any(|n| is_same_name(&n.value, &column.name));
    match selection {
        None => true,
        Some(ColumnSelection::Only(names)) => named(names),
        Some(ColumnSelection::AllExcept(names)) => !named(names),
    }
}
