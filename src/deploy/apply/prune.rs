//! Removes releases that are no longer needed for a rollback: those last used long ago, and those that were never
//! used.

use std::collections::BTreeSet;

use super::{ApplyError, save};
use crate::bundle::resource::ResourceKind;
use crate::deploy::change::Remote;
use crate::deploy::client::Client;
use crate::deploy::client::api::{files, runs};
use crate::deploy::client::error::{Error, ErrorKind};
use crate::deploy::observe::kind_of;

/// Releases that are kept besides the one that is used.
const KEPT: usize = 3;

/// Removes the files of old releases. Those that a run of a job still names stay until the next deployment.
pub(super) fn prune(client: &Client<'_>, remote: &mut Remote) -> Result<(), ApplyError> {
    let of = |error: Error| ApplyError::Request { what: "removing old releases".into(), error: error.into() };
    let used = &remote.memory.releases;
    let kept: BTreeSet<String> = used.iter().skip(used.len().saturating_sub(KEPT + 1)).cloned().collect();
    let is_old =
        |name: &String| !kept.contains(name) && !name.is_empty() && name.chars().all(|c| c.is_ascii_hexdigit());
    let mut old: BTreeSet<String> = there(client, remote).map_err(of)?.into_iter().filter(is_old).collect();
    if old.is_empty() {
        return Ok(());
    }
    let named = named(client, remote).map_err(of)?;
    old.retain(|release| !named.iter().any(|text| text.contains(&format!("/releases/{release}"))));
    for release in &old {
        files::delete(client, &remote.folder(release), true).map_err(of)?;
    }
    remote.memory.releases.retain(|release| !old.contains(release));
    save(client, remote)
}

/// Names of the folders of releases.
fn there(client: &Client<'_>, remote: &Remote) -> Result<Vec<String>, Error> {
    let entries = match files::list(client, &format!("{}/releases", remote.root)) {
        Ok(entries) => entries,
        Err(error) if error.kind == ErrorKind::NotFound => return Ok(vec![]),
        Err(error) => return Err(error),
    };
    let name = |entry: &files::Entry| entry.path.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(entries.iter().filter(|entry| entry.is_folder()).map(name).collect())
}

/// What runs of our jobs say that have not ended, each as JSON.
fn named(client: &Client<'_>, remote: &Remote) -> Result<Vec<String>, Error> {
    let jobs = remote.resources.iter().filter(|(key, _)| kind_of(key) == Some(ResourceKind::Job));
    let ids: Vec<u64> = jobs.filter_map(|(_, there)| there.id.parse().ok()).collect();
    let active = client.side_by_side(&ids, |id| runs::active_whole(client, *id));
    let active = active.into_iter().collect::<Result<Vec<_>, Error>>()?;
    Ok(active.into_iter().flatten().map(|run| run.to_string()).collect())
}
