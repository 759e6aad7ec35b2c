//! What a workspace reports against the sources of a pipeline: about which dataset, and in which words.
//!
//! Messages of events may contain rows of the input, so for an update nothing more is kept than [`logs`] shows. A
//! validation reads no rows: of its exceptions, the first line is kept, with the names in it.

use std::fmt;

use serde::Serialize;

use super::client::Client;
use super::client::api::updates::{self, Event, Update};
use super::client::error::Error;
use super::logs;

/// Events of an update that are read to find its faults.
const EVENTS: usize = 500;

/// What a workspace says against one dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DatasetRefusal {
    /// The last part of the name of the dataset, where the workspace names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset: Option<String>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for DatasetRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.dataset {
            Some(dataset) => write!(f, "`{dataset}`: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// What went wrong in an update, the first faults first.
///
/// # Errors
/// When the events can't be read.
pub fn of_update(client: &Client<'_>, pipeline: &str, update: &Update) -> Result<Vec<DatasetRefusal>, Error> {
    if !update.validate_only {
        let faults = logs::faults(&logs::failed_events(client, pipeline, &update.update_id)?);
        let refusal = |fault: logs::LoggedFault| DatasetRefusal {
            dataset: fault.dataset.map(|name| last_part(&name)),
            message: client.shown(&fault.message),
        };
        return Ok(faults.into_iter().map(refusal).collect());
    }
    let update = update.update_id.as_str();
    let events = updates::events(client, pipeline, "level='ERROR'", EVENTS)?;
    let is_of = |event: &&Event| event.origin.get("update_id").and_then(|id| id.as_str()) == Some(update);
    let mut found: Vec<DatasetRefusal> = vec![];
    // Events come newest first.
    for event in events.iter().filter(is_of).rev() {
        let exceptions = event.error.iter().flat_map(|error| &error.exceptions);
        for message in exceptions.filter_map(|exception| exception.message.as_deref()) {
            let message = client.shown(message.lines().next().unwrap_or_default());
            let refusal = DatasetRefusal { dataset: dataset_of(event), message };
            // The end of an update repeats what its datasets said.
            let is_told = found.iter().any(|known| known.message.contains(&refusal.message));
            if !is_told && !refusal.message.is_empty() {
                found.push(refusal);
            }
        }
    }
    Ok(found)
}

/// The dataset that an event is about. A flow that bears no name of its own has that of its dataset.
fn dataset_of(event: &Event) -> Option<String> {
    let named = |key: &str| event.origin.get(key).and_then(|name| name.as_str()).filter(|name| !name.is_empty());
    let name = named("dataset_name").or_else(|| named("flow_name"))?;
    Some(last_part(name))
}

fn last_part(name: &str) -> String {
    name.rsplit('.').next().unwrap_or(name).trim_matches('`').to_owned()
}
