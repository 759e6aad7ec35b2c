//! Who may read a dataset, and which of its columns hold personal data: what is declared, carried over to every dataset
//! that comes from the declaration.
//!
//! The one answer to both questions: grants, masks and tags are rendered from it, and the personal-data flow is judged
//! against it. Whether the declared kinds are all there are is not known here; `lineage` proves that.

use std::collections::BTreeMap;

use lakeflow::is_same_name;
use lakeflow::types::DataType;

use super::{BuildPlan, Dataset, deployment, protection};
use crate::model::{
    AudienceId, Classification, Entity, EntityColumn, EntityId, Layer, Metric, PersonalKind, Principal, Project,
    RowAccess, Sees, Target,
};

/// The audiences that may read a dataset, in the order of the project; nobody reads what is no table.
///
/// Tables of entities and metrics are for the audiences they declare. Tables with rows as delivered (raw, quarantine,
/// orphans, duplicates) are for those of them that see everything, because nobody knows what a broken row holds; counts
/// over all entities are for all who see everything. An audience that sees some rows only reads the tables that can be
/// filtered, and no other: rows as delivered have no values to filter by, and totals tell of all rows.
pub fn readers(project: &Project, dataset: Dataset) -> Vec<AudienceId> {
    let sees_all = |id: &AudienceId| project.audiences.get(id.0).is_some_and(|a| a.sees == Sees::All);
    let declared = match dataset {
        Dataset::Query(_) | Dataset::Checked(_) | Dataset::Clean(_) => return vec![],
        Dataset::Table(id) => return sorted(&project.entity(id).audiences),
        Dataset::MetricTable(id, _) => return sorted(&project.metrics[id.0].audiences),
        Dataset::Reconciliation(id) => {
            let metric = &project.metrics[id.0];
            let mut all_rows = sorted(&metric.audiences);
            all_rows.retain(|id| !is_limited(&metric.rows, *id));
            return all_rows;
        }
        Dataset::Raw(id)
        | Dataset::Skipped(id)
        | Dataset::Quarantine(id)
        | Dataset::Orphans(id)
        | Dataset::Duplicates(id) => {
            let entity = project.entity(id);
            let mut all_rows = sorted(&entity.audiences);
            all_rows.retain(|id| !is_limited(&entity.rows, *id));
            all_rows
        }
        Dataset::RowCounts | Dataset::OrphanCounts => (0..project.audiences.len()).map(AudienceId).collect(),
    };
    declared.into_iter().filter(sees_all).collect()
}

fn is_limited(rows: &[RowAccess], audience: AudienceId) -> bool {
    rows.iter().any(|access| access.audience == audience)
}

/// The audiences that may read files as they arrive: those that may read the lines of every entity, because one
/// directory holds them all.
pub fn landing_readers(project: &Project) -> Vec<AudienceId> {
    let loaded = (0..project.entities.len()).map(EntityId).filter(|id| project.entity(*id).is_loaded());
    let lines: Vec<Vec<AudienceId>> = loaded.map(|id| readers(project, Dataset::Raw(id))).collect();
    let all = (0..project.audiences.len()).map(AudienceId);
    all.filter(|audience| !lines.is_empty() && lines.iter().all(|readers| readers.contains(audience))).collect()
}

/// The members of audiences in a target, each once, in a fixed order.
pub fn members<'a>(project: &Project, target: &'a Target, audiences: &[AudienceId]) -> Vec<&'a Principal> {
    let audiences = audiences.iter().filter_map(|id| project.audiences.get(id.0));
    let names = audiences.flat_map(|audience| &audience.members);
    let mut members: Vec<&Principal> = names.filter_map(|name| target.principal(name)).collect();
    members.sort();
    members.dedup();
    members
}

/// Who may look into the schema of a target: readers, and those who bring files to a volume in it.
pub fn users<'a>(project: &Project, target: &'a Target) -> Vec<&'a Principal> {
    let audiences: Vec<AudienceId> = (0..project.audiences.len()).map(AudienceId).collect();
    let mut users = members(project, target, &audiences);
    if deployment::own_volume(target).is_some() {
        users.extend(&target.deliverers);
    }
    users.sort();
    users.dedup();
    users
}

/// Who may look into one of the schemas of a target. Where all layers are in one, these are all [`users`]; or else those who
/// read something in it, or read a table elsewhere that calls a function in it.
pub fn users_of<'a>(project: &Project, plan: &BuildPlan, target: &'a Target, schema: &str) -> Vec<&'a Principal> {
    if target.layers.is_empty() {
        return users(project, target);
    }
    let (is_default, mut audiences) = (is_same_name(schema, &target.schema), vec![]);
    let is_here = |layer: Layer| is_same_name(target.schema_of(layer), schema);
    for dataset in plan.datasets.iter().map(|planned| planned.dataset) {
        if is_here(dataset.layer()) || is_default && calls_functions(project, dataset) {
            audiences.extend(readers(project, dataset));
        }
    }
    let views = plan.metric_views.iter().filter(|_| is_here(Layer::Gold));
    audiences.extend(views.filter_map(|(id, _)| project.metrics.get(id.0)).flat_map(|metric| metric.audiences.clone()));
    let has_volume = is_default && deployment::own_volume(target).is_some();
    if is_default {
        // They read the views of operation.
        audiences.extend(readers(project, Dataset::RowCounts));
    }
    if has_volume {
        audiences.extend(landing_readers(project));
    }
    let mut users = members(project, target, &audiences);
    if has_volume {
        users.extend(&target.deliverers);
    }
    users.sort();
    users.dedup();
    users
}

/// Whether masks or a row filter are called when a dataset is read.
fn calls_functions(project: &Project, dataset: Dataset) -> bool {
    !personal_columns(project, dataset).is_empty() || protection::row_filter(project, dataset).is_some()
}

/// Who sees a kind of personal data in the clear: members of audiences that do.
pub fn seeing<'a>(project: &Project, target: &'a Target, kind: PersonalKind) -> Vec<&'a Principal> {
    let audiences = project.audiences.iter().enumerate().filter(|(_, audience)| audience.sees.includes(kind));
    members(project, target, &audiences.map(|(index, _)| AudienceId(index)).collect::<Vec<_>>())
}

/// Readers and the pipeline, who both call masks and row filters when they read a table.
pub fn callers<'a>(project: &Project, target: &'a Target) -> Vec<&'a Principal> {
    let audiences: Vec<AudienceId> = (0..project.audiences.len()).map(AudienceId).collect();
    let mut callers = members(project, target, &audiences);
    callers.extend(&target.run_as);
    callers.sort();
    callers.dedup();
    callers
}

/// A column that is declared to hold personal data.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonalColumn {
    /// Its name in the dataset.
    pub name: String,
    /// The kind of personal data.
    pub kind: PersonalKind,
    /// Its type in the dataset: rows as delivered are text.
    pub ty: DataType,
}

/// The columns of a dataset that are declared to hold personal data, by name, with the kind of each.
pub fn personal_columns(project: &Project, dataset: Dataset) -> BTreeMap<String, PersonalKind> {
    typed_personal_columns(project, dataset).into_iter().map(|column| (column.name, column.kind)).collect()
}

/// The same columns with their types, in the order of the dataset.
pub fn typed_personal_columns(project: &Project, dataset: Dataset) -> Vec<PersonalColumn> {
    match dataset {
        Dataset::Raw(id) => of_raw(project.entity(id)),
        Dataset::Quarantine(id) => {
            let entity = project.entity(id);
            let mut columns = of_entity(entity, |c| Some(delivered_type(entity, c)));
            columns.extend(of_corrupt(entity));
            columns.extend(of_rescued(entity));
            columns
        }
        Dataset::Skipped(id) => {
            let line = kind_of_lines(project.entity(id));
            line.map(|kind| PersonalColumn { name: "line".to_owned(), kind, ty: DataType::String })
                .into_iter()
                .collect()
        }
        Dataset::Checked(id) | Dataset::Clean(id) | Dataset::Table(id) | Dataset::Orphans(id) => {
            of_entity(project.entity(id), |column| Some(column.ty.clone()))
        }
        Dataset::Duplicates(id) => {
            let identity: Vec<&str> = super::identity(project.entity(id)).map(|c| c.name.as_str()).collect();
            of_entity(project.entity(id), |c| identity.contains(&c.name.as_str()).then(|| c.ty.clone()))
        }
        Dataset::MetricTable(id, table) => of_metric(&project.metrics[id.0], table),
        Dataset::Query(_) | Dataset::Reconciliation(_) | Dataset::RowCounts | Dataset::OrphanCounts => vec![],
    }
}

/// How far a dataset may travel: as far as the entity or metric that it comes from; counts are internal.
pub fn classification(project: &Project, dataset: Dataset) -> Classification {
    match declared_by(project, dataset) {
        DeclaredBy::Entity(entity) => entity.classification,
        DeclaredBy::Metric(metric) => metric.classification,
        DeclaredBy::All => Classification::Internal,
    }
}

/// The tags that the spec of a dataset gives, besides those that every table has.
pub fn tags(project: &Project, dataset: Dataset) -> &[(String, String)] {
    match declared_by(project, dataset) {
        DeclaredBy::Entity(entity) => &entity.upkeep.tags,
        DeclaredBy::Metric(metric) => &metric.upkeep.tags,
        DeclaredBy::All => &[],
    }
}

/// The spec that a dataset comes from.
enum DeclaredBy<'a> {
    Entity(&'a Entity),
    Metric(&'a Metric),
    /// Counts over all of them.
    All,
}

fn declared_by(project: &Project, dataset: Dataset) -> DeclaredBy<'_> {
    match dataset {
        Dataset::Raw(id)
        | Dataset::Skipped(id)
        | Dataset::Query(id)
        | Dataset::Checked(id)
        | Dataset::Clean(id)
        | Dataset::Table(id)
        | Dataset::Quarantine(id)
        | Dataset::Orphans(id)
        | Dataset::Duplicates(id) => DeclaredBy::Entity(project.entity(id)),
        Dataset::MetricTable(id, _) | Dataset::Reconciliation(id) => DeclaredBy::Metric(&project.metrics[id.0]),
        Dataset::RowCounts | Dataset::OrphanCounts => DeclaredBy::All,
    }
}

/// The kind of personal data in lines of files that were not read as rows: whatever the rows hold, a comment can hold too.
pub fn kind_of_lines(entity: &Entity) -> Option<PersonalKind> {
    entity.columns.iter().any(|column| column.pii.is_some()).then_some(PersonalKind::Other)
}

/// The columns of a raw table. What is no record can hold whatever records hold.
fn of_raw(entity: &Entity) -> Vec<PersonalColumn> {
    let columns = super::raw_columns(entity).into_iter();
    let columns = columns.filter_map(|raw| Some(PersonalColumn { name: raw.name, kind: raw.pii?, ty: raw.ty }));
    columns.chain(of_corrupt(entity)).chain(of_rescued(entity)).collect()
}

/// The type of a column in the table of rows that a rule keeps out.
pub fn delivered_type(entity: &Entity, column: &EntityColumn) -> DataType {
    match entity.is_loaded() {
        true if entity.has_typed_files() => super::read_type(column),
        true => DataType::String,
        false => column.ty.clone(),
    }
}

/// The kind of personal data in what no column takes. Where files have types, that is also what is not of the type of its
/// column.
pub fn kind_of_rescued(entity: &Entity) -> Option<PersonalKind> {
    kind_of_lines(entity).filter(|_| entity.has_typed_files())
}

fn of_rescued(entity: &Entity) -> Option<PersonalColumn> {
    let kind = kind_of_rescued(entity)?;
    Some(PersonalColumn { name: super::RESCUED.to_owned(), kind, ty: DataType::String })
}

fn of_corrupt(entity: &Entity) -> Option<PersonalColumn> {
    let kind = kind_of_lines(entity).filter(|_| entity.has_records())?;
    Some(PersonalColumn { name: super::CORRUPT.to_owned(), kind, ty: DataType::String })
}

fn sorted(ids: &[AudienceId]) -> Vec<AudienceId> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids.dedup();
    ids
}

fn of_entity(entity: &Entity, ty: impl Fn(&EntityColumn) -> Option<DataType>) -> Vec<PersonalColumn> {
    let columns = entity.columns.iter();
    columns.filter_map(|c| Some(PersonalColumn { name: c.name.clone(), kind: c.pii?, ty: ty(c)? })).collect()
}

fn of_metric(metric: &Metric, table: usize) -> Vec<PersonalColumn> {
    let Some(table) = metric.tables.get(table) else { return vec![] };
    let dimensions = table.dimensions.iter().chain(metric.per.iter().flat_map(|per| &per.columns));
    let dimensions = dimensions.map(|d| (&d.name, d.pii, &d.expression.ty));
    let measures = metric.measures.iter().map(|m| (&m.name, metric.shown(m, table), &m.expression.ty));
    let columns = dimensions.chain(measures);
    columns
        .filter_map(|(name, pii, ty)| Some(PersonalColumn { name: name.clone(), kind: pii?, ty: ty.clone() }))
        .collect()
}
