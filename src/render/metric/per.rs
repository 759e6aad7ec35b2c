//! The table of a metric with one row for each row of an entity.

use askama::Template;
use lakeflow::build;
use sqlparser::ast::Expr;

use super::query::{MEASURED, MeasuredQuery, MetricQuery, conjuncts, join, join_conditions};
use super::{comment, dimension_definition, measure_definition, storage, title};
use crate::model::{ColumnId, ColumnPath, EntityId, Measure, MeasureId, MetricTable, Per, RefPath};
use crate::render::columns::ColumnDefinition;
use crate::render::names::{Aliases, current_rows};
use crate::render::storage::StorageClauses;
use crate::render::text::{Ident, Literal, Sql};
use crate::render::{filters, header};

/// The column of the measured rows that holds the key of the entity, or the first part of it.
const KEY: &str = "_key";

/// The column of the measured rows that holds a part of the key of the entity.
fn key_name(index: usize) -> String {
    if index == 0 { KEY.to_owned() } else { format!("{KEY}_{}", index + 1) }
}

#[derive(Template)]
#[template(path = "pipeline/metric_per.sql")]
struct PerTable<'a> {
    header: Sql,
    name: Ident<'a>,
    columns: Vec<ColumnDefinition<'a>>,
    storage: StorageClauses,
    comment: Literal,
    row_filter: Option<Sql>,
    body: MeasuredQuery,
    outer: Vec<Sql>,
    entity: Ident<'a>,
    joins: Vec<Sql>,
    /// Which measured row belongs to a row of the entity.
    on: Sql,
    conditions: Vec<Sql>,
}

pub fn table(
    query: &MetricQuery<'_>,
    table: &MetricTable,
    per: &Per,
    row_filter: Option<Sql>,
) -> Result<String, askama::Error> {
    let (project, metric) = (query.project, query.metric);
    let entity = project.entity(per.entity);
    let of = |entity: EntityId, column: &ColumnId| ColumnPath { path: RefPath::default(), entity, column: *column };
    let mut body = query.body();
    for (index, column) in per.reference.iter().enumerate() {
        let key = query.aliases.column(&of(metric.from, column));
        body.columns.push(Sql::aliased(&key, &key_name(index)));
        body.group_by.push(Sql::of(&key));
    }
    let aliases = Aliases::new(project, per.entity, &per.joins, &[MEASURED]);
    let (mut columns, mut outer) = (vec![], vec![]);
    for dimension in &per.columns {
        columns.push(dimension_definition(project, dimension));
        outer.push(Sql::aliased(&aliases.expr(&dimension.expression), &dimension.name));
    }
    for (index, measure) in metric.measures.iter().enumerate() {
        columns.push(measure_definition(project, metric, table, measure));
        outer.push(Sql::aliased(&value(query, measure), &measure.name));
        body.columns.extend(query.aggregate(MeasureId(index)).cloned());
    }
    let own_keys = entity.key.iter().map(|column| aliases.column(&of(per.entity, column))).enumerate();
    let keys = own_keys.map(|(index, own)| build::equal(build::column([MEASURED, &key_name(index)]), own));
    let on = Sql::of(&build::and(keys));
    let mut conditions = join_conditions(&per.joins, |column| aliases.column(column));
    conditions.extend(current_rows(entity, &entity.name));
    conditions.extend(per.filter.as_ref().map(|filter| aliases.expr(filter)));
    PerTable {
        header: header(&title(metric, table), &metric.origin.path)?,
        name: Ident::new(&table.name),
        columns,
        comment: Literal::new(comment(metric, table)),
        row_filter,
        storage: storage(metric, table),
        body,
        outer,
        entity: Ident::new(&entity.name),
        joins: per.joins.iter().map(|j| join(project, &aliases, j)).collect(),
        on,
        conditions: conjuncts(conditions),
    }
    .render()
}

/// The value of a measure, also where there are no rows to measure.
fn value(query: &MetricQuery<'_>, measure: &Measure) -> Expr {
    let value = match measure.derived {
        true => query.over(measure, &|_, inner| value(query, inner)),
        false => build::column([MEASURED, measure.name.as_str()]),
    };
    match &measure.empty {
        None => value,
        // What is never NULL where there are rows is NULL only where there are none.
        Some(empty) if !measure.derived && !measure.expression.nullable => {
            build::call("coalesce", [value, empty.tree().clone()])
        }
        Some(empty) => {
            let has_no_rows = build::is_null(build::column([MEASURED, KEY]));
            build::case([(has_no_rows, empty.tree().clone())], Some(value))
        }
    }
}
