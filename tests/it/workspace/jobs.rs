//! Jobs and their runs, which end as soon as they start.

use serde_json::{Map, Value, json};

use super::asked::{Answer, Asked, Refusal, Reply, denied, done, invalid, missing};
use super::state::{State, Thing};
use super::{permissions, sql, update};

/// Tasks of a page.
const TASKS: usize = 3;

#[derive(Debug, Clone)]
pub struct Run {
    pub job: u64,
    pub key: String,
    /// Tasks with how they ended; empty is well.
    pub tasks: Vec<(String, String)>,
}

pub fn answer(state: &mut State, asked: &Asked, path: &str) -> Answer {
    let name = path.trim_start_matches("/api/2.2/jobs/");
    let id = |key: &str| asked.body[key].as_u64().or_else(|| asked.param(key).parse().ok()).unwrap_or_default();
    match name {
        "create" => create(state, asked),
        "list" => list(state, asked),
        "runs/get" => match state.runs.get(&id("run_id")) {
            Some(run) => Ok(Reply::Json(shown_run(id("run_id"), run))),
            None => invalid(format!("Run {} does not exist.", id("run_id"))),
        },
        "runs/list" if asked.is("active_only") => {
            asked.page("runs", state.active_runs.get(&id("job_id")).cloned().into_iter().collect())
        }
        "runs/list" => {
            let of_job = state.runs.iter().rev().filter(|(_, run)| run.job == id("job_id"));
            asked.page("runs", of_job.map(|(id, run)| shown_run(*id, run)).collect())
        }
        "runs/cancel" => done(),
        "runs/get-output" => match state.runs.get(&id("run_id")) {
            Some(run) => Ok(Reply::Json(json!({"error": failure(run)}))),
            None => missing("The output"),
        },
        "runs/submit" => submit(state, asked),
        _ => of_job(state, asked, name, id("job_id")),
    }
}

fn of_job(state: &mut State, asked: &Asked, name: &str, id: u64) -> Answer {
    let key = id.to_string();
    let enough: &[&str] = match name {
        "get" => &["CAN_VIEW", "CAN_MANAGE_RUN", "CAN_MANAGE", "IS_OWNER"],
        "run-now" => &["CAN_MANAGE_RUN", "CAN_MANAGE", "IS_OWNER"],
        _ => &["CAN_MANAGE", "IS_OWNER"],
    };
    if !state.jobs.contains_key(&id) {
        return invalid(format!("Job {id} does not exist."));
    }
    if !state.has_level(&asked.who, "jobs", &key, enough) {
        return denied(format!("{} does not have permission on job {id}", asked.who));
    }
    match name {
        "get" => Ok(Reply::Json(shown(state, asked, id))),
        "delete" => {
            state.jobs.remove(&id);
            state.permissions.remove(&("jobs".to_owned(), key));
            done()
        }
        "run-now" => run_now(state, asked, id),
        _ => {
            let mut settings = asked.body["new_settings"].as_object().cloned().unwrap_or_default();
            check(state, asked, &settings)?;
            let Some(job) = state.jobs.get_mut(&id) else { return missing("The job") };
            // Without a word about it, the identity stays.
            let run_as = job.fields.get("run_as").cloned();
            settings.entry("run_as").or_insert_with(|| run_as.unwrap_or_default());
            if name == "update" {
                job.fields.extend(settings);
                for field in asked.body["fields_to_remove"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    job.fields.remove(field);
                }
            } else {
                job.fields = settings;
            }
            done()
        }
    }
}

fn check(state: &State, asked: &Asked, settings: &Map<String, Value>) -> Result<(), Refusal> {
    let tasks = settings.get("tasks").and_then(Value::as_array).cloned().unwrap_or_default();
    let keys: Vec<&str> = tasks.iter().filter_map(|task| task["task_key"].as_str()).collect();
    for task in &tasks {
        let depends = task["depends_on"].as_array().cloned().unwrap_or_default();
        if depends.iter().any(|on| !keys.contains(&on["task_key"].as_str().unwrap_or_default())) {
            return invalid("a task depends on one that is not there");
        }
        let pipeline = task["pipeline_task"]["pipeline_id"].as_str();
        if pipeline.is_some_and(|id| !state.pipelines.contains_key(id)) {
            return invalid(format!("Pipeline {pipeline:?} does not exist."));
        }
    }
    let run_as =
        settings.get("run_as").and_then(|to| to["service_principal_name"].as_str().or(to["user_name"].as_str()));
    match run_as {
        Some(who) if who != asked.who && !state.may_use(&asked.who, who) => {
            denied(format!("{} may not run jobs as {who}", asked.who))
        }
        _ => Ok(()),
    }
}

fn create(state: &mut State, asked: &Asked) -> Answer {
    let mut settings = asked.object();
    check(state, asked, &settings)?;
    settings.remove("access_control_list");
    let id = state.id();
    state.jobs.insert(id, Thing { owner: asked.who.clone(), fields: settings });
    permissions::made(state, "jobs", &id.to_string(), &asked.who);
    Ok(Reply::Json(json!({"job_id": id})))
}

fn run_as(job: &Thing) -> String {
    let named =
        job.fields.get("run_as").and_then(|to| to["service_principal_name"].as_str().or(to["user_name"].as_str()));
    named.unwrap_or(&job.owner).to_owned()
}

fn brief(id: u64, job: &Thing, settings: Map<String, Value>) -> Value {
    json!({"job_id": id, "creator_user_name": job.owner, "run_as_user_name": run_as(job), "created_time": 1, "settings": settings})
}

/// With the defaults that a workspace adds, and a page of the tasks.
fn shown(state: &State, asked: &Asked, id: u64) -> Value {
    let job = &state.jobs[&id];
    let mut settings = job.fields.clone();
    for (key, value) in [
        ("email_notifications", json!({})),
        ("webhook_notifications", json!({})),
        ("timeout_seconds", json!(0)),
        ("format", json!("MULTI_TASK")),
    ] {
        settings.entry(key).or_insert(value);
    }
    if settings.get("run_as").is_some_and(Value::is_null) {
        settings.remove("run_as");
    }
    let tasks = settings.get("tasks").and_then(Value::as_array).cloned().unwrap_or_default();
    let from: usize = asked.param("page_token").trim_start_matches("from-").parse().unwrap_or(0);
    let page: Vec<Value> = tasks
        .iter()
        .skip(from)
        .take(TASKS)
        .cloned()
        .map(|mut task| {
            if task.get("run_if").is_none() {
                task["run_if"] = "ALL_SUCCESS".into();
            }
            task
        })
        .collect();
    settings.insert("tasks".into(), page.into());
    let mut answer = brief(id, job, settings);
    if tasks.len() > from + TASKS {
        answer["next_page_token"] = format!("from-{}", from + TASKS).into();
    }
    answer
}

fn list(state: &State, asked: &Asked) -> Answer {
    let wanted = asked.param("name").to_lowercase();
    let name = |job: &Thing| job.fields.get("name").and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let sees = |id: &u64| {
        state.has_level(&asked.who, "jobs", &id.to_string(), &["CAN_VIEW", "CAN_MANAGE_RUN", "CAN_MANAGE", "IS_OWNER"])
    };
    let found = state.jobs.iter().filter(|(id, job)| sees(id) && (wanted.is_empty() || name(job) == wanted));
    let items = found.map(|(id, job)| {
        let mut settings = job.fields.clone();
        settings.remove("tasks");
        brief(*id, job, settings)
    });
    asked.page("jobs", items.collect())
}

fn run_now(state: &mut State, asked: &Asked, id: u64) -> Answer {
    let key = asked.text("idempotency_token").to_owned();
    if let Some((run, _)) = state.runs.iter().find(|(_, run)| run.job == id && !key.is_empty() && run.key == key) {
        return Ok(Reply::Json(json!({"run_id": run})));
    }
    let job = state.jobs[&id].clone();
    let who = run_as(&job);
    run(state, &job, &who, id, key)
}

/// A run without a job.
fn submit(state: &mut State, asked: &Asked) -> Answer {
    let key = asked.text("idempotency_token").to_owned();
    if let Some((run, _)) = state.runs.iter().find(|(_, run)| run.job == 0 && !key.is_empty() && run.key == key) {
        return Ok(Reply::Json(json!({"run_id": run})));
    }
    let fields = asked.object();
    check(state, asked, &fields)?;
    let job = Thing { owner: asked.who.clone(), fields };
    let who = run_as(&job);
    run(state, &job, &who, 0, key)
}

fn run(state: &mut State, job: &Thing, who: &str, id: u64, key: String) -> Answer {
    let mut waiting = job.fields.get("tasks").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut ended: Vec<(String, String)> = vec![];
    while !waiting.is_empty() {
        let is_ready = |task: &Value| {
            let needs = task["depends_on"].as_array().into_iter().flatten().filter_map(|on| on["task_key"].as_str());
            needs.into_iter().all(|need| ended.iter().any(|(done, _)| done == need))
        };
        let Some(at) = waiting.iter().position(is_ready) else { return invalid("tasks wait for each other") };
        let task = waiting.remove(at);
        let task_key = task["task_key"].as_str().unwrap_or_default().to_owned();
        let has_failed =
            |need: &Value| ended.iter().any(|(done, how)| need["task_key"] == done.as_str() && !how.is_empty());
        let is_blocked =
            task["depends_on"].as_array().into_iter().flatten().any(has_failed) && task["run_if"] != "ALL_DONE";
        let how = if is_blocked {
            "upstream failed".to_owned()
        } else {
            perform(state, who, &task).err().unwrap_or_default()
        };
        ended.push((task_key, how));
    }
    let run = state.id();
    state.runs.insert(run, Run { job: id, key, tasks: ended });
    Ok(Reply::Json(json!({"run_id": run})))
}

/// What a task does; the message when it fails.
fn perform(state: &mut State, who: &str, task: &Value) -> Result<(), String> {
    if let Some(id) = task["pipeline_task"]["pipeline_id"].as_str() {
        if !state.has_level(who, "pipelines", id, &["CAN_RUN", "CAN_MANAGE", "IS_OWNER"]) {
            return Err(format!("{who} may not run pipeline {id}"));
        }
        let request = task["pipeline_task"].clone();
        return update::run(state, id, request);
    }
    if let Some(path) = task["sql_task"]["file"]["path"].as_str() {
        let entry = state.entries.get(path).filter(|_| state.may_file(who, path, false));
        let text = entry.and_then(|entry| entry.bytes.clone()).ok_or_else(|| format!("{who} may not read {path}"))?;
        return sql::run_file(state, who, &String::from_utf8_lossy(&text))
            .map_err(|refusal| format!("{path}: {}", refusal.message));
    }
    Ok(())
}

/// Why a run failed; empty is well.
fn failure(run: &Run) -> &str {
    run.tasks.iter().find(|(_, how)| !how.is_empty()).map_or("", |(_, how)| how)
}

fn shown_run(id: u64, run: &Run) -> Value {
    let status = |how: &str| {
        let code = if how.is_empty() { "SUCCESS" } else { "RUN_EXECUTION_ERROR" };
        json!({"state": "TERMINATED", "termination_details": {"code": code, "type": "SUCCESS", "message": how}})
    };
    let failed = failure(run);
    let tasks: Vec<Value> =
        run.tasks.iter().map(|(key, how)| json!({"run_id": id, "task_key": key, "status": status(how)})).collect();
    json!({"run_id": id, "job_id": run.job, "status": status(failed), "tasks": tasks})
}
