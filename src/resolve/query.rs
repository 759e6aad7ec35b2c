//! Entities whose rows a query gives: where its text stands, what it reads, and whether it gives the columns that the
//! entity declares.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use lakeflow::diag::{Diagnostic, did_you_mean};
use lakeflow::infer::{self, Catalog, OutputColumn, QueryInfo, Relation};
use lakeflow::source::{FileId, Span};
use lakeflow::types::{Column as TypedColumn, DataType};
use lakeflow::{is_same_name, walk};
use sqlparser::ast::{Expr, Query, Value};

use super::context::Context;
use super::entity::column_pointer;
use super::graph::Graph;
use super::project::list_hint;
use super::stable;
use super::suspect;
use super::typed::{self, TypedOptions};
use crate::codes;
use crate::load::{Located, SpecSet};
use crate::model::{Entity, EntityColumn, EntityId, EntitySource, Load, Metric, MetricId, TableQuery, TextPlace};
use crate::spec::{EntitySpec, QuerySpec, SpecKind, expanded};

/// What to do in place of keys that are for rows of files.
const QUERY_OPTIONS: TypedOptions = TypedOptions {
    source: "a query",
    entity: &[
        ("load", "the table always holds the rows that the query gives: remove it"),
        ("sequence", "choose the newest row in the query"),
        ("delete_when", "leave such rows out with `WHERE` in the query"),
        ("on_delete", "give the query a column that marks them"),
        ("on_null", "the query gives whole rows: write `coalesce(..)` in it"),
        ("freshness", "declare it at the entities that the query reads"),
        ("row_count", "declare it at the entities that the query reads"),
    ],
    columns: &[
        ("header", "name the column in the query: `SELECT x AS name`"),
        ("from", "name the column in the query: `SELECT x AS name`"),
        ("format", "convert the value in the query"),
        ("normalize", "write `lower(..)` or `upper(..)` in the query"),
        ("default", "write `coalesce(..)` in the query"),
    ],
};

/// The text of a query and where it stands; empty after a fault. What it reads is found by [`link`], once all entities and
/// metrics are known.
pub fn written(wanted: &QuerySpec, spec: &Located<EntitySpec>, set: &SpecSet, context: &mut Context<'_>) -> TableQuery {
    typed::report_options(spec, &QUERY_OPTIONS, context);
    let is_file = !wanted.query.trim().contains(char::is_whitespace);
    let (text, place) = if is_file {
        match file(wanted.query.trim(), spec, set, context) {
            Some(file) => (context.sources.text(file).to_owned(), TextPlace { file, lines: vec![(0, 0)] }),
            None => (String::new(), TextPlace { file: spec.file, lines: vec![] }),
        }
    } else {
        let begins = |offset: usize| {
            (offset, spec.places.inside(context.sources, "/source/query", offset..offset + 1).range().start)
        };
        let after_breaks = wanted.query.match_indices('\n').map(|(offset, _)| begins(offset + 1));
        (
            wanted.query.clone(),
            TextPlace { file: spec.file, lines: [begins(0)].into_iter().chain(after_breaks).collect() },
        )
    };
    let path = context.sources.path(place.file).to_owned();
    let text = without_semicolon(text);
    let query = TableQuery { text, path, place, entities: vec![], metrics: vec![] };
    if let Some(range) = expanded(&query.text).filter(|_| is_file) {
        let message =
            format!("`{}` would be expanded by the pipeline", query.text.get(range.clone()).unwrap_or_default());
        let fault = Diagnostic::error(codes::EXPANDED_TEXT, message).at(query.place.of(range));
        context.push(fault.hint("a query is the same for every target: write the value itself"));
    }
    query
}

/// The text without the semicolon at its end, behind which comments may stand.
fn without_semicolon(mut text: String) -> String {
    let last = lakeflow::tokens(&text).pieces.pop();
    if let Some(end) = last.map(|piece| piece.range).filter(|range| text.get(range.clone()) == Some(";")) {
        text.replace_range(end, " ");
    }
    text.truncate(text.trim_end().len());
    text
}

/// The file that a spec names.
fn file(name: &str, spec: &Located<EntitySpec>, set: &SpecSet, context: &mut Context<'_>) -> Option<FileId> {
    if let Some(file) = set.queries.get(name) {
        let is_empty = lakeflow::tokens(context.sources.text(*file)).pieces.is_empty();
        if is_empty {
            let fault = Diagnostic::error(codes::QUERY_FILE, format!("query file `specs/queries/{name}` has no query"));
            context.push(fault.at(spec.value("/source/query")));
        }
        return Some(*file).filter(|_| !is_empty);
    }
    if set.lost.may_hold_query(name) {
        context.leave_undecided();
        return None;
    }
    let known: Vec<&str> = set.queries.keys().map(String::as_str).collect();
    let hint = did_you_mean(name, known.iter().copied()).or_else(|| list_hint("queries", &known));
    let message = format!("query file `specs/queries/{name}` does not exist");
    let fault = Diagnostic::error(codes::QUERY_FILE, message).at(spec.value("/source/query"));
    context.push(fault.maybe_hint(hint));
    None
}

/// Types every query over the tables of the project, and compares its columns with those declared.
pub fn link(specs: &[&Located<EntitySpec>], graph: &mut Graph, metrics: &[Metric], context: &mut Context<'_>) {
    let mut reads = vec![];
    for (index, spec) in specs.iter().enumerate() {
        let Some(EntitySource::Query(query)) = graph.entities.get(index).map(|entity| &entity.source) else { continue };
        if query.text.is_empty() {
            continue;
        }
        let tables = Tables { graph, metrics, context_lost: context.lost, left_out: context.left_out };
        let mut query = query.clone();
        reads.extend(context.judge(spec.file, |context| judge(spec, &mut query, EntityId(index), &tables, context)));
        graph.entities[index].source = EntitySource::Query(query);
    }
    report_cycles(specs, &reads, graph, metrics, context);
}

/// A table that a query reads.
struct QueryRead {
    /// The entity that has the query.
    reader: EntityId,
    table: FoundTable,
    place: Span,
}

/// Reports entities whose queries read each other in a cycle, metrics between them included.
fn report_cycles(
    specs: &[&Located<EntitySpec>],
    reads: &[QueryRead],
    graph: &Graph,
    metrics: &[Metric],
    context: &mut Context<'_>,
) {
    let read_by = |read: &QueryRead| match read.table {
        FoundTable::Entity(id) => vec![id],
        FoundTable::Metric(id, _) => metrics.get(id.0).map(Metric::entities).unwrap_or_default(),
        FoundTable::Lost => vec![],
    };
    let mut edges = petgraph::graphmap::DiGraphMap::<EntityId, ()>::new();
    for read in reads {
        for id in read_by(read) {
            edges.add_edge(read.reader, id, ());
        }
    }
    for mut cycle in petgraph::algo::tarjan_scc(&edges) {
        cycle.sort_unstable();
        let is_inner =
            |read: &&QueryRead| cycle.contains(&read.reader) && read_by(read).iter().any(|id| cycle.contains(id));
        let mut inner = reads.iter().filter(is_inner);
        let Some(first) = inner.next() else { continue };
        let name = |id: EntityId| graph.entities[id.0].name.as_str();
        let message = match cycle.as_slice() {
            [only] => format!("the query of `{}` reads its own table", name(*only)),
            several => {
                let names: Vec<&str> = several.iter().map(|id| name(*id)).collect();
                format!("the queries of `{}` read each other in a cycle", names.join("`, `"))
            }
        };
        let mut fault = Diagnostic::error(codes::DATASET_CYCLE, message).at(first.place);
        for read in inner {
            fault = fault.related(read.place, format!("`{}` reads it here", name(read.reader)));
        }
        context.push(fault.hint("a table can only be computed from tables that do not depend on it"));
        context.faulty.extend(cycle.iter().filter_map(|id| Some(specs.get(id.0)?.file)));
    }
}

fn judge(
    spec: &Located<EntitySpec>,
    query: &mut TableQuery,
    own: EntityId,
    tables: &Tables<'_>,
    context: &mut Context<'_>,
) -> Vec<QueryRead> {
    let tree = match lakeflow::parse_query(&query.text) {
        Ok(tree) => tree,
        Err(fault) => {
            let place = query.place.of(fault.range);
            context.push(Diagnostic::error(codes::PIPELINE_SYNTAX, fault.message).at(place).maybe_hint(fault.hint));
            return vec![];
        }
    };
    report_parameters(&tree, query, context);
    let info = infer::analyze_query(&tree, &query.text, tables);
    let before = context.faults();
    let reads = read(&info, query, own, tables, context);
    for fault in &info.faults {
        let place = query.place.of(fault.range.clone());
        let diagnostic = Diagnostic::error(fault.kind.code(), fault.message.clone()).at(place);
        let is_table = fault.hint.is_none() && info.reads.iter().any(|read| read.range == fault.range);
        let of_table = is_table.then(|| {
            "a query reads tables of entities and metrics of this project; declare another table as an entity with `source: \
             { table: .. }`"
                .to_owned()
        });
        context.push(diagnostic.maybe_hint(fault.hint.clone().or(of_table)));
    }
    warn(&tree, &info, query, context);
    if context.faults() == before {
        compare(spec, query, &info, &tables.graph.entities[own.0], context);
    }
    reads
}

/// Reports `:name` and `?`, for which nobody gives a value.
fn report_parameters(tree: &Query, query: &TableQuery, context: &mut Context<'_>) {
    let _ = walk::expressions(tree, |expr| {
        if let Expr::Value(value) = expr
            && let Value::Placeholder(name) = &value.value
        {
            let message = format!("parameter `{name}` has no value");
            let range = lakeflow::range_of_node(&query.text, expr).unwrap_or(0..query.text.len());
            let fault = Diagnostic::error(codes::EXPANDED_TEXT, message).at(query.place.of(range));
            context.push(fault.hint("a query is the same for every target: write the value itself"));
        }
        ControlFlow::<()>::Continue(())
    });
}

/// Notes which tables the query reads, and reports reads that a materialized view can't have.
fn read(
    info: &QueryInfo,
    query: &mut TableQuery,
    reader: EntityId,
    tables: &Tables<'_>,
    context: &mut Context<'_>,
) -> Vec<QueryRead> {
    let (mut entities, mut metrics, mut reads) = (BTreeSet::new(), BTreeSet::new(), vec![]);
    for read in &info.reads {
        let place = query.place.of(read.range.clone());
        if read.function && !read.name.is_empty() {
            let name = read.name.join(".");
            if ["read_files", "cloud_files", "read_kafka"].iter().any(|known| is_same_name(known, &name)) {
                let message = format!("a query cannot call `{name}`");
                let hint = "declare the files as an entity with `source: { files: .. }`, and read its table";
                context.push(Diagnostic::error(codes::OPTION_CONFLICT, message).at(place).hint(hint));
            }
            continue;
        }
        if read.stream {
            let message = "a query reads whole tables, not streams";
            let hint = "remove `STREAM`: the table is computed anew, or incrementally where that gives the same rows";
            context.push(Diagnostic::error(codes::STREAMING_MISMATCH, message).at(place).hint(hint));
        }
        let Some(table) = tables.find(&read.name) else { continue };
        match table {
            FoundTable::Entity(id) => drop(entities.insert(id)),
            FoundTable::Metric(id, _) => drop(metrics.insert(id)),
            FoundTable::Lost => context.leave_undecided(),
        }
        reads.push(QueryRead { reader, table, place });
    }
    query.entities = entities.into_iter().collect();
    query.metrics = metrics.into_iter().collect();
    reads
}

/// Warns of calls that the local engine lacks, and of those that depend on the order of rows.
fn warn(tree: &Query, info: &QueryInfo, query: &TableQuery, context: &mut Context<'_>) {
    for call in stable::unordered(tree, info, &query.text) {
        let name = query.text.get(call.clone()).unwrap_or_default();
        let message = format!("`{name}` depends on the order of rows, and rows have no order");
        let hint = "use `max_by` or `min_by` for one value, and `array_sort` around a list";
        context.push(Diagnostic::warning(codes::UNORDERED, message).at(query.place.of(call)).hint(hint));
    }
    let lacking = suspect::lacking(tree, &query.text).into_iter().chain(suspect::lacking_clauses(tree, &query.text));
    for doubt in lacking {
        context.push(doubt.warning(|range| query.place.of(range)));
    }
}

/// Compares the columns of the query with those declared: names must be the same in any order, types exactly.
fn compare(
    spec: &Located<EntitySpec>,
    query: &TableQuery,
    info: &QueryInfo,
    entity: &Entity,
    context: &mut Context<'_>,
) {
    if info.open || spec.has_lost("/columns") {
        return;
    }
    let given = |name: &str| info.columns.iter().find(|column| is_same_name(&column.column.name, name));
    let names: Vec<&str> = info.columns.iter().map(|column| column.column.name.as_str()).collect();
    for column in &entity.columns {
        match given(&column.name) {
            None => {
                let message = format!("the query does not give a column `{}`", column.name);
                let hint = did_you_mean(&column.name, names.iter().copied()).or_else(|| list_hint("columns", &names));
                let fault = Diagnostic::error(codes::QUERY_COLUMN, message).at(column.span);
                context.push(fault.maybe_hint(hint));
            }
            Some(given) => {
                context.extend(type_fault(spec, column, given));
                context.extend(typed::pattern_fault(spec, column, "the query gives"));
            }
        }
    }
    let whole = query.place.of(0..query.text.len());
    for (index, column) in info.columns.iter().enumerate() {
        let name = &column.column.name;
        let is_twin = |other: &OutputColumn| is_same_name(&other.column.name, name);
        let (message, hint) = if info.columns.iter().take(index).any(is_twin) {
            (format!("the query gives two columns `{name}`"), "give one of them another name".to_owned())
        } else if entity.find(name).is_none() {
            let ty = written_type(&column.column.ty);
            let hint = format!("add `{name}: {ty}` to `columns`, or leave it out of the query");
            (format!("the query gives a column `{name}` that the entity does not declare"), hint)
        } else {
            continue;
        };
        let fault = Diagnostic::error(codes::QUERY_COLUMN, message).at(spec.key("/columns"));
        context.push(fault.related(whole, "the query").hint(hint));
    }
}

fn type_fault(spec: &Located<EntitySpec>, column: &EntityColumn, given: &OutputColumn) -> Option<Diagnostic> {
    let (declared, given) = (&column.ty, &given.column.ty);
    if declared == given || [declared, given].contains(&&DataType::Unknown) {
        return None;
    }
    let pointer = column_pointer(&column.name);
    let is_short = spec.spec.columns.get(&column.name).is_some_and(|entry| entry.full().is_none());
    let place = spec.value(&if is_short { pointer } else { format!("{pointer}/type") });
    let message = format!("`{}` is declared {declared}, but the query gives {given}", column.name);
    let hint = match given {
        DataType::Null => format!("write `CAST(NULL AS {declared})` in the query"),
        given => format!("declare `{}`, or write `CAST(.. AS {declared})` in the query", written_type(given)),
    };
    Some(Diagnostic::error(codes::QUERY_COLUMN, message).at(place).hint(hint))
}

/// A type as specs write it.
fn written_type(ty: &DataType) -> String {
    ty.to_string().to_lowercase()
}

/// A table that a query may read.
#[derive(Clone, Copy)]
enum FoundTable {
    Entity(EntityId),
    Metric(MetricId, usize),
    /// It may be there, but nobody knows its columns.
    Lost,
}

/// The tables of entities and metrics, as queries name them.
struct Tables<'a> {
    graph: &'a Graph,
    metrics: &'a [Metric],
    context_lost: &'a crate::load::Lost,
    left_out: &'a crate::load::Lost,
}

impl Tables<'_> {
    fn find(&self, name: &[impl AsRef<str>]) -> Option<FoundTable> {
        let [name] = name else { return None };
        let name = name.as_ref();
        let entities = self.graph.entities.get(..self.graph.nobody.0).unwrap_or_default();
        let entity = entities.iter().position(|entity| is_same_name(&entity.name, name));
        if let Some(index) = entity {
            return Some(FoundTable::Entity(EntityId(index)));
        }
        for (index, metric) in self.metrics.iter().enumerate() {
            if let Some(table) = metric.tables.iter().position(|table| is_same_name(&table.name, name)) {
                return Some(FoundTable::Metric(MetricId(index), table));
            }
        }
        // Tables of a metric that could not be read may have any name.
        let lost = [self.context_lost, self.left_out];
        let may_be_there = lost.iter().any(|lost| {
            lost.may_declare(SpecKind::Entity, name)
                || lost.specs.iter().any(|spec| spec.kind != Some(SpecKind::Entity))
        });
        may_be_there.then_some(FoundTable::Lost)
    }
}

impl Catalog for Tables<'_> {
    fn table(&self, name: &[&str]) -> Option<Arc<Relation>> {
        Some(match self.find(name)? {
            FoundTable::Entity(id) if self.graph.open(id).names => Relation::unknown(),
            FoundTable::Entity(id) => Relation::of(columns_of(&self.graph.entities[id.0])),
            FoundTable::Metric(id, table) => {
                let metric = self.metrics.get(id.0)?;
                Relation::of(metric.columns(metric.tables.get(table)?))
            }
            FoundTable::Lost => Relation::unknown(),
        })
    }

    fn table_names(&self) -> Vec<String> {
        let entities = self.graph.entities.get(..self.graph.nobody.0).unwrap_or_default();
        let entities = entities.iter().map(|entity| entity.name.clone());
        let tables = self.metrics.iter().flat_map(|metric| metric.tables.iter().map(|table| table.name.clone()));
        let mut names: Vec<String> = entities.chain(tables).collect();
        names.sort_unstable();
        names
    }
}

/// The columns of the table of an entity.
fn columns_of(entity: &Entity) -> Vec<TypedColumn> {
    let own = entity.columns.iter().map(|column| TypedColumn::nullable(&*column.name, column.ty.clone()));
    let mut columns: Vec<TypedColumn> = own.collect();
    if let Load::History { sequence, .. } = &entity.load
        && let Some(sequence) = entity.columns.get(sequence.0)
    {
        columns.push(TypedColumn::nullable("__START_AT", sequence.ty.clone()));
        columns.push(TypedColumn::nullable("__END_AT", sequence.ty.clone()));
    }
    columns.extend(entity.marks().into_iter().flatten().map(|(name, ty)| TypedColumn::nullable(name, ty)));
    columns
}
