//! Who may read a dataset, and which of its columns hold personal data: what is declared, carried over to every dataset
//! that comes from the declaration.
//!
//! The one answer to both questions: grants, masks and tags are rendered from it, and the personal-data flow is judged
//! against it. Whether the declared kinds are all there are is not known here; `lineage` proves that.

use std::collections::BTreeMap;

use super::Dataset;
use crate::model::{AudienceId, Classification, Entity, PersonalKind, Project, Sees};

/// The audiences that may read a dataset, in the order of the project; nobody reads what is no table.
///
/// Tables of entities and metrics are for the audiences they declare. Tables with rows as delivered (raw, quarantine,
/// orphans, duplicates) are for those of them that see everything, because nobody knows what a broken row holds; counts
/// over all entities are for all who see everything.
pub fn readers(project: &Project, dataset: Dataset) -> Vec<AudienceId> {
    let sees_all = |id: &AudienceId| project.audiences.get(id.0).is_some_and(|a| a.sees == Sees::All);
    let declared = match dataset {
        Dataset::Checked(_) | Dataset::Clean(_) => return vec![],
        Dataset::Table(id) => return sorted(&project.entity(id).audiences),
        Dataset::MetricTable(id, _) | Dataset::Reconciliation(id) => return sorted(&project.metrics[id.0].audiences),
        Dataset::Raw(id) | Dataset::Quarantine(id) | Dataset::Orphans(id) | Dataset::Duplicates(id) => {
            sorted(&project.entity(id).audiences)
        }
        Dataset::RowCounts | Dataset::OrphanCounts => (0..project.audiences.len()).map(AudienceId).collect(),
    };
    declared.into_iter().filter(sees_all).collect()
}

/// The columns of a dataset that are declared to hold personal data, by name, with the kind of each.
pub fn personal_columns(project: &Project, dataset: Dataset) -> BTreeMap<String, PersonalKind> {
    match dataset {
        Dataset::Raw(id)
        | Dataset::Checked(id)
        | Dataset::Clean(id)
        | Dataset::Table(id)
        | Dataset::Quarantine(id)
        | Dataset::Orphans(id) => of_entity(project.entity(id), |_| true),
        Dataset::Duplicates(id) => {
            let entity = project.entity(id);
            of_entity(entity, |name| entity.key_columns().any(|column| column.name == name))
        }
        Dataset::MetricTable(id, table) => {
            let metric = &project.metrics[id.0];
            let own = metric.tables.get(table).map(|t| t.dimensions.as_slice()).unwrap_or_default();
            let per = metric.per.as_ref().map(|p| p.columns.as_slice()).unwrap_or_default();
            own.iter().chain(per).filter_map(|d| Some((d.name.clone(), d.pii?))).collect()
        }
        Dataset::Reconciliation(_) | Dataset::RowCounts | Dataset::OrphanCounts => BTreeMap::new(),
    }
}

/// How far a dataset may travel: as far as the entity or metric that it comes from; counts are internal.
pub fn classification(project: &Project, dataset: Dataset) -> Classification {
    match dataset {
        Dataset::Raw(id)
        | Dataset::Checked(id)
        | Dataset::Clean(id)
        | Dataset::Table(id)
        | Dataset::Quarantine(id)
        | Dataset::Orphans(id)
        | Dataset::Duplicates(id) => project.entity(id).classification,
        Dataset::MetricTable(id, _) | Dataset::Reconciliation(id) => project.metrics[id.0].classification,
        Dataset::RowCounts | Dataset::OrphanCounts => Classification::Internal,
    }
}

fn sorted(ids: &[AudienceId]) -> Vec<AudienceId> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids.dedup();
    ids
}

fn of_entity(entity: &Entity, keeps: impl Fn(&str) -> bool) -> BTreeMap<String, PersonalKind> {
    let columns = entity.columns.iter().filter(|column| keeps(&column.name));
    columns.filter_map(|column| Some((column.name.clone(), column.pii?))).collect()
}
