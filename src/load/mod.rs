//! Finds the files of a project and parses them as YAML, keeping the position of everything.
//!
//! This pass only knows about files, text and YAML; `validate` decides what a spec may contain. The directory of a
//! spec does not matter: its top-level key determines its kind. Files that can't be parsed as YAML are reported and
//! left out.

mod find;
mod lost;
mod partly;
mod set;
#[cfg(test)]
mod tests;

pub use find::{SpecFiles, find};
pub use lost::{Lost, LostSpec};
pub use set::{Located, SpecSet};

use std::collections::BTreeMap;
use std::path::Path;

use lakeflow::diag::{Diagnostic, Diagnostics, did_you_mean};
use lakeflow::source::{FileId, SourceMap, Span};
use lakeflow::yaml::{self, Places, pointer_segment};
use rayon::prelude::*;
use serde_json::Value;

use crate::codes;
use crate::spec::SpecKind;
use crate::world::World;

/// One YAML file as a JSON value: a mapping with the key of its kind.
#[derive(Debug, Clone)]
pub struct Document {
    /// What the top-level key says it is.
    pub kind: SpecKind,
    /// File that it is the only document of.
    pub file: FileId,
    /// Always an object. Mappings keep the order of the file.
    pub value: Value,
    /// Where everything in it stands.
    pub places: Places,
    /// Whether something in the file was at fault, so that this is not all of what was written.
    pub faulty: bool,
    /// Whether the file could be read in parts only: keys of the spec that are missing may stand in the others.
    pub partial: bool,
    /// JSON pointers to values that it would take from elsewhere, which are at fault there.
    pub lost: Vec<String>,
    /// What is known of a template that could not be filled: only its form can be judged.
    pub unfilled: Option<Unfilled>,
}

/// A template that could not be filled, because of a fault that is told already, or in the shape of its `each`.
#[derive(Debug, Clone, Default)]
pub struct Unfilled {
    /// Names of what it would declare, as far as they are known.
    pub names: Vec<String>,
    /// Parameters at places that hold none: what their values are not is no fault of its own.
    pub misplaced: Vec<Span>,
}

impl Document {
    fn new(kind: SpecKind, (file, value, places): (FileId, Value, Places), faulty: bool, partial: bool) -> Self {
        Document { kind, file, value, places, faulty, partial, lost: vec![], unfilled: None }
    }
}

/// All that was found, in the order of paths.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// Specs that could be read as YAML.
    pub documents: Vec<Document>,
    /// Lookup files by their path below `specs/lookups`.
    pub lookups: BTreeMap<String, FileId>,
    /// Files of queries by their path below `specs/queries`.
    pub queries: BTreeMap<String, FileId>,
    /// What could not be read.
    pub lost: Lost,
}

/// Reads all specs of the project in directory `root`. Texts go to `sources`, faults to `diags`.
pub fn load(world: &dyn World, root: &Path, sources: &mut SourceMap, diags: &mut Diagnostics) -> Loaded {
    let found = find::find(world, root, sources, diags);
    read(&found, sources, diags)
}

/// Reads specs as YAML.
pub fn read(found: &SpecFiles, sources: &SourceMap, diags: &mut Diagnostics) -> Loaded {
    let texts: Vec<_> = found.specs.iter().map(|file| (*file, sources.text(*file))).collect();
    let parsed: Vec<_> = texts.par_iter().map(|(file, text)| document(*file, text)).collect();
    let mut loaded = Loaded {
        documents: vec![],
        lookups: found.lookups.clone(),
        queries: found.queries.clone(),
        lost: found.lost.clone(),
    };
    let mut project_lost = found.may_lack_project;
    for ((file, text), (document, faults)) in texts.into_iter().zip(parsed) {
        diags.extend(faults);
        match document {
            Some(document) => loaded.documents.push(document),
            None => {
                project_lost |= find::is_project_file(sources.path(file));
                loaded.lost.specs.extend(lost::of_text(text));
            }
        }
    }
    project_lost |= loaded.lost.specs.iter().any(|lost| lost.kind == Some(SpecKind::Project));
    if !project_lost && loaded.documents.iter().all(|document| document.kind != SpecKind::Project) {
        let fault = Diagnostic::error(codes::NO_PROJECT, format!("there is no `{}`", find::PROJECT_FILE));
        diags.push(fault.hint("`gen init` starts a project; `--project DIR` names another directory"));
    }
    loaded
}

/// Reads one file.
fn document(file: FileId, text: &str) -> (Option<Document>, Vec<Diagnostic>) {
    let yaml::ParsedYaml { document, mut faults } = yaml::parse(file, text);
    let start = Span::new(file, 0..0);
    let document = match document {
        Some((value @ Value::Object(_), places)) => match kind(&value, &places) {
            Ok(kind) => Some(Document::new(kind, (file, value, places), !faults.is_empty(), false)),
            Err(fault) => {
                faults.push(*fault);
                None
            }
        },
        Some((Value::Null, _)) | None if faults.is_empty() => {
            let fault = Diagnostic::error(codes::EMPTY_FILE, "the file is empty").at(start);
            faults.push(fault.hint("a spec starts with `project:`, `entity:` or `metric:`"));
            None
        }
        Some((value, places)) if faults.is_empty() => {
            let message = format!("a spec must be a mapping of keys and values, found {}", noun(&value));
            faults.push(Diagnostic::error(codes::EMPTY_FILE, message).at(places.value("")));
            None
        }
        _ => partial(file, text, &faults),
    };
    (document, faults)
}

/// What can be read of a text that is no YAML. Where it went beyond what a spec may hold, it is left alone.
fn partial(file: FileId, text: &str, faults: &[Diagnostic]) -> Option<Document> {
    if faults.iter().any(|fault| fault.code == codes::YAML_BUDGET) {
        return None;
    }
    let (kind, value, places) = partly::read(file, text, &lost::of_text(text))?;
    Some(Document::new(kind, (file, value, places), true, true))
}

/// The kind that the top-level keys tell.
fn kind(value: &Value, places: &Places) -> Result<SpecKind, Box<Diagnostic>> {
    let keys: Vec<&str> = value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    let kinds: Vec<SpecKind> = SpecKind::ALL.into_iter().filter(|kind| keys.contains(&kind.key())).collect();
    let pointer = |kind: SpecKind| format!("/{}", kind.key());
    match kinds.as_slice() {
        [kind] => Ok(*kind),
        [first, second, ..] => {
            let message = format!("a file cannot be both `{}` and `{}`", first.key(), second.key());
            let fault = Diagnostic::error(codes::UNKNOWN_FILE_KIND, message).at(places.key(&pointer(*second)));
            Err(Box::new(fault.related(places.key(&pointer(*first)), "first here").hint("split it into two files")))
        }
        [] => {
            let message = "the file does not declare a project, an entity or a metric";
            let names = SpecKind::ALL.map(SpecKind::key);
            let typo = keys.iter().find_map(|key| did_you_mean(key, names).map(|hint| (key, hint)));
            let fault = Diagnostic::error(codes::UNKNOWN_FILE_KIND, message);
            Err(Box::new(match typo {
                Some((key, hint)) => fault.at(places.key(&format!("/{}", pointer_segment(key)))).hint(hint),
                None => fault.at(places.key("")).hint("its first key must be `project`, `entity` or `metric`"),
            }))
        }
    }
}

/// What a value is, as messages call it.
pub fn noun(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(n) if n.is_f64() => "a decimal number",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
