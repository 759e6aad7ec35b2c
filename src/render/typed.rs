//! Datasets of an entity whose values have types already, those of a query or a table: the rows with the rules that they
//! break, and those that are kept from the table.

use askama::Template;
use lakeflow::build;
use sqlparser::ast::Expr;

use super::checked::{CheckedRule, checked_rule, kept_name, normalized, read, valid};
use super::columns::{self, ColumnDefinition};
use super::text::{Ident, Literal, Sql};
use super::{constant, filters, header};
use crate::model::{Action, COLUMN_TYPES, Entity, EntityColumn, Project, RuleKind, SourceTable, UNIQUE_KEY};
use crate::plan;

#[derive(Template)]
#[template(path = "pipeline/typed_checked.sql")]
struct TypedChecked<'a> {
    header: Sql,
    name: Ident<'a>,
    comment: Literal,
    streams: bool,
    /// What rows are read from: the view of the query, or the step that reads a table.
    source: Ident<'a>,
    outside: Option<ReadTable<'a>>,
    columns: Vec<TypedValue<'a>>,
    /// Values as they were given, of columns that only some values are valid for or that have a default.
    kept: Vec<KeptColumn<'a>>,
    rules: Vec<CheckedRule<'a>>,
    /// The names of those that quarantine a row.
    quarantine_rules: Vec<Literal>,
    unique_key: Ident<'a>,
    /// How many rows that stay have the key of a row.
    key: Option<Sql>,
}

/// The step that reads a table which something else keeps.
struct ReadTable<'a> {
    /// In full, as far as it does not depend on the target.
    name: Sql,
    /// The values, each with its name.
    columns: Vec<Sql>,
    /// The name and the type of each column of the table, as one text.
    types: Sql,
    /// The text that all types have to give.
    declared: Literal,
    expectation: Ident<'a>,
}

struct TypedValue<'a> {
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
    TypedChecked {
        header: header(
            &format!("{name}: rows of {}, with the rules that each one breaks.", entity.name),
            &entity.origin.path,
        )?,
        name: Ident::new(&name),
        comment: Literal::new(title),
        streams: entity.is_streamed(),
        source: Ident::new(if entity.outside().is_some() { GIVEN.to_owned() } else { plan::query_name(entity) }),
        outside: entity.outside().map(|table| read_table(entity, table)),
        columns: entity.columns.iter().map(column).collect(),
        kept: entity.columns.iter().filter(|c| is_kept(entity, c)).map(|c| kept(entity, c)).collect(),
        rules: entity.rules.iter().map(|rule| checked_rule(entity, rule)).collect(),
        quarantine_rules: quarantined.map(|rule| Literal::new(&rule.name)).collect(),
        unique_key: Ident::new(UNIQUE_KEY),
        key: (!entity.key.is_empty() && entity.is_taken_whole()).then(|| Sql(rows_of_key(entity))),
    }
    .render()
}

/// The step that reads a table. A type that is not the declared one is told before a value is converted without a word.
fn read_table<'a>(entity: &Entity, table: &SourceTable) -> ReadTable<'a> {
    let own = |column: &EntityColumn| build::column([column.header.as_str()]);
    let value = |column: &EntityColumn| Sql::aliased(&normalized(column, own(column)), &column.name);
    let shown = |column: &EntityColumn| {
        let name = build::string(format!("{} ", column.header));
        build::call("concat", [name, build::call("typeof", [own(column)])])
    };
    let types = [build::string(", ")].into_iter().chain(entity.columns.iter().map(shown));
    let declared = entity.columns.iter().map(|c| format!("{} {}", c.header, c.ty.to_string().to_lowercase()));
    ReadTable {
        name: Sql(table.parts.iter().map(|part| Ident::new(part).to_string()).collect::<Vec<_>>().join(".")),
        columns: entity.columns.iter().map(value).collect(),
        types: Sql::aliased(&build::call("concat_ws", types), "_column_types"),
        declared: Literal::new(declared.collect::<Vec<_>>().join(", ")),
        expectation: Ident::new(COLUMN_TYPES),
    }
}

/// Whether a value is kept as it was given: where only some are valid, or where a default replaces none.
fn is_kept(entity: &Entity, column: &EntityColumn) -> bool {
    let is_asked = |kind: &RuleKind| matches!(kind, RuleKind::Valid(id) if std::ptr::eq(entity.column(*id), column));
    column.default.is_some() || entity.rules.iter().any(|rule| is_asked(&rule.kind))
}

fn column(column: &EntityColumn) -> TypedValue<'_> {
    let conditions: Vec<Expr> = valid(column, &read(column));
    let value =
        if conditions.is_empty() { read(column) } else { build::case([(build::and(conditions), read(column))], None) };
    let value = match &column.default {
        Some(default) => build::call("coalesce", [value, constant::expr(default, &column.ty)]),
        None => value,
    };
    let name = Ident::new(&column.name);
    let value =
        if matches!(value, Expr::Identifier(_)) { Sql(name.to_string()) } else { Sql::aliased(&value, &column.name) };
    TypedValue { name, value }
}

fn kept<'a>(entity: &Entity, column: &'a EntityColumn) -> KeptColumn<'a> {
    let name = kept_name(entity, column);
    KeptColumn { given: Sql::aliased(&read(column), &name), kept: Ident::new(name) }
}

/// The step of the checked table that reads a table.
const GIVEN: &str = "given";

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
#[template(path = "pipeline/typed_quarantine.sql")]
struct TypedQuarantine<'a> {
    header: Sql,
    name: Ident<'a>,
    comment: Literal,
    streams: bool,
    columns: Vec<ColumnDefinition<'a>>,
    values: Vec<Sql>,
    checked: Ident<'a>,
}

/// The rows that a rule keeps from the table.
pub fn quarantine(project: &Project, entity: &Entity) -> Result<String, askama::Error> {
    let name = plan::quarantine_name(entity);
    let given = if entity.outside().is_some() { "the table has them" } else { "the query gives them" };
    let value = |column: &EntityColumn| {
        if is_kept(entity, column) {
            Sql::aliased(&build::column([kept_name(entity, column).as_str()]), &column.name)
        } else {
            Sql(Ident::new(&column.name).to_string())
        }
    };
    TypedQuarantine {
        header: header(
            &format!("{name}: rows of {} that break a rule, as {given}.", entity.name),
            &entity.origin.path,
        )?,
        name: Ident::new(&name),
        comment: Literal::new(format!("Rows of {} that break a rule, as {given}", entity.name)),
        streams: entity.is_streamed(),
        columns: columns::typed(project, entity),
        values: entity.columns.iter().map(value).collect(),
        checked: Ident::new(plan::checked_name(entity)),
    }
    .render()
}
