//! Which datasets an update refreshes for a schedule that lists entities and metrics: these, and everything they read.
//!
//! Temporary views are left out, since they can't be refreshed. A table over all entities is refreshed only if all
//! entities are: the tables of the others may not exist yet.

use std::collections::BTreeSet;

use super::{BuildPlan, Dataset, has_orphans};
use crate::model::{EntityId, Metric, MetricId, Project};

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
        let mut metrics: BTreeSet<MetricId> = (0..project.metrics.len())
            .map(MetricId)
            .filter(|id| project.metrics.get(id.0).is_some_and(|metric| is_named(&metric.name)))
            .collect();
        let mut entities: BTreeSet<EntityId> =
            (0..project.entities.len()).map(EntityId).filter(|id| is_named(&project.entity(*id).name)).collect();
        add_read(project, &mut entities, &mut metrics);
        let left_out = || (0..project.entities.len()).map(EntityId).filter(|id| !entities.contains(id));
        let has_all_files = left_out().all(|id| !project.entity(id).is_loaded());
        let has_all_rules = left_out().all(|id| !project.entity(id).is_judged());
        let is_in = |dataset: Dataset| match dataset {
            Dataset::Clean(_) | Dataset::Query(_) => false,
            Dataset::Raw(id)
            | Dataset::Skipped(id)
            | Dataset::Checked(id)
            | Dataset::Table(id)
            | Dataset::Quarantine(id)
            | Dataset::Orphans(id)
            | Dataset::Duplicates(id) => entities.contains(&id),
            Dataset::MetricTable(id, _) | Dataset::Reconciliation(id) => metrics.contains(&id),
            Dataset::RowCounts => has_all_files,
            Dataset::OrphanCounts => has_all_rules,
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

/// Adds what the tables of these entities and metrics read: what queries name, what metrics measure and join, and the
/// entities that those here refer to, which tables of orphans read.
fn add_read(project: &Project, entities: &mut BTreeSet<EntityId>, metrics: &mut BTreeSet<MetricId>) {
    let mut open_entities: Vec<EntityId> = entities.iter().copied().collect();
    let mut open_metrics: Vec<MetricId> = metrics.iter().copied().collect();
    loop {
        let read: Vec<EntityId> = if let Some(id) = open_metrics.pop() {
            project.metrics.get(id.0).map(Metric::entities).unwrap_or_default()
        } else if let Some(id) = open_entities.pop() {
            let entity = project.entity(id);
            let query = entity.query();
            open_metrics.extend(query.iter().flat_map(|query| &query.metrics).filter(|id| metrics.insert(**id)));
            let unresolved = entity.references.iter().filter(|r| has_orphans(entity) && !r.always_resolves);
            let queried = query.iter().flat_map(|query| query.entities.iter().copied());
            unresolved.map(|reference| reference.entity).chain(queried).collect()
        } else {
            return;
        };
        open_entities.extend(read.into_iter().filter(|id| entities.insert(*id)));
    }
}
