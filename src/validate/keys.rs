//! Every key of the spec language with the content of its schema: `gen explain` and the pages in `docs/language/` show
//! the same.

use serde_json::Value;

use crate::spec::SpecKind;

/// A key of the spec language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecKey {
    /// The kind of file.
    pub kind: SpecKind,
    /// The keys that lead to it with dots between them, `<name>` for a name of the author: `columns.<name>.format`.
    pub path: String,
    /// What stands there: `text`, `list of texts`, `mapping`, ..
    pub form: String,
    /// Whether it can't be left out.
    pub required: bool,
    /// What it means, with its default.
    pub description: String,
    /// The words it may have, each with its meaning.
    pub words: Vec<(String, String)>,
    /// Examples, as YAML on one line.
    pub examples: Vec<String>,
}

/// All keys of a kind of file, each before those below it, in the order of the schema.
pub fn keys(kind: SpecKind) -> Vec<SpecKey> {
    let schema = kind.json_schema().to_value();
    let mut walk = KeyWalk { kind, root: &schema, keys: vec![] };
    walk.fields(&schema, "");
    walk.keys
}

/// The keys that somebody means by some keys with dots between them, such as `columns.format` or `entity.key`: those whose
/// path is that, names of authors left aside, or else those whose path ends like it.
pub fn find(words: &str) -> Vec<SpecKey> {
    let all = || SpecKind::ALL.into_iter().flat_map(keys);
    let bare = |key: &SpecKey| key.path.replace(".<name>", "");
    let full = |key: &SpecKey| format!("{}.{}", key.kind.key(), bare(key));
    let words = words.replace(".<name>", "");
    let exact: Vec<SpecKey> = all().filter(|key| bare(key) == words || full(key) == words).collect();
    if !exact.is_empty() {
        return exact;
    }
    let ending = format!(".{words}");
    let mut found: Vec<SpecKey> = all().filter(|key| full(key).ends_with(&ending)).collect();
    // Defaults are the same keys once more.
    let is_default = |key: &SpecKey| key.path.starts_with("defaults.");
    if !found.iter().all(is_default) {
        found.retain(|key| !is_default(key));
    }
    found
}

struct KeyWalk<'a> {
    kind: SpecKind,
    root: &'a Value,
    keys: Vec<SpecKey>,
}

impl<'a> KeyWalk<'a> {
    /// The keys of a mapping whose keys are known, in whatever form of several it stands.
    fn fields(&mut self, schema: &'a Value, path: &str) {
        for form in self.forms(schema) {
            let required = form["required"].as_array();
            for (name, property) in form["properties"].as_object().into_iter().flatten() {
                let is_required = required.is_some_and(|names| names.iter().any(|n| n == name));
                self.key(property, &format!("{path}{name}"), is_required);
            }
        }
    }

    fn key(&mut self, property: &'a Value, path: &str, required: bool) {
        // One key of two forms of a mapping stands once.
        if self.keys.iter().any(|key| key.path == path) {
            return;
        }
        let shown = |example: &Value| example.as_str().map_or_else(|| flow(example), str::to_owned);
        self.keys.push(SpecKey {
            kind: self.kind,
            path: path.to_owned(),
            form: self.form(property),
            required,
            description: one_line(property["description"].as_str().unwrap_or_default()),
            words: self.words(property),
            examples: property["examples"].as_array().into_iter().flatten().map(shown).collect(),
        });
        for form in self.forms(property) {
            if form["additionalProperties"].is_object() {
                self.fields(&form["additionalProperties"], &format!("{path}.<name>."));
            }
            if form["items"].is_object() {
                self.fields(&form["items"], &format!("{path}."));
            }
        }
        self.fields(property, &format!("{path}."));
    }

    /// The forms that a value may have, references followed; `null` is none.
    fn forms(&self, schema: &'a Value) -> Vec<&'a Value> {
        if let Some(target) = schema["$ref"].as_str().and_then(|to| self.root.pointer(to.strip_prefix('#')?)) {
            return self.forms(target);
        }
        match schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()) {
            Some(forms) => forms.iter().flat_map(|form| self.forms(form)).collect(),
            None if schema["type"] == "null" => vec![],
            None => vec![schema],
        }
    }

    fn form(&self, schema: &'a Value) -> String {
        let mut names: Vec<String> = vec![];
        for form in self.forms(schema) {
            let name = match type_of(form) {
                _ if form["const"].is_string() => "word".to_owned(),
                Some("array") => match self.form(&form["items"]).as_str() {
                    item @ ("text" | "word" | "mapping") => format!("list of {item}s"),
                    item => format!("list of {item}"),
                },
                Some("object") => "mapping".to_owned(),
                Some("boolean") => "true or false".to_owned(),
                Some("integer") => "whole number".to_owned(),
                Some("number") => "number".to_owned(),
                _ => "text".to_owned(),
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(" or ")
    }

    fn words(&self, schema: &'a Value) -> Vec<(String, String)> {
        let word = |form: &Value| {
            let description = one_line(form["description"].as_str().unwrap_or_default());
            Some((form["const"].as_str()?.to_owned(), description))
        };
        self.forms(schema).into_iter().filter_map(word).collect()
    }
}

/// The type of a form, `null` left aside.
fn type_of(form: &Value) -> Option<&str> {
    let types = form["type"].as_array().into_iter().flatten().filter_map(Value::as_str);
    form["type"].as_str().or_else(|| types.into_iter().find(|ty| *ty != "null"))
}

/// A value as YAML on one line; texts that YAML would read as something else are quoted.
fn flow(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| format!("{key}: {}", flow(value));
            format!("{{ {} }}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        Value::String(text) => {
            let is_plain = |c: char| c.is_alphanumeric() || "_ *./".contains(c);
            let starts = text.chars().next().is_some_and(char::is_alphabetic);
            if starts && text.chars().all(is_plain) { text.clone() } else { value.to_string() }
        }
        other => other.to_string(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_by_their_path_or_the_end_of_it() {
        let paths = |words: &str| find(words).into_iter().map(|key| key.path).collect::<Vec<_>>();
        assert_eq!(paths("columns.format"), ["columns.<name>.format"]);
        assert_eq!(paths("nulls"), ["source.nulls"]);
        assert_eq!(paths("entity.key"), ["key"]);
        assert_eq!(paths("nowhere"), Vec::<String>::new());
    }

    #[test]
    fn forms_words_and_examples_are_those_of_the_schema() {
        let key = |words: &str| find(words).pop().map(|key| (key.form, key.required, key.examples));
        let text = |s: &str| s.to_owned();
        assert_eq!(key("entity.entity"), Some((text("text"), true, vec![text("customers")])));
        assert_eq!(key("source.header"), Some((text("true or false"), false, vec![text("false")])));
        assert_eq!(key("source.nulls"), Some((text("list of texts"), false, vec![text("[NULL, n/a, \"-\"]")])));
        let words: Vec<String> = find("load").into_iter().flat_map(|key| key.words).map(|(word, _)| word).collect();
        assert_eq!(words, ["append", "upsert", "history", "snapshot"]);
    }
}
