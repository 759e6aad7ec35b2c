//! Jobs (workspace-api.md, "Jobs"). Their runs are in [`runs`](super::runs).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::removed;
use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::error::{Error, found};
use crate::deploy::client::{Client, Object, id_of_64_bits};

/// A job.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Job {
    /// Id, all 64 bits of it.
    #[serde(deserialize_with = "id_of_64_bits")]
    pub job_id: u64,
    /// Who made it.
    #[serde(default)]
    pub creator_user_name: Option<String>,
    /// Whom it runs as.
    #[serde(default)]
    pub run_as_user_name: Option<String>,
    /// Its settings, all of them.
    #[serde(default)]
    pub settings: Object,
}

impl Job {
    /// What people call it in the workspace.
    pub fn name(&self) -> &str {
        self.settings.get("name").and_then(Value::as_str).unwrap_or_default()
    }
}

#[derive(Deserialize)]
struct Created {
    #[serde(deserialize_with = "id_of_64_bits")]
    job_id: u64,
}

/// Makes a job; its id. Nothing keeps a second one of the same name from being made.
///
/// # Errors
/// Ambiguous when the answer was lost: look for the name.
pub fn create(client: &Client<'_>, settings: &impl Serialize) -> Result<u64, Error> {
    let created: Created = client.read(&WorkspaceCall::post(&["api", "2.2", "jobs", "create"], settings).once())?;
    Ok(created.job_id)
}

/// A job by its id, with all its tasks: they come in pages.
///
/// # Errors
/// When that can't be learned.
pub fn get(client: &Client<'_>, id: u64) -> Result<Option<Job>, Error> {
    let first = WorkspaceCall::get(&["api", "2.2", "jobs", "get"]).query("job_id", id);
    let Some(mut page) = found(client.read::<Object>(&first))? else { return Ok(None) };
    let mut tasks = page.get("settings").and_then(|settings| settings.get("tasks")).cloned();
    let mut seen = std::collections::BTreeSet::new();
    while let Some(token) = page.get("next_page_token").and_then(Value::as_str).filter(|token| !token.is_empty()) {
        if !seen.insert(token.to_owned()) {
            return Err(client.unreadable(&first, "the pages of the tasks have no end"));
        }
        let call = first.clone().query("page_token", token);
        let next: Object = client.read(&call)?;
        let more = next.get("settings").and_then(|settings| settings.get("tasks")).and_then(Value::as_array).cloned();
        match &mut tasks {
            Some(Value::Array(tasks)) => tasks.extend(more.unwrap_or_default()),
            _ => tasks = more.map(Value::Array),
        }
        page.insert("next_page_token".to_owned(), next.get("next_page_token").cloned().unwrap_or_default());
    }
    if let (Some(tasks), Some(Value::Object(settings))) = (tasks, page.get_mut("settings")) {
        settings.insert("tasks".to_owned(), tasks);
    }
    let job = serde_json::from_value(Value::Object(page));
    job.map(Some).map_err(|_| client.unreadable(&first, "it is no job"))
}

/// All jobs of exactly this name, without their tasks. The workspace compares names without regard to case.
///
/// # Errors
/// When the list can't be read to its end.
pub fn named(client: &Client<'_>, name: &str) -> Result<Vec<Job>, Error> {
    let call = WorkspaceCall::get(&["api", "2.2", "jobs", "list"]).query("name", name).query("limit", 100);
    let mut jobs: Vec<Job> = client.pages(&call, "jobs")?;
    jobs.retain(|job| job.name() == name);
    Ok(jobs)
}

/// Replaces all settings.
///
/// # Errors
/// When there is no such job, or it is not allowed.
pub fn reset(client: &Client<'_>, id: u64, settings: &impl Serialize) -> Result<(), Error> {
    client.done(&WorkspaceCall::post(
        &["api", "2.2", "jobs", "reset"],
        &json!({ "job_id": id, "new_settings": settings }),
    ))
}

/// Replaces some settings; `removed` are the names of those that go.
///
/// # Errors
/// When there is no such job, or it is not allowed.
pub fn update(client: &Client<'_>, id: u64, settings: &impl Serialize, removed: &[&str]) -> Result<(), Error> {
    let body = json!({ "job_id": id, "new_settings": settings, "fields_to_remove": removed });
    client.done(&WorkspaceCall::post(&["api", "2.2", "jobs", "update"], &body))
}

/// Removes a job; whether it was there.
///
/// # Errors
/// When it is not allowed.
pub fn delete(client: &Client<'_>, id: u64) -> Result<bool, Error> {
    removed(client, &WorkspaceCall::post(&["api", "2.2", "jobs", "delete"], &json!({ "job_id": id })))
}
