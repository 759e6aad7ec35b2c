//! Which datasets an update refreshes for a schedule that lists entities and metrics: these, and everything they read.
//!
//! Temporary views are left out, since they can't be refreshed. A table over all entities is refreshed only if all
//! entities are: the tables of the others may not exist yet.

use std::collections::BTreeSet;

use super::{BuildPlan, Dataset, has_orphans};
use crate::model::{EntityId, MetricId, Project};

/// The datasets of an update, in the order of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// All datasets are refreshed.
    pub everything: bool,
    /// The refreshed datasets with their names; also when they are all.
    pub datasets: Vec<(Dataset, String)>,
    by_dataset: BTreeSet<Dataset>,
}

impl Selection {
    /// What entities and metrics with these names need; everything when there are none.
    pub fn of(project: &Project, plan: &BuildPlan, names: &[String]) -> Selection {
        let everything = names.is_empty();
        let is_named = |name: &String| everything || names.contains(name);
        let metrics: BTreeSet<MetricId> = (0..project.metrics.len())
            .map(MetricId)
            .filter(|id| project.metrics.get(id.0).is_some_and(|metric| is_named(&metric.name)))
            .collect();
        let mut entities: BTreeSet<EntityId> =
            (0..project.entities.len()).map(EntityId).filter(|id| is_named(&project.entity(*id).name)).collect();
        entities.extend(metrics.iter().flat_map(|id| read_by_metric(project, *id)));
        add_referenced(project, &mut entities);
        let is_complete = (0..project.entities.len())
            .map(EntityId)
            .all(|id| entities.contains(&id) || !project.entity(id).is_loaded());
        let is_in = |dataset: Dataset| match dataset {
            Dataset::Clean(_) => false,
            Dataset::Raw(id)
            | Dataset::Skipped(id)
            | Dataset::Checked(id)
            | Dataset::Table(id)
            | Dataset::Quarantine(id)
            | Dataset::Orphans(id)
            | Dataset::Duplicates(id) => entities.contains(&id),
            Dataset::MetricTable(id, _) | Dataset::Reconciliation(id) => metrics.contains(&id),
            Dataset::RowCounts | Dataset::OrphanCounts => is_complete,
        };
        let chosen = plan.datasets.iter().filter(|planned| is_in(planned.dataset));
        let datasets: Vec<(Dataset, String)> = chosen.map(|a| (a.dataset, a.name.clone())).collect();
        let by_dataset = datasets.iter().map(|(dataset, _)| *dataset).collect();
        Selection { everything, datasets, by_dataset }
    }

    /// Whether a dataset is among them.
    pub fn contains(&self, dataset: Dataset) -> bool {
        self.by_dataset.contains(&dataset)
    }
}

/// The entities whose tables the tables of a metric read.
fn read_by_metric(project: &Project, id: MetricId) -> Vec<EntityId> {
    let Some(metric) = project.metrics.get(id.0) else { return vec![] };
    let per = metric.per.iter().flat_map(|per| per.joins.iter().map(|join| join.entity()).chain([per.entity]));
    metric.joins.iter().map(|join| join.entity()).chain([metric.from]).chain(per).collect()
}

/// Adds what tables of orphans read: the entities that those here refer to.
fn add_referenced(project: &Project, entities: &mut BTreeSet<EntityId>) {
    let mut open: Vec<EntityId> = entities.iter().copied().collect();
    while let Some(id) = open.pop() {
        let entity = project.entity(id);
        if !has_orphans(entity) {
            continue;
        }
        for reference in entity.references.iter().filter(|r| !r.always_resolves) {
            if entities.insert(reference.entity) {
                open.push(reference.entity);
            }
        }
    }
}
