//! Runs of jobs (workspace-api.md, "Jobs").

use serde::Deserialize;
use serde_json::{Value, json};

use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::error::{Error, found};
use crate::deploy::client::{Client, id_of_64_bits};

/// A run, or a task of one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Run {
    /// All 64 bits are used.
    #[serde(deserialize_with = "id_of_64_bits")]
    pub run_id: u64,
    /// Key of a task.
    #[serde(default)]
    pub task_key: Option<String>,
    /// State, in the newer form.
    #[serde(default)]
    pub status: Option<Status>,
    /// The runs of its tasks; a task has none.
    #[serde(default)]
    pub tasks: Vec<Run>,
    /// Where people see it.
    #[serde(default)]
    pub run_page_url: Option<String>,
}

/// State of a run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Status {
    /// `PENDING`, `RUNNING`, `TERMINATED`, ..
    #[serde(default)]
    pub state: String,
    /// How it ended.
    #[serde(default)]
    pub termination_details: Option<Termination>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Termination {
    /// `SUCCESS`, `USER_CANCELED`, `RUN_EXECUTION_ERROR`, ..
    #[serde(default)]
    pub code: String,
    /// In words.
    #[serde(default)]
    pub message: Option<String>,
}

/// SQL statements of a file, to be run as a service principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// What people see the run as.
    pub name: String,
    /// Application id of the service principal.
    pub run_as: String,
    /// Id of the warehouse.
    pub warehouse: String,
    /// Path of the file in the workspace.
    pub path: String,
}

impl Run {
    /// What is said of how it ended.
    pub fn message(&self) -> Option<&str> {
        self.status.as_ref()?.termination_details.as_ref()?.message.as_deref()
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.state == "TERMINATED")
    }

    /// Whether it has ended well.
    pub fn has_succeeded(&self) -> bool {
        let code = self.status.as_ref().and_then(|status| status.termination_details.as_ref());
        self.has_ended() && code.is_some_and(|details| details.code == "SUCCESS")
    }
}

#[derive(Deserialize)]
struct Started {
    #[serde(deserialize_with = "id_of_64_bits")]
    run_id: u64,
}

/// Starts a job; the id of the run. However often it is sent, it starts once: each call has a key of its own.
///
/// # Errors
/// When there is no such job, or it is not allowed.
pub fn start(client: &Client<'_>, job: u64) -> Result<u64, Error> {
    let body = json!({ "job_id": job, "idempotency_token": token(client) });
    let started: Started = client.read(&WorkspaceCall::post(&["api", "2.2", "jobs", "run-now"], &body))?;
    Ok(started.run_id)
}

/// Starts a run without a job; its id. However often it is sent, it starts once.
///
/// # Errors
/// When it is not allowed, as to whoever may not use the service principal.
pub fn submit(client: &Client<'_>, script: &Script) -> Result<u64, Error> {
    let file = json!({ "path": script.path, "source": "WORKSPACE" });
    let task = json!({ "task_key": "statements", "sql_task": { "warehouse_id": script.warehouse, "file": file } });
    let body = json!({
        "run_name": script.name,
        "run_as": { "service_principal_name": script.run_as },
        "tasks": [task],
        "idempotency_token": token(client),
    });
    let started: Started = client.read(&WorkspaceCall::post(&["api", "2.2", "jobs", "runs", "submit"], &body))?;
    Ok(started.run_id)
}

/// A key by which the workspace knows a request again.
fn token(client: &Client<'_>) -> String {
    format!("{:016x}{:016x}", client.door().random(), client.door().random())
}

#[derive(Deserialize)]
struct Output {
    #[serde(default)]
    error: Option<String>,
}

/// Why the run of a task failed, where the workspace says so.
///
/// # Errors
/// When that can't be learned.
pub fn error(client: &Client<'_>, task: u64) -> Result<Option<String>, Error> {
    let call = WorkspaceCall::get(&["api", "2.2", "jobs", "runs", "get-output"]).query("run_id", task);
    Ok(found(client.read::<Output>(&call))?.and_then(|output| output.error))
}

/// A run by its id.
///
/// # Errors
/// When that can't be learned.
pub fn get(client: &Client<'_>, run: u64) -> Result<Option<Run>, Error> {
    found(client.read(&WorkspaceCall::get(&["api", "2.2", "jobs", "runs", "get"]).query("run_id", run)))
}

/// Runs of a job that have not ended.
///
/// # Errors
/// When the list can't be read to its end.
pub fn active(client: &Client<'_>, job: u64) -> Result<Vec<Run>, Error> {
    let call =
        WorkspaceCall::get(&["api", "2.2", "jobs", "runs", "list"]).query("job_id", job).query("active_only", true);
    client.pages(&call, "runs")
}

/// The same with all their fields and those of their tasks.
///
/// # Errors
/// When the list can't be read to its end.
pub fn active_whole(client: &Client<'_>, job: u64) -> Result<Vec<Value>, Error> {
    let call =
        WorkspaceCall::get(&["api", "2.2", "jobs", "runs", "list"]).query("job_id", job).query("active_only", true);
    client.pages(&call.query("expand_tasks", true), "runs")
}

/// Ends a run early.
///
/// # Errors
/// When it is not allowed.
pub fn cancel(client: &Client<'_>, run: u64) -> Result<(), Error> {
    client.done(&WorkspaceCall::post(&["api", "2.2", "jobs", "runs", "cancel"], &json!({ "run_id": run })))
}
