//! The parts of a schema that accept values: references resolved, alternatives listed separately.
//!
//! Supports the keywords that schemas generated from our types contain (a test verifies this): `$ref`, `anyOf`,
//! `oneOf`, `type`, `const`, `properties`, `additionalProperties`, `required`, `items` and simple bounds.

use serde_json::{Map, Value};

/// One alternative: a schema without alternatives.
#[derive(Clone, Copy)]
pub(super) struct SchemaLeaf<'a>(&'a Map<String, Value>);

impl<'a> SchemaLeaf<'a> {
    /// All alternatives of `schema`, a part of `root`.
    pub fn all(root: &'a Value, schema: &'a Value) -> Vec<SchemaLeaf<'a>> {
        let mut leaves = vec![];
        collect(root, schema, &mut leaves);
        leaves
    }

    /// The JSON types it accepts; `null` aside, which stands for an absent value.
    pub fn types(self) -> impl Iterator<Item = &'a str> {
        let types = match self.0.get("type") {
            Some(Value::Array(types)) => types.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        types.iter().filter_map(Value::as_str)
    }

    /// Whether it accepts values of this type (the value itself may still be out of bounds).
    pub fn takes(self, value: &Value) -> bool {
        self.types().any(|ty| match value {
            Value::Null => ty == "null",
            Value::Bool(_) => ty == "boolean",
            Value::Number(n) => ty == "number" || (ty == "integer" && !n.is_f64()),
            Value::String(_) => ty == "string",
            Value::Array(_) => ty == "array",
            Value::Object(_) => ty == "object",
        })
    }

    /// The only text it accepts, if there is just one.
    pub fn word(self) -> Option<&'a str> {
        self.0.get("const").and_then(Value::as_str)
    }

    /// The schema of a declared key.
    pub fn property(self, key: &str) -> Option<&'a Value> {
        self.0.get("properties").and_then(|p| p.get(key))
    }

    /// Names below `properties`; keys that only `additionalProperties` allows are not among them.
    pub fn keys(self) -> impl Iterator<Item = &'a str> {
        self.0.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key.as_str())
    }

    /// The schema of keys that are not declared, where any name will do.
    pub fn other_keys(self) -> Option<&'a Value> {
        self.0.get("additionalProperties").filter(|schema| schema.is_object())
    }

    /// Keys that must be there.
    pub fn required(self) -> impl Iterator<Item = &'a str> {
        self.0.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// The schema of list items.
    pub fn items(self) -> Option<&'a Value> {
        self.0.get("items")
    }

    /// A bound such as `minimum`.
    pub fn bound(self, keyword: &str) -> Option<&'a Value> {
        self.0.get(keyword)
    }
}

fn collect<'a>(root: &'a Value, schema: &'a Value, leaves: &mut Vec<SchemaLeaf<'a>>) {
    let Some(map) = schema.as_object() else { return };
    if let Some(target) = map.get("$ref").and_then(Value::as_str) {
        let target = target.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        return target.into_iter().for_each(|target| collect(root, target, leaves));
    }
    let alternatives = map.get("anyOf").or_else(|| map.get("oneOf")).and_then(Value::as_array);
    match alternatives {
        Some(alternatives) => alternatives.iter().for_each(|schema| collect(root, schema, leaves)),
        None => leaves.push(SchemaLeaf(map)),
    }
}
