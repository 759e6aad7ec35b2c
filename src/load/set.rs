//! Typed specs with their places: what `validate` makes of the documents of [`super::load`].

use std::collections::BTreeMap;

use crate::source::{FileId, Span};
use crate::spec::{EntitySpec, MetricSpec, ProjectSpec};

use super::Places;

/// A typed spec and where it was written.
#[derive(Debug, Clone)]
pub struct Located<T> {
    /// The spec.
    pub spec: T,
    /// Its file.
    pub file: FileId,
    /// Where everything in it stands.
    pub places: Places,
}

impl<T> Located<T> {
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
    /// The project file.
    pub project: Option<Located<ProjectSpec>>,
    /// Entities.
    pub entities: Vec<Located<EntitySpec>>,
    /// Metrics.
    pub metrics: Vec<Located<MetricSpec>>,
    /// Lookup files by their path below `specs/lookups`.
    pub lookups: BTreeMap<String, FileId>,
    /// Whether nothing had to be left out. Otherwise a name that seems unknown may be declared in what was left out.
    pub complete: bool,
}
