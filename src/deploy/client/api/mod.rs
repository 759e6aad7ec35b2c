//! The API of a workspace, one file per area: typed requests and responses, as described in workspace-api.md,
//! "Endpoints".
//!
//! Large documents that `gen` writes (pipelines, jobs, alerts) are passed as anything that serialises: the types of
//! [`bundle`](crate::bundle) define their form. Whatever is read keeps all its fields as an [`Object`](super::Object),
//! because replacing it later would otherwise lose unknown fields. Deleting something that does not exist succeeds,
//! and the result says so.

pub mod alerts;
pub mod dashboards;
pub mod files;
pub mod functions;
pub mod grants;
pub mod identity;
pub mod jobs;
pub mod permissions;
pub mod pipelines;
pub mod policies;
pub mod runs;
pub mod schemas;
pub mod statements;
pub mod tables;
pub mod tags;
pub mod updates;
pub mod volume_files;
pub mod volumes;
pub mod warehouses;

use super::Client;
use super::call::WorkspaceCall;
use super::error::{Error, found};

/// Root of the catalog's part of the interface.
const CATALOG: [&str; 3] = ["api", "2.1", "unity-catalog"];

/// A path below the catalog's part of the interface.
fn catalog<'p>(rest: &[&'p str]) -> Vec<&'p str> {
    CATALOG.iter().copied().chain(rest.iter().copied()).collect()
}

/// Removes something; whether it was there. An answer that was lost may have removed it, and then it is not there either.
fn removed(client: &Client<'_>, call: &WorkspaceCall) -> Result<bool, Error> {
    found(client.done(call)).map(|done| done.is_some())
}
