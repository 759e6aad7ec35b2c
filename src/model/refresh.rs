//! What is refreshed together: entities and metrics, with everything that their tables read.

use std::collections::BTreeSet;

use super::{Entity, EntityId, Metric, MetricId, Project};

/// What a schedule refreshes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refreshed {
    /// Entities.
    pub entities: BTreeSet<EntityId>,
    /// Metrics.
    pub metrics: BTreeSet<MetricId>,
}

impl Refreshed {
    /// The entities and metrics with these names, and all that they read; everything when there are no names.
    pub fn of(project: &Project, names: &[String]) -> Refreshed {
        let is_named = |name: &String| names.is_empty() || names.contains(name);
        let metrics = project.metrics.iter().enumerate().filter(|(_, metric)| is_named(&metric.name));
        let entities = project.entities.iter().enumerate().filter(|(_, entity)| is_named(&entity.name));
        let mut refreshed = Refreshed {
            entities: entities.map(|(index, _)| EntityId(index)).collect(),
            metrics: metrics.map(|(index, _)| MetricId(index)).collect(),
        };
        refreshed.add_read(project);
        refreshed
    }

    /// Adds what the tables of these entities and metrics read: what queries name, what metrics measure and join, and the
    /// entities that those here refer to, which tables of orphans read.
    fn add_read(&mut self, project: &Project) {
        let mut open_entities: Vec<EntityId> = self.entities.iter().copied().collect();
        let mut open_metrics: Vec<MetricId> = self.metrics.iter().copied().collect();
        loop {
            let read: Vec<EntityId> = if let Some(id) = open_metrics.pop() {
                project.metrics.get(id.0).map(Metric::entities).unwrap_or_default()
            } else if let Some(id) = open_entities.pop() {
                // One that could not be read is none of the project.
                let Some(entity) = project.entities.get(id.0) else { continue };
                let query = entity.query();
                open_metrics.extend(query.iter().flat_map(|q| &q.metrics).filter(|id| self.metrics.insert(**id)));
                let referred = entity.unresolved().map(|reference| reference.entity);
                referred.chain(query.iter().flat_map(|query| query.entities.iter().copied())).collect()
            } else {
                return;
            };
            open_entities.extend(read.into_iter().filter(|id| self.entities.insert(*id)));
        }
    }
}

impl Entity {
    /// The references that may not resolve, so that rows of a table of orphans tell of them.
    pub fn unresolved(&self) -> impl Iterator<Item = &super::Reference> {
        self.references.iter().filter(|reference| self.is_judged() && !reference.always_resolves)
    }
}
