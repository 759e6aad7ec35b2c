//! Files of the workspace (workspace-api.md, "Workspace files"). Paths are absolute and start with `/Workspace`.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::removed;
use crate::deploy::client::Client;
use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::error::{Error, found};

/// How long a file may take to arrive.
const UPLOAD: Duration = Duration::from_secs(300);

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Entry {
    /// Absolute path.
    pub path: String,
    /// `DIRECTORY`, `FILE`, `NOTEBOOK`, `REPO`, `LIBRARY` or `DASHBOARD`.
    pub object_type: String,
    /// Id, by which permissions are given.
    #[serde(default, deserialize_with = "crate::deploy::client::id_of_64_bits")]
    pub object_id: u64,
    /// Bytes of a file.
    #[serde(default)]
    pub size: Option<u64>,
    /// When it was changed, in milliseconds since 1970.
    #[serde(default)]
    pub modified_at: Option<u64>,
}

impl Entry {
    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        self.object_type == "DIRECTORY"
    }
}

/// Makes a folder and those above it.
///
/// # Errors
/// When a file is in the way, or it is not allowed.
pub fn make_folder(client: &Client<'_>, path: &str) -> Result<(), Error> {
    client.done(&WorkspaceCall::post(&["api", "2.0", "workspace", "mkdirs"], &json!({ "path": path })))
}

/// Writes a file as it is, over one that is there.
///
/// # Errors
/// [`NotFound`](crate::deploy::client::error::ErrorKind::NotFound) when the folder is not there.
pub fn write(client: &Client<'_>, path: &str, bytes: &[u8]) -> Result<(), Error> {
    client.done(&import(path, bytes, true))
}

/// Writes a file only where there is none: of many who try, one succeeds.
///
/// # Errors
/// [`Conflict`](crate::deploy::client::error::ErrorKind::Conflict) or
/// [`Exists`](crate::deploy::client::error::ErrorKind::Exists) when there is one;
/// [`Ambiguous`](crate::deploy::client::error::ErrorKind::Ambiguous) when the answer was lost: read whose it is.
pub fn write_new(client: &Client<'_>, path: &str, bytes: &[u8]) -> Result<(), Error> {
    client.done(&import(path, bytes, false).once())
}

fn import(path: &str, bytes: &[u8], overwrite: bool) -> WorkspaceCall {
    // The whole path is one segment.
    let path = path.trim_start_matches('/');
    let mut call = WorkspaceCall::new(
        crate::deploy::client::door::Method::Post,
        &["api", "2.0", "workspace-files", "import-file", path],
    );
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        call.fault = Some("the path of a file has an empty part, `.` or `..`".to_owned());
    }
    call.query("overwrite", overwrite).bytes(bytes).within(UPLOAD)
}

/// What lies at a path, if anything that may be seen does.
///
/// # Errors
/// When that can't be learned.
pub fn status(client: &Client<'_>, path: &str) -> Result<Option<Entry>, Error> {
    found(client.read(&WorkspaceCall::get(&["api", "2.0", "workspace", "get-status"]).query("path", path)))
}

/// What lies in a folder, one level deep, by path.
///
/// # Errors
/// [`NotFound`](crate::deploy::client::error::ErrorKind::NotFound) also when it may not be read.
pub fn list(client: &Client<'_>, path: &str) -> Result<Vec<Entry>, Error> {
    let call = WorkspaceCall::get(&["api", "2.0", "workspace", "list"]).query("path", path);
    let mut entries: Vec<Entry> = client.pages(&call, "objects")?;
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

/// The bytes of a file of at most `limit` bytes.
///
/// # Errors
/// When there is none, or it is larger.
pub fn read(client: &Client<'_>, path: &str, limit: u64) -> Result<Vec<u8>, Error> {
    let call = WorkspaceCall::get(&["api", "2.0", "workspace", "export"]).query("path", path).query("format", "AUTO");
    client.send(&call.query("direct_download", true).file(limit)).map(|response| response.body)
}

/// Removes a file, or a folder with all that is in it; whether it was there. Nothing brings it back.
///
/// # Errors
/// When it is a folder that holds something and `recursive` is not set.
pub fn delete(client: &Client<'_>, path: &str, recursive: bool) -> Result<bool, Error> {
    let body = json!({ "path": path, "recursive": recursive });
    removed(client, &WorkspaceCall::post(&["api", "2.0", "workspace", "delete"], &body))
}
