//! The workspace over loopback: the client through a real network, and the official SDK, which reads back what was deployed.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use serde_json::{Value, json};

use lakegen::deploy::client::Client;
use lakegen::deploy::client::api::{alerts, dashboards, files, identity, jobs, pipelines, statements, tags, updates};
use lakegen::deploy::client::config::ConfigChoice;
use lakegen::deploy::client::network::Network;
use lakegen::world::MemoryWorld;

use super::proofs::{DRAFT, RAW, ROOT, alert, job, prepare, spec, sql, wait};
use super::state::{DEPLOYER, RUNNER, token};
use super::{Kind, Workspace, server};

/// A workspace on loopback whose administrator has done their part, with its address.
fn served() -> (Arc<Workspace>, String) {
    let workspace = Arc::new(Workspace::new());
    workspace.state().granted.insert(("USE_CATALOG".into(), Kind::Catalog, "main".into(), RUNNER.into()));
    let host = format!("http://{}", server::serve(Arc::clone(&workspace)));
    workspace.state().host.clone_from(&host);
    (workspace, host)
}

/// Deploys a little of everything; what was sent, for whoever reads it back.
fn deploy(client: &Client<'_>) -> Value {
    prepare(client).unwrap();
    let pipeline = pipelines::create(client, &spec()).unwrap();
    let update = updates::start(client, &pipeline, &updates::Start::default()).unwrap();
    assert_eq!(wait(client, &pipeline, &update), updates::State::Completed);
    pipelines::replace(client, &pipeline, &spec(), None).unwrap();
    let job_id = jobs::create(client, &job(&pipeline)).unwrap();
    jobs::reset(client, job_id, &job(&pipeline)).unwrap();
    let alert_id = alerts::create(client, &alert()).unwrap();
    alerts::replace(client, &alert_id, &alert()).unwrap();
    let dashboard = dashboards::create(client, &DRAFT).unwrap().dashboard_id;
    dashboards::replace(client, &dashboard, &DRAFT).unwrap();
    dashboards::publish(client, &dashboard, "wh1").unwrap();
    tags::set(client, tags::Tagged::Columns, "main.s.raw.mail", "pii", "email").unwrap();
    tags::set(client, tags::Tagged::Columns, "main.s.raw.mail", "pii", "mail").unwrap();
    sql(client, "GRANT SELECT ON TABLE main.s.gold TO `analysts`").unwrap();
    sql(client, "COMMENT ON TABLE main.s.gold IS 'how many'").unwrap();
    json!({
        "me": DEPLOYER, "runner": RUNNER, "file": {"path": format!("{ROOT}/pipeline/raw.sql"), "text": RAW},
        "pipeline": {"id": pipeline, "update": update, "body": spec()}, "job": {"id": job_id, "body": job(&pipeline)},
        "alert": {"id": alert_id, "body": alert()}, "dashboard": {"id": dashboard, "name": DRAFT.display_name},
    })
}

#[test]
fn the_client_deploys_through_a_real_network() {
    let (workspace, host) = served();
    // A service principal with a secret, so that tokens are fetched too.
    let world = MemoryWorld::default()
        .with_env("DATABRICKS_HOST", &host)
        .with_env("DATABRICKS_CLIENT_ID", DEPLOYER)
        .with_env("DATABRICKS_CLIENT_SECRET", &format!("secret-of-{DEPLOYER}"))
        .with_env("DATABRICKS_RATE_LIMIT", "1000");
    let network = Network::new(&world).unwrap();
    let client = Client::connect(&world, &network, &ConfigChoice::default()).unwrap();
    let me = identity::me(&client).unwrap();
    assert!(me.is_service_principal());
    assert_eq!((client.credentials(), me.workspace_id.as_deref()), (Some("oauth-m2m"), Some("4711")));
    let deployed = deploy(&client);
    let id = deployed["pipeline"]["id"].as_str().unwrap();
    assert_eq!(pipelines::get(&client, id).unwrap().unwrap().run_as_user_name.as_deref(), Some(RUNNER));
    // Files side by side, over as many connections as there are threads.
    let names: Vec<String> = (0..20).map(|n| format!("{ROOT}/pipeline/{n}.txt")).collect();
    for written in client.side_by_side(&names, |name| files::write(&client, name, name.as_bytes())) {
        written.unwrap();
    }
    assert_eq!(files::read(&client, &names[7], 1000).unwrap(), names[7].as_bytes());
    assert_eq!(files::list(&client, &format!("{ROOT}/pipeline")).unwrap().len(), 22);
    let chunks = statements::Statement { statement: "SELECT 1", warehouse_id: "wh1", parameters: &[] };
    assert_eq!(statements::run(&client, &chunks).unwrap().rows, [[Some("1".to_owned())]]);
    let seen = format!("{:?}", workspace.recorded());
    assert!(!seen.contains(&format!("secret-of-{DEPLOYER}")), "a secret is in the body or the path of a request");
}

/// Run by `.ci/workspace.sh`, which names an interpreter that has the official SDK, and a file for all requests.
#[test]
#[ignore = "needs the official SDK: .ci/run workspace"]
fn the_official_sdk_reads_back_what_was_deployed() {
    let (workspace, host) = served();
    let world =
        MemoryWorld::default().with_env("DATABRICKS_HOST", &host).with_env("DATABRICKS_TOKEN", &token(DEPLOYER));
    let network = Network::new(&world).unwrap();
    let client = Client::connect(&world, &network, &ConfigChoice::default()).unwrap();
    let deployed = deploy(&client);
    let lines: Vec<String> = workspace.recorded().iter().map(Value::to_string).collect();
    std::fs::write(std::env::var("REQUESTS").unwrap(), lines.join("\n")).unwrap();
    let script = crate::root().join("tests/workspace/read_back.py");
    let ran = Command::new(std::env::var("PYTHON").unwrap())
        .args([script.as_path(), Path::new(&host), Path::new(&token(DEPLOYER)), Path::new(&deployed.to_string())])
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    println!("{said}");
    assert!(ran.status.success(), "{said}");
}
