//! How much of what a workspace contains besides data is managed by the specs, attribute by attribute.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much of an attribute is managed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShareSpec {
    /// All of it: what others added is removed.
    Exact,
    /// Only what the specs declare. What others added is kept.
    Ours,
    /// Nothing: somebody else manages it.
    Ignored,
}

/// Which attributes `gen deploy` manages in a target, and to what extent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnershipSpec {
    /// Privileges on schema, volume, tables, views and functions. `exact` revokes what others granted there; owners, and the
    /// principals that run or deploy the pipeline, keep theirs. `ignored` neither grants nor revokes, except that `run_as` is
    /// granted what it needs to run. Default: `ours`.
    #[schemars(example = &"exact")]
    pub grants: Option<ShareSpec>,
    /// Tags of tables, columns, pipeline and jobs. `ignored` requires `protection: masks`, since policies match tags; pipeline and
    /// jobs still get the tags `project`, `target` and `managed_by`. Default: `ours`.
    #[schemars(example = &"exact")]
    pub tags: Option<ShareSpec>,
    /// Who may view, run or manage pipeline, jobs, alerts and dashboards. `ignored` only sets the permissions of `run_as` and
    /// `deployer`. Default: `ours`.
    #[schemars(example = &"exact")]
    pub permissions: Option<ShareSpec>,
    /// Comments of schema and volume. An object has one comment, so `exact` is the same as `ours`. Default: `ours`.
    #[schemars(example = &"ignored")]
    pub comments: Option<ShareSpec>,
    /// Settings of jobs, except for their tasks, which belong to the release. `ours` keeps settings that the specs do not
    /// declare; `ignored` sets them when a job is created, and never again. Default: `exact`.
    #[schemars(example = &"ours")]
    pub job_settings: Option<ShareSpec>,
}
