//! Warehouses, which run SQL statements (workspace-api.md, "SQL statements and warehouses").

use serde::Deserialize;

use crate::deploy::client::Client;
use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::door::Method;
use crate::deploy::client::error::{Error, found};

/// A warehouse.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Warehouse {
    /// What statements and alerts refer to.
    pub id: String,
    /// The name that targets state in `warehouse`.
    #[serde(default)]
    pub name: String,
    /// `STARTING`, `RUNNING`, `STOPPING`, `STOPPED`, `DELETING` or `DELETED`.
    #[serde(default)]
    pub state: String,
    /// Whether Databricks provides the compute.
    #[serde(default)]
    pub enable_serverless_compute: bool,
}

/// All warehouses that may be seen.
///
/// # Errors
/// When the list can't be read to its end.
pub fn list(client: &Client<'_>) -> Result<Vec<Warehouse>, Error> {
    client.pages(&WorkspaceCall::get(&["api", "2.0", "sql", "warehouses"]), "warehouses")
}

/// A warehouse by its id.
///
/// # Errors
/// When that can't be learned.
pub fn get(client: &Client<'_>, id: &str) -> Result<Option<Warehouse>, Error> {
    found(client.read(&WorkspaceCall::get(&["api", "2.0", "sql", "warehouses", id])))
}

/// Starts a warehouse; it takes a while until it runs.
///
/// # Errors
/// When it is not allowed.
pub fn start(client: &Client<'_>, id: &str) -> Result<(), Error> {
    client.done(&WorkspaceCall::new(Method::Post, &["api", "2.0", "sql", "warehouses", id, "start"]))
}
