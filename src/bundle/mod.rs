//! What a deployment puts into a workspace: a bundle that the official command line deploys, and the same resources as
//! bodies of REST calls.
//!
//! [`bundle()`] says what there is; [`files`] writes it as the files of a bundle, [`rest`] as requests. Neither talks to
//! a workspace. What runs outside the pipeline (governance, views of operation) is referred to by path: a job runs it.

mod alerts;
pub mod files;
mod jobs;
mod pipeline;
mod place;
pub mod reference;
pub mod resource;
pub mod rest;
mod yaml;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::{Mode, Principal, Project, Target, TargetId};
use crate::plan::{ArtifactKind, BuildPlan, Folder};
use reference::Values;
use resource::{Job, Kind, Resource, Task, TaskDependency};

/// Everything that is deployed for a project.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// Name of the project.
    pub name: String,
    /// Resources of every target. They differ between targets in what references stand for, and jobs in additions.
    pub resources: Vec<Declared>,
    /// Targets, in the order of the project.
    pub deployments: Vec<Deployment>,
    /// Folders of the output directory that are uploaded, besides the bundle itself.
    pub folders: Vec<Folder>,
}

/// A resource with the key by which references name it.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// Key, unique among resources of its kind.
    pub key: String,
    /// The resource.
    pub resource: Resource,
}

/// A target.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployment {
    /// Name.
    pub name: String,
    /// Whether it is meant when none is named.
    pub default: bool,
    /// What it is for.
    pub mode: Mode,
    /// What references stand for. The id of the warehouse and ids of resources are known to the workspace only.
    pub values: Values,
    /// Name of the warehouse whose id is wanted.
    pub warehouse: Option<String>,
    /// Schema and volume, with those who may use them.
    pub places: Vec<Place>,
    /// Who may do what with pipeline, jobs and alerts.
    pub permissions: Vec<Permission>,
    /// Tasks that the jobs of this target have besides.
    pub additions: Vec<JobAddition>,
}

/// What a job of one target has besides the tasks that it has in all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct JobAddition {
    /// Key of the job.
    pub key: String,
    /// Tasks.
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

/// A schema or volume with its grants.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Schema or volume.
    pub declared: Declared,
    /// Who may use it.
    pub grants: Vec<Grant>,
}

/// Privileges of a principal (reference, section 2.7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Name of a group, or application id of a service principal.
    pub principal: String,
    /// What it may do.
    pub privileges: Vec<Privilege>,
}

/// A privilege on a schema or volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Privilege {
    /// Find what is in a schema.
    UseSchema,
    /// Read files.
    ReadVolume,
    /// Add, replace and delete files.
    WriteVolume,
}

/// What a principal may do with pipeline, jobs and alerts (reference, section 2.9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// The principal.
    pub principal: Principal,
    /// How much.
    pub level: Level,
}

/// How much a principal may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// See it, and start runs.
    Run,
}

impl Level {
    /// The word that the permissions of resources of a kind use; `None` where there are grants in place of permissions.
    pub fn word(self, kind: Kind) -> Option<&'static str> {
        match (self, kind) {
            (Level::Run, Kind::Pipeline | Kind::Alert) => Some("CAN_RUN"),
            (Level::Run, Kind::Job) => Some("CAN_MANAGE_RUN"),
            (Level::Run, Kind::Schema | Kind::Volume) => None,
        }
    }
}

/// Lists what is deployed for a project: pipeline, jobs and alerts, in the targets that it names.
pub fn bundle(project: &Project, plan: &BuildPlan) -> Bundle {
    let mut resources = vec![declared(&project.name, Resource::Pipeline(Box::new(pipeline::pipeline(project, plan))))];
    let jobs = jobs::jobs(project, plan);
    resources.extend(jobs.into_iter().map(|(key, job)| declared(&key, Resource::Job(Box::new(job)))));
    let alerts = alerts::alerts(project);
    resources.extend(alerts.into_iter().map(|(key, alert)| declared(&key, Resource::Alert(Box::new(alert)))));
    let uploaded = |kind: ArtifactKind| match kind {
        ArtifactKind::Bundle(_) | ArtifactKind::Reader(..) | ArtifactKind::Lineage => None,
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
        ..deployment(project, target)
    });
    let deployments = deployments.collect();
    Bundle { name: project.name.clone(), resources, deployments, folders }
}

fn declared(key: &str, resource: Resource) -> Declared {
    Declared { key: key.to_owned(), resource }
}

fn deployment(project: &Project, target: &Target) -> Deployment {
    let schema = Place {
        declared: declared(&project.name, Resource::Schema(place::schema(project))),
        grants: place::schema_grants(project, target),
    };
    let volume = place::volume(target).map(|volume| Place {
        declared: declared("landing", Resource::Volume(volume)),
        grants: place::volume_grants(project, target),
    });
    let operators = place::operators(project, target).into_iter().cloned();
    Deployment {
        name: target.name.clone(),
        default: target.default,
        mode: target.mode,
        values: values(target),
        warehouse: target.warehouse.clone(),
        places: [Some(schema), volume].into_iter().flatten().collect(),
        permissions: operators.map(|principal| Permission { principal, level: Level::Run }).collect(),
        additions: vec![],
    }
}

/// What references stand for in a target, as far as the specs say.
fn values(target: &Target) -> Values {
    let schedules = if target.paused { "PAUSED" } else { "UNPAUSED" };
    let run_as = pipeline::run_as(target).map(|id| (reference::RUN_AS, id));
    let declared = [
        (reference::CATALOG, target.catalog.as_str()),
        (reference::SCHEMA, &target.schema),
        (reference::LANDING, &target.landing),
        (reference::SCHEDULES, schedules),
        (reference::TARGET, &target.name),
    ];
    declared.into_iter().chain(run_as).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
