//! Who deploys a target, and what it says of that: stamps, one manager, governance beside a bundle, dashboards with viewers.

use std::path::Path;

use lakegen::driver::deploy::{self, TargetDeployment};
use lakegen::model::TargetId;
use serde_json::{Value, json};

use super::walk::{PROJECT, Shop, text, workspace, writes};
use crate::workspace::state::{DEPLOYER, State};
use crate::workspace::{Desk, Workspace};

/// A shop whose next deployments come from a commit.
fn at_commit(shop: &mut Shop, commit: &str) {
    shop.world = std::mem::take(&mut shop.world).with_env("GITHUB_SHA", commit);
}

fn tags(state: &State) -> (Value, Value) {
    let pipeline = state.pipelines.values().next().unwrap().spec["tags"].clone();
    (pipeline, state.jobs.values().next().unwrap().fields["tags"].clone())
}

#[test]
fn release_and_commit_are_stamped_and_a_commit_alone_is_no_change() {
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let mut shop = Shop::new();
    at_commit(&mut shop, "aaaaaaa1");
    shop.deploy_and_run(&desk, DEPLOYER);
    let release = shop.plan(&desk, DEPLOYER).desired.release();
    let (pipeline, job) = tags(&workspace.state());
    for tags in [&pipeline, &job] {
        assert_eq!((&tags["commit"], &tags["release"]), (&json!("aaaaaaa1"), &json!(release)));
    }
    at_commit(&mut shop, "bbbbbbb2");
    assert_eq!(text(&shop.plan(&desk, DEPLOYER)), "");
    shop.edit("metrics/sales.yml", "  orders: count(*)", "  orders: count(*)\n  largest: max(amount)");
    shop.deploy_and_run(&desk, DEPLOYER);
    let (pipeline, job) = tags(&workspace.state());
    for tags in [&pipeline, &job] {
        assert_eq!(tags["commit"], "bbbbbbb2");
        assert_ne!(tags["release"], json!(release));
    }
}

fn governance(shop: &Shop, desk: &Desk<'_>) -> Result<TargetDeployment, String> {
    let client = desk.client(DEPLOYER);
    deploy::prepare_governance(&shop.world, Path::new(PROJECT), &client, &shop.build(), TargetId(0))
        .map_err(|error| error.to_string())
}

/// The same things, as if a bundle had deployed them.
fn hand_to_a_bundle(workspace: &Workspace) {
    let mut state = workspace.state();
    state.entries.retain(|path, _| !path.ends_with("/state.json"));
    let of_bundle = |settings: &mut serde_json::Map<String, Value>| {
        settings
            .insert("deployment".into(), json!({"kind": "BUNDLE", "metadata_file_path": "/Workspace/x/metadata.json"}));
        settings.insert("tags".into(), json!({"project": "shop"}));
    };
    state.pipelines.values_mut().for_each(|pipeline| of_bundle(&mut pipeline.spec));
    state.jobs.values_mut().for_each(|job| of_bundle(&mut job.fields));
}

#[test]
fn a_target_has_one_manager_and_governance_is_said_beside_a_bundle() {
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let mut shop = Shop::new();
    shop.deploy_and_run(&desk, DEPLOYER);
    let whole = governance(&shop, &desk).err().unwrap();
    assert_eq!(whole, "pipeline `shop` is deployed by `gen deploy`, which also manages the rest of the target");
    hand_to_a_bundle(&workspace);
    let client = desk.client(DEPLOYER);
    let refused = deploy::prepare(&shop.world, Path::new(PROJECT), &client, &shop.build(), TargetId(0)).err().unwrap();
    assert!(
        refused.to_string().contains("is deployed by a bundle, and a target can only have one manager"),
        "{refused}"
    );
    assert_eq!(text(&governance(&shop, &desk).unwrap()), "", "all that is said holds");
    // Something is taken by a hand, and something by the specs.
    let grant = {
        let mut state = workspace.state();
        let is_it = |(privilege, _, name, _): &&(String, _, String, String)| {
            privilege == "SELECT" && name == "main.shop.orders"
        };
        let grant = state.granted.iter().find(is_it).cloned().unwrap();
        state.granted.remove(&grant);
        grant
    };
    shop.edit("entities/customers.yml", "audience: analysis\n", "");
    let before = workspace.recorded().len();
    let mut plan = governance(&shop, &desk).unwrap();
    crate::expect("deploy/governance_plan", &text(&plan));
    plan.apply(&client, &mut |_| {}).unwrap();
    assert!(workspace.state().granted.contains(&grant));
    let only = |line: &String| line.contains("/workspace/mkdirs") || line.contains("state.json");
    assert!(writes(&workspace, before).iter().all(only), "{:?}", writes(&workspace, before));
    assert_eq!(text(&governance(&shop, &desk).unwrap()), "");
}

#[test]
fn readers_of_a_metric_may_look_at_its_dashboard() {
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let shop = Shop::new();
    let first = text(&shop.plan(&desk, DEPLOYER));
    assert!(first.contains("+ dashboard `sales`: CAN_READ to `analysts`   [widens access]"), "{first}");
    shop.deploy_and_run(&desk, DEPLOYER);
    let key = {
        let state = workspace.state();
        let at = state.permissions.iter().find(|((of, _), _)| of == "dashboards").unwrap();
        assert_eq!(at.1[&("group_name".to_owned(), "analysts".to_owned())], "CAN_READ");
        at.0.clone()
    };
    assert_eq!(text(&shop.plan(&desk, DEPLOYER)), "");
    workspace.state().permissions.get_mut(&key).unwrap().retain(|(_, who), _| who != "analysts");
    let drifted = text(&shop.plan(&desk, DEPLOYER));
    assert!(drifted.contains("CAN_READ to `analysts`"), "{drifted}");
}
