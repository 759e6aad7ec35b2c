//! Values of the project file for keys that specs do not set.
//!
//! Each is put into the specs that it applies to, with its place in the project file, before anything else looks at them. So
//! whatever is wrong with a value is found as if it stood in the spec, and shown where it stands. A value that the schema
//! refuses is told once, of the project file, and lost to the specs that would take it.

use std::sync::Arc;

use lakeflow::diag::{Diagnostic, Diagnostics};
use lakeflow::source::SourceMap;
use lakeflow::yaml::{Places, pointer_segment};
use serde_json::{Map, Value, json};

use crate::codes;
use crate::load::{Document, Loaded};
use crate::spec::SpecKind;
use crate::validate;

/// Keys that describe CSV files alone.
const OF_CSV: [&str; 7] = ["delimiter", "quote", "escape", "header", "skip_lines", "comment", "encoding"];
/// Keys that only entities have whose rows come from files.
const OF_FILES: [&str; 2] = ["freshness", "row_count"];

/// A value of the project file.
struct DefaultValue {
    /// The folder below `specs/`, without slashes around it; empty for the whole project.
    folder: String,
    kind: SpecKind,
    /// The keys that lead to it in a spec: `audience`, or `source` and `dates`.
    keys: Vec<String>,
    value: Value,
    /// JSON pointer to it in the project file.
    pointer: String,
    /// Whether it is what the schema wants: otherwise that is told of the project file.
    is_valid: bool,
    /// Whether a spec has taken it.
    is_used: bool,
}

/// Puts values of the project file into the specs that do not set them; reports those that no spec takes.
pub fn apply(loaded: &mut Loaded, sources: &SourceMap, diags: &mut Diagnostics) {
    let mut projects = loaded.documents.iter().filter(|document| document.kind == SpecKind::Project);
    let (Some(project), None) = (projects.next(), projects.next()) else { return };
    let project = project.clone();
    let places = Arc::new(project.places.clone());
    let mut defaults = defaults(&project, sources);
    if defaults.is_empty() {
        return;
    }
    // Values of inner folders come first.
    defaults.sort_by_key(|default| std::cmp::Reverse(default.folder.len()));
    for document in loaded.documents.iter_mut().filter(|document| document.kind != SpecKind::Project) {
        let path = sources.path(document.file).to_owned();
        let kind = document.kind;
        for default in defaults.iter_mut().filter(|default| default.kind == kind) {
            default.is_used |= is_below(&path, &default.folder) && put(default, document, &places);
        }
    }
    // What can't be read, or is left out, may take them.
    let is_whole = loaded.lost.is_empty() && loaded.documents.iter().all(|document| !document.faulty);
    if is_whole {
        diags.extend(defaults.iter().filter(|default| !default.is_used).map(|default| unused(default, &project)));
    }
}

fn unused(default: &DefaultValue, project: &Document) -> Diagnostic {
    let specs = if default.kind == SpecKind::Entity { "entity" } else { "metric" };
    let folder = if default.folder.is_empty() { String::new() } else { format!(" in `specs/{}`", default.folder) };
    let message = format!("no {specs}{folder} takes the default of `{}`", default.keys.join("."));
    let fault = Diagnostic::warning(codes::UNUSED_DEFAULT, message).at(project.places.key(&default.pointer));
    fault.hint("remove it: each spec sets the key itself, or has no use for it")
}

/// All values of a project file.
fn defaults(project: &Document, sources: &SourceMap) -> Vec<DefaultValue> {
    let mut found = vec![];
    let Some(Value::Object(all)) = project.value.get("defaults") else { return found };
    let mut scopes = vec![(String::new(), "/defaults".to_owned(), all)];
    for (folder, own) in all.get("folders").and_then(Value::as_object).into_iter().flatten() {
        if let Value::Object(own) = own {
            let pointer = format!("/defaults/folders/{}", pointer_segment(folder));
            scopes.push((folder.trim_matches('/').to_owned(), pointer, own));
        }
    }
    for (folder, pointer, scope) in scopes {
        for (key, kind) in [("entities", SpecKind::Entity), ("metrics", SpecKind::Metric)] {
            let Some(Value::Object(values)) = scope.get(key) else { continue };
            for (keys, value, below) in flat(values) {
                let pointer = format!("{pointer}/{key}{below}");
                let value = as_texts(value, keys.last().map(String::as_str), &pointer, project, sources);
                let is_valid = is_valid(kind, &keys, &value);
                let folder = folder.clone();
                found.push(DefaultValue { folder, kind, keys, value, pointer, is_valid, is_used: false });
            }
        }
    }
    found
}

/// The values of a scope, each with its keys and the pointer that leads on to it; those of a source one by one.
fn flat(values: &Map<String, Value>) -> Vec<(Vec<String>, &Value, String)> {
    let mut found = vec![];
    for (key, value) in values {
        match value {
            Value::Object(own) if key == "source" => {
                found.extend(own.iter().map(|(name, value)| {
                    (vec![key.clone(), name.clone()], value, format!("/source/{}", pointer_segment(name)))
                }));
            }
            value => found.push((vec![key.clone()], value, format!("/{}", pointer_segment(key)))),
        }
    }
    found
}

/// A value with scalars as texts, where the language wants texts whether or not they are quoted.
fn as_texts(value: &Value, key: Option<&str>, pointer: &str, project: &Document, sources: &SourceMap) -> Value {
    let text = |value: &Value, pointer: &str| match value {
        Value::Number(_) | Value::Bool(_) => {
            let written = project.places.plain_text(sources.text(project.file), pointer);
            written.map_or_else(|| value.clone(), |text| Value::String(text.to_owned()))
        }
        value => value.clone(),
    };
    match value {
        Value::Array(items) => {
            Value::Array(items.iter().enumerate().map(|(i, item)| text(item, &format!("{pointer}/{i}"))).collect())
        }
        value if key.is_some_and(|key| !["header", "skip_lines"].contains(&key)) => text(value, pointer),
        value => value.clone(),
    }
}

/// Whether a spec with the value, and no more than it must have, keeps the schema.
fn is_valid(kind: SpecKind, keys: &[String], value: &Value) -> bool {
    let mut spec = match kind {
        SpecKind::Entity => json!({ "entity": "a", "source": { "files": "a" }, "columns": {} }),
        _ => json!({ "metric": "a", "from": "a", "measures": {} }),
    };
    set(&mut spec, keys, value);
    validate::accepts(kind, &spec)
}

/// Sets a value in a spec; false if it has one there, or nothing to put it into.
fn set(spec: &mut Value, keys: &[String], value: &Value) -> bool {
    let Some((last, above)) = keys.split_last() else { return false };
    let above = above.iter().try_fold(spec, |value, key| value.get_mut(key));
    let Some(Value::Object(fields)) = above else { return false };
    if fields.contains_key(last) {
        return false;
    }
    fields.insert(last.clone(), value.clone());
    true
}

/// Takes a value out of a spec again.
fn unset(spec: &mut Value, keys: &[String]) -> Option<Value> {
    let (last, above) = keys.split_last()?;
    above.iter().try_fold(spec, |value, key| value.get_mut(key))?.as_object_mut()?.shift_remove(last)
}

/// Puts a value into a spec that has a use for it and does not set it.
fn put(default: &DefaultValue, document: &mut Document, places: &Arc<Places>) -> bool {
    let source = document.value.get("source");
    let is_read = source.is_some_and(|source| source.get("files").is_some());
    let format = source.and_then(|source| source.get("format"));
    let is_csv = source.is_some() && format.is_none_or(|format| format == "csv");
    let is_typed = format.is_some_and(|format| format == "parquet");
    let names = |keys: &[&str]| default.keys.last().is_some_and(|last| keys.contains(&last.as_str()));
    let is_of_source = default.keys.len() > 1;
    let is_useless = is_typed || names(&OF_CSV) && !is_csv;
    if (is_of_source || names(&OF_FILES)) && !is_read || is_of_source && is_useless {
        return false;
    }
    let is_set = set(&mut document.value, &default.keys, &default.value);
    if is_set {
        let pointer: String = default.keys.iter().map(|key| format!("/{}", pointer_segment(key))).collect();
        document.places.graft(pointer.clone(), places, default.pointer.clone());
        if !default.is_valid {
            let _invalid = unset(&mut document.value, &default.keys);
            document.lost.push(pointer);
        }
    }
    is_set
}

/// Whether a file lies in a folder below `specs/`, or deeper.
fn is_below(path: &str, folder: &str) -> bool {
    let Some(path) = path.strip_prefix("specs/") else { return false };
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
