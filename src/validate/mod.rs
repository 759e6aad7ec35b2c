//! Documents against the JSON Schema of their kind, then into typed specs.
//!
//! All faults of all files are reported at once, each at the key or value to change. What the schema can't say (names
//! that must exist, SQL, types) is not looked at here.

mod explain;
mod leaf;
mod schema;
#[cfg(test)]
mod tests;

pub use schema::schema_text;

use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::load::{Document, Loaded, Located, Places, SpecSet};
use crate::source::SourceMap;
use crate::spec::{EntitySpec, MetricSpec, ProjectSpec, SpecKind};

use explain::{Findings, explain};
use schema::Rules;

/// Types every document that can be typed; a document that can't is reported and left out.
///
/// Unknown keys and unusable values of optional keys are reported and then passed over, so that later passes can look
/// at the rest of the spec.
pub fn validate(loaded: Loaded, sources: &SourceMap, diags: &mut Diagnostics) -> SpecSet {
    let Loaded { documents, lookups, complete } = loaded;
    let checked: Vec<_> = documents.into_par_iter().map(|document| check(document, sources)).collect();
    let mut set = SpecSet { lookups, complete, ..SpecSet::default() };
    for (spec, faults) in checked {
        diags.extend(faults);
        match spec {
            Some(Typed::Project(project)) => match &set.project {
                None => set.project = Some(*project),
                Some(first) => {
                    diags.push(second_project(first, &project));
                    set.complete = false;
                }
            },
            Some(Typed::Entity(entity)) => set.entities.push(*entity),
            Some(Typed::Metric(metric)) => set.metrics.push(*metric),
            None => set.complete = false,
        }
    }
    set
}

enum Typed {
    Project(Box<Located<ProjectSpec>>),
    Entity(Box<Located<EntitySpec>>),
    Metric(Box<Located<MetricSpec>>),
}

fn second_project(first: &Located<ProjectSpec>, second: &Located<ProjectSpec>) -> Diagnostic {
    Diagnostic::error(Code::DuplicateName, "there are two project files")
        .at(second.key("/project"))
        .related(first.key("/project"), "first here")
        .hint("targets, audiences and schedules of one project stand in one file")
}

/// Checks one document and types it if possible.
fn check(mut document: Document, sources: &SourceMap) -> (Option<Typed>, Vec<Diagnostic>) {
    let rules = Rules::of(document.kind);
    let mut faults = vec![];
    if !rules.accepts(&document.value) {
        let text = sources.text(document.file);
        let Findings { diagnostics, texts, passed_over } = explain(rules.schema(), &document, text);
        faults = diagnostics;
        for (pointer, text) in texts {
            if let Some(value) = document.value.pointer_mut(&pointer) {
                *value = Value::String(text);
            }
        }
        if faults.is_empty() {
            faults.extend(
                rules.errors(&document.value).map(|(pointer, message)| unforeseen(&document.places, &pointer, message)),
            );
        }
        for pointer in passed_over {
            remove(&mut document.value, &pointer);
        }
    }
    match document.kind {
        SpecKind::Project => typed(document, faults, |spec| Typed::Project(Box::new(spec))),
        SpecKind::Entity => typed(document, faults, |spec| Typed::Entity(Box::new(spec))),
        SpecKind::Metric => typed(document, faults, |spec| Typed::Metric(Box::new(spec))),
    }
}

fn typed<T: DeserializeOwned>(
    document: Document,
    mut faults: Vec<Diagnostic>,
    wrap: fn(Located<T>) -> Typed,
) -> (Option<Typed>, Vec<Diagnostic>) {
    let Document { value, file, places, .. } = document;
    match T::deserialize(value) {
        Ok(spec) => (Some(wrap(Located { spec, file, places })), faults),
        Err(error) => {
            if faults.is_empty() {
                faults.push(unforeseen(&places, "", error.to_string()));
            }
            (None, faults)
        }
    }
}

/// A fault that has no words of ours: better plain than lost.
fn unforeseen(places: &Places, pointer: &str, message: String) -> Diagnostic {
    Diagnostic::error(Code::BadValue, message).at(places.key(pointer))
}

/// Removes the key at `pointer` from its mapping.
fn remove(value: &mut Value, pointer: &str) {
    if let Some((parent, key)) = pointer.rsplit_once('/')
        && let Some(Value::Object(fields)) = value.pointer_mut(parent)
    {
        fields.shift_remove(&key.replace("~1", "/").replace("~0", "~"));
    }
}
