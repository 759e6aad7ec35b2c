//! Scripts that run on a warehouse after an update: which there are, and what they need to have been refreshed.

use super::deployment::{self, JobKind};
use super::{BuildPlan, Dataset, Selection};
use crate::model::{Entity, EntityId, MetricId, Project};

/// The function that names the governance that was applied before the pipeline.
pub const RELEASE_FUNCTION: &str = "governance_release";
/// The view that names the governance that tables were brought up to.
pub const RELEASE_VIEW: &str = "operation_release";

/// A view of operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Updates with their end.
    Updates,
    /// Results of expectations by update.
    Expectations,
    /// Rows by dataset and update.
    Rows,
    /// Share of lines in quarantine by entity and update.
    Quarantine,
    /// Lines by entity and update against the mean of updates before.
    Drift,
    /// Newest file by entity.
    Freshness,
}

impl View {
    /// Name, without catalog and schema.
    pub fn name(self) -> &'static str {
        match self {
            View::Updates => "operation_updates",
            View::Expectations => "operation_expectations",
            View::Rows => "operation_rows",
            View::Quarantine => "operation_quarantine",
            View::Drift => "operation_drift",
            View::Freshness => "operation_freshness",
        }
    }

    /// The script that makes it.
    pub fn script(self) -> Script {
        if self == View::Freshness { Script::Freshness } else { Script::Events }
    }
}

/// The views of operation that a project has.
pub fn views(project: &Project) -> Vec<View> {
    let mut views = vec![View::Updates, View::Expectations, View::Rows];
    if project.entities.iter().any(Entity::is_loaded) {
        views.extend([View::Quarantine, View::Drift]);
    }
    views.extend(fresh_entities(project).next().map(|_| View::Freshness));
    views
}

/// A script, one file a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Script {
    /// Fails when the governance of this build was not applied before the pipeline.
    Guard,
    /// Fails when tables were not brought up to the governance of this build.
    TableGuard,
    /// Views over the event log.
    Events,
    /// The view of how fresh entities are.
    Freshness,
    /// A mark that all tables and views are those of this build.
    Release,
    /// Fails when fewer lines of an entity were delivered than have to be. The table of row counts says so too, but it is
    /// computed only where all entities are refreshed.
    Minimum(EntityId),
    /// Fails when a table of a metric does not reconcile.
    Gate(MetricId),
}

impl Script {
    /// Its name, unique in a project.
    pub fn name(self, project: &Project) -> String {
        match self {
            Script::Guard => "guard".to_owned(),
            Script::TableGuard => "table_guard".to_owned(),
            Script::Release => "release".to_owned(),
            Script::Events => "events".to_owned(),
            Script::Freshness => "freshness".to_owned(),
            Script::Minimum(id) => format!("minimum_{}", project.entity(id).name),
            Script::Gate(id) => format!("gate_{}", project.metrics.get(id.0).map_or("", |metric| metric.name.as_str())),
        }
    }

    /// Whether a script runs before the update.
    pub fn is_guard(self) -> bool {
        matches!(self, Script::Guard | Script::TableGuard)
    }

    /// Whether a script makes views, which outlive a run.
    pub fn makes_views(self) -> bool {
        matches!(self, Script::Events | Script::Freshness | Script::Release)
    }

    /// Whether a job runs the script. Views outlive a run, so the job that refreshes everything on demand makes them, and
    /// marks the end; schedules run behind that mark. What is asked of tables is asked where the run has brought them up to
    /// date, and none of them says the same.
    pub fn is_run(self, job: JobKind, selection: &Selection) -> bool {
        match self {
            _ if job == JobKind::Deployment => false,
            Script::Guard => job == JobKind::OnDemand,
            _ if self.makes_views() => job == JobKind::OnDemand,
            Script::TableGuard => job != JobKind::OnDemand,
            Script::Minimum(id) => selection.contains(Dataset::Raw(id)) && !selection.contains(Dataset::RowCounts),
            Script::Gate(id) => selection.contains(Dataset::Reconciliation(id)),
            Script::Events | Script::Freshness | Script::Release => false,
        }
    }
}

/// All scripts that a project may need, in the order in which they run.
pub fn scripts(project: &Project, plan: &BuildPlan) -> Vec<Script> {
    let mut scripts = vec![Script::Guard, Script::TableGuard, Script::Events];
    if fresh_entities(project).next().is_some() {
        scripts.push(Script::Freshness);
    }
    scripts.push(Script::Release);
    let minima = (0..project.entities.len()).map(EntityId).map(|id| (id, project.entity(id)));
    let minima = minima.filter(|(_, entity)| entity.is_loaded() && entity.row_count.is_some_and(|count| count.fail));
    scripts.extend(minima.map(|(id, _)| Script::Minimum(id)));
    scripts.extend(plan.datasets.iter().filter_map(|planned| match planned.dataset {
        Dataset::Reconciliation(metric) => Some(Script::Gate(metric)),
        _ => None,
    }));
    scripts
}

/// The scripts that some job runs, in the order in which they run.
pub fn run_scripts(project: &Project, plan: &BuildPlan) -> Vec<Script> {
    let refreshed = |job: JobKind| (job, Selection::of(project, plan, job.refreshed(project)));
    let jobs: Vec<(JobKind, Selection)> = deployment::jobs(project).into_iter().map(refreshed).collect();
    let mut scripts = scripts(project, plan);
    scripts.retain(|script| jobs.iter().any(|(job, selection)| script.is_run(*job, selection)));
    scripts
}

/// Entities that declare how fresh they have to be.
pub fn fresh_entities(project: &Project) -> impl Iterator<Item = EntityId> {
    let ids = (0..project.entities.len()).map(EntityId);
    ids.filter(|id| project.entity(*id).is_loaded() && project.entity(*id).fresh_within_hours.is_some())
}
