//! Volumes of Unity Catalog (workspace-api.md, "Schemas and volumes"). The files in them are in
//! [`volume_files`](super::volume_files).

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{catalog, removed};
use crate::deploy::client::Client;
use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::door::Method;
use crate::deploy::client::error::{Error, found};

/// A volume.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Volume {
    /// Without catalog and schema.
    pub name: String,
    /// Catalog that holds its schema, without quotes.
    pub catalog_name: String,
    /// Schema without the catalog.
    pub schema_name: String,
    /// `MANAGED` or `EXTERNAL`.
    #[serde(default)]
    pub volume_type: String,
    /// `None` if it has none.
    #[serde(default)]
    pub comment: Option<String>,
    /// Who owns it.
    #[serde(default)]
    pub owner: Option<String>,
    /// A volume that was created again has another id.
    #[serde(default)]
    pub volume_id: Option<String>,
}

/// Makes a volume from the body of the interface.
///
/// # Errors
/// [`Exists`](crate::deploy::client::error::ErrorKind::Exists) when there is one. Ambiguous when the answer was lost.
pub fn create(client: &Client<'_>, volume: &impl Serialize) -> Result<Volume, Error> {
    client.read(&WorkspaceCall::post(&catalog(&["volumes"]), volume).once())
}

/// A volume by `catalog.schema.volume`.
///
/// # Errors
/// When that can't be learned.
pub fn get(client: &Client<'_>, name: &str) -> Result<Option<Volume>, Error> {
    found(client.read(&WorkspaceCall::get(&catalog(&["volumes", name]))))
}

/// Sets the comment of a volume.
///
/// # Errors
/// When it is not allowed.
pub fn set_comment(client: &Client<'_>, name: &str, comment: &str) -> Result<(), Error> {
    client.done(&WorkspaceCall::new(Method::Patch, &catalog(&["volumes", name])).json(&json!({ "comment": comment })))
}

/// Removes a volume with all that is in it; whether it was there.
///
/// # Errors
/// When it is not allowed.
pub fn delete(client: &Client<'_>, name: &str) -> Result<bool, Error> {
    removed(client, &WorkspaceCall::delete(&catalog(&["volumes", name])))
}
