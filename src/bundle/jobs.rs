//! The jobs of a project: one per schedule, one that refreshes everything on demand, and one that applies a
//! deployment.
//!
//! Each is a chain of tasks; a later task never runs on what an earlier one left unfinished. All except the deployment
//! run as the principal of the pipeline, which owns the tables:
//!
//! - A schedule updates the tables that it lists once the build is deployed, applies again what an update can undo,
//!   and ends with the gates, which fail if a table does not reconcile.
//! - The job on demand updates everything, brings tables and views up to date with the build, and records that.
//! - The deployment runs as the deployer, which owns schema and functions: it applies what the pipeline needs, runs
//!   the job on demand, and cleans up afterwards.
//!
//! A job has the same tasks in every target, except for tasks whose files only some targets have; those are the
//! [`additions`].

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::JobAddition;
use super::pipeline::{run_as, tags};
use super::reference::{self, CATALOG, FILES, LANDING, SCHEDULES, TARGET, WAREHOUSE};
use super::resource::{
    CronSchedule, FileArrival, Health, HealthMetric, HealthOperator, HealthRule, Job, JobId, JobNotifications,
    PipelineTask, Queue, ResourceKind, RunJobTask, SqlFile, SqlFileSource, SqlTask, TableCondition, TableUpdate, Task,
    TaskDependency, Trigger,
};
use crate::model::{Layer, Project, Refreshed, Schedule, Start, TargetId};
use crate::plan::deployment::{self, JobKind};
use crate::plan::operation::{self, OperationScript};
use crate::plan::{self, ArtifactKind, BuildPlan, FilePhase, Governance, Identity, Selection};

/// Seconds without a new file before a run starts: files that belong together arrive together.
const QUIET_SECONDS: u32 = 60;
/// Share of the time limit after which a run is suspiciously slow, in percent.
const SLOW_PERCENT: u64 = 80;

/// What a job does.
struct Plan {
    kind: JobKind,
    schedule: Schedule,
    selection: Selection,
}

impl Plan {
    fn of(project: &Project, plan: &BuildPlan, kind: JobKind) -> Plan {
        let scheduled = match kind {
            JobKind::Schedule(index) => project.schedules.get(index),
            JobKind::OnDemand | JobKind::Deployment => None,
        };
        let schedule = scheduled.cloned().unwrap_or_else(|| on_demand(&kind.key(project)));
        Plan { kind, schedule, selection: Selection::of(project, plan, kind.refreshed(project)) }
    }

    /// Whether it starts by itself.
    fn starts(&self) -> bool {
        matches!(self.kind, JobKind::Schedule(_))
    }

    /// Whether it runs a concern of governance. A deployment applies what belongs to whoever deploys, and the job on demand
    /// what belongs to the principal of the pipeline. A schedule applies again what its update can undo, and no more.
    fn applies(&self, concern: Governance) -> bool {
        match self.kind {
            JobKind::Deployment => concern.identity() == Identity::Deployer,
            JobKind::OnDemand => concern.identity() == Identity::RunAs,
            JobKind::Schedule(_) => concern.is_undone_by_runs(),
        }
    }
}

/// The jobs with their names: schedules in the order of the project, the one on demand, the deployment. Their tasks are
/// those that every target has.
pub fn jobs(project: &Project, plan: &BuildPlan) -> Vec<(String, Job)> {
    let concerns = common_concerns(project, plan);
    let build = |kind: JobKind| {
        let planned = Plan::of(project, plan, kind);
        (planned.schedule.name.clone(), job(project, plan, &planned, &concerns))
    };
    deployment::jobs(project).into_iter().map(build).collect()
}

/// What the jobs of a target have besides the tasks that all targets have.
pub fn additions(project: &Project, plan: &BuildPlan, target: TargetId) -> Vec<JobAddition> {
    let (common, own) = (common_concerns(project, plan), concerns(plan, target));
    let addition = |kind: JobKind| {
        let planned = Plan::of(project, plan, kind);
        let known = tasks(project, plan, &planned, &common);
        let key = super::key(ResourceKind::Job, &planned.schedule.name);
        let mut addition = JobAddition { key, tasks: vec![], waits: vec![] };
        for task in tasks(project, plan, &planned, &own) {
            match known.iter().find(|known| known.task_key == task.task_key) {
                None => addition.tasks.push(task),
                Some(known) if known.depends_on != task.depends_on => {
                    addition.waits.push((task.task_key, task.depends_on));
                }
                Some(_) => {}
            }
        }
        (!addition.tasks.is_empty()).then_some(addition)
    };
    deployment::jobs(project).into_iter().filter_map(addition).collect()
}

/// Everything, with the defaults of schedules.
fn on_demand(name: &str) -> Schedule {
    Schedule {
        name: name.to_owned(),
        start: Start::Files,
        refresh: vec![],
        retries: 2,
        backoff_minutes: 5,
        timeout_minutes: 60,
    }
}

fn job(project: &Project, plan: &BuildPlan, planned: &Plan, concerns: &BTreeSet<Governance>) -> Job {
    let (schedule, starts) = (&planned.schedule, planned.starts());
    let limit = u64::from(schedule.timeout_minutes) * 60;
    let told = JobNotifications {
        on_failure: project.notify.clone(),
        on_duration_warning_threshold_exceeded: project.notify.clone(),
    };
    Job {
        name: format!("{}_{}", project.name, schedule.name),
        description: Some(description(planned)),
        schedule: if starts { cron(schedule) } else { None },
        trigger: if starts { trigger(project, planned) } else { None },
        max_concurrent_runs: 1,
        queue: Queue { enabled: true },
        // What the deployment waits for has a limit of its own.
        health: (planned.kind != JobKind::Deployment).then(|| Health {
            rules: vec![HealthRule {
                metric: HealthMetric::RunDurationSeconds,
                op: HealthOperator::GreaterThan,
                value: limit * SLOW_PERCENT / 100,
            }],
        }),
        run_as: (planned.kind != JobKind::Deployment).then(|| run_as(project)).flatten(),
        email_notifications: (!project.notify.is_empty()).then_some(told),
        tags: tags(project),
        budget_policy_id: None,
        tasks: tasks(project, plan, planned, concerns),
    }
}

fn description(planned: &Plan) -> String {
    let Plan { kind, schedule, .. } = planned;
    let what = if schedule.refresh.is_empty() { "everything".to_owned() } else { schedule.refresh.join(", ") };
    match (&schedule.start, kind) {
        (_, JobKind::Deployment) => "Applies what a deployment needs around an update of everything.".to_owned(),
        (_, JobKind::OnDemand) => format!("Refreshes {what} on demand."),
        (Start::Time(_), _) => format!("Refreshes {what} with all it reads."),
        (Start::Files, _) => format!("Refreshes {what} with all it reads when new files arrive."),
        (Start::Tables, _) => format!("Refreshes {what} with all it reads when tables that it reads have new data."),
    }
}

fn cron(schedule: &Schedule) -> Option<CronSchedule> {
    let Start::Time(cron) = &schedule.start else { return None };
    Some(CronSchedule {
        quartz_cron_expression: cron.expression.clone(),
        timezone_id: cron.timezone.clone(),
        pause_status: reference::to(SCHEDULES),
    })
}

fn trigger(project: &Project, planned: &Plan) -> Option<Trigger> {
    let waits = Trigger { pause_status: reference::to(SCHEDULES), file_arrival: None, table_update: None };
    match planned.schedule.start {
        Start::Time(_) => None,
        Start::Files => {
            let files = FileArrival {
                url: format!("{}/", reference::to(LANDING)),
                min_time_between_triggers_seconds: QUIET_SECONDS,
                wait_after_last_change_seconds: QUIET_SECONDS,
            };
            Some(Trigger { file_arrival: Some(files), ..waits })
        }
        Start::Tables => {
            let tables = TableUpdate {
                table_names: tables(project, &planned.schedule.refresh),
                condition: TableCondition::AnyUpdated,
                min_time_between_triggers_seconds: QUIET_SECONDS,
                wait_after_last_change_seconds: QUIET_SECONDS,
            };
            Some(Trigger { table_update: Some(tables), ..waits })
        }
    }
}

/// The tables of others that what is refreshed reads, each once.
fn tables(project: &Project, names: &[String]) -> Vec<String> {
    let catalog = reference::to(CATALOG);
    let refreshed = Refreshed::of(project, names);
    let entities = refreshed.entities.iter().map(|id| project.entity(*id));
    let names = entities.filter_map(|entity| Some(entity.outside()?.within(&catalog)?.join(".")));
    names.collect::<BTreeSet<String>>().into_iter().collect()
}

/// The chain of tasks; each depends on the one before it.
fn tasks(project: &Project, plan: &BuildPlan, planned: &Plan, concerns: &BTreeSet<Governance>) -> Vec<Task> {
    let Plan { kind, schedule, selection } = planned;
    let scripts = operation::scripts(project, plan).into_iter().filter(|s| s.is_run(*kind, selection));
    let (guards, scripts): (Vec<OperationScript>, Vec<OperationScript>) = scripts.partition(|script| script.is_guard());
    let script = |script: OperationScript| operation_task(project, script, schedule);
    let of = |phase: FilePhase| concerns.iter().filter(|c| planned.applies(**c)).filter(move |c| c.phase() == phase);
    let mut tasks: Vec<Task> = guards.into_iter().map(script).collect();
    tasks.extend(of(FilePhase::Before).map(|concern| governance(*concern, schedule)));
    tasks.push(if *kind == JobKind::Deployment { refresh(project, schedule) } else { update(project, planned) });
    tasks.extend(of(FilePhase::After).map(|concern| governance(*concern, schedule)));
    tasks.extend(scripts.into_iter().map(script));
    let keys: Vec<String> = tasks.iter().map(|task| task.task_key.clone()).collect();
    for (task, before) in tasks.iter_mut().skip(1).zip(keys) {
        task.depends_on = vec![TaskDependency { task_key: before }];
    }
    tasks
}

fn update(project: &Project, planned: &Plan) -> Task {
    Task {
        description: Some("Updates the pipeline.".into()),
        pipeline_task: Some(PipelineTask {
            pipeline_id: reference::to(&reference::pipeline_id(&super::key(ResourceKind::Pipeline, &project.name))),
            full_refresh: false,
            refresh_selection: refresh_selection(project, &planned.selection),
        }),
        ..task("update", &planned.schedule)
    }
}

/// Runs the job on demand, as the principal that it runs as. It tries again by itself, and has limits of its own.
fn refresh(project: &Project, schedule: &Schedule) -> Task {
    let key = super::key(ResourceKind::Job, &JobKind::OnDemand.key(project));
    Task {
        description: Some("Refreshes everything, as the principal of the pipeline.".into()),
        run_job_task: Some(RunJobTask { job_id: JobId(reference::to(&reference::job_id(&key))) }),
        max_retries: 0,
        min_retry_interval_millis: None,
        retry_on_timeout: false,
        timeout_seconds: 0,
        ..task("refresh", schedule)
    }
}

/// Names of what is refreshed; none when it is everything, so that the list can't lag behind the pipeline. A name without a
/// schema is one in the schema of the pipeline.
fn refresh_selection(project: &Project, selection: &Selection) -> Vec<String> {
    let placed: Vec<Layer> = project.placed_layers().collect();
    let names = selection.datasets.iter().map(|(dataset, name)| match dataset.layer() {
        layer if placed.contains(&layer) => {
            [reference::to(CATALOG), reference::to(&reference::schema_of(layer)), name.clone()].join(".")
        }
        _ => name.clone(),
    });
    if selection.everything { vec![] } else { names.collect() }
}

/// The concerns of governance that a target has, in the order in which they run.
fn concerns(plan: &BuildPlan, target: TargetId) -> BTreeSet<Governance> {
    let concern = |kind: ArtifactKind| match kind {
        ArtifactKind::Governance(of, concern) if of == target => Some(concern),
        _ => None,
    };
    plan.artifacts.iter().filter_map(|artifact| concern(artifact.kind)).collect()
}

/// The concerns that every target has.
fn common_concerns(project: &Project, plan: &BuildPlan) -> BTreeSet<Governance> {
    let of_each = (0..project.targets.len()).map(|index| concerns(plan, TargetId(index)));
    of_each.reduce(|common, own| &common & &own).unwrap_or_default()
}

fn governance(concern: Governance, schedule: &Schedule) -> Task {
    let path = concern.path(&reference::to(TARGET));
    sql_task(&concern.task(), "Applies governance statements.", &path, schedule)
}

fn operation_task(project: &Project, script: OperationScript, schedule: &Schedule) -> Task {
    let name = script.name(project);
    let (key, description) = match script {
        OperationScript::Guard => (name, "Fails when the governance of this build was not applied."),
        OperationScript::TableGuard => (name, "Fails when tables were not brought up to the governance of this build."),
        OperationScript::Events => (format!("operation_{name}"), "Makes the views over the event log."),
        OperationScript::Freshness => (format!("operation_{name}"), "Makes the view of freshness."),
        OperationScript::Release => {
            (format!("operation_{name}"), "Marks that all tables and views are those of this build.")
        }
        OperationScript::Minimum(_) => (name, "Fails when too few lines were delivered."),
        OperationScript::Gate(_) => (name, "Fails when a table does not reconcile."),
    };
    let path = plan::script_path(script, project, &reference::to(TARGET));
    let mut task = sql_task(&key, description, &path, schedule);
    if let OperationScript::Gate(_) | OperationScript::Minimum(_) = script {
        // Counting again gives the same.
        (task.max_retries, task.min_retry_interval_millis, task.retry_on_timeout) = (0, None, false);
    }
    task
}

fn sql_task(key: &str, description: &str, path: &str, schedule: &Schedule) -> Task {
    let file = SqlFile { path: format!("{}/{path}", reference::to(FILES)), source: SqlFileSource::Workspace };
    Task {
        description: Some(description.into()),
        sql_task: Some(SqlTask { warehouse_id: reference::to(WAREHOUSE), file }),
        ..task(key, schedule)
    }
}

/// A task without work, tried as hard as the schedule says.
fn task(key: &str, schedule: &Schedule) -> Task {
    Task {
        task_key: task_key(key),
        description: None,
        depends_on: vec![],
        pipeline_task: None,
        sql_task: None,
        run_job_task: None,
        max_retries: schedule.retries.into(),
        min_retry_interval_millis: (schedule.retries > 0).then_some(u32::from(schedule.backoff_minutes) * 60_000),
        retry_on_timeout: schedule.retries > 0,
        timeout_seconds: u32::from(schedule.timeout_minutes) * 60,
    }
}

/// Characters of the key of a task.
const MAX_KEY: usize = 100;

/// A text as the key of a task: what it may not hold is replaced, and what is too long cut, and then a hash tells it from
/// others.
fn task_key(text: &str) -> String {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if text.len() <= MAX_KEY && text.chars().all(is_allowed) {
        return text.to_owned();
    }
    let digest = Sha256::digest(text.as_bytes());
    let hash: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let kept = text.chars().map(|c| if is_allowed(c) { c } else { '_' }).take(MAX_KEY - hash.len() - 1);
    kept.chain(['_']).collect::<String>() + &hash
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key of `length` letters that ends differently.
    fn long(length: usize, end: &str) -> String {
        "a".repeat(length - end.len()) + end
    }

    #[test]
    fn keys_of_tasks_fit_and_stay_different() {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        assert_eq!(task_key(&long(MAX_KEY, "")), long(MAX_KEY, ""));
        let texts = [
            long(MAX_KEY + 1, "x"),
            long(MAX_KEY + 1, "y"),
            long(235, "x"),
            long(235, "y"),
            "caf\u{e9}".to_owned(),
            "caf\u{e8}".to_owned(),
            "a b".to_owned(),
            "a.b".to_owned(),
        ];
        let keys: BTreeSet<String> = texts.iter().map(|text| task_key(text)).collect();
        assert_eq!(keys.len(), texts.len(), "{keys:?}");
        assert!(keys.iter().all(|key| (1..=MAX_KEY).contains(&key.len()) && key.chars().all(allowed)), "{keys:?}");
    }
}
