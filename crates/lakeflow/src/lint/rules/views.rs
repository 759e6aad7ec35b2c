//! Queries of materialized views that are rejected, or fully recomputed in every refresh: lakeflow-sql.md,
//! "Materialized views", "AUTO CDC" and "Incremental refresh".

use std::ops::Range;

use sqlparser::tokenizer::Token;

use crate::check::{DatasetKind, Definition, Setting};
use crate::infer::TableRead;
use crate::lint::finding::Finding;
use crate::lint::view::StatementView;
use crate::types::Column;

/// `PIVOT`.
pub fn pivot(view: &StatementView<'_>) -> Vec<Finding> {
    let is_clause = |at: &usize| view.creates_dataset() && view.is_token(at + 1, &Token::LParen);
    let find = |at: usize| {
        let finding = Finding::new(view.range(at, at), "`PIVOT` is not supported in a pipeline");
        let finding = finding.hint("write an aggregate for each column: `sum(x) FILTER (WHERE k = 'a') AS a`");
        finding.doubtful(view.setting == Setting::Perhaps)
    };
    view.places("PIVOT").filter(is_clause).map(find).collect()
}

/// `ORDER BY` and `LIMIT` of a whole materialized view.
pub fn sorted_view(view: &StatementView<'_>) -> Vec<Finding> {
    let query = view.definition.filter(|d| d.kind == DatasetKind::MaterializedView).and(view.query);
    let Some(query) = query else { return vec![] };
    let find = |range: &Range<usize>| {
        let finding =
            Finding::new(range.clone(), "sorting and limits force a full refresh every time, and a table has no order");
        finding.hint("sort and limit when the view is read")
    };
    query.features.all.order_by.iter().chain(&query.features.all.limit).map(find).collect()
}

/// `OVER (ORDER BY ..)`, but for `QUALIFY`: who keeps the newest delivery as a whole has no group to name.
pub fn window_without_partition(view: &StatementView<'_>) -> Vec<Finding> {
    let is_whole = |at: &usize| {
        let window = at + 1..view.closing(at + 1);
        view.is_materialized_view()
            && view.is_token(at + 1, &Token::LParen)
            && !window.clone().any(|i| view.is(i, "PARTITION BY"))
    };
    let find = |at: usize| {
        let finding =
            Finding::new(view.range(at, view.closing(at + 1)), "a window over all rows is recomputed on every refresh");
        finding.hint("add `PARTITION BY`, or compute it where the view is read")
    };
    let qualify = view.places("QUALIFY").next().unwrap_or(view.pieces.len());
    view.places("OVER").filter(|at| *at < qualify && is_whole(at)).map(find).collect()
}

/// `WITH RECURSIVE` in a materialized view.
pub fn recursive_view(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |at: usize| {
        let finding = Finding::new(view.range(at, at + 1), "a recursive query is recomputed on every refresh");
        finding.hint("keep the view small and build other views on top of it")
    };
    view.places("WITH RECURSIVE").filter(|_| view.is_materialized_view()).map(find).collect()
}

/// A materialized view over a table that does not track its rows, though it says so or the view is to be incremental.
pub fn untracked_rows(view: &StatementView<'_>) -> Vec<Finding> {
    let Some(query) = view.definition.filter(|d| d.kind == DatasetKind::MaterializedView).and(view.query) else {
        return vec![];
    };
    let must_be_incremental = view.has("REFRESH POLICY INCREMENTAL");
    let find = |read: &TableRead| {
        let tracks = view.tracks_rows(&read.name).filter(|_| !read.function)?;
        let is_at_fault = tracks == Some(false) || tracks.is_none() && must_be_incremental;
        let message = format!("row tracking is off for `{}`, so each refresh reads all rows", read.name.join("."));
        let hint = "add `TBLPROPERTIES ('delta.enableRowTracking' = 'true')` to that table";
        is_at_fault.then(|| Finding::new(read.range.clone(), message).hint(hint))
    };
    query.reads.iter().filter_map(find).collect()
}

/// `SELECT sum(x)` without `AS`.
pub fn unnamed_column(view: &StatementView<'_>) -> Vec<Finding> {
    let is_view = |d: &&Definition| d.kind == DatasetKind::MaterializedView && view.column_list().is_none();
    let Some(query) = view.definition.filter(is_view).and(view.query) else { return vec![] };
    let unnamed = query.columns.iter().filter(|column| !column.named);
    let find = |name: &str| {
        let finding =
            Finding::new(view.range(0, 2), format!("`{name}` has no alias, which a materialized view may require"));
        finding.hint(format!("write `{name} AS ..`"))
    };
    unnamed.map(|column| find(&column.column.name)).collect()
}

/// Every version of a history where the current one is meant; who only counts rows and names no column means all.
pub fn history_without_end(view: &StatementView<'_>) -> Vec<Finding> {
    let Some(query) = view.query else { return vec![] };
    let flows = || query.columns.iter().flat_map(|column| &column.flows).chain(&query.rows);
    let bounds = |column: &Column| ["__END_AT", "__START_AT"].iter().any(|c| c.eq_ignore_ascii_case(&column.name));
    let is_bounded = flows().filter_map(|flow| query.origin(flow.origin)).any(|(_, column)| bounds(column));
    if is_bounded || !view.is_materialized_view() {
        return vec![];
    }
    let is_named = |index: usize| flows().any(|flow| flow.origin.read == index);
    let find = |(index, read): (usize, &TableRead)| {
        let name = read.name.last().filter(|_| view.keeps_history(&read.name) && is_named(index))?;
        let message = format!("`{name}` keeps all versions of a row, and this reads all of them");
        Some(Finding::new(read.range.clone(), message).hint("add `WHERE __END_AT IS NULL` to read the current ones"))
    };
    query.reads.iter().enumerate().filter_map(find).collect()
}
