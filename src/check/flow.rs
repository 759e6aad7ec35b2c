//! Flows: what they write into, what they read, and the clauses of AUTO CDC (reference sections 1.4 and 1.5).

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use sqlparser::ast::{Ident, ObjectName};

use super::PipelineFile;
use super::columns::Known;
use super::dataset::{Definition, Kind, first_line, inline_cdc, last_part, statement_of, statements};
use crate::diag::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::lakeflow::ast::{
    AutoCdc, CdcSource, ColumnSelection, CreateFlow, FlowBody, InsertFlow, StatementKind, StoredAs,
};
use crate::lakeflow::infer::{self, Place};
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

/// Checks every flow, and that every streaming table has something that fills it.
pub fn check(
    definitions: &[Definition],
    known: &Known,
    files: &[PipelineFile],
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) {
    let by_name: HashMap<&str, &Definition> = definitions.iter().map(|d| (d.name.as_str(), d)).collect();
    let mut context = Context { by_name, known, sources, diagnostics };
    let mut names: BTreeMap<String, Span> = BTreeMap::new();
    let mut targets: HashSet<Cow<'_, str>> = HashSet::new();
    for (_, _, file, statement) in statements(files) {
        match &statement.kind {
            StatementKind::CreateFlow(flow) => {
                let span = context.name_span(file.file, &flow.name);
                if let Some(first) = names.insert(last_part(&flow.name).into_owned(), span) {
                    let message = format!("flow `{}` is defined twice", last_part(&flow.name));
                    context
                        .push(Diagnostic::error(Code::DuplicateDataset, message).at(span).related(first, "first here"));
                }
                targets.insert(last_part(&flow.target));
                check_flow(flow, file.file, &mut context);
            }
            StatementKind::CreateStreamingTable(table) => {
                if let Some(cdc) = inline_cdc(table) {
                    check_cdc(cdc, &last_part(&table.table.name), file.file, &mut context);
                }
            }
            _ => {}
        }
    }
    for definition in definitions.iter().filter(|d| d.kind == Kind::StreamingTable) {
        let (file, statement) = statement_of(definition, files);
        let StatementKind::CreateStreamingTable(table) = &statement.kind else { continue };
        if table.source.is_none() && !targets.contains(definition.name.as_str()) {
            let message = format!("nothing writes into streaming table `{}`", definition.name);
            let span = first_line(Span::new(file, statement.range.clone()));
            let hint = "give it a query with `AS`, or a flow with `CREATE FLOW`";
            context.push(Diagnostic::error(Code::StreamingMismatch, message).at(span).hint(hint));
        }
    }
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

fn check_flow(flow: &CreateFlow, file: FileId, context: &mut Context<'_>) {
    if let Some(target) = context.dataset(file, &flow.target) {
        let span = context.name_span(file, &flow.target);
        if target.kind != Kind::StreamingTable {
            let message = format!("`{}` is no streaming table, so no flow can write into it", target.name);
            context.push(Diagnostic::error(Code::StreamingMismatch, message).at(span));
        } else if target.query.is_some() {
            let message = format!("`{}` has a query of its own", target.name);
            let hint = "leave out `AS ..` there, and make it a flow like this one";
            context.push(Diagnostic::error(Code::DuplicateDataset, message).at(span).hint(hint).rule("query-and-flow"));
        }
    }
    match &flow.body {
        FlowBody::Insert(insert) => check_insert(insert, flow, file, context),
        FlowBody::AutoCdc(cdc) => check_cdc(cdc, &last_part(&flow.target), file, context),
    }
}

fn check_insert(insert: &InsertFlow, flow: &CreateFlow, file: FileId, context: &mut Context<'_>) {
    let info = infer::analyze_query(&insert.query, context.sources.text(file), context.known);
    context.diagnostics.extend(info.faults.iter().map(|fault| super::fault(file, fault)));
    if info.streaming == insert.once {
        let span = context.name_span(file, &flow.name);
        let (message, hint) = if insert.once {
            ("a flow that runs once can't read a stream", "leave out `STREAM`, or `ONCE`")
        } else {
            ("a flow must read a stream", "read it as `FROM STREAM ..`")
        };
        context.push(Diagnostic::error(Code::StreamingMismatch, message).at(span).hint(hint));
    }
}

/// What AUTO CDC reads its changes from.
struct Changes {
    /// As messages call it.
    name: String,
    columns: Arc<[Column]>,
    place: Span,
}

/// The source of changes, which must be a stream; `None` when it is not known.
fn changes(cdc: &AutoCdc, file: FileId, context: &mut Context<'_>) -> Option<Changes> {
    let (changes, is_stream) = match &cdc.source {
        CdcSource::Stream(name) => {
            let source = context.dataset(file, name)?;
            let place = context.name_span(file, name);
            let changes = Changes { name: format!("`{}`", source.name), columns: source.columns.clone(), place };
            (changes, source.streamable)
        }
        CdcSource::Query(query) => {
            let text = context.sources.text(file);
            let info = infer::analyze_query(query, text, context.known);
            context.diagnostics.extend(info.faults.iter().map(|fault| super::fault(file, fault)));
            let place = Span::new(file, lakeflow::range_of_node(text, &**query).unwrap_or(0..0));
            let columns = if info.open { Arc::default() } else { info.schema() };
            let changes = Changes { name: "the query".to_owned(), columns, place: first_line(place) };
            (changes, info.streaming || !info.faults.is_empty())
        }
    };
    if !is_stream {
        let message = format!("{} is no stream, so AUTO CDC can't read its changes", changes.name);
        context.push(Diagnostic::error(Code::StreamingMismatch, message).at(changes.place));
    }
    Some(changes)
}

fn check_cdc(cdc: &AutoCdc, target: &str, file: FileId, context: &mut Context<'_>) {
    let Some(source) = changes(cdc, file, context) else { return };
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
    for condition in cdc.apply_as_delete.iter().chain(&cdc.apply_as_truncate) {
        let info = infer::analyze_condition(condition, text, scope, Place::row("a condition of AUTO CDC"));
        context.diagnostics.extend(info.faults.iter().map(|fault| super::fault(file, fault)));
    }
    let kept = context.by_name.get(target).is_some_and(|t| t.columns.iter().any(|c| c.name == "__START_AT"));
    if cdc.stored_as == Some(StoredAs::ScdType2) && !kept {
        let message = format!("`{target}` keeps a history, but declares no `__START_AT` and `__END_AT`");
        let hint = "a table that lists its columns must list these two as well, with the type of `SEQUENCE BY`";
        context.push(Diagnostic::error(Code::ColumnMismatch, message).at(source.place).hint(hint));
    }
}

fn check_column(ident: &Ident, source: &Changes, file: FileId, context: &mut Context<'_>) {
    if source.columns.iter().any(|c| is_same_name(&c.name, &ident.value)) || source.columns.is_empty() {
        return;
    }
    let hint = did_you_mean(&ident.value, source.columns.iter().map(|c| c.name.as_str()));
    let message = format!("{} has no column `{}`", source.name, ident.value);
    let span = context.ident_span(file, ident);
    context.push(Diagnostic::error(Code::UnresolvedName, message).at(span).maybe_hint(hint));
}
