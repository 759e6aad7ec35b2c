//! The JSON Schema of each kind of file: compiled once for checking, as text for `schemas/`.

use std::sync::LazyLock;

use jsonschema::Validator;
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

    /// The schema.
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
pub fn schema_text(kind: SpecKind) -> String {
    let mut schema = kind.json_schema();
    schema.insert("$id".to_owned(), json!(format!("urn:lakegen:schema:{}", kind.key())));
    format!("{:#}\n", schema.to_value())
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
