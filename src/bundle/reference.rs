//! References such as `${var.catalog}` in the texts of a resource, and their values.
//!
//! A bundle resolves them when it is deployed; for a deployment over REST, they are resolved here. The caller provides
//! ids that only a workspace knows (of a warehouse, or of a pipeline that was just created).

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::model::Layer;

/// What references stand for, by what stands between the braces.
pub type Values = BTreeMap<String, String>;

/// Folder of the uploaded files in the workspace. It mirrors the output directory.
pub const FILES: &str = "workspace.file_path";
/// Catalog of all tables.
pub const CATALOG: &str = "var.catalog";
/// Schema of all tables.
pub const SCHEMA: &str = "var.schema";
/// Catalog and schema as SQL names them: in back-quotes where they need some.
pub const PLACE: &str = "var.place";
/// Directory where source files arrive.
pub const LANDING: &str = "var.landing";
/// Id of the SQL warehouse.
pub const WAREHOUSE: &str = "var.warehouse_id";
/// Whether schedules run: `PAUSED` or `UNPAUSED`.
pub const SCHEDULES: &str = "var.schedules";
/// Application id of the service principal that the pipeline runs as.
pub const RUN_AS: &str = "var.run_as";
/// Name of the target.
pub const TARGET: &str = "bundle.target";

/// The schema of a layer that some target has in another one.
pub fn schema_of(layer: Layer) -> String {
    format!("var.{}", layer.parameter())
}

/// A reference as text: `${name}`.
pub fn to(name: &str) -> String {
    format!("${{{name}}}")
}

/// The reference to the id of a pipeline, by its key.
pub fn pipeline_id(key: &str) -> String {
    format!("resources.pipelines.{key}.id")
}

/// The reference to the id of a job, by its key.
pub fn job_id(key: &str) -> String {
    format!("resources.jobs.{key}.id")
}

/// A reference could not be replaced.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// It stands for nothing that is known.
    #[error("`${{{0}}}` has no value")]
    Unknown(String),
    /// A value made the resource into something that it can't be.
    #[error("a value does not fit where it is referred to: {0}")]
    Misfit(#[from] serde_json::Error),
}

/// The same resource with every reference in its texts replaced.
///
/// # Errors
/// When `values` has nothing for a reference.
pub fn substituted<T: Serialize + DeserializeOwned>(resource: &T, values: &Values) -> Result<T, ReferenceError> {
    let mut json = serde_json::to_value(resource)?;
    replace_in(&mut json, values)?;
    Ok(serde_json::from_value(json)?)
}

fn replace_in(value: &mut Value, values: &Values) -> Result<(), ReferenceError> {
    match value {
        Value::String(text) => *text = replaced(text, values)?,
        Value::Array(items) => items.iter_mut().try_for_each(|item| replace_in(item, values))?,
        Value::Object(map) => map.values_mut().try_for_each(|item| replace_in(item, values))?,
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

fn replaced(text: &str, values: &Values) -> Result<String, ReferenceError> {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once("${") {
        let Some((name, after)) = behind.split_once('}') else { break };
        out.push_str(before);
        out.push_str(values.get(name).ok_or_else(|| ReferenceError::Unknown(name.to_owned()))?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        [("var.a", "x"), ("var.b", "${var.a}")].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    }

    #[test]
    fn every_reference_of_a_text_is_replaced_once() {
        let texts = vec!["${var.a}/${var.b}".to_owned(), "plain $ { }".to_owned(), "${open".to_owned()];
        let expected = ["x/${var.a}", "plain $ { }", "${open"];
        assert_eq!(substituted(&texts, &values()).unwrap(), expected);
    }

    #[test]
    fn an_unknown_reference_is_named() {
        let error = substituted(&vec!["${var.c}".to_owned()], &values()).unwrap_err();
        assert_eq!(error.to_string(), "`${var.c}` has no value");
    }
}
