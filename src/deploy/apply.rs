//! Makes the changes, in their order.
//!
//! Every step can be repeated: the next deployment completes an interrupted one, since it finds what was created by
//! name and tags. The state is written in any case.

mod acting;
mod permit;
mod prune;
mod validation;

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::{ident, ident_text, string_text};
use serde_json::{Value, json};

use super::catalog::ObservedCatalog;
use super::change::{self, Change, DeployStage, Remote};
use super::client::Client;
use super::client::api::statements;
use super::client::api::{alerts, dashboards, files, jobs, pipelines};
use super::client::error::{Error, ErrorKind};
use super::desired::{self, DeployScope, Desired, DesiredError};
use super::effect::{Effect, Object};
use super::field;
use super::left::Left;
use super::observe::{self, ObserveError, dashboard_key, permissions_of};
use super::ownership;
use super::refusal::DatasetRefusal;
use super::release::{COMPLETE, Marker, SPECS, hash_of};
use crate::bundle::resource::ResourceKind;
use crate::plan::{FilePhase, Identity};
pub use validation::Back;

/// Why a deployment did not come to its end. What was done stays.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// A statement failed.
    #[error("`{file}`: {error}\n{text}")]
    Statement {
        /// Its file, below the output directory.
        file: String,
        /// SQL without the `;`.
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
    /// The workspace refuses the sources of a release.
    #[error("the workspace rejected release `{release}`: {}{back}", words(.refusals))]
    Refused {
        /// Digest of the files, which names the folder of the release.
        release: String,
        /// What the workspace says.
        refusals: Vec<DatasetRefusal>,
        /// What became of the pipeline.
        back: Back,
    },
    /// Nobody knows whether a release is valid.
    #[error("release `{release}` could not be validated: {error}; {back}")]
    Unproven {
        /// Digest of the files, which names the folder of the release.
        release: String,
        /// What the workspace said.
        error: Box<Error>,
        /// What became of the pipeline.
        back: Back,
    },
    /// Statements failed that run as the principal of the pipeline.
    #[error("statements that run as `{runner}` failed: {why}\nthey are in `{path}`")]
    Acting {
        /// Name of the user, or application id of the service principal.
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

fn words(refusals: &[DatasetRefusal]) -> String {
    refusals.iter().map(|refusal| format!("{refusal}; ")).collect()
}

/// What a deployment tells of while it goes on.
#[derive(Debug, Clone, Copy)]
pub enum Told<'a> {
    /// A change, before it is made.
    Change(&'a Change),
    /// The state of an update that is waited for.
    Update(&'a str),
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
    told: &mut dyn FnMut(Told<'_>),
) -> Result<(), ApplyError> {
    let before = Before { catalog: remote.catalog.clone(), pipelines: BTreeMap::new() };
    let is_proven = !changes.iter().any(|change| matches!(change, Change::Validate { .. }));
    let mut applying = Applying { client, desired, remote, release: desired.release(), is_proven, before };
    let made: Vec<&Change> = changes.iter().filter(|change| change.stage() != DeployStage::Waiting).collect();
    // Statements of another identity run together: a run takes its time.
    let runner = applying.other_identity();
    let is_runners = |change: &Change| runner.is_some() && acting::statement(change).is_some();
    let result = made.chunk_by(|a, b| is_runners(a) && is_runners(b)).try_for_each(|changes| match &runner {
        Some(runner) if changes.iter().all(|change| is_runners(change)) => {
            changes.iter().for_each(|change| told(Told::Change(change)));
            applying.act(runner, &changes.iter().filter_map(|change| acting::statement(change)).collect::<Vec<_>>())
        }
        _ => changes.iter().try_for_each(|change| {
            told(Told::Change(change));
            applying.make(change, told)
        }),
    });
    let is_whole = desired.scope == DeployScope::All;
    let result = result.and_then(|()| if is_whole { applying.write_specs() } else { Ok(()) });
    if result.is_ok() && is_whole {
        applying.remember_release();
    }
    // A deployment that failed half-way has made things too.
    let saved = save(client, applying.remote);
    result?;
    saved?;
    if is_whole { prune::prune(client, remote) } else { Ok(()) }
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
    // What a bundle deploys was left by that.
    if desired.scope == DeployScope::All {
        let left = Left::of(desired, remote, waiting)?;
        left.write(client, &remote.root)
            .map_err(|error| ApplyError::Request { what: "writing what was deployed".into(), error: error.into() })?;
    }
    remote.memory.unfinished = false;
    save(client, remote)
}

struct Applying<'a, 'c, 'w> {
    client: &'c Client<'w>,
    desired: &'a Desired,
    remote: &'a mut Remote,
    release: String,
    /// Whether the release need not be validated.
    is_proven: bool,
    before: Before,
}

/// What was there before the deployment.
struct Before {
    catalog: ObservedCatalog,
    /// Pipelines by their keys, from when they are pointed at the release.
    pipelines: BTreeMap<String, change::ResourceThere>,
}

impl Applying<'_, '_, '_> {
    fn make(&mut self, change: &Change, told: &mut dyn FnMut(Told<'_>)) -> Result<(), ApplyError> {
        let of = |what: String| move |error: Error| ApplyError::Request { what, error: error.into() };
        match change {
            Change::Statement { statement, .. } => self.say(&statement.file, &statement.text, &statement.effect),
            Change::Release { release, .. } => self.write_release(release).map_err(of(format!("release `{release}`"))),
            Change::Create { kind, key, name } => self.create(*kind, key, name),
            Change::Update { kind: ResourceKind::Pipeline, key, name, .. } => self.switch(key, name, told),
            Change::Validate { key, .. } => self.validate(key, told),
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
            Change::Forbid { kind, key, .. } => {
                let word = kind.map_or("dashboard", ResourceKind::word);
                self.forbid(*kind, key).map_err(of(format!("permissions of {word} `{key}`")))
            }
            Change::Show { key, to } => self.show(key, to).map_err(of(format!("permissions of dashboard `{key}`"))),
            Change::TakeOver { key, tables } => self.take_over(key, tables),
            Change::Dashboard { key, .. } => self.dashboard(key).map_err(of(format!("dashboard `{key}`"))),
        }
    }

    /// Runs a statement.
    fn say(&mut self, file: &str, text: &str, effect: &Effect) -> Result<(), ApplyError> {
        let warehouse = self.remote.warehouse.clone().unwrap_or_default();
        let run = statements::Statement { statement: text, warehouse_id: &warehouse, parameters: &[] };
        statements::run(self.client, &run).map(drop).map_err(|error| {
            let (file, text) = (file.to_owned(), text.to_owned());
            ApplyError::Statement { file, text, error: error.into() }
        })?;
        self.remote.catalog.apply(effect);
        Ok(())
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
        files::write(self.client, &format!("{folder}/{SPECS}"), self.desired.specs.as_bytes())?;
        self.remote.memory.specs = Some(hash_of(&self.desired.specs));
        let marker = serde_json::to_vec_pretty(&Marker::of(self.desired)).unwrap_or_default();
        files::write(self.client, &format!("{folder}/{COMPLETE}"), &marker)?;
        self.remote.releases.insert(release.to_owned());
        Ok(())
    }

    /// Keeps beside the release what it was made from; settings of jobs change without its files.
    fn write_specs(&mut self) -> Result<(), ApplyError> {
        let hash = Some(hash_of(&self.desired.specs));
        if self.remote.memory.specs != hash {
            let path = format!("{}/{SPECS}", self.remote.folder(&self.release));
            files::write(self.client, &path, self.desired.specs.as_bytes())
                .map_err(|error| ApplyError::Request { what: "keeping the specs".into(), error: error.into() })?;
            self.remote.memory.specs = hash;
        }
        Ok(())
    }

    fn body(&self, key: &str) -> Result<Value, ApplyError> {
        let wanted = change::wanted(self.desired, self.remote, &self.release)?;
        Ok(wanted.into_iter().find(|(_, known, _)| known == key).map(|(_, _, body)| body).unwrap_or_default())
    }

    fn create(&mut self, kind: ResourceKind, key: &str, name: &str) -> Result<(), ApplyError> {
        let mut body = self.body(key)?;
        self.desired.stamp(kind, &self.release, &mut body);
        if let (ResourceKind::Alert, Some(settings)) = (kind, body.as_object_mut()) {
            settings.insert("parent_path".to_owned(), json!(self.remote.root));
        }
        let made = match kind {
            ResourceKind::Pipeline => pipelines::create(self.client, &body),
            ResourceKind::Job => jobs::create(self.client, &body).map(|id| id.to_string()),
            ResourceKind::Alert => alerts::create(self.client, &body),
            ResourceKind::Schema | ResourceKind::Volume => return Ok(()),
        };
        let id = match made {
            Ok(id) => id,
            // It may have been made: by us, or by somebody else a moment ago.
            Err(error) if matches!(error.kind, ErrorKind::Ambiguous | ErrorKind::Exists) => {
                let found = observe::find(self.client, kind, name, None, self.desired, &self.remote.root)?;
                found.map(|there| there.id).ok_or_else(|| failed(kind, name, error))?
            }
            Err(error) => return Err(failed(kind, name, error)),
        };
        self.remote.memory.resources.insert(key.to_owned(), id.clone());
        let there =
            change::ResourceThere { id, settings: body, modified: None, runs_as: None, levels: BTreeMap::new() };
        self.remote.resources.insert(key.to_owned(), there);
        Ok(())
    }

    fn update(&mut self, kind: ResourceKind, key: &str, name: &str) -> Result<(), ApplyError> {
        let body = self.body(key)?;
        let Some(there) = self.remote.resources.get(key) else { return Ok(()) };
        let mut body = field::merged(kind, ownership::extent(self.desired.ownership, kind), &body, &there.settings);
        self.desired.stamp(kind, &self.release, &mut body);
        let changed = match kind {
            ResourceKind::Job => jobs::reset(self.client, there.id.parse().unwrap_or_default(), &body),
            ResourceKind::Alert => alerts::replace(self.client, &there.id, &body),
            ResourceKind::Pipeline | ResourceKind::Schema | ResourceKind::Volume => Ok(()),
        };
        changed.map_err(|error| failed(kind, name, error))?;
        self.remote.memory.resources.insert(key.to_owned(), there.id.clone());
        Ok(())
    }

    fn delete(&self, kind: ResourceKind, id: &str) -> Result<(), Error> {
        match kind {
            ResourceKind::Job => jobs::delete(self.client, id.parse().unwrap_or_default()).map(drop),
            ResourceKind::Alert => alerts::delete(self.client, id).map(drop),
            ResourceKind::Pipeline | ResourceKind::Schema | ResourceKind::Volume => Ok(()),
        }
    }

    /// Tables are handed from one pipeline to another by a property, by whoever owns them (workspace-api.md, "Order of
    /// a deployment").
    fn take_over(&mut self, key: &str, tables: &[(Object, bool)]) -> Result<(), ApplyError> {
        let Some(there) = self.remote.resources.get(key) else { return Ok(()) };
        let handing = |(table, is_stream): &(Object, bool)| {
            let kind = if *is_stream { "STREAMING TABLE" } else { "MATERIALIZED VIEW" };
            let name: Vec<String> = table.name.iter().map(|part| ident_text(&ident(part))).collect();
            let (name, id) = (name.join("."), string_text(&there.id));
            desired::DesiredStatement {
                phase: FilePhase::After,
                file: String::new(),
                text: format!("ALTER {kind} {name} SET TBLPROPERTIES ('pipelines.pipelineId' = {id})"),
                effect: Effect::Unknown,
                behind_update: false,
                identity: Identity::RunAs,
            }
        };
        let handed: Vec<desired::DesiredStatement> = tables.iter().map(handing).collect();
        if let Some(runner) = self.other_identity() {
            return self.act(&runner, &handed.iter().collect::<Vec<_>>());
        }
        let warehouse = self.remote.warehouse.clone().unwrap_or_default();
        for desired::DesiredStatement { text, .. } in &handed {
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
            place: self.desired.dashboard_place().into(),
        };
        let id = match self.remote.dashboards.get(metric) {
            Some(there) => {
                dashboards::replace(self.client, &there.id, &draft)?;
                there.id.clone()
            }
            None => dashboards::create(self.client, &draft)?.dashboard_id,
        };
        self.remote.memory.resources.insert(dashboard_key(metric), id.clone());
        let there = change::ResourceThere { id: id.clone(), ..change::ResourceThere::default() };
        self.remote.dashboards.entry(metric.to_owned()).or_insert(there);
        self.remote.memory.dashboards.insert(metric.to_owned(), self.desired.dashboard_place().join("."));
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

fn failed(kind: ResourceKind, name: &str, error: Error) -> ApplyError {
    ApplyError::Request { what: format!("{} `{name}`", kind.word()), error: error.into() }
}

fn parent(path: &str) -> Option<String> {
    path.rsplit_once('/').map(|(parent, _)| parent.to_owned())
}
