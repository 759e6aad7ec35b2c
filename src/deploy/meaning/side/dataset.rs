//! The rows of one dataset: what its query or flows deliver, cast as declared, less what expectations drop.

use std::sync::Arc;

use lakeflow::ast::{DeclaredColumn, Generated, StatementKind, Violation};
use lakeflow::check::{self, Definition, RowOrigins};
use lakeflow::folded;
use lakeflow::types::DataType;

use super::super::term::{Ctes, Evaluator, Term, TermRelation, TermScope, term};
use super::flow::{self, WrittenFlow};

/// A dataset as `check` found it.
pub(super) struct DatasetInput<'a> {
    pub(super) definition: &'a Definition,
    pub(super) origins: &'a RowOrigins,
    pub(super) statement: &'a StatementKind,
    /// What writes into it besides its own query.
    pub(super) flows: &'a [WrittenFlow<'a>],
    /// Catalog and schema of names in it.
    pub(super) place: &'a Vec<String>,
    /// What `SET` said before it in its file.
    pub(super) settings: &'a str,
}

/// The rows of a dataset.
pub(super) fn relation(evaluator: &mut Evaluator, input: &DatasetInput<'_>) -> TermRelation {
    evaluator.place.clone_from(input.place);
    let delivered = delivered(evaluator, input);
    let relation = declared(evaluator, input, delivered);
    under(input.settings, dropped(evaluator, input, relation))
}

/// Rows that are computed under settings of their file, such as a time zone.
fn under(settings: &str, relation: TermRelation) -> TermRelation {
    if settings.is_empty() {
        return relation;
    }
    let set = |value: Term| term("set").text(settings).term(value).end();
    let columns = relation.columns.into_iter().map(|(name, value)| (name, set(value))).collect();
    TermRelation { rows: set(relation.rows), columns, rest: relation.rest.map(set) }
}

fn delivered(evaluator: &mut Evaluator, input: &DatasetInput<'_>) -> TermRelation {
    if let Some(query) = check::query_of(input.statement) {
        let relation = evaluator.query(query, &Ctes::new(), None);
        return flow::wrapped(input.statement, relation, evaluator);
    }
    flow::relation(evaluator, input.flows)
}

/// The columns that a table lists, in their types.
fn declared(evaluator: &mut Evaluator, input: &DatasetInput<'_>, delivered: TermRelation) -> TermRelation {
    if let StatementKind::CreateView(view) = input.statement {
        let names: Vec<String> = view.columns.iter().map(|c| folded(&c.name.value).into_owned()).collect();
        return if names.is_empty() { delivered } else { delivered.renamed(&names) };
    }
    let listed = check::table_of(input.statement).map_or(&[][..], |table| table.columns.as_slice());
    if listed.is_empty() {
        let cast = |evaluator: &mut Evaluator, (name, value): &(String, Term)| {
            let ty = input.definition.columns.iter().find(|c| *folded(&c.name) == **name).map(|c| &c.ty);
            (name.clone(), cast(evaluator, input, name, *value, ty))
        };
        let columns = delivered.columns.iter().map(|column| cast(evaluator, column)).collect();
        return TermRelation { columns, ..delivered };
    }
    let columns = listed.iter().map(|column| {
        let name = folded(&column.name.value).into_owned();
        let value = match delivered.any_column(&name) {
            Some(value) => value,
            None => made_up(evaluator, column, &delivered),
        };
        let ty = DataType::from_sql(&column.data_type).ok();
        let value = cast(evaluator, input, &name, value, ty.as_ref());
        (name, value)
    });
    let columns = columns.collect();
    TermRelation { rows: delivered.rows, columns, rest: None }
}

/// A column that no query delivers.
fn made_up(evaluator: &mut Evaluator, column: &DeclaredColumn, delivered: &TermRelation) -> Term {
    match (column.generated.as_deref(), column.default.as_deref()) {
        (Some(Generated::Always(expr)), _) | (None, Some(expr)) => {
            let scope = TermScope::of(Arc::new(delivered.clone()));
            evaluator.expr(expr, &scope, &Ctes::new())
        }
        (Some(identity), _) => term("identity").text(&format!("{identity:?}")).end(),
        (None, None) => term("no value").end(),
    }
}

/// A value in the type of its column; a value that has it already stays as it is.
fn cast(evaluator: &mut Evaluator, input: &DatasetInput<'_>, name: &str, value: Term, ty: Option<&DataType>) -> Term {
    let Some(ty) = ty else { return value };
    let query = input.origins.query.as_ref();
    let output = query.and_then(|query| query.info.columns.iter().find(|c| *folded(&c.column.name) == *name));
    if output.is_some_and(|output| output.column.ty == *ty) {
        return value;
    }
    let made = term("as").term(value).text(&ty.to_string()).end();
    evaluator.known.note_cast(value, made, &ty.to_string());
    made
}

/// What is left behind expectations that drop rows.
fn dropped(evaluator: &mut Evaluator, input: &DatasetInput<'_>, mut relation: TermRelation) -> TermRelation {
    let scope = TermScope::of(Arc::new(relation.clone()));
    let expectations = check::expectations_of(input.statement);
    let drops = expectations.iter().filter(|e| e.on_violation == Some(Violation::DropRow));
    let mut kept: Vec<Term> = drops.map(|e| evaluator.expr(&e.predicate, &scope, &Ctes::new())).collect();
    if !kept.is_empty() {
        kept.sort_unstable();
        kept.dedup();
        relation.rows = term("expected").term(relation.rows).terms(kept).end();
    }
    relation
}
