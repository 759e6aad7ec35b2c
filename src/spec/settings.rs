//! Settings of pipeline and jobs that affect no figure: who pays, what it runs on, how it is found.
//!
//! Keys of a cluster are those of the pipelines API (page "Pipelines API reference"), so its documentation applies to
//! them; they are copied to bundle and deployment unchanged.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of pipeline and jobs that no figure depends on.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsSpec {
    /// Which release of the engine runs the pipeline: the one for production, or the next one. Default: `current`.
    #[schemars(example = &"preview")]
    pub channel: Option<ChannelSpec>,
    /// Id of the budget policy that serverless compute of pipeline and jobs is billed by.
    #[schemars(length(min = 1), example = &"1f8b7c1e-5a30-4d3c-9b52-0f8a7f2f3d11")]
    pub budget_policy: Option<String>,
    /// Clusters that the pipeline runs on, where there is no serverless compute; none is serverless. Tables are then computed
    /// in full at each update where they would be refreshed incrementally.
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
    /// The one for production.
    Current,
    /// The next one.
    Preview,
}

/// A cluster of a pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClusterSpec {
    /// What it is for. Default: everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"default")]
    pub label: Option<ClusterLabel>,
    /// Id of the compute policy that fills in and bounds its settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"E0123456789ABCDE")]
    pub policy_id: Option<String>,
    /// Whether the policy fills in what is left out here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = true)]
    pub apply_policy_default_values: Option<bool>,
    /// Kind of machine of the workers, and of the driver if that has none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"Standard_D4ds_v5")]
    pub node_type_id: Option<String>,
    /// Kind of machine of the driver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"Standard_D4ds_v5")]
    pub driver_node_type_id: Option<String>,
    /// Id of the pool that machines come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"1101-120000-brick1-pool-ABCD1234")]
    pub instance_pool_id: Option<String>,
    /// Id of the pool that the driver comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"1101-120000-brick1-pool-ABCD1234")]
    pub driver_instance_pool_id: Option<String>,
    /// How many workers it has, where that does not change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 2)]
    pub num_workers: Option<u32>,
    /// Between how many workers it grows and shrinks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"min_workers": 1, "max_workers": 4, "mode": "ENHANCED"}]))]
    pub autoscale: Option<AutoscaleSpec>,
    /// Settings of Spark.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("examples" = [{"spark.sql.shuffle.partitions": "auto"}]))]
    pub spark_conf: BTreeMap<String, String>,
    /// Tags of its machines.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("examples" = [{"team": "sales"}]))]
    pub custom_tags: BTreeMap<String, String>,
}

/// What a cluster is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClusterLabel {
    /// Everything that has no cluster of its own.
    Default,
    /// Updates.
    Updates,
    /// Maintenance of tables.
    Maintenance,
}

/// Between how many workers a cluster grows and shrinks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AutoscaleSpec {
    /// The fewest.
    #[schemars(example = 1)]
    pub min_workers: u32,
    /// The most.
    #[schemars(example = 4)]
    pub max_workers: u32,
    /// How it is decided. Default: the older way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"ENHANCED")]
    pub mode: Option<AutoscaleMode>,
}

/// How it is decided how many workers a cluster has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AutoscaleMode {
    /// By what streams have to do; for updates alone.
    Enhanced,
    /// By how busy it is.
    Legacy,
}
