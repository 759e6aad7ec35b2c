//! What a deployment creates in a workspace: as a bundle that the official command line deploys, and as the same
//! resources in the form of REST bodies.
//!
//! [`bundle()`] says what there is; [`files`] writes it as the files of a bundle, [`rest`] as requests. Neither
//! contacts a workspace. Whatever runs outside the pipeline (governance, views of operation) is referenced by path,
//! and a job runs it.

mod alerts;
pub mod files;
mod jobs;
mod pipeline;
mod place;
pub mod reference;
pub mod resource;
pub mod rest;
pub mod settings;
mod yaml;

use std::collections::BTreeSet;

use crate::model::{Mode, Principal, Project, Settings, Target, TargetId};
use crate::plan::{ArtifactKind, BuildPlan, Folder, deployment};
use crate::render::text::Ident;
use reference::Values;
use resource::{Job, Resource, ResourceKind, Task, TaskDependency};

/// Everything that is deployed for a project.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// Name of the project.
    pub name: String,
    /// Resources of every target. They differ between targets in what references stand for, and jobs in additions.
    pub resources: Vec<DeclaredResource>,
    /// Targets, in the order of the project.
    pub deployments: Vec<Deployment>,
    /// Folders of the output directory that are uploaded, besides the bundle itself.
    pub folders: Vec<Folder>,
}

/// A resource with the key by which references name it.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclaredResource {
    /// Key, unique among all resources of the bundle: see [`key`].
    pub key: String,
    /// With references such as `${var.catalog}` in it; resolved by [`rest::resources`].
    pub resource: Resource,
}

/// A target.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployment {
    /// Key in `targets`, such as `dev`.
    pub name: String,
    /// Whether it is meant when none is named.
    pub default: bool,
    /// What it is for.
    pub mode: Mode,
    /// What references stand for. The id of the warehouse and ids of resources are known to the workspace only.
    pub values: Values,
    /// Name of the warehouse whose id is wanted.
    pub warehouse: Option<String>,
    /// Schemas and volume. Who may use them is said by governance alone: what a bundle grants, it takes from all others at
    /// every deployment.
    pub places: Vec<DeclaredResource>,
    /// Folder of the workspace that is deployed to; `None` in development, where it is one of whoever deploys.
    pub root: Option<String>,
    /// Address of the workspace, where it is stated.
    pub host: Option<String>,
    /// Id of the workspace, where it is stated.
    pub workspace_id: Option<String>,
    /// Who may do what with pipeline, jobs, alerts and the folder.
    pub permissions: Vec<Permission>,
    /// Who may look at which dashboard, by the name of its metric.
    pub dashboards: Vec<(String, Vec<Principal>)>,
    /// Settings of pipeline and jobs.
    pub settings: Settings,
    /// Tasks that the jobs of this target have besides.
    pub additions: Vec<JobAddition>,
}

/// What a job of one target has besides the tasks that it has in all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct JobAddition {
    /// Key of the job.
    pub key: String,
    /// Tasks that only this target has.
    pub tasks: Vec<Task>,
    /// Tasks of all targets, by their keys, that wait for more here.
    pub waits: Vec<(String, Vec<TaskDependency>)>,
}

impl JobAddition {
    /// The job of the target. It is put together as the command line does: tasks of one key become one, and lists follow
    /// each other. What a task waits for in every target comes before what is added, so it may go on waiting for both.
    pub fn added_to(&self, job: &Job) -> Job {
        let mut job = job.clone();
        for (key, waits) in &self.waits {
            let task = job.tasks.iter_mut().find(|task| task.task_key == *key);
            task.into_iter().for_each(|task| task.depends_on.extend(waits.clone()));
        }
        job.tasks.extend(self.tasks.clone());
        job
    }
}

/// What a principal may do with pipeline, jobs and alerts (workspace-api.md, "Permissions").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// A group or a service principal.
    pub principal: Principal,
    /// How much.
    pub level: PermissionLevel,
}

/// How much a principal may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PermissionLevel {
    /// See it, and start runs.
    Run,
    /// Change it.
    Manage,
}

impl PermissionLevel {
    /// The word that the permissions of resources of a kind use; `None` where there are grants in place of permissions.
    pub fn word(self, kind: ResourceKind) -> Option<&'static str> {
        match (self, kind) {
            (PermissionLevel::Run, ResourceKind::Pipeline | ResourceKind::Alert) => Some("CAN_RUN"),
            (PermissionLevel::Run, ResourceKind::Job) => Some("CAN_MANAGE_RUN"),
            (PermissionLevel::Manage, ResourceKind::Pipeline | ResourceKind::Alert | ResourceKind::Job) => {
                Some("CAN_MANAGE")
            }
            (_, ResourceKind::Schema | ResourceKind::Volume) => None,
        }
    }
}

/// Lists what is deployed for a project: pipeline, jobs and alerts, in the targets that it names.
pub fn bundle(project: &Project, plan: &BuildPlan) -> Bundle {
    let pipeline = Resource::Pipeline(Box::new(pipeline::pipeline(project, plan)));
    let mut resources = vec![declared(&project.name, pipeline)];
    let jobs = jobs::jobs(project, plan);
    resources.extend(jobs.into_iter().map(|(key, job)| declared(&key, Resource::Job(Box::new(job)))));
    let alerts = alerts::alerts(project);
    resources.extend(alerts.into_iter().map(|(key, alert)| declared(&key, Resource::Alert(Box::new(alert)))));
    let uploaded = |kind: ArtifactKind| match kind {
        ArtifactKind::Bundle(_)
        | ArtifactKind::Administration(..)
        | ArtifactKind::Reader(..)
        | ArtifactKind::Lineage => None,
        ArtifactKind::Dataset(_)
        | ArtifactKind::Governance(..)
        | ArtifactKind::Gone(_)
        | ArtifactKind::Dashboard(_)
        | ArtifactKind::Operation(..) => kind.folder(),
    };
    let folders = plan.artifacts.iter().filter_map(|artifact| uploaded(artifact.kind)).chain([Folder::Pipeline]);
    let folders = folders.collect::<BTreeSet<Folder>>().into_iter().collect();
    let targets = project.targets.iter().enumerate();
    let deployments = targets.map(|(index, target)| Deployment {
        additions: jobs::additions(project, plan, TargetId(index)),
        ..self::deployment(project, target)
    });
    let deployments = deployments.collect();
    Bundle { name: project.name.clone(), resources, deployments, folders }
}

/// The key of a resource that people call `name`. Kinds end differently, so no two resources share a key, whatever a
/// project, schedule, metric or volume is called: the command line refuses two of one key, also of different kinds.
pub fn key(kind: ResourceKind, name: &str) -> String {
    format!("{name}_{}", kind.word())
}

fn declared(name: &str, resource: Resource) -> DeclaredResource {
    DeclaredResource { key: key(resource.kind(), name), resource }
}

fn deployment(project: &Project, target: &Target) -> Deployment {
    let schemas = place::schemas(project, target).into_iter();
    let schemas = schemas.map(|(name, schema)| declared(&name, Resource::Schema(schema)));
    let volume = place::volume(target).map(|volume| declared("landing", Resource::Volume(volume)));
    Deployment {
        name: target.name.clone(),
        default: target.default,
        mode: target.mode,
        values: values(project, target),
        warehouse: target.warehouse.clone(),
        // The pipeline is refused unless its principal may create tables. Where that is not whoever deploys, it has to be
        // granted between schema and pipeline, which a bundle can't: the files of governance come first, and make both.
        places: if target.deployer.is_none() { schemas.chain(volume).collect() } else { vec![] },
        root: (target.mode == Mode::Production).then(|| deployment::root(project, target)),
        host: target.host.clone(),
        workspace_id: target.workspace_id.clone(),
        settings: target.settings.clone(),
        permissions: place::permissions(project, target),
        dashboards: place::dashboards(project, target),
        additions: vec![],
    }
}

/// What references stand for in a target, as far as the specs say.
fn values(project: &Project, target: &Target) -> Values {
    let schedules = if target.paused { "PAUSED" } else { "UNPAUSED" };
    let run_as = pipeline::principal(target).map(|id| (reference::RUN_AS, id));
    let place = format!("{}.{}", Ident::new(&target.catalog), Ident::new(&target.schema));
    let declared = [
        (reference::PLACE, place.as_str()),
        (reference::CATALOG, target.catalog.as_str()),
        (reference::SCHEMA, &target.schema),
        (reference::LANDING, &target.landing),
        (reference::SCHEDULES, schedules),
        (reference::TARGET, &target.name),
    ];
    let declared = declared.into_iter().chain(run_as).map(|(name, value)| (name.to_owned(), value.to_owned()));
    let layers = project.placed_layers();
    let layers = layers.map(|layer| (reference::schema_of(layer), target.schema_of(layer).to_owned()));
    declared.chain(layers).collect()
}
