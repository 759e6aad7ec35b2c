//! What is built: the list of datasets with the file of each.
//!
//! Names and layers are decided here and nowhere else. One dataset a file; the order is the order of the layers, then
//! of names. Who may read a dataset is said in [`access`], what hides parts of it in [`protection`].

pub mod access;
mod metric_view;
pub mod protection;

pub use metric_view::metric_view;

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::{Column, Entity, EntityId, Load, MetricId, Project, Source};
use crate::source::{FileId, Span};

/// A dataset of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dataset {
    /// Lines of files as text.
    Raw(EntityId),
    /// Typed rows with the names of the rules they break; private to the pipeline.
    Checked(EntityId),
    /// The rows that stay, as a stream for AUTO CDC; a temporary view.
    Clean(EntityId),
    /// The table of an entity.
    Table(EntityId),
    /// Rows that break a quarantine rule.
    Quarantine(EntityId),
    /// Rows that refer to something unknown.
    Orphans(EntityId),
    /// Keys delivered more than once.
    Duplicates(EntityId),
    /// A table of a metric, by its index there.
    MetricTable(MetricId, usize),
    /// Proof that the tables of a metric add up.
    Reconciliation(MetricId),
    /// Rows by entity and fate.
    RowCounts,
    /// Rows that refer to something unknown, by reference.
    OrphanCounts,
}

/// A layer of the pipeline, and the directory of its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// As delivered.
    Bronze,
    /// Typed and checked.
    Silver,
    /// For readers.
    Gold,
    /// About the data.
    Quality,
}

impl Layer {
    /// Name of the directory.
    pub fn directory(self) -> &'static str {
        match self {
            Layer::Bronze => "bronze",
            Layer::Silver => "silver",
            Layer::Gold => "gold",
            Layer::Quality => "quality",
        }
    }
}

/// One file to build.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// What it defines.
    pub dataset: Dataset,
    /// Name of the dataset.
    pub name: String,
    /// Layer.
    pub layer: Layer,
    /// The part of a spec it comes from; `None` for those that all entities share.
    pub origin: Option<Span>,
}

/// How a dataset is kept, as statements about it call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A streaming table.
    StreamingTable,
    /// A materialized view.
    MaterializedView,
    /// A private table or a temporary view: nothing that the catalog knows.
    Internal,
}

impl Dataset {
    /// How it is kept.
    pub fn kind(self, project: &Project) -> Kind {
        match self {
            Dataset::Checked(_) | Dataset::Clean(_) => Kind::Internal,
            Dataset::Raw(_) | Dataset::Quarantine(_) => Kind::StreamingTable,
            Dataset::Table(id) => {
                let entity = project.entity(id);
                let streams = entity.is_loaded() && !matches!(entity.load, Load::Snapshot);
                if streams { Kind::StreamingTable } else { Kind::MaterializedView }
            }
            Dataset::Orphans(_)
            | Dataset::Duplicates(_)
            | Dataset::MetricTable(..)
            | Dataset::Reconciliation(_)
            | Dataset::RowCounts
            | Dataset::OrphanCounts => Kind::MaterializedView,
        }
    }
}

impl Artifact {
    /// Path below the output directory, `/`-separated.
    pub fn path(&self) -> String {
        format!("pipeline/{}/{}.sql", self.layer.directory(), self.name)
    }
}

/// Everything to build.
#[derive(Debug, Clone, Default)]
pub struct BuildPlan {
    /// Files, by layer and name.
    pub artifacts: Vec<Artifact>,
    /// Metric views: which metric each shows, and its name; by the name of the metric.
    pub metric_views: Vec<(MetricId, String)>,
}

/// Lists what a project builds. Two datasets of one name are a fault (E0303); gives the files of the specs at fault too.
pub fn plan(project: &Project, diagnostics: &mut Diagnostics) -> (BuildPlan, BTreeSet<FileId>) {
    let mut artifacts = vec![];
    for (index, entity) in project.entities.iter().enumerate() {
        plan_entity(EntityId(index), entity, &mut artifacts);
    }
    for (index, metric) in project.metrics.iter().enumerate() {
        let id = MetricId(index);
        for (table_index, table) in metric.tables.iter().enumerate() {
            artifacts.push(artifact(Dataset::MetricTable(id, table_index), &table.name, Layer::Gold, table.span));
        }
        if reconciles(project, id) {
            let name = reconciliation_name(&metric.name);
            artifacts.push(artifact(Dataset::Reconciliation(id), &name, Layer::Quality, metric.origin.span));
        }
    }
    let shared = |dataset, name: &str| Artifact { dataset, name: name.to_owned(), layer: Layer::Quality, origin: None };
    if project.entities.iter().any(Entity::is_loaded) {
        artifacts.push(shared(Dataset::RowCounts, ROW_COUNTS));
    }
    if project.entities.iter().any(has_orphans) {
        artifacts.push(shared(Dataset::OrphanCounts, ORPHAN_COUNTS));
    }
    let view = |(index, metric)| Some((MetricId(index), metric_view(project, metric)?));
    let metric_views: Vec<_> = project.metrics.iter().enumerate().filter_map(view).collect();
    let faulty = report_duplicates(project, &artifacts, &metric_views, diagnostics);
    artifacts.sort_by(|a, b| (a.layer, &a.name).cmp(&(b.layer, &b.name)));
    (BuildPlan { artifacts, metric_views }, faulty)
}

/// Name of the table of row counts.
pub const ROW_COUNTS: &str = "row_counts";
/// Name of the table of orphan counts.
pub const ORPHAN_COUNTS: &str = "orphan_counts";

/// Name of the table to which the events of the pipeline are published.
pub fn event_log_name(project: &Project) -> String {
    format!("{}_event_log", project.name)
}

/// Name of the proof that the tables of a metric add up.
pub fn reconciliation_name(metric: &str) -> String {
    format!("{metric}_reconciliation")
}

/// Name of the raw table of an entity.
pub fn raw_name(entity: &Entity) -> String {
    format!("{}_raw", entity.name)
}

/// Name of the checked table of an entity.
pub fn checked_name(entity: &Entity) -> String {
    format!("{}_checked", entity.name)
}

/// Name of the view of clean rows of an entity.
pub fn clean_name(entity: &Entity) -> String {
    format!("{}_clean", entity.name)
}

/// Name of the quarantine table of an entity.
pub fn quarantine_name(entity: &Entity) -> String {
    format!("{}_quarantine", entity.name)
}

/// Name of the table of orphans of an entity.
pub fn orphans_name(entity: &Entity) -> String {
    format!("{}_orphans", entity.name)
}

/// Name of the table of duplicate keys of an entity.
pub fn duplicates_name(entity: &Entity) -> String {
    format!("{}_duplicates", entity.name)
}

/// Whether an entity can hold references that do not resolve.
pub fn has_orphans(entity: &Entity) -> bool {
    entity.is_loaded() && entity.references.iter().any(|r| !r.always_resolves)
}

/// Whether keys of an entity that are delivered twice are counted.
pub fn has_duplicates(entity: &Entity) -> bool {
    entity.is_loaded() && !entity.key.is_empty()
}

/// What two deliveries of one row agree in: the key, and in a history the version.
pub fn identity(entity: &Entity) -> impl Iterator<Item = &Column> {
    let version = match &entity.load {
        Load::History { sequence, .. } if !entity.key.contains(sequence) => Some(entity.column(*sequence)),
        _ => None,
    };
    entity.key_columns().chain(version)
}

/// Whether an entity is written by AUTO CDC.
pub fn is_keyed(entity: &Entity) -> bool {
    entity.is_loaded() && matches!(entity.load, Load::Upsert { .. } | Load::History { .. })
}

/// Whether a metric has measures whose sums can be compared: it is no list of entity rows, and reads loaded rows.
fn reconciles(project: &Project, id: MetricId) -> bool {
    let Some(metric) = project.metrics.get(id.0) else { return false };
    metric.per.is_none()
        && metric.measures.iter().any(|m| m.additive)
        && matches!(project.entity(metric.from).source, Source::Files(_))
}

fn plan_entity(id: EntityId, entity: &Entity, artifacts: &mut Vec<Artifact>) {
    let span = entity.origin.span;
    let mut add = |dataset, name: &str, layer| artifacts.push(artifact(dataset, name, layer, span));
    add(Dataset::Table(id), &entity.name, Layer::Silver);
    if !entity.is_loaded() {
        return;
    }
    add(Dataset::Raw(id), &raw_name(entity), Layer::Bronze);
    add(Dataset::Checked(id), &checked_name(entity), Layer::Silver);
    add(Dataset::Quarantine(id), &quarantine_name(entity), Layer::Quality);
    if is_keyed(entity) {
        add(Dataset::Clean(id), &clean_name(entity), Layer::Silver);
    }
    if has_duplicates(entity) {
        add(Dataset::Duplicates(id), &duplicates_name(entity), Layer::Quality);
    }
    if has_orphans(entity) {
        add(Dataset::Orphans(id), &orphans_name(entity), Layer::Quality);
    }
}

fn artifact(dataset: Dataset, name: &str, layer: Layer, span: Span) -> Artifact {
    Artifact { dataset, name: name.to_owned(), layer, origin: Some(span) }
}

fn report_duplicates(
    project: &Project,
    artifacts: &[Artifact],
    metric_views: &[(MetricId, String)],
    diagnostics: &mut Diagnostics,
) -> BTreeSet<FileId> {
    let mut faulty = BTreeSet::new();
    let origin = |id: &MetricId| project.metrics.get(id.0).map(|metric| metric.origin.span);
    let views = metric_views.iter().map(|(id, name)| (name.clone(), origin(id)));
    let datasets = artifacts.iter().map(|artifact| (artifact.name.clone(), artifact.origin));
    let mut seen: BTreeMap<String, Option<Span>> = BTreeMap::new();
    for (name, origin) in datasets.chain(views) {
        let Some(first) = seen.insert(name.clone(), origin) else { continue };
        let mut diagnostic = Diagnostic::error(Code::DuplicateName, format!("two datasets are called `{name}`"))
            .hint("every entity and metric brings datasets of its own, such as `<entity>_raw`: rename one of the two");
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
