//! Renames that are declared: what the plan says, and what stays.

use super::walk::workspace;
use super::walk::{Shop, text};
use crate::workspace::state::DEPLOYER;
use crate::workspace::{Desk, Kind};

/// The project with an entity, a metric and its table called otherwise.
fn renamed(shop: &mut Shop, declared: bool) {
    let old = |key: &str, name: &str| if declared { format!("{key}renamed_from: {name}\n") } else { String::new() };
    shop.edit("entities/orders.yml", "entity: orders\n", &format!("entity: purchases\n{}", old("", "orders")));
    shop.edit("metrics/sales.yml", "metric: sales\n", &format!("metric: turnover\n{}", old("", "sales")));
    shop.edit("metrics/sales.yml", "from: orders\n", "from: purchases\n");
}

#[test]
fn a_declared_rename_says_what_becomes_of_the_tables() {
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let mut shop = Shop::new();
    shop.deploy_and_run(&desk, DEPLOYER);
    renamed(&mut shop, true);
    let plan = shop.plan(&desk, DEPLOYER);
    crate::expect("deploy/renamed", &text(&plan));
    shop.deploy_and_run(&desk, DEPLOYER);
    assert_eq!(text(&shop.plan(&desk, DEPLOYER)), "");
    let state = workspace.state();
    let is_there = |table: &str| state.things.contains_key(&(Kind::Table, format!("main.shop.{table}")));
    for table in ["orders", "orders_raw", "purchases", "purchases_raw"] {
        assert!(is_there(table), "{table}");
    }
    let reads = |table: &str| {
        let name = format!("main.shop.{table}");
        state.granted.iter().any(|(privilege, _, on, who)| privilege == "SELECT" && *on == name && who == "analysts")
    };
    assert!(!reads("orders"), "the old table is nobody's business");
}

#[test]
fn a_rename_that_nobody_declares_is_a_table_that_leaves_and_one_that_comes() {
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let mut shop = Shop::new();
    shop.deploy_and_run(&desk, DEPLOYER);
    renamed(&mut shop, false);
    let told = text(&shop.plan(&desk, DEPLOYER));
    assert!(told.contains("leaves the specs") && !told.contains("renamed"), "{told}");
}
