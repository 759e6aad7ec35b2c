//! Typed specs with their positions: what `validate` makes of the documents of [`super::load`].

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::source::{FileId, Span};

use crate::spec::{EntitySpec, MetricSpec, ProjectSpec, SpecKind};

use super::{Lost, LostSpec, Places};

/// A typed spec and where it was written.
#[derive(Debug, Clone)]
pub struct Located<T> {
    /// As serde reads it from the YAML value, without the parts that are `lost`.
    pub spec: T,
    /// File that it is the only document of.
    pub file: FileId,
    /// Where everything in it stands.
    pub places: Places,
    /// JSON pointers to parts of it that were at fault and are left out.
    pub lost: Vec<String>,
}

impl<T> Located<T> {
    /// Whether what stands at a pointer was left out, alone or with all that it stands in.
    pub fn is_lost(&self, pointer: &str) -> bool {
        self.lost
            .iter()
            .any(|lost| pointer.strip_prefix(lost.as_str()).is_some_and(|r| r.is_empty() || r.starts_with('/')))
    }

    /// Whether something was left out of what stands at a pointer, or all of it.
    pub fn has_lost(&self, pointer: &str) -> bool {
        let below = |lost: &str| lost.strip_prefix(pointer).is_some_and(|rest| rest.starts_with('/'));
        self.is_lost(pointer) || self.lost.iter().any(|lost| below(lost))
    }

    /// The keys of entries that were left out of the mapping at a pointer.
    pub fn lost_keys(&self, pointer: &str) -> impl Iterator<Item = String> {
        let keys = self.lost.iter().filter_map(move |lost| lost.strip_prefix(pointer)?.strip_prefix('/'));
        keys.filter(|key| !key.contains('/')).map(|key| key.replace("~1", "/").replace("~0", "~"))
    }

    /// The key at a JSON pointer; see [`Places::key`].
    pub fn key(&self, pointer: &str) -> Span {
        self.places.key(pointer)
    }

    /// The value at a JSON pointer; see [`Places::value`].
    pub fn value(&self, pointer: &str) -> Span {
        self.places.value(pointer)
    }
}

/// All specs of a project, in the order of their paths.
#[derive(Debug, Clone, Default)]
pub struct SpecSet {
    /// Project files: one, if all is well.
    pub projects: Vec<Located<ProjectSpec>>,
    /// Entities.
    pub entities: Vec<Located<EntitySpec>>,
    /// Metrics.
    pub metrics: Vec<Located<MetricSpec>>,
    /// Lookup files by their path below `specs/lookups`.
    pub lookups: BTreeMap<String, FileId>,
    /// Files of queries by their path below `specs/queries`.
    pub queries: BTreeMap<String, FileId>,
    /// What could not be read. A name that seems unknown may be declared there.
    pub lost: Lost,
    /// What was left out since it is at fault, which is reported: references to such an entity count for nothing.
    pub left_out: Lost,
    /// Files of specs that are at fault as far as is known.
    pub faulty: BTreeSet<FileId>,
}

impl SpecSet {
    /// Leaves out specs that are at fault, so that the others can be looked at as if they were all. The project stays:
    /// without it nobody knows who reads.
    pub fn leave_out(&mut self, faulty: &BTreeSet<FileId>) {
        self.left_out = std::mem::take(&mut self.lost);
        for entity in self.entities.extract_if(.., |entity| faulty.contains(&entity.file)) {
            self.left_out.specs.push(LostSpec { kind: Some(SpecKind::Entity), name: Some(entity.spec.entity) });
        }
        self.metrics.retain(|metric| !faulty.contains(&metric.file));
        self.faulty.retain(|file| self.projects.iter().any(|project| project.file == *file));
    }
}
