//! Statements that the deployer may not run, because the principal of the pipeline owns the tables and views.
//!
//! They are written to a file, and a one-time run executes them as that principal: a deployer who may use the
//! principal for jobs needs nothing else for this, and no secret of it.

use std::time::Duration;

use super::{ApplyError, Applying};
use crate::deploy::change::Change;
use crate::deploy::client::api::{files, runs};
use crate::deploy::client::error::Error;
use crate::deploy::desired::DesiredStatement;
use crate::plan::Identity;

/// The folder of the file, in that of the target. It is read by those who may start updates, and written by the deployer.
const FOLDER: &str = "run_as";
/// How often a run is looked at.
const PAUSE: Duration = Duration::from_secs(2);

/// The statement of a change, if it is one of the principal of the pipeline.
pub(super) fn statement(change: &Change) -> Option<&DesiredStatement> {
    match change {
        Change::Statement { statement, .. } if statement.identity == Identity::RunAs => Some(statement),
        _ => None,
    }
}

impl Applying<'_, '_, '_> {
    /// The principal of the pipeline, where it is not who deploys.
    pub(super) fn other_identity(&self) -> Option<String> {
        self.desired.runner().filter(|runner| *runner != self.remote.user).map(str::to_owned)
    }

    /// Runs statements as another principal, one after the other.
    pub(super) fn act(&mut self, runner: &str, statements: &[&DesiredStatement]) -> Result<(), ApplyError> {
        let text: String = statements.iter().map(|statement| format!("{};\n", statement.text)).collect();
        let folder = format!("{}/{FOLDER}", self.remote.root);
        let path = format!("{folder}/statements.sql");
        let of = |error: Error| ApplyError::Request { what: format!("statements as `{runner}`"), error: error.into() };
        files::make_folder(self.client, &folder).map_err(of)?;
        self.let_read(&folder).map_err(of)?;
        files::write(self.client, &path, text.as_bytes()).map_err(of)?;
        let run = runs::Script {
            name: format!("{}: statements of tables and views", self.desired.project),
            run_as: runner.to_owned(),
            warehouse: self.remote.warehouse.clone().unwrap_or_default(),
            path: path.clone(),
        };
        match self.perform(&run).map_err(of)? {
            None => {
                statements.iter().for_each(|statement| self.remote.catalog.apply(&statement.effect));
                Ok(())
            }
            Some(why) => Err(ApplyError::Acting { runner: runner.to_owned(), path, why }),
        }
    }

    /// Starts a run and waits for its end; why it failed, if it did.
    fn perform(&self, script: &runs::Script) -> Result<Option<String>, Error> {
        let id = runs::submit(self.client, script)?;
        loop {
            let Some(run) = runs::get(self.client, id)? else { return Ok(Some("the run is gone".to_owned())) };
            if run.has_succeeded() {
                return Ok(None);
            }
            if run.has_ended() {
                let task = run.tasks.first().map_or(id, |task| task.run_id);
                let said = runs::error(self.client, task)?.or_else(|| run.message().map(str::to_owned));
                return Ok(Some(self.client.shown(&said.unwrap_or_else(|| "the run gives no reason".to_owned()))));
            }
            self.client.door().sleep(PAUSE);
        }
    }
}
