//! A saved plan is applied as it is, or not at all.

use lakegen::deploy::saved::{SavedError, SavedPlan};

use super::walk::{Shop, workspace};
use crate::workspace::desk::HOST;
use crate::workspace::state::{DEPLOYER, token};
use crate::workspace::{Desk, Workspace};

/// The shop, deployed and run, with a change of its specs and the plan for it, by way of its text.
fn planned() -> (Workspace, Shop, SavedPlan) {
    let workspace = workspace();
    let mut shop = Shop::new();
    shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
    shop.edit("metrics/sales.yml", "  orders: count(*)", "  orders: count(*)\n  largest: max(amount)");
    let text = shop.plan(&Desk::new(&workspace), DEPLOYER).saved(HOST, false).text();
    for secret in [token(DEPLOYER).as_str(), "Bearer", "last_modified"] {
        assert!(!text.contains(secret), "{text}");
    }
    (workspace, shop, SavedPlan::parse(text.as_bytes()).unwrap())
}

#[test]
fn a_plan_is_applied_while_everything_is_as_it_was() {
    let (workspace, shop, plan) = planned();
    let desk = Desk::new(&workspace);
    let mut deployment = shop.plan(&desk, DEPLOYER);
    deployment.require(HOST, &plan).unwrap();
    deployment.apply(&desk.client(DEPLOYER), &mut |_| {}).unwrap();
    let again = shop.plan(&desk, DEPLOYER).require(HOST, &plan).unwrap_err().to_string();
    assert!(again.starts_with("the workspace has changed since the plan") && again.contains("no longer: "), "{again}");
}

#[test]
fn a_plan_is_refused_when_specs_workspace_or_place_are_others() {
    let (workspace, mut shop, plan) = planned();
    let desk = Desk::new(&workspace);
    let refused = |shop: &Shop, host: &str| shop.plan(&desk, DEPLOYER).require(host, &plan);
    assert!(matches!(refused(&shop, "https://other.test"), Err(SavedError::OtherPlace(_))));
    {
        let mut state = workspace.state();
        let grant = state.granted.iter().find(|(privilege, ..)| privilege == "SELECT").cloned().unwrap();
        state.granted.remove(&grant);
    }
    let changed = refused(&shop, HOST).unwrap_err().to_string();
    assert!(changed.contains("now also: + SELECT on table"), "{changed}");
    shop.edit("metrics/sales.yml", "largest: max(amount)", "largest: max(amount) + 1");
    assert_eq!(refused(&shop, HOST), Err(SavedError::OtherSpecs));
}
