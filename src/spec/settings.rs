//! Settings of pipeline and jobs that affect no figure: who pays, what it runs on, how it is found.
//!
//! Keys of a cluster are those of the pipelines API (page "Pipelines API reference"), so its documentation applies to
//! them; they are copied to bundle and deployment unchanged.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of pipeline and jobs that affect no figure.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsSpec {
    /// Which release of the engine runs the pipeline: the current one, or a preview of the next one. Default: `current`.
    #[schemars(example = &"preview")]
    pub channel: Option<ChannelSpec>,
    /// Id of the budget policy for the serverless compute of pipeline and jobs.
    #[schemars(length(min = 1), example = &"1f8b7c1e-5a30-4d3c-9b52-0f8a7f2f3d11")]
    pub budget_policy: Option<String>,
    /// Clusters that the pipeline runs on if there is no serverless compute; without them it is serverless. On clusters, tables
    /// that could be refreshed incrementally are fully recomputed at each update.
    #[schemars(extend("examples" = [[{"label": "default", "policy_id": "E0123456789ABCDE", "autoscale": {"min_workers": 1, "max_workers": 4, "mode": "ENHANCED"}}]]))]
    pub clusters: Option<Vec<ClusterSpec>>,
    /// Tags of pipeline and jobs. `gen` adds `project`, `target` and `managed_by`.
    #[schemars(extend("examples" = [{"cost_center": "4711"}]))]
    pub tags: Option<IndexMap<String, String>>,
}

/// Which release of the engine runs a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelSpec {
    /// The release for production.
    Current,
    /// A preview of the next release.
    Preview,
}

/// A cluster of a pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClusterSpec {
    /// What the cluster is used for. Default: everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"default")]
    pub label: Option<ClusterLabel>,
    /// Id of the compute policy that sets and limits its settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"E0123456789ABCDE")]
    pub policy_id: Option<String>,
    /// Whether the policy sets the values that are left out here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = true)]
    pub apply_policy_default_values: Option<bool>,
    /// Node type of the workers, and of the driver unless it is set separately.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"Standard_D4ds_v5")]
    pub node_type_id: Option<String>,
    /// Node type of the driver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"Standard_D4ds_v5")]
    pub driver_node_type_id: Option<String>,
    /// Id of the pool that the workers are taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"1101-120000-brick1-pool-ABCD1234")]
    pub instance_pool_id: Option<String>,
    /// Id of the pool that the driver is taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"1101-120000-brick1-pool-ABCD1234")]
    pub driver_instance_pool_id: Option<String>,
    /// Number of workers, if it is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 2)]
    pub num_workers: Option<u32>,
    /// Limits for the number of workers, if it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"min_workers": 1, "max_workers": 4, "mode": "ENHANCED"}]))]
    pub autoscale: Option<AutoscaleSpec>,
    /// Spark settings.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("examples" = [{"spark.sql.shuffle.partitions": "auto"}]))]
    pub spark_conf: BTreeMap<String, String>,
    /// Tags of its nodes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("examples" = [{"team": "sales"}]))]
    pub custom_tags: BTreeMap<String, String>,
}

/// What a cluster is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClusterLabel {
    /// Everything for which there is no separate cluster.
    Default,
    /// Updates.
    Updates,
    /// Maintenance of tables.
    Maintenance,
}

/// Limits for the number of workers of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AutoscaleSpec {
    /// Minimum number of workers.
    #[schemars(example = 1)]
    pub min_workers: u32,
    /// Maximum number of workers.
    #[schemars(example = 4)]
    pub max_workers: u32,
    /// How the number is chosen. Default: `LEGACY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"ENHANCED")]
    pub mode: Option<AutoscaleMode>,
}

/// How the number of workers of a cluster is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AutoscaleMode {
    /// By the workload of streams; for updates only.
    Enhanced,
    /// By how busy the cluster is.
    Legacy,
}
