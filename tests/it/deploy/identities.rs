//! Whoever deploys is not the principal of the pipeline: each statement is made by the one that may make it.

use super::walk::{PROJECT, Shop, text};
use crate::workspace::state::{DEPLOYER, RUNNER};
use crate::workspace::{Desk, Kind, Workspace};

fn workspace() -> Workspace {
    let workspace = Workspace::new();
    let mut state = workspace.state();
    state.give("MANAGE", Kind::Catalog, "main", DEPLOYER);
    state.give("USE_CATALOG", Kind::Catalog, "main", RUNNER);
    drop(state);
    workspace
}

/// The project with a deployer of its own; a metric view makes the difference, because whoever makes it reads its source.
fn shop() -> Shop {
    let mut shop = Shop::new();
    let principals = format!("principals:\n  runner: {{ service_principal: {RUNNER} }}\n");
    shop.edit("project.yml", "principals:\n", &principals);
    shop.edit("project.yml", "run_as: deployer\n", "run_as: runner\ndeployer: deployer\n");
    shop
}

fn runs(workspace: &Workspace) -> usize {
    let posted = workspace.recorded();
    posted.iter().filter(|request| request["path"] == "/api/2.2/jobs/runs/submit").count()
}

#[test]
fn views_belong_to_the_principal_of_the_pipeline_and_functions_to_whoever_deploys() {
    let (workspace, shop) = (workspace(), shop());
    let desk = Desk::new(&workspace);
    shop.deploy_and_run(&desk, DEPLOYER);
    assert_eq!(runs(&workspace), 1, "statements run together");
    assert_eq!(text(&shop.plan(&desk, DEPLOYER)), "");
    let state = workspace.state();
    let owners = |kind: Kind| {
        let mut owners: Vec<&str> =
            state.things.iter().filter(|((of, _), _)| *of == kind).map(|(_, thing)| thing.owner.as_str()).collect();
        owners.dedup();
        owners
    };
    assert_eq!(owners(Kind::Table), [RUNNER]);
    assert_eq!(owners(Kind::Function), [DEPLOYER]);
    assert_eq!(owners(Kind::Schema), [DEPLOYER]);
    let sees = ("SELECT".to_owned(), Kind::Table, "main.shop.sales_by_town_monthly".to_owned(), "analysts".to_owned());
    assert!(state.granted.contains(&sees));
}

#[test]
fn what_fails_as_another_principal_is_told_with_its_file_and_finished_later() {
    let (workspace, shop) = (workspace(), shop());
    let desk = Desk::new(&workspace);
    let client = desk.client(DEPLOYER);
    let mut deployment = shop.deploy(&desk, DEPLOYER);
    deployment.update(&client, &mut |_| {}).unwrap();
    deployment.look_again(&client).unwrap();
    let users = std::mem::take(&mut workspace.state().users);
    let refused = deployment.apply(&client, &mut |_| {}).unwrap_err().to_string();
    assert!(refused.starts_with(&format!("statements as `{RUNNER}`: ")), "{refused}");
    assert!(refused.contains(&format!("may not run jobs as {RUNNER}")), "{refused}");
    workspace.state().users = users;
    let use_of_catalog = ("USE_CATALOG".to_owned(), Kind::Catalog, "main".to_owned(), RUNNER.to_owned());
    assert!(workspace.state().granted.remove(&use_of_catalog));
    let failed = deployment.apply(&client, &mut |_| {}).unwrap_err().to_string();
    let path = format!("/Workspace/Users/{DEPLOYER}/.bundle/{PROJECT}/prod/run_as/statements.sql");
    assert!(failed.starts_with(&format!("statements that run as `{RUNNER}` failed: ")), "{failed}");
    assert!(failed.ends_with(&format!("they are in `{path}`")), "{failed}");
    workspace.state().granted.insert(use_of_catalog);
    shop.deploy(&desk, DEPLOYER);
    assert_eq!(text(&shop.plan(&desk, DEPLOYER)), "");
}
