//! The jobs of a project: one a schedule, and one that refreshes everything on demand.
//!
//! Each is a chain: governance statements that the pipeline needs, the update, governance statements on its tables, views
//! for operation, and at last the gate, which fails when a table does not reconcile. A later task never runs on what an
//! earlier one left unfinished.
//!
//! A job is the same in every target as far as every target has the files of its tasks; [`additions`] are the rest.

use std::collections::BTreeSet;

use super::JobAddition;
use super::pipeline::tags;
use super::reference::{self, FILES, LANDING, SCHEDULES, TARGET, WAREHOUSE};
use super::resource::{
    CronSchedule, FileArrival, Health, HealthMetric, HealthOperator, HealthRule, Job, JobNotifications, Kind,
    PipelineTask, Queue, SqlFile, SqlFileSource, SqlTask, Task, TaskDependency, Trigger,
};
use crate::model::{Project, Schedule, Start, TargetId};
use crate::plan::deployment::{self, JobKind};
use crate::plan::operation::{self, Script};
use crate::plan::{self, ArtifactKind, BuildPlan, Governance, Phase, Selection};

/// Seconds without a new file before a run starts: files that belong together arrive together.
const QUIET_SECONDS: u32 = 60;
/// Share of the time limit after which a run is suspiciously slow, in percent.
const SLOW_PERCENT: u64 = 80;

/// The jobs with their keys: schedules in the order of the project, then the one on demand. Their tasks are those that
/// every target has.
pub fn jobs(project: &Project, plan: &BuildPlan) -> Vec<(String, Job)> {
    let concerns = common_concerns(project, plan);
    let build = |kind: JobKind| {
        let (schedule, starts) = schedule(project, kind);
        (schedule.name.clone(), job(project, plan, &schedule, starts, &concerns))
    };
    deployment::jobs(project).into_iter().map(build).collect()
}

/// What the jobs of a target have besides the tasks that all targets have.
pub fn additions(project: &Project, plan: &BuildPlan, target: TargetId) -> Vec<JobAddition> {
    let (common, own) = (common_concerns(project, plan), concerns(plan, target));
    let addition = |kind: JobKind| {
        let (schedule, _) = schedule(project, kind);
        let selection = Selection::of(project, plan, &schedule.refresh);
        let known = tasks(project, plan, &schedule, &selection, &common);
        let mut addition = JobAddition { key: super::key(Kind::Job, &schedule.name), tasks: vec![], waits: vec![] };
        for task in tasks(project, plan, &schedule, &selection, &own) {
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

/// What a job does, and whether it starts by itself.
fn schedule(project: &Project, kind: JobKind) -> (Schedule, bool) {
    let scheduled = match kind {
        JobKind::Schedule(index) => project.schedules.get(index),
        JobKind::OnDemand => None,
    };
    match scheduled {
        Some(schedule) => (schedule.clone(), true),
        None => (on_demand(&kind.key(project)), false),
    }
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

fn job(project: &Project, plan: &BuildPlan, schedule: &Schedule, starts: bool, concerns: &BTreeSet<Governance>) -> Job {
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
        tasks: tasks(project, plan, schedule, &selection, concerns),
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
    schedule: &Schedule,
    selection: &Selection,
    concerns: &BTreeSet<Governance>,
) -> Vec<Task> {
    let update = Task {
        description: Some("Updates the pipeline.".into()),
        pipeline_task: Some(PipelineTask {
            pipeline_id: reference::to(&reference::pipeline_id(&super::key(Kind::Pipeline, &project.name))),
            full_refresh: false,
            refresh_selection: refresh_selection(selection),
        }),
        ..task("update", schedule)
    };
    let run = |concern: &&Governance| selection.everything || !concern.needs_all_tables();
    let of = |phase: Phase| concerns.iter().filter(run).filter(move |concern| concern.phase() == phase);
    let mut tasks: Vec<Task> = of(Phase::Before).map(|concern| governance(*concern, schedule)).collect();
    tasks.push(update);
    tasks.extend(of(Phase::After).map(|concern| governance(*concern, schedule)));
    let scripts = operation::scripts(project, plan);
    let fresh = scripts.into_iter().filter(|script| script.is_fresh(project, selection));
    tasks.extend(fresh.map(|script| operation_task(project, script, schedule)));
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

fn operation_task(project: &Project, script: Script, schedule: &Schedule) -> Task {
    let name = script.name(project);
    let (key, description) = match script {
        Script::Events => (format!("operation_{name}"), "Keeps the views over the event log up to date."),
        Script::Freshness => (format!("operation_{name}"), "Keeps the view of freshness up to date."),
        Script::Minimum(_) => (name, "Fails when too few lines were delivered."),
        Script::Gate(_) => (name, "Fails when a table does not reconcile."),
    };
    let path = plan::script_path(script, project, &reference::to(TARGET));
    let mut task = sql_task(&key, description, &path, schedule);
    if let Script::Gate(_) | Script::Minimum(_) = script {
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
