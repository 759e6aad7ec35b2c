//! How much of what a workspace contains besides data is managed by the specs, attribute by attribute.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much of an attribute the specs say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShareSpec {
    /// All of it: what others added is taken away.
    Exact,
    /// What the specs give. What others added stays.
    Ours,
    /// Nothing: somebody else looks after it.
    Ignored,
}

/// Which attributes `gen deploy` looks after in a target, and how far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnershipSpec {
    /// Privileges on schema, volume, tables, views and functions. `exact` revokes what others granted there; owners, and whoever
    /// runs or deploys the pipeline, keep theirs. `ignored` neither grants nor revokes, but for `run_as`, without whose
    /// privileges nothing runs. Default: `ours`.
    #[schemars(example = &"exact")]
    pub grants: Option<ShareSpec>,
    /// Tags of tables, columns, pipeline and jobs. `ignored` needs `protection: masks`, since policies go by tags; pipeline and
    /// jobs keep the tags `project`, `target` and `managed_by`. Default: `ours`.
    #[schemars(example = &"exact")]
    pub tags: Option<ShareSpec>,
    /// Who may look at, run or manage pipeline, jobs, alerts and dashboards. `ignored` gives levels to `run_as` and `deployer`
    /// alone. Default: `ours`.
    #[schemars(example = &"exact")]
    pub permissions: Option<ShareSpec>,
    /// Comments of schema and volume. An object has one comment, so `exact` is `ours`. Default: `ours`.
    #[schemars(example = &"ignored")]
    pub comments: Option<ShareSpec>,
    /// Settings of jobs but for their tasks, which belong to the release. `ours` leaves settings alone that the specs do not
    /// give; `ignored` sets them when a job is made, and never again. Default: `exact`.
    #[schemars(example = &"ours")]
    pub job_settings: Option<ShareSpec>,
}
