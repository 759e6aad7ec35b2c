//! Rolling back to an earlier release: its specs are stored next to its files, and their build is deployed like any
//! other.
//!
//! So there is a plan with all its verdicts, access that later releases granted is revoked, and jobs, alerts and
//! dashboards are those of the earlier release. Its files have to be identical again, because a release is named after
//! its content.

use std::collections::BTreeMap;
use std::path::Path;

use super::Compilation;
use super::deploy::{DeployError, TargetDeployment, at, desired};
use crate::deploy::apply::ApplyError;
use crate::deploy::client::Client;
use crate::deploy::client::error::Error;
use crate::deploy::desired::DeployScope;
use crate::deploy::memory::Memory;
use crate::deploy::observe;
use crate::deploy::release::{self, SPECS};
use crate::model::TargetId;
use crate::world::MemoryWorld;

/// Where the specs of a release lie in a world of their own.
const PLACE: &str = "release";

/// Reads what a target holds, and says what has to change for an earlier release; the last one before the one that is used,
/// where none is named. `compilation` says where the target is. Gives the build of the release too.
///
/// # Errors
/// When the workspace can't be read, there is no such release, or it can't be made again.
pub fn prepare(
    client: &Client<'_>,
    compilation: &Compilation,
    target: TargetId,
    wanted: Option<&str>,
) -> Result<(Compilation, TargetDeployment), DeployError> {
    let now = desired(compilation, target)?;
    let site = observe::site(client, &now)?;
    let release = pick(&site.memory, wanted)?;
    let folder = format!("{}/releases/{release}", site.root);
    let of = |error: Error| ApplyError::Request { what: format!("release `{release}`"), error: error.into() };
    let unmade = |why: String| DeployError::Unmade { release: release.clone(), why };
    let specs = release::read(client, &folder, SPECS).map_err(of)?;
    let specs: BTreeMap<String, String> = specs
        .and_then(|text| serde_json::from_slice(&text).ok())
        .ok_or_else(|| unmade("its specs were not kept".to_owned()))?;
    let world = specs
        .into_iter()
        .fold(MemoryWorld::default(), |world, (path, text)| world.with_file(Path::new(PLACE).join(path), text));
    // What the record knows stays known: it tells what has to be taken away.
    let build = super::build_after(&world, Path::new(PLACE), compilation.plan.record.clone(), None)?;
    let marker = release::marker(client, &folder).map_err(of)?.unwrap_or_default();
    let made_by = marker.made_by;
    let other = || {
        let own = env!("CARGO_PKG_VERSION");
        unmade(format!("`gen` {own} generates other files from its specs than `gen` {made_by}, which deployed it"))
    };
    if build.has_errors() {
        return Err(other());
    }
    let targets = build.project.iter().flat_map(|project| &project.targets);
    let id = targets.map(|target| &target.name).position(|name| *name == now.target).map(TargetId).ok_or_else(other)?;
    let mut deployment = at(&world, Path::new(PLACE), client, &build, (id, DeployScope::All), site)?;
    deployment.desired.commit = marker.commit;
    if deployment.desired.release() == release { Ok((build, deployment)) } else { Err(other()) }
}

/// The release that is meant.
fn pick(memory: &Memory, wanted: Option<&str>) -> Result<String, DeployError> {
    let earlier = || memory.releases.iter().rev().filter(|release| Some(*release) != memory.release.as_ref());
    let found = match wanted {
        None => earlier().next(),
        Some(wanted) => earlier().find(|release| *release == wanted),
    };
    found.cloned().ok_or_else(|| {
        let known: Vec<String> = earlier().map(|release| format!("`{release}`")).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        DeployError::NoRelease { wanted: wanted.unwrap_or("(the last one)").to_owned(), known }
    })
}
