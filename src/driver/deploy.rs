//! A deployment: the build of a target, the state of the workspace, and the changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::Compilation;
use super::own::{self, OwnError};
use crate::bundle::resource::ResourceKind;
use crate::deploy::adopt::AdoptError;
use crate::deploy::apply::{self, ApplyError, Told};
use crate::deploy::change::{self, Change, DeployStage, Remote};
use crate::deploy::ci;
use crate::deploy::client::Client;
use crate::deploy::client::api::updates::Start;
use crate::deploy::consent::{self, Consent};
use crate::deploy::desired::{self, DeployScope, Desired, DesiredError};
use crate::deploy::destroy::DestroyError;
use crate::deploy::meaning::{self, Meaning, PipelineFile, PipelineSql};
use crate::deploy::observe::{self, ObserveError, Running, TargetSite};
use crate::deploy::report::{self, ReportLine};
use crate::deploy::run::{self, RunError};
use crate::deploy::saved::{PlanBasis, SavedError, SavedPlan};
use crate::deploy::sight::{self, Sight};
use crate::model::TargetId;
use crate::plan::record::{Given, Record, RecordEntry, Select};
use crate::render::RenderError;
use crate::world::World;

/// A target as it is to be, and as it is.
pub struct TargetDeployment {
    /// What is wanted.
    pub desired: Desired,
    /// What is there.
    pub remote: Remote,
    /// What is to change.
    pub changes: Vec<Change>,
    /// What the change of the pipeline means for rows that are there; `None` where nobody can tell.
    pub meanings: Option<Vec<Meaning>>,
    /// Who sees what by it.
    pub sight: Sight,
    /// What the build gives.
    declared: BTreeSet<RecordEntry>,
    /// What was given and is not known to be gone, with what the build gives.
    given: BTreeSet<RecordEntry>,
    /// What the record of the project holds and the build does not give.
    retired: BTreeSet<RecordEntry>,
}

/// Why there is no deployment.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// The workspace can't be read.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// The schema of a developer's own is not theirs.
    #[error(transparent)]
    Own(#[from] OwnError),
    /// A fault of the compiler.
    #[error(transparent)]
    Desired(#[from] DesiredError),
    /// A fault of the compiler.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A change failed.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// What is to be taken over can't.
    #[error(transparent)]
    Adopt(Box<AdoptError>),
    /// What is to go can't.
    #[error(transparent)]
    Destroy(#[from] DestroyError),
    /// An update failed.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Nothing is deployed.
    #[error("nothing is deployed to target `{0}`: run `gen deploy --target {0}`")]
    NotDeployed(String),
    /// There is no such release to go back to.
    #[error("unknown earlier release `{wanted}`, known releases: {known}")]
    NoRelease {
        /// As given on the command line; `(the last one)` if none was.
        wanted: String,
        /// Those that there are.
        known: String,
    },
    /// A release can't be made again.
    #[error("cannot rebuild release `{release}`: {why}")]
    Unmade {
        /// Digest of its files, which names its folder below `releases/`.
        release: String,
        /// What is missing or differs.
        why: String,
    },
    /// A deployment did not come to its end, so nobody can tell what it left from what was changed by hand.
    #[error(
        "the last deployment to target `{0}` is under way or was interrupted: `gen deploy --target {0}` finishes it"
    )]
    Unfinished(String),
    /// There is no project, or it is at fault.
    #[error("the specs have errors")]
    Faulty,
}

impl From<AdoptError> for DeployError {
    fn from(error: AdoptError) -> Self {
        DeployError::Adopt(error.into())
    }
}

/// Reads what a target holds and says what is to change; changes nothing. `compilation` is that of the build.
///
/// # Errors
/// When the workspace can't be read, or holds things of others in our place.
pub fn prepare(
    world: &dyn World,
    root: &Path,
    client: &Client<'_>,
    compilation: &Compilation,
    target: TargetId,
) -> Result<TargetDeployment, DeployError> {
    in_scope(world, root, client, compilation, (target, DeployScope::All))
}

/// The same of the statements around a pipeline that a bundle deploys.
///
/// # Errors
/// As above; and when `gen deploy` deploys the target.
pub fn prepare_governance(
    world: &dyn World,
    root: &Path,
    client: &Client<'_>,
    compilation: &Compilation,
    target: TargetId,
) -> Result<TargetDeployment, DeployError> {
    in_scope(world, root, client, compilation, (target, DeployScope::Governance))
}

fn in_scope(
    world: &dyn World,
    root: &Path,
    client: &Client<'_>,
    compilation: &Compilation,
    target: (TargetId, DeployScope),
) -> Result<TargetDeployment, DeployError> {
    let site = observe::site(client, &desired(compilation, target.0)?)?;
    at(world, root, client, compilation, target, site)
}

/// The deployment of a build to a site.
pub(super) fn at(
    world: &dyn World,
    root: &Path,
    client: &Client<'_>,
    compilation: &Compilation,
    (target, scope): (TargetId, DeployScope),
    site: TargetSite,
) -> Result<TargetDeployment, DeployError> {
    let own = own::compilation(world, root, client, compilation, target, &site.user)?;
    let compilation = own.as_ref().unwrap_or(compilation);
    let desired = desired(compilation, target)?;
    let mine = |entry: &&RecordEntry| entry.target == desired.target;
    let declared: BTreeSet<RecordEntry> = compilation.plan.declared.iter().filter(mine).cloned().collect();
    let recorded: BTreeSet<RecordEntry> = compilation.plan.record.entries().iter().filter(mine).cloned().collect();
    let given: BTreeSet<RecordEntry> =
        recorded.difference(&site.memory.gone).chain(&site.memory.granted).chain(&declared).cloned().collect();
    let retired = recorded.difference(&declared).cloned().collect();
    // What is taken away and given back is the business of this deployment alone: files, and jobs that run them, are those
    // of a build that nothing was before.
    let made = |given: &BTreeSet<RecordEntry>| match *given == recorded {
        true => Ok(desired.clone()),
        false => after(world, root, compilation, target, given),
    };
    let mut steady = made(&declared)?;
    steady.statements = made(&given)?.statements;
    steady.scope = scope;
    steady.commit = ci::commit(world, root);
    of(client, steady, site, declared, given, retired)
}

pub(super) fn desired(compilation: &Compilation, target: TargetId) -> Result<Desired, DeployError> {
    let project = compilation.project.as_ref().ok_or(DeployError::Faulty)?;
    let mut desired = Desired::of(project, &compilation.plan, &compilation.files, target)?;
    let sources = compilation.sources.iter().map(|(_, source)| source);
    let specs: BTreeMap<&str, &str> =
        sources.filter(|source| source.path.starts_with("specs/")).map(|s| (s.path.as_str(), &*s.text)).collect();
    // Texts always have a form in JSON.
    desired.specs = serde_json::to_string(&specs).unwrap_or_default().into();
    Ok(desired)
}

/// What is wanted after what the workspace was given, which the record of the project may not know.
fn after(
    world: &dyn World,
    root: &Path,
    compilation: &Compilation,
    target: TargetId,
    given: &BTreeSet<RecordEntry>,
) -> Result<Desired, DeployError> {
    let project = compilation.project.as_ref().ok_or(DeployError::Faulty)?;
    let name = project.targets.get(target.0).map(|target| target.name.as_str());
    let others = compilation.plan.record.entries().iter().filter(|entry| Some(entry.target.as_str()) != name);
    let record = Record::of(others.chain(given).cloned().collect());
    desired(&super::build_after(world, root, record, compilation.developer.as_deref())?, target)
}

fn of(
    client: &Client<'_>,
    desired: Desired,
    site: TargetSite,
    declared: BTreeSet<RecordEntry>,
    given: BTreeSet<RecordEntry>,
    retired: BTreeSet<RecordEntry>,
) -> Result<TargetDeployment, DeployError> {
    let remote = observe::remote(client, &desired, site)?;
    let is_updated = observe::is_updated(client, &desired, &remote)?;
    let changes = change::changes(&desired, &remote, is_updated)?;
    let after = pipeline(&desired, &remote)?;
    let meanings = meanings(client, &desired, &remote, &after)?;
    let sight = seen(&desired, &remote, &changes, &after);
    Ok(TargetDeployment { desired, remote, changes, meanings, sight, declared, given, retired })
}

/// What is deployed to a target.
pub struct TargetThere {
    /// Id of the pipeline.
    pub pipeline: String,
    /// The release that it runs, where that is known.
    pub release: Option<String>,
    /// The release that the specs give.
    pub wanted: String,
}

/// Finds what is deployed to a target.
///
/// # Errors
/// When nothing is, or the workspace can't be read.
pub fn there(
    world: &dyn World,
    root: &Path,
    client: &Client<'_>,
    compilation: &Compilation,
    target: TargetId,
) -> Result<TargetThere, DeployError> {
    let site = observe::site(client, &desired(compilation, target)?)?;
    let own = own::compilation(world, root, client, compilation, target, &site.user)?;
    let compilation = own.as_ref().unwrap_or(compilation);
    let desired = desired(compilation, target)?;
    let id = desired.pipeline_keys().find_map(|key| site.memory.resources.get(&key).cloned());
    let pipeline = id.ok_or_else(|| DeployError::NotDeployed(desired.target.clone()))?;
    let mine = |entry: &&RecordEntry| entry.target == desired.target;
    let declared = compilation.plan.declared.iter().filter(mine).cloned().collect();
    let wanted = after(world, root, compilation, target, &declared)?.release();
    Ok(TargetThere { pipeline, release: site.memory.release, wanted })
}

/// What it means for rows that are there to run another release. The first one means nothing for any.
fn meanings(
    client: &Client<'_>,
    desired: &Desired,
    remote: &Remote,
    after: &PipelineSql,
) -> Result<Option<Vec<Meaning>>, DeployError> {
    // A bundle says what the pipeline runs.
    if desired.scope == DeployScope::Governance {
        return Ok(Some(vec![]));
    }
    let before = match observe::running(client, desired, remote)? {
        Running::Nothing | Running::Wanted => return Ok(Some(vec![])),
        Running::Unknown => return Ok(None),
        Running::Other(before) => before,
    };
    Ok(meaning::meanings(&before, after).ok())
}

/// The pipeline that is wanted.
fn pipeline(desired: &Desired, remote: &Remote) -> Result<PipelineSql, DeployError> {
    let files = desired.files.iter().filter(|(path, _)| desired::is_source(path));
    let files = files.map(|(path, text)| PipelineFile { path: path.clone(), text: text.to_string() }).collect();
    let wanted = change::wanted(desired, remote, &desired.release())?;
    let settings = wanted.into_iter().find(|(kind, ..)| *kind == ResourceKind::Pipeline).map(|(_, _, body)| body);
    let mut after = desired::pipeline_sql(files, &settings.unwrap_or_default());
    after.renamed.clone_from(&desired.renamed);
    Ok(after)
}

fn seen(desired: &Desired, remote: &Remote, changes: &[Change], after: &PipelineSql) -> Sight {
    sight::sight(desired, &remote.catalog, changes, &sight::wanted_shapes(after), &remote.user)
}

impl TargetDeployment {
    /// Whether everything is as it is wanted; what waits for an update is not.
    pub fn is_settled(&self) -> bool {
        self.changes.is_empty()
    }

    /// What the deployment needs consent for, without what is allowed.
    pub fn consents(&self, allowed: &[Consent]) -> BTreeSet<Consent> {
        let (meanings, user) = (self.meanings.as_deref(), &self.remote.user);
        let seeing = self.sees_more().into_iter().chain(self.sight.rising()).collect();
        consent::missing(&self.changes, meanings, seeing, user, allowed)
    }

    /// The plan as a file. `host` is the workspace; `is_rollback` says that an earlier release is wanted.
    pub fn saved(&self, host: &str, is_rollback: bool) -> SavedPlan {
        let lines = report::lines(&self.changes);
        let meanings = self.meanings.as_deref().map(meaning::text);
        let meanings = meanings.unwrap_or_else(|| "unknown".to_owned()).lines().map(str::to_owned).collect();
        SavedPlan::of(&self.made(host, &lines), is_rollback, meanings, &self.consents(&[]))
    }

    /// Refuses a saved plan that was made from something else than this deployment.
    ///
    /// # Errors
    /// What is not as it was.
    pub fn require(&self, host: &str, plan: &SavedPlan) -> Result<(), SavedError> {
        plan.require(&self.made(host, &report::lines(&self.changes)))
    }

    fn made<'a>(&'a self, host: &'a str, lines: &'a [ReportLine]) -> PlanBasis<'a> {
        PlanBasis { host, desired: &self.desired, remote: &self.remote, lines }
    }

    /// Principals who will see columns in the clear that were masked for them, or other rows. No grant says so: masks and
    /// row filters decide it.
    pub fn sees_more(&self) -> BTreeSet<String> {
        let select = |entry: &RecordEntry| match &entry.given {
            Given::Select(select) => Some(select.clone()),
            _ => None,
        };
        let before: Vec<Select> = self.remote.memory.granted.iter().filter_map(select).collect();
        let more = |now: &Select| {
            let same = |old: &&Select| (&old.table, &old.to) == (&now.table, &now.to);
            let kept = |old: &Select| old.rows == now.rows && old.masked.keys().all(|c| now.masked.contains_key(c));
            let mut old = before.iter().filter(same).peekable();
            old.peek().is_some() && !old.any(kept)
        };
        self.declared.iter().filter_map(select).filter(more).map(|now| now.to).collect()
    }

    /// Reads the workspace again.
    ///
    /// # Errors
    /// When the workspace can't be read.
    pub fn look_again(&mut self, client: &Client<'_>) -> Result<(), DeployError> {
        let site = observe::site(client, &self.desired)?;
        self.remote = observe::remote(client, &self.desired, site)?;
        let is_updated = observe::is_updated(client, &self.desired, &self.remote)?;
        self.changes = change::changes(&self.desired, &self.remote, is_updated)?;
        self.sight = seen(&self.desired, &self.remote, &self.changes, &pipeline(&self.desired, &self.remote)?);
        Ok(())
    }

    /// Starts an update of all tables and waits for its end.
    ///
    /// # Errors
    /// When it can't be started, or does not complete.
    pub fn update(&self, client: &Client<'_>, told: &mut dyn FnMut(&str)) -> Result<(), DeployError> {
        for key in self.desired.pipeline_keys() {
            if let Some(there) = self.remote.resources.get(&key) {
                run::update(client, &there.id, &Start::default(), told)?;
            }
        }
        Ok(())
    }

    /// Makes the changes that can be made now. `told` hears of each before it is made.
    ///
    /// # Errors
    /// The first change that fails ends it.
    pub fn apply(&mut self, client: &Client<'_>, told: &mut dyn FnMut(Told<'_>)) -> Result<(), DeployError> {
        // What is going to be given is remembered before it is: a deployment may end at any moment.
        self.remote.memory.granted.clone_from(&self.given);
        self.remote.memory.unfinished = true;
        apply::save(client, &self.remote)?;
        apply::apply(client, &self.desired, &mut self.remote, &self.changes, told)?;
        self.changes.retain(|change| change.stage() == DeployStage::Waiting);
        if self.is_settled() {
            self.remote.memory.granted.clone_from(&self.declared);
            self.remote.memory.gone.clone_from(&self.retired);
        }
        apply::remember(client, &self.desired, &mut self.remote, &self.changes)?;
        Ok(())
    }
}
