//! The fields of JSON records as a tree: what kinds of values each has had, and which of them become columns.

use indexmap::IndexMap;

use super::names;
use super::personal;
use crate::json::{JsonNode, JsonValue};
use crate::model::FieldPath;
use crate::spec::PersonalSpec;

/// Objects in objects that are looked into.
const MAX_DEPTH: usize = 6;
/// Names in one object, and in a record; more are hardly fields.
const MAX_NAMES: usize = 100;
const MAX_FIELDS: usize = 1000;
/// So many names, each of which is in few of the objects, are values rather than names of fields.
const MIN_KEYS: usize = 10;
const RARE: f64 = 0.2;

/// A field of records, or of objects in them, and what was found in it.
#[derive(Debug, Default)]
pub struct JsonField {
    texts: usize,
    numbers: usize,
    truths: usize,
    arrays: usize,
    objects: usize,
    /// Texts, numbers and truth values, with the row of each.
    values: Vec<(usize, String)>,
    children: IndexMap<String, JsonField>,
    /// Whether there were more names than are looked at.
    has_more: bool,
    /// Objects that no path leads into: a name twice, or half a character.
    closed: usize,
    /// Personal data within arrays, and in objects that are not looked into.
    inner: Option<(PersonalSpec, String)>,
}

/// A column in the making.
pub struct ColumnDraft<'a> {
    /// Names from the record to the field.
    pub path: Vec<String>,
    /// The field.
    pub field: &'a JsonField,
    /// Why it is read as JSON text; `None` if its values are read.
    pub why_text: Option<String>,
}

/// What of the fields becomes a column, and what does not.
#[derive(Default)]
pub struct ColumnDrafts<'a> {
    /// Columns, in the order of the fields.
    pub columns: Vec<ColumnDraft<'a>>,
    /// Paths that no column can have.
    pub unreadable: Vec<String>,
    /// Fields that some columns are a part of, with the number of records in which no path leads into them.
    pub closed: Vec<(String, usize)>,
}

impl JsonField {
    /// Adds the fields of a record, each name once.
    pub fn add_record<'a>(&mut self, row: usize, fields: impl Iterator<Item = (&'a str, &'a JsonNode<'a>)>) {
        self.objects += 1;
        for (name, node) in fields {
            self.child(name, MAX_FIELDS, |field| {
                field.closed += usize::from(matches!(node.value, JsonValue::Object(_)) && !node.is_variant());
                field.add(row, node, 1);
            });
        }
    }

    fn child(&mut self, name: &str, most: usize, then: impl FnOnce(&mut JsonField)) {
        if let Some(field) = self.children.get_mut(name) {
            then(field);
        } else if self.children.len() < most {
            then(self.children.entry(name.to_owned()).or_default());
        } else {
            self.has_more = true;
        }
    }

    fn add(&mut self, row: usize, node: &JsonNode<'_>, depth: usize) {
        match &node.value {
            JsonValue::Null => {}
            JsonValue::Text(text) => {
                self.texts += 1;
                self.values.push((row, text.text.trim_matches(' ').to_owned()));
            }
            JsonValue::Number => {
                self.numbers += 1;
                self.values.push((row, if depth > 1 { number_in_object(node.raw) } else { node.raw.to_owned() }));
            }
            JsonValue::Truth => {
                self.truths += 1;
                self.values.push((row, node.raw.to_owned()));
            }
            JsonValue::Array(_) => {
                self.arrays += 1;
                self.search("", node);
            }
            JsonValue::Object(fields) => {
                self.objects += 1;
                if depth >= MAX_DEPTH {
                    return self.search("", node);
                }
                for (name, value) in fields {
                    if self.children.len() >= MAX_NAMES && !self.children.contains_key(&name.text) {
                        self.search(&name.text, value);
                    }
                    self.child(&name.text, MAX_NAMES, |field| field.add(row, value, depth + 1));
                }
            }
        }
    }

    /// Looks for personal data in what is not looked into.
    fn search(&mut self, name: &str, node: &JsonNode<'_>) {
        if self.inner.is_some() {
            return;
        }
        match &node.value {
            JsonValue::Array(items) => items.iter().for_each(|item| self.search(name, item)),
            JsonValue::Object(fields) => fields.iter().for_each(|(name, value)| self.search(&name.text, value)),
            value => {
                let text = if let JsonValue::Text(text) = value { text.text.trim_matches(' ') } else { node.raw };
                let kind = personal::kind(&names::plain_name(name), &[text]);
                self.inner = kind.map(|kind| (kind, name.to_owned()));
            }
        }
    }

    /// The kind of personal data in a field that is read as JSON text, and the name of the field that has it.
    pub fn personal_part(&self) -> Option<(PersonalSpec, String)> {
        self.inner.clone().or_else(|| {
            self.children.iter().find_map(|(name, child)| {
                let values: Vec<&str> =
                    child.values.iter().map(|(_, v)| v.as_str()).filter(|v| !v.is_empty()).collect();
                let own = personal::kind(&names::plain_name(name), &values).map(|kind| (kind, name.clone()));
                own.or_else(|| child.personal_part())
            })
        })
    }

    /// How many records have a value.
    pub fn filled(&self) -> usize {
        self.texts + self.numbers + self.truths + self.arrays + self.objects
    }

    /// Whether all its values are numbers.
    pub fn is_number(&self) -> bool {
        self.numbers > 0 && self.numbers == self.filled()
    }

    /// The values by row, empty where there is none.
    pub fn by_row(&self, rows: usize) -> Vec<&str> {
        let mut all = vec![""; rows];
        for (row, value) in &self.values {
            if let Some(place) = all.get_mut(*row) {
                *place = value;
            }
        }
        all
    }

    /// The kinds of its values, as a comment tells them: `2 numbers, 1 array`.
    pub fn kinds(&self) -> Vec<String> {
        let counted = |(n, word): (usize, &str)| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        let all = [
            (self.texts, "text"),
            (self.numbers, "number"),
            (self.truths, "boolean"),
            (self.arrays, "array"),
            (self.objects, "object"),
        ];
        all.into_iter().filter(|(n, _)| *n > 0).map(counted).collect()
    }

    /// The columns of the records; this is the field that stands for them.
    pub fn drafts(&self) -> ColumnDrafts<'_> {
        let mut drafts = ColumnDrafts::default();
        for (name, child) in &self.children {
            let mut path = vec![name.clone()];
            let before = drafts.columns.len();
            child.draft(&mut path, &mut drafts);
            let has_paths = drafts.columns[before..].iter().any(|draft| draft.path.len() > 1);
            if has_paths && child.closed > 0 {
                drafts.closed.push((name.clone(), child.closed));
            }
        }
        drafts
    }

    /// Whether there are more fields than are looked at.
    pub fn has_more(&self) -> bool {
        self.has_more
    }

    fn draft<'a>(&'a self, path: &mut Vec<String>, drafts: &mut ColumnDrafts<'a>) {
        if FieldPath::parse(&path_text(path)).map(|found| [vec![found.field], found.inner].concat()).as_ref()
            != Ok(path)
        {
            drafts.unreadable.push(path.join("."));
            return;
        }
        let why_text = self.why_text(path.len());
        if why_text.is_some() || self.objects == 0 {
            drafts.columns.push(ColumnDraft { path: path.clone(), field: self, why_text });
            return;
        }
        for (name, child) in &self.children {
            path.push(name.clone());
            child.draft(path, drafts);
            path.pop();
        }
    }

    /// Why a field is one column of JSON text, if it is.
    fn why_text(&self, depth: usize) -> Option<String> {
        if self.arrays + self.objects == 0 {
            return None;
        }
        if self.kinds().len() > 1 {
            return Some(format!("mixed, so its JSON text: {}", self.kinds().join(", ")));
        }
        if self.arrays > 0 {
            return Some("an array, as its JSON text".to_owned());
        }
        let seen: usize = self.children.values().map(JsonField::filled).sum();
        let are_keys =
            self.children.len() >= MIN_KEYS && (seen as f64) < RARE * (self.children.len() * self.objects) as f64;
        let why = if depth >= MAX_DEPTH {
            "an object too deep for columns of its own"
        } else if self.children.is_empty() {
            "an object without fields"
        } else if self.has_more || are_keys {
            "an object whose names differ from record to record"
        } else if self.closed * super::form::TOLERANCE > self.objects {
            "an object with a name twice, which no path leads into"
        } else {
            return None;
        };
        Some(format!("{why}, as its JSON text"))
    }
}

/// A path as the key `from` has it.
pub fn path_text(path: &[String]) -> String {
    let quoted = |name: &String| match name.contains('.') || name.starts_with('`') {
        true => format!("`{name}`"),
        false => name.clone(),
    };
    path.iter().map(quoted).collect::<Vec<_>>().join(".")
}

/// A number as it is read out of an object: without zeros at its end, and as a double where it has an exponent or more
/// digits than are kept.
fn number_in_object(raw: &str) -> String {
    if raw.contains(['e', 'E']) {
        return raw.to_owned();
    }
    let text = if raw.contains('.') { raw.trim_end_matches('0').trim_end_matches('.') } else { raw };
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match text {
        "-0" => "0".to_owned(),
        _ if digits > 38 => text.parse::<f64>().map_or_else(|_| text.to_owned(), |value| format!("{value:e}")),
        _ => text.to_owned(),
    }
}
