//! Targets, principals, audiences, schedules.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use lakeflow::is_same_name;
use lakeflow::source::Span;
use lakeflow::types::Column as TypedColumn;
use serde::{Deserialize, Serialize};

use super::entity::{ColumnId, EntityId};
use super::layer::Layer;
use super::metric::MetricId;
use super::sql::Expression;
pub use crate::spec::{
    ChannelSpec as Channel, ClassificationSpec as Classification, ClusterSpec as Cluster, ModeSpec as Mode,
    PersonalSpec as PersonalKind, ProtectionSpec as Protection, ShareSpec as Share,
};

/// Index of a target in its project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetId(pub usize);

/// Index of a principal in the default target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrincipalId(pub usize);

/// One place of deployment.
#[derive(Debug, Clone)]
pub struct Target {
    /// Key in `targets`, such as `dev`; also the name of the folder in the output.
    pub name: String,
    /// Whether it is meant when none is named.
    pub default: bool,
    /// Catalog of all tables.
    pub catalog: String,
    /// Schema of all tables, but of those of `layers`.
    pub schema: String,
    /// Schemas of layers that are in another one.
    pub layers: BTreeMap<Layer, String>,
    /// Directory of source files, without a slash at the end.
    pub landing: String,
    /// Whether schedules are paused.
    pub paused: bool,
    /// What a deployment is for.
    pub mode: Mode,
    /// Name of the SQL warehouse; `None` when its id is given at deployment.
    pub warehouse: Option<String>,
    /// Principals by the name that audiences use, in the order of the project.
    pub principals: Vec<(String, Principal)>,
    /// The principal that pipelines run as.
    pub run_as: Option<Principal>,
    /// The principal that deploys, where it is not the one that pipelines run as.
    pub deployer: Option<Principal>,
    /// Principals that bring files.
    pub deliverers: Vec<Principal>,
    /// Folder of the workspace that is deployed to, where one is stated.
    pub root: Option<String>,
    /// Address of the workspace.
    pub host: Option<String>,
    /// Id of the workspace.
    pub workspace_id: Option<String>,
    /// Settings of pipeline and jobs.
    pub settings: Settings,
    /// How much of what the workspace holds a deployment looks after.
    pub ownership: Ownership,
}

impl Target {
    /// The schema of a layer.
    pub fn schema_of(&self, layer: Layer) -> &str {
        self.layers.get(&layer).unwrap_or(&self.schema)
    }

    /// All its schemas, each once: the default one first, then those of layers.
    pub fn schemas(&self) -> Vec<&str> {
        let mut schemas = vec![self.schema.as_str()];
        for schema in self.layers.values() {
            if !schemas.iter().any(|known| is_same_name(known, schema)) {
                schemas.push(schema);
            }
        }
        schemas
    }

    /// Moves the target into schemas of a developer's own, and the landing directory with it where that lies in the schema.
    /// `developer` is made of letters, digits and `_`.
    pub fn give_to(&mut self, developer: &str) {
        let schema = format!("{}_{developer}", self.schema);
        if let Some(rest) = self.landing_in_schema() {
            self.landing = format!("/Volumes/{}/{schema}/{rest}", self.catalog);
        }
        self.schema = schema;
        self.layers.values_mut().for_each(|schema| *schema = format!("{schema}_{developer}"));
    }

    /// The part of the landing directory behind the schema, where it is a volume of that schema.
    fn landing_in_schema(&self) -> Option<&str> {
        let (catalog, rest) = self.landing.strip_prefix("/Volumes/")?.split_once('/')?;
        let (schema, rest) = rest.split_once('/')?;
        (is_same_name(catalog, &self.catalog) && is_same_name(schema, &self.schema)).then_some(rest)
    }

    /// The principal behind a name of the project.
    pub fn principal(&self, name: &str) -> Option<&Principal> {
        self.principals.iter().find(|(known, _)| known == name).map(|(_, principal)| principal)
    }
}

/// Settings of pipeline and jobs that no figure depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Which release of the engine runs the pipeline.
    pub channel: Channel,
    /// Id of the budget policy of serverless compute.
    pub budget_policy: Option<String>,
    /// Clusters of the pipeline; none where compute is serverless.
    pub clusters: Vec<Cluster>,
    /// Tags of pipeline and jobs, in the order of the spec.
    pub tags: IndexMap<String, String>,
}

/// How much of each attribute a deployment looks after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ownership {
    /// Privileges on schema, volume, tables, views and functions.
    pub grants: Share,
    /// Tags of tables, columns, pipeline and jobs.
    pub tags: Share,
    /// Who may do what with pipeline, jobs, alerts and dashboards.
    pub permissions: Share,
    /// Comments of schema and volume.
    pub comments: Share,
    /// Settings of jobs.
    pub job_settings: Share,
}

impl Default for Ownership {
    fn default() -> Self {
        Ownership {
            grants: Share::Ours,
            tags: Share::Ours,
            permissions: Share::Ours,
            comments: Share::Ours,
            job_settings: Share::Exact,
        }
    }
}

/// A group or a service principal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// Name of an account group.
    Group(String),
    /// Application id of a service principal.
    ServicePrincipal(String),
}

impl Principal {
    /// Its name, or its application id: what statements call it.
    pub fn id(&self) -> &str {
        let (Principal::Group(id) | Principal::ServicePrincipal(id)) = self;
        id
    }
}

/// Index of an audience in its project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AudienceId(pub usize);

/// Readers who see the same.
#[derive(Debug, Clone)]
pub struct Audience {
    /// Key in `audiences`.
    pub name: String,
    /// Who they are; may be empty.
    pub description: String,
    /// Names of principals.
    pub members: Vec<String>,
    /// Personal data they see unmasked.
    pub sees: Sees,
}

/// Kinds of personal data seen unmasked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sees {
    /// Every kind.
    All,
    /// These.
    Kinds(BTreeSet<PersonalKind>),
}

impl Sees {
    /// Whether a kind is among them.
    pub fn includes(&self, kind: PersonalKind) -> bool {
        match self {
            Sees::All => true,
            Sees::Kinds(kinds) => kinds.contains(&kind),
        }
    }
}

/// The rows that an audience sees, where it does not see all.
#[derive(Debug, Clone)]
pub struct RowAccess {
    /// Index of the audience in the project.
    pub audience: AudienceId,
    /// What the rows meet; columns are not qualified.
    pub condition: Expression,
    /// Columns that the condition reads, each once, with their types.
    pub columns: Vec<TypedColumn>,
}

/// How a masked value looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mask {
    /// `***`.
    Redact,
    /// NULL.
    Nullify,
    /// A hash, the same for equal values.
    Hash,
    /// The domain of a mail address.
    KeepDomain,
    /// The first n characters.
    KeepFirst(u8),
    /// The last n characters.
    KeepLast(u8),
}

/// When something is refreshed.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Key in `schedules`, which the job is named after.
    pub name: String,
    /// What starts it.
    pub start: Start,
    /// Names of metrics and entities; empty means everything.
    pub refresh: Vec<String>,
    /// Tries after the first.
    pub retries: u8,
    /// Minutes from the start of a failed try to the next.
    pub backoff_minutes: u16,
    /// Minutes after which a try counts as failed.
    pub timeout_minutes: u16,
}

/// What starts a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// A point in time.
    Time(Cron),
    /// New files in the landing directory.
    Files,
    /// New data in a table that something else keeps and an entity reads.
    Tables,
}

/// A point in time that comes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    /// Quartz cron expression.
    pub expression: String,
    /// IANA time zone.
    pub timezone: String,
}

impl Default for Cron {
    /// Every day at seven, UTC.
    fn default() -> Cron {
        Cron { expression: "0 0 7 * * ?".into(), timezone: "UTC".into() }
    }
}

/// Limits beyond which an alert is raised.
#[derive(Debug, Clone, Default)]
pub struct Alerts {
    /// Least share of rows that keep each rule, in percent.
    pub quality_below_percent: Option<f64>,
    /// Largest difference from the trailing mean of row counts, in percent.
    pub row_count_drift_percent: Option<f64>,
    /// Whether stale entities raise an alert.
    pub stale: bool,
    /// When limits are checked; `None` when the project declares no alerts.
    pub checked: Option<Cron>,
}

/// A reason to declassify personal data, where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Its key in the spec.
    pub span: Span,
    /// What it is for.
    pub declassifies: Declassifies,
}

/// What a reason to declassify is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Declassifies {
    /// That a value of a column is valid, or that a row has the greatest one.
    Column(EntityId, ColumnId),
    /// Which rows an entity has, by the rule or deletion of that name.
    Rows(EntityId, String),
    /// The measure or dimension of that name, in all tables of a metric.
    Figure(MetricId, String),
}
