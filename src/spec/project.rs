//! The project file: principals, audiences, schedules, targets.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::defaults::DefaultsSpec;
use super::ownership::OwnershipSpec;
use super::settings::SettingsSpec;
use super::shared::{AllowSpec, ClassificationSpec, OneOrMany};

/// A project: where it runs, who may read its tables, when they are refreshed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "gen project")]
pub struct ProjectSpec {
    /// Name of the project, in snake_case. The pipeline, the jobs and the bundle are named after it.
    #[schemars(example = &"sales_marketing")]
    pub project: String,
    /// What the project is for, in a sentence.
    #[schemars(example = &"Sales figures and campaign lists from the CSV exports of the shop.")]
    pub description: Option<String>,
    /// Workspaces and schemas that the project is deployed to. The generated pipeline SQL is the same for all of them.
    #[schemars(extend("examples" = [{"dev": {"default": true, "catalog": "dev", "schema": "shop", "landing": "/Volumes/dev/shop/landing"}}]))]
    pub targets: IndexMap<String, TargetSpec>,
    /// Groups and service principals, by the names that audiences use for them.
    #[schemars(extend("examples" = [{"analysts": {"group": "sales-analysts"}}]))]
    pub principals: Option<IndexMap<String, PrincipalSpec>>,
    /// Groups of readers: each audience has members, and kinds of personal data that its members see unmasked.
    #[schemars(extend("examples" = [{"sales": {"members": ["analysts"]}}]))]
    pub audiences: Option<IndexMap<String, AudienceSpec>>,
    /// How each kind of personal data is masked for those who may not see it. The default for every kind is `redact`.
    #[schemars(extend("examples" = [{"email": "keep_domain", "phone": {"keep_last": 4}}]))]
    pub masks: Option<IndexMap<String, MaskSpec>>,
    /// How personal data is hidden: by `masks` in the definition of every table, or by `abac`, policies of the schema that
    /// match tags. With `abac`, tables downstream can be refreshed incrementally, and `pii` must be a governed tag. Default:
    /// `masks`.
    #[schemars(example = &"masks")]
    pub protection: Option<ProtectionSpec>,
    /// The principal that pipelines run as. It sees everything, because data that is hidden from it would be stored hidden.
    /// Without this key, pipelines must be run by somebody who sees all personal data and all rows.
    #[schemars(example = &"pipeline")]
    pub run_as: Option<String>,
    /// The principal that deploys, if it is not `run_as`: a service principal, or a group whose members deploy. It owns
    /// schema, volume and functions; `run_as` owns the tables and views. Without this key, `run_as` deploys and owns
    /// everything.
    #[schemars(example = &"deployers")]
    pub deployer: Option<String>,
    /// Principals that deliver files: they may write to the volume of the landing directory, but not read it.
    #[schemars(extend("examples" = [["shop_system"]]))]
    pub delivers: Option<Vec<String>>,
    /// Classification of tables that do not set one. Default: `internal`, and `confidential` for tables with personal data.
    #[schemars(example = &"internal")]
    pub classification: Option<ClassificationSpec>,
    /// Values for keys that entities and metrics do not set themselves. A default that no spec takes is a warning.
    #[schemars(extend("examples" = [{"entities": {"source": {"delimiter": ";", "dates": "dd.MM.yyyy"}}, "metrics": {"audience": ["sales"]}}]))]
    pub defaults: Option<DefaultsSpec>,
    /// Settings of pipeline and jobs that affect no figure; those of a target have precedence.
    #[schemars(extend("examples" = [{"tags": {"cost_center": "4711"}}]))]
    pub settings: Option<SettingsSpec>,
    /// When metrics and entities are refreshed. Without a schedule, the pipeline only runs on demand.
    #[schemars(extend("examples" = [{"sales_daily": {"cron": "0 0 5 * * ?", "timezone": "UTC", "refresh": ["sales"]}}]))]
    pub schedules: Option<IndexMap<String, ScheduleSpec>>,
    /// Who is notified of failures.
    #[schemars(extend("examples" = [{"on_failure": ["data-team@example.com"]}]))]
    pub notifications: Option<NotificationsSpec>,
    /// Limits for alerts.
    #[schemars(extend("examples" = [{"quality_below_percent": 95}]))]
    pub alerts: Option<AlertsSpec>,
    /// Warnings that are allowed, each with its place and the reason. An entry that matches no warning is itself a warning.
    #[schemars(extend("examples" = [[{"warning": "W0703", "at": "masks.phone", "reason": "the last four digits are printed on each invoice"}]]))]
    pub allow: Option<Vec<AllowSpec>>,
}

/// One place that the project is deployed to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetSpec {
    /// Whether commands use this target if none is named. Exactly one target is the default.
    #[schemars(example = true)]
    pub default: Option<bool>,
    /// Unity Catalog catalog of all tables.
    #[schemars(example = &"main")]
    pub catalog: String,
    /// Schema of all tables.
    #[schemars(example = &"shop")]
    pub schema: String,
    /// Schemas of layers that are not in `schema`: `bronze` for lines as delivered, `silver` for entities, `gold` for metrics
    /// and metric views, `quality` for what is told of the data. Functions, views of operation and the event log stay in
    /// `schema`. A table whose layer moves to another schema is a new table. Default: every layer is in `schema`.
    #[schemars(extend("examples" = [{"bronze": "shop_raw", "quality": "shop_quality"}]))]
    pub schemas: Option<SchemasSpec>,
    /// Directory where source files arrive, without a trailing slash.
    #[schemars(example = &"/Volumes/main/shop/landing")]
    pub landing: String,
    /// Principals that have a different name in this target.
    #[schemars(extend("examples" = [{"analysts": {"group": "sales-analysts-dev"}}]))]
    pub principals: Option<IndexMap<String, PrincipalSpec>>,
    /// Whether schedules are paused in this target. Default: yes in `development`, otherwise no.
    #[schemars(example = true)]
    pub paused: Option<bool>,
    /// What a deployment is for: `development` gives each user who deploys their own jobs, pipeline and schema, named after
    /// them; `production` is shared by everybody, and also creates schema and volume. Default: `development` for the default
    /// target, otherwise `production`.
    #[schemars(example = &"production")]
    pub mode: Option<ModeSpec>,
    /// Name of the SQL warehouse that runs governance statements and alerts. Without it, the bundle has a variable for its id
    /// that has to be set when the bundle is deployed.
    #[schemars(example = &"Serverless Starter Warehouse")]
    pub warehouse: Option<String>,
    /// Folder of the workspace that files are deployed to, as an absolute path; for `production` only. Anybody who can write
    /// there can run code as `run_as`, so it must not be a shared folder. Default: a folder of the service principal that
    /// deploys; without one, a folder of the project below `/Workspace/Deployments`, which an administrator creates.
    #[schemars(example = &"/Workspace/Deployments/shop/prod")]
    pub root: Option<String>,
    /// URL of the workspace. A deployment to another workspace is refused.
    #[schemars(example = &"https://adb-1234567890123456.7.azuredatabricks.net")]
    pub host: Option<String>,
    /// Id of the workspace, the number after `o=` in its URL. A deployment to another workspace is refused, whatever its
    /// URL.
    #[schemars(range(min = 1), example = 1_234_567_890_123_456_u64)]
    pub workspace_id: Option<u64>,
    /// Settings of pipeline and jobs in this target. Tags are added to those of the project; other keys replace them.
    #[schemars(extend("examples" = [{"channel": "preview"}]))]
    pub settings: Option<SettingsSpec>,
    /// How much of grants, tags, permissions, comments and job settings `gen deploy` manages in this target.
    #[schemars(extend("examples" = [{"grants": "exact", "job_settings": "ours"}]))]
    pub ownership: Option<OwnershipSpec>,
}

/// Schemas of layers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SchemasSpec {
    /// Schema of lines as they were delivered.
    #[schemars(example = &"shop_raw")]
    pub bronze: Option<String>,
    /// Schema of the tables of entities.
    #[schemars(example = &"shop_core")]
    pub silver: Option<String>,
    /// Schema of the tables of metrics, and of metric views.
    #[schemars(example = &"shop_reports")]
    pub gold: Option<String>,
    /// Schema of quarantined rows, orphans, duplicates, counts and reconciliations.
    #[schemars(example = &"shop_quality")]
    pub quality: Option<String>,
}

/// What a deployment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModeSpec {
    /// For the user who deploys it.
    Development,
    /// For everybody.
    Production,
}

/// A group or a service principal of the account.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalSpec {
    /// Name of an account group.
    #[schemars(example = &"sales-analysts")]
    Group(String),
    /// Application id of a service principal.
    #[schemars(example = &"2f1c3a54-7d0e-4a53-9c44-1f6f3d0c8b11")]
    ServicePrincipal(String),
}

/// Readers who see the same data.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AudienceSpec {
    /// Who its members are.
    #[schemars(example = &"Analysts of the sales team")]
    pub description: Option<String>,
    /// Principals in this audience.
    #[schemars(extend("examples" = [["analysts"]]))]
    pub members: Vec<String>,
    /// Kinds of personal data its members see unmasked: a list of kinds, or `all`. Default: none.
    #[schemars(extend("examples" = [["name", "email"], "all"]))]
    pub sees: Option<SeesSpec>,
}

/// Kinds of personal data, or all of them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum SeesSpec {
    /// The word `all`.
    Word(AllWord),
    /// A list of kinds.
    Kinds(Vec<String>),
}

/// The word `all`.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AllWord {
    /// Every kind.
    All,
}

/// How personal data is hidden from those who may not see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProtectionSpec {
    /// Column masks in the definitions of tables.
    Masks,
    /// Policies of the schema that match the tags of columns.
    Abac,
}

/// How a masked value looks.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum MaskSpec {
    /// A mask without parameters.
    Plain(PlainMask),
    /// A mask with a parameter.
    Styled(MaskStyle),
}

/// Masks without parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlainMask {
    /// `***` for every value.
    Redact,
    /// NULL for every value.
    Nullify,
    /// A hash that is the same for equal values.
    Hash,
    /// `***@example.com`: only the domain of a mail address is kept.
    KeepDomain,
}

/// Masks with a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MaskStyle {
    /// Only the first n characters are kept.
    #[schemars(example = 1)]
    KeepFirst(u8),
    /// Only the last n characters are kept.
    #[schemars(example = 4)]
    KeepLast(u8),
}

/// When something is refreshed, and how often a failed run is retried.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleSpec {
    /// Quartz cron expression: seconds, minutes, hours, day of month, month, day of week and, optionally, year.
    #[schemars(example = &"0 0 5 * * ?")]
    pub cron: Option<String>,
    /// Whether new files in the landing directory start it, instead of a cron expression. Files that arrive within a minute
    /// of each other are read together. Default: no.
    #[schemars(example = true)]
    pub on_files: Option<bool>,
    /// Whether new data in one of the tables that the refreshed entities read (`source: { table: .. }`) starts it, instead of
    /// a cron expression. Changes within a minute of each other are read together. Default: no.
    #[schemars(example = true)]
    pub on_tables: Option<bool>,
    /// IANA time zone of the cron expression. Default: UTC.
    #[schemars(example = &"Europe/Zurich")]
    pub timezone: Option<String>,
    /// Metrics and entities that are refreshed, with everything they read. Default: everything.
    #[schemars(extend("examples" = [["sales"]]))]
    pub refresh: Option<OneOrMany>,
    /// How often a failed run is retried. Default: 2.
    #[schemars(example = 3)]
    pub retries: Option<u8>,
    /// Minutes from the start of a failed attempt to the next one. Default: 5.
    #[schemars(example = 5)]
    pub backoff_minutes: Option<u16>,
    /// Minutes after which an attempt counts as failed. Default: 60.
    #[schemars(example = 30)]
    pub timeout_minutes: Option<u16>,
}

/// Who is notified of what.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotificationsSpec {
    /// Mail addresses that are notified of every failed run.
    #[schemars(extend("examples" = [["data-team@example.com"]]))]
    pub on_failure: Vec<String>,
}

/// Limits beyond which an alert is raised.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertsSpec {
    /// Alert if less than this percentage of the rows of an update pass a rule; each rule is checked separately.
    #[schemars(range(min = 0, max = 100), example = 95)]
    pub quality_below_percent: Option<f64>,
    /// Alert if the number of lines that an update reads for an entity differs by more than this percentage from the mean of
    /// the last seven updates that read any.
    #[schemars(range(min = 0), example = 50)]
    pub row_count_drift_percent: Option<f64>,
    /// Alert if an entity has received no new file for longer than it declares in `freshness`. Default: yes.
    #[schemars(example = true)]
    pub stale: Option<bool>,
    /// When the limits are checked: a Quartz cron expression. Default: every day at seven.
    #[schemars(example = &"0 0 7 * * ?")]
    pub cron: Option<String>,
    /// IANA time zone of the cron expression. Default: UTC.
    #[schemars(example = &"Europe/Zurich")]
    pub timezone: Option<String>,
}
