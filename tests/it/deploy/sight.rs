//! A plan says who will see what, and from when; the workspace agrees once it was deployed.

use lakegen::deploy::sight::{When, human, markdown};

use super::walk::{Shop, workspace};
use crate::workspace::state::DEPLOYER;
use crate::workspace::{Desk, Kind, Workspace};

fn seen(shop: &Shop, workspace: &Workspace) -> String {
    human(&shop.plan(&Desk::new(workspace), DEPLOYER).sight)
}

#[test]
fn readers_see_tables_once_they_are_there_and_masks_hold_from_the_start() {
    let workspace = workspace();
    let shop = Shop::new();
    crate::expect("deploy/first_sight", &seen(&shop, &workspace));
    shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
    assert_eq!(seen(&shop, &workspace), "", "what is seen is what the specs say");
}

#[test]
fn who_is_masked_no_more_hears_when_that_begins() {
    let workspace = workspace();
    let mut shop = Shop::new();
    shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
    shop.edit("project.yml", "members: [analysts]", "members: [analysts]\n    sees: [email]");
    crate::expect("deploy/wider_sight", &seen(&shop, &workspace));
    let plan = shop.plan(&Desk::new(&workspace), DEPLOYER);
    assert_eq!(plan.sight.rising().into_iter().collect::<Vec<_>>(), ["analysts"]);
    shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
    assert_eq!(seen(&shop, &workspace), "");
    shop.edit("project.yml", "\n    sees: [email]", "");
    crate::expect("deploy/narrower_sight", &seen(&shop, &workspace));
    assert!(shop.plan(&Desk::new(&workspace), DEPLOYER).sight.changes.iter().any(|shift| shift.when == When::Now));
}

#[test]
fn what_others_hold_beside_the_specs_is_told_and_so_is_what_a_hand_did() {
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let mut shop = Shop::new();
    shop.deploy_and_run(&desk, DEPLOYER);
    {
        let mut state = workspace.state();
        state.add_person("bob@example.com", &[]);
        state.add_person("eve@example.com", &[]);
        state.give("SELECT", Kind::Schema, "main.shop", "bob@example.com");
        state.give("MANAGE", Kind::Table, "main.shop.customers", "eve@example.com");
        state.give("ALL_PRIVILEGES", Kind::Catalog, "main", "eve@example.com");
        state.things.get_mut(&(Kind::Table, "main.shop.orders".into())).unwrap().owner = "eve@example.com".into();
        let mask = state.things.get_mut(&(Kind::Function, "main.shop.mask_email".into())).unwrap();
        mask.fields.insert(
            "routine_definition".into(),
            "CASE WHEN is_account_group_member('analysts') THEN value ELSE 'x' END".into(),
        );
    }
    // A new measure is a new column, which whoever reads the schema sees too.
    shop.edit("metrics/sales.yml", "  orders: count(*)", "  orders: count(*)\n  largest: max(amount)");
    let plan = shop.plan(&desk, DEPLOYER);
    crate::expect("deploy/sight_of_others", &human(&plan.sight));
    crate::expect("deploy/sight_of_others_markdown", &markdown(&plan.sight));
    assert!(plan.sight.rising().contains("bob@example.com"));
}
