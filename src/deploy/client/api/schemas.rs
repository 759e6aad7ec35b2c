//! Schemas of Unity Catalog (workspace-api.md, "Schemas and volumes").

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{catalog, removed};
use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::door::Method;
use crate::deploy::client::error::{Error, found};
use crate::deploy::client::{Client, Object};

/// A schema.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Schema {
    /// Name, in lower case.
    pub name: String,
    /// Catalog that holds it, without quotes.
    pub catalog_name: String,
    /// `None` if it has none.
    #[serde(default)]
    pub comment: Option<String>,
    /// Who owns it.
    #[serde(default)]
    pub owner: Option<String>,
    /// A schema that was created again has another id.
    #[serde(default)]
    pub schema_id: Option<String>,
    /// Properties, those that the catalog adds too.
    #[serde(default)]
    pub properties: Object,
}

/// Makes a schema from the body of the interface.
///
/// # Errors
/// [`Exists`](crate::deploy::client::error::ErrorKind::Exists) when there is one. Ambiguous when the answer was lost.
pub fn create(client: &Client<'_>, schema: &impl Serialize) -> Result<Schema, Error> {
    client.read(&WorkspaceCall::post(&catalog(&["schemas"]), schema).once())
}

/// A schema by `catalog.schema`.
///
/// # Errors
/// When that can't be learned.
pub fn get(client: &Client<'_>, name: &str) -> Result<Option<Schema>, Error> {
    found(client.read(&WorkspaceCall::get(&catalog(&["schemas", name]))))
}

/// Sets the comment of a schema.
///
/// # Errors
/// When it is not allowed, or is the comment already.
pub fn set_comment(client: &Client<'_>, name: &str, comment: &str) -> Result<(), Error> {
    client.done(&WorkspaceCall::new(Method::Patch, &catalog(&["schemas", name])).json(&json!({ "comment": comment })))
}

/// Removes a schema that holds nothing; whether it was there.
///
/// # Errors
/// When it holds something, or it is not allowed.
pub fn delete(client: &Client<'_>, name: &str) -> Result<bool, Error> {
    removed(client, &WorkspaceCall::delete(&catalog(&["schemas", name])))
}
