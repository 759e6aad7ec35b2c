//! What lies in the folder of a release besides its files: which they are, and what the release can be made again from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::client::Client;
use super::client::api::files;
use super::client::error::{Error, Kind};
use super::desired::{Desired, Statement};
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
        let file = |statement: &Statement| (statement.file.clone(), statement.identity == Identity::RunAs);
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
        Err(error) if error.kind == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The hash by which the marker of a release knows a file.
pub fn hash_of(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
