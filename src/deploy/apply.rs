//! Makes changes, in their order.
//!
//! Every step can be made again: an interrupted deployment is finished by the next one, which finds what was made by name
//! and mark. What is remembered is written whatever happens.

mod acting;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::change::{self, Change, Remote, Stage};
use super::client::Client;
use super::client::api::permissions::{self, Entry, On, Who};
use super::client::api::statements;
use super::client::api::{alerts, dashboards, files, jobs, pipelines};
use super::client::error::{Error, Kind as Failed};
use super::desired::{self, Desired, DesiredError};
use super::effect::{Effect, Object};
use super::field;
use super::left::Left;
use super::observe::{self, COMPLETE, ObserveError, dashboard_key, hash_of, permissions_of};
use crate::bundle::Permission;
use crate::bundle::resource::Kind;
use crate::lakeflow::{ident, ident_text, string_text};
use crate::model::Principal;
use crate::plan::{Identity, Phase};

/// Releases that are kept besides the one that is used.
const KEPT: usize = 3;

/// Why a deployment did not come to its end. What was done stays.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// A statement failed.
    #[error("`{file}`: {error}\n{text}")]
    Statement {
        /// Its file, below the output directory.
        file: String,
        /// Its text.
        text: String,
        /// What the workspace said.
        error: Box<Error>,
    },
    /// A request failed.
    #[error("{what}: {error}")]
    Request {
        /// What was being done.
        what: String,
        /// What the workspace said.
        error: Box<Error>,
    },
    /// Statements failed that run as the principal of the pipeline.
    #[error("statements that run as `{runner}` failed: {why}\nthey are in `{path}`")]
    Acting {
        /// The principal.
        runner: String,
        /// The file of the workspace that they are in.
        path: String,
        /// What the workspace said.
        why: String,
    },
    /// The state could not be read.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// A fault of the compiler.
    #[error(transparent)]
    Desired(#[from] DesiredError),
}

/// Makes changes; those that wait for an update are left. `told` hears of each before it is made.
///
/// # Errors
/// The first change that fails ends the deployment.
pub fn apply(
    client: &Client<'_>,
    desired: &Desired,
    remote: &mut Remote,
    changes: &[Change],
    told: &mut dyn FnMut(&Change),
) -> Result<(), ApplyError> {
    let mut applying = Applying { client, desired, remote, release: desired.release() };
    let made: Vec<&Change> = changes.iter().filter(|change| change.stage() != Stage::Waiting).collect();
    // Statements of another identity run together: a run takes its time.
    let runner = applying.other_identity();
    let is_runners = |change: &Change| runner.is_some() && acting::statement(change).is_some();
    let result = made.chunk_by(|a, b| is_runners(a) && is_runners(b)).try_for_each(|changes| match &runner {
        Some(runner) if changes.iter().all(|change| is_runners(change)) => {
            changes.iter().for_each(|change| told(change));
            applying.act(runner, &changes.iter().filter_map(|change| acting::statement(change)).collect::<Vec<_>>())
        }
        _ => changes.iter().try_for_each(|change| {
            told(change);
            applying.make(change)
        }),
    });
    if result.is_ok() {
        applying.remember_release();
    }
    // A deployment that failed half-way has made things too.
    let saved = save(client, applying.remote);
    result?;
    saved?;
    prune(client, remote)
}

/// Writes what is remembered.
///
/// # Errors
/// When the workspace fails.
pub fn save(client: &Client<'_>, remote: &Remote) -> Result<(), ApplyError> {
    let path = observe::memory_path(&remote.root);
    files::make_folder(client, &remote.root)
        .and_then(|()| files::write(client, &path, remote.memory.text().as_bytes()))
        .map_err(|error| ApplyError::Request { what: "writing what is remembered".into(), error: error.into() })
}

/// Writes down what a deployment left behind that made all changes but these, which wait, and that it came to its end.
///
/// # Errors
/// When the workspace fails.
pub fn remember(
    client: &Client<'_>,
    desired: &Desired,
    remote: &mut Remote,
    waiting: &[Change],
) -> Result<(), ApplyError> {
    let left = Left::of(desired, remote, waiting)?;
    left.write(client, &remote.root)
        .map_err(|error| ApplyError::Request { what: "writing what was deployed".into(), error: error.into() })?;
    remote.memory.unfinished = false;
    save(client, remote)
}

fn who(principal: &Principal) -> Who {
    match principal {
        Principal::Group(name) => Who::GroupName(name.clone()),
        Principal::ServicePrincipal(id) => Who::ServicePrincipalName(id.clone()),
    }
}

struct Applying<'a, 'c, 'w> {
    client: &'c Client<'w>,
    desired: &'a Desired,
    remote: &'a mut Remote,
    release: String,
}

impl Applying<'_, '_, '_> {
    fn make(&mut self, change: &Change) -> Result<(), ApplyError> {
        let of = |what: String| move |error: Error| ApplyError::Request { what, error: error.into() };
        match change {
            Change::Statement { statement, .. } => {
                let warehouse = self.remote.warehouse.clone().unwrap_or_default();
                let text = &statement.text;
                let run = statements::Statement { statement: text, warehouse_id: &warehouse, parameters: &[] };
                statements::run(self.client, &run).map(drop).map_err(|error| {
                    let (file, text) = (statement.file.clone(), text.clone());
                    ApplyError::Statement { file, text, error: error.into() }
                })?;
                self.remote.catalog.apply(&statement.effect);
                Ok(())
            }
            Change::Release { release, .. } => self.write_release(release).map_err(of(format!("release `{release}`"))),
            Change::Create { kind, key, name } => self.create(*kind, key, name),
            Change::Update { kind, key, name, .. } => self.update(*kind, key, name),
            Change::Delete { kind, key, id } => {
                self.delete(*kind, id).map_err(of(format!("{} `{key}`", kind.word())))?;
                self.remote.resources.remove(key);
                self.remote.memory.resources.remove(key);
                Ok(())
            }
            Change::Permit { kind, key, levels } => {
                let Some(on) = permissions_of(*kind) else { return Ok(()) };
                self.permit(on, key, levels).map_err(of(format!("permissions of {} `{key}`", kind.word())))
            }
            Change::TakeOver { key, tables } => self.take_over(key, tables),
            Change::Dashboard { key, .. } => self.dashboard(key).map_err(of(format!("dashboard `{key}`"))),
        }
    }

    fn write_release(&mut self, release: &str) -> Result<(), Error> {
        let folder = self.remote.folder(release);
        let directories: BTreeSet<String> = self.desired.files.keys().filter_map(|path| parent(path)).collect();
        files::make_folder(self.client, &folder)?;
        for directory in &directories {
            files::make_folder(self.client, &format!("{folder}/{directory}"))?;
        }
        self.let_read(&folder)?;
        let all: Vec<(&String, &str)> = self.desired.files.iter().map(|(path, text)| (path, &**text)).collect();
        let write =
            |(path, text): &(&String, &str)| files::write(self.client, &format!("{folder}/{path}"), text.as_bytes());
        self.client.side_by_side(&all, write).into_iter().collect::<Result<Vec<()>, Error>>()?;
        let hashes: BTreeMap<&String, String> = all.iter().map(|(path, text)| (*path, hash_of(text))).collect();
        let marker = serde_json::to_vec_pretty(&json!({ "files": hashes })).unwrap_or_default();
        files::write(self.client, &format!("{folder}/{COMPLETE}"), &marker)?;
        self.remote.releases.insert(release.to_owned());
        Ok(())
    }

    /// Lets those read a folder who start updates: the pipeline reads its sources as whoever it runs as. Whoever deploys
    /// owns it.
    fn let_read(&self, folder: &str) -> Result<(), Error> {
        let others =
            self.desired.permissions().iter().filter(|permission| permission.principal.id() != self.remote.user);
        let entry =
            |permission: &Permission| Entry { who: who(&permission.principal), permission_level: "CAN_READ".into() };
        let entries: Vec<Entry> = others.map(entry).collect();
        match files::status(self.client, folder)? {
            Some(there) if !entries.is_empty() => {
                permissions::give(self.client, On::Directories, &there.object_id.to_string(), &entries)
            }
            _ => Ok(()),
        }
    }

    fn body(&self, key: &str) -> Result<Value, ApplyError> {
        let wanted = change::wanted(self.desired, self.remote, &self.release)?;
        Ok(wanted.into_iter().find(|(_, known, _)| known == key).map(|(_, _, body)| body).unwrap_or_default())
    }

    fn create(&mut self, kind: Kind, key: &str, name: &str) -> Result<(), ApplyError> {
        let mut body = self.body(key)?;
        if let (Kind::Alert, Some(settings)) = (kind, body.as_object_mut()) {
            settings.insert("parent_path".to_owned(), json!(self.remote.root));
        }
        let made = match kind {
            Kind::Pipeline => pipelines::create(self.client, &body),
            Kind::Job => jobs::create(self.client, &body).map(|id| id.to_string()),
            Kind::Alert => alerts::create(self.client, &body),
            Kind::Schema | Kind::Volume => return Ok(()),
        };
        let id = match made {
            Ok(id) => id,
            // It may have been made: by us, or by somebody else a moment ago.
            Err(error) if matches!(error.kind, Failed::Ambiguous | Failed::Exists) => {
                let found = observe::find(self.client, kind, name, None, self.desired, &self.remote.root)?;
                found.map(|there| there.id).ok_or_else(|| failed(kind, name, error))?
            }
            Err(error) => return Err(failed(kind, name, error)),
        };
        self.remote.memory.resources.insert(key.to_owned(), id.clone());
        let there = change::There { id, settings: body, modified: None, levels: BTreeMap::new() };
        self.remote.resources.insert(key.to_owned(), there);
        Ok(())
    }

    fn update(&mut self, kind: Kind, key: &str, name: &str) -> Result<(), ApplyError> {
        let body = self.body(key)?;
        let Some(there) = self.remote.resources.get(key) else { return Ok(()) };
        let body = field::merged(&body, &there.settings);
        let changed = match kind {
            Kind::Pipeline => pipelines::replace(self.client, &there.id, &body, there.modified),
            Kind::Job => jobs::reset(self.client, there.id.parse().unwrap_or_default(), &body),
            Kind::Alert => alerts::replace(self.client, &there.id, &body),
            Kind::Schema | Kind::Volume => Ok(()),
        };
        changed.map_err(|error| failed(kind, name, error))?;
        self.remote.memory.resources.insert(key.to_owned(), there.id.clone());
        Ok(())
    }

    fn delete(&self, kind: Kind, id: &str) -> Result<(), Error> {
        match kind {
            Kind::Job => jobs::delete(self.client, id.parse().unwrap_or_default()).map(drop),
            Kind::Alert => alerts::delete(self.client, id).map(drop),
            Kind::Pipeline | Kind::Schema | Kind::Volume => Ok(()),
        }
    }

    fn permit(&self, on: On, key: &str, levels: &[(Principal, &'static str)]) -> Result<(), Error> {
        let Some(there) = self.remote.resources.get(key) else { return Ok(()) };
        let entry = |(principal, level): &(Principal, &'static str)| Entry {
            who: who(principal),
            permission_level: (*level).to_owned(),
        };
        permissions::give(self.client, on, &there.id, &levels.iter().map(entry).collect::<Vec<_>>())
    }

    /// Tables are handed from one pipeline to another by a property, by whoever owns them (reference, section 3).
    fn take_over(&mut self, key: &str, tables: &[(Object, bool)]) -> Result<(), ApplyError> {
        let Some(there) = self.remote.resources.get(key) else { return Ok(()) };
        let handing = |(table, is_stream): &(Object, bool)| {
            let kind = if *is_stream { "STREAMING TABLE" } else { "MATERIALIZED VIEW" };
            let name: Vec<String> = table.name.iter().map(|part| ident_text(&ident(part))).collect();
            let (name, id) = (name.join("."), string_text(&there.id));
            desired::Statement {
                phase: Phase::After,
                file: String::new(),
                text: format!("ALTER {kind} {name} SET TBLPROPERTIES ('pipelines.pipelineId' = {id})"),
                effect: Effect::Unknown,
                behind_update: false,
                identity: Identity::RunAs,
            }
        };
        let handed: Vec<desired::Statement> = tables.iter().map(handing).collect();
        if let Some(runner) = self.other_identity() {
            return self.act(&runner, &handed.iter().collect::<Vec<_>>());
        }
        let warehouse = self.remote.warehouse.clone().unwrap_or_default();
        for desired::Statement { text, .. } in &handed {
            let run = statements::Statement { statement: text, warehouse_id: &warehouse, parameters: &[] };
            statements::run(self.client, &run).map_err(|error| ApplyError::Request {
                what: format!("handing a table to pipeline `{key}`: {text}"),
                error: error.into(),
            })?;
        }
        Ok(())
    }

    fn dashboard(&mut self, metric: &str) -> Result<(), Error> {
        let Some(dashboard) = self.desired.dashboards.iter().find(|known| known.metric == metric) else {
            return Ok(());
        };
        let name = observe::dashboard_name(dashboard, self.desired, &self.remote.user);
        let warehouse = self.remote.warehouse.clone().unwrap_or_default();
        let draft = dashboards::Draft {
            display_name: &name,
            serialized_dashboard: &dashboard.definition,
            warehouse_id: &warehouse,
            parent_path: Some(&self.remote.root),
            place: self.desired.place(),
        };
        let id = match self.remote.dashboards.get(metric) {
            Some(there) => {
                dashboards::replace(self.client, &there.id, &draft)?;
                there.id.clone()
            }
            None => dashboards::create(self.client, &draft)?.dashboard_id,
        };
        self.remote.memory.resources.insert(dashboard_key(metric), id.clone());
        dashboards::publish(self.client, &id, &warehouse)
    }

    /// The release is the one that the pipeline points at; what was found by name is remembered by id.
    fn remember_release(&mut self) {
        let memory = &mut self.remote.memory;
        let ids = self.remote.resources.iter().map(|(key, there)| (key.clone(), there.id.clone()));
        let dashboards = self.remote.dashboards.iter().map(|(key, there)| (dashboard_key(key), there.id.clone()));
        memory.resources.extend(ids.chain(dashboards));
        memory.releases.retain(|release| *release != self.release);
        memory.releases.push(self.release.clone());
        memory.release = Some(self.release.clone());
    }
}

fn failed(kind: Kind, name: &str, error: Error) -> ApplyError {
    ApplyError::Request { what: format!("{} `{name}`", kind.word()), error: error.into() }
}

fn parent(path: &str) -> Option<String> {
    path.rsplit_once('/').map(|(parent, _)| parent.to_owned())
}

/// Removes the files of old releases.
fn prune(client: &Client<'_>, remote: &mut Remote) -> Result<(), ApplyError> {
    let old = remote.memory.releases.len().saturating_sub(KEPT + 1);
    if old == 0 {
        return Ok(());
    }
    for release in remote.memory.releases.drain(..old).collect::<Vec<_>>() {
        let what = format!("removing release `{release}`");
        files::delete(client, &remote.folder(&release), true)
            .map_err(|error| ApplyError::Request { what, error: error.into() })?;
    }
    save(client, remote)
}
