//! The jobs of a project: one a schedule, and one that refreshes everything on demand.
//!
//! Each is a chain: governance statements that the pipeline needs, the update, governance statements on its tables, views
//! for operation, and at last the gate, which fails when a table does not reconcile. A later task never runs on what an
//! earlier one left unfinished.

use super::pipeline::tags;
use super::reference::{self, FILES, LANDING, SCHEDULES, TARGET, WAREHOUSE};
use super::resource::{
    CronSchedule, FileArrival, Health, HealthMetric, HealthOperator, HealthRule, Job, JobNotifications, PipelineTask,
    Queue, SqlFile, SqlFileSource, SqlTask, Task, TaskDependency, Trigger,
};
use super::selection::Selection;
use super::statements::Statements;
use crate::model::{Project, Schedule, Start};
use crate::plan::{BuildPlan, Dataset};
use crate::render::operation::{self, Script};

/// Seconds without a new file before a run starts: files that belong together arrive together.
const QUIET_SECONDS: u32 = 60;
/// Share of the time limit after which a run is suspiciously slow, in percent.
const SLOW_PERCENT: u64 = 80;

/// The jobs with their keys: schedules in the order of the project, then the one on demand.
pub fn jobs(project: &Project, plan: &BuildPlan, statements: &Statements) -> Vec<(String, Job)> {
    let build = |schedule: &Schedule, starts: bool| job(project, plan, statements, schedule, starts);
    let mut jobs: Vec<(String, Job)> =
        project.schedules.iter().map(|schedule| (schedule.name.clone(), build(schedule, true))).collect();
    let on_demand = on_demand(project);
    jobs.push((on_demand.name.clone(), build(&on_demand, false)));
    jobs
}

/// Everything, with the defaults of schedules, under a name that no schedule has.
fn on_demand(project: &Project) -> Schedule {
    let mut name = "on_demand".to_owned();
    while project.schedules.iter().any(|schedule| schedule.name == name) {
        name.push_str("_all");
    }
    Schedule { name, start: Start::Files, refresh: vec![], retries: 2, backoff_minutes: 5, timeout_minutes: 60 }
}

fn job(project: &Project, plan: &BuildPlan, statements: &Statements, schedule: &Schedule, starts: bool) -> Job {
    let selection = Selection::of(project, plan, &schedule.refresh);
    let limit = u64::from(schedule.timeout_minutes) * 60;
    let told = JobNotifications {
        on_failure: project.notify.clone(),
        on_duration_warning_threshold_exceeded: project.notify.clone(),
    };
    Job {
        name: format!("{}_{}", project.name, schedule.name),
        description: Some(description(schedule, starts)),
        schedule: if starts { cron(schedule) } else { None },
        trigger: if starts { trigger(schedule) } else { None },
        max_concurrent_runs: 1,
        queue: Queue { enabled: true },
        health: Some(Health {
            rules: vec![HealthRule {
                metric: HealthMetric::RunDurationSeconds,
                op: HealthOperator::GreaterThan,
                value: limit * SLOW_PERCENT / 100,
            }],
        }),
        email_notifications: (!project.notify.is_empty()).then_some(told),
        tags: tags(project),
        tasks: tasks(project, plan, statements, schedule, &selection),
    }
}

fn description(schedule: &Schedule, starts: bool) -> String {
    let what = if schedule.refresh.is_empty() { "everything".to_owned() } else { schedule.refresh.join(", ") };
    match (&schedule.start, starts) {
        (_, false) => format!("Refreshes {what} on demand."),
        (Start::Time(_), _) => format!("Refreshes {what} with all it reads."),
        (Start::Files, _) => format!("Refreshes {what} with all it reads when new files arrive."),
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

fn trigger(schedule: &Schedule) -> Option<Trigger> {
    let Start::Files = schedule.start else { return None };
    Some(Trigger {
        pause_status: reference::to(SCHEDULES),
        file_arrival: FileArrival {
            url: format!("{}/", reference::to(LANDING)),
            min_time_between_triggers_seconds: QUIET_SECONDS,
            wait_after_last_change_seconds: QUIET_SECONDS,
        },
    })
}

/// The chain of tasks; each depends on the one before it.
fn tasks(
    project: &Project,
    plan: &BuildPlan,
    statements: &Statements,
    schedule: &Schedule,
    selection: &Selection,
) -> Vec<Task> {
    let update = Task {
        description: Some("Updates the pipeline.".into()),
        pipeline_task: Some(PipelineTask {
            pipeline_id: reference::to(&reference::pipeline_id(&project.name)),
            full_refresh: false,
            refresh_selection: refresh_selection(selection),
        }),
        ..task("update", schedule)
    };
    let mut tasks: Vec<Task> = statements.before.iter().map(|name| governance("before", name, schedule)).collect();
    tasks.push(update);
    tasks.extend(statements.after.iter().map(|name| governance("after", name, schedule)));
    let scripts = operation::scripts(project, plan);
    let fresh = scripts.iter().filter(|script| is_fresh(project, selection, script));
    tasks.extend(fresh.map(|script| operation_task(script, schedule)));
    let keys: Vec<String> = tasks.iter().map(|task| task.task_key.clone()).collect();
    for (task, before) in tasks.iter_mut().skip(1).zip(keys) {
        task.depends_on = vec![TaskDependency { task_key: before }];
    }
    tasks
}

/// Names of what is refreshed; none when it is everything, so that the list can't lag behind the pipeline.
fn refresh_selection(selection: &Selection) -> Vec<String> {
    let names = selection.datasets.iter().map(|(_, name)| name.clone());
    if selection.everything { vec![] } else { names.collect() }
}

/// The scripts that some job runs, in the order in which they run.
pub fn all_scripts(project: &Project, plan: &BuildPlan) -> Vec<Script> {
    let named = project.schedules.iter().map(|schedule| schedule.refresh.as_slice());
    let selections = named.chain([&[] as &[String]]).map(|names| Selection::of(project, plan, names));
    let selections: Vec<Selection> = selections.collect();
    let is_run = |script: &Script| selections.iter().any(|selection| is_fresh(project, selection, script));
    operation::scripts(project, plan).into_iter().filter(is_run).collect()
}

/// Whether a run has brought the tables of a script up to date, and none of them says what the script says again.
fn is_fresh(project: &Project, selection: &Selection, script: &Script) -> bool {
    match script {
        Script::Events => true,
        Script::Minimum { entity, .. } => {
            selection.contains(Dataset::Raw(*entity)) && !selection.contains(Dataset::RowCounts)
        }
        Script::Freshness => operation::fresh_entities(project).all(|id| selection.contains(Dataset::Raw(id))),
        Script::Gate { metric, .. } => selection.contains(Dataset::Reconciliation(*metric)),
    }
}

fn governance(phase: &str, name: &str, schedule: &Schedule) -> Task {
    let key = format!("{phase}_{}", name.trim_end_matches(".sql"));
    let path = format!("{}/governance/{}/{phase}/{name}", reference::to(FILES), reference::to(TARGET));
    sql_task(&key, "Applies governance statements.", path, schedule)
}

fn operation_task(script: &Script, schedule: &Schedule) -> Task {
    let (key, description) = match script {
        Script::Events => ("operation_events".to_owned(), "Keeps the views over the event log up to date."),
        Script::Freshness => ("operation_freshness".to_owned(), "Keeps the view of freshness up to date."),
        Script::Minimum { name, .. } => (format!("minimum_{name}"), "Fails when too few lines were delivered."),
        Script::Gate { name, .. } => (format!("gate_{name}"), "Fails when a table does not reconcile."),
    };
    let path = format!("{}/operation/{}/{}", reference::to(FILES), reference::to(TARGET), script.file_name());
    let mut task = sql_task(&key, description, path, schedule);
    if let Script::Gate { .. } | Script::Minimum { .. } = script {
        // Counting again gives the same.
        (task.max_retries, task.min_retry_interval_millis, task.retry_on_timeout) = (0, None, false);
    }
    task
}

fn sql_task(key: &str, description: &str, path: String, schedule: &Schedule) -> Task {
    let file = SqlFile { path, source: SqlFileSource::Workspace };
    Task {
        description: Some(description.into()),
        sql_task: Some(SqlTask { warehouse_id: reference::to(WAREHOUSE), file }),
        ..task(key, schedule)
    }
}

/// A task without work, tried as hard as the schedule says.
fn task(key: &str, schedule: &Schedule) -> Task {
    Task {
        task_key: key.to_owned(),
        description: None,
        depends_on: vec![],
        pipeline_task: None,
        sql_task: None,
        max_retries: schedule.retries.into(),
        min_retry_interval_millis: (schedule.retries > 0).then_some(u32::from(schedule.backoff_minutes) * 60_000),
        retry_on_timeout: schedule.retries > 0,
        timeout_seconds: u32::from(schedule.timeout_minutes) * 60,
    }
}
