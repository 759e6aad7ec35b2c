//! The client against the workspace: a deployment by hand, and every call under every fault.

use std::sync::LazyLock;

use serde_json::{Value, json};

use lakegen::deploy::client::api::grants::{Change, Securable};
use lakegen::deploy::client::api::permissions::{Entry, On, Who};
use lakegen::deploy::client::api::statements::Statement;
use lakegen::deploy::client::api::{
    alerts, dashboards, files, functions, grants, identity, jobs, permissions, pipelines, policies, runs, schemas,
    statements, tables, tags, updates, volume_files, volumes, warehouses,
};
use lakegen::deploy::client::error::{Error, ErrorKind};
use lakegen::deploy::client::{Client, MAX_MAKES};

use super::fault::{Faults, TROUBLES, Trouble};
use super::state::{DEPLOYER, RUNNER, token};
use super::{Desk, State, Workspace};

pub const ROOT: &str = "/Workspace/Users/11111111-1111-1111-1111-111111111111/gen";

pub const RAW: &str = "CREATE OR REFRESH STREAMING TABLE raw (id STRING, mail STRING MASK hide)\nAS SELECT id, mail FROM STREAM \
    read_files('${landing}/*.csv', format => 'csv');";

const GOLD: &str = "CREATE OR REFRESH MATERIALIZED VIEW gold AS SELECT count(*) AS n FROM raw;";

pub fn sql(client: &Client<'_>, statement: &str) -> Result<(), Error> {
    statements::run(client, &Statement { statement, warehouse_id: "wh1", parameters: &[] }).map(drop)
}

pub fn spec() -> Value {
    json!({"name": "etl", "catalog": "main", "schema": "s", "serverless": true, "channel": "CURRENT",
        "root_path": ROOT, "libraries": [{"glob": {"include": format!("{ROOT}/pipeline/**")}}],
        "configuration": {"landing": "/Volumes/main/s/landing"}, "run_as": {"service_principal_name": RUNNER}})
}

pub fn job(pipeline: &str) -> Value {
    json!({"name": "nightly", "run_as": {"service_principal_name": RUNNER},
        "tasks": [{"task_key": "refresh", "pipeline_task": {"pipeline_id": pipeline}},
            {"task_key": "gate", "depends_on": [{"task_key": "refresh"}], "pipeline_task": {"pipeline_id": pipeline}},
            {"task_key": "c", "pipeline_task": {"pipeline_id": pipeline}},
            {"task_key": "d", "pipeline_task": {"pipeline_id": pipeline}}]})
}

pub fn alert() -> Value {
    json!({"display_name": "late", "query_text": "SELECT 1", "warehouse_id": "wh1",
        "evaluation": {"comparison_operator": "GREATER_THAN", "source": {"name": "n"}, "threshold": {"value": {"double_value": 0.0}}},
        "schedule": {"quartz_cron_schedule": "0 0 6 * * ?", "timezone_id": "UTC"}})
}

pub const DRAFT: dashboards::Draft<'static> = dashboards::Draft {
    display_name: "sales",
    serialized_dashboard: "{}",
    warehouse_id: "wh1",
    parent_path: Some("/Workspace/Shared"),
    place: ("main", "shop"),
};

fn added(principal: &str, privileges: &[&str]) -> Change {
    Change {
        principal: principal.into(),
        add: privileges.iter().map(|p| (*p).to_owned()).collect(),
        ..Change::default()
    }
}

/// What comes before the pipeline: schema, volume, rights of the runner, a mask, sources.
pub fn prepare(client: &Client<'_>) -> Result<(), Error> {
    schemas::create(client, &json!({"name": "s", "catalog_name": "main"}))?;
    let volume = json!({"name": "landing", "catalog_name": "main", "schema_name": "s", "volume_type": "MANAGED"});
    volumes::create(client, &volume)?;
    grants::change(
        client,
        Securable::Schema,
        "main.s",
        &[added(RUNNER, &["USE_SCHEMA", "CREATE_TABLE", "CREATE_MATERIALIZED_VIEW"])],
    )?;
    grants::change(client, Securable::Volume, "main.s.landing", &[added(RUNNER, &["READ_VOLUME"])])?;
    sql(client, "CREATE OR REPLACE FUNCTION main.s.hide(value STRING) RETURNS STRING RETURN '***'")?;
    sql(client, &format!("GRANT EXECUTE ON FUNCTION main.s.hide TO `{RUNNER}`"))?;
    files::make_folder(client, &format!("{ROOT}/pipeline"))?;
    files::write(client, &format!("{ROOT}/pipeline/raw.sql"), RAW.as_bytes())?;
    files::write(client, &format!("{ROOT}/pipeline/gold.sql"), GOLD.as_bytes())?;
    let folder = files::status(client, ROOT)?.unwrap().object_id.to_string();
    let entry = Entry { who: Who::ServicePrincipalName(RUNNER.into()), permission_level: "CAN_READ".into() };
    permissions::give(client, On::Directories, &folder, &[entry])
}

/// A workspace with an administrator's part done, and the deployer's.
fn prepared() -> Workspace {
    let workspace = Workspace::new();
    let admin = Desk::new(&workspace);
    grants::change(&admin.client("admin"), Securable::Catalog, "main", &[added(RUNNER, &["USE_CATALOG"])]).unwrap();
    prepare(&Desk::new(&workspace).client(DEPLOYER)).unwrap();
    workspace
}

pub fn wait(client: &Client<'_>, pipeline: &str, update: &str) -> updates::State {
    loop {
        let state = updates::get(client, pipeline, update).unwrap().unwrap().state;
        if state.has_ended() {
            return state;
        }
    }
}

#[test]
fn a_deployment_by_hand() {
    let workspace = prepared();
    let desk = Desk::new(&workspace);
    let client = desk.client(DEPLOYER);
    let id = pipelines::create(&client, &spec()).unwrap();
    let validation =
        updates::start(&client, &id, &updates::Start { validate_only: true, ..Default::default() }).unwrap();
    assert_eq!(updates::start(&client, &id, &updates::Start::default()).unwrap_err().kind, ErrorKind::Conflict);
    assert_eq!(wait(&client, &id, &validation), updates::State::Completed);
    assert_eq!(tables::list(&client, "main", "s", true).unwrap(), [], "a validation makes no table");
    volume_files::write(&client, "/Volumes/main/s/landing/a.csv", b"id,mail\n1,x\n", false).unwrap();
    let update = updates::start(&client, &id, &updates::Start::default()).unwrap();
    assert_eq!(wait(&client, &id, &update), updates::State::Completed);
    let made = tables::list(&client, "main", "s", true).unwrap();
    let names: Vec<_> = made.iter().map(|t| (t.name.as_str(), t.table_type.as_str(), t.owner.as_deref())).collect();
    assert_eq!(names, [("gold", "MATERIALIZED_VIEW", Some(RUNNER)), ("raw", "STREAMING_TABLE", Some(RUNNER))]);
    let mask = made[1].columns[1].mask.clone().unwrap();
    assert_eq!(mask.function_name, "main.s.hide");
    // The runner owns the tables, and the deployer the schema that they lie in: both may grant.
    let grant = "GRANT SELECT ON TABLE main.s.gold TO `analysts`";
    sql(&client, grant).unwrap();
    assert_eq!(grants::direct(&client, Securable::Table, "main.s.gold").unwrap()["analysts"].len(), 1);
    let error = sql(&client, "CREATE OR REPLACE VIEW main.s.v AS SELECT n FROM main.s.gold").unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied, "whoever owns the schema does not read what lies in it: {error}");
    let job = jobs::create(&client, &job(&id)).unwrap();
    let run = runs::get(&client, runs::start(&client, job).unwrap()).unwrap().unwrap();
    assert!(run.has_ended() && !run.has_succeeded(), "the runner may not run the pipeline yet");
    let entry = Entry { who: Who::ServicePrincipalName(RUNNER.into()), permission_level: "CAN_RUN".into() };
    permissions::give(&client, On::Pipelines, &id, &[entry]).unwrap();
    assert!(runs::get(&client, runs::start(&client, job).unwrap()).unwrap().unwrap().has_succeeded());
    assert_eq!(jobs::get(&client, job).unwrap().unwrap().settings["tasks"].as_array().unwrap().len(), 4);
}

#[test]
fn streams_keep_what_they_have_read_until_they_forget() {
    let workspace = prepared();
    let desk = Desk::new(&workspace);
    let client = desk.client(DEPLOYER);
    let id = pipelines::create(&client, &spec()).unwrap();
    let run = |start: &updates::Start| wait(&client, &id, &updates::start(&client, &id, start).unwrap());
    let judged = |file: &str| workspace.state().rows_of(&id, "raw")[&format!("/Volumes/main/s/landing/{file}")].clone();
    workspace.state().volume_files.insert("/Volumes/main/s/landing/a.csv".into(), b"1".to_vec());
    assert_eq!(run(&updates::Start::default()), updates::State::Completed);
    let before = judged("a.csv");
    files::write(
        &client,
        &format!("{ROOT}/pipeline/raw.sql"),
        RAW.replace("id, mail FROM", "upper(id) AS id, mail FROM").as_bytes(),
    )
    .unwrap();
    workspace.state().volume_files.insert("/Volumes/main/s/landing/b.csv".into(), b"2".to_vec());
    assert_eq!(run(&updates::Start::default()), updates::State::Completed);
    assert_eq!(judged("a.csv"), before);
    assert_ne!(judged("b.csv"), before);
    workspace.state().volume_files.remove("/Volumes/main/s/landing/a.csv");
    assert_eq!(
        run(&updates::Start { full_refresh_selection: vec!["raw".into()], ..Default::default() }),
        updates::State::Completed
    );
    assert_eq!(workspace.state().rows_of(&id, "raw").len(), 1, "what is no longer delivered is gone");
    files::write(&client, &format!("{ROOT}/pipeline/gold.sql"), b"CREATE OR REFRESH MATERIALIZED gold").unwrap();
    assert_eq!(run(&updates::Start { validate_only: true, ..Default::default() }), updates::State::Failed);
    let events = updates::events(&client, &id, "level = 'ERROR'", 10).unwrap();
    let message = events[0].error.as_ref().unwrap().exceptions[0].message.clone().unwrap();
    assert!(message.starts_with("[PARSE_SYNTAX_ERROR]"), "{message}");
}

#[test]
fn what_is_not_allowed_is_refused() {
    let workspace = prepared();
    let desk = Desk::new(&workspace);
    let (eve, client) = (desk.client("eve@example.com"), desk.client(DEPLOYER));
    let id = pipelines::create(&client, &spec()).unwrap();
    let folder = format!("{ROOT}/pipeline/raw.sql");
    assert_eq!(files::status(&eve, &folder).unwrap(), None, "what may not be read is not there");
    for error in [
        schemas::create(&eve, &json!({"name": "x", "catalog_name": "main"})).unwrap_err(),
        pipelines::get(&eve, &id).unwrap_err(),
        pipelines::delete(&eve, &id, true).unwrap_err(),
        files::write(&eve, &format!("{ROOT}/pipeline/mine.sql"), b"").unwrap_err(),
        sql(&eve, "GRANT SELECT ON SCHEMA main.s TO `eve@example.com`").unwrap_err(),
        sql(&eve, "CREATE OR REPLACE FUNCTION main.s.hide(value STRING) RETURNS STRING RETURN value").unwrap_err(),
        permissions::give(&eve, On::Pipelines, &id, &[]).unwrap_err(),
    ] {
        assert_eq!(error.kind, ErrorKind::Denied, "{error}");
    }
    let again = pipelines::create(&client, &spec()).unwrap_err();
    assert!(again.message.contains("is already used by another pipeline"), "{again}");
    let stale = pipelines::get(&client, &id).unwrap().unwrap().last_modified;
    pipelines::replace(&client, &id, &spec(), stale).unwrap();
    assert_eq!(pipelines::replace(&client, &id, &spec(), stale).unwrap_err().kind, ErrorKind::Conflict);
    let unknown = pipelines::replace(&client, &id, &json!({"name": "etl", "catalogue": "main"}), None).unwrap_err();
    assert!(unknown.message.contains("unknown key `catalogue`"), "{unknown}");
    let owners = permissions::replace(&client, On::Pipelines, &id, &[]).unwrap_err();
    assert_eq!(owners.message, "The pipeline must have exactly one owner.");
}

/// A call that leaves a trace or reads, by its name; it gives what it found in words.
type Step = (&'static str, fn(&Client<'_>) -> Result<String, Error>);

fn the_pipeline(client: &Client<'_>) -> Result<String, Error> {
    let named = pipelines::named(client, "etl")?;
    let one = named.first().map(|pipeline| pipeline.pipeline_id.clone());
    one.map_or_else(|| client.once(|| pipelines::create(client, &spec()), || Ok(None)), Ok)
}

/// Every call of the interface; those that make something look for it first, as whoever deploys does.
const STEPS: &[Step] = &[
    ("me", |c| identity::me(c).map(|me| me.user_name)),
    ("warehouses", |c| warehouses::list(c).map(|all| all.len().to_string())),
    ("warehouse", |c| warehouses::get(c, "wh1").map(|w| w.is_some().to_string())),
    ("start a warehouse", |c| warehouses::start(c, "wh1").map(|()| String::new())),
    ("make a folder", |c| files::make_folder(c, &format!("{ROOT}/new/folder")).map(|()| String::new())),
    ("write a file", |c| files::write(c, &format!("{ROOT}/x"), b"x").map(|()| String::new())),
    ("write a new file", |c| match files::write_new(c, &format!("{ROOT}/lock"), b"me") {
        // Whose it is, is in it.
        Err(e) if matches!(e.kind, ErrorKind::Ambiguous | ErrorKind::Exists | ErrorKind::Conflict) => {
            files::read(c, &format!("{ROOT}/lock"), 10).map(|bytes| String::from_utf8(bytes).unwrap())
        }
        done => done.map(|()| "me".to_owned()),
    }),
    ("read a file", |c| files::read(c, &format!("{ROOT}/pipeline/raw.sql"), 10_000).map(|b| b.len().to_string())),
    ("list a folder", |c| files::list(c, ROOT).map(|all| all.len().to_string())),
    ("delete a file", |c| files::delete(c, &format!("{ROOT}/old.sql"), false).map(|_| String::new())),
    ("put a file into a volume", |c| {
        volume_files::write(c, "/Volumes/main/s/landing/n.csv", b"1", true).map(|()| String::new())
    }),
    ("size of a file", |c| volume_files::size(c, "/Volumes/main/s/landing/f1.csv").map(|s| format!("{s:?}"))),
    ("list a volume", |c| volume_files::list(c, "/Volumes/main/s/landing").map(|all| all.len().to_string())),
    ("make a folder in a volume", |c| {
        volume_files::make_folder(c, "/Volumes/main/s/landing/d").map(|()| String::new())
    }),
    ("make a schema", |c| {
        let make = || schemas::create(c, &json!({"name": "t", "catalog_name": "main"})).map(|schema| schema.name);
        match schemas::get(c, "main.t")? {
            Some(schema) => Ok(schema.name),
            None => c.once(make, || Ok(schemas::get(c, "main.t")?.map(|schema| schema.name))),
        }
    }),
    ("comment a volume", |c| match volumes::set_comment(c, "main.s.landing", "files") {
        Err(e) if matches!(e.kind, ErrorKind::Invalid { .. }) && e.message.ends_with("Nothing to update.") => {
            Ok(String::new())
        }
        done => done.map(|()| String::new()),
    }),
    ("functions", |c| functions::list(c, "main", "s").map(|all| all.len().to_string())),
    ("tables", |c| tables::list(c, "main", "s", false).map(|all| all.len().to_string())),
    ("grant", |c| {
        grants::change(c, Securable::Schema, "main.s", &[added("analysts", &["USE_SCHEMA"])]).map(|()| String::new())
    }),
    ("privileges", |c| grants::effective(c, Securable::Volume, "main.s.landing", None).map(|all| format!("{all:?}"))),
    ("tag", |c| tags::set(c, tags::Tagged::Schemas, "main.s", "domain", "sales").map(|()| String::new())),
    ("tags", |c| tags::list(c, tags::Tagged::Schemas, "main.s").map(|all| all.len().to_string())),
    ("remove a tag", |c| tags::delete(c, tags::Tagged::Schemas, "main.s", "domain").map(|_| String::new())),
    ("policies", |c| policies::list(c, "main.s").map(|all| all.len().to_string())),
    ("statement", |c| sql(c, "COMMENT ON SCHEMA main.s IS 'x'").map(|()| String::new())),
    ("make a pipeline", the_pipeline),
    ("start an update", |c| {
        let id = the_pipeline(c)?;
        let start = || updates::start(c, &id, &updates::Start { validate_only: true, ..Default::default() });
        let running = || Ok(updates::list(c, &id, 1)?.into_iter().find(|u| !u.state.has_ended()).map(|u| u.update_id));
        match running()? {
            Some(_) => Ok(String::new()),
            None => c.once(start, running).map(|_| String::new()),
        }
    }),
    ("events", |c| updates::events(c, &the_pipeline(c)?, "", 5).map(|all| all.len().to_string())),
    ("stop", |c| updates::stop(c, &the_pipeline(c)?).map(|()| String::new())),
    ("make a job", |c| {
        let settings = json!({"name": "nightly", "tasks": []});
        let find = || Ok(jobs::named(c, "nightly")?.first().map(|job| job.job_id));
        match find()? {
            Some(_) => Ok(String::new()),
            None => c.once(|| jobs::create(c, &settings), find).map(|_| String::new()),
        }
    }),
    ("run a job", |c| match jobs::named(c, "other 1")?.first() {
        Some(job) => runs::start(c, job.job_id).map(|_| String::new()),
        None => Ok(String::new()),
    }),
    ("run a file as another", |c| {
        files::write(c, &format!("{ROOT}/run_as.sql"), b"COMMENT ON SCHEMA main.s IS 'x';")?;
        let script = runs::Script {
            name: "once".into(),
            run_as: DEPLOYER.into(),
            warehouse: "wh1".into(),
            path: format!("{ROOT}/run_as.sql"),
        };
        let run = runs::submit(c, &script)?;
        runs::error(c, run).map(|error| format!("{error:?}"))
    }),
    ("make an alert", |c| {
        let find = || Ok(alerts::named(c, "late")?.into_iter().next().map(|alert| alert.id));
        match find()? {
            Some(_) => Ok(String::new()),
            None => c.once(|| alerts::create(c, &alert()), find).map(|_| String::new()),
        }
    }),
    ("make a dashboard", |c| {
        let find = || Ok(dashboards::named(c, "sales")?.into_iter().next().map(|board| board.dashboard_id));
        let id = match find()? {
            Some(id) => id,
            None => c.once(|| dashboards::create(c, &DRAFT).map(|board| board.dashboard_id), find)?,
        };
        dashboards::publish(c, &id, "wh1").map(|()| String::new())
    }),
    ("delete a pipeline", |c| match pipelines::named(c, "etl")?.first() {
        Some(pipeline) => pipelines::delete(c, &pipeline.pipeline_id, false).map(|_| String::new()),
        None => Ok(String::new()),
    }),
];

/// A workspace with enough of everything for lists to have more than one page.
fn full() -> Workspace {
    static FULL: LazyLock<State> = LazyLock::new(|| {
        let workspace = prepared();
        for n in 0..7 {
            workspace.state().volume_files.insert(format!("/Volumes/main/s/landing/f{n}.csv"), b"1".to_vec());
        }
        fill(&Desk::new(&workspace).client(DEPLOYER));
        workspace.state().clone()
    });
    Workspace::of(FULL.clone())
}

fn fill(client: &Client<'_>) {
    files::write(client, &format!("{ROOT}/old.sql"), b"").unwrap();
    for n in 0..5 {
        jobs::create(client, &json!({"name": format!("other {n}"), "tasks": []})).unwrap();
        let mut alert = alert();
        alert["display_name"] = format!("other {n}").into();
        alerts::create(client, &alert).unwrap();
        let start = updates::Start { validate_only: true, ..Default::default() };
        let id = the_pipeline(client).unwrap();
        wait(client, &id, &updates::start(client, &id, &start).unwrap());
    }
}

/// No two things of a name, whatever was tried how often.
pub fn no_doubles(workspace: &Workspace, what: &str) {
    let state = workspace.state();
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut names: Vec<String> = state.pipelines.values().map(|p| format!("pipeline {}", p.text("name"))).collect();
    names.extend(state.jobs.values().map(|job| format!("job {}", text(job.fields.get("name")))));
    names.extend(state.alerts.values().map(|alert| format!("alert {}", text(alert.fields.get("display_name")))));
    names
        .extend(state.dashboards.values().map(|board| format!("dashboard {}", text(board.fields.get("display_name")))));
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all, "{what}");
    assert!(state.runs.len() <= 2 * state.jobs.len(), "{what}");
}

fn hurt(name: &str, step: fn(&Client<'_>) -> Result<String, Error>, at: usize, trouble: Trouble) -> bool {
    let what = format!("{name}, request {at}, {trouble:?}");
    let workspace = full();
    let desk = Desk::with(&workspace, Faults::at(at, trouble));
    let client = desk.client(DEPLOYER);
    let result = step(&client);
    if desk.count() <= at {
        return false;
    }
    if let Err(error) = &result {
        let said = format!("{error} {error:?}");
        assert!(!said.contains(&token(DEPLOYER)) && !said.contains("token-of"), "{what}: {said}");
        assert!(error.attempts >= 1 && error.kind != ErrorKind::Credentials, "{what}: {said}");
    }
    // An hour is how long a large file may take.
    assert!(desk.slept().as_secs() < 700 || name.contains("into a volume"), "{what}: {:?}", desk.slept());
    assert!(desk.count() < at + 40 * MAX_MAKES as usize, "{what}: {} requests", desk.count());
    no_doubles(&workspace, &what);
    // Run again, nothing is in its way, and it is as if nothing had happened.
    let again = Desk::new(&workspace);
    let repeated = step(&again.client(DEPLOYER)).unwrap_or_else(|error| panic!("{what}: {error}"));
    no_doubles(&workspace, &what);
    if let (Ok(first), true) = (&result, trouble != Trouble::Late) {
        assert_eq!(first.is_empty(), repeated.is_empty(), "{what}");
    }
    true
}

#[test]
fn every_call_survives_every_fault_at_every_request() {
    let mut count = 0;
    for (name, step) in STEPS {
        for trouble in TROUBLES {
            let reached = (0..100).take_while(|at| hurt(name, *step, *at, *trouble)).count();
            assert!(reached > 0 && reached < 100, "{name}");
            count += reached;
        }
    }
    println!("{count} faults: {} kinds at every request of {} calls", TROUBLES.len(), STEPS.len());
}

#[test]
fn many_faults_from_a_seed() {
    for seed in 0..60 {
        let workspace = full();
        let desk = Desk::with(&workspace, Faults::seeded(seed, 4));
        let client = desk.client(DEPLOYER);
        for (name, step) in STEPS {
            if let Err(error) = step(&client) {
                assert!(!format!("{error:?}").contains("token-of"), "seed {seed}, {name}: {error:?}");
            }
            no_doubles_but_late(&workspace, seed, name);
        }
        let calm = Desk::new(&workspace);
        for (name, step) in STEPS {
            step(&calm.client(DEPLOYER)).unwrap_or_else(|error| panic!("seed {seed}, {name}: {error}"));
        }
    }
}

/// Two late reads in a row, of which the second was waited for, can hide what was made: then there may be two, and the next
/// look finds both. Pipelines and dashboards have names that the workspace keeps unique.
fn no_doubles_but_late(workspace: &Workspace, seed: u64, name: &str) {
    let state = workspace.state();
    let mut names: Vec<&str> = state.pipelines.values().map(|pipeline| pipeline.text("name")).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "seed {seed}, {name}");
}
