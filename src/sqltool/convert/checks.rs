//! The conditions on rows of a table, as a filter around a query.
//!
//! Databricks checks the result of the query, so the filter is the outermost. A rule whose result is NULL counts as
//! violated, which a filter does anyway; a rule that stops the update raises an error there. The rows are no longer
//! counted.

use std::sync::Arc;

use lakeflow::ast::{DeclaredColumn, Expectation, Expr, Ident, Query, TableDefinition, Violation};
use lakeflow::{ParseFault, expr_text, ident_text, string_text};

use super::body::QueryBody;
use super::names::last;
use super::note::Loss;
use super::scope::ConversionScope;

/// The rules of one table that decide what becomes of a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Checks {
    /// `ON VIOLATION DROP ROW`.
    drop: Vec<Expr>,
    /// `ON VIOLATION FAIL UPDATE`, with the name.
    fail: Vec<(Ident, Expr)>,
    /// `NOT NULL`.
    required: Vec<Ident>,
}

impl Checks {
    /// Those of a table.
    pub(super) fn of(table: &TableDefinition) -> Self {
        let mut checks = Checks::of_expectations(&table.expectations);
        let required = table.columns.iter().filter(|column| column.not_null && is_given(column));
        checks.required = required.map(|column| column.name.clone()).collect();
        checks
    }

    /// Those of a view.
    pub(super) fn of_expectations(expectations: &[Expectation]) -> Self {
        let mut checks = Checks::default();
        for Expectation { name, predicate, on_violation } in expectations {
            match on_violation {
                Some(Violation::DropRow) => checks.drop.push(predicate.clone()),
                Some(Violation::FailUpdate) => checks.fail.push((name.clone(), predicate.clone())),
                None => {}
            }
        }
        checks
    }

    /// The query with the filter around it; as it is when there is nothing to check.
    pub(super) fn around(mut self, body: QueryBody, scope: &mut ConversionScope<'_>) -> Result<Arc<Query>, ParseFault> {
        self.drop.iter_mut().for_each(|predicate| scope.rewrite(predicate));
        self.fail.iter_mut().for_each(|(_, predicate)| scope.rewrite(predicate));
        let kept = self.drop.iter().map(|predicate| format!("({})", expr_text(predicate)));
        let failing = self.fail.iter().map(|(name, predicate)| {
            raise(&format!("({})", expr_text(predicate)), &format!("expectation {} is broken", ident_text(name)))
        });
        let required = self.required.iter().map(|column| {
            let name = ident_text(column);
            raise(&format!("{name} IS NOT NULL"), &format!("{name} must not be NULL"))
        });
        let conditions: Vec<String> = kept.chain(required).chain(failing).collect();
        if conditions.is_empty() {
            return Ok(body.into_query(scope));
        }
        let body = body.wrapped(&format!("AS unchecked WHERE {}", conditions.join("\nAND ")))?;
        Ok(body.into_query(scope))
    }
}

/// Whether the query has to give a column; others it need not even name, so no filter around it may.
fn is_given(column: &DeclaredColumn) -> bool {
    column.generated.is_none() && column.default.is_none()
}

/// A condition that raises an error where it does not hold.
fn raise(condition: &str, message: &str) -> String {
    format!("CASE WHEN {condition} THEN TRUE ELSE CAST(raise_error({}) AS BOOLEAN) END", string_text(message))
}

/// Takes the expectations of a table or view out, with a note each; `held` says whether filters hold them.
pub(super) fn take_expectations(
    expectations: &mut Vec<Expectation>,
    held: Result<(), &str>,
    scope: &mut ConversionScope<'_>,
) {
    for Expectation { name, on_violation, .. } in std::mem::take(expectations) {
        let place = scope.ident(&name);
        let name = ident_text(&name).replace('`', "");
        let message = match (on_violation, held) {
            (None, _) => format!("expectation `{name}` (warn) is not enforced: rows that break it are not counted"),
            (Some(Violation::DropRow), Ok(())) => {
                format!("expectation `{name}` (drop row) is a filter now: the rows it drops are not counted")
            }
            (Some(Violation::FailUpdate), Ok(())) => {
                format!("expectation `{name}` (fail update) is a filter that raises an error now")
            }
            (Some(Violation::DropRow), Err(why)) => {
                format!("expectation `{name}` (drop row) is not enforced, bad rows stay: {why}")
            }
            (Some(Violation::FailUpdate), Err(why)) => {
                format!("expectation `{name}` (fail update) is not enforced, bad rows stay: {why}")
            }
        };
        let loss = if on_violation.is_some() && held.is_ok() { Loss::Changed } else { Loss::Unenforced };
        scope.note_at(place, loss, message);
    }
}

/// Takes `NOT NULL` off the columns: Spark refuses it over a query whose column may be NULL.
pub(super) fn take_not_null(table: &mut TableDefinition, held: Result<(), &str>, scope: &mut ConversionScope<'_>) {
    let dataset = last(&table.name);
    for column in table.columns.iter_mut().filter(|column| column.not_null) {
        column.not_null = false;
        let place = scope.behind(&column.name, "NOT NULL");
        let name = &column.name.value;
        let held = held.and_then(|()| if is_given(column) { Ok(()) } else { Err("the query may not return it") });
        match held {
            Ok(()) => {
                let message = format!("`NOT NULL` of `{name}` is a filter that raises an error now");
                scope.note_at(place, Loss::Changed, message);
            }
            Err(why) => {
                let message = format!("`NOT NULL` of `{name}` left out, so `{dataset}` accepts NULL: {why}");
                scope.note_at(place, Loss::Unenforced, message);
            }
        }
    }
}
