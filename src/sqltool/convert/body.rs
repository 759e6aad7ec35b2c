//! A query during conversion, together with its text.
//!
//! The tree has no comments. If nothing in a query had to be rewritten, its text is kept as it was written, including
//! comments; when it is put back into its statement, it is verified that the text means the same as the tree.

use std::sync::Arc;

use lakeflow::ast::{FlowBody, Query, Statement, StatementKind, TableSource};
use lakeflow::fmt::format;
use lakeflow::{ParseFault, parse, parse_query, query_text};
use sqlparser::tokenizer::Token;

use super::scope::ConversionScope;

/// The operator that Spark does not read, though it has the function.
const TRY_CAST: &str = "?::";

/// A query and its text.
pub(super) struct QueryBody {
    query: Arc<Query>,
    text: String,
}

impl QueryBody {
    /// The query of the statement at hand, rewritten.
    pub(super) fn rewritten(mut query: Arc<Query>, scope: &mut ConversionScope<'_>) -> Self {
        let before = query.clone();
        scope.rewrite(Arc::make_mut(&mut query));
        let written = if query == before { written(&query, scope) } else { None };
        let text = written.unwrap_or_else(|| query_text(&query));
        QueryBody { query, text }
    }

    /// `SELECT * FROM (query) tail`.
    pub(super) fn wrapped(self, tail: &str) -> Result<Self, ParseFault> {
        let text = format!("SELECT * FROM (\n{}\n) {tail}", self.text);
        Ok(QueryBody { query: Arc::new(parse_query(&text)?), text })
    }

    /// The query, for the tree; its text waits in the scope.
    pub(super) fn into_query(self, scope: &mut ConversionScope<'_>) -> Arc<Query> {
        scope.body = Some(self.text);
        self.query
    }
}

/// The text of a query as it stands in the statement, with the comments before it.
fn written(query: &Query, scope: &mut ConversionScope<'_>) -> Option<String> {
    let range = scope.places().query(|text| parse_query(text).is_ok_and(|found| found == *query), scope.text())?;
    let has_try_cast =
        scope.pieces(&range).any(|token| matches!(token, Token::CustomBinaryOperator(op) if op == TRY_CAST));
    if has_try_cast {
        return None;
    }
    let text = scope.text().get(range.clone())?.trim().to_owned();
    scope.kept = Some(range);
    Some(text)
}

/// A statement as text in the layout for people; and whether that holds the query as it was written.
pub(super) fn statement_text(statement: &Statement, body: Option<&str>) -> (String, bool) {
    let printed = statement.to_string();
    let with_body = body.and_then(|body| {
        let head = printed.strip_suffix(&query_text(query_of(&statement.kind)?))?;
        let text = format!("{head}{body}");
        let is_same = parse(&text).is_ok_and(|all| matches!(all.as_slice(), [only] if only.kind == statement.kind));
        is_same.then_some(text)
    });
    let is_kept = with_body.is_some();
    (laid_out(with_body.unwrap_or(printed)), is_kept)
}

/// A text in the layout for people.
pub(super) fn laid_out(text: String) -> String {
    format(&text).text.trim_end().to_owned()
}

fn query_of(kind: &StatementKind) -> Option<&Query> {
    match kind {
        StatementKind::CreateStreamingTable(create) => match create.source.as_ref()? {
            TableSource::Query(query) => Some(query),
            TableSource::Flow(_) => None,
        },
        StatementKind::CreateMaterializedView(create) => Some(&create.query),
        StatementKind::CreateView(create) => Some(&create.query),
        StatementKind::CreateFlow(create) => match &create.body {
            FlowBody::Insert(insert) => Some(&insert.query),
            FlowBody::AutoCdc(_) => None,
        },
        _ => None,
    }
}
