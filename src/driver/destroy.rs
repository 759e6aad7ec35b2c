//! Removing a deployment: what is removed, and what is kept.

use std::collections::BTreeSet;

use super::Compilation;
use super::deploy::{DeployError, desired};
use crate::deploy::change::Remote;
use crate::deploy::client::Client;
use crate::deploy::destroy::{self, DestroyScope, Removal};
use crate::deploy::observe;
use crate::model::TargetId;
use crate::plan::record::RecordEntry;

/// What goes.
pub struct Destruction {
    /// What is there.
    pub remote: Remote,
    /// What goes of it, in this order.
    pub removals: Vec<Removal>,
}

/// Finds what is deployed to a target and would go; changes nothing.
///
/// # Errors
/// When something that is named is not ours, or the workspace can't be read.
pub fn prepare(
    client: &Client<'_>,
    compilation: &Compilation,
    target: TargetId,
    scope: DestroyScope,
) -> Result<Destruction, DeployError> {
    let desired = desired(compilation, target)?;
    let site = observe::site(client, &desired)?;
    let mine = |entry: &&RecordEntry| entry.target == desired.target;
    let recorded = compilation.plan.record.entries().iter().chain(&compilation.plan.declared).filter(mine);
    let given: BTreeSet<RecordEntry> = recorded.chain(&site.memory.granted).cloned().collect();
    let remote = observe::remote(client, &desired, site)?;
    let removals = destroy::removals(client, &desired, &remote, &given, scope)?;
    Ok(Destruction { remote, removals })
}

impl Destruction {
    /// Takes it away. `told` hears of each thing before it goes.
    ///
    /// # Errors
    /// The first step that fails ends it.
    pub fn apply(&mut self, client: &Client<'_>, told: &mut dyn FnMut(&Removal)) -> Result<(), DeployError> {
        Ok(destroy::destroy(client, &mut self.remote, &self.removals, told)?)
    }
}
