//! What a deployment would change: one typed list, a pure function of the desired and the observed state.
//!
//! The list is in the order in which the changes are made.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::catalog::{Holds, ObservedCatalog};
use super::desired::{self, DeployScope, Desired, DesiredError, DesiredStatement};
use super::effect::Object;
use super::field::{self, ChangedField};
use super::left::own_tables;
use super::memory::Memory;
use super::narrowing;
use super::observe::kind_of;
use super::ownership;
use crate::bundle::resource::ResourceKind;
use crate::bundle::{Permission, PermissionLevel};
use crate::model::{Principal, Share};
use crate::plan::FilePhase;

/// A resource of the workspace as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResourceThere {
    /// As the workspace gave it; a job's number in decimal digits.
    pub id: String,
    /// The body as the workspace keeps it; of a dashboard, its definition as one JSON text.
    pub settings: Value,
    /// When it was last changed, in milliseconds, where the interface says so.
    pub modified: Option<u64>,
    /// Whom a pipeline runs as, where the interface says so.
    pub runs_as: Option<String>,
    /// Levels that principals have of their own, by the name of the principal.
    pub levels: BTreeMap<String, Vec<String>>,
}

/// What a workspace holds of a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Remote {
    /// Who reads and deploys: a user name, or the application id of a service principal.
    pub user: String,
    /// The folder of the target.
    pub root: String,
    /// Id of the warehouse.
    pub warehouse: Option<String>,
    /// What earlier deployments left behind.
    pub memory: Memory,
    /// What the catalog holds.
    pub catalog: ObservedCatalog,
    /// Pipeline, jobs and alerts, by their keys.
    pub resources: BTreeMap<String, ResourceThere>,
    /// Dashboards, by their keys; the settings are the definition.
    pub dashboards: BTreeMap<String, ResourceThere>,
    /// Releases whose files are all there.
    pub releases: BTreeSet<String>,
}

impl Remote {
    /// The folder of a release.
    pub fn folder(&self, release: &str) -> String {
        format!("{}/releases/{release}", self.root)
    }
}

/// What a statement waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waits {
    /// A table that is not there yet.
    Table(Object),
    /// An update of all tables, which show until then what they showed before.
    Update,
}

/// A change.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A statement runs.
    Statement {
        /// With its text and what it makes true.
        statement: Box<DesiredStatement>,
        /// What it waits for: then it runs after the next update.
        waits: Option<Waits>,
        /// Whether it belongs before the pipeline, but runs only once the release is known to be valid.
        is_late: bool,
    },
    /// The files of a release are written.
    Release {
        /// Digest of its files, which names its folder below `releases/`.
        release: String,
        /// How many files.
        files: usize,
    },
    /// A resource is made.
    Create {
        /// Pipeline, job or alert: places are made by statements.
        kind: ResourceKind,
        /// Key in the bundle, such as `daily_job`.
        key: String,
        /// Its name in the workspace.
        name: String,
    },
    /// Settings of a resource change.
    Update {
        /// Pipeline, job or alert.
        kind: ResourceKind,
        /// Key in the bundle, such as `daily_job`.
        key: String,
        /// Its name in the workspace.
        name: String,
        /// What changes.
        fields: Vec<ChangedField>,
    },
    /// An update looks whether a pipeline could run its sources; if not, the pipeline is pointed back.
    Validate {
        /// Key in the bundle, such as `shop_pipeline`.
        key: String,
        /// Its name in the workspace.
        name: String,
    },
    /// A resource that is not declared any more goes. Pipelines never go by themselves.
    Delete {
        /// Job or alert.
        kind: ResourceKind,
        /// Key in the bundle of the deployment that created it.
        key: String,
        /// Id in the workspace.
        id: String,
    },
    /// Principals get a level.
    Permit {
        /// The kind of the resource.
        kind: ResourceKind,
        /// Key in the bundle, such as `daily_job`.
        key: String,
        /// Who gets which level.
        levels: Vec<(Principal, &'static str)>,
    },
    /// Principals lose levels that the specs do not give.
    Forbid {
        /// The kind of the resource; `None` for a dashboard.
        kind: Option<ResourceKind>,
        /// Key in the bundle; of a dashboard, the name of its metric.
        key: String,
        /// User names, groups and application ids, as the workspace lists them.
        from: Vec<String>,
    },
    /// Principals may look at a dashboard.
    Show {
        /// Name of its metric.
        key: String,
        /// Viewers that the specs declare and that do not have the level yet.
        to: Vec<Principal>,
    },
    /// The pipeline takes over tables of one that was destroyed.
    TakeOver {
        /// The key of the pipeline.
        key: String,
        /// The tables, and whether each is a streaming table.
        tables: Vec<(Object, bool)>,
    },
    /// A dashboard is made or replaced, and published.
    Dashboard {
        /// Name of its metric.
        key: String,
        /// Whether there is one.
        is_new: bool,
    },
}

/// The stages of a deployment, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeployStage {
    /// Schema, volume, functions: what the pipeline needs.
    Before,
    /// The files of the release, in a folder of its own.
    Files,
    /// The pipeline, which is pointed at the release and validated.
    Pipeline,
    /// What lets readers see more by schema and functions.
    Opening,
    /// Jobs, alerts, dashboards.
    Resources,
    /// What is said of tables and views.
    After,
    /// What waits for tables that the next update makes.
    Waiting,
}

impl Change {
    /// When it is made.
    pub fn stage(&self) -> DeployStage {
        match self {
            Change::Statement { waits: Some(_), .. } => DeployStage::Waiting,
            Change::Statement { is_late: true, .. } => DeployStage::Opening,
            Change::Statement { statement, .. } if statement.phase == FilePhase::Before => DeployStage::Before,
            Change::Statement { .. } => DeployStage::After,
            Change::Release { .. } => DeployStage::Files,
            Change::Create { kind: ResourceKind::Pipeline, .. }
            | Change::Update { kind: ResourceKind::Pipeline, .. }
            | Change::Validate { .. } => DeployStage::Pipeline,
            Change::Create { .. }
            | Change::Update { .. }
            | Change::Delete { .. }
            | Change::Permit { .. }
            | Change::Forbid { .. }
            | Change::Show { .. }
            | Change::TakeOver { .. }
            | Change::Dashboard { .. } => DeployStage::Resources,
        }
    }
}

/// What takes a workspace from what it holds to what is wanted. `is_updated` says that all tables were updated since the
/// pipeline was deployed.
///
/// # Errors
/// When what is wanted is not whole, which is a fault of the compiler.
pub fn changes(desired: &Desired, remote: &Remote, is_updated: bool) -> Result<Vec<Change>, DesiredError> {
    let release = desired.release();
    let wanted = wanted(desired, remote, &release)?;
    let tables = own_tables(desired, &wanted);
    let said = ownership::ours(desired, &tables, &remote.user).statements(&remote.catalog);
    let mut changes = statements(&said, &remote.catalog, is_updated, desired.run_as());
    if desired.scope == DeployScope::Governance {
        changes.sort_by_key(Change::stage);
        return Ok(changes);
    }
    if !remote.releases.contains(&release) {
        changes.push(Change::Release { release: release.clone(), files: desired.files.len() });
    }
    let (share, permissions) = (desired.ownership.permissions, desired.permissions());
    let mut declared = BTreeSet::new();
    for (kind, key, body) in &wanted {
        declared.insert(key.clone());
        let name = name_of(*kind, body);
        let there = remote.resources.get(key);
        match there {
            None => changes.push(Change::Create { kind: *kind, key: key.clone(), name }),
            Some(there) => {
                let scope = ownership::extent(desired.ownership, *kind);
                let fields = field::differences(*kind, scope, body, &there.settings);
                if !fields.is_empty() {
                    changes.push(Change::Update { kind: *kind, key: key.clone(), name, fields });
                }
            }
        }
        if *kind == ResourceKind::Pipeline && is_unproven(desired, remote, body, there) {
            changes.push(Change::Validate { key: key.clone(), name: name_of(*kind, body) });
        }
        changes.extend(permitted(share, &permissions, (*kind, key), there, &remote.user));
    }
    changes.extend(kept(desired, remote));
    for dashboard in &desired.dashboards {
        let there = remote.dashboards.get(&dashboard.metric);
        let is_same = there.is_some_and(|there| is_same_dashboard(&dashboard.definition, &there.settings))
            && reads_there(desired, remote, &dashboard.metric);
        if !is_same {
            changes.push(Change::Dashboard { key: dashboard.metric.clone(), is_new: there.is_none() });
        }
        let viewers: Vec<Principal> = desired.viewers_of(&dashboard.metric).cloned().collect();
        changes.extend(shown(share, &viewers, &dashboard.metric, there, &remote.user));
    }
    changes.extend(left(&declared, remote));
    changes.sort_by_key(Change::stage);
    Ok(changes)
}

/// Whether nobody knows if a pipeline can run the release: it gets other sources or settings than those that were found
/// valid, or a deployment ended before it found out.
fn is_unproven(desired: &Desired, remote: &Remote, body: &Value, there: Option<&ResourceThere>) -> bool {
    let is_proven = remote.memory.validated.as_deref() == Some(&desired.proof(body));
    let is_same = there.is_some_and(|there| {
        field::differences(ResourceKind::Pipeline, field::Extent::USUAL, body, &there.settings).is_empty()
    });
    let memory = &remote.memory;
    // No deployment has come to its end yet, or nobody remembers it.
    let is_first = memory.release.is_none() && !is_proven;
    is_first || memory.switched.is_some() || (!is_same && !is_proven)
}

/// Statements that have to run, each judged by what the ones before it leave.
pub(super) fn statements(
    statements: &[DesiredStatement],
    catalog: &ObservedCatalog,
    is_updated: bool,
    run_as: &str,
) -> Vec<Change> {
    let before = catalog;
    let mut catalog = catalog.clone();
    let mut changes = vec![];
    for statement in statements {
        let waits = match catalog.holds(&statement.effect) {
            Holds::Yes => continue,
            Holds::No => (statement.behind_update && !is_updated).then_some(Waits::Update),
            Holds::Waits => Some(catalog.awaited(&statement.effect).map_or(Waits::Update, Waits::Table)),
        };
        if waits.is_none() {
            catalog.apply(&statement.effect);
        }
        let is_late = statement.phase == FilePhase::Before
            && waits.is_none()
            && !narrowing::is_early(&statement.effect, before, run_as);
        changes.push(Change::Statement { statement: Box::new(statement.clone()), waits, is_late });
    }
    changes
}

/// Pipeline, jobs and alerts as they are to be: kind, key, body.
///
/// # Errors
/// When what is wanted is not whole, which is a fault of the compiler.
pub fn wanted(
    desired: &Desired,
    remote: &Remote,
    release: &str,
) -> Result<Vec<(ResourceKind, String, Value)>, DesiredError> {
    let warehouse = remote.warehouse.as_deref().unwrap_or("(the warehouse)");
    let pipelines = desired.pipeline_keys().map(|key| {
        let id = remote.resources.get(&key).map_or_else(|| NOT_YET.to_owned(), |there| there.id.clone());
        (key, id)
    });
    let known = desired::known_values(warehouse, &remote.folder(release), &pipelines.collect());
    let resources = desired.resources(&known, &remote.user)?;
    Ok(resources.into_iter().map(|(declared, body)| (declared.resource.kind(), declared.key, body)).collect())
}

/// Stands for the id of what is not made yet.
pub const NOT_YET: &str = "(known once created)";

/// The name of a resource in the workspace.
pub fn name_of(kind: ResourceKind, body: &Value) -> String {
    let field = if kind == ResourceKind::Alert { "display_name" } else { "name" };
    body.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Whether a dashboard was made for the schema that its tables are in. Before that was remembered, it was always the
/// default one.
fn reads_there(desired: &Desired, remote: &Remote, metric: &str) -> bool {
    match remote.memory.dashboards.get(metric) {
        Some(place) => *place == desired.dashboard_place().join("."),
        None => desired.is_gold_at_home(),
    }
}

/// Whether a dashboard has this definition: as JSON, since the workspace writes it anew.
pub(super) fn is_same_dashboard(wanted: &str, there: &Value) -> bool {
    let parsed = |text: &str| {
        let mut definition = serde_json::from_str::<Value>(text).ok()?;
        for dataset in definition.get_mut("datasets").and_then(Value::as_array_mut).into_iter().flatten() {
            // They are given beside the definition, and may come back in it.
            let dataset = dataset.as_object_mut();
            dataset.into_iter().for_each(|fields| fields.retain(|key, _| key != "catalog" && key != "schema"));
        }
        Some(definition)
    };
    let there = there.as_str().and_then(parsed);
    there.is_some() && parsed(wanted) == there
}

/// What changes in who may do what with a resource.
pub(super) fn permitted(
    share: Share,
    permissions: &[Permission],
    (kind, key): (ResourceKind, &str),
    there: Option<&ResourceThere>,
    user: &str,
) -> Vec<Change> {
    let mut changes = vec![];
    let levels = lacking(permissions, kind, there, user);
    if !levels.is_empty() {
        changes.push(Change::Permit { kind, key: key.to_owned(), levels });
    }
    let word = |permission: &Permission| permission.level.word(kind);
    let given = permissions.iter().filter_map(|permission| Some((permission.principal.id(), word(permission)?)));
    let from = ownership::strangers(share, there, &given.collect::<Vec<_>>(), user);
    if !from.is_empty() {
        changes.push(Change::Forbid { kind: Some(kind), key: key.to_owned(), from });
    }
    changes
}

/// What changes in who may look at a dashboard.
pub(super) fn shown(
    share: Share,
    viewers: &[Principal],
    key: &str,
    there: Option<&ResourceThere>,
    user: &str,
) -> impl Iterator<Item = Change> {
    let is_ours = share != Share::Ignored;
    let given: Vec<(&str, &str)> = viewers.iter().map(|principal| (principal.id(), VIEW)).collect();
    let (key, to) = (key.to_owned(), blind(viewers, there, user));
    let from = ownership::strangers(share, there, &given, user);
    let show = (is_ours && !to.is_empty()).then(|| Change::Show { key: key.clone(), to });
    let forbid = (is_ours && !from.is_empty()).then_some(Change::Forbid { kind: None, key, from });
    show.into_iter().chain(forbid)
}

/// The levels that principals lack. Those of others, and higher ones, are left alone, and so is whoever deploys: what they
/// make they own.
pub(super) fn lacking(
    permissions: &[Permission],
    kind: ResourceKind,
    there: Option<&ResourceThere>,
    user: &str,
) -> Vec<(Principal, &'static str)> {
    let has = |principal: &Principal, level: PermissionLevel, word: &str| {
        let held = there.and_then(|there| there.levels.get(principal.id()));
        let is_enough = |held: &String| match level {
            PermissionLevel::Run => held == word || held == "CAN_MANAGE" || held == "IS_OWNER",
            PermissionLevel::Manage => held == word || held == "IS_OWNER",
        };
        held.is_some_and(|held| held.iter().any(is_enough))
    };
    let lacking = permissions.iter().filter_map(|permission| {
        let word = permission.level.word(kind).filter(|_| permission.principal.id() != user)?;
        (!has(&permission.principal, permission.level, word)).then(|| (permission.principal.clone(), word))
    });
    lacking.collect()
}

/// The level by which principals look at a dashboard.
pub const VIEW: &str = "CAN_READ";

/// Those who are to look at a dashboard and may not. Who may do more may do that too; permissions of others stay.
fn blind(viewers: &[Principal], there: Option<&ResourceThere>, user: &str) -> Vec<Principal> {
    let may = |principal: &Principal| there.is_some_and(|there| there.levels.contains_key(principal.id()));
    viewers.iter().filter(|principal| principal.id() != user && !may(principal)).cloned().collect()
}

/// The pipeline takes over what one that was destroyed left behind: a table has one pipeline.
fn kept(desired: &Desired, remote: &Remote) -> Option<Change> {
    let keepers = remote.catalog.keepers.iter().filter(|(_, keeper)| remote.memory.kept.contains(&keeper.pipeline));
    let tables: Vec<(Object, bool)> = keepers.map(|(table, keeper)| (table.clone(), keeper.is_stream)).collect();
    let key = desired.pipeline_keys().next().filter(|_| !tables.is_empty())?;
    Some(Change::TakeOver { key, tables })
}

/// Resources of earlier deployments that nobody declares any more.
fn left<'a>(declared: &'a BTreeSet<String>, remote: &'a Remote) -> impl Iterator<Item = Change> + 'a {
    let kind = |key: &str| kind_of(key).filter(|kind| *kind != ResourceKind::Pipeline);
    let left = remote.memory.resources.iter().filter(|(key, _)| !declared.contains(*key));
    left.filter(|(key, _)| remote.resources.contains_key(*key))
        .filter_map(move |(key, id)| Some(Change::Delete { kind: kind(key)?, key: key.clone(), id: id.clone() }))
}
