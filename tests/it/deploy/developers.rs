//! Two developers deploy one project to one development target, and neither meets the other.

use std::collections::BTreeSet;
use std::path::Path;

use lakegen::deploy::client::api::identity;
use lakegen::driver::deploy;
use lakegen::driver::own::of_user;
use lakegen::model::TargetId;

use super::walk::{PROJECT, Shop, text};
use crate::workspace::{Desk, Kind, Workspace};

pub const ANA: &str = "ana@example.com";
pub const EVE: &str = "eve.o'hara@example.com";

pub fn workspace() -> Workspace {
    let workspace = Workspace::new();
    let mut state = workspace.state();
    for who in [ANA, EVE] {
        state.add_person(who, &[]);
        state.add_folder(&format!("/Workspace/Users/{who}"), who);
        for privilege in ["USE_CATALOG", "CREATE_SCHEMA", "MANAGE"] {
            state.give(privilege, Kind::Catalog, "main", who);
        }
    }
    drop(state);
    workspace
}

/// The project with a development target in place of production.
fn shop() -> Shop {
    let mut shop = Shop::new();
    shop.edit("project.yml", "mode: production", "mode: development");
    shop.edit("project.yml", "run_as: deployer\n", "");
    shop
}

fn names(workspace: &Workspace, kind: Kind) -> BTreeSet<String> {
    let state = workspace.state();
    state.things.keys().filter(|(of, _)| *of == kind).map(|(_, name)| name.clone()).collect()
}

#[test]
fn each_developer_has_a_schema_with_volume_functions_tables_and_event_log() {
    let (workspace, shop) = (workspace(), shop());
    let desk = Desk::new(&workspace);
    let built = shop.build().files.iter().map(|file| file.text.to_string()).collect::<Vec<_>>();
    for who in [ANA, EVE] {
        shop.deploy_and_run(&desk, who);
    }
    for who in [EVE, ANA] {
        assert_eq!(text(&shop.plan(&desk, who)), "", "{who} meets nobody");
    }
    let schemas = names(&workspace, Kind::Schema);
    assert_eq!(schemas.iter().map(String::as_str).collect::<Vec<_>>(), ["main.shop_ana", "main.shop_eve_o_hara"]);
    for kind in [Kind::Volume, Kind::Function, Kind::Table] {
        let of = |schema: &str| {
            let found = names(&workspace, kind).into_iter();
            found.filter_map(|name| name.strip_prefix(schema).map(str::to_owned)).collect::<BTreeSet<String>>()
        };
        assert!(!of("main.shop_ana.").is_empty(), "{kind:?}");
        assert_eq!(of("main.shop_ana."), of("main.shop_eve_o_hara."), "{kind:?}");
    }
    let state = workspace.state();
    for pipeline in state.pipelines.values() {
        let spec = &pipeline.spec;
        assert_eq!(spec["event_log"]["schema"], spec["schema"]);
        assert_eq!(
            spec["configuration"]["landing"],
            format!("/Volumes/main/{}/landing", spec["schema"].as_str().unwrap())
        );
    }
    for dashboard in state.dashboards.values() {
        let own = if dashboard.owner == ANA { "shop_ana" } else { "shop_eve_o_hara" };
        let definition: serde_json::Value =
            serde_json::from_str(dashboard.fields["serialized_dashboard"].as_str().unwrap()).unwrap();
        assert!(definition["datasets"].as_array().unwrap().iter().all(|dataset| dataset["schema"] == own));
    }
    assert_eq!(state.pipelines.len(), 2);
    let again = shop.build().files.iter().map(|file| file.text.to_string()).collect::<Vec<_>>();
    assert_eq!(built, again, "what is built names nobody");
    assert!(built.iter().all(|text| !text.contains("shop_ana")));
}

#[test]
fn schedules_of_a_development_target_run_only_where_it_says_so() {
    for (paused, status) in [("", "PAUSED"), ("    paused: false\n", "UNPAUSED")] {
        let (workspace, mut shop) = (workspace(), shop());
        let schedule = "schedules:\n  daily: { cron: \"0 0 5 * * ?\", timezone: UTC }\n\naudiences:";
        shop.edit("project.yml", "audiences:", schedule);
        shop.edit("project.yml", "    mode: development\n", &format!("    mode: development\n{paused}"));
        shop.deploy_and_run(&Desk::new(&workspace), ANA);
        let state = workspace.state();
        let found: Vec<&serde_json::Value> =
            state.jobs.values().filter_map(|job| job.fields.get("schedule")).map(|s| &s["pause_status"]).collect();
        assert_eq!(found, [status]);
    }
}

#[test]
fn only_the_workspace_that_is_stated_is_spoken_to() {
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let client = desk.client(ANA);
    identity::require_workspace(&client, "4711").unwrap();
    let refused = identity::require_workspace(&client, "4712").unwrap_err().to_string();
    let told = "`https://workspace.test` is workspace 4711, but `workspace_id` of the target is 4712";
    assert_eq!(refused, told);
}

#[test]
fn a_landing_directory_elsewhere_is_shared() {
    let (workspace, mut shop) = (workspace(), shop());
    shop.edit("project.yml", "/Volumes/main/shop/landing", "/Volumes/main/deliveries/shop/landing");
    let desk = Desk::new(&workspace);
    let client = desk.client(ANA);
    let own = of_user(&shop.world, Path::new(PROJECT), &client, shop.build(), TargetId(0)).unwrap();
    let target = &own.project.as_ref().unwrap().targets[0];
    assert_eq!(
        (target.schema.as_str(), target.landing.as_str()),
        ("shop_ana", "/Volumes/main/deliveries/shop/landing")
    );
}

#[test]
fn a_schema_of_somebody_who_is_called_alike_is_refused() {
    let (workspace, shop) = (workspace(), shop());
    workspace.state().add_thing(Kind::Schema, "main.shop_ana", "ana@example.org");
    let desk = Desk::new(&workspace);
    let client = desk.client(ANA);
    let refused = deploy::prepare(&shop.world, Path::new(PROJECT), &client, &shop.build(), TargetId(0)).err().unwrap();
    let told = "schema `main.shop_ana` for your development target already belongs to `ana@example.org`";
    assert_eq!(refused.to_string(), told);
}
