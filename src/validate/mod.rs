//! Validates documents against the JSON Schema of their kind, and turns them into typed specs.
//!
//! All errors in all files are reported at once, each at the key or value to change. What the schema can't express
//! (names that must exist, SQL, types) is not checked here.

mod expanded;
mod explain;
mod keys;
mod leaf;
mod page;
mod schema;
#[cfg(test)]
mod tests;

pub use keys::{SpecKey, find as find_keys, keys};
pub use page::page;
pub use schema::schema_text;

use lakeflow::diag::{Diagnostic, Diagnostics};
use lakeflow::source::{SourceMap, Span};
use lakeflow::yaml::{Places, pointer_segment};
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::codes;
use crate::load::{Document, Loaded, Located, LostSpec, SpecSet, Unfilled};
use crate::spec::{EntitySpec, MetricSpec, ProjectSpec, SpecKind};

use explain::{Findings, Misspelt, explain};
use schema::Rules;

/// Types every document that can be typed; a document that can't is reported and left out.
///
/// What is at fault is reported and left out, as small a part as the rest can do without, so that later passes can look
/// at the rest of the spec. The spec says which parts these are ([`Located::lost`]), since what is not there was not
/// forgotten then.
pub fn validate(loaded: Loaded, sources: &SourceMap, diags: &mut Diagnostics) -> SpecSet {
    let Loaded { documents, lookups, queries, lost } = loaded;
    let checked: Vec<_> = documents.into_par_iter().map(|document| (document.file, check(document, sources))).collect();
    let mut set = SpecSet { lookups, queries, lost, ..SpecSet::default() };
    for (file, Checked { spec, faults, is_whole }) in checked {
        diags.extend(faults);
        if !is_whole {
            set.faulty.insert(file);
        }
        match spec {
            Ok(TypedSpec::Project(project)) => {
                diags.extend(set.projects.first().map(|first| second_project(first, &project)));
                set.projects.push(*project);
            }
            Ok(TypedSpec::Entity(entity)) => set.entities.push(*entity),
            Ok(TypedSpec::Metric(metric)) => set.metrics.push(*metric),
            Err(lost) => set.lost.specs.extend(lost),
        }
    }
    set
}

/// Whether a document keeps the schema of its kind.
pub fn accepts(kind: SpecKind, document: &Value) -> bool {
    Rules::of(kind).accepts(document)
}

enum TypedSpec {
    Project(Box<Located<ProjectSpec>>),
    Entity(Box<Located<EntitySpec>>),
    Metric(Box<Located<MetricSpec>>),
}

fn second_project(first: &Located<ProjectSpec>, second: &Located<ProjectSpec>) -> Diagnostic {
    Diagnostic::error(codes::DUPLICATE_NAME, "there is more than one project file")
        .at(second.key("/project"))
        .related(first.key("/project"), "first here")
        .hint("a project has a single project file, which declares all its targets, audiences and schedules")
}

/// What came of a document.
struct Checked {
    /// The spec, or what it declares if it can't be typed.
    spec: Result<TypedSpec, Vec<LostSpec>>,
    faults: Vec<Diagnostic>,
    /// Whether nothing was at fault.
    is_whole: bool,
}

/// Checks one document and types it if possible.
fn check(mut document: Document, sources: &SourceMap) -> Checked {
    let rules = Rules::of(document.kind);
    let elsewhere = std::mem::take(&mut document.lost);
    let (mut faults, mut lost) = (vec![], vec![]);
    let is_accepted = rules.accepts(&document.value);
    if !is_accepted || document.faulty {
        let found = explain(rules.schema(), &document, sources.text(document.file));
        lost = take_out(&mut document, &found);
        faults = found.diagnostics;
        if faults.is_empty() && !is_accepted && !document.faulty {
            faults.extend(
                rules.errors(&document.value).map(|(pointer, message)| unforeseen(&document.places, &pointer, message)),
            );
        }
    }
    faults.extend(expanded::faults(&document, sources));
    let is_whole = faults.is_empty() && !document.faulty && document.unfilled.is_none();
    if let Some(known) = document.unfilled.take() {
        return unfilled(&document, known, faults);
    }
    lost.extend(elsewhere);
    match document.kind {
        SpecKind::Project => typed(document, lost, faults, is_whole, |spec| TypedSpec::Project(Box::new(spec))),
        SpecKind::Entity => typed(document, lost, faults, is_whole, |spec| TypedSpec::Entity(Box::new(spec))),
        SpecKind::Metric => typed(document, lost, faults, is_whole, |spec| TypedSpec::Metric(Box::new(spec))),
    }
}

/// A template without its rows, of which only the form was judged.
fn unfilled(document: &Document, known: Unfilled, mut faults: Vec<Diagnostic>) -> Checked {
    let Unfilled { names, misplaced } = known;
    let holds = |span: Span| misplaced.iter().any(|mark| span.start <= mark.start && mark.end <= span.end);
    faults.retain(|fault| !fault.primary.as_ref().is_some_and(|label| holds(label.span)));
    if faults.is_empty() && !document.faulty {
        faults.push(unforeseen(&document.places, "/each", "`each` can't be read".to_owned()));
    }
    let lost = |name| LostSpec { kind: Some(document.kind), name };
    let mut names: Vec<LostSpec> = names.into_iter().map(|name| lost(Some(name))).collect();
    if names.is_empty() {
        names.push(lost(None));
    }
    Checked { spec: Err(names), faults, is_whole: false }
}

/// Reads what was meant for what was written, and leaves out what is at fault; gives the pointers to that.
fn take_out(document: &mut Document, found: &Findings) -> Vec<String> {
    for (pointer, text) in &found.texts {
        if let Some(value) = document.value.pointer_mut(pointer) {
            *value = Value::String(text.clone());
        }
    }
    for pointer in found.lost.iter().chain(&found.unknown) {
        remove(&mut document.value, pointer);
    }
    let mut lost = found.lost.clone();
    for Misspelt { parent, written, meant } in &found.misspelt {
        document.places.rename(parent, written, meant);
        let path = |key: &str| format!("{parent}/{}", pointer_segment(key));
        for pointer in &mut lost {
            if let Some(rest) = pointer.strip_prefix(&path(written)).filter(|r| r.is_empty() || r.starts_with('/')) {
                *pointer = format!("{}{rest}", path(meant));
            }
        }
        if let Some(Value::Object(fields)) = document.value.pointer_mut(parent)
            && let Some(value) = fields.shift_remove(written)
        {
            fields.insert(meant.clone(), value);
        }
    }
    if let Value::Object(fields) = &mut document.value {
        for (key, empty) in stand_ins(document.kind) {
            if lost.iter().any(|pointer| pointer.strip_prefix('/') == Some(key)) {
                fields.insert(key.to_owned(), empty);
            }
        }
    }
    lost
}

/// What stands in for parts that every spec of a kind has, where they are lost.
fn stand_ins(kind: SpecKind) -> Vec<(&'static str, Value)> {
    match kind {
        SpecKind::Project => vec![("targets", json!({}))],
        SpecKind::Entity => vec![("source", json!({ "files": "*" })), ("columns", json!({}))],
        SpecKind::Metric => vec![("from", json!("")), ("measures", json!({}))],
    }
}

fn typed<T: DeserializeOwned>(
    document: Document,
    lost: Vec<String>,
    mut faults: Vec<Diagnostic>,
    is_whole: bool,
    wrap: fn(Located<T>) -> TypedSpec,
) -> Checked {
    let Document { kind, value, file, places, .. } = document;
    let name = value.get(kind.key()).and_then(Value::as_str).map(str::to_owned);
    match T::deserialize(value) {
        Ok(spec) => Checked { spec: Ok(wrap(Located { spec, file, places, lost })), faults, is_whole },
        Err(error) => {
            if is_whole {
                faults.push(unforeseen(&places, "", error.to_string()));
            }
            Checked { spec: Err(vec![LostSpec { kind: Some(kind), name }]), faults, is_whole: false }
        }
    }
}

/// A fault that has no words of ours: better plain than lost.
fn unforeseen(places: &Places, pointer: &str, message: String) -> Diagnostic {
    Diagnostic::error(codes::BAD_VALUE, message).at(places.key(pointer))
}

/// Removes the key at `pointer` from its mapping.
fn remove(value: &mut Value, pointer: &str) {
    if let Some((parent, key)) = pointer.rsplit_once('/')
        && let Some(Value::Object(fields)) = value.pointer_mut(parent)
    {
        fields.shift_remove(&key.replace("~1", "/").replace("~0", "~"));
    }
}
