//! A target that a bundle deploys, as far as the statements around its pipeline need to know about it.
//!
//! The command line of Databricks marks what it deploys. Such a target is managed by the bundle: `gen deploy` takes
//! nothing over, and only runs what a bundle can't express.

use std::collections::BTreeMap;

use serde_json::Value;

use super::change::{Remote, ResourceThere, name_of, wanted};
use super::client::Client;
use super::client::api::{files, pipelines};
use super::client::error::{Error, ErrorKind};
use super::desired::{Desired, is_source};
use super::observe::{self, ObserveError};
use super::release::LIMIT;
use crate::bundle::resource::ResourceKind;
use crate::plan::Folder;

/// Whether the settings of a resource say that a bundle deploys it.
pub fn is_of_bundle(settings: &Value) -> bool {
    settings.get("deployment").and_then(|of| of.get("kind")).and_then(Value::as_str) == Some("BUNDLE")
}

/// The pipelines of a target by their names, whoever deploys them, but not `gen deploy`.
///
/// # Errors
/// When the workspace can't be read, or `gen deploy` deploys the target.
pub fn pipelines(
    client: &Client<'_>,
    desired: &Desired,
    remote: &Remote,
) -> Result<BTreeMap<String, ResourceThere>, ObserveError> {
    let mut found = BTreeMap::new();
    let wanted = wanted(desired, remote, &desired.release())?;
    for (kind, key, body) in wanted.into_iter().filter(|(kind, ..)| *kind == ResourceKind::Pipeline) {
        let name = name_of(kind, &body);
        for listed in pipelines::named(client, &name)? {
            let Some(there) = observe::get(client, kind, &listed.pipeline_id)? else { continue };
            if observe::is_ours(kind, &there.settings, desired, &remote.root) {
                return Err(ObserveError::OfDeploy(name));
            }
            found.insert(key.clone(), there);
        }
    }
    Ok(found)
}

/// Whether the pipelines run the sources of the build. The files are read back, so only where something waits for an update.
///
/// # Errors
/// When the workspace can't be read.
pub fn runs(client: &Client<'_>, desired: &Desired, remote: &Remote) -> Result<bool, ObserveError> {
    let is_waiting = |effect| remote.catalog.holds(effect) != super::catalog::Holds::Yes;
    if !desired.statements.iter().any(|statement| statement.behind_update && is_waiting(&statement.effect)) {
        return Ok(true);
    }
    let Some(there) = remote.resources.values().next() else { return Ok(false) };
    let sources: Vec<(&String, &str)> =
        desired.files.iter().filter(|(path, _)| is_source(path)).map(|(path, text)| (path, &**text)).collect();
    let is_same = |(path, text): &(&String, &str)| -> Result<bool, Error> {
        let Some(at) = place(&there.settings, path) else { return Ok(false) };
        match files::read(client, &at, LIMIT) {
            Ok(bytes) => Ok(bytes == text.as_bytes()),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    };
    let same = client.side_by_side(&sources, is_same).into_iter().collect::<Result<Vec<bool>, Error>>()?;
    Ok(same.into_iter().all(|same| same))
}

/// Where a pipeline has a file of the build.
fn place(settings: &Value, path: &str) -> Option<String> {
    let libraries = settings.get("libraries").and_then(Value::as_array)?;
    let mut included = libraries.iter().filter_map(|library| library.get("glob")?.get("include")?.as_str());
    let below = path.strip_prefix(Folder::Pipeline.name())?.trim_start_matches('/');
    included.find_map(|include| match include.strip_suffix("/**") {
        Some(folder) => Some(format!("{folder}/{below}")),
        None => include.ends_with(&format!("/{path}")).then(|| include.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_source_is_found_by_its_name_or_in_its_folder() {
        let folder = Folder::Pipeline.name();
        let of = |end: &str| {
            let include = format!("/W/files/{folder}/{end}");
            place(&json!({"libraries": [{"glob": {"include": include}}]}), &format!("{folder}/gold/a.sql"))
        };
        let there = Some(format!("/W/files/{folder}/gold/a.sql"));
        assert_eq!((of("gold/a.sql"), of("**"), of("gold/b.sql")), (there.clone(), there, None));
        assert!(is_of_bundle(&json!({"deployment": {"kind": "BUNDLE"}})) && !is_of_bundle(&json!({})));
    }
}
