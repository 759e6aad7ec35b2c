//! Datasets of the pipeline: their kinds, their names, and how they are stored.

use lakeflow::source::Span;

pub use crate::model::Layer;
use crate::model::{Entity, EntityId, Load, MetricId, Project};

/// A dataset of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dataset {
    /// Lines of files as text.
    Raw(EntityId),
    /// Lines of files that are no rows.
    Skipped(EntityId),
    /// The rows that a query gives; a temporary view.
    Query(EntityId),
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

/// How a dataset is kept, as statements about it call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredAs {
    /// A streaming table.
    StreamingTable,
    /// A materialized view.
    MaterializedView,
    /// A private table or a temporary view: nothing that the catalog knows.
    Internal,
}

impl StoredAs {
    /// The keywords by which statements about a published dataset call it.
    pub fn words(self) -> &'static str {
        match self {
            StoredAs::StreamingTable => "STREAMING TABLE",
            StoredAs::MaterializedView | StoredAs::Internal => "MATERIALIZED VIEW",
        }
    }
}

impl Dataset {
    /// The layer that it belongs to.
    pub fn layer(self) -> Layer {
        match self {
            Dataset::Raw(_) => Layer::Bronze,
            Dataset::Query(_) | Dataset::Checked(_) | Dataset::Clean(_) | Dataset::Table(_) => Layer::Silver,
            Dataset::MetricTable(..) => Layer::Gold,
            Dataset::Skipped(_)
            | Dataset::Quarantine(_)
            | Dataset::Orphans(_)
            | Dataset::Duplicates(_)
            | Dataset::Reconciliation(_)
            | Dataset::RowCounts
            | Dataset::OrphanCounts => Layer::Quality,
        }
    }

    /// The table or view that holds it.
    pub fn name(self, project: &Project) -> String {
        let metric = |id: MetricId| project.metrics.get(id.0);
        match self {
            Dataset::Raw(id) => raw_name(project.entity(id)),
            Dataset::Skipped(id) => skipped_name(project.entity(id)),
            Dataset::Query(id) => query_name(project.entity(id)),
            Dataset::Checked(id) => checked_name(project.entity(id)),
            Dataset::Clean(id) => clean_name(project.entity(id)),
            Dataset::Table(id) => project.entity(id).name.clone(),
            Dataset::Quarantine(id) => quarantine_name(project.entity(id)),
            Dataset::Orphans(id) => orphans_name(project.entity(id)),
            Dataset::Duplicates(id) => duplicates_name(project.entity(id)),
            Dataset::MetricTable(id, table) => {
                metric(id).and_then(|m| m.tables.get(table)).map(|table| table.name.clone()).unwrap_or_default()
            }
            Dataset::Reconciliation(id) => metric(id).map(|m| reconciliation_name(&m.name)).unwrap_or_default(),
            Dataset::RowCounts => ROW_COUNTS.to_owned(),
            Dataset::OrphanCounts => ORPHAN_COUNTS.to_owned(),
        }
    }

    /// The name that it had before the rename of what it belongs to, if one is declared.
    pub fn old_name(self, project: &Project) -> Option<String> {
        let renamed = |id: EntityId| {
            let entity = project.entity(id);
            entity.renamed_from.as_ref().map(|old| Entity { name: old.clone(), ..entity.clone() })
        };
        match self {
            Dataset::Raw(id) => renamed(id).as_ref().map(raw_name),
            Dataset::Skipped(id) => renamed(id).as_ref().map(skipped_name),
            Dataset::Query(id) => renamed(id).as_ref().map(query_name),
            Dataset::Checked(id) => renamed(id).as_ref().map(checked_name),
            Dataset::Clean(id) => renamed(id).as_ref().map(clean_name),
            Dataset::Table(id) => renamed(id).map(|entity| entity.name),
            Dataset::Quarantine(id) => renamed(id).as_ref().map(quarantine_name),
            Dataset::Orphans(id) => renamed(id).as_ref().map(orphans_name),
            Dataset::Duplicates(id) => renamed(id).as_ref().map(duplicates_name),
            Dataset::MetricTable(id, table) => project.metrics.get(id.0)?.tables.get(table)?.renamed_from.clone(),
            Dataset::Reconciliation(id) => project.metrics.get(id.0)?.renamed_from.as_deref().map(reconciliation_name),
            Dataset::RowCounts | Dataset::OrphanCounts => None,
        }
    }

    /// How it is kept.
    pub fn kind(self, project: &Project) -> StoredAs {
        match self {
            Dataset::Query(_) | Dataset::Checked(_) | Dataset::Clean(_) => StoredAs::Internal,
            Dataset::Raw(_) | Dataset::Skipped(_) => StoredAs::StreamingTable,
            Dataset::Quarantine(id) => {
                let streams = project.entity(id).is_streamed();
                if streams { StoredAs::StreamingTable } else { StoredAs::MaterializedView }
            }
            Dataset::Table(id) => {
                let entity = project.entity(id);
                let is_computed = matches!(entity.load, Load::Snapshot) || entity.marks_deleted();
                let streams = entity.is_streamed() && !is_computed;
                if streams { StoredAs::StreamingTable } else { StoredAs::MaterializedView }
            }
            Dataset::Orphans(_)
            | Dataset::Duplicates(_)
            | Dataset::MetricTable(..)
            | Dataset::Reconciliation(_)
            | Dataset::RowCounts
            | Dataset::OrphanCounts => StoredAs::MaterializedView,
        }
    }
}

/// A dataset to build.
#[derive(Debug, Clone)]
pub struct PlannedDataset {
    /// What it is.
    pub dataset: Dataset,
    /// The table or view that holds it.
    pub name: String,
    /// The part of a spec it comes from; `None` for those that all entities share.
    pub origin: Option<Span>,
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

/// Name of the table of lines that are no rows.
pub fn skipped_name(entity: &Entity) -> String {
    format!("{}_skipped", entity.name)
}

/// Name of the view of the rows that a query gives.
pub fn query_name(entity: &Entity) -> String {
    format!("{}_query", entity.name)
}

/// Name of the checked table of an entity.
pub fn checked_name(entity: &Entity) -> String {
    format!("{}_checked", entity.name)
}

/// Name of the view of clean rows of an entity.
pub fn clean_name(entity: &Entity) -> String {
    format!("{}_clean", entity.name)
}

/// Name of the flow that writes the table of an entity with a key. Under another one it would begin at the first row again.
pub fn flow_name(entity: &Entity) -> String {
    format!("{}_changes", entity.name)
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
