//! Files of volumes (workspace-api.md, "Files of volumes"). Paths are absolute and start with `/Volumes`.

use std::time::Duration;

use serde::Deserialize;

use super::removed;
use crate::deploy::client::Client;
use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::door::{Method, Stream};
use crate::deploy::client::error::{Error, found};

/// How long a file may take to arrive: 5 GiB over a slow line is an hour.
const UPLOAD: Duration = Duration::from_secs(3600);

/// What lies in a folder of a volume.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Entry {
    /// Absolute path.
    pub path: String,
    /// Last part of the path.
    #[serde(default)]
    pub name: String,
    /// Whether it is a folder.
    #[serde(default)]
    pub is_directory: bool,
    /// Bytes of a file.
    #[serde(default)]
    pub file_size: Option<u64>,
    /// When it was changed, in milliseconds since 1970.
    #[serde(default)]
    pub last_modified: Option<u64>,
}

/// Makes a folder and those above it.
///
/// # Errors
/// When a file is in the way, or it is not allowed.
pub fn make_folder(client: &Client<'_>, path: &str) -> Result<(), Error> {
    client.done(&WorkspaceCall::new(Method::Put, &["api", "2.0", "fs", "directories", path]))
}

/// Writes a file. Where there is one, `overwrite` replaces it.
///
/// # Errors
/// When there is one and it is not to be replaced; ambiguous when the answer to that is lost.
pub fn write(client: &Client<'_>, path: &str, bytes: &[u8], overwrite: bool) -> Result<(), Error> {
    let call = WorkspaceCall::new(Method::Put, &["api", "2.0", "fs", "files", path]).query("overwrite", overwrite);
    let call = call.bytes(bytes).within(UPLOAD);
    client.done(&if overwrite { call } else { call.once() })
}

/// Writes a file that is read while it is sent. Where there is one, `overwrite` replaces it.
///
/// # Errors
/// When there is one and it is not to be replaced; ambiguous when the answer to that is lost.
pub fn send(client: &Client<'_>, path: &str, file: &Stream, overwrite: bool) -> Result<(), Error> {
    let call = WorkspaceCall::new(Method::Put, &["api", "2.0", "fs", "files", path]).query("overwrite", overwrite);
    let call = call.stream(file).within(UPLOAD);
    client.done(&if overwrite { call } else { call.once() })
}

/// Bytes of a file, if there is one.
///
/// # Errors
/// When that can't be learned.
pub fn size(client: &Client<'_>, path: &str) -> Result<Option<u64>, Error> {
    let response = found(client.send(&WorkspaceCall::new(Method::Head, &["api", "2.0", "fs", "files", path])))?;
    Ok(response.map(|response| response.header("content-length").and_then(|size| size.parse().ok()).unwrap_or(0)))
}

/// What lies in a folder, one level deep, by path.
///
/// # Errors
/// When there is no such folder.
pub fn list(client: &Client<'_>, path: &str) -> Result<Vec<Entry>, Error> {
    let mut entries: Vec<Entry> =
        client.pages(&WorkspaceCall::get(&["api", "2.0", "fs", "directories", path]), "contents")?;
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

/// The bytes of a file of at most `limit` bytes.
///
/// # Errors
/// When there is none, or it is larger.
pub fn read(client: &Client<'_>, path: &str, limit: u64) -> Result<Vec<u8>, Error> {
    client.send(&WorkspaceCall::get(&["api", "2.0", "fs", "files", path]).file(limit)).map(|response| response.body)
}

/// Removes a file; whether it was there.
///
/// # Errors
/// When it is not allowed.
pub fn delete(client: &Client<'_>, path: &str) -> Result<bool, Error> {
    removed(client, &WorkspaceCall::delete(&["api", "2.0", "fs", "files", path]))
}
