//! Which datasets an update refreshes for a schedule that lists entities and metrics: these, and everything they read.
//!
//! Temporary views are left out, since they can't be refreshed. A table over all entities is refreshed only if all
//! entities are: the tables of the others may not exist yet.

use std::collections::BTreeSet;

use super::{BuildPlan, Dataset};
use crate::model::{EntityId, Project, Refreshed};

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
        let Refreshed { entities, metrics } = Refreshed::of(project, names);
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
