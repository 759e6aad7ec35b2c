//! The edges of the graph: from the queries and the change data capture of every dataset.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use lakeflow::ast::ColumnSelection;
use lakeflow::check::{ChangeSource, Changes, Definition, NamedColumn, Queried, RowOrigins, WritingFlow};
use lakeflow::infer::{Flow, OutputColumn, TableRead};
use lakeflow::source::Span;
use lakeflow::types::Column;
use lakeflow::{NameIndex, folded, is_same_name};

use super::{ColumnOrigin, Dependence, Edge, Influence, Lineage, Traced, TracedColumn};

/// The columns in which AUTO CDC keeps from when to when a version of a row holds.
const VALIDITY: [&str; 2] = ["__START_AT", "__END_AT"];

/// Finds where every column of a pipeline comes from. The pipeline must be without faults; what is at fault has no edges.
/// What was found out about queries has told all that is asked of it then, and is let go as it is followed.
pub fn trace(datasets: &[Definition], origins: Vec<RowOrigins>, outside: &BTreeSet<String>) -> Lineage {
    let table = |(index, d): (usize, &Definition)| EdgeTable { name: d.name.as_str().into(), dataset: Some(index) };
    let tables = datasets.iter().enumerate().map(table);
    let names = |d: &Definition| d.columns.iter().map(|column| column.name.as_str().into()).collect();
    let tracer = Tracer {
        datasets,
        outside,
        by_name: datasets.iter().map(|d| d.name.as_str()).zip(tables).collect(),
        columns: datasets.iter().map(names).collect(),
    };
    let traced = datasets.iter().zip(origins);
    Lineage::of(traced.map(|(definition, origins)| tracer.dataset(definition, &origins)).collect())
}

/// What is read, by the name that edges bear, and its place if it is a dataset of the pipeline.
#[derive(Clone)]
struct EdgeTable {
    name: Arc<str>,
    dataset: Option<usize>,
}

impl EdgeTable {
    fn origin(&self, column: Arc<str>, field: &[String]) -> ColumnOrigin {
        let EdgeTable { name, dataset } = self.clone();
        ColumnOrigin { table: name, dataset, column, field: field.to_vec() }
    }
}

struct Tracer<'a> {
    datasets: &'a [Definition],
    /// Tables outside of the pipeline, by their names in lower case.
    outside: &'a BTreeSet<String>,
    by_name: HashMap<&'a str, EdgeTable>,
    /// The names of the columns of each dataset: all edges share them.
    columns: Vec<Vec<Arc<str>>>,
}

impl Tracer<'_> {
    /// The name of the column at a place of a table.
    fn name(&self, table: &EdgeTable, index: usize, column: &Column) -> Arc<str> {
        let known = table.dataset.and_then(|dataset| self.columns.get(dataset)?.get(index));
        known.filter(|name| ***name == *column.name).cloned().unwrap_or_else(|| column.name.as_str().into())
    }

    /// The edge of a flow; `tables` are the reads of the query.
    fn edge(&self, query: &Queried, tables: &[EdgeTable], flow: &Flow) -> Option<Edge> {
        let (_, column) = query.info.origin(flow.origin)?;
        let table = tables.get(flow.origin.read)?;
        let from = table.origin(self.name(table, flow.origin.column, column), &flow.from);
        let span = Span::new(query.file, flow.range.clone());
        Some(Edge {
            from,
            into: flow.into.clone(),
            influence: flow.influence,
            release: flow.release,
            hold: flow.hold,
            span,
        })
    }

    fn dataset(&self, definition: &Definition, origins: &RowOrigins) -> Traced {
        let Span { file, start, end } = definition.span;
        let word = u32::try_from("CREATE".len()).unwrap_or_default();
        let columns = definition.columns.iter().map(|c| TracedColumn { name: c.name.clone(), edges: vec![] });
        let mut traced = Traced {
            name: definition.name.clone(),
            span: Span { file, start, end: end.min(start + word) },
            columns: columns.collect(),
            rows: vec![],
            reads: BTreeSet::new(),
            outside: BTreeSet::new(),
        };
        if let Some(query) = &origins.query {
            self.query(query, &mut traced);
        }
        for writer in &origins.writers {
            match writer {
                WritingFlow::Insert(query) => self.query(query, &mut traced),
                WritingFlow::Changes(changes) => self.changes(changes, &mut traced),
            }
        }
        if origins.writers.len() + usize::from(origins.query.is_some()) > 1 {
            // Values of one flow stand between those of another.
            let edges = traced.columns.iter_mut().flat_map(|column| &mut column.edges);
            edges.for_each(|edge| edge.hold = edge.hold.max(Dependence::Total));
        }
        drops(&origins.drops, &mut traced);
        traced
    }

    fn query(&self, query: &Queried, traced: &mut Traced) {
        self.rows(query, traced);
        let tables = self.tables(query);
        let edge = |flow: &Flow| self.edge(query, &tables, flow);
        let places: NameIndex = traced.columns.iter().map(|column| &*column.name).collect();
        for output in &query.info.columns {
            let own = places.place(&output.column.name).and_then(|place| traced.columns.get_mut(place));
            if let Some(column) = own {
                column.edges.extend(output.flows.iter().filter_map(edge));
            }
        }
    }

    /// What a query reads, and what decides its rows.
    fn rows(&self, query: &Queried, traced: &mut Traced) {
        let tables = self.tables(query);
        for table in &tables {
            let names = if table.dataset.is_some() { &mut traced.reads } else { &mut traced.outside };
            names.insert(table.name.clone());
        }
        traced.rows.extend(query.info.rows.iter().filter_map(|flow| self.edge(query, &tables, flow)));
        if query.info.recursive {
            everything(query, &tables, traced);
        }
    }

    /// What a query reads, in the order of its reads.
    fn tables(&self, query: &Queried) -> Vec<EdgeTable> {
        query.info.reads.iter().map(|read| self.table(read)).collect()
    }

    fn table(&self, read: &TableRead) -> EdgeTable {
        let outside = |name: String| EdgeTable { name: name.into(), dataset: None };
        if read.function {
            return outside(read.path.clone().unwrap_or_else(|| read.name.join(".")));
        }
        let name = folded(&read.name.join(".")).into_owned();
        if self.outside.contains(&name) {
            return outside(name);
        }
        let last = read.name.last().map_or("", String::as_str);
        self.by_name.get(&*folded(last)).cloned().unwrap_or_else(|| outside(read.name.join(".")))
    }

    /// AUTO CDC passes columns on as they are; the sequence decides which version stays, a condition which keys do.
    fn changes(&self, changes: &Changes, traced: &mut Traced) {
        let Some(source) = self.source_of(changes, traced) else { return };
        for column in source.columns.iter().filter(|c| is_chosen(changes.selection.as_ref(), c)) {
            if let Some(own) = traced.columns.iter_mut().find(|c| is_same_name(&c.name, &column.name)) {
                own.edges.extend(source.edges(&column.name, Influence::Identity, None));
            }
        }
        for NamedColumn { column, span } in &changes.sequence {
            traced.rows.extend(source.edges(column, Influence::Sort, Some(*span)));
            if changes.keeps_history {
                let validity = traced.columns.iter_mut().filter(|c| VALIDITY.contains(&c.name.as_str()));
                validity.for_each(|c| c.edges.extend(source.edges(column, Influence::Transformation, Some(*span))));
            }
        }
        for NamedColumn { column, span } in &changes.conditions {
            traced.rows.extend(source.edges(column, Influence::Filter, Some(*span)));
        }
    }

    /// What changes are read from, noted as read; `None` when it is no dataset of the pipeline.
    fn source_of(&self, changes: &Changes, traced: &mut Traced) -> Option<Changed> {
        match &changes.source {
            ChangeSource::Dataset(name, span) => {
                let Some(read) = self.by_name.get(name.as_str()) else {
                    traced.reads.insert(name.as_str().into());
                    return None;
                };
                traced.reads.insert(read.name.clone());
                let columns = self.datasets.get(read.dataset?)?.columns.clone();
                let edge = |(index, column): (usize, &Column)| {
                    let from = read.origin(self.name(read, index, column), &[]);
                    let (into, influence, release, hold) = (vec![], Influence::Identity, None, Dependence::Bare);
                    vec![Edge { from, into, influence, release, hold, span: *span }]
                };
                let edges = columns.iter().enumerate().map(edge).collect();
                Some(Changed::of(columns, edges))
            }
            ChangeSource::Query(query) => {
                let tables = self.tables(query);
                let edges =
                    |column: &OutputColumn| column.flows.iter().filter_map(|f| self.edge(query, &tables, f)).collect();
                let columns: Arc<[Column]> = query.info.columns.iter().map(|output| output.column.clone()).collect();
                self.rows(query, traced);
                Some(Changed::of(columns, query.info.columns.iter().map(edges).collect()))
            }
        }
    }
}

/// An expectation that drops rows filters by the columns it names, and so by what those come from.
fn drops(named: &[NamedColumn], traced: &mut Traced) {
    for NamedColumn { column, span } in named {
        let edges = traced.column(column).map(|c| c.edges.clone()).unwrap_or_default();
        let filters = |edge: Edge| Edge { influence: Influence::Filter, release: None, span: *span, ..edge };
        traced.rows.extend(edges.into_iter().map(filters));
    }
}

/// What can't be followed may come from every column of every table.
fn everything(query: &Queried, tables: &[EdgeTable], traced: &mut Traced) {
    for (read, table) in query.info.reads.iter().zip(tables) {
        for column in read.relation.columns.iter() {
            let (from, span) =
                (table.origin(column.name.as_str().into(), &[]), Span::new(query.file, read.range.clone()));
            let (into, influence, release, hold) = (vec![], Influence::Transformation, None, Dependence::Fail);
            let edge = Edge { from, into, influence, release, hold, span };
            traced.columns.iter_mut().for_each(|c| c.edges.push(edge.clone()));
            traced.rows.push(Edge { influence: Influence::Filter, ..edge });
        }
    }
}

/// The columns of changes, and where each comes from.
struct Changed {
    columns: Arc<[Column]>,
    places: NameIndex,
    edges: Vec<Vec<Edge>>,
}

impl Changed {
    fn of(columns: Arc<[Column]>, edges: Vec<Vec<Edge>>) -> Self {
        let places = columns.iter().map(|column| column.name.as_str()).collect();
        Changed { columns, places, edges }
    }

    /// The edges of what is made of a column, at `span` if it is named there.
    fn edges(&self, column: &str, step: Influence, span: Option<Span>) -> impl Iterator<Item = Edge> {
        let found = self.places.place(column).and_then(|place| self.edges.get(place));
        found.into_iter().flatten().cloned().map(move |edge| Edge {
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
