//! A development target in the developer's own schema, so that developers do not share tables.
//!
//! The specs and the output in the repository use one schema for all developers. Who is deploying is known only after
//! the workspace has been asked; then the chain runs again with the schema of that developer, so that pipeline,
//! statements, functions and views all use it.

use std::path::Path;

use super::Compilation;
use super::deploy::DeployError;
use crate::deploy::client::Client;
use crate::deploy::client::api::{identity, schemas};
use crate::deploy::client::error::Error;
use crate::deploy::desired::short;
use crate::model::{Mode, TargetId};
use crate::plan::record::Record;
use crate::world::World;

/// Why a developer has no schema.
#[derive(Debug, thiserror::Error)]
pub enum OwnError {
    /// Two developers are called alike.
    #[error("schema `{schema}` for your development target already belongs to `{owner}`")]
    Taken {
        /// The schema, with its catalog.
        schema: String,
        /// Whose it is.
        owner: String,
    },
    /// The workspace does not say.
    #[error(transparent)]
    Client(#[from] Error),
}

/// The build of whoever the client is: that of the project, but for a development target.
///
/// # Errors
/// When the workspace can't be read, or the schema is one of somebody else.
pub fn of_user(
    world: &dyn World,
    root: &Path,
    client: &Client<'_>,
    compilation: Compilation,
    target: TargetId,
) -> Result<Compilation, DeployError> {
    if !is_own(&compilation, target) {
        return Ok(compilation);
    }
    let user = identity::me(client).map_err(OwnError::from)?.user_name;
    Ok(self::compilation(world, root, client, &compilation, target, &user)?.unwrap_or(compilation))
}

/// The build of a development target for a user; `None` where the target is no such, and the same for all.
pub(super) fn compilation(
    world: &dyn World,
    root: &Path,
    client: &Client<'_>,
    compilation: &Compilation,
    target: TargetId,
    user: &str,
) -> Result<Option<Compilation>, DeployError> {
    if !is_own(compilation, target) {
        return Ok(None);
    }
    // What earlier builds gave, they gave in the schema that the specs name. The state of a developer tells what was given
    // in this one.
    let name = compilation.project.as_ref().and_then(|project| project.targets.get(target.0)).map(|t| t.name.as_str());
    let others = compilation.plan.record.entries().iter().filter(|entry| Some(entry.target.as_str()) != name);
    let record = Record::of(others.cloned().collect());
    let own = super::build_after(world, root, record, Some(&short(user)))?;
    require_own(client, &own, target, user)?;
    Ok(Some(own))
}

/// Whether a target is in development, and its build not made for anybody yet.
fn is_own(compilation: &Compilation, target: TargetId) -> bool {
    let target = compilation.project.as_ref().and_then(|project| project.targets.get(target.0));
    compilation.developer.is_none() && target.is_some_and(|target| target.mode == Mode::Development)
}

/// Names of people are shortened, so two may get one schema. An owner with a mail address is a person.
fn require_own(client: &Client<'_>, own: &Compilation, target: TargetId, user: &str) -> Result<(), OwnError> {
    let Some(target) = own.project.as_ref().and_then(|project| project.targets.get(target.0)) else { return Ok(()) };
    for schema in target.schemas() {
        let schema = format!("{}.{schema}", target.catalog);
        let owner = schemas::get(client, &schema)?.and_then(|schema| schema.owner);
        if let Some(owner) = owner.filter(|owner| owner.contains('@') && owner != user) {
            return Err(OwnError::Taken { schema, owner });
        }
    }
    Ok(())
}
