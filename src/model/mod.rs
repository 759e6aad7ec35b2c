//! The resolved project: every name found, every default filled in, every expression typed.
//!
//! Later passes never look at a spec again. Expressions are kept as trees whose names are found, together with their type
//! and the place they came from; no text of SQL stands here. Ids index the vectors of [`Project`] and stay valid for its
//! lifetime.

mod constant;
mod entity;
mod field_path;
mod governance;
mod layer;
mod metric;
mod outside;
mod query;
mod reading;
mod refresh;
mod sql;
mod storage;
mod upkeep;

pub use constant::{Constant, Double, FALSE_TEXTS, TRUE_TEXTS, shape};
pub use entity::{
    COLUMN_TYPES, Check, ColumnId, CsvDialect, Encoding, Entity, EntityColumn, EntityId, EntitySource, FileFormat,
    FileSource, JsonForm, KeptValues, Load, Lookup, LookupRow, Normalize, READABLE, Reference, ReferenceId, Rule,
    RuleKind, UNIQUE_KEY, Validity,
};
pub use field_path::{FieldPath, json_path};
pub use governance::{
    Alerts, Audience, AudienceId, Channel, Classification, Cluster, Cron, Declassifies, Mask, Mode, Ownership,
    PersonalKind, Principal, PrincipalId, Protection, Reason, RowAccess, Schedule, Sees, Settings, Share, Start,
    Target, TargetId,
};
pub use layer::Layer;
pub use metric::{
    Declassified, Dimension, Grain, Join, JoinKey, Measure, Metric, MetricId, MetricJoinKind, MetricTable, Per, Time,
};
pub use outside::{SourceTable, rows_file};
pub use query::{TableQuery, TextPlace};
pub use reading::{
    FormReader, MomentForm, NumberForm, Reading, TextForm, WINDOWS_1252, lines, misread_as_latin_1, windows_1252,
};
pub use refresh::Refreshed;
pub use sql::{Action, ColumnPath, Expression, HoleName, Leaf, MeasureId, RefPath, Size, SpecOrigin};

pub use storage::{Clustering, Storage};
pub use upkeep::{RowCount, TAGS_OF_SERVER, Upkeep};

use std::collections::BTreeMap;

/// A whole project.
#[derive(Debug, Clone)]
pub struct Project {
    /// Name, in snake_case.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Places of deployment, in the order of the spec. One of them is the default.
    pub targets: Vec<Target>,
    /// Audiences, in the order of the spec.
    pub audiences: Vec<Audience>,
    /// How each kind of personal data is masked; every kind has an entry.
    pub masks: BTreeMap<PersonalKind, Mask>,
    /// What hides personal data.
    pub protection: Protection,
    /// Schedules, in the order of the spec.
    pub schedules: Vec<Schedule>,
    /// Mail addresses told of failures.
    pub notify: Vec<String>,
    /// Limits for alerts.
    pub alerts: Alerts,
    /// Reasons to declassify personal data.
    pub reasons: Vec<Reason>,
    /// Entities, by name.
    pub entities: Vec<Entity>,
    /// Metrics, by name.
    pub metrics: Vec<Metric>,
}

impl Project {
    /// The entity behind an id.
    ///
    /// # Panics
    /// When the id comes from another project, which is a fault of the compiler.
    pub fn entity(&self, id: EntityId) -> &Entity {
        &self.entities[id.0]
    }

    /// The default target; the first one if none is marked (which validation refuses).
    pub fn default_target(&self) -> Option<&Target> {
        self.targets.iter().find(|t| t.default).or_else(|| self.targets.first())
    }

    /// Gives development targets to a developer: see [`Target::give_to`].
    pub fn give_to(&mut self, developer: &str) {
        let targets = self.targets.iter_mut().filter(|target| target.mode == Mode::Development);
        targets.for_each(|target| target.give_to(developer));
    }

    /// The layers that some target has in a schema of their own.
    pub fn placed_layers(&self) -> impl Iterator<Item = Layer> {
        Layer::ALL.into_iter().filter(|layer| self.targets.iter().any(|target| target.layers.contains_key(layer)))
    }

    /// The target with this name.
    pub fn target(&self, name: &str) -> Option<&Target> {
        self.targets.iter().find(|t| t.name == name)
    }
}
