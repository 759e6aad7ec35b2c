//! What writes into streaming tables: flows, their names, their sources, and how changes are merged.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use lakeflow::ast::{
    AutoCdc, CdcSource, ColumnSelection, Expr, FlowBody, IgnoreNullUpdates, InsertFlow, Replace, ScdType,
    StatementKind, TableSource,
};
use lakeflow::check::{self, DatasetKind, Parsed};
use lakeflow::walk;
use lakeflow::{StreamSource, expr_text, folded, stream_source};
use sqlparser::ast::{FunctionArguments, Ident, Query, TableFactor, Visitor};

use super::super::term::{Ctes, Evaluator, FilesRead, Term, TermRelation, TermScope, parts, term};
use super::dataset::DatasetInput;

/// A flow as it is written.
pub(super) struct WrittenFlow<'a> {
    name: String,
    body: WrittenBody<'a>,
}

enum WrittenBody<'a> {
    Insert(&'a InsertFlow),
    Changes(&'a AutoCdc),
}

/// Something that is read as a stream.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum StreamRead {
    /// A table or view, by all parts of its name, as far as they are known.
    Table(Vec<String>),
    /// Files.
    Files(FilesRead),
}

/// What is known of a flow.
#[derive(Debug)]
pub(in super::super) struct FlowSide {
    /// Its name; the query of a table is a flow of the name of the table.
    pub(in super::super) name: String,
    /// What it reads as streams.
    pub(in super::super) sources: BTreeSet<StreamRead>,
    /// How changes are merged.
    pub(in super::super) merge: Option<Merge>,
    /// Everything that it writes.
    pub(in super::super) all: Term,
}

/// How AUTO CDC merges changes.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Merge {
    /// The key, in lower case.
    pub(in super::super) keys: BTreeSet<String>,
    /// What orders the versions of a row, most significant first, by name.
    pub(in super::super) order: Vec<String>,
    /// `SCD TYPE 2` and the like.
    pub(in super::super) stored: &'static str,
}

/// The flows of all files by the table that they write into, besides its own query.
pub(super) fn all<'a>(files: &'a [Arc<Parsed>]) -> BTreeMap<String, Vec<WrittenFlow<'a>>> {
    let mut found: BTreeMap<String, Vec<WrittenFlow<'a>>> = BTreeMap::new();
    for statement in files.iter().flat_map(|file| &file.statements) {
        let (target, name, body) = match &statement.kind {
            StatementKind::CreateFlow(flow) => {
                let body = match &flow.body {
                    FlowBody::Insert(insert) => WrittenBody::Insert(insert),
                    FlowBody::AutoCdc(cdc) => WrittenBody::Changes(cdc),
                };
                (&flow.target, check::last_part(&flow.name).into_owned(), body)
            }
            StatementKind::CreateStreamingTable(table) => match &table.source {
                Some(TableSource::Flow(FlowBody::AutoCdc(cdc))) => {
                    (&table.table.name, check::last_part(&table.table.name).into_owned(), WrittenBody::Changes(cdc))
                }
                _ => continue,
            },
            StatementKind::ApplyChanges(apply) => {
                (&apply.target, check::last_part(&apply.target).into_owned(), WrittenBody::Changes(&apply.cdc))
            }
            _ => continue,
        };
        found.entry(check::last_part(target).into_owned()).or_default().push(WrittenFlow { name, body });
    }
    found.values_mut().for_each(|flows| flows.sort_by(|a, b| a.name.cmp(&b.name)));
    found
}

/// The rows that flows write.
pub(super) fn relation(evaluator: &mut Evaluator, flows: &[WrittenFlow<'_>]) -> TermRelation {
    let mut made: Vec<TermRelation> = flows.iter().map(|flow| written(evaluator, flow)).collect();
    match made.len() {
        0 => TermRelation::unknown(term("nothing").end()),
        1 => made.remove(0),
        _ => together(&made),
    }
}

fn written(evaluator: &mut Evaluator, flow: &WrittenFlow<'_>) -> TermRelation {
    match &flow.body {
        WrittenBody::Insert(insert) => {
            let relation = evaluator.query(&insert.query, &Ctes::new(), None);
            replacing(insert, relation, evaluator)
        }
        WrittenBody::Changes(cdc) => merged(evaluator, cdc),
    }
}

/// Flows into one table, by name.
fn together(flows: &[TermRelation]) -> TermRelation {
    let names: BTreeSet<&String> = flows.iter().flat_map(|flow| flow.columns.iter().map(|(name, _)| name)).collect();
    let column = |name: &String| {
        let of = flows.iter().map(|flow| flow.any_column(name).unwrap_or_else(|| term("no value").end()));
        let from = flows.iter().map(|flow| flow.rows);
        (name.clone(), term("flows").terms(of).terms(from).end())
    };
    let rows = term("flows").terms(flows.iter().map(|flow| flow.rows)).end();
    let is_open = flows.iter().any(|flow| flow.rest.is_some());
    let rest = is_open.then(|| term("flows").terms(flows.iter().map(TermRelation::all)).end());
    TermRelation { rows, columns: names.into_iter().map(column).collect(), rest }
}

/// The query of a table that is a flow of its own, which may replace rows.
pub(super) fn wrapped(statement: &StatementKind, relation: TermRelation, evaluator: &mut Evaluator) -> TermRelation {
    match statement {
        StatementKind::CreateStreamingTable(table) => match &table.source {
            Some(TableSource::Flow(FlowBody::Insert(insert))) => replacing(insert, relation, evaluator),
            _ => relation,
        },
        _ => relation,
    }
}

fn replacing(insert: &InsertFlow, mut relation: TermRelation, evaluator: &mut Evaluator) -> TermRelation {
    let scope = TermScope::of(Arc::new(relation.clone()));
    match &insert.replace {
        None => {}
        Some(Replace::Where(condition)) => {
            let condition = evaluator.expr(condition, &scope, &Ctes::new());
            relation.rows = term("replace where").term(relation.rows).term(condition).end();
        }
        Some(Replace::Using { keys, sequence_by }) => {
            let sequence = evaluator.expr(sequence_by, &scope, &Ctes::new());
            let keys: BTreeSet<_> = keys.iter().map(|key| folded(&key.value).into_owned()).collect();
            let made = keys.iter().fold(term("replace using"), |made, key| made.text(key));
            relation.rows = made.term(relation.rows).term(sequence).end();
        }
    }
    if insert.once {
        relation.rows = term("once").term(relation.rows).end();
    }
    relation
}

/// The rows that changes come to.
///
/// Of the versions of a row, the one with the greatest sequence wins. Where the sequence is a struct, the value of its
/// third part in the winner depends on the first three parts alone: a further column at the end changes no other one.
fn merged(evaluator: &mut Evaluator, cdc: &AutoCdc) -> TermRelation {
    let source = changes(evaluator, cdc);
    let scope = TermScope::of(Arc::new(source.clone()));
    let none = Ctes::new();
    let mut keys: Vec<Term> = cdc.keys.iter().map(|key| evaluator.expr(&ident(key), &scope, &none)).collect();
    keys.sort_unstable();
    let order = order(evaluator, cdc, &scope);
    let filter = cdc.filter.as_ref().map(|condition| evaluator.expr(condition, &scope, &none));
    let conditions = [&cdc.apply_as_delete, &cdc.apply_as_truncate];
    let ends: Vec<Option<Term>> =
        conditions.map(|c| c.as_ref().map(|condition| evaluator.expr(condition, &scope, &none))).to_vec();
    let chosen: Vec<&(String, Term)> = source.columns.iter().filter(|(name, _)| is_chosen(cdc, name)).collect();
    let of_all = || term("versions").terms(order.iter().copied()).end();
    // What decides beyond which keys there are.
    let mut made = term("merged").term(source.rows).terms(keys.iter().copied()).terms(filter).text(stored(cdc));
    for end in ends {
        made = made.terms(end);
    }
    if cdc.apply_as_delete.is_some() || cdc.apply_as_truncate.is_some() {
        made = made.term(of_all());
    }
    let keeps = cdc.stored_as.is_some_and(|stored| stored != ScdType::ScdType1);
    if keeps {
        let tracked = chosen.iter().map(|(_, value)| *value).chain(source.rest);
        made = made.text(&selection(cdc.track_history.as_ref())).term(of_all()).terms(tracked);
    }
    let rows = made.text(&updates(cdc)).end();
    let value = |(name, value): &(String, Term)| {
        if keys.contains(value) {
            return (name.clone(), *value);
        }
        let place = order.iter().position(|part| part == value);
        let deciding = place.map_or(order.as_slice(), |place| order.get(..=place).unwrap_or(&order));
        (name.clone(), term("newest").term(*value).terms(deciding.iter().copied()).text(&updates(cdc)).end())
    };
    let mut columns: Vec<(String, Term)> = chosen.into_iter().map(value).collect();
    if keeps {
        let bound = |name: &str| (name.to_owned(), term(name).term(of_all()).end());
        columns.extend(["__start_at", "__end_at"].map(bound));
    }
    TermRelation { rows, columns, rest: source.rest.map(|rest| term("newest").term(rest).term(of_all()).end()) }
}

fn ident(key: &Ident) -> Expr {
    Expr::Identifier(key.clone())
}

fn changes(evaluator: &mut Evaluator, cdc: &AutoCdc) -> TermRelation {
    match &cdc.source {
        CdcSource::Stream(name) | CdcSource::Table(name) => evaluator.named_table(name),
        CdcSource::Query(query) => evaluator.query(query, &Ctes::new(), None),
    }
}

/// What orders versions, most significant first.
fn order(evaluator: &mut Evaluator, cdc: &AutoCdc, scope: &TermScope<'_>) -> Vec<Term> {
    let whole = evaluator.expr(&cdc.sequence_by, scope, &Ctes::new());
    let parts = evaluator.known.struct_of(whole).map(|fields| fields.iter().map(|(_, value)| *value).collect());
    let mut order: Vec<Term> = parts.unwrap_or_else(|| vec![whole]);
    if let Some(system) = &cdc.system_sequence_by {
        order.push(evaluator.expr(system, scope, &Ctes::new()));
    }
    order
}

/// The names of what orders versions; of a struct those of its fields.
fn ordered_by(evaluator: &mut Evaluator, cdc: &AutoCdc) -> Vec<String> {
    let scope = TermScope::of(Arc::new(changes(evaluator, cdc)));
    let whole = evaluator.expr(&cdc.sequence_by, &scope, &Ctes::new());
    let fields = evaluator.known.struct_of(whole).map(|fields| fields.iter().map(|(name, _)| name.clone()).collect());
    fields.unwrap_or_else(|| vec![expr_text(&cdc.sequence_by).to_lowercase()])
}

fn is_chosen(cdc: &AutoCdc, name: &str) -> bool {
    let has = |names: &[Ident]| names.iter().any(|known| *folded(&known.value) == *name);
    match &cdc.columns {
        None => true,
        Some(ColumnSelection::Only(names)) => has(names),
        Some(ColumnSelection::AllExcept(names)) => !has(names),
    }
}

fn stored(cdc: &AutoCdc) -> &'static str {
    match cdc.stored_as {
        None | Some(ScdType::ScdType1) => "SCD TYPE 1",
        Some(ScdType::ScdType2) => "SCD TYPE 2",
        Some(ScdType::Bitemporal) => "BITEMPORAL",
    }
}

fn selection(selection: Option<&ColumnSelection>) -> String {
    let list = |names: &[Ident]| {
        let mut names: Vec<String> = names.iter().map(|name| folded(&name.value).into_owned()).collect();
        names.sort_unstable();
        names.join(",")
    };
    match selection {
        None => String::new(),
        Some(ColumnSelection::Only(names)) => list(names),
        Some(ColumnSelection::AllExcept(names)) => format!("* except {}", list(names)),
    }
}

/// Which values of a change count.
fn updates(cdc: &AutoCdc) -> String {
    let nulls = match &cdc.ignore_null_updates {
        None => String::new(),
        Some(IgnoreNullUpdates::All) => "all".to_owned(),
        Some(IgnoreNullUpdates::On(columns)) => selection(Some(columns)),
    };
    let columns = cdc.columns_to_update.as_ref().map(|column| folded(&column.value).into_owned());
    let once = if cdc.once { "once" } else { "" };
    format!("{nulls}{}{once}", columns.unwrap_or_default())
}

/// What is known of the flows of a dataset.
pub(super) fn facts(evaluator: &mut Evaluator, input: &DatasetInput<'_>) -> Vec<FlowSide> {
    let mut found = vec![];
    if let Some(query) = check::query_of(input.statement) {
        let reads = matches!(input.definition.kind, DatasetKind::StreamingTable | DatasetKind::TemporaryView);
        let sources = if reads { streams(evaluator, query) } else { BTreeSet::new() };
        found.push(FlowSide { name: input.definition.name.clone(), sources, merge: None, all: term("query").end() });
    }
    for flow in input.flows {
        let all = written(evaluator, flow).all();
        found.push(match &flow.body {
            WrittenBody::Insert(insert) => {
                let sources = streams(evaluator, &insert.query);
                FlowSide { name: flow.name.clone(), sources, merge: None, all }
            }
            WrittenBody::Changes(cdc) => {
                let sources = match &cdc.source {
                    CdcSource::Stream(name) => BTreeSet::from([StreamRead::Table(evaluator.full_name(parts(name)))]),
                    CdcSource::Table(_) => BTreeSet::new(),
                    CdcSource::Query(query) => streams(evaluator, query),
                };
                let merge = Merge {
                    keys: cdc.keys.iter().map(|key| folded(&key.value).into_owned()).collect(),
                    order: ordered_by(evaluator, cdc),
                    stored: stored(cdc),
                };
                FlowSide { name: flow.name.clone(), sources, merge: Some(merge), all }
            }
        });
    }
    found
}

/// What a query reads as streams.
fn streams(evaluator: &Evaluator, query: &Query) -> BTreeSet<StreamRead> {
    struct Streams<'a>(&'a Evaluator, BTreeSet<StreamRead>);
    impl Visitor for Streams<'_> {
        type Break = ();
        fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
            match stream_source(factor) {
                Some(StreamSource::Table(path)) => {
                    let path = path.iter().map(|part| folded(&part.value).into_owned());
                    self.1.insert(StreamRead::Table(self.0.full_name(path.collect())));
                }
                Some(StreamSource::Function(call)) => {
                    if let FunctionArguments::List(list) = &call.args {
                        self.1.insert(StreamRead::Files(FilesRead::of(&list.args)));
                    }
                }
                None => {}
            }
            ControlFlow::Continue(())
        }
    }
    let mut found = Streams(evaluator, BTreeSet::new());
    let _ = walk::visit(query, &mut found);
    found.1
}
