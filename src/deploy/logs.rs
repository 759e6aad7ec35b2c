//! What happened in an update: its events, how many rows passed which expectation, and the errors.
//!
//! Messages of events may quote rows of the input. None is shown as it is: only fields are shown whose values are
//! keywords of the API, names of datasets or counts, and of errors what [`unseen`] lets through.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::client::Client;
use super::client::api::updates::{self, Event};
use super::client::error::Error;
use super::unseen;

/// Events of an update that are read.
const EVENTS: usize = 2_000;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Happening {
    /// When, as the workspace writes it.
    pub time: String,
    /// `INFO`, `WARN`, `ERROR` or `METRICS`.
    pub level: String,
    /// `update_progress`, `flow_progress`, ..
    pub kind: String,
    /// The dataset or flow that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset: Option<String>,
    /// What became of it: `RUNNING`, `COMPLETED`, ..
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// Rows of a dataset that were judged by an expectation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectationCount {
    /// Last part of its name, or of its flow's, without back-quotes; secrets are hidden.
    pub dataset: String,
    /// Name of the expectation, as in `CONSTRAINT name EXPECT`.
    pub name: String,
    /// Rows that fulfil it.
    pub passed: u64,
    /// Rows that do not.
    pub failed: u64,
}

/// Rows that a dataset got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoggedRows {
    /// Last part of its name, or of its flow's, without back-quotes; secrets are hidden.
    pub dataset: String,
    /// Rows that were written.
    pub written: u64,
    /// Rows that an expectation dropped.
    pub dropped: u64,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoggedFault {
    /// The dataset or flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset: Option<String>,
    /// The message, without rows.
    pub message: String,
}

/// What happened in an update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Log {
    /// Id of the update in the workspace.
    pub update: String,
    /// Events, the oldest first.
    pub events: Vec<Happening>,
    /// Rows by dataset.
    pub rows: Vec<LoggedRows>,
    /// Rows by dataset and expectation.
    pub expectations: Vec<ExpectationCount>,
    /// What went wrong, the first fault first.
    pub faults: Vec<LoggedFault>,
}

/// Reads what happened in an update.
///
/// # Errors
/// When the workspace fails.
pub fn log(client: &Client<'_>, pipeline: &str, update: &str) -> Result<Log, Error> {
    let events = events(client, pipeline, update, "")?;
    let happening = |event: &Event| Happening {
        time: word(&event.timestamp),
        level: word(&event.level),
        kind: word(&event.event_type),
        dataset: about(event).map(|name| client.shown(&name)),
        state: state(event),
    };
    let (mut rows, mut expectations) = counts(&events);
    rows.iter_mut().for_each(|rows| rows.dataset = client.shown(&rows.dataset));
    for judged in &mut expectations {
        (judged.dataset, judged.name) = (client.shown(&judged.dataset), client.shown(&judged.name));
    }
    let faults = faults(&events).into_iter().map(|fault| LoggedFault {
        dataset: fault.dataset.map(|dataset| client.shown(&dataset)),
        message: client.shown(&fault.message),
    });
    Ok(Log {
        update: update.to_owned(),
        events: events.iter().map(happening).collect(),
        rows,
        expectations,
        faults: faults.collect(),
    })
}

/// The events of an update that tell of errors, the oldest first.
///
/// # Errors
/// When the workspace fails.
pub fn failed_events(client: &Client<'_>, pipeline: &str, update: &str) -> Result<Vec<Event>, Error> {
    events(client, pipeline, update, "level='ERROR'")
}

/// The filter for the update is not documented, so what comes is looked at again.
fn events(client: &Client<'_>, pipeline: &str, update: &str, filter: &str) -> Result<Vec<Event>, Error> {
    let filter = if filter.is_empty() { format!("update_id = '{update}'") } else { filter.to_owned() };
    let mut events = updates::events(client, pipeline, &filter, EVENTS)?;
    events.retain(|event| event.origin.get("update_id").and_then(Value::as_str) == Some(update));
    events.reverse();
    Ok(events)
}

/// What went wrong, each fault once.
pub fn faults(events: &[Event]) -> Vec<LoggedFault> {
    let mut faults = vec![];
    for event in events.iter().filter(|event| event.level == "ERROR") {
        let exceptions = event.error.iter().flat_map(|error| &error.exceptions);
        for message in exceptions.filter_map(|exception| exception.message.as_deref()) {
            let fault = LoggedFault { dataset: about(event), message: unseen::without_rows(message) };
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
    }
    faults
}

/// The dataset or flow that an event is about, without catalog and schema.
fn about(event: &Event) -> Option<String> {
    let named = |key: &str| event.origin.get(key).and_then(Value::as_str).filter(|name| !name.is_empty());
    let name = named("dataset_name").or_else(|| named("flow_name"))?;
    Some(name.rsplit('.').next().unwrap_or(name).trim_matches('`').to_owned())
}

/// The part of the details that has the name of the type of the event.
fn details(event: &Event) -> Option<&Value> {
    event.details.get(&event.event_type)
}

fn state(event: &Event) -> Option<String> {
    let details = details(event)?;
    let state = details.get("status").or_else(|| details.get("state"))?.as_str()?;
    Some(word(state)).filter(|word| !word.is_empty())
}

/// A word of the interface; whatever else stands in its place is left out.
fn word(text: &str) -> String {
    let is_word = text.len() <= 40 && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-:.+".contains(c));
    if is_word { text.to_owned() } else { String::new() }
}

fn count(value: Option<&Value>) -> u64 {
    match value {
        Some(Value::Number(number)) => number.as_u64().unwrap_or(0),
        Some(Value::String(text)) => text.parse().unwrap_or(0),
        _ => 0,
    }
}

/// Rows by dataset, and by dataset and expectation: the sums of what the events of flows tell.
fn counts(events: &[Event]) -> (Vec<LoggedRows>, Vec<ExpectationCount>) {
    let mut rows: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut judged: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    for event in events.iter().filter(|event| event.event_type == "flow_progress") {
        let (Some(details), Some(dataset)) = (details(event), about(event)) else { continue };
        let quality = details.get("data_quality");
        let written = count(details.get("metrics").and_then(|metrics| metrics.get("num_output_rows")));
        let dropped = count(quality.and_then(|quality| quality.get("dropped_records")));
        if written + dropped > 0 {
            let sum = rows.entry(dataset.clone()).or_default();
            *sum = (sum.0 + written, sum.1 + dropped);
        }
        let expectations = quality.and_then(|quality| quality.get("expectations")).and_then(Value::as_array);
        for expectation in expectations.into_iter().flatten() {
            let Some(name) = expectation.get("name").and_then(Value::as_str) else { continue };
            let sum = judged.entry((dataset.clone(), name.to_owned())).or_default();
            sum.0 += count(expectation.get("passed_records"));
            sum.1 += count(expectation.get("failed_records"));
        }
    }
    let rows = rows.into_iter().map(|(dataset, (written, dropped))| LoggedRows { dataset, written, dropped });
    let judged = judged.into_iter().map(|((dataset, name), (passed, failed))| ExpectationCount {
        dataset,
        name,
        passed,
        failed,
    });
    (rows.collect(), judged.collect())
}
