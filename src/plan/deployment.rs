//! Which resources a deployment has, and the key of each: jobs, alerts, and the places of production targets.

use lakeflow::is_same_name;

use super::artifact::BundleFile;
use super::operation::fresh_entities;
use crate::model::{Entity, MetricId, Mode, Principal, Project, Target};

/// A job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobKind {
    /// The one of a schedule, by its index in the project.
    Schedule(usize),
    /// The one that refreshes everything on demand.
    OnDemand,
    /// The one that applies what a deployment needs around that.
    Deployment,
}

impl JobKind {
    /// Name of the schedule, or another name that no schedule has. In the bundle `_job` follows.
    pub fn key(self, project: &Project) -> String {
        match self {
            JobKind::Schedule(index) => project.schedules.get(index).map(|s| s.name.clone()).unwrap_or_default(),
            JobKind::OnDemand => unlike_schedules("on_demand", project),
            JobKind::Deployment => unlike_schedules("deployment", project),
        }
    }

    /// Names of the metrics and entities that it refreshes; none for everything.
    pub fn refreshed(self, project: &Project) -> &[String] {
        match self {
            JobKind::Schedule(index) => project.schedules.get(index).map_or(&[], |schedule| &schedule.refresh),
            JobKind::OnDemand | JobKind::Deployment => &[],
        }
    }
}

fn unlike_schedules(name: &str, project: &Project) -> String {
    let mut name = name.to_owned();
    while project.schedules.iter().any(|schedule| schedule.name == name) {
        name.push_str("_all");
    }
    name
}

/// The jobs: schedules in the order of the project, then the one on demand, and at last the one that runs it.
pub fn jobs(project: &Project) -> Vec<JobKind> {
    let schedules = (0..project.schedules.len()).map(JobKind::Schedule);
    schedules.chain([JobKind::OnDemand, JobKind::Deployment]).collect()
}

/// What an alert tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertKind {
    /// The last update failed.
    UpdateFailed,
    /// Too many rows break a rule.
    LowQuality,
    /// Far more or far fewer lines than usual.
    RowCountDrift,
    /// No new file for too long.
    StaleEntities,
}

impl AlertKind {
    /// One word of the bundle's key, behind which `_alert` follows there; also names the file.
    pub fn key(self) -> &'static str {
        match self {
            AlertKind::UpdateFailed => "update_failed",
            AlertKind::LowQuality => "low_quality",
            AlertKind::RowCountDrift => "row_count_drift",
            AlertKind::StaleEntities => "stale_entities",
        }
    }
}

/// The alerts that the project asks for. A failed update is told wherever there are alerts.
pub fn alerts(project: &Project) -> Vec<AlertKind> {
    let limits = &project.alerts;
    if limits.checked.is_none() {
        return vec![];
    }
    let is_asked = |alert: &AlertKind| match alert {
        AlertKind::UpdateFailed => true,
        AlertKind::LowQuality => {
            limits.quality_below_percent.is_some() && project.entities.iter().any(Entity::is_judged)
        }
        AlertKind::RowCountDrift => {
            limits.row_count_drift_percent.is_some() && project.entities.iter().any(Entity::is_loaded)
        }
        AlertKind::StaleEntities => limits.stale && fresh_entities(project).next().is_some(),
    };
    let all = [AlertKind::UpdateFailed, AlertKind::LowQuality, AlertKind::RowCountDrift, AlertKind::StaleEntities];
    all.into_iter().filter(is_asked).collect()
}

/// A place that a deployment creates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceKind {
    /// The schema of all tables.
    Schema,
    /// The volume where files arrive.
    Volume,
}

/// The name of the volume that holds the landing directory of a target, if it is one of the schema. Another directory
/// belongs to somebody else and is left alone.
pub fn own_volume(target: &Target) -> Option<&str> {
    let [catalog, schema, name] = super::landing_volume(target)?;
    let is_own = is_same_name(catalog, &target.catalog) && is_same_name(schema, &target.schema);
    (is_own && !name.is_empty()).then_some(name)
}

/// Who deploys: the one that is named, or else the principal that the pipeline runs as. `None` where nobody is known.
pub fn deployer(target: &Target) -> Option<&Principal> {
    target.deployer.as_ref().or(target.run_as.as_ref())
}

/// The folder of the workspace that a production deployment writes to. It is the same whoever deploys, so that a second
/// deployment changes the first and makes no copy. The folder of a service principal is written by nobody else; for a group
/// or somebody unknown there is none, and an administrator makes one.
pub fn root(project: &Project, target: &Target) -> String {
    match (&target.root, deployer(target)) {
        (Some(root), _) => root.clone(),
        (None, Some(Principal::ServicePrincipal(id))) => {
            format!("/Workspace/Users/{id}/.bundle/{}/{}", project.name, target.name)
        }
        (None, _) => format!("/Workspace/Deployments/{}/{}", project.name, target.name),
    }
}

/// What the volume says of itself.
pub const VOLUME_COMMENT: &str = "Files as they are delivered, with personal data in the clear";

/// What the schema says of itself. Bundle and SQL write the same text, so that neither undoes the other.
pub fn schema_comment(project: &Project) -> String {
    if project.description.is_empty() { project.name.clone() } else { project.description.clone() }
}

/// The files of the bundle; `dashboards` are the metrics that have one.
pub(super) fn bundle_files(project: &Project, dashboards: &[MetricId]) -> Vec<BundleFile> {
    let mut files = vec![BundleFile::Root, BundleFile::Pipeline];
    files.extend(jobs(project).into_iter().map(BundleFile::Job));
    files.extend(alerts(project).into_iter().map(BundleFile::Alert));
    files.extend(dashboards.iter().map(|id| BundleFile::Dashboard(*id)));
    let production = || {
        let targets = project.targets.iter();
        targets.filter(|target| target.mode == Mode::Production && target.deployer.is_none())
    };
    files.extend(production().next().map(|_| BundleFile::Place(PlaceKind::Schema)));
    files.extend(production().find_map(own_volume).map(|_| BundleFile::Place(PlaceKind::Volume)));
    files
}
