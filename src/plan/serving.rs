//! Starting points for readers outside the workspace: which programs read which tables over REST, and which metrics
//! have a dashboard.

use super::{Dataset, access};
use crate::model::{ColumnPath, Dimension, Metric, MetricId, MetricTable, Per, Principal, PrincipalId, Project, Time};

/// The service principals that read a table of a metric over REST, in the order of the project.
pub fn readers(project: &Project) -> Vec<PrincipalId> {
    let Some(target) = project.default_target() else { return vec![] };
    let programs = target.principals.iter().enumerate();
    let programs = programs.filter(|(_, (_, principal))| matches!(principal, Principal::ServicePrincipal(_)));
    let reads = programs.filter(|(_, (name, _))| readings(project, name).next().is_some());
    reads.map(|(index, _)| PrincipalId(index)).collect()
}

/// The name of a reader in the project.
pub fn reader_name(project: &Project, reader: PrincipalId) -> &str {
    let principal = project.default_target().and_then(|target| target.principals.get(reader.0));
    principal.map_or("", |(name, _)| name.as_str())
}

/// The tables that a principal, by its name, may read page by page: metrics with a table of each.
pub fn readings<'a>(project: &'a Project, principal: &str) -> impl Iterator<Item = (&'a Metric, &'a MetricTable)> {
    let may_read = move |dataset| {
        let audiences = access::readers(project, dataset).into_iter().filter_map(|id| project.audiences.get(id.0));
        audiences.into_iter().any(|audience| audience.members.iter().any(|member| member == principal))
    };
    let tables = project.metrics.iter().enumerate().flat_map(|(id, metric)| {
        let of_metric = metric.tables.iter().enumerate();
        of_metric.map(move |(index, table)| (metric, table, Dataset::MetricTable(MetricId(id), index)))
    });
    let allowed = tables.filter(move |(.., dataset)| may_read(*dataset)).map(|(metric, table, _)| (metric, table));
    allowed.filter(|(metric, table)| !row_keys(project, metric, table).is_empty())
}

/// The columns that tell the rows of a table apart: the key of the entity for a table of its rows; period and dimensions
/// for groups. None when nothing does.
pub fn row_keys<'a>(project: &Project, metric: &'a Metric, table: &'a MetricTable) -> Vec<&'a str> {
    match &metric.per {
        Some(per) => key_of(project, per).map(|key| key.name.as_str()).into_iter().collect(),
        None => {
            let period = table.grain.map(|_| Time::COLUMN);
            period.into_iter().chain(table.dimensions.iter().map(|d| d.name.as_str())).collect()
        }
    }
}

/// The column that shows the key of the entity.
fn key_of<'a>(project: &Project, per: &'a Per) -> Option<&'a Dimension> {
    let [key] = project.entity(per.entity).key.as_slice() else { return None };
    let is_key = |column: &ColumnPath| column.path.is_empty() && column.column == *key;
    per.columns.iter().find(|dimension| dimension.expression.as_column().is_some_and(is_key))
}

/// Whether a metric has tables over time, to be drawn in a dashboard.
pub fn has_dashboard(metric: &Metric) -> bool {
    metric.time.is_some() && metric.per.is_none()
}
