//! Alerts, version 2 (workspace-api.md, "Alerts and dashboards"). An alert in the bin counts as absent.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::removed;
use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::door::Method;
use crate::deploy::client::error::{Error, found};
use crate::deploy::client::{Client, Object};

/// An alert.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Alert {
    /// Identifies the alert, unlike its name.
    pub id: String,
    /// Name; others may have the same.
    #[serde(default)]
    pub display_name: String,
    /// All other fields, as they came.
    #[serde(flatten)]
    pub rest: Object,
}

impl Alert {
    /// Whether it lies in the bin.
    fn is_in_bin(&self) -> bool {
        self.rest.get("lifecycle_state").and_then(Value::as_str) == Some("DELETED")
    }

    /// A field that holds a text.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.rest.get(field).and_then(Value::as_str)
    }
}

/// Makes an alert; its id. Nothing keeps a second one of the same name from being made.
///
/// # Errors
/// Ambiguous when the answer was lost: look for the name.
pub fn create(client: &Client<'_>, alert: &impl Serialize) -> Result<String, Error> {
    client.read::<Alert>(&WorkspaceCall::post(&["api", "2.0", "alerts"], alert).once()).map(|alert| alert.id)
}

/// An alert by its id.
///
/// # Errors
/// When that can't be learned.
pub fn get(client: &Client<'_>, id: &str) -> Result<Option<Alert>, Error> {
    let alert = found(client.read::<Alert>(&WorkspaceCall::get(&["api", "2.0", "alerts", id])))?;
    Ok(alert.filter(|alert| !alert.is_in_bin()))
}

/// All alerts of exactly this name.
///
/// # Errors
/// When the list can't be read to its end.
pub fn named(client: &Client<'_>, name: &str) -> Result<Vec<Alert>, Error> {
    let mut alerts: Vec<Alert> = client.pages(&WorkspaceCall::get(&["api", "2.0", "alerts"]), "alerts")?;
    alerts.retain(|alert| alert.display_name == name && !alert.is_in_bin());
    Ok(alerts)
}

/// Replaces all fields.
///
/// # Errors
/// When there is no such alert, or it is not allowed.
pub fn replace(client: &Client<'_>, id: &str, alert: &impl Serialize) -> Result<(), Error> {
    client.done(&WorkspaceCall::new(Method::Patch, &["api", "2.0", "alerts", id]).query("update_mask", "*").json(alert))
}

/// Puts an alert into the bin; whether it was there.
///
/// # Errors
/// When it is not allowed.
pub fn delete(client: &Client<'_>, id: &str) -> Result<bool, Error> {
    removed(client, &WorkspaceCall::delete(&["api", "2.0", "alerts", id]))
}
