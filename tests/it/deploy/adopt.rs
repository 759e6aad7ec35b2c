//! What somebody made is taken over as it is, when it is what a deployment would make.

use std::collections::BTreeMap;
use std::path::Path;

use lakegen::deploy::change::Change;
use lakegen::driver::adopt::{Adoption, prepare};
use lakegen::driver::deploy;
use lakegen::model::TargetId;
use serde_json::{Value, json};

use super::walk::{Shop, text, workspace};
use crate::workspace::state::{DEPLOYER, State};
use crate::workspace::{Desk, Workspace};

/// A workspace with what a bundle would have made of the project: no marks of ours, nothing remembered, another folder, and
/// settings of its own.
fn bundled() -> (Shop, Workspace) {
    let (shop, workspace) = (Shop::new(), workspace());
    shop.deploy_and_run(&Desk::new(&workspace), DEPLOYER);
    let mut state = workspace.state();
    state.entries.retain(|path, entry| entry.bytes.is_none() || !path.contains("/.bundle/"));
    state.dashboards.clear();
    for pipeline in state.pipelines.values_mut() {
        pipeline.spec.insert("tags".into(), json!({"project": "shop", "team": "finance"}));
        pipeline.spec.insert("deployment".into(), json!({"kind": "BUNDLE", "metadata_file_path": "/Workspace/x.json"}));
    }
    for job in state.jobs.values_mut() {
        job.fields.insert("tags".into(), json!({"project": "shop"}));
        job.fields.insert("timeout_seconds".into(), json!(77));
    }
    drop(state);
    (shop, workspace)
}

fn found(shop: &Shop, desk: &Desk<'_>, ids: &[(&str, &str)]) -> Result<Adoption, String> {
    let ids: BTreeMap<String, String> = ids.iter().map(|(key, id)| ((*key).to_owned(), (*id).to_owned())).collect();
    prepare(&desk.client(DEPLOYER), &shop.build(), TargetId(0), &ids).map_err(|error| error.to_string())
}

fn ids(state: &State) -> (Vec<String>, Vec<u64>) {
    (state.pipelines.keys().cloned().collect(), state.jobs.keys().copied().collect())
}

#[test]
fn what_a_bundle_deployed_keeps_its_ids_and_the_next_plan_changes_fields() {
    let (shop, workspace) = bundled();
    let desk = Desk::new(&workspace);
    let before = ids(&workspace.state());
    let refused =
        deploy::prepare(&shop.world, Path::new(Shop::PROJECT), &desk.client(DEPLOYER), &shop.build(), TargetId(0));
    assert!(refused.err().unwrap().to_string().contains("is deployed by a bundle"));
    let mut adoption = found(&shop, &desk, &[]).unwrap();
    let keys: Vec<&str> = adoption.candidates.iter().map(|candidate| candidate.key.as_str()).collect();
    assert_eq!(keys, ["shop_pipeline", "on_demand_job"]);
    adoption.apply(&desk.client(DEPLOYER)).unwrap();
    let state = workspace.state().clone();
    let tags = &state.pipelines.values().next().unwrap().spec["tags"];
    assert_eq!(*tags, json!({"project": "shop", "target": "prod", "managed_by": "gen", "team": "finance"}));
    assert_eq!(state.jobs.values().next().unwrap().fields["timeout_seconds"], 77, "nothing else is changed");
    let plan = shop.plan(&desk, DEPLOYER);
    assert!(plan.changes.iter().all(|change| !matches!(change, Change::Create { .. })), "{:?}", plan.changes);
    assert!(plan.changes.iter().any(|change| matches!(change, Change::Update { key, .. } if key == "on_demand_job")));
    assert_eq!(plan.meanings, None, "nobody knows what the pipeline ran");
    shop.deploy_and_run(&desk, DEPLOYER);
    assert_eq!(ids(&workspace.state()), before);
    assert_eq!(text(&shop.plan(&desk, DEPLOYER)), "");
    assert!(found(&shop, &desk, &[]).unwrap().candidates.is_empty(), "what is ours is not taken over again");
}

#[test]
fn what_a_deployment_would_not_make_is_refused() {
    type Edit = fn(&mut serde_json::Map<String, Value>);
    let edits: [(&str, Edit); 5] = [
        ("its schema is `other`, not `shop`: its tables would be left behind", |spec| {
            drop(spec.insert("schema".into(), "other".into()))
        }),
        ("its catalog is `dev`, not `main`: its tables would be left behind", |spec| {
            drop(spec.insert("catalog".into(), "dev".into()))
        }),
        ("it has `ingestion_definition`, which no deployment creates", |spec| {
            spec.insert("ingestion_definition".into(), json!({"connection_name": "crm"}));
        }),
        ("it belongs to target `dev` of project `shop`", |spec| {
            spec.insert("tags".into(), json!({"project": "shop", "target": "dev", "managed_by": "gen"}));
        }),
        ("its tag says that it belongs to project `bank`", |spec| {
            drop(spec.insert("tags".into(), json!({"project": "bank"})))
        }),
    ];
    let (shop, workspace) = bundled();
    let state = workspace.state().clone();
    let id = state.pipelines.keys().next().unwrap().clone();
    for (why, edit) in edits {
        let workspace = Workspace::of(state.clone());
        edit(&mut workspace.state().pipelines.values_mut().next().unwrap().spec);
        let fault = found(&shop, &Desk::new(&workspace), &[("shop_pipeline", &id)]).err().unwrap();
        assert_eq!(fault, format!("cannot take over pipeline `{id}`: {why}"));
    }
}

#[test]
fn ids_decide_where_names_do_not() {
    let (shop, workspace) = bundled();
    let desk = Desk::new(&workspace);
    let fault = |ids: &[(&str, &str)]| found(&shop, &desk, ids).map(|_| ()).unwrap_err();
    assert_eq!(fault(&[("shop_pipeline", "p-9")]), "no pipeline with the id `p-9`");
    assert!(
        fault(&[("pipeline", "p-9")])
            .starts_with("`pipeline` is not a pipeline or job of this target, known are `shop_pipeline`")
    );
    let (id, twin) = {
        let mut state = workspace.state();
        let (id, job) = state.jobs.iter().next().map(|(id, job)| (*id, job.clone())).unwrap();
        let twin = state.id();
        state.jobs.insert(twin, job);
        let levels = state.permissions[&("jobs".to_owned(), id.to_string())].clone();
        state.permissions.insert(("jobs".into(), twin.to_string()), levels);
        (id, twin)
    };
    assert_eq!(fault(&[]), "there are 2 jobs named `shop_on_demand`: choose one with `on_demand_job=ID`");
    for wanted in [id, twin] {
        let found = found(&shop, &desk, &[("on_demand_job", &wanted.to_string())]).unwrap();
        assert_eq!(found.candidates[1].there.id, wanted.to_string());
    }
}
