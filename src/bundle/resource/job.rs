//! Jobs: the settings of `POST /api/2.2/jobs/create` and `jobs/reset` (workspace-api.md, "Jobs").

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{PauseStatus, RunAs};

/// A job: tasks, and what starts them. At most one of `schedule` and `trigger` is there; with neither it runs on demand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Name. The service accepts two jobs of one name.
    pub name: String,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<CronSchedule>,
    /// What it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    /// How many runs there may be at once.
    pub max_concurrent_runs: u32,
    /// Whether a run that finds no room waits for it.
    pub queue: Queue,
    /// When a run takes suspiciously long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// Who is told of what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_notifications: Option<JobNotifications>,
    /// Whom tasks run as; whoever deploys, if nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_as: Option<RunAs>,
    /// Tags, at most 25.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub tags: IndexMap<String, String>,
    /// Id of the policy that serverless compute is billed by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_policy_id: Option<String>,
    /// Tasks; the order is for readers, `depends_on` decides.
    pub tasks: Vec<Task>,
}

/// A point in time that comes again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CronSchedule {
    /// Quartz cron expression, seconds first.
    pub quartz_cron_expression: String,
    /// IANA time zone.
    pub timezone_id: String,
    /// `PAUSED` or `UNPAUSED`.
    pub pause_status: PauseStatus,
}

/// What a job waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// `PAUSED` or `UNPAUSED`.
    pub pause_status: PauseStatus,
    /// New files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_arrival: Option<FileArrival>,
    /// New data in tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_update: Option<TableUpdate>,
}

/// Tables that change. Both times are at least 60 seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableUpdate {
    /// The tables, each as `catalog.schema.table`.
    pub table_names: Vec<String>,
    /// Whether one of them or all have to change.
    pub condition: TableCondition,
    /// Seconds between the end of a run and the next one.
    pub min_time_between_triggers_seconds: u32,
    /// Seconds without a change before a run starts, so that changes that belong together are read together.
    pub wait_after_last_change_seconds: u32,
}

/// How many of the tables have to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TableCondition {
    /// One of them.
    AnyUpdated,
}

/// Files that arrive in a directory. Both times are at least 60 seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileArrival {
    /// The directory, with a slash at the end.
    pub url: String,
    /// Seconds between the end of a run and the next one.
    pub min_time_between_triggers_seconds: u32,
    /// Seconds without a new file before a run starts, so that files that belong together are read together.
    pub wait_after_last_change_seconds: u32,
}

/// Whether runs wait for room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// They do.
    pub enabled: bool,
}

/// When a run is in bad health.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Health {
    /// Each on its own.
    pub rules: Vec<HealthRule>,
}

/// A limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthRule {
    /// What is measured.
    pub metric: HealthMetric,
    /// How it is compared.
    pub op: HealthOperator,
    /// With what, in the unit of the metric.
    pub value: u64,
}

/// What is measured of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HealthMetric {
    /// How long it takes, in seconds.
    RunDurationSeconds,
}

/// How a metric is compared with its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HealthOperator {
    /// Ill above it.
    GreaterThan,
}

/// Mail addresses by occasion.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobNotifications {
    /// A run failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_failure: Vec<String>,
    /// A run takes longer than the health rule of its duration allows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_duration_warning_threshold_exceeded: Vec<String>,
}

/// A step of a job: just one of `pipeline_task`, `sql_task` and `run_job_task`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Name, unique in the job: at most 100 of letters, digits, `_` and `-`.
    pub task_key: String,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Tasks that must have succeeded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<TaskDependency>,
    /// An update of a pipeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pipeline_task: Option<PipelineTask>,
    /// Statements on a warehouse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql_task: Option<SqlTask>,
    /// A run of another job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_job_task: Option<RunJobTask>,
    /// How often it is tried again.
    pub max_retries: u32,
    /// Milliseconds from the start of a failed try to the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_retry_interval_millis: Option<u32>,
    /// Whether a try that took too long is tried again.
    pub retry_on_timeout: bool,
    /// Seconds after which a try counts as failed.
    pub timeout_seconds: u32,
}

/// A task that must have succeeded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskDependency {
    /// What tasks that come after it name.
    pub task_key: String,
}

/// An update of a pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelineTask {
    /// Id of the pipeline.
    pub pipeline_id: String,
    /// Whether tables are computed anew from the beginning.
    pub full_refresh: bool,
    /// Datasets that are refreshed; all of them when none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refresh_selection: Vec<String>,
}

/// A run of another job, as the principal that it runs as.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunJobTask {
    /// Id of the job.
    pub job_id: JobId,
}

/// The id of a job: a reference, or a number of 64 bits, which is written as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobId(pub String);

impl Serialize for JobId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.parse::<u64>() {
            Ok(id) => serializer.serialize_u64(id),
            Err(_) => serializer.serialize_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for JobId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<JobId, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => Ok(JobId(text)),
            serde_json::Value::Number(id) => Ok(JobId(id.to_string())),
            other => Err(serde::de::Error::custom(format!("{other} is no id of a job"))),
        }
    }
}

/// Statements on a warehouse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqlTask {
    /// Id of the warehouse.
    pub warehouse_id: String,
    /// The file that holds them.
    pub file: SqlFile,
}

/// A file of SQL statements.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqlFile {
    /// Path in the workspace.
    pub path: String,
    /// Where the path begins.
    pub source: SqlFileSource,
}

/// Where a path begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SqlFileSource {
    /// In the workspace.
    Workspace,
}
