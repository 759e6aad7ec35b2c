//! Datasets of an entity whose rows a query gives: the query as a view, the rows with the rules that they break, and those
//! that are kept from the table.

use std::ops::Range;

use askama::Template;
use lakeflow::build;
use lakeflow::fmt;
use lakeflow::source::Span;
use sqlparser::ast::Expr;

use super::checked::{CheckedRule, accepted, checked_rule, kept_name, matched, read};
use super::columns::{self, ColumnDefinition};
use super::text::{Ident, Literal, Sql};
use super::{filters, header};
use crate::model::{Action, Entity, EntityColumn, Project, RuleKind, TableQuery, UNIQUE_KEY};
use crate::plan;

#[derive(Template)]
#[template(path = "pipeline/query.sql")]
struct QueryView<'a> {
    header: Sql,
    name: Ident<'a>,
    comment: Literal,
    query: &'a str,
}

/// The query as its author wrote it, in the layout of the formatter.
pub fn view(entity: &Entity) -> Result<String, askama::Error> {
    let name = plan::query_name(entity);
    let Some(query) = entity.query() else { return Ok(String::new()) };
    let view = QueryView {
        header: header(
            &format!("{name}: the rows of {}, as its query gives them.", entity.name),
            &origin(entity, query),
        )?,
        name: Ident::new(&name),
        comment: Literal::new(format!("Rows of {}, as its query gives them", entity.name)),
        query: &query.text,
    };
    Ok(fmt::format(&view.render()?).text)
}

/// The files that an entity comes from.
fn origin(entity: &Entity, query: &TableQuery) -> String {
    if query.path == entity.origin.path {
        query.path.clone()
    } else {
        format!("{} and {}", entity.origin.path, query.path)
    }
}

/// Where a part of the text of a view stands in the query that it was made of; `None` outside of the query.
pub fn place_in_query(query: &TableQuery, view: &str, range: Range<usize>) -> Option<Span> {
    const BEFORE: &str = "\nAS\n";
    let start = view.find(BEFORE)? + BEFORE.len();
    let laid = view.get(start..)?.trim_end().trim_end_matches(';').trim_end();
    let inner = range.start.checked_sub(start)?..range.end.checked_sub(start)?;
    // The formatter changes blanks, and letters of keywords.
    let letters = |text: &str| {
        text.bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .map(|b| b.to_ascii_lowercase())
            .eq(laid.bytes().filter(|byte| !byte.is_ascii_whitespace()).map(|b| b.to_ascii_lowercase()))
    };
    if inner.end > laid.len() || !letters(&query.text) {
        return None;
    }
    let [moved] = fmt::part::moved(laid, &query.text, &[inner]).try_into().ok()?;
    Some(query.place.of(moved))
}

#[derive(Template)]
#[template(path = "pipeline/query_checked.sql")]
struct QueryChecked<'a> {
    header: Sql,
    name: Ident<'a>,
    comment: Literal,
    query: Ident<'a>,
    columns: Vec<QueryColumn<'a>>,
    /// Values as the query gave them, of columns that only some values are valid for.
    kept: Vec<KeptColumn<'a>>,
    rules: Vec<CheckedRule<'a>>,
    /// The names of those that quarantine a row.
    quarantine_rules: Vec<Literal>,
    unique_key: Ident<'a>,
    /// How many rows that stay have the key of a row.
    key: Option<Sql>,
}

struct QueryColumn<'a> {
    name: Ident<'a>,
    /// The value, with its name.
    value: Sql,
}

struct KeptColumn<'a> {
    kept: Ident<'a>,
    /// The value as it was given, with its name.
    given: Sql,
}

/// The rows with the names of the rules that each one breaks.
pub fn checked(entity: &Entity) -> Result<String, askama::Error> {
    let name = plan::checked_name(entity);
    let title = format!("Rows of {}, with the rules that each one breaks", entity.name);
    let quarantined = entity.rules.iter().filter(|r| r.action == Action::Quarantine);
    QueryChecked {
        header: header(
            &format!("{name}: rows of {}, with the rules that each one breaks.", entity.name),
            &entity.origin.path,
        )?,
        name: Ident::new(&name),
        comment: Literal::new(title),
        query: Ident::new(plan::query_name(entity)),
        columns: entity.columns.iter().map(column).collect(),
        kept: entity.columns.iter().filter(|c| is_kept(entity, c)).map(|c| kept(entity, c)).collect(),
        rules: entity.rules.iter().map(|rule| checked_rule(entity, rule)).collect(),
        quarantine_rules: quarantined.map(|rule| Literal::new(&rule.name)).collect(),
        unique_key: Ident::new(UNIQUE_KEY),
        key: (!entity.key.is_empty()).then(|| Sql(rows_of_key(entity))),
    }
    .render()
}

/// Whether only some values are valid for a column.
fn is_kept(entity: &Entity, column: &EntityColumn) -> bool {
    let is_asked = |kind: &RuleKind| matches!(kind, RuleKind::Valid(id) if std::ptr::eq(entity.column(*id), column));
    entity.rules.iter().any(|rule| is_asked(&rule.kind))
}

fn column(column: &EntityColumn) -> QueryColumn<'_> {
    let conditions: Vec<Expr> = matched(column).into_iter().chain(accepted(column, &read(column))).collect();
    let value =
        if conditions.is_empty() { read(column) } else { build::case([(build::and(conditions), read(column))], None) };
    let name = Ident::new(&column.name);
    let value =
        if matches!(value, Expr::Identifier(_)) { Sql(name.to_string()) } else { Sql::aliased(&value, &column.name) };
    QueryColumn { name, value }
}

fn kept<'a>(entity: &Entity, column: &'a EntityColumn) -> KeptColumn<'a> {
    let name = kept_name(entity, column);
    KeptColumn { given: Sql::aliased(&read(column), &name), kept: Ident::new(name) }
}

/// Counts the rows with the key of a row among those that stay; NULL for others.
fn rows_of_key(entity: &Entity) -> String {
    let key = columns::list(entity.key_columns());
    let leaving = entity.rules.iter().filter(|r| matches!(r.action, Action::Quarantine | Action::Drop));
    let leaving: Vec<String> = leaving.map(|rule| Literal::new(&rule.name).to_string()).collect();
    if leaving.is_empty() {
        return format!("count(*) OVER (PARTITION BY {key})");
    }
    let leaves = format!("arrays_overlap(_violations, array({}))", leaving.join(", "));
    format!("CASE WHEN NOT {leaves} THEN count(*) OVER (PARTITION BY {leaves}, {key}) END")
}

#[derive(Template)]
#[template(path = "pipeline/query_quarantine.sql")]
struct QueryQuarantine<'a> {
    header: Sql,
    name: Ident<'a>,
    comment: Literal,
    columns: Vec<ColumnDefinition<'a>>,
    values: Vec<Sql>,
    checked: Ident<'a>,
}

/// The rows that a rule keeps from the table.
pub fn quarantine(project: &Project, entity: &Entity) -> Result<String, askama::Error> {
    let name = plan::quarantine_name(entity);
    let value = |column: &EntityColumn| {
        if is_kept(entity, column) {
            Sql::aliased(&build::column([kept_name(entity, column).as_str()]), &column.name)
        } else {
            Sql(Ident::new(&column.name).to_string())
        }
    };
    QueryQuarantine {
        header: header(
            &format!("{name}: rows of {} that break a rule, as the query gives them.", entity.name),
            &entity.origin.path,
        )?,
        name: Ident::new(&name),
        comment: Literal::new(format!("Rows of {} that break a rule, as the query gives them", entity.name)),
        columns: columns::typed(project, entity),
        values: entity.columns.iter().map(value).collect(),
        checked: Ident::new(plan::checked_name(entity)),
    }
    .render()
}
