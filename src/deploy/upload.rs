//! Uploads files to a volume. An existing file that differs is never replaced silently.

use std::io::Read;

use serde::Serialize;

use super::client::Client;
use super::client::api::volume_files;
use super::client::door::Stream;
use super::client::error::{Error, ErrorKind};

/// The largest file that is fetched to be compared.
const COMPARED: u64 = 64 << 20;
/// Bytes that are compared at once.
const PIECE: usize = 1 << 16;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sent {
    /// It was not there.
    New,
    /// It was there, as it is.
    Same,
    /// Another one of the name was there.
    Replaced,
}

impl Sent {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Sent::New => "new",
            Sent::Same => "already exists",
            Sent::Replaced => "replaced",
        }
    }
}

/// Why a file was not put into a volume.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// One of the name is there, and it is another one.
    #[error("`{0}` already exists with other content")]
    Different(String),
    /// One of the name and size is there, too large to be compared.
    #[error("`{0}` already exists with the same size and is too large to compare")]
    Unknown(String),
    /// A request failed, at whichever step.
    #[error("`{path}`: {error}")]
    Client {
        /// Path in the volume, from `/Volumes` on.
        path: String,
        /// What the workspace said.
        error: Box<Error>,
    },
}

/// Puts a file into a volume, and makes the folders above it. With `replace`, another one of the name is replaced.
///
/// # Errors
/// When another one is there, or the workspace fails.
pub fn upload(client: &Client<'_>, path: &str, file: &Stream, replace: bool) -> Result<Sent, UploadError> {
    let failed = |error: Error| UploadError::Client { path: path.to_owned(), error: error.into() };
    if volume_files::size(client, path).map_err(failed)?.is_none() {
        if let Some((folder, _)) = path.rsplit_once('/') {
            volume_files::make_folder(client, folder).map_err(failed)?;
        }
        match volume_files::send(client, path, file, false) {
            Ok(()) => return Ok(Sent::New),
            // Somebody else was quicker, or it arrived and the answer did not.
            Err(error) if matches!(error.kind, ErrorKind::Exists | ErrorKind::Conflict | ErrorKind::Ambiguous) => {
                let is_there = volume_files::size(client, path).map_err(failed)?.is_some();
                if !is_there {
                    return Err(failed(error));
                }
            }
            Err(error) => return Err(failed(error)),
        }
    }
    match is_same(client, path, file).map_err(failed)? {
        Some(true) => Ok(Sent::Same),
        _ if replace => {
            volume_files::send(client, path, file, true).map_err(failed)?;
            Ok(Sent::Replaced)
        }
        Some(false) => Err(UploadError::Different(path.to_owned())),
        None => Err(UploadError::Unknown(path.to_owned())),
    }
}

/// Whether a file of a volume holds what ours does; `None` where it is too large to be fetched.
fn is_same(client: &Client<'_>, path: &str, file: &Stream) -> Result<Option<bool>, Error> {
    if volume_files::size(client, path)? != Some(file.size()) {
        return Ok(Some(false));
    }
    if file.size() > COMPARED {
        return Ok(None);
    }
    let there = volume_files::read(client, path, COMPARED)?;
    // A file that can't be read any more is not the same.
    Ok(Some(file.read(|reader| holds(reader, &there)).unwrap_or(false)))
}

/// Whether a reader gives exactly these bytes.
fn holds(reader: &mut dyn Read, bytes: &[u8]) -> std::io::Result<bool> {
    let (mut rest, mut piece) = (bytes, vec![0; PIECE]);
    loop {
        let count = reader.read(&mut piece)?;
        if count == 0 {
            return Ok(rest.is_empty());
        }
        match rest.strip_prefix(piece.get(..count).unwrap_or_default()) {
            Some(behind) => rest = behind,
            None => return Ok(false),
        }
    }
}
