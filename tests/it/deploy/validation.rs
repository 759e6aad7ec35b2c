//! A release that the workspace refuses changes nothing, whoever acts meanwhile; the fault is shown at its spec.

use lakeflow::diag::human;
use lakegen::deploy::apply::{ApplyError, Back};
use lakegen::driver::{self, deploy::DeployError};

use super::walk::{Shop, text, workspace};
use crate::workspace::between::Between;
use crate::workspace::state::{DEPLOYER, State};
use crate::workspace::{Desk, Workspace, update};

/// What a deployment must leave alone that was refused: settings of pipelines and jobs, privileges, functions, policies, tags.
fn held(state: &State) -> String {
    let mut pipelines: Vec<_> =
        state.pipelines.values().map(|pipeline| (pipeline.spec.clone(), &pipeline.run_as)).collect();
    // What the server gives by itself, and takes when it is sent.
    pipelines.iter_mut().for_each(|(spec, _)| drop(spec.remove("edition")));
    let jobs: Vec<_> = state.jobs.values().map(|job| &job.fields).collect();
    let things: Vec<_> = state.things.iter().map(|(name, thing)| (name, &thing.fields)).collect();
    format!(
        "{pipelines:#?}\n{jobs:#?}\n{things:#?}\n{:#?}\n{:#?}\n{:#?}",
        state.granted, state.policies, state.dashboards
    )
}

/// The shop, deployed and run, in a workspace whose pipelines know no `max_by`; its next release needs it.
fn refused() -> (Workspace, Shop) {
    let workspace = workspace();
    let mut shop = Shop::new();
    shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
    workspace.state().add_person("sam@example.com", &["sales"]);
    workspace.state().unknown_functions.insert("max_by".into());
    shop.edit("metrics/sales.yml", "  orders: count(*)", "  orders: count(*)\n  best: max_by(order_id, amount)");
    // Something is taken from readers, and something is given.
    shop.edit("entities/customers.yml", "audience: analysis\n", "");
    shop.edit("project.yml", "    members: [analysts]", "    members: [analysts, friends]");
    shop.edit(
        "project.yml",
        "  analysts: { group: analysts }",
        "  analysts: { group: analysts }\n  friends: { group: sales }",
    );
    (workspace, shop)
}

fn fault(result: Result<(), DeployError>) -> (Back, Vec<lakegen::deploy::refusal::DatasetRefusal>) {
    match result {
        Err(DeployError::Apply(ApplyError::Refused { back, refusals, .. })) => (back, refusals),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_release_that_is_refused_changes_nothing_and_is_told_at_its_spec() {
    let (workspace, mut shop) = refused();
    let desk = Desk::new(&workspace);
    let before = held(&workspace.state());
    let mut plan = shop.plan(&desk, DEPLOYER);
    crate::expect("deploy/refused_plan", &text(&plan));
    let (back, refusals) = fault(plan.apply(&desk.client(DEPLOYER), &mut |_| {}));
    assert_eq!(back, Back::Switched);
    let after = held(&workspace.state());
    let (gone, new) = difference(&before, &after);
    assert_eq!((gone, new), (String::new(), String::new()));
    let compilation = shop.build();
    let faults = driver::refused(&compilation, &refusals);
    let style = human::Style { color: false, width: 120 };
    crate::expect("deploy/refused_fault", &human::render(&faults, &compilation.sources, style));
    assert!(faults[0].code.number() == "E1101");
    // Corrected, it is deployed.
    shop.edit("metrics/sales.yml", "max_by(order_id, amount)", "max(amount)");
    shop.deploy_and_run(&desk, DEPLOYER);
    assert_eq!(text(&shop.plan(&desk, DEPLOYER)), "");
}

/// Lines of the first text that the second lacks, and the reverse.
pub fn difference(before: &str, after: &str) -> (String, String) {
    let lacking = |of: &str, other: &str| {
        of.lines().filter(|line| !other.lines().any(|known| known == *line)).collect::<Vec<_>>().join("\n")
    };
    (lacking(before, after), lacking(after, before))
}

#[test]
fn a_job_that_starts_between_the_switch_and_the_validation_is_waited_for() {
    let (workspace, shop) = refused();
    let desk = Desk::new(&workspace);
    let started = || {
        let mut state = workspace.state();
        let id = state.pipelines.keys().next().unwrap().clone();
        update::start(&mut state, &id, serde_json::json!({})).unwrap();
    };
    let between = Between::after(&desk, "PUT", "/pipelines/", started);
    let before = held(&workspace.state());
    let mut plan = shop.plan(&desk, DEPLOYER);
    let (back, _) = fault(plan.apply(&between.client(DEPLOYER), &mut |_| {}));
    assert!(between.has_acted());
    assert_eq!((back, held(&workspace.state())), (Back::Switched, before), "the update of the job failed too");
    let state = workspace.state();
    let updates = &state.pipelines.values().next().unwrap().updates;
    let validations: Vec<bool> = updates.iter().map(|update| update.request["validate_only"] == true).collect();
    assert_eq!(validations[validations.len() - 2..], [false, true]);
}

#[test]
fn who_changes_the_pipeline_meanwhile_keeps_the_change() {
    let (workspace, shop) = refused();
    let desk = Desk::new(&workspace);
    let changed = || {
        let mut state = workspace.state();
        let ticks = state.ticks;
        let pipeline = state.pipelines.values_mut().next().unwrap();
        pipeline.spec.insert("development".into(), true.into());
        pipeline.modified = ticks + 1;
    };
    let between = Between::after(&desk, "POST", "/updates", changed);
    let mut plan = shop.plan(&desk, DEPLOYER);
    let (back, _) = fault(plan.apply(&between.client(DEPLOYER), &mut |_| {}));
    assert!(between.has_acted());
    assert_eq!(back, Back::Changed);
    assert_eq!(workspace.state().pipelines.values().next().unwrap().spec["development"], true);
    // The next deployment goes on from there, and finds out again.
    let next = text(&shop.plan(&desk, DEPLOYER));
    assert!(next.contains("validated, or pointed back"), "{next}");
}

#[test]
fn a_deployment_that_ends_before_it_knows_is_gone_on_with_and_pointed_back_by_the_next() {
    let (workspace, shop) = refused();
    let desk = Desk::new(&workspace);
    let before = workspace.state().pipelines.values().next().unwrap().spec.clone();
    // Whoever deploys loses the right to start updates, and with it the right to point back.
    let lost = || {
        let mut state = workspace.state();
        let token = crate::workspace::state::token(DEPLOYER);
        state.tokens.remove(&token);
    };
    let between = Between::after(&desk, "PUT", "/pipelines/", lost);
    let mut plan = shop.plan(&desk, DEPLOYER);
    assert!(plan.apply(&between.client(DEPLOYER), &mut |_| {}).is_err());
    let there = |workspace: &Workspace| workspace.state().pipelines.values().next().unwrap().spec.clone();
    assert_ne!(there(&workspace), before);
    workspace.state().tokens.insert(crate::workspace::state::token(DEPLOYER), (DEPLOYER.into(), None));
    let mut next = shop.plan(&desk, DEPLOYER);
    let (back, _) = fault(next.apply(&desk.client(DEPLOYER), &mut |_| {}));
    assert_eq!(back, Back::Switched);
    assert_eq!(there(&workspace)["libraries"], before["libraries"]);
}
