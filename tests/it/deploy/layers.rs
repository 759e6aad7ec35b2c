//! Layers with schemas of their own: deployed, moved to another schema, and taken away.

use std::collections::BTreeSet;

use lakegen::deploy::destroy::DestroyScope;
use lakegen::driver::destroy::prepare;
use lakegen::driver::doctor::examine;
use lakegen::model::TargetId;

use super::developers;
use super::walk::{Shop, text, workspace};
use crate::workspace::state::DEPLOYER;
use crate::workspace::{Desk, Kind, Workspace};

/// The project with its layers in four schemas.
fn shop() -> Shop {
    let mut shop = Shop::new();
    let schemas = "schemas: { bronze: shop_raw, gold: shop_figures, quality: shop_quality }";
    shop.edit("project.yml", "    schema: shop\n", &format!("    schema: shop\n    {schemas}\n"));
    shop
}

/// Tables of the pipeline in each schema, without the event log.
fn tables(workspace: &Workspace, schema: &str) -> BTreeSet<String> {
    let state = workspace.state();
    let is_here = |name: &str| name.rsplit_once('.').is_some_and(|(above, _)| above == schema);
    let tables = state.things.iter().filter(|((kind, name), _)| *kind == Kind::Table && is_here(name));
    let made = tables.filter(|(_, table)| table.fields.contains_key("pipeline_id"));
    made.map(|((_, name), _)| name.rsplit('.').next().unwrap().to_owned()).collect()
}

/// What somebody was granted on a schema and what is in it.
fn granted(workspace: &Workspace, schema: &str, who: &str) -> BTreeSet<String> {
    let state = workspace.state();
    let is_in = |name: &str| name == schema || name.starts_with(&format!("{schema}."));
    let of = state.granted.iter().filter(|(_, _, name, principal)| principal == who && is_in(name));
    of.map(|(privilege, _, name, _)| format!("{privilege} {name}")).collect()
}

#[test]
fn each_layer_lies_in_its_schema_and_readers_use_only_those_that_they_read() {
    let (shop, workspace) = (shop(), workspace());
    let desk = Desk::new(&workspace);
    shop.deploy_and_run(&desk, DEPLOYER);
    assert_eq!(text(&shop.plan(&desk, DEPLOYER)), "");
    assert_eq!(tables(&workspace, "main.shop_raw"), ["customers_raw", "orders_raw"].map(str::to_owned).into());
    assert!(tables(&workspace, "main.shop").contains("customers"));
    assert!(tables(&workspace, "main.shop_quality").contains("customers_quarantine"));
    let figures = tables(&workspace, "main.shop_figures");
    assert_eq!(figures, ["sales_by_town_monthly"].map(str::to_owned).into());
    assert_eq!(granted(&workspace, "main.shop_raw", "analysts"), BTreeSet::new());
    assert!(granted(&workspace, "main.shop_figures", "analysts").contains("USE_SCHEMA main.shop_figures"));
    let checks = examine(&desk.client(DEPLOYER), &shop.build(), TargetId(0)).unwrap();
    let schemas: Vec<&str> = checks.iter().filter(|c| c.what == "schema").map(|c| c.found.as_str()).collect();
    assert_eq!(schemas.len(), 4, "{schemas:?}");
}

#[test]
fn a_layer_that_moves_has_new_tables_and_nobody_reads_the_old_ones() {
    let (mut shop, workspace) = (shop(), workspace());
    let desk = Desk::new(&workspace);
    shop.deploy_and_run(&desk, DEPLOYER);
    let before = tables(&workspace, "main.shop_figures");
    shop.edit("project.yml", "gold: shop_figures", "gold: shop_numbers");
    crate::expect("deploy/moved_layer", &text(&shop.plan(&desk, DEPLOYER)));
    shop.deploy_and_run(&desk, DEPLOYER);
    assert_eq!(text(&shop.plan(&desk, DEPLOYER)), "");
    assert_eq!(tables(&workspace, "main.shop_numbers"), before);
    assert_eq!(granted(&workspace, "main.shop_figures", "analysts"), BTreeSet::new());
    let places: BTreeSet<String> = {
        let state = workspace.state();
        let active = state.dashboards.values().filter(|board| board.fields["lifecycle_state"] == "ACTIVE");
        active.map(|board| board.fields["serialized_dashboard"].to_string()).collect()
    };
    assert!(places.len() == 1 && places.iter().all(|definition| definition.contains("shop_numbers")), "{places:?}");
}

#[test]
fn all_schemas_of_a_target_go_with_it() {
    let (shop, workspace) = (shop(), workspace());
    let desk = Desk::new(&workspace);
    let before = workspace.state().clone();
    shop.deploy_and_run(&desk, DEPLOYER);
    let all = DestroyScope { tables: true, volume: true, schema: true };
    let mut found = prepare(&desk.client(DEPLOYER), &shop.build(), TargetId(0), all).unwrap();
    found.apply(&desk.client(DEPLOYER), &mut |_| {}).unwrap();
    assert_eq!(workspace.state().things, before.things);
}

#[test]
fn each_developer_has_the_schemas_of_all_layers() {
    let (mut shop, workspace) = (shop(), developers::workspace());
    shop.edit("project.yml", "mode: production", "mode: development");
    shop.edit("project.yml", "run_as: deployer\n", "");
    let desk = Desk::new(&workspace);
    for who in [developers::ANA, developers::EVE] {
        shop.deploy_and_run(&desk, who);
    }
    for who in [developers::EVE, developers::ANA] {
        assert_eq!(text(&shop.plan(&desk, who)), "", "{who} meets nobody");
    }
    for schema in ["shop", "shop_raw", "shop_figures", "shop_quality"] {
        let of = |who: &str| tables(&workspace, &format!("main.{schema}_{who}"));
        assert!(!of("ana").is_empty() && of("ana") == of("eve_o_hara"), "{schema}");
    }
}
