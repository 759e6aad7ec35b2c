//! Converts one statement: whether it can be converted at all, and the result.

use lakeflow::ast::{Statement, StatementKind};
use lakeflow::{Attempt, ParseFault};

use super::body::statement_text;
use super::note::Loss;
use super::scope::ConversionScope;
use super::{ConvertedPart, cdc, flow, names, table, view};

/// What a statement becomes; an error is a part that can't be put together again.
pub(super) type Rewritten = Result<Vec<StatementKind>, ParseFault>;

pub(super) fn convert(attempt: Attempt, scope: &mut ConversionScope<'_>) -> ConvertedPart {
    scope.begin(attempt.range.clone());
    let mut converted = ConvertedPart { range: scope.original(&attempt.range), sql: vec![] };
    let missing = scope.missing_keys();
    for (why, place) in &missing {
        scope.note_at(place.clone(), Loss::Unconverted, why.clone());
    }
    let statement = match attempt.statement {
        Ok(statement) => statement,
        Err(faults) => {
            // What follows from a key without a value is not worth a word of its own.
            for fault in faults.into_iter().filter(|_| missing.is_empty()) {
                scope.note_at(fault.range, Loss::Unconverted, format!("no Lakeflow SQL: {}", fault.message));
            }
            return converted;
        }
    };
    let Statement { range, comments: leading, kind } = statement;
    let kinds = rewrite(kind, scope);
    if let Err(fault) = &kinds {
        let message = format!("the converted statement would not be SQL: {}", fault.message);
        scope.note_at(range.clone(), Loss::Unconverted, message);
    }
    if scope.gives_up() {
        return converted;
    }
    let (mut leading, mut is_kept) = (Some(leading), false);
    for kind in kinds.unwrap_or_default() {
        let statement = Statement { range: 0..0, comments: leading.take().unwrap_or_default(), kind };
        let (text, kept) = statement_text(&statement, scope.body.as_deref());
        is_kept |= kept;
        converted.sql.push(text);
    }
    let kept = scope.kept.clone().filter(|_| is_kept);
    if let (count, Some(first)) = scope.lost_comments(kept) {
        let words = if count == 1 { "a comment".to_owned() } else { format!("{count} comments") };
        scope.note_at(first, Loss::Dropped, format!("{words} inside of the statement left out"));
    }
    converted
}

fn rewrite(kind: StatementKind, scope: &mut ConversionScope<'_>) -> Rewritten {
    match kind {
        StatementKind::CreateStreamingTable(create) => table::streaming_table(*create, scope),
        StatementKind::CreateMaterializedView(create) => table::materialized_view(*create, scope),
        StatementKind::CreateTable(create) => table::plain_table(*create, scope),
        StatementKind::CreateView(create) => view::view(*create, scope),
        StatementKind::CreateFlow(create) => flow::flow(*create, scope),
        StatementKind::ApplyChanges(apply) => cdc::apply_changes(*apply, scope),
        StatementKind::Set { key, value } => {
            set(&key, scope);
            Ok(vec![StatementKind::Set { key, value }])
        }
        StatementKind::UseCatalog(name) | StatementKind::SetCatalog(name) => {
            scope.catalog = names::parts(&name).last().map(|part| (*part).clone());
            scope.schema.clear();
            Ok(vec![StatementKind::SetCatalog(name)])
        }
        StatementKind::UseSchema(name) => {
            scope.schema = names::parts(&name).into_iter().cloned().collect();
            Ok(vec![StatementKind::UseSchema(name)])
        }
        other => {
            let words = match other {
                StatementKind::Query(_) => "a bare query".to_owned(),
                other => format!("`{}`", other.name().replace('_', " ").to_uppercase()),
            };
            let place = scope.places().statement();
            let message = format!("{words} left out: it is not part of a pipeline, run it separately");
            scope.note_at(place, Loss::Unconverted, message);
            Ok(vec![])
        }
    }
}

fn set(key: &str, scope: &mut ConversionScope<'_>) {
    let place = scope.places().statement();
    let lower = key.to_lowercase();
    if lower.starts_with("spark.sql.") {
        let message = format!("`{key}` is too late for the analysis of the queries: set it for the session");
        scope.note_at(place, Loss::Changed, message);
    } else if ["pipelines.", "spark.databricks.", "spark.master"].iter().any(|head| lower.starts_with(head)) {
        scope.note_at(place, Loss::Changed, format!("`{key}` means nothing to Spark"));
    }
}
