//! Flows: what they write into, what they read, and the clauses of AUTO CDC (lakeflow-sql.md, "Flows" and "AUTO CDC").

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use sqlparser::ast::{Ident, ObjectName};

use super::dataset::{FlowTree, Tree, first_line, flow_of, last_part};
use super::forms::{Author, ChangeSource, Changes, DatasetKind, Definition, NamedColumn, Queried, WritingFlow};
use super::known::{All, HINTS, KnownTables};
use super::names::NameMeaning;
use crate::ast::{AutoCdc, CdcSource, ColumnSelection, InsertFlow, ScdType, StatementKind};
use crate::codes;
use crate::diag::{Diagnostic, Diagnostics, did_you_mean};
use crate::infer::{self, ExprInfo, ExprPlace, Resolution, Scope};
use crate::is_same_name;
use crate::source::{FileId, SourceMap, Span};
use crate::types::Column;

/// Where flows stand, and what is known around them.
struct FlowContext<'a> {
    by_name: HashMap<&'a str, &'a Definition>,
    known: &'a KnownTables,
    author: Author,
    sources: &'a SourceMap,
    /// How many unknown names are still told what may have been meant.
    hints: Cell<usize>,
    diagnostics: &'a mut Diagnostics,
}

/// Checks every flow, and that every streaming table has something that fills it; gives what writes into which table.
pub fn check(
    definitions: &[Definition],
    known: &KnownTables,
    flows: &[Tree],
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) -> Vec<(String, WritingFlow)> {
    let by_name: HashMap<&str, &Definition> = definitions.iter().map(|d| (d.name.as_str(), d)).collect();
    let (author, hints) = (known.author, Cell::new(HINTS));
    let mut context = FlowContext { by_name, known, author, sources, hints, diagnostics };
    let mut names: BTreeMap<String, Span> = BTreeMap::new();
    let mut writers = vec![];
    // What is written into, for sure or perhaps.
    let (mut targets, mut is_open): (HashSet<&str>, bool) = (HashSet::new(), known.lost);
    for tree in flows {
        let (file, statement) = (tree.file(), tree.statement());
        let Some((target, flow)) = flow_of(&statement.kind) else { continue };
        if let StatementKind::CreateFlow(flow) = &statement.kind {
            let span = context.name_span(file, &flow.name);
            if let Some(first) = names.insert(last_part(&flow.name).into_owned(), span) {
                let message = format!("flow `{}` is defined twice", last_part(&flow.name));
                context
                    .push(Diagnostic::error(codes::DUPLICATE_DATASET, message).at(span).related(first, "first here"));
            }
        }
        if !matches!(statement.kind, StatementKind::CreateStreamingTable(_)) {
            check_target(target, tree, &mut context);
        }
        let key = match known.meaning(target, tree.space()) {
            NameMeaning::Known(key) => Some(key),
            NameMeaning::Perhaps => {
                is_open = true;
                None
            }
            NameMeaning::Nothing => None,
        };
        let writer = match flow {
            FlowTree::Insert(insert) => Some(WritingFlow::Insert(check_insert(insert, tree, &mut context))),
            FlowTree::Changes(cdc) => {
                check_cdc(cdc, key.unwrap_or_default(), tree, &mut context).map(WritingFlow::Changes)
            }
        };
        targets.extend(key);
        writers.extend(key.zip(writer).map(|(key, writer)| (key.to_owned(), writer)));
    }
    for definition in definitions.iter().filter(|d| d.kind == DatasetKind::StreamingTable && !d.has_query) {
        if !targets.contains(definition.name.as_str()) && !is_open {
            let message = format!("streaming table `{}` has no query and no flow", definition.name);
            let hint = "give it a query with `AS`, or a flow with `CREATE FLOW`";
            let fault = Diagnostic::error(codes::STREAMING_MISMATCH, message).at(first_line(definition.span));
            context.push(author.doubt(fault.hint(hint)));
        }
    }
    writers
}

impl<'a> FlowContext<'a> {
    fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn name_span(&self, file: FileId, name: &ObjectName) -> Span {
        let text = self.sources.text(file);
        let last = name.0.last().and_then(|part| part.as_ident());
        Span::new(file, last.map_or(0..0, |ident| crate::range_of(text, ident.span).unwrap_or(0..0)))
    }

    fn ident_span(&self, file: FileId, ident: &Ident) -> Span {
        Span::new(file, crate::range_of(self.sources.text(file), ident.span).unwrap_or(0..0))
    }

    /// The dataset that a flow names; a fault when there is none.
    fn dataset(&mut self, tree: &Tree, name: &ObjectName) -> Option<&'a Definition> {
        let found = match self.known.meaning(name, tree.space()) {
            NameMeaning::Known(key) => self.by_name.get(key).copied(),
            NameMeaning::Perhaps => return None,
            NameMeaning::Nothing if self.known.lost => return None,
            NameMeaning::Nothing => None,
        };
        if found.is_none() {
            let word = crate::name_text(name);
            let hint = self.hints.get().checked_sub(1).and_then(|left| {
                self.hints.set(left);
                let mut known: Vec<&str> = self.by_name.keys().copied().collect();
                known.sort_unstable();
                did_you_mean(&last_part(name), known)
            });
            let fault = Diagnostic::error(codes::UNRESOLVED_NAME, format!("unknown dataset `{word}`"));
            let span = self.name_span(tree.file(), name);
            let author = self.author;
            self.push(author.doubt(fault.at(span).maybe_hint(hint)));
        }
        found
    }

    /// The tables as a statement sees them.
    fn tables<'b>(&'b self, tree: &'b Tree) -> All<'b> {
        All { known: self.known, space: tree.space(), hints: &self.hints }
    }

    fn tell(&mut self, file: FileId, faults: &[infer::TypeFault]) {
        let author = self.author;
        self.diagnostics.extend(faults.iter().map(|fault| super::fault(author, file, fault)));
    }
}

fn check_target(name: &ObjectName, tree: &Tree, context: &mut FlowContext<'_>) {
    let Some(target) = context.dataset(tree, name) else { return };
    let span = context.name_span(tree.file(), name);
    if target.kind != DatasetKind::StreamingTable {
        let message = format!("`{}` is not a streaming table, so a flow cannot write into it", target.name);
        context.push(Diagnostic::error(codes::STREAMING_MISMATCH, message).at(span));
    } else if target.has_query {
        let message = format!("`{}` already has a query, so a flow cannot write into it", target.name);
        let hint = "remove `AS ..` there, and make that query a flow too";
        let fault = Diagnostic::error(codes::DUPLICATE_DATASET, message).at(span).hint(hint).rule("query-and-flow");
        let author = context.author;
        context.push(author.doubt(fault));
    }
}

fn check_insert(insert: &InsertFlow, tree: &Tree, context: &mut FlowContext<'_>) -> Queried {
    let file = tree.file();
    let info = infer::analyze_query(&insert.query, context.sources.text(file), &context.tables(tree));
    context.tell(file, &info.faults);
    if let StatementKind::CreateFlow(flow) = &tree.statement().kind
        && info.streaming == insert.once
    {
        let span = context.name_span(file, &flow.name);
        let (message, hint) = if insert.once {
            ("a `ONCE` flow cannot read a stream", "remove `STREAM` or `ONCE`")
        } else {
            ("a flow must read a stream", "read it as `FROM STREAM ..`")
        };
        let fault = Diagnostic::error(codes::STREAMING_MISMATCH, message).at(span).hint(hint);
        let author = context.author;
        context.push(if info.perhaps_streaming && !insert.once { author.doubt(fault) } else { fault });
    }
    Queried { file, info: Box::new(info) }
}

/// What AUTO CDC reads its changes from.
struct Read {
    /// As messages call it.
    name: String,
    columns: Arc<[Column]>,
    /// Whether it may have other columns.
    open: bool,
    place: Span,
    source: ChangeSource,
}

impl Scope for Read {
    fn resolve(&self, path: &[&str]) -> Resolution {
        super::open_scope(&self.columns, self.open, path)
    }
}

/// The source of changes, which must be a stream but for a flow that runs once; `None` when it is not known.
fn changes(cdc: &AutoCdc, tree: &Tree, context: &mut FlowContext<'_>) -> Option<Read> {
    let file = tree.file();
    let (changes, is_stream, is_certain) = match &cdc.source {
        CdcSource::Stream(name) | CdcSource::Table(name) => {
            let place = context.name_span(file, name);
            // Of a table that a statement beside the pipeline creates the columns are known.
            let declared = context.tables(tree).relation(name);
            let own = matches!(context.known.meaning(name, tree.space()), NameMeaning::Known(_));
            if let Some(relation) = declared.filter(|_| !own) {
                let source = ChangeSource::Dataset(crate::name_text(name), place);
                let (columns, open) = (relation.columns.clone(), relation.open);
                return Some(Read { name: format!("`{}`", crate::name_text(name)), columns, open, place, source });
            }
            let source = context.dataset(tree, name)?;
            let open = source.open || source.columns.is_empty();
            let from = ChangeSource::Dataset(source.name.clone(), place);
            // Whether the rows of a materialized view can be read as a stream no page says.
            let is_certain = source.kind != DatasetKind::MaterializedView && !source.perhaps_streamable;
            let columns = source.columns.clone();
            let name = format!("`{}`", source.name);
            (Read { name, columns, open, place, source: from }, source.streamable, is_certain)
        }
        CdcSource::Query(query) => {
            let text = context.sources.text(file);
            let info = infer::analyze_query(query, text, &context.tables(tree));
            context.tell(file, &info.faults);
            let place = first_line(Span::new(file, crate::range_of_node(text, &**query).unwrap_or(0..0)));
            let (columns, open) = (info.schema(), info.open);
            let (is_stream, is_certain) = (info.streaming || !info.faults.is_empty(), !info.perhaps_streaming);
            let source = ChangeSource::Query(Queried { file, info: Box::new(info) });
            (Read { name: "the query".to_owned(), columns, open, place, source }, is_stream, is_certain)
        }
    };
    if !is_stream && !cdc.once {
        let message = format!("{} is not a stream, so AUTO CDC cannot read changes from it", changes.name);
        let fault = Diagnostic::error(codes::STREAMING_MISMATCH, message).at(changes.place);
        let author = context.author;
        context.push(if is_certain { fault } else { author.doubt(fault) });
    }
    Some(changes)
}

fn check_cdc(cdc: &AutoCdc, target: &str, tree: &Tree, context: &mut FlowContext<'_>) -> Option<Changes> {
    let file = tree.file();
    let source = changes(cdc, tree, context)?;
    let selected = match &cdc.columns {
        Some(ColumnSelection::Only(names) | ColumnSelection::AllExcept(names)) => names.as_slice(),
        None => &[],
    };
    for ident in cdc.keys.iter().chain(selected) {
        check_column(ident, &source, file, context);
    }
    let text = context.sources.text(file);
    let order = infer::analyze_expr(&cdc.sequence_by, text, &source, ExprPlace::row("SEQUENCE BY"));
    context.tell(file, &order.faults);
    let named = |info: ExprInfo| info.columns.into_iter().filter_map(move |used| super::named(used, file));
    let mut conditions: Vec<NamedColumn> = vec![];
    for condition in cdc.filter.iter().chain(&cdc.apply_as_delete).chain(&cdc.apply_as_truncate) {
        let info = infer::analyze_condition(condition, text, &source, ExprPlace::row("a condition of AUTO CDC"));
        context.tell(file, &info.faults);
        conditions.extend(named(info));
    }
    let is_start = |c: &Column| is_same_name(&c.name, "__START_AT");
    let lacks = context.by_name.get(target).is_some_and(|t| !t.open && !t.columns.iter().any(is_start));
    if cdc.stored_as == Some(ScdType::ScdType2) && lacks {
        let message = format!("`{target}` keeps a history, but does not declare `__START_AT` and `__END_AT`");
        let hint = "a table that lists its columns must also list these two, with the type of `SEQUENCE BY`";
        context.push(Diagnostic::error(codes::COLUMN_MISMATCH, message).at(source.place).hint(hint));
    }
    Some(Changes {
        source: source.source,
        selection: cdc.columns.clone(),
        keeps_history: cdc.stored_as == Some(ScdType::ScdType2),
        sequence: named(order).collect(),
        conditions,
    })
}

fn check_column(ident: &Ident, source: &Read, file: FileId, context: &mut FlowContext<'_>) {
    if source.open || source.columns.iter().any(|c| is_same_name(&c.name, &ident.value)) {
        return;
    }
    let hint = context.hints.get().checked_sub(1).and_then(|left| {
        context.hints.set(left);
        did_you_mean(&ident.value, source.columns.iter().map(|c| c.name.as_str()))
    });
    let message = format!("{} has no column `{}`", source.name, ident.value);
    let span = context.ident_span(file, ident);
    context.push(Diagnostic::error(codes::UNRESOLVED_NAME, message).at(span).maybe_hint(hint));
}
