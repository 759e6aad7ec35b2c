//! Functions of Unity Catalog (workspace-api.md, "Functions"). They are created by SQL.

use serde::Deserialize;

use super::{catalog, removed};
use crate::deploy::client::Client;
use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::error::{Error, found};

/// A function.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Function {
    /// Without catalog and schema.
    pub name: String,
    /// Catalog that holds its schema, without quotes.
    #[serde(default)]
    pub catalog_name: String,
    /// Schema without the catalog.
    #[serde(default)]
    pub schema_name: String,
    /// Body, as SQL.
    #[serde(default)]
    pub routine_definition: Option<String>,
    /// Type of its result.
    #[serde(default)]
    pub full_data_type: Option<String>,
    /// `None` for a function without parameters.
    #[serde(default)]
    pub input_params: Option<Parameters>,
    /// `None` if it has none.
    #[serde(default)]
    pub comment: Option<String>,
    /// Who owns it.
    #[serde(default)]
    pub owner: Option<String>,
}

/// Parameters of a function.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Parameters {
    /// In their order.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Parameter {
    /// As the definition spells it.
    pub name: String,
    /// Type, as SQL writes it.
    #[serde(default)]
    pub type_text: String,
}

/// All functions of a schema, by name.
///
/// # Errors
/// When the list can't be read to its end.
pub fn list(client: &Client<'_>, of_catalog: &str, schema: &str) -> Result<Vec<Function>, Error> {
    let call =
        WorkspaceCall::get(&catalog(&["functions"])).query("catalog_name", of_catalog).query("schema_name", schema);
    let mut functions: Vec<Function> = client.pages(&call.query("max_results", 0), "functions")?;
    functions.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(functions)
}

/// A function by `catalog.schema.function`.
///
/// # Errors
/// When that can't be learned.
pub fn get(client: &Client<'_>, name: &str) -> Result<Option<Function>, Error> {
    found(client.read(&WorkspaceCall::get(&catalog(&["functions", name]))))
}

/// Removes a function; whether it was there.
///
/// # Errors
/// When it is not allowed.
pub fn delete(client: &Client<'_>, name: &str) -> Result<bool, Error> {
    removed(client, &WorkspaceCall::delete(&catalog(&["functions", name])))
}
