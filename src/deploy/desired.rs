//! The desired state of a target: the statements of its governance, the files of a release, pipeline, jobs, alerts,
//! dashboards.
//!
//! All of it comes from the artifacts of a build, so what was reviewed is what is deployed. Nothing is read here; what
//! only a workspace knows (the deployer, ids) is filled in by [`Desired::resources`].

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::effect::Effect;
use super::meaning::{PipelineFile, PipelineSql};
use crate::bundle::reference::{self, ReferenceError, Values};
use crate::bundle::resource::{Resource, ResourceKind};
use crate::bundle::{self, Bundle, DeclaredResource, Deployment, rest};
use crate::model::{Layer, Mode, Ownership, Principal, Project, Share, TargetId};
use crate::plan::deployment::JobKind;
use crate::plan::{ArtifactKind, BuildPlan, FilePhase, Folder, Identity, PlannedDataset};
use crate::render::RenderedFile;

/// The tag that names the target; with the one of the project it tells whose a resource is.
pub const TARGET_TAG: &str = "target";
/// The tag that names the program that deployed a resource.
pub const MANAGER_TAG: &str = "managed_by";
/// The value of [`MANAGER_TAG`].
pub const MANAGER: &str = "gen";

/// A statement of governance.
#[derive(Debug, Clone, PartialEq)]
pub struct DesiredStatement {
    /// Before the pipeline is there, or after.
    pub phase: FilePhase,
    /// Its file, below the output directory.
    pub file: String,
    /// Its text, without the `;`.
    pub text: String,
    /// What it makes true.
    pub effect: Effect,
    /// Whether it may only run behind an update of all tables.
    pub behind_update: bool,
    /// Whom it runs as.
    pub identity: Identity,
}

/// How much of a target is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeployScope {
    /// All of it.
    #[default]
    All,
    /// The statements around a pipeline that a bundle deploys.
    Governance,
}

/// A dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredDashboard {
    /// The metric, which is its key.
    pub metric: String,
    /// A Lakeview dashboard as JSON, the text of its file in the output directory.
    pub definition: Arc<str>,
}

/// What a target is to hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Desired {
    /// Name of the project.
    pub project: String,
    /// Name of the target.
    pub target: String,
    /// What the target is for.
    pub mode: Mode,
    /// The folder that is deployed to, where it does not depend on who deploys.
    pub root: Option<String>,
    /// Name of the warehouse.
    pub warehouse: Option<String>,
    /// Statements, in the order in which they run.
    pub statements: Vec<DesiredStatement>,
    /// Files of the release, by their path below the output directory.
    pub files: BTreeMap<String, Arc<str>>,
    /// Dashboards.
    pub dashboards: Vec<DesiredDashboard>,
    /// How much of it is deployed.
    pub scope: DeployScope,
    /// The commit that it is made from, where that is known.
    pub commit: Option<String>,
    /// The specs that all this is made from, as JSON: texts by path.
    pub specs: Arc<str>,
    /// Datasets with the names that they had before.
    pub renamed: BTreeMap<String, String>,
    /// How much of what the workspace holds the deployment looks after.
    pub ownership: Ownership,
    deployer: Option<String>,
    bundle: Bundle,
    deployment: Deployment,
}

/// Why there is nothing to deploy.
#[derive(Debug, thiserror::Error)]
pub enum DesiredError {
    /// The target is none of the project.
    #[error("there is no such target")]
    NoTarget,
    /// A statement of the build can't be read back, which is a fault of the compiler.
    #[error("cannot read back `{0}`")]
    Unreadable(String),
    /// A reference stands for nothing, which is a fault of the compiler.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// A definition is no JSON, which is a fault of the compiler.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

impl Desired {
    /// What a target of a project is to hold, from the files of its build.
    ///
    /// # Errors
    /// When a file is not what the build promises.
    pub fn of(
        project: &Project,
        plan: &BuildPlan,
        files: &[RenderedFile],
        target: TargetId,
    ) -> Result<Desired, DesiredError> {
        let mut bundle = bundle::bundle(project, plan);
        // The job that applies statements around an update: here, they are applied without one.
        let around = bundle::key(ResourceKind::Job, &JobKind::Deployment.key(project));
        bundle.resources.retain(|declared| declared.key != around);
        let deployment = bundle.deployments.get(target.0).cloned().ok_or(DesiredError::NoTarget)?;
        let of_project = project.target(&deployment.name);
        let deployer = of_project.and_then(|target| target.deployer.as_ref());
        let mut desired = Desired {
            project: project.name.clone(),
            target: deployment.name.clone(),
            mode: deployment.mode,
            root: deployment.root.clone(),
            warehouse: deployment.warehouse.clone(),
            statements: vec![],
            files: BTreeMap::new(),
            dashboards: vec![],
            scope: DeployScope::All,
            commit: None,
            specs: Arc::from(""),
            renamed: renamed(project, plan),
            ownership: of_project.map(|target| target.ownership).unwrap_or_default(),
            deployer: deployer.map(|deployer| deployer.id().to_owned()),
            bundle,
            deployment,
        };
        for file in files.iter().filter(|file| file.artifact.kind.target().is_none_or(|of| of == target)) {
            desired.take(project, file)?;
        }
        // Statements before the pipeline come first; the order of the files within a phase is that of the plan.
        desired.statements.sort_by_key(|statement| statement.phase);
        Ok(desired)
    }

    /// Takes a file of the build for what it is.
    fn take(&mut self, project: &Project, file: &RenderedFile) -> Result<(), DesiredError> {
        let (path, text) = (file.artifact.path().to_owned(), Arc::clone(&file.text));
        match file.artifact.kind {
            ArtifactKind::Governance(_, concern) => {
                let read = statements(concern.phase(), concern.needs_all_tables(), concern.identity(), &path, &text)?;
                self.statements.extend(read);
                self.files.insert(path, text);
            }
            ArtifactKind::Operation(_, script) => {
                // The last of them is the mark that schedules ask for: all tables are those of this build.
                if script.makes_views() {
                    self.statements.extend(statements(FilePhase::After, true, Identity::RunAs, &path, &text)?);
                }
                self.files.insert(path, text);
            }
            ArtifactKind::Dataset(_) => drop(self.files.insert(path, text)),
            ArtifactKind::Dashboard(id) => self.dashboards.extend(
                project
                    .metrics
                    .get(id.0)
                    .map(|metric| DesiredDashboard { metric: metric.name.clone(), definition: text }),
            ),
            ArtifactKind::Gone(_)
            | ArtifactKind::Administration(..)
            | ArtifactKind::Reader(..)
            | ArtifactKind::Bundle(_)
            | ArtifactKind::Lineage => {}
        }
        Ok(())
    }

    /// Catalog and schema of the tables that dashboards read.
    pub fn dashboard_place(&self) -> [&str; 2] {
        let schema = self.value(&reference::schema_of(Layer::Gold)).or(self.value(reference::SCHEMA));
        [self.value(reference::CATALOG).unwrap_or_default(), schema.unwrap_or_default()]
    }

    /// Whether those tables are in the default schema.
    pub fn is_gold_at_home(&self) -> bool {
        self.value(reference::SCHEMA) == Some(self.dashboard_place()[1])
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.deployment.values.get(name).map(String::as_str)
    }

    /// The name of the release: equal files have equal names.
    pub fn release(&self) -> String {
        let mut hash = Sha256::new();
        for (path, text) in &self.files {
            hash.update((path.len() as u64).to_le_bytes());
            hash.update(path);
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The keys of the pipelines.
    pub fn pipeline_keys(&self) -> impl Iterator<Item = String> {
        let pipelines =
            self.bundle.resources.iter().filter(|declared| declared.resource.kind() == ResourceKind::Pipeline);
        pipelines.map(|declared| declared.key.clone())
    }

    /// Identifies what a pipeline is judged by: its sources, and those of its settings that these depend on. Where the files
    /// lie is none of them.
    pub fn proof(&self, body: &Value) -> String {
        const SETTINGS: [&str; 8] =
            ["catalog", "schema", "configuration", "channel", "serverless", "run_as", "event_log", "clusters"];
        let mut hash = Sha256::new();
        for (path, text) in self.files.iter().filter(|(path, _)| is_source(path)) {
            hash.update(path);
            hash.update([0]);
            hash.update(text.as_bytes());
            hash.update([0]);
        }
        for setting in SETTINGS.iter().filter_map(|setting| body.get(setting)) {
            hash.update(setting.to_string());
        }
        hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whom the pipeline runs as; empty where that is whoever deploys.
    pub fn run_as(&self) -> &str {
        self.runner().unwrap_or_default()
    }

    /// The service principal that owns tables and views, where one is named.
    pub fn runner(&self) -> Option<&str> {
        self.deployment.values.get(reference::RUN_AS).map(String::as_str)
    }

    /// Those who run and deploy the pipeline, where they are named.
    pub fn identities(&self) -> impl Iterator<Item = &str> {
        self.runner().into_iter().chain(self.deployer.as_deref())
    }

    /// Who may do what with pipeline, jobs, alerts and the folder. Where somebody else looks after that, those are left
    /// without whom nothing runs.
    pub fn permissions(&self) -> Vec<bundle::Permission> {
        let is_all = self.ownership.permissions != Share::Ignored;
        let is_given = |given: &&bundle::Permission| is_all || self.identities().any(|who| who == given.principal.id());
        self.deployment.permissions.iter().filter(is_given).cloned().collect()
    }

    /// Who may look at the dashboard of a metric.
    pub fn viewers_of(&self, metric: &str) -> impl Iterator<Item = &Principal> {
        self.deployment.dashboards.iter().filter(move |(of, _)| of == metric).flat_map(|(_, viewers)| viewers)
    }

    /// Says on a resource which release and commit last changed it. No plan compares these tags: a commit that changes nothing
    /// else is no change.
    pub fn stamp(&self, kind: ResourceKind, release: &str, body: &mut Value) {
        let (ResourceKind::Pipeline | ResourceKind::Job, Some(settings)) = (kind, body.as_object_mut()) else { return };
        let Some(tags) = settings.entry("tags").or_insert_with(|| json!({})).as_object_mut() else { return };
        tags.insert("release".to_owned(), json!(release));
        match &self.commit {
            Some(commit) => drop(tags.insert("commit".to_owned(), json!(commit))),
            None => drop(tags.remove("commit")),
        }
    }

    /// Pipeline, jobs and alerts as bodies of requests, in the order in which they are created. `known` are the values that
    /// only the workspace has; `user` is who deploys, for targets in which everybody has copies of their own.
    ///
    /// # Errors
    /// When a reference stands for nothing that is known.
    pub fn resources(&self, known: &Values, user: &str) -> Result<Vec<(DeclaredResource, Value)>, DesiredError> {
        let resources = rest::resources(&self.bundle, &self.deployment, known)?;
        let mut bodies = vec![];
        for declared in resources {
            // Places are made by statements.
            if matches!(declared.resource, Resource::Schema(_) | Resource::Volume(_)) {
                continue;
            }
            let mut body = declared.resource.to_json()?;
            self.mark(declared.resource.kind(), &mut body);
            if self.mode == Mode::Development {
                own_copy(declared.resource.kind(), &mut body, user);
            }
            bodies.push((declared, body));
        }
        Ok(bodies)
    }

    /// Marks a resource as one of this target.
    fn mark(&self, kind: ResourceKind, body: &mut Value) {
        if !matches!(kind, ResourceKind::Pipeline | ResourceKind::Job) {
            return;
        }
        let Some(settings) = body.as_object_mut() else { return };
        let tags = settings.entry("tags").or_insert_with(|| json!({}));
        for (key, value) in [(TARGET_TAG, self.target.as_str()), (MANAGER_TAG, MANAGER)] {
            tags.as_object_mut().into_iter().for_each(|tags| drop(tags.insert(key.to_owned(), json!(value))));
        }
    }
}

/// Datasets with the names that they had before.
fn renamed(project: &Project, plan: &BuildPlan) -> BTreeMap<String, String> {
    let old = |planned: &PlannedDataset| Some((planned.name.clone(), planned.dataset.old_name(project)?));
    plan.datasets.iter().filter_map(old).collect()
}

/// Whether a file of a release is one that the pipeline runs.
pub fn is_source(path: &str) -> bool {
    Path::new(path).starts_with(Folder::Pipeline.name())
}

/// The SQL of a pipeline with the settings that its names depend on.
pub fn pipeline_sql(files: Vec<PipelineFile>, settings: &Value) -> PipelineSql {
    let text = |key: &str| settings.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let configuration = settings.get("configuration").and_then(Value::as_object).into_iter().flatten();
    let configuration = configuration.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    PipelineSql {
        files,
        configuration: configuration.collect(),
        catalog: text("catalog"),
        schema: text("schema"),
        ..PipelineSql::default()
    }
}

/// What a bundle does in development mode: a copy of one's own. Nothing starts it, unless the target says so (`paused`).
fn own_copy(kind: ResourceKind, body: &mut Value, user: &str) {
    let Some(settings) = body.as_object_mut() else { return };
    let name = if kind == ResourceKind::Alert { "display_name" } else { "name" };
    if let Some(Value::String(name)) = settings.get_mut(name) {
        *name = format!("[dev {}] {name}", short(user));
    }
    if kind == ResourceKind::Pipeline {
        settings.insert("development".to_owned(), json!(true));
    }
}

/// Who somebody is, without the domain of a mail address and in letters, digits and `_`.
pub fn short(user: &str) -> String {
    let name = user.split('@').next().unwrap_or_default();
    name.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}

/// Values that only the workspace has.
pub fn known_values(warehouse: &str, files: &str, pipelines: &BTreeMap<String, String>) -> Values {
    let mut known: Values =
        [(reference::WAREHOUSE.to_owned(), warehouse.to_owned()), (reference::FILES.to_owned(), files.to_owned())]
            .into();
    known.extend(pipelines.iter().map(|(key, id)| (reference::pipeline_id(key), id.clone())));
    known
}

fn statements(
    phase: FilePhase,
    behind_update: bool,
    identity: Identity,
    file: &str,
    text: &str,
) -> Result<Vec<DesiredStatement>, DesiredError> {
    let statement =
        |(text, effect)| DesiredStatement { phase, file: file.to_owned(), text, effect, behind_update, identity };
    Ok(read_statements(file, text)?.into_iter().map(statement).collect())
}

/// The statements of a file, with what each makes true.
///
/// # Errors
/// When it can't be read back.
pub fn read_statements(file: &str, text: &str) -> Result<Vec<(String, Effect)>, DesiredError> {
    let unreadable = || DesiredError::Unreadable(file.to_owned());
    let parsed = lakeflow::parse(text).map_err(|_| unreadable())?;
    let statement = |statement: lakeflow::Statement| {
        let own = text.get(statement.range).ok_or_else(unreadable)?;
        Ok((own.to_owned(), Effect::of(&statement.kind)))
    };
    parsed.into_iter().map(statement).collect()
}
