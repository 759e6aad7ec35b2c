//! What was changed by hand in a target since its last deployment.

use super::Compilation;
use super::deploy::{DeployError, desired};
use crate::deploy::client::Client;
use crate::deploy::drift::{self, Drift};
use crate::deploy::left::Left;
use crate::deploy::observe;
use crate::model::TargetId;

/// What differs from what was deployed. Specs say no more than which target it is.
///
/// # Errors
/// When nothing is deployed, a deployment was interrupted, or the workspace can't be read.
pub fn drift(client: &Client<'_>, compilation: &Compilation, target: TargetId) -> Result<Drift, DeployError> {
    let desired = desired(compilation, target)?;
    let site = observe::site(client, &desired)?;
    if site.memory.unfinished {
        return Err(DeployError::Unfinished(desired.target));
    }
    let left = Left::read(client, &site.root).map_err(observe::ObserveError::from)?;
    let left = left.ok_or_else(|| DeployError::NotDeployed(desired.target.clone()))?;
    let warehouse = observe::warehouse(client, &desired)?;
    Ok(drift::drift(client, &left, site, warehouse)?)
}
