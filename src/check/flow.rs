//! Flows: what they write into, what they read, and the clauses of AUTO CDC (lakeflow-sql.md, "Flows" and "AUTO CDC").

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use sqlparser::ast::{Ident, ObjectName};

use super::columns::Known;
use super::dataset::{Tree, first_line, flow_of, last_part};
use super::forms::{ChangeSource, Changes, Definition, Kind, Named, Queried, Writer};
use crate::diag::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::lakeflow::ast::{
    AutoCdc, CdcSource, ColumnSelection, CreateFlow, FlowBody, InsertFlow, Statement, StatementKind, StoredAs,
};
use crate::lakeflow::infer::{self, ExprInfo, Place};
use crate::lakeflow::is_same_name;
use crate::lakeflow::{self, types::Column};
use crate::source::{FileId, SourceMap, Span};

/// Where a flow stands, and what is known around it.
struct Context<'a> {
    by_name: HashMap<&'a str, &'a Definition>,
    known: &'a Known,
    sources: &'a SourceMap,
    diagnostics: &'a mut Diagnostics,
}

/// Checks every flow, and that every streaming table has something that fills it; gives what writes into which table.
pub fn check(
    definitions: &[Definition],
    known: &Known,
    flows: &[Tree],
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) -> Vec<(String, Writer)> {
    let by_name: HashMap<&str, &Definition> = definitions.iter().map(|d| (d.name.as_str(), d)).collect();
    let mut context = Context { by_name, known, sources, diagnostics };
    let mut names: BTreeMap<String, Span> = BTreeMap::new();
    let mut writers = vec![];
    for tree in flows {
        let (file, statement) = (tree.file(), tree.statement());
        let Some((target, body)) = flow_of(&statement.kind) else { continue };
        if let StatementKind::CreateFlow(flow) = &statement.kind {
            let span = context.name_span(file, &flow.name);
            if let Some(first) = names.insert(last_part(&flow.name).into_owned(), span) {
                let message = format!("flow `{}` is defined twice", last_part(&flow.name));
                context.push(Diagnostic::error(Code::DuplicateDataset, message).at(span).related(first, "first here"));
            }
            check_target(flow, file, &mut context);
        }
        let writer = match body {
            FlowBody::Insert(insert) => Some(Writer::Insert(check_insert(insert, statement, file, &mut context))),
            FlowBody::AutoCdc(cdc) => check_cdc(cdc, &last_part(target), file, &mut context).map(Writer::Changes),
        };
        writers.extend(writer.map(|writer| (last_part(target).into_owned(), writer)));
    }
    let targets = flows.iter().filter_map(|tree| Some(last_part(flow_of(&tree.statement().kind)?.0)));
    let targets: HashSet<Cow<'_, str>> = targets.collect();
    for definition in definitions.iter().filter(|d| d.kind == Kind::StreamingTable && !d.has_query) {
        if !targets.contains(definition.name.as_str()) {
            let message = format!("nothing writes into streaming table `{}`", definition.name);
            let hint = "give it a query with `AS`, or a flow with `CREATE FLOW`";
            let fault = Diagnostic::error(Code::StreamingMismatch, message).at(first_line(definition.span));
            context.push(fault.hint(hint));
        }
    }
    writers
}

impl<'a> Context<'a> {
    fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn name_span(&self, file: FileId, name: &ObjectName) -> Span {
        let text = self.sources.text(file);
        let last = name.0.last().and_then(|part| part.as_ident());
        Span::new(file, last.map_or(0..0, |ident| lakeflow::range_of(text, ident.span).unwrap_or(0..0)))
    }

    fn ident_span(&self, file: FileId, ident: &Ident) -> Span {
        Span::new(file, lakeflow::range_of(self.sources.text(file), ident.span).unwrap_or(0..0))
    }

    /// The dataset that a flow names, or a fault.
    fn dataset(&mut self, file: FileId, name: &ObjectName) -> Option<&'a Definition> {
        let found = self.by_name.get(&*last_part(name)).copied();
        if found.is_none() {
            let word = last_part(name);
            let mut known: Vec<&str> = self.by_name.keys().copied().collect();
            known.sort_unstable();
            let hint = did_you_mean(&word, known);
            let fault = Diagnostic::error(Code::UnresolvedName, format!("unknown dataset `{word}`"));
            let span = self.name_span(file, name);
            self.push(fault.at(span).maybe_hint(hint));
        }
        found
    }
}

fn check_target(flow: &CreateFlow, file: FileId, context: &mut Context<'_>) {
    let Some(target) = context.dataset(file, &flow.target) else { return };
    let span = context.name_span(file, &flow.target);
    if target.kind != Kind::StreamingTable {
        let message = format!("`{}` is no streaming table, so no flow can write into it", target.name);
        context.push(Diagnostic::error(Code::StreamingMismatch, message).at(span));
    } else if target.has_query {
        let message = format!("`{}` has a query of its own", target.name);
        let hint = "leave out `AS ..` there, and make it a flow like this one";
        context.push(Diagnostic::error(Code::DuplicateDataset, message).at(span).hint(hint).rule("query-and-flow"));
    }
}

fn check_insert(insert: &InsertFlow, statement: &Statement, file: FileId, context: &mut Context<'_>) -> Queried {
    let info = infer::analyze_query(&insert.query, context.sources.text(file), context.known);
    context.diagnostics.extend(info.faults.iter().map(|fault| super::fault(file, fault)));
    if let StatementKind::CreateFlow(flow) = &statement.kind
        && info.streaming == insert.once
    {
        let span = context.name_span(file, &flow.name);
        let (message, hint) = if insert.once {
            ("a flow that runs once can't read a stream", "leave out `STREAM`, or `ONCE`")
        } else {
            ("a flow must read a stream", "read it as `FROM STREAM ..`")
        };
        context.push(Diagnostic::error(Code::StreamingMismatch, message).at(span).hint(hint));
    }
    Queried { file, info: Box::new(info) }
}

/// What AUTO CDC reads its changes from.
struct Read {
    /// As messages call it.
    name: String,
    columns: Arc<[Column]>,
    place: Span,
    source: ChangeSource,
}

/// The source of changes, which must be a stream; `None` when it is not known.
fn changes(cdc: &AutoCdc, file: FileId, context: &mut Context<'_>) -> Option<Read> {
    let (changes, is_stream) = match &cdc.source {
        CdcSource::Stream(name) => {
            let source = context.dataset(file, name)?;
            let place = context.name_span(file, name);
            let columns = source.columns.clone();
            let from = ChangeSource::Dataset(source.name.clone(), place);
            (Read { name: format!("`{}`", source.name), columns, place, source: from }, source.streamable)
        }
        CdcSource::Query(query) => {
            let text = context.sources.text(file);
            let info = infer::analyze_query(query, text, context.known);
            context.diagnostics.extend(info.faults.iter().map(|fault| super::fault(file, fault)));
            let place = Span::new(file, lakeflow::range_of_node(text, &**query).unwrap_or(0..0));
            let columns = if info.open { Arc::default() } else { info.schema() };
            let is_stream = info.streaming || !info.faults.is_empty();
            let source = ChangeSource::Query(Queried { file, info: Box::new(info) });
            (Read { name: "the query".to_owned(), columns, place: first_line(place), source }, is_stream)
        }
    };
    if !is_stream {
        let message = format!("{} is no stream, so AUTO CDC can't read its changes", changes.name);
        context.push(Diagnostic::error(Code::StreamingMismatch, message).at(changes.place));
    }
    Some(changes)
}

fn check_cdc(cdc: &AutoCdc, target: &str, file: FileId, context: &mut Context<'_>) -> Option<Changes> {
    let source = changes(cdc, file, context)?;
    let selected = match &cdc.columns {
        Some(ColumnSelection::Only(names) | ColumnSelection::AllExcept(names)) => names.as_slice(),
        None => &[],
    };
    for ident in cdc.keys.iter().chain(selected) {
        check_column(ident, &source, file, context);
    }
    let text = context.sources.text(file);
    let scope: &[Column] = &source.columns;
    let order = infer::analyze_expr(&cdc.sequence_by, text, scope, Place::row("SEQUENCE BY"));
    context.diagnostics.extend(order.faults.iter().map(|fault| super::fault(file, fault)));
    let named = |info: ExprInfo| info.columns.into_iter().filter_map(move |used| super::named(used, file));
    let mut conditions: Vec<Named> = vec![];
    for condition in cdc.apply_as_delete.iter().chain(&cdc.apply_as_truncate) {
        let info = infer::analyze_condition(condition, text, scope, Place::row("a condition of AUTO CDC"));
        context.diagnostics.extend(info.faults.iter().map(|fault| super::fault(file, fault)));
        conditions.extend(named(info));
    }
    let kept = context.by_name.get(target).is_some_and(|t| t.columns.iter().any(|c| c.name == "__START_AT"));
    if cdc.stored_as == Some(StoredAs::ScdType2) && !kept {
        let message = format!("`{target}` keeps a history, but declares no `__START_AT` and `__END_AT`");
        let hint = "a table that lists its columns must list these two as well, with the type of `SEQUENCE BY`";
        context.push(Diagnostic::error(Code::ColumnMismatch, message).at(source.place).hint(hint));
    }
    Some(Changes {
        source: source.source,
        selection: cdc.columns.clone(),
        keeps_history: cdc.stored_as == Some(StoredAs::ScdType2),
        sequence: named(order).collect(),
        conditions,
    })
}

fn check_column(ident: &Ident, source: &Read, file: FileId, context: &mut Context<'_>) {
    if source.columns.iter().any(|c| is_same_name(&c.name, &ident.value)) || source.columns.is_empty() {
        return;
    }
    let hint = did_you_mean(&ident.value, source.columns.iter().map(|c| c.name.as_str()));
    let message = format!("{} has no column `{}`", source.name, ident.value);
    let span = context.ident_span(file, ident);
    context.push(Diagnostic::error(Code::UnresolvedName, message).at(span).maybe_hint(hint));
}
