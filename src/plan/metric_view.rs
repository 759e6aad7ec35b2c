//! Which metrics also get a metric view in Unity Catalog, so that users can slice them freely.
//!
//! A metric view shows the same figures as the tables only if every reader computes them from the same values, but
//! masks and row filters on the tables that it reads would apply to the querying user. Where they could, there is no
//! metric view.

use crate::model::{Metric, PersonalKind, Project};

/// Name of the metric view of a metric; `None` when it can't be one: it lists rows of an entity (`per`), or its readers
/// do not all see the values and rows that it reads.
pub fn metric_view(project: &Project, metric: &Metric) -> Option<String> {
    let mut entities = std::iter::once(metric.from).chain(metric.joins.iter().map(|join| join.entity));
    let sees_rows = metric.rows.is_empty() && entities.all(|id| project.entity(id).rows.is_empty());
    let mut kinds = metric.kinds.iter().copied().chain(kinds_joined_by(project, metric));
    let readers = || metric.audiences.iter().filter_map(|id| project.audiences.get(id.0));
    let sees_values = kinds.all(|kind| readers().all(|audience| audience.sees.includes(kind)));
    (metric.per.is_none() && sees_rows && sees_values).then(|| format!("{}_metrics", metric.name))
}

/// The kinds of personal data in the columns of joins.
fn kinds_joined_by(project: &Project, metric: &Metric) -> impl Iterator<Item = PersonalKind> {
    let sides = metric.joins.iter().flat_map(|join| &join.keys).flat_map(|pair| [&pair.referring, &pair.key]);
    sides.filter_map(|side| project.entity(side.entity).column(side.column).pii)
}
