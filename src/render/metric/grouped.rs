//! Tables of a metric that are grouped by dimensions and periods.

use askama::Template;
use lakeflow::build;
use lakeflow::types::DataType;
use sqlparser::ast::{Expr, UnaryOperator};

use super::query::{MeasuredQuery, MetricQuery, period};
use super::{comment, dimension_definition, measure_definition, period_comment, storage, title};
use crate::model::{Dimension, Measure, MeasureId, MetricTable, Time};
use crate::render::columns::ColumnDefinition;
use crate::render::storage::StorageClauses;
use crate::render::text::{Ident, Literal, Sql};
use crate::render::{filters, header};

#[derive(Template)]
#[template(path = "pipeline/metric_table.sql")]
struct GroupedTable<'a> {
    header: Sql,
    name: Ident<'a>,
    columns: Vec<ColumnDefinition<'a>>,
    storage: StorageClauses,
    comment: Literal,
    row_filter: Option<Sql>,
    body: MeasuredQuery,
    /// Columns of the query around it; none when there is no measure over measures.
    outer: Vec<Sql>,
}

pub fn table(query: &MetricQuery<'_>, table: &MetricTable, row_filter: Option<Sql>) -> Result<String, askama::Error> {
    let (project, metric) = (query.project, query.metric);
    let mut columns = vec![];
    let mut body = query.body();
    let mut outer = vec![];
    let mut group = |expr: Expr, ty: &DataType, name: &str| {
        body.columns.push(Sql::aliased(&expr, name));
        body.group_by.push(Sql::of(&key(expr, ty)));
        outer.push(column(name));
    };
    if let (Some(grain), Some(time)) = (table.grain, &metric.time) {
        columns.push(ColumnDefinition::new(Time::COLUMN, &DataType::Date, period_comment(grain)));
        group(period(query.aliases.expr(&time.expression), &time.expression.ty, grain), &DataType::Date, Time::COLUMN);
    }
    for dimension in &table.dimensions {
        columns.push(dimension_definition(project, dimension));
        let Dimension { expression, name, .. } = dimension;
        group(query.aliases.expr(expression), &expression.ty, name);
    }
    for (index, measure) in metric.measures.iter().enumerate() {
        columns.push(measure_definition(project, metric, table, measure));
        match query.aggregate(MeasureId(index)) {
            Some(aggregate) => {
                body.columns.push(aggregate.clone());
                outer.push(column(&measure.name));
            }
            None => outer.push(Sql::aliased(&value(query, measure), &measure.name)),
        }
    }
    let is_nested = metric.measures.iter().any(|m| m.derived);
    GroupedTable {
        header: header(&title(metric, table), &metric.origin.path)?,
        name: Ident::new(&table.name),
        columns,
        comment: Literal::new(comment(metric, table)),
        row_filter,
        storage: storage(metric, table),
        body,
        outer: if is_nested { outer } else { vec![] },
    }
    .render()
}

/// An expression to group by. A whole number that stands alone would be the position of a column, to some engines whatever
/// its size.
fn key(expr: Expr, ty: &DataType) -> Expr {
    let is_lone = matches!(&expr, Expr::Value(_) | Expr::UnaryOp { op: UnaryOperator::Minus, .. });
    let is_position = is_lone && expr.to_string().parse::<i64>().is_ok();
    if is_position { build::cast(expr, ty) } else { expr }
}

fn column(name: &str) -> Sql {
    Sql(Ident::new(name).to_string())
}

/// The value of a measure in the query around the aggregates.
fn value(query: &MetricQuery<'_>, measure: &Measure) -> Expr {
    match measure.derived {
        true => query.over(measure, &|_, inner| value(query, inner)),
        false => build::column([measure.name.as_str()]),
    }
}
