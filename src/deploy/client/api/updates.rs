//! Runs of pipelines, which Lakeflow calls updates, and the events that they leave (workspace-api.md, "Pipelines").

use serde::{Deserialize, Serialize};

use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::error::{Error, found};
use crate::deploy::client::{Client, Object};

/// What an update is to do. Nothing set is an update of everything by what is new.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Start {
    /// Only look whether it could run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub validate_only: bool,
    /// Forget everything and read all that is there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub full_refresh: bool,
    /// Datasets to update; none is all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refresh_selection: Vec<String>,
    /// Datasets to begin anew.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub full_refresh_selection: Vec<String>,
}

/// State of an update.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Waits for its turn.
    Queued,
    /// Made.
    Created,
    /// Waits for compute.
    WaitingForResources,
    /// Begins.
    Initializing,
    /// Forgets.
    Resetting,
    /// Makes tables.
    SettingUpTables,
    /// Runs.
    Running,
    /// Ends early.
    Stopping,
    /// Ended well.
    Completed,
    /// Ended badly.
    Failed,
    /// Was ended early.
    Canceled,
    /// A state that is not known here.
    #[serde(untagged)]
    Other(String),
}

impl State {
    /// Whether it has ended. A state that is not known has not.
    pub fn has_ended(&self) -> bool {
        matches!(self, State::Completed | State::Failed | State::Canceled)
    }
}

/// An update.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Update {
    /// UUID.
    pub update_id: String,
    /// How far the update has come; see [`State`].
    pub state: State,
    /// Why it was made: `API_CALL`, `JOB_TASK`, ..
    #[serde(default)]
    pub cause: Option<String>,
    /// Whether it only looks.
    #[serde(default)]
    pub validate_only: bool,
    /// Whether it forgets.
    #[serde(default)]
    pub full_refresh: bool,
    /// When it was made, in milliseconds since 1970.
    #[serde(default)]
    pub creation_time: Option<u64>,
    /// The tables that were chosen; all of them when none is named here and below.
    #[serde(default)]
    pub refresh_selection: Vec<String>,
    /// The tables that were chosen to forget.
    #[serde(default)]
    pub full_refresh_selection: Vec<String>,
}

impl Update {
    /// Whether it has brought all tables to what the sources of the pipeline say.
    pub fn has_made_all(&self) -> bool {
        let is_selective = !self.refresh_selection.is_empty() || !self.full_refresh_selection.is_empty();
        self.state == State::Completed && !self.validate_only && !is_selective
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Event {
    /// Identifies the event within the log.
    #[serde(default)]
    pub id: String,
    /// When, as the server writes it.
    #[serde(default)]
    pub timestamp: String,
    /// `INFO`, `WARN`, `ERROR` or `METRICS`.
    #[serde(default)]
    pub level: String,
    /// `update_progress`, `flow_progress`, ..
    #[serde(default)]
    pub event_type: String,
    /// In words. It may hold rows: it is not shown as it is.
    #[serde(default)]
    pub message: String,
    /// What it is about: `update_id`, `flow_name`, `dataset_name`, ..
    #[serde(default)]
    pub origin: Object,
    /// What went wrong.
    #[serde(default)]
    pub error: Option<Failure>,
    /// More, by type of event; the interface does not promise its form.
    #[serde(default)]
    pub details: Object,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Failure {
    /// Causes, the last one first.
    #[serde(default)]
    pub exceptions: Vec<Exception>,
}

/// A cause.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Exception {
    /// Name of the class of the exception.
    #[serde(default)]
    pub class_name: Option<String>,
    /// In words. It may hold rows.
    #[serde(default)]
    pub message: Option<String>,
}

#[derive(Deserialize)]
struct Started {
    update_id: String,
}

#[derive(Deserialize)]
struct Got {
    update: Update,
}

fn path<'p>(pipeline: &'p str, rest: &[&'p str]) -> Vec<&'p str> {
    ["api", "2.0", "pipelines", pipeline].into_iter().chain(rest.iter().copied()).collect()
}

/// Starts an update; its id.
///
/// # Errors
/// When one runs. Ambiguous when the answer was lost: look at the newest updates.
pub fn start(client: &Client<'_>, pipeline: &str, start: &Start) -> Result<String, Error> {
    let started: Started = client.read(&WorkspaceCall::post(&path(pipeline, &["updates"]), start).once())?;
    Ok(started.update_id)
}

/// An update by its id.
///
/// # Errors
/// When that can't be learned.
pub fn get(client: &Client<'_>, pipeline: &str, update: &str) -> Result<Option<Update>, Error> {
    Ok(found(client.read::<Got>(&WorkspaceCall::get(&path(pipeline, &["updates", update]))))?.map(|got| got.update))
}

/// The newest updates, newest first, at least `least` if there are as many.
///
/// # Errors
/// When there is no such pipeline.
pub fn list(client: &Client<'_>, pipeline: &str, least: usize) -> Result<Vec<Update>, Error> {
    let call = WorkspaceCall::get(&path(pipeline, &["updates"])).query("max_results", 100);
    client.pages_until(&call, "updates", |found: &[Update]| found.len() >= least)
}

/// Ends the update that runs, if one does. The pipeline takes a while to come to rest.
///
/// # Errors
/// When it is not allowed.
pub fn stop(client: &Client<'_>, pipeline: &str) -> Result<(), Error> {
    client.done(&WorkspaceCall::new(crate::deploy::client::door::Method::Post, &path(pipeline, &["stop"])))
}

/// Events, newest first, at least `least` if there are as many. `filter` is such as `update_id = '..'` or `level = 'ERROR'`.
///
/// # Errors
/// When there is no such pipeline.
pub fn events(client: &Client<'_>, pipeline: &str, filter: &str, least: usize) -> Result<Vec<Event>, Error> {
    let mut call = WorkspaceCall::get(&path(pipeline, &["events"])).query("max_results", 100);
    if !filter.is_empty() {
        call = call.query("filter", filter);
    }
    call.token_alone = true;
    client.pages_until(&call, "events", |found: &[Event]| found.len() >= least)
}
