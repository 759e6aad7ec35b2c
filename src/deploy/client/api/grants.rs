//! Privileges on objects of Unity Catalog (workspace-api.md, "Privileges"), spelled as in the API: `USE_SCHEMA`, not
//! `USE SCHEMA`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::catalog;
use crate::deploy::client::Client;
use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::door::Method;
use crate::deploy::client::error::Error;

/// What privileges are given on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Securable {
    /// A catalog.
    Catalog,
    /// A schema.
    Schema,
    /// A table or view of any kind.
    Table,
    /// A volume.
    Volume,
    /// A function.
    Function,
}

impl Securable {
    /// As paths write it.
    pub fn word(self) -> &'static str {
        match self {
            Securable::Catalog => "catalog",
            Securable::Schema => "schema",
            Securable::Table => "table",
            Securable::Volume => "volume",
            Securable::Function => "function",
        }
    }
}

/// Privileges by principal.
pub type Privileges = BTreeMap<String, BTreeSet<String>>;

/// What changes for one principal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Mail address, application id or name of a group.
    pub principal: String,
    /// Privileges that are given.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub add: BTreeSet<String>,
    /// Privileges that are taken.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub remove: BTreeSet<String>,
}

/// A privilege that somebody has, and where it was given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Effective {
    /// In the words of the API, such as `USE_SCHEMA`.
    pub privilege: String,
    /// Name of what it was given on, where that is above.
    #[serde(default)]
    pub inherited_from_name: Option<String>,
    /// Kind of what it was given on, where that is above.
    #[serde(default)]
    pub inherited_from_type: Option<String>,
}

#[derive(Deserialize)]
struct Assignment<P> {
    #[serde(default)]
    principal: String,
    #[serde(default = "Vec::new")]
    privileges: Vec<P>,
}

fn path<'p>(root: &'p str, securable: Securable, name: &'p str) -> Vec<&'p str> {
    catalog(&[root, securable.word(), name])
}

/// What was given on something itself, not above it.
///
/// # Errors
/// When it is not there or may not be looked at.
pub fn direct(client: &Client<'_>, securable: Securable, name: &str) -> Result<Privileges, Error> {
    let call = WorkspaceCall::get(&path("permissions", securable, name)).query("max_results", 0);
    let pages: Vec<Assignment<String>> = client.pages(&call, "privilege_assignments")?;
    let mut privileges = Privileges::new();
    for assignment in pages {
        privileges.entry(assignment.principal).or_default().extend(assignment.privileges);
    }
    Ok(privileges)
}

/// What holds for something, given on it or above it; for one principal, if one is named.
///
/// # Errors
/// When it is not there or may not be looked at.
pub fn effective(
    client: &Client<'_>,
    securable: Securable,
    name: &str,
    principal: Option<&str>,
) -> Result<BTreeMap<String, BTreeSet<Effective>>, Error> {
    let mut call = WorkspaceCall::get(&path("effective-permissions", securable, name)).query("max_results", 0);
    if let Some(principal) = principal {
        call = call.query("principal", principal);
    }
    let pages: Vec<Assignment<Effective>> = client.pages(&call, "privilege_assignments")?;
    let mut privileges: BTreeMap<String, BTreeSet<Effective>> = BTreeMap::new();
    for assignment in pages {
        privileges.entry(assignment.principal).or_default().extend(assignment.privileges);
    }
    Ok(privileges)
}

/// Gives and takes. What is not named stays as it is.
///
/// # Errors
/// When it is not allowed, a principal is not known, or one privilege is given and taken at once.
pub fn change(client: &Client<'_>, securable: Securable, name: &str, changes: &[Change]) -> Result<(), Error> {
    let call = WorkspaceCall::new(Method::Patch, &path("permissions", securable, name));
    client.done(&call.json(&json!({ "changes": changes, "omit_permissions_in_response": true })))
}
