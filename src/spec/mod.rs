//! Specs as people write them: the typed form of a project, an entity and a metric file.
//!
//! The JSON Schemas in `schemas/` come from these types, so a doc comment here is what an editor shows. Nothing is
//! resolved or defaulted here; optional keys stay optional. Places are not kept in these types: a rule that finds a
//! fault names a JSON pointer, and the loader knows where that pointer stands.

mod defaults;
mod each;
mod entity;
mod expanded;
mod metric;
mod ownership;
mod project;
mod settings;
mod shared;
mod source;
mod storage;
mod upkeep;

use schemars::Schema;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;

pub use defaults::{DefaultsSpec, EntityDefaultsSpec, FolderDefaultsSpec, MetricDefaultsSpec, SourceDefaultsSpec};
pub use each::{CellEntry, EachSpec, RowsEntry};
pub use entity::{
    ColumnEntry, ColumnSpec, DeletedSpec, DeletionEntry, DeletionSpec, EntitySpec, FreshnessSpec, KeyReferenceSpec,
    LoadSpec, NormalizeSpec, NullColumnsSpec, NullEntry, NullSpec, ReferenceEntry, ReferenceSpec, RowCountSpec,
    RuleEntry, RuleSpec,
};
pub use expanded::expanded;
pub use metric::{DimensionEntry, GrainSpec, MeasureEntry, MeasureSpec, MetricSpec, PerSpec, TableSpec, TimeSpec};
pub use ownership::{OwnershipSpec, ShareSpec};
pub use project::{
    AlertsSpec, AllWord, AudienceSpec, MaskSpec, MaskStyle, ModeSpec, NotificationsSpec, PlainMask, PrincipalSpec,
    ProjectSpec, ProtectionSpec, ScheduleSpec, SchemasSpec, SeesSpec, TargetSpec,
};
pub use settings::{AutoscaleMode, AutoscaleSpec, ChannelSpec, ClusterLabel, ClusterSpec, SettingsSpec};
pub use shared::{ActionSpec, AllowSpec, ClassificationSpec, DeclassifyEntry, DeclassifySpec, OneOrMany, PersonalSpec};
pub use source::{EncodingSpec, FilesSpec, FormatSpec, LookupSpec, OutsideSpec, QuerySpec, SourceSpec, TableReadSpec};
pub use storage::StorageSpec;
pub use upkeep::DeprecatedSpec;

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
        let mut schema = match self {
            SpecKind::Project => schemars::schema_for!(ProjectSpec),
            SpecKind::Entity => schemars::schema_for!(EntitySpec),
            SpecKind::Metric => schemars::schema_for!(MetricSpec),
        };
        RecursiveTransform(describe_variant).transform(&mut schema);
        schema
    }
}

/// Gives the key of an enum variant with a value (`{ keep_first: 1 }`) the description and the examples that schemars
/// puts on the mapping around it: editors show what stands at the key.
fn describe_variant(schema: &mut Schema) {
    let variants = schema.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten();
    for variant in variants.filter_map(Value::as_object_mut) {
        let moved: Vec<_> = ["description", "examples"].map(|k| (k, variant.get(k).cloned())).into();
        let key = variant.get_mut("properties").and_then(Value::as_object_mut);
        if let Some((_, Value::Object(property))) = key.and_then(|p| p.iter_mut().next()) {
            property.extend(moved.into_iter().filter_map(|(k, value)| Some((k.to_owned(), value?))));
            variant.shift_remove("examples");
        }
    }
}
