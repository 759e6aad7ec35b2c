//! Tables of metrics, and the check that they add up.

mod grouped;
mod per;
mod query;
mod reconciliation;

pub use query::{MetricQuery, found, join_conditions, named, over, period};
pub use reconciliation::reconciliation;

use std::borrow::Cow;

use super::columns::{self, ColumnDefinition};
use super::first_text;
use super::storage::StorageClauses;
use crate::model::{Dimension, Grain, Measure, Metric, MetricId, MetricTable, Project};
use crate::plan::Dataset;

/// A table of a metric.
pub fn table(query: &MetricQuery<'_>, id: MetricId, index: usize) -> Result<String, askama::Error> {
    let Some(table) = query.metric.tables.get(index) else { return Ok(String::new()) };
    let row_filter = columns::row_filter(query.project, Dataset::MetricTable(id, index));
    match &query.metric.per {
        Some(per) => per::table(query, table, per, row_filter),
        None => grouped::table(query, table, row_filter),
    }
}

/// What the first day of a period is.
pub fn period_comment(grain: Grain) -> &'static str {
    match grain {
        Grain::Day => "The day",
        Grain::Week => "First day of the ISO week, a Monday",
        Grain::Month => "First day of the month",
        Grain::Quarter => "First day of the quarter",
        Grain::Year => "First day of the year",
    }
}

fn dimension_definition<'a>(project: &Project, dimension: &'a Dimension) -> ColumnDefinition<'a> {
    let ty = &dimension.expression.ty;
    ColumnDefinition::new(&dimension.name, ty, &dimension.description).masked(project, dimension.pii)
}

fn measure_definition<'a>(
    project: &Project,
    metric: &Metric,
    table: &MetricTable,
    measure: &'a Measure,
) -> ColumnDefinition<'a> {
    let comment = match (measure.description.as_str(), measure.unit.as_str()) {
        (text, "") => Cow::from(text),
        ("", unit) => format!("In {unit}").into(),
        (text, unit) => format!("{text}, in {unit}").into(),
    };
    ColumnDefinition::new(&measure.name, &measure.expression.ty, &comment).masked(project, metric.shown(measure, table))
}

/// How a table of a metric is stored.
fn storage(metric: &Metric, table: &MetricTable) -> StorageClauses {
    let columns = metric.columns(table);
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    StorageClauses::of(&metric.storage, &names, &[])
}

fn title(metric: &Metric, table: &MetricTable) -> String {
    format!("{}: {}", table.name, first_text(&[&table.description, &metric.description, "a table of a metric."]))
}

fn comment<'a>(metric: &'a Metric, table: &'a MetricTable) -> &'a str {
    first_text(&[&table.description, &metric.description, &metric.name])
}
