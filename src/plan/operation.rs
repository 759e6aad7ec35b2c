//! Scripts that run on a warehouse after an update: which there are, and what they need to have been refreshed.

use super::{BuildPlan, Dataset, Selection};
use crate::model::{EntityId, MetricId, Project};

/// A script, one file a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Script {
    /// Views over the event log.
    Events,
    /// The view of how fresh entities are.
    Freshness,
    /// Fails when fewer lines of an entity were delivered than have to be. The table of row counts says so too, but it is
    /// computed only where all entities are refreshed.
    Minimum(EntityId),
    /// Fails when a table of a metric does not reconcile.
    Gate(MetricId),
}

impl Script {
    /// Its name, unique in a project.
    pub fn name(self, project: &Project) -> String {
        match self {
            Script::Events => "events".to_owned(),
            Script::Freshness => "freshness".to_owned(),
            Script::Minimum(id) => format!("minimum_{}", project.entity(id).name),
            Script::Gate(id) => format!("gate_{}", project.metrics.get(id.0).map_or("", |metric| metric.name.as_str())),
        }
    }

    /// Whether a run has brought the tables of the script up to date, and none of them says what the script says again.
    pub fn is_fresh(self, project: &Project, selection: &Selection) -> bool {
        match self {
            Script::Events => true,
            Script::Minimum(id) => selection.contains(Dataset::Raw(id)) && !selection.contains(Dataset::RowCounts),
            Script::Freshness => fresh_entities(project).all(|id| selection.contains(Dataset::Raw(id))),
            Script::Gate(id) => selection.contains(Dataset::Reconciliation(id)),
        }
    }
}

/// All scripts that a project may need, in the order in which they run.
pub fn scripts(project: &Project, plan: &BuildPlan) -> Vec<Script> {
    let mut scripts = vec![Script::Events];
    if fresh_entities(project).next().is_some() {
        scripts.push(Script::Freshness);
    }
    let minima = (0..project.entities.len()).map(EntityId).map(|id| (id, project.entity(id)));
    let minima = minima.filter(|(_, entity)| entity.is_loaded() && entity.row_count.is_some_and(|count| count.fail));
    scripts.extend(minima.map(|(id, _)| Script::Minimum(id)));
    scripts.extend(plan.datasets.iter().filter_map(|planned| match planned.dataset {
        Dataset::Reconciliation(metric) => Some(Script::Gate(metric)),
        _ => None,
    }));
    scripts
}

/// The scripts that some job runs, in the order in which they run.
pub fn run_scripts(project: &Project, plan: &BuildPlan) -> Vec<Script> {
    let named = project.schedules.iter().map(|schedule| schedule.refresh.as_slice());
    let selections = named.chain([&[] as &[String]]).map(|names| Selection::of(project, plan, names));
    let selections: Vec<Selection> = selections.collect();
    let mut scripts = scripts(project, plan);
    scripts.retain(|script| selections.iter().any(|selection| script.is_fresh(project, selection)));
    scripts
}

/// Entities that declare how fresh they have to be.
pub fn fresh_entities(project: &Project) -> impl Iterator<Item = EntityId> {
    let ids = (0..project.entities.len()).map(EntityId);
    ids.filter(|id| project.entity(*id).is_loaded() && project.entity(*id).fresh_within_hours.is_some())
}
