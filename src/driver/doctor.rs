//! The prerequisites of a deployment, and what an administrator has to run for those that are missing.

use std::collections::BTreeMap;

use super::Compilation;
use super::deploy::{DeployError, desired};
use crate::deploy::client::Client;
use crate::deploy::client::api::grants::{self, Privileges, Securable};
use crate::deploy::client::error::{Error, ErrorKind};
use crate::deploy::doctor::{self, DoctorCheck};
use crate::deploy::effect::{Effect, Object, ObjectKind};
use crate::deploy::observe::ObserveError;
use crate::model::TargetId;
use crate::plan::{self, AdministrationFile, ArtifactKind};

/// Looks at all that a deployment to a target needs.
///
/// # Errors
/// When the specs are at fault. What the workspace refuses is a check that fails.
pub fn examine(
    client: &Client<'_>,
    compilation: &Compilation,
    target: TargetId,
) -> Result<Vec<DoctorCheck>, DeployError> {
    let desired = desired(compilation, target)?;
    let target = compilation.project.as_ref().and_then(|project| project.targets.get(target.0));
    let tables = compilation.project.as_ref().map(plan::outside_tables).unwrap_or_default();
    Ok(doctor::examine(client, &desired, &tables, target.ok_or(DeployError::Faulty)?))
}

/// The statements of the file for an administrator whose effect does not hold, or can't be seen.
///
/// # Errors
/// When the workspace fails.
pub fn bootstrap(client: &Client<'_>, compilation: &Compilation, target: TargetId) -> Result<Vec<String>, DeployError> {
    let is_it = |kind: ArtifactKind| kind == ArtifactKind::Administration(target, AdministrationFile::Sql);
    let Some(file) = compilation.files.iter().find(|file| is_it(file.artifact.kind)) else { return Ok(vec![]) };
    let mut known: BTreeMap<Object, Option<Privileges>> = BTreeMap::new();
    let mut lacking = vec![];
    for statement in lakeflow::parse(&file.text).map_err(|_| DeployError::Faulty)? {
        let holds = match Effect::of(&statement.kind) {
            Effect::Granted(on, to, words) => {
                let held = held(client, &on, &mut known).map_err(ObserveError::from)?;
                let held = held.as_ref().and_then(|held| held.get(&to));
                held.is_some_and(|held| {
                    let has = |word: &String| held.contains(&word.replace(' ', "_"));
                    held.contains("ALL_PRIVILEGES") || words.iter().all(has)
                })
            }
            _ => false,
        };
        if !holds {
            let text = file.text.get(statement.range).ok_or(DeployError::Faulty)?;
            lacking.push(format!("{text};"));
        }
    }
    Ok(lacking)
}

/// What was granted on an object; `None` where it can't be seen.
fn held<'k>(
    client: &Client<'_>,
    on: &Object,
    known: &'k mut BTreeMap<Object, Option<Privileges>>,
) -> Result<&'k Option<Privileges>, Error> {
    if !known.contains_key(on) {
        let kind = match on.kind {
            ObjectKind::Catalog => Securable::Catalog,
            ObjectKind::Schema => Securable::Schema,
            ObjectKind::Volume => Securable::Volume,
            ObjectKind::Table => Securable::Table,
            ObjectKind::Function => Securable::Function,
        };
        let read = match grants::direct(client, kind, &on.full_name()) {
            Ok(held) => Some(held),
            Err(error) if matches!(error.kind, ErrorKind::Denied | ErrorKind::NotFound) => None,
            Err(error) => return Err(error),
        };
        known.insert(on.clone(), read);
    }
    Ok(known.get(on).unwrap_or(&None))
}
