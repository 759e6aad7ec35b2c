//! Reads what a workspace contains of a target. Nothing is changed.
//!
//! Resources are found by the ids in the state, or else by their names. A resource with the name but without our tags
//! belongs to somebody else, and two with the same name are ambiguous: both are errors, and neither is taken over.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::bundled;
use super::catalog::{Keeper, ObservedCatalog};
use super::change::{Remote, ResourceThere, name_of, wanted};
use super::client::Client;
use super::client::api::permissions::{self, On};
use super::client::api::{alerts, dashboards, files, identity, jobs, pipelines, updates, warehouses};
use super::client::error::{Error, ErrorKind};
use super::desired::{
    self, DeployScope, Desired, DesiredDashboard, DesiredError, MANAGER, MANAGER_TAG, TARGET_TAG, short,
};
use super::effect::Effect;
use super::left::own_tables;
use super::meaning::{PipelineFile, PipelineSql};
use super::memory::{Memory, MemoryError};
use super::release::{LIMIT, hash_of};
use super::{ownership, reading, release};
use crate::bundle::resource::ResourceKind;

/// Updates that are looked at.
const RECENT: usize = 25;

/// Why the state of a target is not known.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// The workspace failed, or refused.
    #[error("{0}")]
    Client(#[from] Error),
    /// A fault of the compiler.
    #[error(transparent)]
    Desired(#[from] DesiredError),
    /// What is remembered can't be used.
    #[error("`{path}`: {why}")]
    Memory {
        /// Path of `state.json` in the workspace.
        path: String,
        /// What is wrong with it.
        why: MemoryError,
    },
    /// There is no warehouse of this name.
    #[error("unknown SQL warehouse `{name}`, known are {known}")]
    NoWarehouse {
        /// As the target states it in `warehouse`.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// The target names no warehouse.
    #[error("target `{0}` does not set the SQL warehouse that runs the statements: `warehouse: ..`")]
    WarehouseUnnamed(String),
    /// Something of the name is there and not ours.
    #[error("there is a {kind} `{name}` ({id}) that this target did not create")]
    Foreign {
        /// The word for it: `pipeline`, `job` or `alert`.
        kind: &'static str,
        /// What people call it in the workspace.
        name: String,
        /// Id in the workspace.
        id: String,
    },
    /// A bundle deploys it.
    #[error("{kind} `{name}` ({id}) is deployed by a bundle, and a target can only have one manager")]
    OfBundle {
        /// The word for it: `pipeline`, `job` or `alert`.
        kind: &'static str,
        /// What people call it in the workspace.
        name: String,
        /// Id in the workspace.
        id: String,
    },
    /// It is deployed whole, not by a bundle.
    #[error("pipeline `{0}` is deployed by `gen deploy`, which also manages the rest of the target")]
    OfDeploy(String),
    /// Several of the name are there.
    #[error("ambiguous: there are {count} {kind}s named `{name}`: {ids}")]
    Several {
        /// The word for one: `pipeline`, `job` or `alert`.
        kind: &'static str,
        /// The name in the workspace that all of them have.
        name: String,
        /// How many.
        count: usize,
        /// Ids in the workspace, separated by commas.
        ids: String,
    },
}

/// The folder of a target, and who deploys to it.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetSite {
    /// The user name, or the application id of a service principal.
    pub user: String,
    /// `root` of the target, or else `/Workspace/Users/<user>/.gen/<project>/<target>`.
    pub root: String,
    /// What earlier deployments left behind.
    pub memory: Memory,
}

/// The file of what is remembered, in the folder of a target.
pub fn memory_path(root: &str) -> String {
    format!("{root}/state.json")
}

/// Finds out who deploys and what earlier deployments left behind.
///
/// # Errors
/// When the workspace can't be read, or the memory is not one of this target.
pub fn site(client: &Client<'_>, desired: &Desired) -> Result<TargetSite, ObserveError> {
    let user = identity::me(client)?.user_name;
    let own = || format!("/Workspace/Users/{user}/.gen/{}/{}", desired.project, desired.target);
    let root = desired.root.clone().unwrap_or_else(own);
    let memory = Memory::new(&desired.project, &desired.target);
    let mut site = TargetSite { user, root, memory };
    let path = memory_path(&site.root);
    match files::read(client, &path, LIMIT) {
        Ok(text) => {
            let memory = Memory::parse(&text, &desired.project, &desired.target);
            site.memory = memory.map_err(|why| ObserveError::Memory { path, why })?;
        }
        Err(error) if error.kind == ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    Ok(site)
}

/// Reads what a workspace holds of a target.
///
/// # Errors
/// When it can't be read, or holds things of others in our place.
pub fn remote(client: &Client<'_>, desired: &Desired, site: TargetSite) -> Result<Remote, ObserveError> {
    let warehouse = warehouse(client, desired)?;
    let effects: Vec<Effect> = desired.statements.iter().map(|statement| statement.effect.clone()).collect();
    let mut remote = unread(site, warehouse.clone());
    // Names do not depend on what is there.
    let tables = own_tables(desired, &wanted(desired, &remote, &desired.release())?);
    let also = ownership::looked_at(desired.ownership, &effects, tables.into_iter());
    remote.catalog = reading::catalog(client, Some(&warehouse), &effects, &also)?;
    if desired.scope == DeployScope::Governance {
        remote.resources = bundled::pipelines(client, desired, &remote)?;
        return Ok(remote);
    }
    let release = desired.release();
    if release::touched(client, &remote.folder(&release))?.is_some_and(|touched| touched.is_empty()) {
        remote.releases.insert(release.clone());
    }
    // Names do not depend on ids, so bodies with made-up ids do for finding.
    for (kind, key, body) in wanted(desired, &remote, &release)? {
        let known = remote.memory.resources.get(&key).cloned();
        let found = find(client, kind, &name_of(kind, &body), known.as_deref(), desired, &remote.root)?;
        found.map(|there| remote.resources.insert(key, there));
    }
    for (key, id) in remote.memory.resources.clone() {
        if let (false, Some(kind)) = (remote.resources.contains_key(&key), kind_of(&key)) {
            let ours = get(client, kind, &id)?.filter(|there| is_ours(kind, &there.settings, desired, &remote.root));
            ours.map(|there| remote.resources.insert(key, there));
        }
    }
    for dashboard in &desired.dashboards {
        let found = find_dashboard(client, dashboard, desired, &remote)?;
        found.map(|there| remote.dashboards.insert(dashboard.metric.clone(), there));
    }
    Ok(remote)
}

/// A target of which nothing is read but who deploys, its folder and what is remembered.
pub fn unread(site: TargetSite, warehouse: String) -> Remote {
    Remote {
        user: site.user,
        root: site.root,
        warehouse: Some(warehouse),
        memory: site.memory,
        catalog: ObservedCatalog::default(),
        resources: BTreeMap::new(),
        dashboards: BTreeMap::new(),
        releases: BTreeSet::new(),
    }
}

/// The id of the warehouse of a target.
///
/// # Errors
/// When the target names none, or there is none of the name.
pub fn warehouse(client: &Client<'_>, desired: &Desired) -> Result<String, ObserveError> {
    let name = desired.warehouse.clone().ok_or_else(|| ObserveError::WarehouseUnnamed(desired.target.clone()))?;
    let all = warehouses::list(client)?;
    if let Some(found) = all.iter().find(|warehouse| warehouse.name == name) {
        return Ok(found.id.clone());
    }
    let names: Vec<String> = all.iter().map(|warehouse| format!("`{}`", warehouse.name)).collect();
    let known = if names.is_empty() { "none that you can see".to_owned() } else { names.join(", ") };
    Err(ObserveError::NoWarehouse { name, known })
}

/// Whether all tables were updated since the pipeline was last changed, from the release that is wanted.
///
/// # Errors
/// When the workspace can't be read.
pub fn is_updated(client: &Client<'_>, desired: &Desired, remote: &Remote) -> Result<bool, ObserveError> {
    let runs_wanted = match desired.scope {
        DeployScope::All => remote.memory.release.as_deref() == Some(&desired.release()),
        DeployScope::Governance => bundled::runs(client, desired, remote)?,
    };
    if !runs_wanted {
        return Ok(false);
    }
    for key in desired.pipeline_keys() {
        let Some(there) = remote.resources.get(&key) else { return Ok(false) };
        let since = there.modified.unwrap_or(u64::MAX);
        let recent = updates::list(client, &there.id, RECENT)?;
        let is_made = |update: &updates::Update| update.has_made_all() && update.creation_time >= Some(since);
        if !recent.iter().any(is_made) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What the pipeline runs before a deployment.
#[derive(Debug, Clone, PartialEq)]
pub enum Running {
    /// There is no pipeline.
    Nothing,
    /// The release that is wanted.
    Wanted,
    /// Another one.
    Other(PipelineSql),
    /// Nobody can tell: what is remembered is lost, or the files of the release are.
    Unknown,
}

/// Finds out what the pipeline runs before a deployment.
///
/// # Errors
/// When the workspace can't be read.
pub fn running(client: &Client<'_>, desired: &Desired, remote: &Remote) -> Result<Running, ObserveError> {
    let Some(there) = desired.pipeline_keys().find_map(|key| remote.resources.get(&key)) else {
        let is_kept = |keeper: &Keeper| remote.memory.kept.contains(&keeper.pipeline);
        let are_kept = remote.catalog.keepers.values().any(is_kept);
        return Ok(if are_kept { Running::Unknown } else { Running::Nothing });
    };
    let release = match remote.memory.release.as_deref() {
        None => return Ok(Running::Unknown),
        Some(release) if release == desired.release() => return Ok(Running::Wanted),
        Some(release) => release,
    };
    let folder = remote.folder(release);
    let Some(files) = release::files_of(client, &folder)? else { return Ok(Running::Unknown) };
    let sources: Vec<(String, String)> = files.into_iter().filter(|(path, _)| desired::is_source(path)).collect();
    // A file of equal content need not be fetched.
    let text = |(path, hash): &(String, String)| match desired.files.get(path).filter(|text| hash_of(text) == *hash) {
        Some(text) => Ok(text.to_string()),
        None => files::read(client, &format!("{folder}/{path}"), LIMIT)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    };
    let texts = client.side_by_side(&sources, text).into_iter().collect::<Result<Vec<String>, Error>>()?;
    let files = sources.into_iter().zip(texts).map(|((path, _), text)| PipelineFile { path, text }).collect();
    Ok(Running::Other(desired::pipeline_sql(files, &there.settings)))
}

/// The kind of the resource of a key.
pub fn kind_of(key: &str) -> Option<ResourceKind> {
    [ResourceKind::Pipeline, ResourceKind::Job, ResourceKind::Alert]
        .into_iter()
        .find(|kind| key.ends_with(&format!("_{}", kind.word())))
}

/// Finds a resource by its id, if that is known, or else by its name.
///
/// # Errors
/// When what bears the name is not ours, or there are several.
pub fn find(
    client: &Client<'_>,
    kind: ResourceKind,
    name: &str,
    known: Option<&str>,
    desired: &Desired,
    root: &str,
) -> Result<Option<ResourceThere>, ObserveError> {
    if let Some(there) = known.map(|id| get(client, kind, id)).transpose()?.flatten() {
        // The file of what is remembered can be edited, and leads nowhere else for that.
        return match is_ours(kind, &there.settings, desired, root) {
            true => Ok(Some(there)),
            false => Err(foreign(kind, name, &there)),
        };
    }
    let ids: Vec<String> = match kind {
        ResourceKind::Pipeline => pipelines::named(client, name)?.into_iter().map(|found| found.pipeline_id).collect(),
        ResourceKind::Job => jobs::named(client, name)?.into_iter().map(|found| found.job_id.to_string()).collect(),
        ResourceKind::Alert => alerts::named(client, name)?.into_iter().map(|found| found.id).collect(),
        ResourceKind::Schema | ResourceKind::Volume => vec![],
    };
    let mut ours = vec![];
    let mut others = vec![];
    for id in ids {
        let Some(there) = get(client, kind, &id)? else { continue };
        if is_ours(kind, &there.settings, desired, root) { ours.push(there) } else { others.push(there) }
    }
    match (ours.len(), others.first()) {
        (0, Some(other)) => Err(foreign(kind, name, other)),
        (0 | 1, _) => Ok(ours.pop()),
        (count, _) => {
            let (kind, name) = (kind.word(), name.to_owned());
            let ids = ours.iter().map(|there| there.id.as_str()).collect::<Vec<_>>().join(", ");
            Err(ObserveError::Several { kind, name, count, ids })
        }
    }
}

/// Why something that bears our name is not ours.
fn foreign(kind: ResourceKind, name: &str, there: &ResourceThere) -> ObserveError {
    let (kind, name, id) = (kind.word(), name.to_owned(), there.id.clone());
    match bundled::is_of_bundle(&there.settings) {
        true => ObserveError::OfBundle { kind, name, id },
        false => ObserveError::Foreign { kind, name, id },
    }
}

/// Whether a resource bears the marks of this target: tags, or, for alerts, which have none, the folder.
pub(super) fn is_ours(kind: ResourceKind, settings: &Value, desired: &Desired, root: &str) -> bool {
    if kind == ResourceKind::Alert {
        let parent = settings.get("parent_path").and_then(Value::as_str);
        return parent.is_some_and(|parent| is_same_folder(parent, root));
    }
    let tag = |key: &str| settings.get("tags").and_then(|tags| tags.get(key)).and_then(Value::as_str);
    tag("project") == Some(&desired.project)
        && tag(TARGET_TAG) == Some(&desired.target)
        && tag(MANAGER_TAG) == Some(MANAGER)
}

/// Whether two paths are one folder: servers leave `/Workspace` out.
fn is_same_folder(a: &str, b: &str) -> bool {
    let plain = |path: &str| path.trim_start_matches("/Workspace").trim_end_matches('/').to_owned();
    plain(a) == plain(b)
}

/// Reads a resource by its id.
///
/// # Errors
/// When the workspace can't be read.
pub fn get(client: &Client<'_>, kind: ResourceKind, id: &str) -> Result<Option<ResourceThere>, ObserveError> {
    let mut runs_as = None;
    let (settings, modified) = match kind {
        ResourceKind::Pipeline => match pipelines::get(client, id)? {
            Some(pipeline) => {
                runs_as = pipeline.run_as_user_name;
                (Value::Object(pipeline.spec), pipeline.last_modified)
            }
            None => return Ok(None),
        },
        ResourceKind::Job => match id.parse().ok().map(|id| jobs::get(client, id)).transpose()?.flatten() {
            Some(job) => (Value::Object(job.settings), None),
            None => return Ok(None),
        },
        ResourceKind::Alert => match alerts::get(client, id)? {
            Some(alert) => {
                let mut settings = alert.rest;
                settings.insert("display_name".to_owned(), json!(alert.display_name));
                (Value::Object(settings), None)
            }
            None => return Ok(None),
        },
        ResourceKind::Schema | ResourceKind::Volume => return Ok(None),
    };
    let levels = levels(client, kind, id)?;
    Ok(Some(ResourceThere { id: id.to_owned(), settings, modified, runs_as, levels }))
}

/// The place of permissions of a kind.
pub fn permissions_of(kind: ResourceKind) -> Option<On> {
    match kind {
        ResourceKind::Pipeline => Some(On::Pipelines),
        ResourceKind::Job => Some(On::Jobs),
        ResourceKind::Alert => Some(On::Alerts),
        ResourceKind::Schema | ResourceKind::Volume => None,
    }
}

/// Levels by principal. They are unknown to whoever may not manage the resource; then they count as lacking.
fn levels(client: &Client<'_>, kind: ResourceKind, id: &str) -> Result<BTreeMap<String, Vec<String>>, ObserveError> {
    permissions_of(kind).map_or_else(|| Ok(BTreeMap::new()), |on| levels_on(client, on, id))
}

fn levels_on(client: &Client<'_>, on: On, id: &str) -> Result<BTreeMap<String, Vec<String>>, ObserveError> {
    let found = match permissions::get(client, on, id) {
        Ok(found) => found,
        Err(error) if error.kind == ErrorKind::Denied => return Ok(BTreeMap::new()),
        Err(error) => return Err(error.into()),
    };
    Ok(found.into_iter().map(|(who, levels)| (who.name().to_owned(), levels.direct)).collect())
}

/// The name of a dashboard in the workspace.
pub fn dashboard_name(dashboard: &DesiredDashboard, desired: &Desired, user: &str) -> String {
    match desired.mode {
        crate::model::Mode::Development => format!("[dev {}] {}", short(user), dashboard.metric),
        crate::model::Mode::Production => dashboard.metric.clone(),
    }
}

fn find_dashboard(
    client: &Client<'_>,
    dashboard: &DesiredDashboard,
    desired: &Desired,
    remote: &Remote,
) -> Result<Option<ResourceThere>, ObserveError> {
    let known = remote.memory.resources.get(&dashboard_key(&dashboard.metric));
    let mut found = known.map(|id| dashboards::get(client, id)).transpose()?.flatten();
    if found.is_none() {
        // Those that lie in our folder are ours.
        let name = dashboard_name(dashboard, desired, &remote.user);
        let named = dashboards::named(client, &name)?;
        let ours = named
            .into_iter()
            .find(|found| found.parent_path.as_deref().is_some_and(|at| is_same_folder(at, &remote.root)));
        found = ours.map(|ours| dashboards::get(client, &ours.dashboard_id)).transpose()?.flatten();
    }
    found.map(|found| there_of(client, found)).transpose()
}

/// A dashboard by its id.
pub(super) fn dashboard(client: &Client<'_>, id: &str) -> Result<Option<ResourceThere>, ObserveError> {
    dashboards::get(client, id)?.map(|found| there_of(client, found)).transpose()
}

fn there_of(client: &Client<'_>, found: dashboards::Dashboard) -> Result<ResourceThere, ObserveError> {
    let levels = levels_on(client, On::Dashboards, &found.dashboard_id)?;
    let settings = json!(found.serialized_dashboard.unwrap_or_default());
    Ok(ResourceThere { id: found.dashboard_id, settings, levels, ..ResourceThere::default() })
}

/// The key under which the id of a dashboard is remembered.
pub fn dashboard_key(metric: &str) -> String {
    format!("{metric}_dashboard")
}
