//! The edges of the graph: from the queries and the change data capture of every dataset.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sqlparser::ast::Expr;

use super::{Edge, Influence, Lineage, Origin, Traced, TracedColumn};
use crate::check::{Definition, Known, Pipeline, PipelineFile, expectations_of, last_part, statement_of};
use crate::lakeflow;
use crate::lakeflow::ast::{
    AutoCdc, CdcSource, ColumnSelection, Expectation, FlowBody, InsertFlow, Statement, StatementKind, StoredAs,
    TableSource, Violation,
};
use crate::lakeflow::infer::{self, Flow, OutputColumn, Place, QueryInfo, TableRead};
use crate::lakeflow::types::Column;
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
    let by_name = pipeline.datasets.iter().map(|d| (d.name.as_str(), d)).collect();
    let tracer = Tracer { by_name, known: &pipeline.known, sources };
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

struct Tracer<'a> {
    by_name: BTreeMap<&'a str, &'a Definition>,
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
        for read in &query.reads {
            let (table, inside) = self.table(read);
            if inside { &mut traced.reads } else { &mut traced.outside }.insert(table);
        }
        let edge = |flow: &Flow| self.edge(query, flow, file);
        for output in &query.columns {
            let own = traced.columns.iter_mut().find(|c| c.name.eq_ignore_ascii_case(&output.column.name));
            if let Some(column) = own {
                column.edges.extend(output.flows.iter().filter_map(edge));
            }
        }
        traced.rows.extend(query.rows.iter().filter_map(edge));
        if query.recursive {
            self.everything(query, file, traced);
        }
    }

    /// What can't be followed may come from every column of every table.
    fn everything(&self, query: &QueryInfo, file: FileId, traced: &mut Traced) {
        for read in &query.reads {
            let (table, inside) = self.table(read);
            for column in read.relation.columns.iter() {
                let from = Origin { table: table.clone(), inside, column: column.name.clone(), field: vec![] };
                let span = Span::new(file, read.range.clone());
                let influence = Influence::Transformation;
                let edge = Edge { from, into: vec![], influence, release: None, span };
                traced.columns.iter_mut().for_each(|c| c.edges.push(edge.clone()));
                traced.rows.push(Edge { influence: Influence::Filter, ..edge });
            }
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

    fn edge(&self, query: &QueryInfo, flow: &Flow, file: FileId) -> Option<Edge> {
        let (read, column) = query.origin(flow.origin)?;
        let (table, inside) = self.table(read);
        let from = Origin { table, inside, column: column.name.clone(), field: flow.from.clone() };
        let span = Span::new(file, flow.range.clone());
        Some(Edge { from, into: flow.into.clone(), influence: flow.influence, release: flow.release, span })
    }

    /// What a read is called, and whether it is a dataset of the pipeline.
    fn table(&self, read: &TableRead) -> (String, bool) {
        if read.function {
            return (read.path.clone().unwrap_or_else(|| read.name.join(".")), false);
        }
        let last = read.name.last().map(|name| name.to_lowercase()).unwrap_or_default();
        match self.by_name.contains_key(last.as_str()) {
            true => (last, true),
            false => (read.name.join("."), false),
        }
    }

    /// AUTO CDC passes columns on as they are; the sequence decides which version stays, a condition which keys do.
    fn changes(&self, changes: &AutoCdc, file: FileId, traced: &mut Traced) {
        let text = self.sources.text(file);
        let Some(source) = self.source_of(changes, file, traced) else { return };
        for column in source.columns.iter().filter(|c| is_chosen(changes.columns.as_ref(), c)) {
            if let Some(own) = traced.columns.iter_mut().find(|c| c.name.eq_ignore_ascii_case(&column.name)) {
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
                let name = last_part(table).into_owned();
                traced.reads.insert(name.clone());
                let columns = self.by_name.get(name.as_str())?.columns.clone();
                let ident = table.0.last().and_then(|part| part.as_ident());
                let range = ident.and_then(|ident| lakeflow::range_of(text, ident.span)).unwrap_or(0..0);
                let span = Span::new(file, range);
                let edge = |column: &Column| {
                    let from = Origin { table: name.clone(), inside: true, column: column.name.clone(), field: vec![] };
                    vec![Edge { from, into: vec![], influence: Influence::Identity, release: None, span }]
                };
                Some(ChangeSource { edges: columns.iter().map(edge).collect(), columns })
            }
            CdcSource::Query(query) => {
                let mut info = infer::analyze_query(query, text, self.known);
                let edges = |column: &OutputColumn| {
                    column.flows.iter().filter_map(|flow| self.edge(&info, flow, file)).collect()
                };
                let source = ChangeSource { edges: info.columns.iter().map(edges).collect(), columns: info.schema() };
                info.columns.clear();
                self.query(&info, file, traced);
                Some(source)
            }
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
        let found = self.columns.iter().zip(&self.edges).find(|(c, _)| c.name.eq_ignore_ascii_case(column));
        found.into_iter().flat_map(|(_, edges)| edges).cloned().map(move |edge| Edge {
            influence: edge.influence.then(step),
            release: edge.release.filter(|_| step.is_direct()),
            span: span.unwrap_or(edge.span),
            ..edge
        })
    }
}

fn is_chosen(selection: Option<&ColumnSelection>, column: &Column) -> bool {
    let named = |names: &[sqlparser::ast::Ident]| names.iter().any(|n| n.value.eq_ignore_ascii_case(&column.name));
    match selection {
        None => true,
        Some(ColumnSelection::Only(names)) => named(names),
        Some(ColumnSelection::AllExcept(names)) => !named(names),
    }
}
