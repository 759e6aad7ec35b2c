//! Points a pipeline at a release, checks whether the workspace accepts it, and points it back if not.
//!
//! A workspace can only validate the files that a pipeline points at, so the pipeline is pointed there first. In both
//! directions it is replaced only if it still has the version that was read, so changes that somebody else makes in
//! the meantime are kept. Readers lose access before that and gain access only afterwards, so an update that somebody
//! starts in between shows nobody more than they will see in the end. When the pipeline is pointed back, readers get
//! back the access that was taken from them.

use std::fmt;

use serde_json::{Value, json};

use super::{ApplyError, Applying, Told, failed};
use crate::bundle::resource::ResourceKind;
use crate::deploy::change::ResourceThere;
use crate::deploy::client::api::updates::Start;
use crate::deploy::client::api::{files, pipelines};
use crate::deploy::client::error::{Error, ErrorKind};
use crate::deploy::desired::{self, DesiredStatement};
use crate::deploy::effect::Effect;
use crate::deploy::release::{self, PIPELINE};
use crate::deploy::run::{self, RunError};
use crate::deploy::{field, observe, ownership};
use crate::plan::{FilePhase, Identity};

/// What became of a pipeline whose release was not found valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Back {
    /// It runs the release before again.
    Switched,
    /// There was none before.
    First,
    /// Somebody changed it meanwhile, so it was left alone.
    Changed,
    /// It could not be pointed back, or readers lack something still; why.
    Failed(String),
}

impl fmt::Display for Back {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Back::Switched => f.write_str("the pipeline runs the previous release, and nothing else was changed"),
            Back::First => f.write_str("the pipeline exists, and nothing starts it"),
            Back::Changed => f.write_str("somebody changed the pipeline in the meantime, so it was not reset"),
            Back::Failed(why) => write!(f, "the previous release could not be restored: {why}"),
        }
    }
}

impl Applying<'_, '_, '_> {
    /// Replaces the settings of a pipeline, and remembers those it had.
    pub(super) fn switch(&mut self, key: &str, name: &str, told: &mut dyn FnMut(Told<'_>)) -> Result<(), ApplyError> {
        let body = self.body(key)?;
        let Some(there) = self.remote.resources.get(key).cloned() else { return Ok(()) };
        let fail = |error: Error| failed(ResourceKind::Pipeline, name, error);
        if !self.is_proven {
            // An update that runs reads the release before; while it does, nothing can be validated.
            run::idle(self.client, &there.id, &mut |state| told(Told::Update(state))).map_err(fail)?;
            self.remember_settings(&there).map_err(fail)?;
            self.remote.memory.switched = Some(self.release.clone());
            super::save(self.client, self.remote)?;
        }
        let mut settings = field::merged(
            ResourceKind::Pipeline,
            ownership::extent(self.desired.ownership, ResourceKind::Pipeline),
            &body,
            &there.settings,
        );
        self.desired.stamp(ResourceKind::Pipeline, &self.release, &mut settings);
        pipelines::replace(self.client, &there.id, &settings, there.modified).map_err(fail)?;
        self.remote.memory.resources.insert(key.to_owned(), there.id.clone());
        if !self.is_proven {
            let after = observe::get(self.client, ResourceKind::Pipeline, &there.id)?;
            after.map(|after| self.remote.resources.insert(key.to_owned(), after));
            self.before.pipelines.insert(key.to_owned(), there);
        }
        Ok(())
    }

    /// Keeps the settings of a pipeline beside the release that it runs, for whoever goes on if this deployment ends here.
    fn remember_settings(&self, there: &ResourceThere) -> Result<(), Error> {
        let memory = &self.remote.memory;
        let (Some(release), None) = (&memory.release, &memory.switched) else { return Ok(()) };
        let text = serde_json::to_vec_pretty(&restored(there)).unwrap_or_default();
        match files::write(self.client, &format!("{}/{PIPELINE}", self.remote.folder(release)), &text) {
            Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
            written => written,
        }
    }

    /// Lets an update look whether the pipeline could run.
    pub(super) fn validate(&mut self, key: &str, told: &mut dyn FnMut(Told<'_>)) -> Result<(), ApplyError> {
        let Some(id) = self.remote.resources.get(key).map(|there| there.id.clone()) else { return Ok(()) };
        let how = Start { validate_only: true, ..Start::default() };
        let error = match run::update(self.client, &id, &how, &mut |state| told(Told::Update(state))) {
            Ok(()) => {
                let body = self.body(key)?;
                self.remote.memory.validated = Some(self.desired.proof(&body));
                self.remote.memory.switched = None;
                return Ok(());
            }
            Err(error) => error,
        };
        let back = self.back(key).unwrap_or_else(|error| Back::Failed(error.to_string()));
        let release = self.release.clone();
        Err(match error {
            RunError::Client(error) => ApplyError::Unproven { release, error: error.into(), back },
            RunError::Ended { refusals, .. } => ApplyError::Refused { release, refusals, back },
        })
    }

    /// Points the pipeline back, and gives readers what they had.
    fn back(&mut self, key: &str) -> Result<Back, ApplyError> {
        let Some(settings) = self.settings_before(key)? else { return Ok(Back::First) };
        let Some(there) = self.remote.resources.get(key).cloned() else { return Ok(Back::First) };
        match pipelines::replace(self.client, &there.id, &settings, there.modified) {
            Ok(()) => {}
            Err(error) if error.kind == ErrorKind::Conflict => return Ok(Back::Changed),
            // The answer was lost; what it points at tells.
            Err(error) if error.kind == ErrorKind::Ambiguous => {
                let after = observe::get(self.client, ResourceKind::Pipeline, &there.id)?;
                let libraries = after.as_ref().and_then(|after| after.settings.get("libraries"));
                if libraries != settings.get("libraries") {
                    return Ok(Back::Failed(error.to_string()));
                }
            }
            Err(error) => return Ok(Back::Failed(error.to_string())),
        }
        self.remote.memory.switched = None;
        self.before.pipelines.remove(key).map(|before| self.remote.resources.insert(key.to_owned(), before));
        self.give_back()?;
        Ok(Back::Switched)
    }

    /// The settings that the pipeline had with the release before.
    fn settings_before(&self, key: &str) -> Result<Option<Value>, ApplyError> {
        if let Some(there) = self.before.pipelines.get(key) {
            return Ok(Some(restored(there)));
        }
        let Some(release) = &self.remote.memory.release else { return Ok(None) };
        let what = || format!("the settings of release `{release}`");
        let text = release::read(self.client, &self.remote.folder(release), PIPELINE)
            .map_err(|error| ApplyError::Request { what: what(), error: error.into() })?;
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
    }

    /// Says again what the release before says and what held before this deployment. Its statements lie among its files.
    fn give_back(&mut self) -> Result<(), ApplyError> {
        let Some(release) = self.remote.memory.release.clone() else { return Ok(()) };
        let folder = self.remote.folder(&release);
        let of = |error: Error| ApplyError::Request { what: format!("release `{release}`"), error: error.into() };
        let marker = release::marker(self.client, &folder).map_err(of)?.unwrap_or_default();
        let mut of_runner = vec![];
        for (file, is_runners) in marker.statements {
            let text = release::read(self.client, &folder, &file).map_err(of)?.unwrap_or_default();
            for (text, effect) in desired::read_statements(&file, &String::from_utf8_lossy(&text))? {
                match self.is_lost(&effect) {
                    true if is_runners => of_runner.push(runners(&file, text, effect)),
                    true => self.say(&file, &text, &effect)?,
                    false => {}
                }
            }
        }
        match self.other_identity() {
            _ if of_runner.is_empty() => Ok(()),
            Some(runner) => self.act(&runner, &of_runner.iter().collect::<Vec<_>>()),
            None => of_runner.iter().try_for_each(|own| self.say(&own.file, &own.text, &own.effect)),
        }
    }

    /// Whether an effect held before this deployment, and does not now.
    fn is_lost(&self, effect: &Effect) -> bool {
        let (before, now) = (&self.before.catalog, &self.remote.catalog);
        match effect {
            // The definition of a view that the specs do not give any more was not read.
            Effect::MetricView(view, _) | Effect::View(view, _) if before.is_there(view) && !now.is_there(view) => true,
            effect => before.is_held(effect) && !now.is_held(effect),
        }
    }
}

/// A statement of the principal of the pipeline.
fn runners(file: &str, text: String, effect: Effect) -> DesiredStatement {
    let (file, identity) = (file.to_owned(), Identity::RunAs);
    DesiredStatement { phase: FilePhase::After, file, text, effect, behind_update: false, identity }
}

/// The settings of a pipeline as a request that brings them back.
fn restored(there: &ResourceThere) -> Value {
    let mut settings = there.settings.clone();
    if let (Some(settings), Some(who)) = (settings.as_object_mut(), &there.runs_as) {
        settings.remove("id");
        // A service principal goes by its application id, which has no `@`.
        let kind = if who.contains('@') { "user_name" } else { "service_principal_name" };
        settings.insert("run_as".to_owned(), json!({ kind: who }));
    }
    settings
}
