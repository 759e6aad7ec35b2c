//! Dashboards (workspace-api.md, "Alerts and dashboards"). A dashboard in the bin counts as absent.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::removed;
use crate::deploy::client::Client;
use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::door::Method;
use crate::deploy::client::error::{Error, found};

/// A dashboard as it is drawn up; readers see what was published last.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Dashboard {
    /// Identifies the dashboard, unlike its name.
    pub dashboard_id: String,
    /// The title that people see; not unique.
    #[serde(default)]
    pub display_name: String,
    /// Version of the draft, as the workspace counts it.
    #[serde(default)]
    pub etag: Option<String>,
    /// Its content, a text of JSON. Not in lists.
    #[serde(default)]
    pub serialized_dashboard: Option<String>,
    /// The warehouse that runs its queries.
    #[serde(default)]
    pub warehouse_id: Option<String>,
    /// Path of the folder that it is in.
    #[serde(default)]
    pub parent_path: Option<String>,
    /// `ACTIVE` or `TRASHED`.
    #[serde(default)]
    pub lifecycle_state: Option<String>,
}

impl Dashboard {
    fn is_in_bin(&self) -> bool {
        self.lifecycle_state.as_deref() == Some("TRASHED")
    }
}

/// What is sent of a dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Draft<'d> {
    /// The title that people see.
    pub display_name: &'d str,
    /// Content, a text of JSON.
    pub serialized_dashboard: &'d str,
    /// The warehouse that runs its queries.
    pub warehouse_id: &'d str,
    /// Folder; can't be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_path: Option<&'d str>,
    /// Catalog and schema of tables that queries name without them.
    #[serde(skip)]
    pub place: (&'d str, &'d str),
}

/// Makes a dashboard.
///
/// # Errors
/// When there is one of this name in the folder. Ambiguous when the answer was lost: look for the name.
pub fn create(client: &Client<'_>, draft: &Draft<'_>) -> Result<Dashboard, Error> {
    client.read(&placed(WorkspaceCall::post(&["api", "2.0", "lakeview", "dashboards"], draft), draft).once())
}

/// A dashboard by its id.
///
/// # Errors
/// When that can't be learned.
pub fn get(client: &Client<'_>, id: &str) -> Result<Option<Dashboard>, Error> {
    let dashboard =
        found(client.read::<Dashboard>(&WorkspaceCall::get(&["api", "2.0", "lakeview", "dashboards", id])))?;
    Ok(dashboard.filter(|dashboard| !dashboard.is_in_bin()))
}

/// All dashboards of exactly this name, without their content.
///
/// # Errors
/// When the list can't be read to its end.
pub fn named(client: &Client<'_>, name: &str) -> Result<Vec<Dashboard>, Error> {
    let call = WorkspaceCall::get(&["api", "2.0", "lakeview", "dashboards"]).query("page_size", 100);
    let mut dashboards: Vec<Dashboard> = client.pages(&call, "dashboards")?;
    dashboards.retain(|dashboard| dashboard.display_name == name && !dashboard.is_in_bin());
    Ok(dashboards)
}

/// Replaces name, content and warehouse of the draft.
///
/// # Errors
/// When there is no such dashboard, or it is not allowed.
pub fn replace(client: &Client<'_>, id: &str, draft: &Draft<'_>) -> Result<(), Error> {
    let draft = Draft { parent_path: None, ..draft.clone() };
    let call = WorkspaceCall::new(Method::Patch, &["api", "2.0", "lakeview", "dashboards", id]).json(&draft);
    client.done(&placed(call, &draft))
}

/// Catalog and schema are no part of the body.
fn placed(call: WorkspaceCall, draft: &Draft<'_>) -> WorkspaceCall {
    call.query("dataset_catalog", draft.place.0).query("dataset_schema", draft.place.1)
}

/// Shows the draft to readers. Each reads with privileges of their own.
///
/// # Errors
/// When it is not allowed.
pub fn publish(client: &Client<'_>, id: &str, warehouse: &str) -> Result<(), Error> {
    let body = json!({ "embed_credentials": false, "warehouse_id": warehouse });
    client.done(&WorkspaceCall::post(&["api", "2.0", "lakeview", "dashboards", id, "published"], &body))
}

/// Puts a dashboard into the bin; whether it was there.
///
/// # Errors
/// When it is not allowed.
pub fn delete(client: &Client<'_>, id: &str) -> Result<bool, Error> {
    removed(client, &WorkspaceCall::delete(&["api", "2.0", "lakeview", "dashboards", id]))
}
