//! Restrictions and traps of Lakeflow that apply to statements that parse and resolve.
//!
//! There is one function per rule; each names the section of the reference that it comes from.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::dataset::{expectations_of, first_line, table_of};
use super::forms::{Author, DatasetKind, Definition, NamedColumn};
use super::setting::Setting;
use crate::ast::{Statement, StatementKind, Violation};
use crate::codes;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::functions::Stability;
use crate::infer::{self, ExprInfo, ExprPlace, FaultKind, QueryInfo, Resolution, Scope};
use crate::source::{FileId, Span};
use crate::{NameIndex, folded, types::Column};

/// Applies every rule over what the query of a dataset is made of.
pub fn query(
    definition: &Definition,
    query: &QueryInfo,
    statement: &Statement,
    author: Author,
    diagnostics: &mut Diagnostics,
) {
    let file = definition.span.file;
    diagnostics.extend(streaming(definition, query, statement, author));
    diagnostics.extend(stream_operations(query, file, author));
    // Views that gen writes are read by materialized views alone, unless they are streams.
    let is_part = author == Author::Gen && definition.kind == DatasetKind::TemporaryView && !query.streaming;
    if is_part || definition.kind == DatasetKind::MaterializedView {
        diagnostics.extend(repeatable(query, file).into_iter().map(|fault| author.doubt(fault)));
    }
}

fn at(code: Code, message: impl Into<String>, file: FileId, range: Range<usize>) -> Diagnostic {
    Diagnostic::error(code, message).at(Span::new(file, range))
}

/// What pipeline source may hold (lakeflow-sql.md, "What pipeline source may hold"). A script may hold all of it, and of a
/// file that may be one nothing is sure.
pub fn forbidden(file: FileId, statement: &Statement, author: Author, setting: Setting) -> Option<Diagnostic> {
    let span = first_line(Span::new(file, statement.range.clone()));
    let refuse = |rule: &'static str, message: &str, hint: &str| {
        let fault = Diagnostic::error(codes::FORBIDDEN_STATEMENT, message).at(span).hint(hint).rule(rule);
        Some(match (rule, setting) {
            ("statement-outside-pipeline", Setting::Pipeline) => fault,
            _ => author.doubt(fault),
        })
    };
    if author == Author::People && setting == Setting::Beside {
        return None;
    }
    match &statement.kind {
        StatementKind::CreateStreamingTable(_)
        | StatementKind::CreateMaterializedView(_)
        | StatementKind::CreateView(_)
        | StatementKind::CreateFlow(_)
        | StatementKind::ShowSet(_)
        | StatementKind::Set { .. }
        | StatementKind::UseCatalog(_)
        | StatementKind::SetCatalog(_)
        | StatementKind::UseSchema(_) => forbidden_in_definition(statement, refuse),
        StatementKind::ApplyChanges(_) => refuse(
            "apply-changes",
            "`APPLY CHANGES INTO` is deprecated",
            "write `CREATE FLOW name AS AUTO CDC INTO ..`",
        ),
        StatementKind::Query(_) => refuse(
            "bare-query",
            "a bare query defines nothing in a pipeline",
            "define a dataset with it: `CREATE OR REFRESH ..`",
        ),
        _ => refuse(
            "statement-outside-pipeline",
            "this statement is not allowed in pipeline source",
            "set up functions, grants, tags, comments and schemas outside of the pipeline",
        ),
    }
}

/// What the definition of a dataset may not say in a pipeline (lakeflow-sql.md, "Streaming tables", "Materialized
/// views" and "Views").
fn forbidden_in_definition(
    statement: &Statement,
    refuse: impl Fn(&'static str, &str, &str) -> Option<Diagnostic>,
) -> Option<Diagnostic> {
    if is_live(&statement.kind) {
        return refuse(
            "live-object",
            "`LIVE` is deprecated",
            "write `TEMPORARY VIEW`, `MATERIALIZED VIEW` or `STREAMING TABLE`",
        );
    }
    let table = table_of(&statement.kind)?;
    if table.or_replace {
        return refuse("or-replace-dataset", "`OR REPLACE` is not allowed on a pipeline dataset", "write `OR REFRESH`");
    }
    if table.schedule.is_some() || table.if_not_exists || table.collation.is_some() {
        return refuse(
            "standalone-clause",
            "`IF NOT EXISTS`, `SCHEDULE`, `TRIGGER` and `DEFAULT COLLATION` are not allowed in a pipeline",
            "`OR REFRESH` creates missing datasets, and the pipeline itself is scheduled or triggered",
        );
    }
    if table.location.is_some() {
        return refuse(
            "location-clause",
            "`LOCATION` is not allowed on a Unity Catalog table",
            "its location is managed: remove the clause",
        );
    }
    let is_view = matches!(statement.kind, StatementKind::CreateMaterializedView(_));
    let odd = table.columns.iter().any(|c| c.generated.is_some() || c.default.is_some());
    if is_view && odd {
        return refuse(
            "generated-column",
            "generated, identity and default columns are not allowed in a materialized view",
            "compute the value in the query",
        );
    }
    None
}

/// Whether a dataset is defined in the legacy spelling.
fn is_live(kind: &StatementKind) -> bool {
    match kind {
        StatementKind::CreateView(view) => view.live,
        other => table_of(other).is_some_and(|table| table.live),
    }
}

/// Streaming tables read streams, materialized views and published views do not (lakeflow-sql.md, "Streaming tables",
/// "Materialized views").
fn streaming(definition: &Definition, query: &QueryInfo, statement: &Statement, author: Author) -> Option<Diagnostic> {
    let name = &definition.name;
    // How the old spelling goes with streams no page says any more.
    let is_certain = !query.perhaps_streaming && !is_live(&statement.kind);
    let (rule, message, hint) = match definition.kind {
        DatasetKind::StreamingTable if !query.streaming => (
            "stream-missing",
            format!("streaming table `{name}` does not read a stream"),
            "read it as `FROM STREAM ..`, or make it a materialized view",
        ),
        DatasetKind::MaterializedView if query.streaming => (
            "stream-in-view",
            format!("materialized view `{name}` reads a stream"),
            "remove `STREAM`, or make it a streaming table",
        ),
        DatasetKind::View if query.streaming => {
            ("stream-in-view", format!("view `{name}` reads a stream"), "make it a temporary view, or remove `STREAM`")
        }
        _ => return None,
    };
    let stream = query.reads.iter().find(|r| r.stream).map(|r| Span::new(definition.span.file, r.range.clone()));
    let span = stream.unwrap_or_else(|| first_line(definition.span));
    let fault = Diagnostic::error(codes::STREAMING_MISMATCH, message).at(span).hint(hint).rule(rule);
    Some(if is_certain { fault } else { author.doubt(fault) })
}

/// What a stream can't do without state that grows for ever, or at all (lakeflow-sql.md, "Streaming reads").
fn stream_operations(query: &QueryInfo, file: FileId, author: Author) -> Vec<Diagnostic> {
    let used = &query.features.over_stream;
    let refused: [(&[Range<usize>], &str, &str, &str); 5] = [
        (
            &used.windows,
            "window-over-stream",
            "a window function over a stream",
            "keep the latest row per key with AUTO CDC",
        ),
        (&used.aggregates, "aggregate-over-stream", "an aggregate over a stream", "aggregate in a materialized view"),
        (
            &used.distinct,
            "distinct-stream",
            "`DISTINCT` over a stream",
            "remove duplicates with AUTO CDC, or in a materialized view",
        ),
        (&used.order_by, "sorted-stream", "`ORDER BY` over a stream", "sort when the table is read"),
        (&used.limit, "limited-stream", "`LIMIT` over a stream", "limit when the table is read"),
    ];
    let mut faults = vec![];
    for (ranges, rule, what, hint) in refused {
        let is_refused = rule == "window-over-stream";
        // With a watermark the state of a group goes when it is complete.
        let is_bounded = matches!(rule, "aggregate-over-stream" | "distinct-stream") && query.features.watermark;
        if author == Author::People && is_bounded {
            continue;
        }
        let message = match (author, rule) {
            (Author::Gen, _) | (_, "window-over-stream") => format!("{what} is not supported"),
            (_, "aggregate-over-stream" | "distinct-stream") => {
                format!("{what} without a watermark keeps its state forever")
            }
            _ => format!("{what} does not return the same result as over a table"),
        };
        for range in ranges {
            let fault = at(codes::STREAMING_OPERATION, message.clone(), file, range.clone()).hint(hint).rule(rule);
            faults.push(if is_refused { fault } else { author.doubt(fault) });
        }
    }
    faults
}

/// A materialized view must give the same rows from the same tables, or it can't be refreshed incrementally
/// (lakeflow-sql.md, "Incremental refresh").
fn repeatable(query: &QueryInfo, file: FileId) -> Vec<Diagnostic> {
    let calls = query.unstable.iter().filter(|call| call.stability > Stability::RowOrder);
    let mut found: Vec<Diagnostic> = calls
        .map(|call| {
            let message =
                format!("`{}` returns a different result on every refresh of a materialized view", call.function);
            let hint = "use a column instead, so that the same rows give the same result";
            at(codes::NOT_INCREMENTAL, message, file, call.range.clone()).hint(hint).rule("unstable-materialized-view")
        })
        .collect();
    found.extend(query.inexact_sums.iter().map(|range| {
        let message = "a sum of floating point numbers depends on the order of rows";
        let warning = Diagnostic::warning(codes::FLOAT_SUM, message).at(Span::new(file, range.clone()));
        warning.hint("cast the numbers to a decimal inside the sum").rule("float-sum")
    }));
    let files =
        query.reads.iter().filter(|r| r.function && !r.stream && r.name.last().is_some_and(|n| n == "read_files"));
    found.extend(files.map(|read| {
        let message = "a materialized view over `read_files` reads every file again on every refresh";
        let warning = Diagnostic::warning(codes::READS_FILES_AGAIN, message).at(Span::new(file, read.range.clone()));
        warning
            .hint("read files into a streaming table with `STREAM read_files(..)`")
            .rule("read-files-in-materialized-view")
    }));
    found
}

/// An expectation looks at one row of the result and is never NULL (lakeflow-sql.md, "Expectations"). Gives the columns
/// by which rows are dropped.
pub fn expectations(
    definition: &Definition,
    file: FileId,
    statement: &Statement,
    text: &str,
    author: Author,
    diagnostics: &mut Diagnostics,
) -> Vec<NamedColumn> {
    let expectations = expectations_of(&statement.kind);
    if !expectations.is_empty() {
        diagnostics.extend(expects_of_view(definition, file, statement, author));
    }
    let mut seen: HashSet<Cow<'_, str>> = HashSet::new();
    let mut drops = vec![];
    let names = definition.columns.iter().map(|column| column.name.as_str()).collect();
    let scope = Row { columns: &definition.columns, names, open: definition.open };
    for expectation in expectations {
        let name = Span::new(file, crate::range_of(text, expectation.name.span).unwrap_or(0..0));
        if !seen.insert(folded(&expectation.name.value)) {
            let message = format!("duplicate expectation `{}`", expectation.name.value);
            diagnostics.push(Diagnostic::error(codes::BAD_EXPECTATION, message).at(name).rule("duplicate-expectation"));
        }
        let info = infer::analyze_guarded(&expectation.predicate, text, &scope, ExprPlace::row("an expectation"));
        diagnostics.extend(info.faults.iter().filter_map(|fault| expectation_fault(fault, &info, file, author)));
        if info.faults.is_empty() && info.nullable {
            let message = format!(
                "expectation `{}` can be NULL, and the result for NULL is undocumented",
                expectation.name.value
            );
            let hint = "write `coalesce(<condition>, FALSE)`, or `(<condition>) IS TRUE`";
            let fault = Diagnostic::error(codes::BAD_EXPECTATION, message).at(name).hint(hint);
            diagnostics.push(author.doubt(fault.rule("nullable-expectation")));
        }
        if expectation.on_violation == Some(Violation::DropRow) {
            drops.extend(info.columns.into_iter().filter_map(|used| super::named(used, file)));
        }
    }
    drops
}

/// Of temporary views the pages say both, of the old live views that they hold expectations.
fn expects_of_view(definition: &Definition, file: FileId, statement: &Statement, author: Author) -> Option<Diagnostic> {
    let is_old = author == Author::People && is_live(&statement.kind);
    if is_old || !matches!(definition.kind, DatasetKind::View | DatasetKind::TemporaryView) {
        return None;
    }
    let span = first_line(Span::new(file, statement.range.clone()));
    let message = match (author, definition.kind) {
        (Author::People, DatasetKind::TemporaryView) => {
            format!("it is not documented whether view `{}` can have expectations", definition.name)
        }
        _ => format!("view `{}` cannot have expectations", definition.name),
    };
    let fault = Diagnostic::error(codes::BAD_EXPECTATION, message).at(span);
    let fault = fault.hint("put them on the table that reads it").rule("expectation-on-view");
    Some(if definition.kind == DatasetKind::View { fault } else { author.doubt(fault) })
}

/// What the analyser says of an expectation, which looks at one row. Documents use the time of the run in them; of what else
/// changes from run to run they only say that it should not.
fn expectation_fault(fault: &infer::TypeFault, info: &ExprInfo, file: FileId, author: Author) -> Option<Diagnostic> {
    let beyond = || {
        let found = at(codes::BAD_EXPECTATION, fault.message.clone(), file, fault.range.clone());
        found.maybe_hint(fault.hint.clone()).rule("expectation-beyond-row")
    };
    let is_time = || {
        let call = info.unstable.iter().find(|call| call.range == fault.range);
        call.is_some_and(|call| TIMES.iter().any(|time| time.eq_ignore_ascii_case(&call.function)))
    };
    match fault.kind {
        FaultKind::NotDeterministic if author == Author::People && is_time() => None,
        FaultKind::NotDeterministic => Some(author.doubt(beyond())),
        FaultKind::AggregateNotAllowed
        | FaultKind::WindowNotAllowed
        | FaultKind::SubqueryNotAllowed
        | FaultKind::GeneratorNotAllowed => Some(beyond()),
        FaultKind::UnknownColumn | FaultKind::UnknownFunction | FaultKind::TypeMismatch => {
            Some(super::fault(author, file, fault))
        }
        _ if author == Author::People => Some(super::fault(author, file, fault)),
        _ => Some(beyond()),
    }
}

/// Functions of the time of the run.
const TIMES: &[&str] = &["current_date", "current_timestamp", "now", "curdate", "localtimestamp", "unix_timestamp"];

/// The row that an expectation looks at.
struct Row<'a> {
    columns: &'a [Column],
    names: NameIndex,
    /// Whether it may have other columns.
    open: bool,
}

impl Row<'_> {
    /// The column of a name, as a list of its own.
    fn column(&self, name: Option<&&str>) -> &[Column] {
        let place = name.and_then(|name| self.names.place(name));
        place.and_then(|place| self.columns.get(place..=place)).unwrap_or(self.columns)
    }
}

impl Scope for Row<'_> {
    fn resolve(&self, path: &[&str]) -> Resolution {
        // A filter still knows the tables that the query reads: in `t.a` it is the column that counts.
        match path {
            [_, name, ..] if self.names.place(path[0]).is_none() && self.names.place(name).is_some() => {
                match self.column(path.get(1)).resolve(&path[1..]) {
                    Resolution::Found { ty, nullable, used, path } => {
                        Resolution::Found { ty, nullable, used: used + 1, path }
                    }
                    other => other,
                }
            }
            _ => super::open_scope(self.column(path.first()), self.open, path),
        }
    }
}

/// `allowOverwrites` appends a file again (lakeflow-sql.md, "Reading files"), so something behind it must keep one row of a key. `changed` are the
/// tables that change data capture writes.
pub fn overwrites(definitions: &[Definition], changed: &HashSet<&str>) -> Vec<Diagnostic> {
    if !definitions.iter().any(|definition| definition.rereads_files) {
        return vec![];
    }
    let keeps_one =
        |d: &Definition| changed.contains(d.name.as_str()) || d.kind == DatasetKind::MaterializedView && d.ranks;
    let mut readers: HashMap<&str, Vec<&Definition>> = HashMap::new();
    for definition in definitions {
        for read in &definition.reads {
            readers.entry(read).or_default().push(definition);
        }
    }
    let mut found = vec![];
    for definition in definitions {
        if !definition.rereads_files {
            continue;
        }
        let mut reached: BTreeSet<&str> = BTreeSet::from([definition.name.as_str()]);
        let mut pending = vec![definition.name.as_str()];
        let mut settled = false;
        while let Some(reader) = pending.pop().filter(|_| !settled) {
            for next in readers.get(reader).into_iter().flatten() {
                settled |= keeps_one(next);
                if reached.insert(&next.name) {
                    pending.push(&next.name);
                }
            }
        }
        if !settled {
            let name = &definition.name;
            let message =
                format!("`{name}` reads overwritten files again, and nothing downstream deduplicates the rows by key");
            let fault = Diagnostic::error(codes::OVERWRITES_NEED_CDC, message).at(first_line(definition.span));
            let hint = "process its rows with AUTO CDC, or remove `allowOverwrites`";
            found.push(fault.hint(hint).rule("overwrites-without-cdc"));
        }
    }
    found
}
