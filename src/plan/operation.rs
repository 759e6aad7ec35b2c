//! Scripts that run on a warehouse after an update: which there are, and which tables have to be refreshed before
//! them.

use super::deployment::{self, JobKind};
use super::{BuildPlan, Dataset, Selection};
use crate::model::{Entity, EntityId, MetricId, Project};

/// The function that names the governance that was applied before the pipeline.
pub const RELEASE_FUNCTION: &str = "governance_release";
/// The view that names the governance that tables were brought up to.
pub const RELEASE_VIEW: &str = "operation_release";

/// A view of operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationView {
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

impl OperationView {
    /// Name, without catalog and schema.
    pub fn name(self) -> &'static str {
        match self {
            OperationView::Updates => "operation_updates",
            OperationView::Expectations => "operation_expectations",
            OperationView::Rows => "operation_rows",
            OperationView::Quarantine => "operation_quarantine",
            OperationView::Drift => "operation_drift",
            OperationView::Freshness => "operation_freshness",
        }
    }

    /// The script that makes it.
    pub fn script(self) -> OperationScript {
        if self == OperationView::Freshness { OperationScript::Freshness } else { OperationScript::Events }
    }
}

/// The views of operation that a project has.
pub fn views(project: &Project) -> Vec<OperationView> {
    let mut views = vec![OperationView::Updates, OperationView::Expectations, OperationView::Rows];
    if project.entities.iter().any(Entity::is_loaded) {
        views.extend([OperationView::Quarantine, OperationView::Drift]);
    }
    views.extend(fresh_entities(project).next().map(|_| OperationView::Freshness));
    views
}

/// A script, one file a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperationScript {
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

impl OperationScript {
    /// Its name, unique in a project.
    pub fn name(self, project: &Project) -> String {
        match self {
            OperationScript::Guard => "guard".to_owned(),
            OperationScript::TableGuard => "table_guard".to_owned(),
            OperationScript::Release => "release".to_owned(),
            OperationScript::Events => "events".to_owned(),
            OperationScript::Freshness => "freshness".to_owned(),
            OperationScript::Minimum(id) => format!("minimum_{}", project.entity(id).name),
            OperationScript::Gate(id) => {
                format!("gate_{}", project.metrics.get(id.0).map_or("", |metric| metric.name.as_str()))
            }
        }
    }

    /// Whether a script runs before the update.
    pub fn is_guard(self) -> bool {
        matches!(self, OperationScript::Guard | OperationScript::TableGuard)
    }

    /// Whether a script makes views, which outlive a run.
    pub fn makes_views(self) -> bool {
        matches!(self, OperationScript::Events | OperationScript::Freshness | OperationScript::Release)
    }

    /// Whether a job runs the script. Views outlive a run, so the job that refreshes everything on demand makes them, and
    /// marks the end; schedules run behind that mark. What is asked of tables is asked where the run has brought them up to
    /// date, and none of them says the same.
    pub fn is_run(self, job: JobKind, selection: &Selection) -> bool {
        match self {
            _ if job == JobKind::Deployment => false,
            OperationScript::Guard => job == JobKind::OnDemand,
            _ if self.makes_views() => job == JobKind::OnDemand,
            OperationScript::TableGuard => job != JobKind::OnDemand,
            OperationScript::Minimum(id) => {
                selection.contains(Dataset::Raw(id)) && !selection.contains(Dataset::RowCounts)
            }
            OperationScript::Gate(id) => selection.contains(Dataset::Reconciliation(id)),
            OperationScript::Events | OperationScript::Freshness | OperationScript::Release => false,
        }
    }
}

/// All scripts that a project may need, in the order in which they run.
pub fn scripts(project: &Project, plan: &BuildPlan) -> Vec<OperationScript> {
    let mut scripts = vec![OperationScript::Guard, OperationScript::TableGuard, OperationScript::Events];
    if fresh_entities(project).next().is_some() {
        scripts.push(OperationScript::Freshness);
    }
    scripts.push(OperationScript::Release);
    let minima = (0..project.entities.len()).map(EntityId).map(|id| (id, project.entity(id)));
    let minima = minima.filter(|(_, entity)| entity.is_loaded() && entity.row_count.is_some_and(|count| count.fail));
    scripts.extend(minima.map(|(id, _)| OperationScript::Minimum(id)));
    scripts.extend(plan.datasets.iter().filter_map(|planned| match planned.dataset {
        Dataset::Reconciliation(metric) => Some(OperationScript::Gate(metric)),
        _ => None,
    }));
    scripts
}

/// The scripts that some job runs, in the order in which they run.
pub fn run_scripts(project: &Project, plan: &BuildPlan) -> Vec<OperationScript> {
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
