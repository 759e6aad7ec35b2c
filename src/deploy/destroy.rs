//! Removes a deployment. Objects that hold data (tables, volume, schema) are kept unless the user asks for their
//! removal; tables that are kept keep their masks, filters and grants, so nobody sees more of them than before.
//!
//! Every step can be repeated: the next run completes an interrupted one. Deleting tables is always explicit; that
//! deleting a pipeline deletes its tables is the default of the API (workspace-api.md, "Pipelines"), but never ours.

use std::collections::BTreeSet;
use std::fmt;

use lakeflow::folded;
use serde_json::Value;

use super::apply::{self, ApplyError};
use super::catalog::Known;
use super::change::{self, Remote};
use super::client::Client;
use super::client::api::{alerts, dashboards, files, functions, jobs, pipelines, policies, schemas, tables, volumes};
use super::client::error::Error;
use super::consent::Consent;
use super::desired::{Desired, DesiredError};
use super::effect::{Effect, Object, ObjectKind};
use super::left::Left;
use super::observe::{dashboard_key, kind_of};
use super::run;
use crate::bundle::resource::ResourceKind;
use crate::plan::record::{Given, RecordEntry};

/// What goes besides what holds no data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DestroyScope {
    /// The tables of the pipeline, with the functions and policies that protect them.
    pub tables: bool,
    /// The volume with its files.
    pub volume: bool,
    /// The schema, which must hold nothing else by then.
    pub schema: bool,
}

/// Something that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// A job or an alert.
    Resource(ResourceKind, String, String),
    /// A dashboard: its key, and its id.
    Dashboard(String, String),
    /// A view, which holds no rows.
    View(Object),
    /// The pipeline: its key, its id, and whether it takes its tables along.
    Pipeline(String, String, bool),
    /// A table; whether it holds rows that nothing else can give again.
    Table(Object, bool),
    /// A policy of a schema.
    Policy(Object, String),
    /// A function.
    Function(Object),
    /// A volume with its files.
    Volume(Object),
    /// A schema.
    Schema(Object),
    /// A folder, or a file, of the workspace.
    Path(String),
}

impl fmt::Display for Removal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Removal::Resource(kind, key, _) => write!(f, "{} `{key}`", kind.word()),
            Removal::Dashboard(key, _) => write!(f, "dashboard `{key}`"),
            Removal::View(view) => write!(f, "view `{}`", view.full_name()),
            Removal::Pipeline(key, _, true) => write!(f, "pipeline `{key}` with its tables"),
            Removal::Pipeline(key, _, false) => write!(f, "pipeline `{key}`; its tables stay"),
            Removal::Table(table, _) => write!(f, "{table}"),
            Removal::Policy(on, name) => write!(f, "policy `{name}` on {on}"),
            Removal::Function(object) | Removal::Volume(object) | Removal::Schema(object) => write!(f, "{object}"),
            Removal::Path(path) => write!(f, "`{path}`"),
        }
    }
}

/// Why a deployment is not taken away.
#[derive(Debug, thiserror::Error)]
pub enum DestroyError {
    /// The schema or volume is somebody else's.
    #[error("the {0} of this target was not created by a deployment: it stays")]
    NotOurs(&'static str),
    /// The schema holds what is not ours.
    #[error("the schema contains objects that this target did not create, or that are to stay: {}", list(.0))]
    Occupied(Vec<String>),
    /// A fault of the compiler.
    #[error(transparent)]
    Desired(#[from] DesiredError),
    /// A request failed; what went before it is gone.
    #[error("{0}")]
    Client(#[from] Error),
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// What goes, in the order in which it does. `given` is all that earlier deployments gave.
///
/// # Errors
/// When something that is named is not ours, or the workspace can't be read.
pub fn removals(
    client: &Client<'_>,
    desired: &Desired,
    remote: &Remote,
    given: &BTreeSet<RecordEntry>,
    scope: DestroyScope,
) -> Result<Vec<Removal>, DestroyError> {
    let (volume, schemas) =
        (made(desired, ObjectKind::Volume).next(), made(desired, ObjectKind::Schema).collect::<Vec<_>>());
    if scope.volume && volume.is_none() {
        return Err(DestroyError::NotOurs("volume"));
    }
    if scope.schema && schemas.is_empty() {
        return Err(DestroyError::NotOurs("schema"));
    }
    let mut removals = resources(remote);
    removals.extend(views(remote, given).map(Removal::View));
    removals.extend(pipelines_of(remote, scope));
    if scope.tables {
        removals.extend(protected(client, desired, remote, given)?);
    }
    let is_there = |object: &Object| matches!(remote.catalog.objects.get(object), Some(Known::Read(_)));
    removals.extend(volume.filter(|volume| scope.volume && is_there(volume)).map(Removal::Volume));
    for schema in schemas.into_iter().filter(|schema| scope.schema && is_there(schema)) {
        require_empty(client, &schema, remote, &removals)?;
        removals.push(Removal::Schema(schema));
    }
    removals.extend(paths(client, remote, scope)?);
    Ok(removals)
}

/// The volume or the schemas that statements of the target make.
fn made(desired: &Desired, kind: ObjectKind) -> impl Iterator<Item = Object> {
    desired.statements.iter().filter_map(move |statement| match &statement.effect {
        Effect::Exists(object) if object.kind == kind => Some(object.clone()),
        _ => None,
    })
}

fn resources(remote: &Remote) -> Vec<Removal> {
    let others = remote.resources.iter().filter_map(|(key, there)| {
        let kind = kind_of(key).filter(|kind| *kind != ResourceKind::Pipeline)?;
        Some(Removal::Resource(kind, key.clone(), there.id.clone()))
    });
    let dashboards = remote.dashboards.iter().map(|(key, there)| Removal::Dashboard(key.clone(), there.id.clone()));
    others.chain(dashboards).collect()
}

/// Metric views and views of operation that are there.
fn views<'a>(remote: &'a Remote, given: &'a BTreeSet<RecordEntry>) -> impl Iterator<Item = Object> + 'a {
    let view = |entry: &RecordEntry| match &entry.given {
        Given::MetricView { name } => Some(Object { kind: ObjectKind::Table, name: name.clone() }),
        _ => None,
    };
    given.iter().filter_map(view).filter(|view| remote.catalog.is_there(view))
}

fn pipelines_of(remote: &Remote, scope: DestroyScope) -> impl Iterator<Item = Removal> {
    let all = remote.resources.iter().filter(|(key, _)| kind_of(key) == Some(ResourceKind::Pipeline));
    all.map(move |(key, there)| Removal::Pipeline(key.clone(), there.id.clone(), scope.tables))
}

/// Tables of the pipeline, and of those that were destroyed before, with what protects them.
fn protected(
    client: &Client<'_>,
    desired: &Desired,
    remote: &Remote,
    given: &BTreeSet<RecordEntry>,
) -> Result<Vec<Removal>, DestroyError> {
    let mut removals: Vec<Removal> =
        event_log(desired, remote)?.map(|log| Removal::Table(log, true)).into_iter().collect();
    for (table, keeper) in remote.catalog.keepers.iter().filter(|(_, keeper)| is_ours(remote, &keeper.pipeline)) {
        removals.push(Removal::Table(table.clone(), keeper.is_stream));
    }
    for (on, name) in remote.catalog.policies.keys() {
        let is_given = |entry: &RecordEntry| matches!(&entry.given, Given::Policy { name: known, .. } if known.eq_ignore_ascii_case(name));
        if given.iter().any(is_given) {
            removals.push(Removal::Policy(on.clone(), name.clone()));
        }
    }
    let declared = desired.statements.iter().filter_map(|statement| match &statement.effect {
        Effect::Function(name, _) => Some(name.clone()),
        _ => None,
    });
    let earlier = given.iter().filter_map(|entry| match &entry.given {
        Given::Function { name } => Some(Object { kind: ObjectKind::Function, name: name.clone() }),
        _ => None,
    });
    for function in declared.chain(earlier).collect::<BTreeSet<_>>() {
        // Those of earlier builds are read by nobody else.
        let is_there = match remote.catalog.functions.get(&function) {
            Some(known) => matches!(known, Known::Read(_)),
            None => functions::get(client, &function.full_name())?.is_some(),
        };
        if is_there {
            removals.push(Removal::Function(function));
        }
    }
    Ok(removals)
}

/// The table of events that the pipeline publishes, if it is there. It bears no mark of the pipeline.
fn event_log(desired: &Desired, remote: &Remote) -> Result<Option<Object>, DesiredError> {
    let wanted = change::wanted(desired, remote, &desired.release())?;
    let log =
        wanted.iter().find(|(kind, ..)| *kind == ResourceKind::Pipeline).and_then(|(.., body)| body.get("event_log"));
    let part =
        |key: &str| log.and_then(|log| log.get(key)).and_then(Value::as_str).map(|part| folded(part).into_owned());
    let name: Option<Vec<String>> = ["catalog", "schema", "name"].into_iter().map(part).collect();
    let log = name.map(|name| Object { kind: ObjectKind::Table, name });
    Ok(log.filter(|log| remote.catalog.is_there(log)))
}

fn is_ours(remote: &Remote, pipeline: &str) -> bool {
    remote.memory.kept.contains(pipeline) || remote.resources.values().any(|there| there.id == pipeline)
}

/// A schema goes only when nothing else is in it: what others made there would go with it, or keep it.
fn require_empty(
    client: &Client<'_>,
    schema: &Object,
    remote: &Remote,
    removals: &[Removal],
) -> Result<(), DestroyError> {
    let goes = |object: &Object| {
        removals.iter().any(|removal| match removal {
            Removal::View(it) | Removal::Table(it, _) | Removal::Function(it) | Removal::Volume(it) => it == object,
            _ => false,
        })
    };
    let [catalog, name] = schema.name.as_slice() else { return Ok(()) };
    let inside = |kind: ObjectKind, last: &str| {
        let last = folded(last).into_owned();
        Object { kind, name: schema.name.iter().cloned().chain([last]).collect() }
    };
    let listed = functions::list(client, catalog, name)?;
    let listed = listed.iter().map(|function| inside(ObjectKind::Function, &function.name));
    let known = remote.catalog.objects.iter().filter(|(_, known)| matches!(known, Known::Read(_)));
    let known = known.map(|(object, _)| object.clone()).filter(|object| object.name.len() == 3);
    let left: BTreeSet<Object> =
        listed.chain(known).filter(|object| object.name.starts_with(&schema.name) && !goes(object)).collect();
    if left.is_empty() {
        return Ok(());
    }
    Err(DestroyError::Occupied(left.iter().map(Object::full_name).collect()))
}

/// The files of the target: all of them, or those that tables which stay do not need.
fn paths(client: &Client<'_>, remote: &Remote, scope: DestroyScope) -> Result<Vec<Removal>, Error> {
    let paths = match scope {
        DestroyScope { tables: true, volume: true, schema: true } => vec![remote.root.clone()],
        _ => vec![format!("{}/releases", remote.root), Left::path(&remote.root)],
    };
    let mut removals = vec![];
    for path in paths {
        if files::status(client, &path)?.is_some() {
            removals.push(Removal::Path(path));
        }
    }
    Ok(removals)
}

/// What a person has to allow by name, where nobody is asked.
pub fn consents(removals: &[Removal]) -> BTreeSet<Consent> {
    let lost = removals.iter().filter_map(|removal| match removal {
        Removal::Table(table, true) | Removal::Volume(table) => Some(table.short_name().to_owned()),
        _ => None,
    });
    lost.map(Consent::DataLoss).collect()
}

/// Takes away what is listed, in this order. `told` hears of each before it goes.
///
/// # Errors
/// The first step that fails ends it; the next run goes on.
pub fn destroy(
    client: &Client<'_>,
    remote: &mut Remote,
    removals: &[Removal],
    told: &mut dyn FnMut(&Removal),
) -> Result<(), ApplyError> {
    remote.memory.unfinished = true;
    for removal in removals {
        if let Removal::Pipeline(_, id, false) = removal {
            remote.memory.kept.insert(id.clone());
        }
    }
    if !removals.is_empty() {
        apply::save(client, remote)?;
    }
    for removal in removals {
        told(removal);
        remove(client, removal)
            .map_err(|error| ApplyError::Request { what: format!("removing {removal}"), error: error.into() })?;
        match removal {
            Removal::Resource(_, key, _) | Removal::Pipeline(key, ..) => drop(remote.memory.resources.remove(key)),
            Removal::Dashboard(key, _) => drop(remote.memory.resources.remove(&dashboard_key(key))),
            _ => {}
        }
    }
    let is_all = removals.iter().any(|removal| matches!(removal, Removal::Path(path) if *path == remote.root));
    if is_all || removals.is_empty() {
        return Ok(());
    }
    (remote.memory.release, remote.memory.releases) = (None, vec![]);
    remote.memory.unfinished = false;
    apply::save(client, remote)
}

fn remove(client: &Client<'_>, removal: &Removal) -> Result<(), Error> {
    match removal {
        Removal::Resource(ResourceKind::Job, _, id) => jobs::delete(client, id.parse().unwrap_or_default()),
        Removal::Resource(ResourceKind::Alert, _, id) => alerts::delete(client, id),
        Removal::Resource(..) => Ok(false),
        Removal::Dashboard(_, id) => dashboards::delete(client, id),
        Removal::View(object) | Removal::Table(object, _) => tables::delete(client, &object.full_name()),
        Removal::Pipeline(_, id, cascade) => {
            run::stop(client, id)?;
            pipelines::delete(client, id, *cascade)
        }
        Removal::Policy(on, name) => policies::delete(client, &on.full_name(), name),
        Removal::Function(function) => functions::delete(client, &function.full_name()),
        Removal::Volume(volume) => volumes::delete(client, &volume.full_name()),
        Removal::Schema(schema) => schemas::delete(client, &schema.full_name()),
        Removal::Path(path) => files::delete(client, path, true),
    }
    .map(drop)
}
