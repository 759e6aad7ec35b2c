//! What is taken away and what stays, and that a project can be deployed again behind it.

use lakegen::deploy::destroy::{self, DestroyScope};
use lakegen::driver::Compilation;
use lakegen::driver::destroy::{Destruction, prepare};
use lakegen::model::TargetId;

use super::walk::{Shop, text, workspace};
use crate::workspace::fault::{Faults, TROUBLES, Trouble};
use crate::workspace::state::{DEPLOYER, State};
use crate::workspace::{Desk, Kind, Workspace};

const ALL: DestroyScope = DestroyScope { tables: true, volume: true, schema: true };

fn found(build: &Compilation, desk: &Desk<'_>, scope: DestroyScope) -> Result<Destruction, String> {
    prepare(&desk.client(DEPLOYER), build, TargetId(0), scope).map_err(|error| error.to_string())
}

/// What `gen destroy --yes` does.
fn gone(build: &Compilation, desk: &Desk<'_>, scope: DestroyScope) -> Result<Vec<String>, String> {
    let mut found = found(build, desk, scope)?;
    let applied = found.apply(&desk.client(DEPLOYER), &mut |_| {});
    applied.map(|()| found.removals.iter().map(ToString::to_string).collect()).map_err(|error| error.to_string())
}

fn deployed() -> (Shop, Workspace) {
    let (shop, workspace) = (Shop::new(), workspace());
    shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
    (shop, workspace)
}

fn names(state: &State, kind: Kind) -> Vec<String> {
    state.things.keys().filter(|(of, _)| *of == kind).map(|(_, name)| name.clone()).collect()
}

#[test]
fn tables_stay_with_their_masks_and_are_taken_over_by_the_next_deployment() {
    let (shop, workspace) = deployed();
    let desk = Desk::new(&workspace);
    let before = workspace.state().clone();
    crate::expect("deploy/destroyed", &gone(&shop.build(), &desk, DestroyScope::default()).unwrap().join("\n"));
    let state = workspace.state().clone();
    assert!(state.jobs.is_empty() && state.pipelines.is_empty());
    assert!(state.dashboards.values().all(|dashboard| dashboard.fields["lifecycle_state"] != "ACTIVE"));
    let mut tables = names(&before, Kind::Table);
    tables.retain(|name| name != "main.shop.sales_metrics" && !name.starts_with("main.shop.operation_"));
    assert_eq!(names(&state, Kind::Table), tables);
    assert_eq!(names(&state, Kind::Function), names(&before, Kind::Function), "a table can't be read without its mask");
    assert_eq!(names(&state, Kind::Volume), ["main.shop.landing"]);
    assert!(state.granted.contains(&("SELECT".into(), Kind::Table, "main.shop.customers".into(), "analysts".into())));
    assert_eq!(gone(&shop.build(), &desk, DestroyScope::default()), Ok(vec![]), "there is nothing left to go");
    // What the rows of the tables mean nobody knows any more.
    let again = shop.plan(&desk, DEPLOYER);
    assert_eq!(again.meanings, None);
    shop.deploy_and_run(&desk, DEPLOYER);
    let state = workspace.state().clone();
    let pipeline = state.pipelines.keys().next().unwrap();
    let kept = state
        .things
        .iter()
        .filter(|((kind, _), table)| *kind == Kind::Table && table.fields.contains_key("pipeline_id"));
    assert!(kept.clone().count() > 10 && kept.into_iter().all(|(_, table)| table.fields["pipeline_id"] == **pipeline));
}

#[test]
fn nothing_stays_when_all_is_named_and_the_first_deployment_is_the_first_again() {
    let (shop, workspace) = (Shop::new(), workspace());
    let desk = Desk::new(&workspace);
    let first = text(&shop.plan(&desk, DEPLOYER));
    let before = workspace.state().clone();
    shop.deploy_and_run(&desk, DEPLOYER);
    crate::expect("deploy/destroyed_with_data", &gone(&shop.build(), &desk, ALL).unwrap().join("\n"));
    let state = workspace.state().clone();
    assert_eq!(state.things, before.things);
    let files = |state: &State| state.entries.values().filter(|entry| entry.bytes.is_some()).count();
    assert_eq!((files(&state), files(&before)), (0, 0));
    assert!(state.tags.is_empty() && state.policies.is_empty() && state.volume_files.is_empty());
    assert_eq!(text(&shop.plan(&desk, DEPLOYER)), first);
    shop.deploy_and_run(&desk, DEPLOYER);
}

/// At every request; `EVERY=1` makes every fault there.
#[test]
fn an_interrupted_one_is_finished_by_the_next() {
    let some = [Trouble::StatusBefore(403), Trouble::StatusAfter(504)];
    let troubles = if std::env::var_os("EVERY").is_some() { TROUBLES } else { &some };
    let mut count = 0;
    let (shop, workspace) = deployed();
    let (begin, build) = (workspace.state().clone(), shop.build());
    for scope in [DestroyScope::default(), ALL] {
        let whole = Workspace::of(begin.clone());
        let desk = Desk::new(&whole);
        gone(&build, &desk, scope).unwrap();
        let (end, requests) = (whole.state().clone(), desk.count());
        for at in 0..requests {
            for &trouble in troubles {
                count += 1;
                let workspace = Workspace::of(begin.clone());
                let first = gone(&build, &Desk::with(&workspace, Faults::at(at, trouble)), scope);
                let second = gone(&build, &Desk::new(&workspace), scope);
                assert!(second.is_ok(), "{trouble:?} at {at}: {first:?}, then {second:?}");
                let state = workspace.state().clone();
                assert_eq!(names(&state, Kind::Table), names(&end, Kind::Table), "{trouble:?} at {at}");
                assert_eq!(names(&state, Kind::Schema), names(&end, Kind::Schema), "{trouble:?} at {at}");
                assert!(state.jobs.is_empty() && state.pipelines.is_empty(), "{trouble:?} at {at}");
            }
        }
    }
    println!("disturbed {count} times, and finished");
}

#[test]
fn what_others_made_in_the_schema_keeps_it() {
    let (shop, workspace) = deployed();
    let desk = Desk::new(&workspace);
    workspace.state().add_thing(Kind::Table, "main.shop.budget", DEPLOYER);
    let fault = found(&shop.build(), &desk, ALL).map(|_| ()).unwrap_err();
    assert_eq!(
        fault,
        "the schema contains objects that this target did not create, or that are to stay: `main.shop.budget`"
    );
    let fault =
        found(&shop.build(), &desk, DestroyScope { schema: true, ..DestroyScope::default() }).map(|_| ()).unwrap_err();
    assert!(fault.contains("`main.shop.customers`") && fault.contains("`main.shop.landing`"), "{fault}");
    let found = found(&shop.build(), &desk, DestroyScope { schema: false, ..ALL }).unwrap();
    let needed: Vec<String> = destroy::consents(&found.removals).iter().map(ToString::to_string).collect();
    assert!(needed.contains(&"data-loss:customers".to_owned()) && needed.contains(&"data-loss:landing".to_owned()));
    assert!(!needed.contains(&"data-loss:sales_by_town_monthly".to_owned()), "it is computed: {needed:?}");
}
