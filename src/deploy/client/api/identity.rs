//! The current user or service principal.

use serde::Deserialize;

use crate::deploy::client::Client;
use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::error::Error;

/// A user or service principal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Identity {
    /// Id within the workspace.
    #[serde(default)]
    pub id: String,
    /// Mail address of a user, application id of a service principal.
    #[serde(rename = "userName")]
    pub user_name: String,
    /// Name for people.
    #[serde(default, rename = "displayName")]
    pub display_name: Option<String>,
    /// Groups, as far as the workspace lists them.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Id of the workspace that answered.
    #[serde(skip)]
    pub workspace_id: Option<String>,
}

/// A group that an identity is a member of.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Group {
    /// Display name of the group.
    #[serde(default)]
    pub display: String,
}

impl Identity {
    /// Whether it is a service principal: these are named by their application id, a UUID.
    pub fn is_service_principal(&self) -> bool {
        let parts: Vec<usize> = self.user_name.split('-').map(str::len).collect();
        parts == [8, 4, 4, 4, 12] && self.user_name.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
    }
}

/// Why a workspace is not the one that a target states.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// It is another one.
    #[error("`{host}` is workspace {found}, but `workspace_id` of the target is {stated}")]
    Other {
        /// Who answered.
        host: String,
        /// The one that answered.
        found: String,
        /// The one that is meant.
        stated: String,
    },
    /// It does not say.
    #[error("`{host}` does not report its workspace id, but `workspace_id` of the target is {stated}")]
    Unknown {
        /// Who answered.
        host: String,
        /// The one that is meant.
        stated: String,
    },
    /// It can't be asked.
    #[error(transparent)]
    Client(#[from] Error),
}

/// Refuses every workspace but the one of this id.
///
/// # Errors
/// When it is another one, or does not say.
pub fn require_workspace(client: &Client<'_>, stated: &str) -> Result<(), PlaceError> {
    let (host, stated) = (client.host().to_owned(), stated.to_owned());
    match me(client)?.workspace_id {
        Some(found) if found == stated => Ok(()),
        Some(found) => Err(PlaceError::Other { host, found: client.shown(&found), stated }),
        None => Err(PlaceError::Unknown { host, stated }),
    }
}

/// Who the client is.
///
/// # Errors
/// When the workspace does not say.
pub fn me(client: &Client<'_>) -> Result<Identity, Error> {
    let call = WorkspaceCall::get(&["api", "2.0", "preview", "scim", "v2", "Me"]);
    let response = client.send(&call)?;
    let mut me: Identity = client.parsed(&call, &response)?;
    me.workspace_id = response.header("x-databricks-org-id").map(str::to_owned);
    Ok(me)
}
