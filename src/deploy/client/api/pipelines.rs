//! Pipelines (workspace-api.md, "Pipelines"). Their runs are in [`updates`](super::updates).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::removed;
use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::door::Method;
use crate::deploy::client::error::{Error, found};
use crate::deploy::client::{Client, Object};

/// A pipeline.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Pipeline {
    /// UUID.
    pub pipeline_id: String,
    /// Unique in the workspace, unless `allow_duplicate_names` was set.
    #[serde(default)]
    pub name: String,
    /// `IDLE`, `RUNNING`, ..; see the reference.
    #[serde(default)]
    pub state: Option<String>,
    /// Its settings, all of them: a replacement loses what it does not name.
    #[serde(default)]
    pub spec: Object,
    /// Its version, for [`replace`]: milliseconds since 1970.
    #[serde(default)]
    pub last_modified: Option<u64>,
    /// Who made it.
    #[serde(default)]
    pub creator_user_name: Option<String>,
    /// Whom its updates run as.
    #[serde(default)]
    pub run_as_user_name: Option<String>,
    /// Its newest updates, newest first.
    #[serde(default)]
    pub latest_updates: Vec<LatestUpdate>,
}

/// One of the newest updates of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LatestUpdate {
    /// UUID.
    pub update_id: String,
    /// State; see [`updates`](super::updates).
    #[serde(default)]
    pub state: Option<super::updates::State>,
    /// When it was made, as the server writes it.
    #[serde(default)]
    pub creation_time: Option<String>,
}

/// A pipeline in a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Listed {
    /// UUID.
    pub pipeline_id: String,
    /// Unique in the workspace, unless `allow_duplicate_names` was set.
    #[serde(default)]
    pub name: String,
    /// Who made it.
    #[serde(default)]
    pub creator_user_name: Option<String>,
    /// Whom its updates run as.
    #[serde(default)]
    pub run_as_user_name: Option<String>,
}

#[derive(Deserialize)]
struct Created {
    pipeline_id: String,
}

/// Makes a pipeline; its id.
///
/// # Errors
/// When the name is taken. Ambiguous when the answer was lost: look for the name.
pub fn create(client: &Client<'_>, spec: &impl Serialize) -> Result<String, Error> {
    let created: Created = client.read(&WorkspaceCall::post(&["api", "2.0", "pipelines"], spec).once())?;
    Ok(created.pipeline_id)
}

/// Asks whether a pipeline of these settings could be made, which have `dry_run` set; makes none.
///
/// # Errors
/// When it could not.
pub fn judge(client: &Client<'_>, spec: &impl Serialize) -> Result<(), Error> {
    client.done(&WorkspaceCall::post(&["api", "2.0", "pipelines"], spec))
}

/// A pipeline by its id.
///
/// # Errors
/// When that can't be learned.
pub fn get(client: &Client<'_>, id: &str) -> Result<Option<Pipeline>, Error> {
    found(client.read(&WorkspaceCall::get(&["api", "2.0", "pipelines", id])))
}

/// All pipelines of exactly this name.
///
/// # Errors
/// When the list can't be read to its end.
pub fn named(client: &Client<'_>, name: &str) -> Result<Vec<Listed>, Error> {
    let call = WorkspaceCall::get(&["api", "2.0", "pipelines"]).query("max_results", 100);
    // What is special in a filter can't be written in one with certainty: then the whole list is read.
    let is_plain = !name.chars().any(|c| matches!(c, '\'' | '%' | '_' | '\\' | '"'));
    let call = if is_plain { call.query("filter", format!("name LIKE '{name}'")) } else { call };
    let mut listed: Vec<Listed> = client.pages(&call, "statuses")?;
    listed.retain(|pipeline| pipeline.name == name);
    Ok(listed)
}

/// Replaces all settings. With `expected`, only as long as the pipeline is that version of itself.
///
/// # Errors
/// [`Conflict`](crate::deploy::client::error::ErrorKind::Conflict) when it is another version. With `expected`, ambiguous when the
/// answer was lost: read it again.
pub fn replace(client: &Client<'_>, id: &str, spec: &impl Serialize, expected: Option<u64>) -> Result<(), Error> {
    let call = WorkspaceCall::new(Method::Put, &["api", "2.0", "pipelines", id]);
    let Some(expected) = expected else { return client.done(&call.json(spec)) };
    let call = match serde_json::to_value(spec) {
        Ok(Value::Object(mut spec)) => {
            spec.insert("expected_last_modified".to_owned(), json!(expected));
            call.json(&spec)
        }
        _ => WorkspaceCall { fault: Some("the settings of a pipeline are no object".to_owned()), ..call },
    };
    client.done(&call.once())
}

/// Removes a pipeline; whether it was there. With `cascade` it takes its tables and views along.
///
/// # Errors
/// When it is not allowed.
pub fn delete(client: &Client<'_>, id: &str, cascade: bool) -> Result<bool, Error> {
    removed(client, &WorkspaceCall::delete(&["api", "2.0", "pipelines", id]).query("cascade", cascade))
}
