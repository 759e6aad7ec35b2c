//! Policies that mask and filter by tags (workspace-api.md, "Policies").

use serde::{Deserialize, Serialize};

use super::{catalog, removed};
use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::error::Error;
use crate::deploy::client::{Client, Object};

/// A policy.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Policy {
    /// Name, unique on what it holds for.
    #[serde(default)]
    pub name: String,
    /// Whom it binds.
    #[serde(default)]
    pub to_principals: Vec<String>,
    /// Whom it does not bind.
    #[serde(default)]
    pub except_principals: Vec<String>,
    /// All other fields, as they came.
    #[serde(flatten)]
    pub rest: Object,
}

/// All policies that were made on a schema itself, by name.
///
/// # Errors
/// When the list can't be read to its end.
pub fn list(client: &Client<'_>, schema: &str) -> Result<Vec<Policy>, Error> {
    let call = WorkspaceCall::get(&catalog(&["policies", "SCHEMA", schema])).query("include_inherited", false);
    let mut policies: Vec<Policy> = client.pages(&call, "policies")?;
    policies.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(policies)
}

/// Makes a policy from the body of the interface.
///
/// # Errors
/// When there is one of this name, or it is not allowed. Ambiguous when the answer was lost.
pub fn create(client: &Client<'_>, policy: &impl Serialize) -> Result<Policy, Error> {
    client.read(&WorkspaceCall::post(&catalog(&["policies"]), policy).once())
}

/// Removes a policy of a schema; whether it was there.
///
/// # Errors
/// When it is not allowed.
pub fn delete(client: &Client<'_>, schema: &str, name: &str) -> Result<bool, Error> {
    removed(client, &WorkspaceCall::delete(&catalog(&["policies", "SCHEMA", schema, name])))
}
