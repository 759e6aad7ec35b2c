//! Specs as people write them: the typed form of a project, an entity and a metric file.
//!
//! The JSON Schemas in `schemas/` come from these types, so a doc comment here is what an editor shows. Nothing is
//! resolved or defaulted here; optional keys stay optional. Places are not kept in these types: a rule that finds a
//! fault names a JSON pointer, and the loader knows where that pointer stands.

mod entity;
mod metric;
mod project;
mod shared;

pub use entity::{
    ColumnEntry, ColumnSpec, EntitySpec, FilesSpec, FreshnessSpec, LoadSpec, LookupSpec, NormalizeSpec, ReferenceEntry,
    ReferenceSpec, RowCountSpec, RuleEntry, RuleSpec, SourceSpec,
};
pub use metric::{GrainSpec, MeasureEntry, MeasureSpec, MetricSpec, PerSpec, TableSpec, TimeSpec};
pub use project::{
    AlertsSpec, AllWord, AudienceSpec, MaskSpec, MaskStyle, NotificationsSpec, PlainMask, PrincipalSpec, ProjectSpec,
    ScheduleSpec, SeesSpec, TargetSpec,
};
pub use shared::{ActionSpec, ClassificationSpec, OneOrMany, PersonalSpec};

/// The three kinds of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpecKind {
    /// `project.yml`: places, people, schedules.
    Project,
    /// What arrives and what it must look like.
    Entity,
    /// What is computed from entities.
    Metric,
}

impl SpecKind {
    /// All kinds.
    pub const ALL: [SpecKind; 3] = [SpecKind::Project, SpecKind::Entity, SpecKind::Metric];

    /// The key that tells the kind of a file, which holds its name.
    pub fn key(self) -> &'static str {
        match self {
            SpecKind::Project => "project",
            SpecKind::Entity => "entity",
            SpecKind::Metric => "metric",
        }
    }

    /// The JSON Schema of this kind of file (draft 2020-12).
    pub fn json_schema(self) -> schemars::Schema {
        match self {
            SpecKind::Project => schemars::schema_for!(ProjectSpec),
            SpecKind::Entity => schemars::schema_for!(EntitySpec),
            SpecKind::Metric => schemars::schema_for!(MetricSpec),
        }
    }
}
