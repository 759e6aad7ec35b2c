//! Takes over a pipeline and jobs that were created by hand or by a bundle. They keep their ids, and with them tables,
//! history and grants. They are tagged as ours and recorded in the state; the next plan then shows the fields that
//! differ, and creates nothing again.

use std::collections::BTreeMap;

use lakeflow::is_same_name;
use serde_json::{Map, Value};

use super::change::{self, Remote, ResourceThere};
use super::client::Client;
use super::client::api::{jobs, pipelines};
use super::client::error::Error;
use super::desired::{Desired, DesiredError, MANAGER, MANAGER_TAG, TARGET_TAG};
use super::field::{self, ChangedField};
use super::observe::{self, ObserveError};
use super::ownership;
use crate::bundle::resource::ResourceKind;

/// Something that can be taken over.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Pipeline or job: see [`can_be_adopted`].
    pub kind: ResourceKind,
    /// Key in the bundle, such as `daily_job`, under which its id is remembered.
    pub key: String,
    /// What people call it in the workspace.
    pub name: String,
    /// As it is.
    pub there: ResourceThere,
    /// What the next deployment would change.
    pub fields: Vec<ChangedField>,
    /// Our marks on it.
    tags: Map<String, Value>,
    /// Whom it is to run as.
    run_as: Option<Value>,
}

/// Why nothing is taken over.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// A key is none of the target.
    #[error("`{0}` is not a pipeline or job of this target, known are {1}")]
    NoKey(String, String),
    /// There is none of this id.
    #[error("no {kind} with the id `{id}`")]
    Absent {
        /// `pipeline` or `job`.
        kind: &'static str,
        /// As given on the command line.
        id: String,
    },
    /// Several have the name.
    #[error("there are {count} {kind}s named `{name}`: choose one with `{key}=ID`")]
    Several {
        /// `pipeline` or `job`.
        kind: &'static str,
        /// The name in the workspace that a deployment would give.
        name: String,
        /// The key that asks for the id.
        key: String,
        /// How many.
        count: usize,
    },
    /// It is not what a deployment would make.
    #[error("cannot take over {kind} `{id}`: {why}")]
    Other {
        /// `pipeline` or `job`.
        kind: &'static str,
        /// Id in the workspace.
        id: String,
        /// What differs.
        why: String,
    },
    /// The workspace can't be read.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// A fault of the compiler.
    #[error(transparent)]
    Desired(#[from] DesiredError),
    /// A request that marks a resource failed; those marked before it stay marked.
    #[error("{0}")]
    Client(#[from] Error),
}

impl AdoptError {
    /// Whether the workspace failed, and not what was asked of it.
    pub fn is_of_workspace(&self) -> bool {
        matches!(self, AdoptError::Client(_) | AdoptError::Observe(ObserveError::Client(_)))
    }
}

/// Whether a kind can be taken over. An alert is ours by the folder that it was made in, which nothing changes.
pub fn can_be_adopted(kind: ResourceKind) -> bool {
    matches!(kind, ResourceKind::Pipeline | ResourceKind::Job)
}

/// Finds what can be taken over: by the ids that are given, or else by name. What is ours already is left out.
///
/// # Errors
/// When an id leads to nothing, or to something else than a deployment would make.
pub fn candidates(
    client: &Client<'_>,
    desired: &Desired,
    remote: &Remote,
    ids: &BTreeMap<String, String>,
) -> Result<Vec<Candidate>, AdoptError> {
    let mut wanted = change::wanted(desired, remote, &desired.release())?;
    wanted.retain(|(kind, ..)| can_be_adopted(*kind));
    if let Some(key) = ids.keys().find(|key| wanted.iter().all(|(_, known, _)| known != *key)) {
        let known: Vec<String> = wanted.iter().map(|(_, key, _)| format!("`{key}`")).collect();
        return Err(AdoptError::NoKey(key.clone(), known.join(", ")));
    }
    let mut candidates = vec![];
    for (kind, key, body) in wanted {
        let name = change::name_of(kind, &body);
        let Some(there) = find(client, kind, &key, &name, ids.get(&key))? else { continue };
        if observe::is_ours(kind, &there.settings, desired, &remote.root) {
            if remote.memory.resources.get(&key) == Some(&there.id) {
                continue;
            }
        } else {
            require_ours_in_kind(kind, &body, &there, desired)?;
        }
        let fields = field::differences(kind, ownership::extent(desired.ownership, kind), &body, &there.settings);
        let tags = body.get("tags").and_then(Value::as_object).cloned().unwrap_or_default();
        candidates.push(Candidate { kind, key, name, there, fields, tags, run_as: body.get("run_as").cloned() });
    }
    Ok(candidates)
}

fn find(
    client: &Client<'_>,
    kind: ResourceKind,
    key: &str,
    name: &str,
    id: Option<&String>,
) -> Result<Option<ResourceThere>, AdoptError> {
    if let Some(id) = id {
        let there = observe::get(client, kind, id)?;
        return there.map(Some).ok_or_else(|| AdoptError::Absent { kind: kind.word(), id: id.clone() });
    }
    let ids: Vec<String> = match kind {
        ResourceKind::Pipeline => pipelines::named(client, name)?.into_iter().map(|found| found.pipeline_id).collect(),
        _ => jobs::named(client, name)?.into_iter().map(|found| found.job_id.to_string()).collect(),
    };
    match ids.as_slice() {
        [] => Ok(None),
        [id] => Ok(observe::get(client, kind, id)?),
        several => {
            let (kind, name, key) = (kind.word(), name.to_owned(), key.to_owned());
            Err(AdoptError::Several { kind, name, key, count: several.len() })
        }
    }
}

/// Refuses what a deployment could not change into what it would make.
fn require_ours_in_kind(
    kind: ResourceKind,
    body: &Value,
    there: &ResourceThere,
    desired: &Desired,
) -> Result<(), AdoptError> {
    let other = |why: String| Err(AdoptError::Other { kind: kind.word(), id: there.id.clone(), why });
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let tag = |key: &str| there.settings.get("tags").map(|tags| text(tags, key)).unwrap_or_default();
    if tag(MANAGER_TAG) == MANAGER {
        return other(format!("it belongs to target `{}` of project `{}`", tag(TARGET_TAG), tag("project")));
    }
    if tag("project") != desired.project && !tag("project").is_empty() {
        return other(format!("its tag says that it belongs to project `{}`", tag("project")));
    }
    if kind != ResourceKind::Pipeline {
        return Ok(());
    }
    for place in ["catalog", "schema"] {
        let (wanted, there) = (text(body, place), text(&there.settings, place));
        if !is_same_name(&wanted, &there) {
            return other(format!("its {place} is `{there}`, not `{wanted}`: its tables would be left behind"));
        }
    }
    let foreign = ["ingestion_definition", "gateway_definition", "storage"];
    let is_set =
        |key: &&&str| there.settings.get(**key).is_some_and(|value| !matches!(value, Value::Null | Value::Bool(false)));
    match foreign.iter().find(is_set) {
        Some(key) => other(format!("it has `{key}`, which no deployment creates")),
        None => Ok(()),
    }
}

/// Marks what is taken over, and remembers it. Nothing else of it changes.
///
/// # Errors
/// The first that can't be marked ends it; the next run goes on.
pub fn adopt(client: &Client<'_>, remote: &mut Remote, candidates: &[Candidate]) -> Result<(), AdoptError> {
    for candidate in candidates {
        let mut tags = candidate.there.settings.get("tags").and_then(Value::as_object).cloned().unwrap_or_default();
        tags.extend(candidate.tags.clone());
        match candidate.kind {
            ResourceKind::Pipeline => {
                // Settings are replaced whole.
                let mut settings = candidate.there.settings.as_object().cloned().unwrap_or_default();
                settings.insert("tags".to_owned(), Value::Object(tags));
                // It is shown, and can't be set.
                settings.remove("pipeline_type");
                settings.extend(candidate.run_as.clone().map(|run_as| ("run_as".to_owned(), run_as)));
                pipelines::replace(client, &candidate.there.id, &settings, candidate.there.modified)?;
            }
            _ => {
                let settings = Map::from_iter([("tags".to_owned(), Value::Object(tags))]);
                jobs::update(client, candidate.there.id.parse().unwrap_or_default(), &settings, &[])?;
            }
        }
        remote.memory.resources.insert(candidate.key.clone(), candidate.there.id.clone());
    }
    Ok(())
}
