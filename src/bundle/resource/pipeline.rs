//! The pipeline: the body of `POST` and `PUT /api/2.0/pipelines` (workspace-api.md, "Pipelines").

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::model::Cluster;

/// A Lakeflow pipeline, serverless or on clusters. `continuous` and `development` are deprecated and so no keys here: a
/// pipeline without them is triggered, and development is a matter of each update.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// Name, unique in the workspace.
    pub name: String,
    /// Catalog of all tables.
    pub catalog: String,
    /// Schema of all tables.
    pub schema: String,
    /// Whether Databricks provides the compute.
    pub serverless: bool,
    /// Which release of the engine runs it.
    pub channel: Channel,
    /// Folder of the sources, as the editor of the workspace shows it.
    pub root_path: String,
    /// Globs of source files, all of which are run.
    pub libraries: Vec<Library>,
    /// Values of `${key}` in the sources, by key.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub configuration: IndexMap<String, String>,
    /// Whom updates run as; whoever deploys, if nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_as: Option<RunAs>,
    /// Where events are published.
    pub event_log: EventLog,
    /// Who is told of what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notifications: Vec<PipelineNotification>,
    /// Tags, at most 25.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub tags: IndexMap<String, String>,
    /// Id of the policy that serverless compute is billed by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_policy_id: Option<String>,
    /// Clusters, where it is not serverless.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clusters: Vec<Cluster>,
}

/// Which release of the engine runs a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Channel {
    /// The one for production.
    Current,
    /// The preview of the next one.
    Preview,
}

/// Sources of a pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// A file, or all files below a folder.
    pub glob: Glob,
}

/// A file, or a folder with all that is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Glob {
    /// The path of a file, or a folder followed by `/**`; no other wildcard is allowed.
    pub include: String,
}

/// Whom something runs as. A group can't run anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunAs {
    /// Application id of a service principal.
    pub service_principal_name: String,
}

/// Where the events of a pipeline are published as a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventLog {
    /// Name of the table.
    pub name: String,
    /// Catalog of the table; a reference to the target's.
    pub catalog: String,
    /// Schema of the table, without the catalog; a reference to the target's.
    pub schema: String,
}

/// Who is told of what happens to updates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelineNotification {
    /// Mail addresses.
    pub email_recipients: Vec<String>,
    /// Of what they are told.
    pub alerts: Vec<PipelineEvent>,
}

/// What can happen to an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PipelineEvent {
    /// It succeeded.
    OnUpdateSuccess,
    /// It failed and may be tried again.
    OnUpdateFailure,
    /// It failed for good.
    OnUpdateFatalFailure,
    /// A single table failed.
    OnFlowFailure,
}
