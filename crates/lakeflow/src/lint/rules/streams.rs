//! Queries over streams that fail in an update, or lose and repeat rows: lakeflow-sql.md, "Flows", "AUTO CDC" and
//! "Streaming reads".

use std::ops::Range;

use crate::lint::finding::Finding;
use crate::lint::view::StatementView;

/// `UNION` of two streams.
pub fn union_of_streams(view: &StatementView<'_>) -> Vec<Finding> {
    let streams = view.streams();
    let (first, last) = (streams.first().map_or(usize::MAX, |(at, _)| *at), streams.last().map_or(0, |(at, _)| *at));
    let stands_between = |at: &usize| (first..last).contains(at);
    let find = |at: usize| {
        let finding = Finding::new(view.range(at, at), "adding a source to a union of streams requires a full refresh");
        finding.hint("write a flow for each source: `CREATE FLOW .. AS INSERT INTO .. BY NAME ..`")
    };
    view.places("UNION").filter(stands_between).map(find).collect()
}

/// A join of two streams without a watermark.
pub fn stream_stream_join(view: &StatementView<'_>) -> Vec<Finding> {
    let Some(query) = view.query else { return vec![] };
    if view.has("WATERMARK") {
        return vec![];
    }
    let joins = query.features.joins.iter().filter(|join| join.left_streaming && join.right_streaming);
    let find = |range: &Range<usize>| {
        let finding = Finding::new(range.clone(), "a join of two streams keeps every row of both forever");
        finding.hint("read one side as a table, without `STREAM`, or give both a watermark")
    };
    joins.map(|join| find(&join.range)).collect()
}

/// A stream over a table whose rows change.
pub fn stream_from_cdc_target(view: &StatementView<'_>) -> Vec<Finding> {
    if view.has("SKIPCHANGECOMMITS") || view.has("READCHANGEFEED") {
        return vec![];
    }
    let changes = view.streams().into_iter().filter(|(_, name)| view.keeps_current(name));
    let find = |(at, name): (usize, Vec<String>)| {
        let name = name.join(".");
        let finding = Finding::new(
            view.range(at, at),
            format!("rows of `{name}` change, and a stream over it fails at the first change"),
        );
        finding.hint("read it in a materialized view, or add `WITH (SKIPCHANGECOMMITS = TRUE)`")
    };
    changes.map(find).collect()
}
