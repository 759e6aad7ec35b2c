//! What a workspace keeps for a project: pipelines, jobs, alerts, schemas, volumes.
//!
//! Each struct is the body of its REST call, key for key (workspace-api.md, "Endpoints"), and at the same time the
//! resource of a bundle: one form for both ways to deploy. Absent options are not written, and keys are written in the
//! order of the fields. What only a bundle has (targets, variables, permissions) is kept outside of them; texts may
//! contain references such as `${var.catalog}`, which [`substituted`](super::reference::substituted) replaces.

mod alert;
mod job;
mod pipeline;
mod place;

pub use alert::{
    Alert, AlertNotification, AlertSchedule, Comparison, EmptyResult, Evaluation, Operand, OperandColumn, OperandValue,
    Subscription,
};
pub use job::{
    CronSchedule, FileArrival, Health, HealthMetric, HealthOperator, HealthRule, Job, JobId, JobNotifications,
    PipelineTask, Queue, RunJobTask, SqlFile, SqlFileSource, SqlTask, TableCondition, TableUpdate, Task,
    TaskDependency, Trigger,
};
pub use pipeline::{Channel, EventLog, Glob, Library, Pipeline, PipelineEvent, PipelineNotification, RunAs};
pub use place::{Schema, Volume, VolumeType};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The kinds of resource, in the order in which they are created: each refers only to kinds before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourceKind {
    /// A schema of Unity Catalog.
    Schema,
    /// A volume of Unity Catalog.
    Volume,
    /// A pipeline.
    Pipeline,
    /// A job.
    Job,
    /// An alert.
    Alert,
}

impl ResourceKind {
    /// The key of a bundle under which resources of the kind stand.
    pub fn section(self) -> &'static str {
        match self {
            ResourceKind::Schema => "schemas",
            ResourceKind::Volume => "volumes",
            ResourceKind::Pipeline => "pipelines",
            ResourceKind::Job => "jobs",
            ResourceKind::Alert => "alerts",
        }
    }

    /// The word for one resource of the kind.
    pub fn word(self) -> &'static str {
        match self {
            ResourceKind::Schema => "schema",
            ResourceKind::Volume => "volume",
            ResourceKind::Pipeline => "pipeline",
            ResourceKind::Job => "job",
            ResourceKind::Alert => "alert",
        }
    }

    /// The path to which a resource of the kind is posted to create it (workspace-api.md, "Endpoints").
    pub fn create_path(self) -> &'static str {
        match self {
            ResourceKind::Schema => "/api/2.1/unity-catalog/schemas",
            ResourceKind::Volume => "/api/2.1/unity-catalog/volumes",
            ResourceKind::Pipeline => "/api/2.0/pipelines",
            ResourceKind::Job => "/api/2.2/jobs/create",
            ResourceKind::Alert => "/api/2.0/alerts",
        }
    }
}

/// A resource of any kind. It serialises as the resource itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Resource {
    /// A pipeline.
    Pipeline(Box<Pipeline>),
    /// A job.
    Job(Box<Job>),
    /// An alert.
    Alert(Box<Alert>),
    /// A volume; before schemas, whose keys are among its own.
    Volume(Volume),
    /// A schema.
    Schema(Schema),
}

impl Resource {
    /// The kind, which tells the section and the endpoint that it belongs to.
    pub fn kind(&self) -> ResourceKind {
        match self {
            Resource::Pipeline(_) => ResourceKind::Pipeline,
            Resource::Job(_) => ResourceKind::Job,
            Resource::Alert(_) => ResourceKind::Alert,
            Resource::Volume(_) => ResourceKind::Volume,
            Resource::Schema(_) => ResourceKind::Schema,
        }
    }

    /// The resource as JSON: the body of its REST call.
    ///
    /// # Errors
    /// None for these types; the signature is that of the serialiser.
    pub fn to_json(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self)
    }
}

/// Whether schedules, triggers and alerts wait. A reference such as `${var.schedules}` stands for either word.
pub type PauseStatus = String;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_read_back_as_what_it_was() {
        let volume = Resource::Volume(Volume {
            catalog_name: "main".into(),
            schema_name: "shop".into(),
            name: "landing".into(),
            volume_type: VolumeType::Managed,
            comment: None,
        });
        let schema = Resource::Schema(Schema { catalog_name: "main".into(), name: "shop".into(), comment: None });
        for resource in [volume, schema] {
            let json = resource.to_json().unwrap();
            assert_eq!(serde_json::from_value::<Resource>(json).unwrap(), resource);
        }
    }

    #[test]
    fn what_is_absent_is_not_written() {
        let schema = Schema { catalog_name: "main".into(), name: "shop".into(), comment: None };
        assert_eq!(serde_json::to_string(&schema).unwrap(), r#"{"name":"shop","catalog_name":"main"}"#);
    }
}
