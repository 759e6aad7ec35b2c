//! Which metrics are metric views of Unity Catalog beside their tables, so that people slice them freely.
//!
//! A metric view shows the figures of the tables only if every reader computes from the same values: masks and row
//! filters of what it reads would act on whoever asks. Where they could, there is no metric view.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Visit, Visitor};

use crate::lakeflow;
use crate::model::{Entity, Metric, PersonalKind, Project};

/// Name of the metric view of a metric; `None` when it can't be one: it lists rows of an entity (`per`), or its readers
/// do not all see the values and rows that it reads.
pub fn metric_view(project: &Project, metric: &Metric) -> Option<String> {
    let mut entities = std::iter::once(metric.from).chain(metric.joins.iter().map(|join| join.entity));
    let sees_rows = metric.rows.is_empty() && entities.all(|id| project.entity(id).rows.is_empty());
    let kinds = kinds_read(project, metric);
    let readers = || metric.audiences.iter().filter_map(|id| project.audiences.get(id.0));
    let sees_values = kinds.iter().all(|kind| readers().all(|audience| audience.sees.includes(*kind)));
    (metric.per.is_none() && sees_rows && sees_values).then(|| format!("{}_metrics", metric.name))
}

/// The kinds of personal data in columns that the metric reads for anything, a join or a condition included.
fn kinds_read(project: &Project, metric: &Metric) -> Vec<PersonalKind> {
    let time = metric.time.as_ref().map(|time| &time.expression);
    let dimensions = metric.tables.iter().flat_map(|table| &table.dimensions).map(|d| &d.expression);
    let measures = metric.measures.iter().map(|m| &m.expression);
    let expressions = metric.filter.iter().chain(time).chain(dimensions).chain(measures);
    let mut columns: Vec<(String, String)> = expressions.flat_map(|expression| qualified(&expression.sql)).collect();
    for join in &metric.joins {
        columns.push((join.from_alias.clone(), join.from_column.clone()));
        columns.push((join.alias.clone(), join.key.clone()));
    }
    let kind = |(alias, column): &(String, String)| {
        let entity = behind(project, metric, alias)?;
        entity.column(entity.find(column)?).pii
    };
    columns.iter().filter_map(kind).collect()
}

/// The entity that expressions of a metric call `alias`.
fn behind<'a>(project: &'a Project, metric: &Metric, alias: &str) -> Option<&'a Entity> {
    let from = project.entity(metric.from);
    let joined = || metric.joins.iter().find(|join| join.alias == alias).map(|join| project.entity(join.entity));
    if from.name == alias { Some(from) } else { joined() }
}

/// The columns that an expression reads, each as the name of its rows and its own.
fn qualified(sql: &str) -> Vec<(String, String)> {
    struct Columns(Vec<(String, String)>);
    impl Visitor for Columns {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            if let Expr::CompoundIdentifier(parts) = expr
                && let [rows, column, ..] = parts.as_slice()
            {
                self.0.push((rows.value.clone(), column.value.clone()));
            }
            ControlFlow::Continue(())
        }
    }
    let mut columns = Columns(vec![]);
    if let Ok(expr) = lakeflow::parse_expr(sql) {
        let _ = expr.visit(&mut columns);
    }
    columns.0
}
