//! How much of a workspace is for the specs to say: what others added is taken away, left alone, or all of it is.

use std::collections::BTreeSet;
use std::path::Path;

use lakegen::deploy::report::{self, ReportLine};
use lakegen::driver::{deploy, drift};
use lakegen::model::TargetId;
use serde_json::json;

use super::walk::{Shop, workspace};
use crate::workspace::state::{DEPLOYER, State};
use crate::workspace::{Desk, Kind, Workspace};

type Edit = fn(&mut State);

/// The project in which a target says this of its ownership.
fn shop(ownership: &str) -> Shop {
    let mut shop = Shop::new();
    shop.edit("project.yml", "    mode: production\n", &format!("    mode: production\n    ownership: {ownership}\n"));
    shop
}

/// Deploys, changes the workspace by hand, and says what drift and the next plan show; deploys that, and wants no more of it.
fn shown(ownership: &str, by_hand: &[Edit]) -> (String, State) {
    let (workspace, shop) = (workspace(), shop(ownership));
    shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
    by_hand.iter().for_each(|edit| edit(&mut workspace.state()));
    let desk = Desk::new(&workspace);
    let client = desk.client(DEPLOYER);
    let planned = report::lines(&shop.plan(&desk, DEPLOYER).changes);
    let drifted = drift::drift(&client, &shop.build(), TargetId(0)).unwrap();
    let sorted = |lines: &[ReportLine]| lines.iter().map(|line| line.what.clone()).collect::<BTreeSet<_>>();
    assert_eq!(sorted(&drifted.lines), sorted(&planned), "drift is what the next plan puts right");
    shop.deploy(&Desk::new(&workspace), DEPLOYER);
    let again = Desk::new(&workspace);
    assert_eq!(report::human(&report::lines(&shop.plan(&again, DEPLOYER).changes)), "");
    let state = workspace.state().clone();
    (report::human(&planned), state)
}

fn give(state: &mut State, privilege: &str, kind: Kind, name: &str, to: &str) {
    state.granted.insert((privilege.into(), kind, name.into(), to.into()));
}

const GRANTS: &[Edit] = &[
    |state| give(state, "SELECT", Kind::Table, "main.shop.orders", "eve@example.com"),
    |state| give(state, "EXECUTE", Kind::Function, "main.shop.mask_email", "eve@example.com"),
    |state| give(state, "ALL_PRIVILEGES", Kind::Table, "main.shop.customers", "analysts"),
    |state| give(state, "MANAGE", Kind::Table, "main.shop.orders", DEPLOYER),
    |state| give(state, "USE_CATALOG", Kind::Catalog, "main", "eve@example.com"),
];

#[test]
fn grants_of_others_are_revoked_where_the_specs_say_all() {
    let (plan, state) = shown("{ grants: exact }", GRANTS);
    crate::expect("deploy/exact_grants", &plan);
    let holds = |privilege: &str, name: &str, who: &str| {
        state
            .granted
            .iter()
            .any(|(held, _, on, to)| (held.as_str(), on.as_str(), to.as_str()) == (privilege, name, who))
    };
    assert!(holds("SELECT", "main.shop.customers", "analysts"), "what the specs give is given again");
    assert!(!holds("ALL_PRIVILEGES", "main.shop.customers", "analysts"));
    assert!(!holds("SELECT", "main.shop.orders", "eve@example.com"));
    assert!(holds("MANAGE", "main.shop.orders", DEPLOYER), "whoever deploys keeps theirs");
    assert!(holds("USE_CATALOG", "main", "eve@example.com"), "a catalog is everybody's");
}

/// Also where the specs give nothing to anybody, so that no statement speaks of the table.
#[test]
fn nobody_else_holds_anything_on_what_is_made_where_the_specs_say_all() {
    let everywhere: &[Edit] = &[|state| {
        let made = |(kind, name): &&(Kind, String)| name.starts_with("main.shop") && *kind != Kind::Catalog;
        let all: Vec<_> = state.things.keys().filter(made).cloned().collect();
        for (kind, name) in all {
            give(state, "MANAGE", kind, &name, "eve@example.com");
        }
    }];
    let (plan, state) = shown("{ grants: exact }", everywhere);
    let tables =
        state.things.keys().filter(|(kind, name)| *kind == Kind::Table && name.starts_with("main.shop.")).count();
    assert!(tables > 8 && plan.matches("on table").count() == tables, "{tables} tables: {plan}");
    let held: Vec<_> = state.granted.iter().filter(|(.., to)| to == "eve@example.com").collect();
    assert!(held.is_empty(), "{held:?}");
}

#[test]
fn grants_of_others_stay_where_the_specs_say_theirs() {
    assert_eq!(shown("{}", GRANTS).0, "");
    assert_eq!(shown("{ grants: ours }", GRANTS).0, "");
}

#[test]
fn grants_are_left_to_somebody_else() {
    let (plan, state) = shown("{ grants: ignored }", &[]);
    assert_eq!(plan, "");
    let readers: Vec<_> = state.granted.iter().filter(|(.., to)| to == "analysts").collect();
    assert!(readers.is_empty(), "{readers:?}");
}

const TAGS: &[Edit] = &[
    |state| drop(state.tags.insert(("tables".into(), "main.shop.orders".into(), "team".into()), "finance".into())),
    |state| {
        drop(state.tags.insert(("columns".into(), "main.shop.customers.email".into(), "team".into()), "crm".into()))
    },
    |state| {
        drop(state.tags.insert(("columns".into(), "main.shop.customers.email".into(), "class.email".into()), "".into()))
    },
    |state| state.jobs.values_mut().for_each(|job| job.fields["tags"]["team"] = json!("finance")),
    |state| state.pipelines.values_mut().for_each(|pipeline| pipeline.spec["tags"]["team"] = json!("finance")),
];

#[test]
fn tags_of_others_are_removed_stay_or_are_all_left_alone() {
    let (plan, state) = shown("{ tags: exact }", TAGS);
    crate::expect("deploy/exact_tags", &plan);
    assert!(state.tags.keys().all(|(.., key)| key != "team"));
    assert!(state.tags.keys().any(|(.., key)| key == "class.email"), "what the workspace finds out stays");
    assert!(state.tags.keys().any(|(.., key)| key == "pii"));
    assert_eq!(shown("{ tags: ours }", TAGS).0, "");
    let gone: &[Edit] = &[|state| state.tags.clear()];
    let (plan, state) = shown("{ tags: ignored }", &[TAGS, gone].concat());
    assert!(plan.is_empty() && state.tags.is_empty(), "{plan}");
}

const PERMISSIONS: &[Edit] = &[|state| {
    for ((of, _), levels) in &mut state.permissions {
        if matches!(of.as_str(), "pipelines" | "jobs" | "dashboards") {
            levels.insert(("user_name".into(), "ana@example.com".into()), "CAN_MANAGE".into());
        }
        if of == "dashboards" {
            levels.insert(("group_name".into(), "analysts".into()), "CAN_EDIT".into());
        }
    }
}];

#[test]
fn permissions_of_others_are_taken_away_or_stay() {
    let (plan, state) = shown("{ permissions: exact }", PERMISSIONS);
    crate::expect("deploy/exact_permissions", &plan);
    let held: Vec<_> =
        state.permissions.iter().filter(|((of, _), _)| of != "directories" && of != "warehouses").collect();
    assert!(!held.iter().any(|(_, levels)| levels.keys().any(|(_, who)| who == "ana@example.com")), "{held:?}");
    for ((of, _), levels) in held {
        let owners = levels.values().filter(|level| *level == "IS_OWNER").count();
        assert_eq!(owners, usize::from(of == "pipelines" || of == "jobs"));
        assert!(of != "dashboards" || levels[&("group_name".to_owned(), "analysts".to_owned())] == "CAN_READ");
    }
    assert_eq!(shown("{ permissions: ours }", PERMISSIONS).0, "");
    let gone: &[Edit] = &[|state| {
        for levels in state.permissions.values_mut() {
            levels.retain(|(_, who), _| who != "analysts");
        }
    }];
    assert_eq!(shown("{ permissions: ignored }", gone).0, "");
}

#[test]
fn comments_are_left_to_somebody_else() {
    let comment: &[Edit] = &[|state| {
        let schema = state.things.get_mut(&(Kind::Schema, "main.shop".to_owned())).unwrap();
        schema.fields.insert("comment".into(), "mine".into());
    }];
    assert!(shown("{}", comment).0.contains("comment of schema `main.shop`"));
    let (plan, state) = shown("{ comments: ignored }", comment);
    assert_eq!(plan, "");
    assert_eq!(state.things[&(Kind::Schema, "main.shop".to_owned())].fields["comment"], "mine");
}

const JOBS: &[Edit] = &[|state| {
    for job in state.jobs.values_mut() {
        job.fields.insert("max_concurrent_runs".into(), 7.into());
        job.fields.insert("webhook_notifications".into(), json!({"on_failure": [{"id": "by-hand"}]}));
    }
}];

#[test]
fn settings_of_jobs_are_ours_in_part_or_left_alone() {
    let (plan, state) = shown("{}", JOBS);
    assert!(plan.contains("max_concurrent_runs: 7") && plan.contains("webhook_notifications: "), "{plan}");
    assert!(state.jobs.values().all(|job| !job.fields.contains_key("webhook_notifications")));
    let (plan, state) = shown("{ job_settings: ours }", JOBS);
    assert!(plan.contains("max_concurrent_runs: 7") && !plan.contains("webhook"), "{plan}");
    assert!(
        state.jobs.values().all(|job| job.fields["webhook_notifications"]["on_failure"][0]["id"] == "by-hand"),
        "and stay when the job is replaced"
    );
    let (plan, state) = shown("{ job_settings: ignored }", JOBS);
    assert_eq!(plan, "");
    assert!(state.jobs.values().all(|job| job.fields["max_concurrent_runs"] == 7));
}

/// What a job does belongs to the release: it asks for the mark of that, and files of old ones go.
#[test]
fn a_job_whose_settings_are_left_alone_does_what_the_release_says() {
    for ownership in ["{ job_settings: ignored }", "{ job_settings: ours }"] {
        let (workspace, mut shop) = (workspace(), shop(ownership));
        shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
        JOBS[0](&mut workspace.state());
        shop.edit("metrics/sales.yml", "orders: count(*)", "orders: count(distinct order_id)");
        shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
        let state = workspace.state();
        let (_, job) = state.jobs.iter().next().unwrap();
        let folder = state.pipelines.values().next().unwrap().spec["root_path"].as_str().unwrap();
        let folder = folder.trim_end_matches("/pipeline");
        let tasks = job.fields["tasks"].to_string();
        assert!(tasks.contains(folder), "{ownership}: {tasks} does not run {folder}");
        assert_eq!(job.fields["webhook_notifications"]["on_failure"][0]["id"], "by-hand", "{ownership}");
        let runs = if ownership.contains("ignored") { 7 } else { 1 };
        assert_eq!(job.fields["max_concurrent_runs"], runs, "{ownership}");
        assert_eq!(job.fields["tags"]["managed_by"], "gen");
    }
}

/// Without these nothing would run, or nobody would know whose it is.
#[test]
fn what_runs_the_pipeline_is_given_even_where_the_rest_is_ignored() {
    let ignored = "{ grants: ignored, tags: ignored, permissions: ignored, comments: ignored, job_settings: ignored }";
    let (workspace, mut shop) = (workspace(), shop(ignored));
    shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
    workspace.state().jobs.values_mut().for_each(|job| job.fields["tags"] = json!({"team": "finance"}));
    let desk = Desk::new(&workspace);
    let refused =
        deploy::prepare(&shop.world, Path::new(Shop::PROJECT), &desk.client(DEPLOYER), &shop.build(), TargetId(0));
    assert!(refused.err().unwrap().to_string().contains("that this target did not create"));
    let marks = json!({"team": "finance", "project": "shop", "target": "prod", "managed_by": "gen"});
    workspace.state().jobs.values_mut().for_each(|job| job.fields["tags"] = marks.clone());
    shop.edit("metrics/sales.yml", "orders: count(*)", "orders: count(distinct order_id)");
    shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
    let tags = workspace.state().jobs.values().next().unwrap().fields["tags"].clone();
    assert_eq!((&tags["team"], &tags["managed_by"]), (&json!("finance"), &json!("gen")));
}

#[test]
fn what_is_read_of_an_older_deployment_is_as_usual() {
    let (workspace, shop) = (workspace(), Shop::new());
    shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
    let mut state: State = workspace.state().clone();
    let (_, entry) = state.entries.iter_mut().find(|(path, _)| path.ends_with("/deployed.json")).unwrap();
    let mut left: serde_json::Value = serde_json::from_slice(entry.bytes.as_deref().unwrap()).unwrap();
    let fields = left.as_object_mut().unwrap();
    assert!(fields.remove("ownership").is_some() && fields.remove("identities").is_some());
    entry.bytes = Some(left.to_string().into_bytes());
    let workspace = Workspace::of(state);
    let desk = Desk::new(&workspace);
    let found = drift::drift(&desk.client(DEPLOYER), &shop.build(), TargetId(0)).unwrap();
    assert_eq!(report::human(&found.lines), "");
}
