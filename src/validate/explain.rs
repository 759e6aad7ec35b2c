//! Why a document violates its schema, in words for its author.
//!
//! A JSON Schema validator says "not valid under any of the given schemas" if a value has alternative forms. This walk
//! picks the form that was most likely intended (by the JSON type of the value, then by its keys) and reports what is
//! wrong with respect to that one. It also finds unquoted scalars (`1.10`, `007`) where a text is expected: those are
//! texts.

use lakeflow::diag::{Diagnostic, did_you_mean, nearest};
use lakeflow::yaml::pointer_segment;
use serde_json::{Map, Value};

use crate::codes;
use crate::load::{Document, noun};

use super::leaf::SchemaLeaf;

/// Faults of one file after which the walk stops: a person mends some and comes again.
const MAX_FAULTS: usize = 100;

/// What the walk found.
#[derive(Default)]
pub(super) struct Findings {
    /// The faults, in the order of the document.
    pub diagnostics: Vec<Diagnostic>,
    /// Scalars to be read as the text that stands in the file, by pointer.
    pub texts: Vec<(String, String)>,
    /// Pointers to parts that are at fault. Without them the rest of the spec can still be used.
    pub lost: Vec<String>,
    /// Pointers to keys that mean nothing.
    pub unknown: Vec<String>,
    /// Keys that were meant to be others, which the spec can't do without.
    pub misspelt: Vec<Misspelt>,
}

/// A key that was meant to be another one.
pub(super) struct Misspelt {
    /// Pointer to the mapping it stands in.
    pub parent: String,
    pub written: String,
    pub meant: String,
}

/// Compares a document with the schema of its kind; `text` is that of its file.
pub(super) fn explain(schema: &Value, document: &Document, text: &str) -> Findings {
    let doubtful = document.places.doubtful();
    let mut walk = Walk { root: schema, document, text, doubtful, findings: Findings::default() };
    let place = ValuePlace { pointer: String::new(), name: "the spec".to_owned(), schema, part: String::new() };
    walk.value(&place, &document.value);
    if walk.is_full()
        && let Some(last) = walk.findings.diagnostics.last_mut()
    {
        last.hints.push("there may be more errors: the rest of the file was not checked".to_owned());
    }
    walk.findings
}

struct Walk<'a> {
    root: &'a Value,
    document: &'a Document,
    text: &'a str,
    /// Pointers to values that have a rival.
    doubtful: Vec<String>,
    findings: Findings,
}

/// A value's pointer and schema.
struct ValuePlace<'a> {
    pointer: String,
    /// What messages call the value: its key, or its position in a list.
    name: String,
    schema: &'a Value,
    /// Pointer to what is left out when the value is at fault: the value itself, or the nearest thing above it without
    /// which the rest means what it meant.
    part: String,
}

impl<'a> ValuePlace<'a> {
    /// The value of a key.
    fn key(&self, key: &str, schema: &'a Value, required: bool) -> ValuePlace<'a> {
        let pointer = format!("{}/{}", self.pointer, pointer_segment(key));
        let part = if required && !self.is_spec() { self.part.clone() } else { pointer.clone() };
        ValuePlace { pointer, name: format!("`{key}`"), schema, part }
    }

    /// Whether it is the whole spec, of which no part is so important that the others mean nothing without it.
    fn is_spec(&self) -> bool {
        self.pointer.is_empty()
    }

    /// An item of a list, which falls with the list: a shorter one would be another one.
    fn item(&self, index: usize, schema: &'a Value) -> ValuePlace<'a> {
        let name = format!("item {} of {}", index + 1, self.name);
        ValuePlace { pointer: format!("{}/{index}", self.pointer), name, schema, part: self.part.clone() }
    }
}

impl<'a> Walk<'a> {
    fn is_full(&self) -> bool {
        self.findings.diagnostics.len() >= MAX_FAULTS
    }

    fn value(&mut self, place: &ValuePlace<'a>, value: &Value) {
        if self.doubtful.contains(&place.pointer) {
            self.findings.lost.push(place.part.clone());
        }
        let leaves = SchemaLeaf::all(self.root, place.schema);
        let fitting: Vec<SchemaLeaf<'a>> = leaves.iter().copied().filter(|leaf| leaf.takes(value)).collect();
        match value {
            _ if fitting.is_empty() => self.other_type(place, value, &leaves),
            Value::Object(fields) => self.mapping(place, fields, &fitting),
            Value::Array(items) => {
                let schemas = fitting.iter().find_map(|leaf| leaf.items());
                for (index, item) in items.iter().enumerate() {
                    if let Some(schema) = schemas.filter(|_| !self.is_full()) {
                        self.value(&place.item(index, schema), item);
                    }
                }
            }
            Value::String(text) => self.word(place, text, &leaves),
            Value::Number(_) => self.number(place, value, &fitting),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// A value of a type that is not wanted; an unquoted scalar may be a text all the same.
    fn other_type(&mut self, place: &ValuePlace<'a>, value: &Value, leaves: &[SchemaLeaf<'a>]) {
        let takes_text = leaves.iter().any(|leaf| leaf.types().any(|ty| ty == "string"));
        let written = self.document.places.plain_text(self.text, &place.pointer);
        if let Some(written) = written.filter(|_| takes_text && !value.is_null()) {
            self.findings.texts.push((place.pointer.clone(), written.to_owned()));
            return self.word(place, written, leaves);
        }
        let wanted = join(wanted(leaves).into_iter(), " or ");
        let message = match value {
            Value::Null => format!("{} has no value; it must be {wanted}", place.name),
            _ => format!("{} must be {wanted}, found {}", place.name, noun(value)),
        };
        let places = &self.document.places;
        let is_collection = value.is_array() || value.is_object();
        let span = if is_collection { places.key(&place.pointer) } else { places.value(&place.pointer) };
        let fault = Diagnostic::error(codes::WRONG_TYPE, message).at(span).maybe_hint(unquote_hint(value, leaves));
        if let Some(list) = as_list(place, value, leaves) {
            return self.fault(place, fault.hint(list).maybe_hint(self.meaning(place)));
        }
        self.fault(place, fault.maybe_hint(self.meaning(place)).maybe_hint(example(&place.name, place.schema)));
    }

    fn word(&mut self, place: &ValuePlace<'a>, text: &str, leaves: &[SchemaLeaf<'a>]) {
        let free = leaves.iter().find(|leaf| leaf.word().is_none() && leaf.types().any(|ty| ty == "string"));
        let Some(free) = free else {
            let words: Vec<&str> = leaves.iter().filter_map(|leaf| leaf.word()).collect();
            if words.contains(&text) {
                return;
            }
            let message = format!("`{text}` is not a valid value for {}", place.name);
            let list = format!("allowed: {}", join(wanted(leaves).into_iter(), ", "));
            let fault = Diagnostic::error(codes::BAD_VALUE, message).at(self.document.places.value(&place.pointer));
            return self.fault(place, fault.maybe_hint(did_you_mean(text, words)).hint(list));
        };
        let length = text.chars().count() as u64;
        let bound = |keyword| free.bound(keyword).and_then(Value::as_u64);
        let (min, max) = (bound("minLength").unwrap_or(0), bound("maxLength").unwrap_or(u64::MAX));
        if length < min || length > max {
            let size = if min == max { format!("{min}") } else { format!("{min} to {max}") };
            let unit = if size == "1" { "character" } else { "characters" };
            self.out_of_bounds(place, &format!("{size} {unit} long"), &format!("{length}"));
        }
    }

    fn number(&mut self, place: &ValuePlace<'a>, value: &Value, leaves: &[SchemaLeaf<'a>]) {
        let Some(number) = value.as_f64() else { return };
        for leaf in leaves {
            let bound = |keyword| leaf.bound(keyword).and_then(Value::as_f64);
            if let Some(min) = bound("minimum").filter(|min| number < *min) {
                return self.out_of_bounds(place, &format!("at least {min}"), &value.to_string());
            }
            if let Some(max) = bound("maximum").filter(|max| number > *max) {
                return self.out_of_bounds(place, &format!("at most {max}"), &value.to_string());
            }
        }
    }

    fn out_of_bounds(&mut self, place: &ValuePlace<'a>, wanted: &str, found: &str) {
        let message = format!("{} must be {wanted}, found {found}", place.name);
        let fault = Diagnostic::error(codes::BAD_VALUE, message).at(self.document.places.value(&place.pointer));
        self.fault(place, fault.maybe_hint(self.meaning(place)));
    }

    fn mapping(&mut self, place: &ValuePlace<'a>, fields: &Map<String, Value>, forms: &[SchemaLeaf<'a>]) {
        let Some(form) = intended(fields, forms) else { return };
        let mut misspelt = vec![];
        for (key, value) in fields {
            if self.is_full() {
                return;
            }
            if let Some(schema) = form.property(key) {
                let required = form.required().any(|name| name == key);
                self.value(&place.key(key, schema, required), value);
            } else if let Some(schema) = form.other_keys() {
                self.value(&place.key(key, schema, false), value);
            } else if let Some(meant) = self.unknown_key(place, key, forms, fields) {
                // What stands below a misspelt key may hold more mistakes.
                if let Some(schema) = forms.iter().find_map(|form| form.property(meant)) {
                    self.value(&place.key(key, schema, false), value);
                }
                self.take_as_meant(place, key, meant, forms, misspelt.contains(&meant));
                misspelt.push(meant);
            }
        }
        self.missing_keys(place, fields, form, forms, &misspelt);
    }

    /// Reports a key that is not declared; gives the one it was probably meant to be.
    fn unknown_key(
        &mut self,
        place: &ValuePlace<'a>,
        key: &str,
        forms: &[SchemaLeaf<'a>],
        fields: &Map<String, Value>,
    ) -> Option<&'a str> {
        let own = format!("{}/{}", place.pointer, pointer_segment(key));
        let span = self.document.places.key(&own);
        let fault = |message: String| Diagnostic::error(codes::UNKNOWN_KEY, message).at(span);
        if forms.iter().any(|other| other.property(key).is_some()) {
            let form = intended(fields, forms);
            let rival = form
                .into_iter()
                .flat_map(SchemaLeaf::keys)
                .find(|name| fields.contains_key(*name))
                .unwrap_or("the other keys");
            let message = format!("`{key}` cannot be combined with `{rival}`");
            self.findings.diagnostics.push(fault(message).hint("keep one of the two"));
            self.findings.unknown.push(own);
            self.findings.lost.push(place.part.clone());
            return None;
        }
        let known: Vec<&str> = forms.iter().flat_map(|form| form.keys()).collect();
        let free = |name: &&str| !fields.contains_key(*name);
        let meant = nearest(key, known.iter().copied().filter(free));
        let meant = meant.or_else(|| known.iter().copied().filter(free).find(|name| is_synonym(key, name)));
        let hint = match meant {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("known keys: {}", join(known.iter().map(|k| format!("`{k}`")), ", ")),
        };
        self.findings.diagnostics.push(fault(format!("unknown key `{key}`")).hint(hint));
        if meant.is_none() {
            self.findings.unknown.push(own);
        }
        meant
    }

    /// Reads a misspelt key as the one it was meant to be, if there is no spec without that; any other is left out.
    fn take_as_meant(&mut self, place: &ValuePlace<'a>, key: &str, meant: &str, forms: &[SchemaLeaf<'a>], again: bool) {
        let below = |key: &str| format!("{}/{}", place.pointer, pointer_segment(key));
        let required = forms.iter().any(|form| form.required().any(|name| name == meant));
        if required && !again {
            let (written, meant) = (key.to_owned(), meant.to_owned());
            self.findings.misspelt.push(Misspelt { parent: place.pointer.clone(), written, meant });
        } else {
            self.findings.unknown.push(below(key));
            self.findings.lost.push(below(meant));
        }
    }

    fn missing_keys(
        &mut self,
        place: &ValuePlace<'a>,
        fields: &Map<String, Value>,
        form: SchemaLeaf<'a>,
        forms: &[SchemaLeaf<'a>],
        misspelt: &[&str],
    ) {
        let span = self.document.places.key(&place.pointer);
        let absent = |name: &&str| !fields.contains_key(*name) && !misspelt.contains(name);
        if place.is_spec() && self.document.partial {
            self.findings.lost.extend(form.keys().filter(absent).map(|key| format!("/{key}")));
            return;
        }
        if forms.len() > 1 && form.required().filter(absent).count() > 0 {
            if misspelt.is_empty() {
                let names = forms.iter().flat_map(|form| form.required()).map(|name| format!("`{name}`"));
                let message = format!("missing key: one of {} is required", join(names, ", "));
                self.fault(place, Diagnostic::error(codes::MISSING_KEY, message).at(span));
            }
            return;
        }
        for name in form.required().filter(absent) {
            let fault = Diagnostic::error(codes::MISSING_KEY, format!("missing key `{name}`")).at(span);
            let key = form.property(name).map(|schema| place.key(name, schema, true));
            let example = key.as_ref().and_then(|key| example(&key.name, key.schema));
            let meaning = key.as_ref().and_then(|key| self.meaning(key));
            self.fault(key.as_ref().unwrap_or(place), fault.maybe_hint(meaning).maybe_hint(example));
        }
    }

    /// What the schema says about a key, or else about the kind of value it holds, as a hint.
    fn meaning(&self, place: &ValuePlace<'a>) -> Option<String> {
        let own = place.schema.get("description");
        let target = || place.schema.get("$ref")?.as_str()?.strip_prefix('#');
        let description = own.or_else(|| self.root.pointer(target()?)?.get("description")).and_then(Value::as_str)?;
        let first = description.split_once(". ").map_or(description, |(first, _)| first);
        Some(format!("{}: {}", place.name, lower_first(first.trim_end_matches('.'))))
    }

    fn fault(&mut self, place: &ValuePlace<'a>, diagnostic: Diagnostic) {
        self.findings.diagnostics.push(diagnostic);
        self.findings.lost.push(place.part.clone());
    }
}

/// The form that a mapping was meant to have: the one that knows most of its keys, typing mistakes included.
fn intended<'a>(fields: &Map<String, Value>, forms: &[SchemaLeaf<'a>]) -> Option<SchemaLeaf<'a>> {
    if let [only] = forms {
        return Some(*only);
    }
    let likeness = |form: &SchemaLeaf<'a>| -> usize {
        let known = fields.keys().filter(|key| form.property(key).is_some()).count();
        let near = fields.keys().filter(|key| nearest(key, form.keys()).is_some()).count();
        2 * known + near
    };
    // The first of equals: `max_by_key` would take the last.
    forms.iter().rev().max_by_key(|form| likeness(form)).copied()
}

/// The types that are accepted, in words.
fn wanted(leaves: &[SchemaLeaf<'_>]) -> Vec<String> {
    let mut words: Vec<String> = vec![];
    for leaf in leaves {
        let names = leaf.types().filter_map(|ty| match (leaf.word(), ty) {
            (Some(word), _) => Some(format!("`{word}`")),
            (None, "string") => Some("a string".to_owned()),
            (None, "integer") => Some("an integer".to_owned()),
            (None, "number") => Some("a number".to_owned()),
            (None, "boolean") => Some("`true` or `false`".to_owned()),
            (None, "array") => Some("a list".to_owned()),
            (None, "object") => Some("a mapping".to_owned()),
            _ => None,
        });
        for name in names {
            if !words.contains(&name) {
                words.push(name);
            }
        }
    }
    words
}

/// What to do about a text where none is wanted.
fn unquote_hint(value: &Value, leaves: &[SchemaLeaf<'_>]) -> Option<String> {
    let text = value.as_str()?;
    let wants = |ty: &str| leaves.iter().any(|leaf| leaf.types().any(|t| t == ty));
    let lower = text.to_lowercase();
    match lower.as_str() {
        "yes" | "y" | "on" | "true" if wants("boolean") => Some("write `true`".to_owned()),
        "no" | "n" | "off" | "false" if wants("boolean") => Some("write `false`".to_owned()),
        _ if text.parse::<f64>().is_ok() && (wants("integer") || wants("number")) => {
            Some(format!("write `{text}`, without quotes"))
        }
        _ => None,
    }
}

/// A single value as the list that is wanted.
fn as_list(place: &ValuePlace<'_>, value: &Value, leaves: &[SchemaLeaf<'_>]) -> Option<String> {
    let wants_list = leaves.iter().all(|leaf| leaf.types().all(|ty| ty == "array" || ty == "null"));
    let is_word = |text: &str| is_plain(text) && !text.contains([',', '[', ']', '{', '}']);
    let text = value.as_str().filter(|text| wants_list && is_word(text) && text.len() <= 40)?;
    Some(format!("write `{}: [{text}]`", place.name.trim_matches('`')))
}

/// Whether a key is called `word` in other tools of the trade.
fn is_synonym(word: &str, key: &str) -> bool {
    SYNONYMS.iter().any(|(meant, words)| *meant == key && words.contains(&word))
}

/// Keys and what other tools call them.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("key", &["primary_key", "pk", "keys", "unique_key", "id"]),
    ("required", &["not_null", "mandatory"]),
    ("type", &["datatype", "data_type", "dtype"]),
    ("sql", &["expr", "expression", "formula", "calculation"]),
    ("from", &["table", "model", "source", "entity"]),
    ("where", &["filter", "condition"]),
    ("by", &["group_by", "groupby", "dimensions"]),
    ("accepted", &["values", "enum", "accepted_values", "allowed"]),
    ("references", &["foreign_key", "fk", "refers_to", "relationship"]),
    ("description", &["comment", "doc", "label"]),
    ("audience", &["readers", "access", "grants"]),
    ("rules", &["tests", "checks", "constraints", "expectations"]),
    ("load", &["strategy", "mode", "materialized"]),
    ("files", &["path", "pattern", "location"]),
];

/// An example of a key with a value, if it is short.
fn example(name: &str, schema: &Value) -> Option<String> {
    let value = match schema.get("examples")?.get(0)? {
        Value::String(text) if is_plain(text) => text.clone(),
        other => flow(other),
    };
    (value.len() <= 60).then(|| format!("for example `{}: {value}`", name.trim_matches('`')))
}

/// Whether a text needs no quotes as a value on a line of its own.
fn is_plain(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_punctuation()) && !text.contains(": ") && !text.contains(" #")
}

/// A value on one line of YAML, between brackets or not.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) && !text.contains([',', '[', ']', '{', '}']) => text.clone(),
        Value::Array(items) => format!("[{}]", join(items.iter().map(flow), ", ")),
        Value::Object(fields) => {
            format!("{{ {} }}", join(fields.iter().map(|(key, value)| format!("{key}: {}", flow(value))), ", "))
        }
        other => other.to_string(),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        // Names of things (`Unity Catalog`) and abbreviations (`IANA time zone`) keep their capitals.
        _ if text.split(' ').nth(1).is_some_and(|word| word.starts_with(char::is_uppercase)) => text.to_owned(),
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

fn join(words: impl Iterator<Item = String>, separator: &str) -> String {
    words.collect::<Vec<_>>().join(separator)
}
