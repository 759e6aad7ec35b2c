//! The client against a workspace that others wrote: minilake, a local server of the Databricks API. It knows schemas,
//! volumes, functions, grants, statements, jobs, files and permissions; what it does not know is printed.

use serde_json::json;

use lakegen::deploy::client::api::grants::{self, Change, Securable};
use lakegen::deploy::client::api::permissions::{self, Entry, On, Who};
use lakegen::deploy::client::api::{
    alerts, dashboards, files, functions, identity, jobs, pipelines, schemas, statements, tables, tags, volume_files,
    volumes, warehouses,
};
use lakegen::deploy::client::config::ConfigChoice;
use lakegen::deploy::client::network::Network;
use lakegen::deploy::client::{Client, error::Error};
use lakegen::world::MemoryWorld;

use super::proofs::{DRAFT, alert, spec};

/// What a step says that the other side does not know, or knows otherwise.
type Step = Result<(), String>;

/// An area of the API, with what is tried in it.
type Area = (&'static str, fn(&Client<'_>) -> Step);

fn told(error: Error) -> String {
    error.to_string()
}

fn want(holds: bool, what: impl Into<String>) -> Step {
    if holds { Ok(()) } else { Err(what.into()) }
}

fn places(client: &Client<'_>) -> Step {
    schemas::create(client, &json!({"name": "s", "catalog_name": "lake", "comment": "one"})).map_err(told)?;
    schemas::set_comment(client, "lake.s", "two").map_err(told)?;
    let schema = schemas::get(client, "lake.s").map_err(told)?.ok_or("no schema")?;
    want(schema.comment.as_deref() == Some("two"), format!("{schema:?}"))?;
    let volume = json!({"name": "landing", "catalog_name": "lake", "schema_name": "s", "volume_type": "MANAGED"});
    volumes::create(client, &volume).map_err(told)?;
    want(volumes::get(client, "lake.s.landing").map_err(told)?.is_some(), "no volume")?;
    want(volumes::get(client, "lake.s.nothing").map_err(told)?.is_none(), "a volume that is not there")?;
    want(schemas::get(client, "lake.nothing").map_err(told)?.is_none(), "a schema that is not there")
}

fn granted(client: &Client<'_>) -> Step {
    let (principal, add) = ("analysts".to_owned(), ["USE_SCHEMA".to_owned(), "SELECT".to_owned()].into());
    let change = Change { principal: principal.clone(), add, ..Change::default() };
    grants::change(client, Securable::Schema, "lake.s", &[change]).map_err(told)?;
    let held = grants::direct(client, Securable::Schema, "lake.s").map_err(told)?;
    want(held.get(&principal).is_some_and(|held| held.len() == 2), format!("{held:?}"))?;
    let change = Change { principal: principal.clone(), remove: ["SELECT".to_owned()].into(), ..Change::default() };
    grants::change(client, Securable::Schema, "lake.s", &[change]).map_err(told)?;
    let held = grants::direct(client, Securable::Schema, "lake.s").map_err(told)?;
    want(held.get(&principal).is_some_and(|held| held.len() == 1), format!("{held:?}"))
}

fn said(client: &Client<'_>) -> Step {
    let warehouses = warehouses::list(client).map_err(told)?;
    let warehouse = warehouses.first().ok_or("no warehouse")?;
    let run = |statement: &str| {
        statements::run(client, &statements::Statement { statement, warehouse_id: &warehouse.id, parameters: &[] })
    };
    // It gives numbers as numbers, where the documents (and the SDKs) have texts.
    let rows = run("SELECT '1' AS a, 'x' AS b, NULL AS c").map_err(told)?.rows;
    want(rows == [[Some("1".to_owned()), Some("x".to_owned()), None]], format!("{rows:?}"))?;
    let rows = run("SELECT CAST(range AS VARCHAR) FROM range(0, 20000)").map_err(told)?.rows;
    want(rows.len() == 20_000, format!("{} rows", rows.len()))?;
    want(run("SELECT nothing FROM nowhere").is_err(), "a statement that can't run is no error")
}

fn filed(client: &Client<'_>) -> Step {
    const FOLDER: &str = "/Workspace/Users/gen/one";
    files::make_folder(client, FOLDER).map_err(told)?;
    let path = format!("{FOLDER}/a.sql");
    files::write(client, &path, "SELECT 'ü'".as_bytes()).map_err(told)?;
    let text = files::read(client, &path, 100).map_err(told)?;
    want(text == "SELECT 'ü'".as_bytes(), String::from_utf8_lossy(&text))?;
    let names = files::list(client, FOLDER).map_err(told)?;
    want(names.len() == 1, format!("{names:?}"))?;
    files::delete(client, FOLDER, true).map_err(told)?;
    want(files::status(client, &path).map_err(told)?.is_none(), "what was deleted is there")
}

fn landed(client: &Client<'_>) -> Step {
    let path = "/Volumes/lake/s/landing/a.csv";
    volume_files::write(client, path, b"id\n1\n", true).map_err(told)?;
    want(volume_files::read(client, path, 100).map_err(told)? == b"id\n1\n", "other bytes")?;
    want(volume_files::size(client, path).map_err(told)? == Some(5), "another size")?;
    want(volume_files::size(client, "/Volumes/lake/s/landing/none.csv").map_err(told)?.is_none(), "not there")
}

fn job() -> serde_json::Value {
    let task = json!({"task_key": "a", "sql_task": {"warehouse_id": "1", "query": {"query_id": "1"}}});
    json!({"name": "nightly", "tags": {"project": "shop"}, "tasks": [task]})
}

fn scheduled(client: &Client<'_>) -> Step {
    let id = jobs::create(client, &job()).map_err(told)?;
    let found = jobs::get(client, id).map_err(told)?.ok_or("no job")?;
    want(found.settings["tags"]["project"] == "shop", format!("{:?}", found.settings))?;
    let mut changed = job();
    changed["max_concurrent_runs"] = json!(2);
    jobs::reset(client, id, &changed).map_err(told)?;
    let found = jobs::get(client, id).map_err(told)?.ok_or("no job")?;
    want(found.settings["max_concurrent_runs"] == 2, format!("{:?}", found.settings))?;
    want(jobs::delete(client, id).map_err(told)?, "nothing was deleted")?;
    want(jobs::get(client, id).map_err(told)?.is_none(), "what was deleted is there")
}

fn permitted(client: &Client<'_>) -> Step {
    let id = jobs::create(client, &job()).map_err(told)?.to_string();
    let entry = Entry { who: Who::GroupName("analysts".into()), permission_level: "CAN_VIEW".into() };
    permissions::give(client, On::Jobs, &id, std::slice::from_ref(&entry)).map_err(told)?;
    let held = permissions::get(client, On::Jobs, &id).map_err(told)?;
    want(held.get(&entry.who).is_some_and(|levels| levels.direct == ["CAN_VIEW"]), format!("{held:?}"))
}

/// What it takes, by the area of the API.
const KNOWN: [Area; 10] = [
    ("identity", |client| identity::me(client).map_err(told).and_then(|me| want(!me.user_name.is_empty(), "nobody"))),
    ("schemas and volumes", places),
    ("grants", granted),
    ("statements", said),
    ("files", filed),
    ("files of volumes", landed),
    ("jobs", scheduled),
    ("permissions", permitted),
    ("tables", |client| tables::list(client, "lake", "s", true).map(drop).map_err(told)),
    ("functions", |client| functions::list(client, "lake", "s").map(drop).map_err(told)),
];

/// What it does not know.
const UNKNOWN: [Area; 4] = [
    ("pipelines", |client| pipelines::create(client, &spec()).map(drop).map_err(told)),
    ("alerts", |client| alerts::create(client, &alert()).map(drop).map_err(told)),
    ("dashboards", |client| dashboards::create(client, &DRAFT).map(drop).map_err(told)),
    ("tags of columns", |client| tags::set(client, tags::Tagged::Columns, "lake.s.t.c", "pii", "email").map_err(told)),
];

/// Run by `.ci/workspace.sh`, which serves it at the address `MINILAKE`.
#[test]
#[ignore = "needs minilake: .ci/run workspace"]
fn a_workspace_of_others_takes_what_it_knows() {
    let host = std::env::var("MINILAKE").unwrap();
    let world = MemoryWorld::default().with_env("DATABRICKS_HOST", &host).with_env("DATABRICKS_TOKEN", "minilake");
    let network = Network::new(&world).unwrap();
    let client = Client::connect(&world, &network, &ConfigChoice::default()).unwrap();
    let answers: Vec<(&str, Step)> = KNOWN.iter().map(|(area, step)| (*area, step(&client))).collect();
    for (area, answer) in &answers {
        println!("{area}: {}", answer.as_ref().map_or_else(String::as_str, |()| "taken"));
    }
    for (area, step) in UNKNOWN {
        println!("{area}: {}", step(&client).map_or_else(|why| format!("not known, {why}"), |()| "answered".into()));
    }
    let refused: Vec<_> = answers.iter().filter(|(_, answer)| answer.is_err()).collect();
    assert!(refused.is_empty(), "{refused:?}");
}
