//! Updates of a pipeline: starts them, waits for their end, and reports the result in the words of the workspace.

use std::time::Duration;

use super::client::Client;
use super::client::api::updates::{self, Start, State, Update};
use super::client::error::{Error, ErrorKind};
use super::refusal::{self, DatasetRefusal};

/// How often a running update is looked at.
const PAUSE: Duration = Duration::from_secs(2);
/// Updates that are shown.
const SHOWN: usize = 5;

/// Why an update did not complete.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The workspace failed, or refused.
    #[error("update: {0}")]
    Client(#[from] Error),
    /// It ended otherwise.
    #[error("update `{update}` ended as {state}{}", faults(.refusals))]
    Ended {
        /// Id that the workspace gave to the update.
        update: String,
        /// The last state in words, such as `failed`.
        state: String,
        /// What the workspace said was wrong, the first faults first.
        refusals: Vec<DatasetRefusal>,
    },
}

fn faults(refusals: &[DatasetRefusal]) -> String {
    refusals.iter().map(|refusal| format!("\n  {refusal}")).collect()
}

/// Starts an update once none runs, and waits for its end. `told` hears of each state.
///
/// # Errors
/// When it can't be started, or does not complete.
pub fn update(client: &Client<'_>, pipeline: &str, how: &Start, told: &mut dyn FnMut(&str)) -> Result<(), RunError> {
    let id = begin(client, pipeline, how, told)?;
    wait(client, pipeline, &id, told)
}

/// There can be one update at a time, and one that runs may have begun with other sources.
fn begin(client: &Client<'_>, pipeline: &str, how: &Start, told: &mut dyn FnMut(&str)) -> Result<String, Error> {
    // One that somebody else started is not ours, however its answer was lost.
    let ours = || Ok(running(client, pipeline)?.filter(|update| update.validate_only == how.validate_only));
    loop {
        idle(client, pipeline, told)?;
        match client.once(|| updates::start(client, pipeline, how), || Ok(ours()?.map(|update| update.update_id))) {
            // Somebody was faster.
            Err(error) if error.kind == ErrorKind::Conflict && running(client, pipeline)?.is_some() => {}
            started => return started,
        }
    }
}

/// The update that runs, if one does.
fn running(client: &Client<'_>, pipeline: &str) -> Result<Option<Update>, Error> {
    Ok(updates::list(client, pipeline, 1)?.into_iter().find(|update| !update.state.has_ended()))
}

/// Waits until no update runs.
///
/// # Errors
/// When the workspace fails.
pub fn idle(client: &Client<'_>, pipeline: &str, told: &mut dyn FnMut(&str)) -> Result<(), Error> {
    let mut is_told = false;
    while let Some(other) = running(client, pipeline)? {
        if !is_told {
            told(&format!("waits for `{}`, which runs", other.update_id));
            is_told = true;
        }
        client.door().sleep(PAUSE);
    }
    Ok(())
}

/// Starts an update; its id.
///
/// # Errors
/// When it can't be started, as while another one runs.
pub fn start(client: &Client<'_>, pipeline: &str, how: &Start) -> Result<String, RunError> {
    Ok(updates::start(client, pipeline, how)?)
}

/// Ends the update that runs, if one does, and waits until none runs.
///
/// # Errors
/// When the workspace fails.
pub fn stop(client: &Client<'_>, pipeline: &str) -> Result<(), Error> {
    updates::stop(client, pipeline)?;
    while updates::list(client, pipeline, 1)?.first().is_some_and(|update| !update.state.has_ended()) {
        client.door().sleep(PAUSE);
    }
    Ok(())
}

/// The last updates, the newest first.
///
/// # Errors
/// When the workspace fails.
pub fn recent(client: &Client<'_>, pipeline: &str) -> Result<Vec<Update>, RunError> {
    let mut updates = updates::list(client, pipeline, SHOWN)?;
    updates.truncate(SHOWN);
    Ok(updates)
}

/// Waits for the end of an update. `told` hears of each state.
///
/// # Errors
/// When it does not complete.
pub fn wait(client: &Client<'_>, pipeline: &str, id: &str, told: &mut dyn FnMut(&str)) -> Result<(), RunError> {
    let mut last = None;
    loop {
        let update = updates::get(client, pipeline, id)?;
        let state = update.as_ref().map_or(State::Other("gone".to_owned()), |update| update.state.clone());
        let word = word(&state);
        if last.as_ref() != Some(&state) {
            told(&word);
        }
        let id = id.to_owned();
        match state {
            State::Completed => return Ok(()),
            State::Failed | State::Canceled => {
                let refusals = update.map(|update| refusal::of_update(client, pipeline, &update)).transpose()?;
                let refusals = refusals.unwrap_or_default();
                return Err(RunError::Ended { update: id, state: word, refusals });
            }
            State::Other(_) => return Err(RunError::Ended { update: id, state: word, refusals: vec![] }),
            _ => last = Some(state),
        }
        client.door().sleep(PAUSE);
    }
}

/// The word for a state.
pub fn word(state: &State) -> String {
    match state {
        State::Other(other) => other.to_lowercase(),
        State::WaitingForResources => "waiting for resources".to_owned(),
        State::SettingUpTables => "setting up tables".to_owned(),
        state => format!("{state:?}").to_lowercase(),
    }
}
