//! The YAML of metric views: lakeflow-sql.md, "Metric views".

use std::ops::Range;

use sqlparser::tokenizer::Token;

use crate::lint::finding::Finding;
use crate::lint::view::{Created, StatementView};

/// The text between `$$` of a metric view, with its place.
fn body<'a>(view: &StatementView<'a>) -> Option<(&'a str, Range<usize>)> {
    let is_metric = view.creates(Created::View) && view.has("WITH METRICS");
    let at = (0..view.pieces.len()).find(|index| matches!(view.token(*index), Some(Token::DollarQuotedString(_))));
    let range = at.filter(|_| is_metric).map(|at| view.range(at, at))?;
    Some((view.text.get(range.clone())?, range))
}

/// Bytes of the lines of a text, without what ends them.
fn lines(text: &str, start: usize) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(start, |at, line| {
        let begin = *at;
        *at += line.len();
        Some((begin, line.trim_end()))
    })
}

/// No `version:`.
pub fn metric_view_version(view: &StatementView<'_>) -> Vec<Finding> {
    let Some((text, range)) = body(view) else { return vec![] };
    let has_version = lines(text, 0).any(|(_, line)| line.trim_start_matches('$').starts_with("version:"));
    let finding = || {
        Finding::new(range.start..range.start + 2, "missing `version` of the metric view")
            .hint("add `version: 1.1` at the top")
    };
    (!has_version).then(finding).into_iter().collect()
}

/// `on:` without quotes.
pub fn metric_view_on(view: &StatementView<'_>) -> Vec<Finding> {
    let Some((text, range)) = body(view) else { return vec![] };
    let find = |(start, line): (usize, &str)| {
        let key = line.trim_start_matches([' ', '-']);
        let at = start + line.len() - key.len();
        let finding = Finding::new(at..at + 2, "YAML parsers may read the key `on` as `true`");
        key.starts_with("on:").then(|| finding.hint("write `'on':`").replace(at..at + 2, "'on'"))
    };
    lines(text, range.start).filter_map(find).collect()
}
