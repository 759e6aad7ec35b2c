//! The JSON Schema of each kind of file: compiled once for validation, and as text for `schemas/`.

use std::sync::LazyLock;

use jsonschema::Validator;
use schemars::Schema;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::{Value, json};

use crate::spec::SpecKind;

/// The schema of one kind of file, ready to check with.
pub(super) struct Rules {
    schema: Value,
    /// `None` only if the schema itself did not compile, which a test rules out.
    validator: Option<Validator>,
}

static PROJECT: LazyLock<Rules> = LazyLock::new(|| Rules::new(SpecKind::Project));
static ENTITY: LazyLock<Rules> = LazyLock::new(|| Rules::new(SpecKind::Entity));
static METRIC: LazyLock<Rules> = LazyLock::new(|| Rules::new(SpecKind::Metric));

impl Rules {
    fn new(kind: SpecKind) -> Self {
        let schema = kind.json_schema().to_value();
        let validator = jsonschema::validator_for(&schema).ok();
        Rules { schema, validator }
    }

    /// The rules of a kind of file.
    pub fn of(kind: SpecKind) -> &'static Rules {
        match kind {
            SpecKind::Project => &PROJECT,
            SpecKind::Entity => &ENTITY,
            SpecKind::Metric => &METRIC,
        }
    }

    /// JSON Schema, as `gen schema` writes it.
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// Whether a document keeps the schema.
    pub fn accepts(&self, document: &Value) -> bool {
        self.validator.as_ref().is_some_and(|v| v.is_valid(document))
    }

    /// What breaks the schema, as a pointer and the validator's own words.
    pub fn errors<'a>(&'a self, document: &'a Value) -> impl Iterator<Item = (String, String)> + 'a {
        let errors = self.validator.iter().flat_map(move |v| v.iter_errors(document));
        errors.map(|error| (error.instance_path().to_string(), error.to_string()))
    }
}

/// The text of `schemas/<kind>.schema.json`, with a line break at the end.
///
/// Editors judge values as YAML reads them, so where people write `0` for a text the file accepts numbers; the check
/// itself reads an unquoted scalar as text wherever a text is wanted.
pub fn schema_text(kind: SpecKind) -> String {
    let mut schema = kind.json_schema();
    RecursiveTransform(accept_unquoted).transform(&mut schema);
    schema.insert("$id".to_owned(), json!(format!("urn:lakegen:schema:{}", kind.key())));
    format!("{:#}\n", schema.to_value())
}

/// Lets numbers and booleans stand for the texts of a key marked `x-unquoted`.
fn accept_unquoted(schema: &mut Schema) {
    if schema.remove("x-unquoted").is_none() {
        return;
    }
    if let Some(items) = schema.get_mut("items").and_then(Value::as_object_mut) {
        items.insert("type".to_owned(), json!(["string", "number", "boolean"]));
    } else {
        schema.insert("type".to_owned(), json!(["string", "number", "boolean", "null"]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_compiles() {
        for kind in SpecKind::ALL {
            assert!(Rules::of(kind).validator.is_some(), "{kind:?}");
        }
    }
}
