//! What somebody changed by hand is found; what only looks different is not.

use lakegen::deploy::drift::Drift;
use lakegen::deploy::report::{self, ReportLine};
use lakegen::driver::drift;
use lakegen::model::TargetId;
use serde_json::{Value, json};

use super::walk::{Shop, workspace};
use crate::workspace::state::{DEPLOYER, State, Thing};
use crate::workspace::{Desk, Kind, Workspace};

/// A way to change what a workspace holds.
type Edit = fn(&mut State);

/// What `gen drift` finds.
fn found(shop: &Shop, state: State) -> Result<Vec<ReportLine>, String> {
    seen_by(DEPLOYER, shop, state).map(|found| {
        assert_eq!(found.unknown, []);
        found.lines
    })
}

fn seen_by(who: &str, shop: &Shop, state: State) -> Result<Drift, String> {
    let workspace = Workspace::of(state);
    let desk = Desk::new(&workspace);
    drift::drift(&desk.client(who), &shop.build(), TargetId(0)).map_err(|error| error.to_string())
}

/// The project and the workspace that it was deployed to.
fn deployed() -> (Shop, State) {
    let workspace = workspace();
    let shop = Shop::new();
    shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
    let state = workspace.state().clone();
    (shop, state)
}

fn job(state: &mut State) -> &mut Thing {
    state.jobs.values_mut().next().unwrap()
}

fn spec(state: &mut State) -> &mut serde_json::Map<String, Value> {
    &mut state.pipelines.values_mut().next().unwrap().spec
}

fn thing<'s>(state: &'s mut State, kind: Kind, name: &str) -> &'s mut Thing {
    state.things.get_mut(&(kind, name.to_owned())).unwrap()
}

fn file<'s>(state: &'s mut State, end: &str) -> (&'s String, &'s mut crate::workspace::state::Entry) {
    state.entries.iter_mut().find(|(path, _)| path.ends_with(end)).unwrap()
}

fn give(state: &mut State, privilege: &str, kind: Kind, name: &str, to: &str) {
    state.granted.insert((privilege.into(), kind, name.into(), to.into()));
}

/// Ways in which what was deployed can look otherwise.
const UNCHANGED: [(&str, Edit); 16] = [
    ("fields that the server sets on a job", |state| {
        job(state).fields.extend(json!({"format": "MULTI_TASK", "edit_mode": "EDITABLE"}).as_object().unwrap().clone());
    }),
    ("fields that the server sets on a pipeline", |state| {
        spec(state)
            .extend(json!({"storage": "dbfs:/x", "photon": true, "edition": "PRO"}).as_object().unwrap().clone());
    }),
    ("what is zero or empty", |state| {
        let zero = json!({"timeout_seconds": 0, "email_notifications": {}, "webhook_notifications": {"on_start": []}});
        job(state).fields.extend(zero.as_object().unwrap().clone());
    }),
    ("the order of tasks", |state| {
        job(state).fields.get_mut("tasks").unwrap().as_array_mut().unwrap().reverse();
    }),
    ("a number with a point", |state| {
        job(state).fields.insert("max_concurrent_runs".into(), json!(1.0));
    }),
    ("tags of others on a job and a pipeline", |state| {
        job(state).fields["tags"]["cost_center"] = "42".into();
        spec(state)["tags"]["team"] = "finance".into();
    }),
    ("grants to others", |state| {
        state.people.get_mut("eve@example.com").unwrap().insert("auditors".into());
        give(state, "SELECT", Kind::Table, "main.shop.sales_by_town_monthly", "auditors");
    }),
    ("privileges that are listed with all that they imply", |state| {
        for privilege in ["ALL_PRIVILEGES", "SELECT", "MODIFY", "EXECUTE", "CREATE_VOLUME"] {
            give(state, privilege, Kind::Schema, "main.shop", DEPLOYER);
        }
    }),
    ("the layout of a function", |state| {
        let function = thing(state, Kind::Function, "main.shop.mask_email");
        let body = function.fields["routine_definition"].as_str().unwrap();
        let body = body.split_whitespace().collect::<Vec<_>>().join("\n   ");
        function.fields.insert("routine_definition".into(), body.into());
    }),
    ("the case of types", |state| {
        let function = thing(state, Kind::Function, "main.shop.mask_email");
        let ty = function.fields["full_data_type"].as_str().unwrap().to_lowercase();
        function.fields.insert("full_data_type".into(), ty.into());
    }),
    ("the case of names", |state| {
        for (_, thing) in state.things.iter_mut().filter(|((kind, _), _)| *kind == Kind::Table) {
            let name = thing.fields["name"].as_str().unwrap().to_uppercase();
            thing.fields.insert("name".into(), name.into());
        }
    }),
    ("the layout of a dashboard", |state| {
        let dashboard = state.dashboards.values_mut().next().unwrap();
        let text: Value = serde_json::from_str(dashboard.fields["serialized_dashboard"].as_str().unwrap()).unwrap();
        dashboard.fields.insert("serialized_dashboard".into(), text.to_string().into());
    }),
    ("blank lines around a metric view", |state| {
        let view = thing(state, Kind::Table, "main.shop.sales_metrics");
        let text = format!("\n{}\n\n", view.fields["view_definition"].as_str().unwrap());
        view.fields.insert("view_definition".into(), text.into());
    }),
    ("a tag of somebody else on a column", |state| {
        state.tags.insert(("columns".into(), "main.shop.customers.town".into(), "steward".into()), "ada".into());
    }),
    ("a file that was written again as it was", |state| {
        let ticks = state.ticks + 1000;
        file(state, "/customers_raw.sql").1.modified = ticks;
    }),
    ("an update that ran since", |state| {
        let id = state.pipelines.keys().next().unwrap().clone();
        crate::workspace::update::run(state, &id, json!({})).unwrap();
    }),
];

#[test]
fn what_only_looks_different_is_no_drift() {
    let (mut shop, state) = deployed();
    assert_eq!(found(&shop, state.clone()), Ok(vec![]));
    for (what, edit) in UNCHANGED {
        let mut edited = state.clone();
        edit(&mut edited);
        assert_eq!(report::human(&found(&shop, edited).unwrap()), "", "{what}");
    }
    // What the specs changed since is no drift either.
    shop.edit("metrics/sales.yml", "orders: count(*)", "orders: count(distinct order_id)");
    shop.edit("entities/customers.yml", "audience: analysis\n", "");
    assert_eq!(found(&shop, state), Ok(vec![]));
}

/// Ways to change what was deployed, with the difference that is shown.
const CHANGED: [(&str, Edit); 16] = [
    ("job `shop_on_demand`", |state| drop(job(state).fields.insert("max_concurrent_runs".into(), 7.into()))),
    ("job `shop_on_demand`", |state| state.jobs.clear()),
    ("pipeline `shop`", |state| spec(state)["configuration"]["landing"] = "/Volumes/main/shop/elsewhere".into()),
    ("pipeline `shop`", |state| drop(spec(state)["tags"].as_object_mut().unwrap().remove("target"))),
    ("SELECT on table `main.shop.customers` to `analysts`", |state| {
        state.granted.retain(|(privilege, _, name, _)| privilege != "SELECT" || name != "main.shop.customers");
    }),
    ("SELECT on table `main.shop.customers_raw` from `analysts`", |state| {
        give(state, "SELECT", Kind::Table, "main.shop.customers_raw", "analysts");
    }),
    ("function `main.shop.mask_email`", |state| {
        let function = thing(state, Kind::Function, "main.shop.mask_email");
        function.fields.insert("routine_definition".into(), "value".into());
    }),
    ("tags of column `main.shop.customers.email`: pii = email", |state| {
        state.tags.retain(|(_, name, _), _| name != "main.shop.customers.email");
    }),
    ("tags of table `main.shop.orders`: classification = internal", |state| {
        let key = ("tables".to_owned(), "main.shop.orders".to_owned(), "classification".to_owned());
        state.tags.insert(key, "public".into()).unwrap();
    }),
    ("comment of schema `main.shop`", |state| {
        thing(state, Kind::Schema, "main.shop").fields.insert("comment".into(), "mine".into());
    }),
    ("dashboard `sales`", |state| {
        let dashboard = state.dashboards.values_mut().next().unwrap();
        dashboard.fields.insert("serialized_dashboard".into(), "{\"pages\": []}".into());
    }),
    ("file `pipeline/bronze/customers_raw.sql` of release `", |state| {
        let ticks = state.ticks + 1;
        let entry = file(state, "/customers_raw.sql").1;
        (entry.bytes, entry.modified) = (Some(b"CREATE OR REFRESH STREAMING TABLE customers_raw;".to_vec()), ticks);
    }),
    ("file `pipeline/bronze/customers_raw.sql` of release `", |state| {
        let path = file(state, "/customers_raw.sql").0.clone();
        state.entries.remove(&path);
    }),
    ("metric view `main.shop.sales_metrics`", |state| {
        let view = thing(state, Kind::Table, "main.shop.sales_metrics");
        view.fields.insert("view_definition".into(), "version: 1.1".into());
    }),
    ("table `main.shop.orders_raw`", |state| drop(state.things.remove(&(Kind::Table, "main.shop.orders_raw".into())))),
    ("volume `main.shop.landing`", |state| drop(state.things.remove(&(Kind::Volume, "main.shop.landing".into())))),
];

#[test]
fn what_somebody_changed_by_hand_is_drift() {
    let (shop, state) = deployed();
    for (what, edit) in CHANGED {
        let mut edited = state.clone();
        edit(&mut edited);
        let lines = found(&shop, edited).unwrap();
        assert!(lines.first().is_some_and(|line| line.what.starts_with(what)), "{what}: {}", report::human(&lines));
        // Those that come with a volume are about the volume.
        let is_about = |line: &ReportLine| what.starts_with("volume") && line.what.contains("main.shop.landing");
        assert!(lines.len() == 1 || lines.iter().all(is_about), "{what}: {}", report::human(&lines));
    }
}

#[test]
fn drift_is_put_right_by_the_next_deployment() {
    let (shop, mut state) = deployed();
    job(&mut state).fields.insert("max_concurrent_runs".into(), 7.into());
    let ticks = state.ticks + 1;
    let entry = file(&mut state, "/customers_raw.sql").1;
    (entry.bytes, entry.modified) = (Some(b"SELECT 1".to_vec()), ticks);
    give(&mut state, "SELECT", Kind::Table, "main.shop.customers_raw", "analysts");
    assert_eq!(found(&shop, state.clone()).unwrap().len(), 3);
    let workspace = Workspace::of(state);
    shop.deploy(&Desk::new(&workspace), DEPLOYER);
    let state = workspace.state().clone();
    assert_eq!(found(&shop, state), Ok(vec![]));
}

#[test]
fn what_an_interrupted_deployment_left_is_not_called_drift() {
    let (shop, mut state) = deployed();
    let entry = file(&mut state, "/state.json").1;
    let text = String::from_utf8(entry.bytes.clone().unwrap()).unwrap();
    entry.bytes = Some(text.replacen('{', "{\"unfinished\": true,", 1).into_bytes());
    let fault =
        "the last deployment to target `prod` is under way or was interrupted: `gen deploy --target prod` finishes it";
    assert_eq!(found(&shop, state).unwrap_err(), fault);
    let nothing = found(&shop, workspace().state().clone()).unwrap_err();
    assert_eq!(nothing, "nothing is deployed to target `prod`: run `gen deploy --target prod`");
}

#[test]
fn what_may_not_be_seen_is_not_called_drift() {
    let (shop, mut state) = deployed();
    // Somebody who may look at pipeline and jobs, read the files and use the warehouse, and owns nothing.
    let watcher = "ana@example.com";
    for (of, level) in [("pipelines", "CAN_VIEW"), ("jobs", "CAN_VIEW"), ("directories", "CAN_READ")] {
        let at: Vec<_> = state.permissions.keys().filter(|(known, _)| known == of).cloned().collect();
        for at in at {
            let who = ("user_name".to_owned(), watcher.to_owned());
            state.permissions.get_mut(&at).unwrap().insert(who, level.to_owned());
        }
    }
    let home = format!("/Workspace/Users/{DEPLOYER}");
    let home = state.entries[&home].id.to_string();
    let level = (("user_name".to_owned(), watcher.to_owned()), "CAN_READ".to_owned());
    state.permissions.entry(("directories".into(), home)).or_default().extend([level]);
    for name in ["main", "main.shop"] {
        let kind = if name == "main" { Kind::Catalog } else { Kind::Schema };
        give(&mut state, if name == "main" { "USE_CATALOG" } else { "USE_SCHEMA" }, kind, name, watcher);
    }
    let found = seen_by(watcher, &shop, state).unwrap();
    assert_eq!(report::human(&found.lines), "");
    assert!(found.unknown.iter().any(|line| line.what.starts_with("READ VOLUME on volume")), "{:?}", found.unknown);
}
