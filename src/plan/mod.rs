//! What is built: the datasets of the pipeline, and every file of a build.
//!
//! Names and layers, which files there are and where they lie are decided here and nowhere else. One dataset a file; the
//! order is the order of the layers, then of names. Who may read a dataset is said in [`access`], what hides parts of it
//! in [`protection`].

pub mod access;
mod artifact;
mod dataset;
pub mod deployment;
mod governance;
mod metric_view;
pub mod operation;
mod outside;
mod place;
pub mod protection;
mod raw;
pub mod record;
mod selection;
pub mod serving;

pub use artifact::{
    AdministrationFile, Artifact, ArtifactKind, BundleFile, FilePhase, Folder, Governance, Identity, ReaderFile,
    dashboard_path, script_path, table_at,
};
pub use dataset::*;
pub use governance::landing_volume;
pub use metric_view::metric_view;
pub use outside::outside_tables;
pub use place::{ObjectPlace, schemas};
pub use raw::{CORRUPT, RESCUED, RawColumn, raw_column_of, raw_columns, read_type};
pub use selection::Selection;

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::diag::{Diagnostic, Diagnostics};
use lakeflow::source::{FileId, Span};
use record::{Record, RecordEntry, Taken};

use crate::codes;
use crate::model::{Entity, EntityColumn, EntityId, FileFormat, Load, MetricId, Project};

/// Everything to build.
#[derive(Debug, Clone, Default)]
pub struct BuildPlan {
    /// Datasets, by layer and name.
    pub datasets: Vec<PlannedDataset>,
    /// Metric views: which metric each shows, and its name; by the name of the metric.
    pub metric_views: Vec<(MetricId, String)>,
    /// Every file: those of the datasets first, in their order, then those around the pipeline.
    pub artifacts: Vec<Artifact>,
    /// What the build gives.
    pub declared: BTreeSet<RecordEntry>,
    /// What this build and those before it have given.
    pub record: Record,
    /// What is taken away in each target, in the order of the project.
    pub taken: Vec<Taken>,
    /// The same in targets that the project does not have any more, by name.
    pub gone: Vec<(String, Taken)>,
}

/// Lists what a project builds after the builds that `record` tells of. Two datasets of one name are a fault (E0303); gives
/// the files of the specs at fault too.
pub fn plan(project: &Project, record: &Record, diagnostics: &mut Diagnostics) -> (BuildPlan, BTreeSet<FileId>) {
    let mut datasets = vec![];
    for (index, entity) in project.entities.iter().enumerate() {
        plan_entity(EntityId(index), entity, &mut datasets);
    }
    for (index, metric) in project.metrics.iter().enumerate() {
        let id = MetricId(index);
        for (table_index, table) in metric.tables.iter().enumerate() {
            datasets.push(planned(Dataset::MetricTable(id, table_index), &table.name, table.span));
        }
        if reconciles(project, id) {
            let name = reconciliation_name(&metric.name);
            datasets.push(planned(Dataset::Reconciliation(id), &name, metric.origin.span));
        }
    }
    let shared = |dataset, name: &str| PlannedDataset { dataset, name: name.to_owned(), origin: None };
    if project.entities.iter().any(Entity::is_loaded) {
        datasets.push(shared(Dataset::RowCounts, ROW_COUNTS));
    }
    if project.entities.iter().any(has_orphans) {
        datasets.push(shared(Dataset::OrphanCounts, ORPHAN_COUNTS));
    }
    let view = |(index, metric)| Some((MetricId(index), metric_view(project, metric)?));
    let metric_views: Vec<_> = project.metrics.iter().enumerate().filter_map(view).collect();
    let mut faulty = report_duplicates(project, &datasets, &metric_views, diagnostics);
    datasets.sort_by(|a, b| (a.dataset.layer(), &a.name).cmp(&(b.dataset.layer(), &b.name)));
    let mut plan = BuildPlan { datasets, metric_views, ..BuildPlan::default() };
    faulty.extend(outside::report_types(project, diagnostics));
    faulty.extend(outside::report_own(project, &plan, diagnostics));
    take_away(project, record, &mut plan, diagnostics);
    plan.artifacts = artifact::artifacts(project, &plan);
    (plan, faulty)
}

/// Finds what the build gives, and what has to go.
fn take_away(project: &Project, record: &Record, plan: &mut BuildPlan, diagnostics: &mut Diagnostics) {
    plan.declared = record::declared(project, plan);
    plan.record = record.clone().with(&plan.declared);
    // Without targets the project is at fault, and nothing is known to be gone.
    if project.targets.is_empty() {
        return;
    }
    plan.taken = project.targets.iter().map(|target| Taken::of(target, project, plan, record)).collect();
    for name in record.targets().into_iter().filter(|name| project.target(name).is_none()) {
        let taken = Taken::of_gone(name, plan, record);
        if taken.is_empty() {
            continue;
        }
        let file = Governance::Withdrawals.path(name);
        let message = format!("target `{name}` was removed, but privileges granted there may still exist");
        let hint = format!("run `{file}` of the output there, then `gen retired confirm --target {name}`");
        diagnostics.push(Diagnostic::warning(codes::GONE_TARGET, message).hint(hint));
        plan.gone.push((name.to_owned(), taken));
    }
}

/// Whether an entity can hold references that do not resolve.
pub fn has_orphans(entity: &Entity) -> bool {
    entity.unresolved().next().is_some()
}

/// Whether keys of an entity that are delivered twice are counted.
pub fn has_duplicates(entity: &Entity) -> bool {
    entity.is_streamed() && !entity.key.is_empty()
}

/// Whether files of an entity have lines that are no rows.
fn skips_lines(entity: &Entity) -> bool {
    entity.files().is_some_and(|files| match &files.format {
        FileFormat::Csv(csv) => csv.skip_lines > 0 || csv.comment.is_some(),
        FileFormat::Json(_) | FileFormat::Parquet => false,
    })
}

/// What two deliveries of one row agree in: the key, and in a history the version.
pub fn identity(entity: &Entity) -> impl Iterator<Item = &EntityColumn> {
    let version = match &entity.load {
        Load::History { sequence, .. } if !entity.key.contains(sequence) => Some(entity.column(*sequence)),
        _ => None,
    };
    entity.key_columns().chain(version)
}

/// Whether an entity is written by AUTO CDC.
pub fn is_keyed(entity: &Entity) -> bool {
    let is_merged = matches!(entity.load, Load::Upsert { .. } | Load::History { .. });
    entity.is_streamed() && is_merged && !entity.marks_deleted()
}

/// Whether a metric has measures whose sums can be compared: it is no list of entity rows, and reads loaded rows.
fn reconciles(project: &Project, id: MetricId) -> bool {
    let Some(metric) = project.metrics.get(id.0) else { return false };
    metric.per.is_none() && metric.measures.iter().any(|m| m.additive) && project.entity(metric.from).is_judged()
}

fn plan_entity(id: EntityId, entity: &Entity, datasets: &mut Vec<PlannedDataset>) {
    let span = entity.origin.span;
    let mut add = |dataset, name: &str| datasets.push(planned(dataset, name, span));
    add(Dataset::Table(id), &entity.name);
    if !entity.is_judged() {
        return;
    }
    if entity.is_loaded() {
        add(Dataset::Raw(id), &raw_name(entity));
    }
    if entity.query().is_some() {
        add(Dataset::Query(id), &query_name(entity));
    }
    if skips_lines(entity) {
        add(Dataset::Skipped(id), &skipped_name(entity));
    }
    add(Dataset::Checked(id), &checked_name(entity));
    add(Dataset::Quarantine(id), &quarantine_name(entity));
    if is_keyed(entity) {
        add(Dataset::Clean(id), &clean_name(entity));
    }
    if has_duplicates(entity) {
        add(Dataset::Duplicates(id), &duplicates_name(entity));
    }
    if has_orphans(entity) {
        add(Dataset::Orphans(id), &orphans_name(entity));
    }
}

fn planned(dataset: Dataset, name: &str, span: Span) -> PlannedDataset {
    PlannedDataset { dataset, name: name.to_owned(), origin: Some(span) }
}

fn report_duplicates(
    project: &Project,
    datasets: &[PlannedDataset],
    metric_views: &[(MetricId, String)],
    diagnostics: &mut Diagnostics,
) -> BTreeSet<FileId> {
    let mut faulty = BTreeSet::new();
    let origin = |id: &MetricId| project.metrics.get(id.0).map(|metric| metric.origin.span);
    let views = metric_views.iter().map(|(id, name)| (name.clone(), origin(id)));
    let datasets = datasets.iter().map(|planned| (planned.name.clone(), planned.origin));
    // A dataset that is defined by a query has a flow of its own name (Spark's registration of datasets).
    let keyed = project.entities.iter().filter(|entity| is_keyed(entity));
    let flows: Vec<_> = keyed.map(|entity| (flow_name(entity), Some(entity.origin.span))).collect();
    let mut seen: BTreeMap<String, Option<Span>> = BTreeMap::new();
    for (name, origin) in datasets.chain(views).chain(flows.iter().cloned()) {
        let Some(first) = seen.insert(name.clone(), origin) else { continue };
        let is_flow = flows.iter().any(|(flow, _)| *flow == name);
        let message = if is_flow {
            format!("`{name}` is also the name of a flow")
        } else {
            format!("duplicate dataset `{name}`")
        };
        let hint = if is_flow {
            "the flow into a table with a key is called `<entity>_changes`: rename one of the two"
        } else {
            "every entity and metric generates several datasets, such as `<entity>_raw`: rename one of the two"
        };
        let mut diagnostic = Diagnostic::error(codes::DUPLICATE_NAME, message).hint(hint);
        faulty.extend([origin, first].into_iter().flatten().map(|span| span.file));
        let (here, there) = if origin.is_some() { (origin, first) } else { (first, origin) };
        if let Some(span) = here {
            diagnostic = diagnostic.at(span);
        }
        if let Some(span) = there {
            diagnostic = diagnostic.related(span, "the other one comes from here");
        }
        diagnostics.push(diagnostic);
    }
    faulty
}
