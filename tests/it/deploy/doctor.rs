//! What is missing for a deployment is found before it, with a remedy each, and nothing is changed.

use lakegen::deploy::doctor::{DoctorCheck, Verdict};
use lakegen::driver::doctor::{bootstrap, examine};
use lakegen::model::TargetId;

use super::walk::{Shop, workspace};
use crate::workspace::state::{DEPLOYER, RUNNER, State};
use crate::workspace::{Desk, Kind, Workspace};

fn checks(shop: &Shop, state: State, who: &str) -> Vec<DoctorCheck> {
    let workspace = Workspace::of(state.clone());
    let desk = Desk::new(&workspace);
    let checks = examine(&desk.client(who), &shop.build(), TargetId(0)).unwrap();
    let after = workspace.state().clone();
    assert_eq!((after.things, after.entries, after.granted), (state.things, state.entries, state.granted));
    assert_eq!(after.pipelines.len(), state.pipelines.len(), "a question made a pipeline");
    checks
}

/// What is missing, with its remedy.
fn missing(checks: &[DoctorCheck]) -> Vec<String> {
    let missing = checks.iter().filter(|check| check.verdict == Verdict::Lacking);
    missing.map(|check| format!("{}: {} -> {}", check.what, check.found, check.remedy.as_deref().unwrap())).collect()
}

fn words(checks: &[DoctorCheck]) -> Vec<&str> {
    checks.iter().map(|check| check.what).collect()
}

#[test]
fn nothing_is_missing_where_a_deployment_goes_through() {
    let (shop, workspace) = (Shop::new(), workspace());
    let state = workspace.state().clone();
    let before = checks(&shop, state, DEPLOYER);
    assert_eq!(missing(&before), Vec::<String>::new());
    assert_eq!(
        words(&before),
        ["credentials", "identity", "warehouse", "catalog", "schema", "volume", "folder", "service principal", "names"]
    );
    shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
    let state = workspace.state().clone();
    let after = checks(&shop, state, DEPLOYER);
    assert_eq!(missing(&after), Vec::<String>::new());
    assert!(after.iter().all(|check| check.verdict == Verdict::Fine), "{after:?}");
}

#[test]
fn each_thing_that_is_missing_is_named_with_a_remedy() {
    type Edit = fn(&mut State);
    let edits: [(&str, Edit); 7] = [
        ("credentials: ", |state| state.tokens.clear()),
        ("warehouse: unknown SQL warehouse `Serverless Starter Warehouse`, known are `other`", |state| {
            state.warehouses.remove("wh1");
        }),
        ("catalog: missing CREATE SCHEMA on `main`", |state| {
            state.granted.retain(|(privilege, ..)| privilege != "CREATE_SCHEMA");
        }),
        ("catalog: missing USE CATALOG, CREATE SCHEMA on `main`", |state| state.granted.clear()),
        ("schema: `main.shop` is owned by `admin`, and this identity has no MANAGE on it", |state| {
            state.granted.retain(|(privilege, ..)| privilege != "MANAGE");
            state.add_thing(Kind::Schema, "main.shop", "admin");
            state.give("USE_SCHEMA", Kind::Schema, "main.shop", DEPLOYER);
        }),
        ("folder: cannot see `/Workspace/Deployments/shop`", |_| {}),
        ("names: there is a pipeline `shop`", |state| {
            let pipeline = crate::workspace::pipelines::Pipeline {
                spec: serde_json::json!({"name": "shop"}).as_object().cloned().unwrap(),
                ..Default::default()
            };
            state.pipelines.insert("p-1".into(), pipeline);
            let level = (("service_principal_name".to_owned(), DEPLOYER.to_owned()), "IS_OWNER".to_owned());
            state.permissions.insert(("pipelines".into(), "p-1".into()), [level].into());
        }),
    ];
    for (what, edit) in edits {
        let mut shop = Shop::new();
        if what.starts_with("folder") {
            shop.edit(
                "project.yml",
                "    mode: production\n",
                "    mode: production\n    root: /Workspace/Deployments/shop\n",
            );
        }
        let mut state = workspace().state().clone();
        edit(&mut state);
        let missing = missing(&checks(&shop, state, DEPLOYER));
        assert!(missing.len() == 1 && missing[0].starts_with(what), "{what}: {missing:?}");
    }
}

#[test]
fn whom_the_pipeline_runs_as_is_asked_without_making_it() {
    let mut shop = Shop::new();
    shop.edit("project.yml", "  analysts: {", &format!("  runner: {{ service_principal: {RUNNER} }}\n  analysts: {{"));
    shop.edit("project.yml", "run_as: deployer\n", "run_as: runner\ndeployer: deployer\n");
    let workspace = workspace();
    {
        let mut state = workspace.state();
        state.add_thing(Kind::Schema, "main.shop", DEPLOYER);
        for privilege in ["USE_SCHEMA", "CREATE_TABLE", "CREATE_MATERIALIZED_VIEW"] {
            state.give(privilege, Kind::Schema, "main.shop", RUNNER);
        }
        state.give("USE_CATALOG", Kind::Catalog, "main", RUNNER);
    }
    let state = workspace.state().clone();
    assert_eq!(missing(&checks(&shop, state.clone(), DEPLOYER)), Vec::<String>::new());
    let mut without = state.clone();
    without.users.clear();
    let found = missing(&checks(&shop, without, DEPLOYER));
    assert!(found[0].contains("may not run pipelines as") && found[0].contains("`servicePrincipal.user`"), "{found:?}");
    let found = missing(&checks(&shop, state, RUNNER));
    assert!(
        found[0].starts_with(&format!("identity: this is `{RUNNER}`, but `deployer` is `{DEPLOYER}`")),
        "{found:?}"
    );
}

#[test]
fn an_administrator_is_asked_for_what_is_missing_alone() {
    let (shop, workspace) = (Shop::new(), workspace());
    let asked =
        |workspace: &Workspace| bootstrap(&Desk::new(workspace).client(DEPLOYER), &shop.build(), TargetId(0)).unwrap();
    assert_eq!(asked(&workspace), ["GRANT USE CATALOG ON CATALOG main TO `analysts`;"]);
    workspace.state().granted.retain(|(privilege, ..)| privilege == "MANAGE");
    assert_eq!(asked(&workspace).len(), 3);
    for statement in asked(&workspace) {
        crate::workspace::sql::run(&mut workspace.state(), "admin", statement.trim_end_matches(';')).unwrap();
    }
    assert_eq!(asked(&workspace), Vec::<String>::new());
}

#[test]
fn tables_that_the_pipeline_reads_are_what_entities_declare() {
    let mut shop = Shop::new();
    let people = "entity: people\nsource: { table: crm.people }\nkey: id\ncolumns:\n  id: bigint\n  name: string\n  mail: { type: \
                  string, pii: email, from: e_mail }\n  paid: \"decimal(9,2)\"\n";
    shop.add("entities/people.yml", people);
    let found = |columns: serde_json::Value, more: &dyn Fn(&mut State)| {
        let mut state = workspace().state().clone();
        state.add_thing(Kind::Schema, "main.crm", "admin");
        state.add_thing(Kind::Table, "main.crm.people", "admin");
        let table = state.things.get_mut(&(Kind::Table, "main.crm.people".to_owned())).unwrap();
        table.fields.insert("columns".to_owned(), columns);
        state.give("USE_SCHEMA", Kind::Schema, "main.crm", DEPLOYER);
        state.give("SELECT", Kind::Table, "main.crm.people", DEPLOYER);
        more(&mut state);
        let tables = checks(&shop, state, DEPLOYER).into_iter().filter(|check| check.what == "table");
        tables.map(|check| (check.verdict, check.found)).collect::<Vec<_>>()
    };
    let column = |name: &str, of: &str| serde_json::json!({"name": name, "type_text": of});
    let right = [
        column("ID", "bigint"),
        column("name", "varchar(40)"),
        column("e_mail", "string"),
        column("paid", "decimal(9,2)"),
        column("note", "map<string,string>"),
    ];
    assert_eq!(
        found(right.to_vec().into(), &|_| {}),
        [(Verdict::Fine, "`main.crm.people` has the declared columns".to_owned())]
    );
    let mut masked = right.to_vec();
    masked[2]["mask"] = serde_json::json!({"function_name": "main.crm.hide", "using_column_names": []});
    assert_eq!(
        found(masked.into(), &|_| {}),
        [(Verdict::Unknown, "`main.crm.hide` may hide `e_mail` of `main.crm.people` from the pipeline".to_owned())]
    );
    let wrong =
        [column("id", "int"), column("name", "string"), column("mail", "string"), column("paid", "decimal(9,3)")];
    assert_eq!(
        found(wrong.to_vec().into(), &|_| {}),
        [
            (Verdict::Lacking, "`id` of `main.crm.people` is int, but declared bigint".to_owned()),
            (Verdict::Lacking, "`main.crm.people` has no column `e_mail`".to_owned()),
            (Verdict::Lacking, "`paid` of `main.crm.people` is decimal(9,3), but declared decimal(9,2)".to_owned()),
        ]
    );
    let as_view = |state: &mut State| {
        let view = state.things.get_mut(&(Kind::Table, "main.crm.people".to_owned())).unwrap();
        view.fields.insert("table_type".to_owned(), "VIEW".into());
    };
    assert_eq!(found(right.to_vec().into(), &as_view)[0].0, Verdict::Fine);
    assert_eq!(
        found(right.to_vec().into(), &|state| drop(state.things.remove(&(Kind::Table, "main.crm.people".to_owned())))),
        [(Verdict::Lacking, "cannot see `main.crm.people`, which the pipeline reads".to_owned())]
    );
}

#[test]
fn a_view_is_no_stream() {
    let mut shop = Shop::new();
    shop.add(
        "entities/scans.yml",
        "entity: scans\nsource: { table: crm.scans, read: appends }\ncolumns: { id: bigint }\n",
    );
    let mut state = workspace().state().clone();
    state.add_thing(Kind::Schema, "main.crm", "admin");
    state.add_thing(Kind::Table, "main.crm.scans", DEPLOYER);
    state.give("USE_SCHEMA", Kind::Schema, "main.crm", DEPLOYER);
    state.give("SELECT", Kind::Table, "main.crm.scans", DEPLOYER);
    let table = &mut state.things.get_mut(&(Kind::Table, "main.crm.scans".to_owned())).unwrap().fields;
    table.insert("columns".to_owned(), serde_json::json!([{"name": "id", "type_text": "bigint"}]));
    table.insert("table_type".to_owned(), "MATERIALIZED_VIEW".into());
    let remedy = "remove `read: appends`: then each update reads all rows";
    assert_eq!(
        missing(&checks(&shop, state, DEPLOYER)),
        [format!("table: `main.crm.scans` is a view, to which nothing is appended -> {remedy}")]
    );
}
