//! The contents of a release's folder besides its files: which files it has, and what it can be rebuilt from.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::client::Client;
use super::client::api::files;
use super::client::error::{Error, ErrorKind};
use super::desired::{Desired, DesiredStatement};
use crate::plan::Identity;

/// The largest file of a release that is read back.
pub const LIMIT: u64 = 64 << 20;
/// The file that says that all files of a release are there. It is written last.
pub const COMPLETE: &str = "release.json";
/// The settings that the pipeline had when it was pointed away from a release.
pub const PIPELINE: &str = "pipeline.json";

/// The specs that a release is made from.
pub const SPECS: &str = "specs.json";

/// What a release consists of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// Hashes by path.
    pub files: BTreeMap<String, String>,
    /// Files of statements, in the order in which they run, and whether the principal of the pipeline runs them.
    #[serde(default)]
    pub statements: Vec<(String, bool)>,
    /// The commit that it is made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The version of the program that made it.
    #[serde(default)]
    pub made_by: String,
}

impl Marker {
    /// The marker of what is wanted.
    pub fn of(desired: &Desired) -> Marker {
        let file = |statement: &DesiredStatement| (statement.file.clone(), statement.identity == Identity::RunAs);
        let mut statements: Vec<(String, bool)> = desired.statements.iter().map(file).collect();
        statements.dedup();
        Marker {
            files: desired.files.iter().map(|(path, text)| (path.clone(), hash_of(text))).collect(),
            statements: statements.into_iter().filter(|(file, _)| desired.files.contains_key(file)).collect(),
            commit: desired.commit.clone(),
            made_by: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// The marker in the folder of a release, if it is whole.
///
/// # Errors
/// When the workspace can't be read.
pub fn marker(client: &Client<'_>, folder: &str) -> Result<Option<Marker>, Error> {
    Ok(read(client, folder, COMPLETE)?.and_then(|text| serde_json::from_slice(&text).ok()))
}

/// A file of a release, if it is there.
///
/// # Errors
/// When the workspace can't be read.
pub fn read(client: &Client<'_>, folder: &str, name: &str) -> Result<Option<Vec<u8>>, Error> {
    match files::read(client, &format!("{folder}/{name}"), LIMIT) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The hash by which the marker of a release knows a file.
pub fn hash_of(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The files of a release with their hashes; `None` where it is not complete.
///
/// # Errors
/// When the workspace fails.
pub fn files_of(client: &Client<'_>, folder: &str) -> Result<Option<BTreeMap<String, String>>, Error> {
    Ok(marker(client, folder)?.map(|marker| marker.files))
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
        Err(error) if error.kind == ErrorKind::NotFound => Ok(vec![]),
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
