//! Going back to an earlier release is a plan like any other, and ends in what the release was.

use lakegen::driver::deploy::TargetDeployment;
use lakegen::driver::{Compilation, rollback};
use lakegen::model::TargetId;

use super::validation::difference;
use super::walk::{Shop, text, workspace};
use crate::workspace::state::{DEPLOYER, State};
use crate::workspace::{Desk, Workspace};

/// Plans towards an earlier release.
fn back(shop: &Shop, desk: &Desk<'_>, wanted: Option<&str>) -> Result<(Compilation, TargetDeployment), String> {
    let client = desk.client(DEPLOYER);
    rollback::prepare(&client, &shop.build(), TargetId(0), wanted).map_err(|error| error.to_string())
}

fn release(workspace: &Workspace) -> String {
    let memory = memory(&workspace.state());
    memory["release"].as_str().unwrap().to_owned()
}

fn memory(state: &State) -> serde_json::Value {
    let (_, entry) = state.entries.iter().find(|(path, _)| path.ends_with("/state.json")).unwrap();
    serde_json::from_slice(entry.bytes.as_ref().unwrap()).unwrap()
}

/// What a release is in a workspace: settings, privileges, functions and views, without what counts up.
fn held(state: &State) -> String {
    let pipelines: Vec<_> = state.pipelines.values().map(|pipeline| &pipeline.spec).collect();
    let jobs: Vec<_> = state.jobs.values().map(|job| &job.fields).collect();
    let functions = state.things.iter().filter(|((kind, _), _)| *kind == crate::workspace::Kind::Function);
    let functions: Vec<_> = functions.map(|(name, thing)| (name, &thing.fields)).collect();
    let text = format!("{pipelines:#?}\n{jobs:#?}\n{functions:#?}\n{:#?}\n{:#?}", state.granted, state.dashboards);
    let counts = |line: &&str| ["etag", "function_id", "edition"].iter().any(|word| line.contains(word));
    text.lines().filter(|line| !counts(line)).collect::<Vec<_>>().join("\n")
}

/// The shop in its first release, and then in its second.
fn deployed_twice() -> (Workspace, Shop, String, String) {
    let workspace = workspace();
    let mut shop = Shop::new();
    shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
    let (first, before) = (release(&workspace), held(&workspace.state()));
    workspace.state().add_person("sam@example.com", &["sales"]);
    shop.edit("metrics/sales.yml", "  orders: count(*)", "  orders: count(*)\n  largest: max(amount)");
    shop.edit("project.yml", "    members: [analysts]", "    members: [analysts, friends]");
    shop.edit(
        "project.yml",
        "  analysts: { group: analysts }",
        "  analysts: { group: analysts }\n  friends: { group: sales }",
    );
    shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
    (workspace, shop, first, before)
}

#[test]
fn going_back_is_a_plan_with_verdicts_and_ends_where_the_release_was() {
    let (workspace, shop, first, before) = deployed_twice();
    let desk = Desk::new(&workspace);
    let (_, mut plan) = back(&shop, &desk, None).unwrap();
    assert_eq!(plan.desired.release(), first);
    crate::expect("deploy/rollback_plan", &text(&plan));
    let client = desk.client(DEPLOYER);
    plan.apply(&client, &mut |_| {}).unwrap();
    plan.update(&client, &mut |_| {}).unwrap();
    plan.look_again(&client).unwrap();
    plan.apply(&client, &mut |_| {}).unwrap();
    assert_eq!(release(&workspace), first);
    assert_eq!(difference(&before, &held(&workspace.state())), (String::new(), String::new()));
    // Forward again, by what the specs say.
    shop.deploy_and_run(&desk, DEPLOYER);
    assert_ne!(release(&workspace), first);
}

#[test]
fn what_is_no_earlier_release_is_refused_and_so_is_one_that_comes_out_otherwise() {
    let (workspace, shop, first, _) = deployed_twice();
    let desk = Desk::new(&workspace);
    let unknown = back(&shop, &desk, Some("0000")).err().unwrap();
    assert_eq!(unknown, format!("unknown earlier release `0000`, known releases: `{first}`"));
    let current = release(&workspace);
    assert!(back(&shop, &desk, Some(&current)).is_err(), "it is the one that runs");
    {
        let mut state = workspace.state();
        let name = format!("/{first}/specs.json");
        let specs = state.entries.iter_mut().find(|(path, _)| path.ends_with(&name)).unwrap().1;
        let text = String::from_utf8(specs.bytes.clone().unwrap()).unwrap();
        specs.bytes = Some(text.replace("pii: email", "pii: name").into_bytes());
    }
    let edited = back(&shop, &desk, None).err().unwrap();
    assert!(edited.contains("generates other files from its specs"), "{edited}");
}

#[test]
fn old_releases_go_unless_a_run_still_names_them() {
    let (workspace, mut shop, first, _) = deployed_twice();
    let folders = || {
        let state = workspace.state();
        let names = state.entries.iter().filter(|(path, entry)| path.contains("/releases/") && entry.bytes.is_none());
        names
            .filter(|(path, _)| path.matches('/').count() == first_depth(path))
            .map(|(path, _)| path.rsplit('/').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    {
        let mut state = workspace.state();
        let job = *state.jobs.keys().next().unwrap();
        let path = format!("/Workspace/x/releases/{first}/operation/check.sql");
        let run = serde_json::json!({"run_id": 7, "job_id": job, "status": {"state": "RUNNING"},
            "tasks": [{"run_id": 8, "task_key": "check", "sql_task": {"warehouse_id": "wh1", "file": {"path": path}}}]});
        state.active_runs.insert(job, run);
    }
    for count in 2..7 {
        shop.edit("metrics/sales.yml", "  revenue:", &format!("  m{count}: max(amount) + {count}\n  revenue:"));
        shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
    }
    assert!(folders().contains(&first), "a run names it: {:?}", folders());
    workspace.state().active_runs.clear();
    shop.edit("metrics/sales.yml", "  revenue:", "  last: max(amount) + 9\n  revenue:");
    shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
    assert!(!folders().contains(&first));
    assert_eq!(folders().len(), 4, "{:?}", folders());
}

/// How many `/` the path of a release has.
fn first_depth(path: &str) -> usize {
    path.split("/releases/").next().unwrap_or_default().matches('/').count() + 2
}
