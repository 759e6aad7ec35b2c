//! Views: temporary ones of the pipeline, and those of the catalog.

use lakeflow::ast::{CreateView, StatementKind, ViewColumn};
use lakeflow::{ParseFault, ident_text};

use super::body::QueryBody;
use super::checks::{Checks, take_expectations};
use super::names::{last, leave_live, parts};
use super::note::Loss;
use super::scope::ConversionScope;
use super::statement::Rewritten;

pub(super) fn view(create: CreateView, scope: &mut ConversionScope<'_>) -> Rewritten {
    let mut view = create;
    leave_live(&mut view.name);
    scope.dataset = parts(&view.name).into_iter().cloned().collect();
    if view.global {
        let message = format!("`GLOBAL` left out: `{}` is a view of the pipeline", last(&view.name));
        scope.note("GLOBAL", Loss::Changed, message);
    }
    view.temporary |= view.live;
    (view.global, view.live, view.streaming) = (false, false, false);
    let checks = Checks::of_expectations(&view.expectations);
    take_expectations(&mut view.expectations, Ok(()), scope);
    if view.temporary && !view.properties.is_empty() {
        view.properties.clear();
        scope.note("TBLPROPERTIES", Loss::Dropped, "`TBLPROPERTIES` left out: no temporary view of Spark has them");
    }
    let columns = std::mem::take(&mut view.columns);
    let body = renamed(QueryBody::rewritten(view.query, scope), &columns, scope)?;
    view.query = checks.around(body, scope)?;
    Ok(vec![StatementKind::CreateView(Box::new(view))])
}

/// The query with the names that the view gives its columns: Spark passes over those of the view, without a word.
fn renamed(body: QueryBody, columns: &[ViewColumn], scope: &mut ConversionScope<'_>) -> Result<QueryBody, ParseFault> {
    if columns.is_empty() {
        return Ok(body);
    }
    for column in columns.iter().filter(|column| column.comment.is_some()) {
        let place = scope.behind(&column.name, "COMMENT");
        let message =
            format!("comment on `{}` left out: in Spark, columns of views have no comments", column.name.value);
        scope.note_at(place, Loss::Dropped, message);
    }
    let names: Vec<String> = columns.iter().map(|column| ident_text(&column.name)).collect();
    body.wrapped(&format!("AS renamed ({})", names.join(", ")))
}
