//! The files of a release as they lie in a workspace: who may write there can change them, and the pipeline runs them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::client::Client;
use super::client::api::files;
use super::client::error::{Error, Kind as Failed};
use super::observe::{COMPLETE, LIMIT, hash_of};

/// The file that says that all files of a release are there.
#[derive(Deserialize)]
struct Marker {
    /// Hashes by path.
    files: BTreeMap<String, String>,
}

/// The files of a release with their hashes; `None` where it is not complete.
///
/// # Errors
/// When the workspace fails.
pub fn files_of(client: &Client<'_>, folder: &str) -> Result<Option<BTreeMap<String, String>>, Error> {
    match files::read(client, &format!("{folder}/{COMPLETE}"), LIMIT) {
        Ok(marker) => Ok(serde_json::from_slice(&marker).ok().map(|marker: Marker| marker.files)),
        Err(error) if error.kind == Failed::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The files of a release that are gone or hold something else; `None` where it is not complete. Only files that were
/// changed after the release was complete are fetched.
///
/// # Errors
/// When the workspace fails.
pub fn touched(client: &Client<'_>, folder: &str) -> Result<Option<BTreeSet<String>>, Error> {
    let Some(marker) = files::status(client, &format!("{folder}/{COMPLETE}"))? else { return Ok(None) };
    let Some(hashes) = files_of(client, folder)? else { return Ok(None) };
    let above = |path: &String| path.rsplit_once('/').map_or(String::new(), |(above, _)| format!("/{above}"));
    let directories: Vec<String> = hashes.keys().map(above).collect::<BTreeSet<_>>().into_iter().collect();
    let list = |directory: &String| match files::list(client, &format!("{folder}{directory}")) {
        Err(error) if error.kind == Failed::NotFound => Ok(vec![]),
        listed => listed,
    };
    let mut there: BTreeMap<String, Option<u64>> = BTreeMap::new();
    for (directory, listed) in directories.iter().zip(client.side_by_side(&directories, list)) {
        for entry in listed? {
            let name = entry.path.rsplit('/').next().unwrap_or_default();
            there.insert(format!("{directory}/{name}").trim_start_matches('/').to_owned(), entry.modified_at);
        }
    }
    let is_old = |modified: &Option<u64>| modified.is_some() && *modified <= marker.modified_at;
    let (mut touched, mut suspects) = (BTreeSet::new(), vec![]);
    for (path, hash) in &hashes {
        match there.get(path) {
            None => drop(touched.insert(path.clone())),
            Some(modified) if is_old(modified) => {}
            Some(_) => suspects.push((path, hash)),
        }
    }
    let read = |(path, _): &(&String, &String)| files::read(client, &format!("{folder}/{path}"), LIMIT);
    for ((path, hash), text) in suspects.iter().zip(client.side_by_side(&suspects, read)) {
        if hash_of(&String::from_utf8_lossy(&text?)) != **hash {
            touched.insert((*path).clone());
        }
    }
    Ok(Some(touched))
}
