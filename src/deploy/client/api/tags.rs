//! Tags of objects of Unity Catalog (workspace-api.md, "Tags").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{catalog, removed};
use crate::deploy::client::Client;
use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::door::Method;
use crate::deploy::client::error::{Error, ErrorKind};

/// What is tagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tagged {
    /// A schema.
    Schemas,
    /// A table or view of any kind.
    Tables,
    /// A column, by the name of its table, a dot and its own.
    Columns,
    /// A volume.
    Volumes,
}

impl Tagged {
    /// As the interface writes it.
    pub fn word(self) -> &'static str {
        match self {
            Tagged::Schemas => "schemas",
            Tagged::Tables => "tables",
            Tagged::Columns => "columns",
            Tagged::Volumes => "volumes",
        }
    }
}

#[derive(Serialize)]
struct Body<'b> {
    entity_type: &'b str,
    entity_name: &'b str,
    tag_key: &'b str,
    tag_value: &'b str,
}

#[derive(Deserialize)]
struct Assignment {
    tag_key: String,
    #[serde(default)]
    tag_value: Option<String>,
}

/// All tags of something; a tag without a value has an empty one.
///
/// # Errors
/// When it is not there or may not be looked at.
pub fn list(client: &Client<'_>, of: Tagged, name: &str) -> Result<BTreeMap<String, String>, Error> {
    let call = WorkspaceCall::get(&catalog(&["entity-tag-assignments", of.word(), name, "tags"]));
    let found: Vec<Assignment> = client.pages(&call, "tag_assignments")?;
    Ok(found.into_iter().map(|tag| (tag.tag_key, tag.tag_value.unwrap_or_default())).collect())
}

/// Sets a tag, whether or not there is one of this key.
///
/// # Errors
/// When it is not allowed, or the value is not one of a governed tag.
pub fn set(client: &Client<'_>, of: Tagged, name: &str, key: &str, value: &str) -> Result<(), Error> {
    let body = Body { entity_type: of.word(), entity_name: name, tag_key: key, tag_value: value };
    // Sent again, it meets itself: then the second request sets the value that is there.
    match client.done(&WorkspaceCall::post(&catalog(&["entity-tag-assignments"]), &body)) {
        Err(error) if matches!(error.kind, ErrorKind::Exists | ErrorKind::Conflict) => {}
        done => return done,
    }
    let call = WorkspaceCall::new(Method::Patch, &catalog(&["entity-tag-assignments", of.word(), name, "tags", key]));
    client.done(&call.query("update_mask", "tag_value").json(&body))
}

/// Removes a tag; whether it was there.
///
/// # Errors
/// When it is not allowed.
pub fn delete(client: &Client<'_>, of: Tagged, name: &str, key: &str) -> Result<bool, Error> {
    removed(client, &WorkspaceCall::delete(&catalog(&["entity-tag-assignments", of.word(), name, "tags", key])))
}
