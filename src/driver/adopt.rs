//! Resources created by others that a target takes over.

use std::collections::BTreeMap;

use super::Compilation;
use super::deploy::{DeployError, desired};
use crate::deploy::adopt::{self, Candidate};
use crate::deploy::change::Remote;
use crate::deploy::client::Client;
use crate::deploy::{apply, observe};
use crate::model::TargetId;

/// What is taken over.
pub struct Adoption {
    /// What is known of the target.
    pub remote: Remote,
    /// What is there and would be ours.
    pub candidates: Vec<Candidate>,
}

/// Finds what can be taken over, by ids or by names; changes nothing.
///
/// # Errors
/// When something is not what a deployment would make, or the workspace can't be read.
pub fn prepare(
    client: &Client<'_>,
    compilation: &Compilation,
    target: TargetId,
    ids: &BTreeMap<String, String>,
) -> Result<Adoption, DeployError> {
    let desired = desired(compilation, target)?;
    let site = observe::site(client, &desired)?;
    let warehouse = observe::warehouse(client, &desired)?;
    let remote = observe::unread(site, warehouse);
    let candidates = adopt::candidates(client, &desired, &remote, ids)?;
    Ok(Adoption { remote, candidates })
}

impl Adoption {
    /// Takes them over.
    ///
    /// # Errors
    /// The first that can't be marked ends it; those before are remembered.
    pub fn apply(&mut self, client: &Client<'_>) -> Result<(), DeployError> {
        let adopted = adopt::adopt(client, &mut self.remote, &self.candidates);
        let saved = apply::save(client, &self.remote);
        adopted?;
        Ok(saved?)
    }
}
