//! A project deployed from nothing, run, changed, edited by hand and repaired, in a workspace that keeps people to their
//! privileges.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lakegen::deploy::client::api::updates::Start;
use lakegen::deploy::lock::Lock;
use lakegen::deploy::{meaning, report, run};
use lakegen::driver::deploy::{self, TargetDeployment};
use lakegen::driver::{self, Compilation};
use lakegen::model::TargetId;
use lakegen::world::{DiskWorld, MemoryWorld, World as _};

use crate::root;
use crate::workspace::state::DEPLOYER;
use crate::workspace::{Desk, Kind, Workspace};

pub const PROJECT: &str = Shop::PROJECT;

/// The project on a disk of its own.
pub struct Shop {
    pub world: MemoryWorld,
    specs: BTreeMap<String, String>,
}

impl Shop {
    /// Its directory.
    pub const PROJECT: &str = "shop";

    pub fn new() -> Shop {
        let specs = root().join("tests/deploy/specs");
        let read = |path: &PathBuf| {
            let name = path.strip_prefix(&specs).unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        };
        let mut shop =
            Shop { world: MemoryWorld::default(), specs: DiskWorld.list(&specs).files.iter().map(read).collect() };
        shop.write();
        shop
    }

    fn write(&mut self) {
        let files: Vec<(PathBuf, &[u8])> = self
            .specs
            .iter()
            .map(|(name, text)| (Path::new(PROJECT).join("specs").join(name), text.as_bytes()))
            .collect();
        self.world.write_all(&files).unwrap();
    }

    /// Replaces a text in a spec.
    pub fn edit(&mut self, file: &str, from: &str, to: &str) {
        let text = self.specs.get_mut(file).unwrap();
        assert!(text.contains(from), "{file} does not hold `{from}`");
        *text = text.replace(from, to);
        self.write();
    }

    /// Adds a spec.
    pub fn add(&mut self, file: &str, text: &str) {
        self.specs.insert(file.to_owned(), text.to_owned());
        self.write();
    }

    pub fn build(&self) -> Compilation {
        let out = Path::new(PROJECT).join("generated");
        let (compilation, changes) = driver::build(&self.world, Path::new(PROJECT), &out).unwrap();
        changes.unwrap_or_else(|| panic!("{:?}", compilation.diagnostics)).apply(&self.world).unwrap();
        compilation
    }

    /// What `gen plan` finds out.
    pub fn plan(&self, desk: &Desk<'_>, who: &str) -> TargetDeployment {
        let client = desk.client(who);
        deploy::prepare(&self.world, Path::new(PROJECT), &client, &self.build(), TargetId(0)).unwrap()
    }

    /// What `gen deploy --yes` does.
    pub fn deploy(&self, desk: &Desk<'_>, who: &str) -> TargetDeployment {
        let mut deployment = self.plan(desk, who);
        deployment.apply(&desk.client(who), &mut |_| {}).unwrap();
        deployment
    }

    /// What `gen deploy --yes --run` does.
    pub fn deploy_and_run(&self, desk: &Desk<'_>, who: &str) {
        let mut deployment = self.deploy(desk, who);
        let client = desk.client(who);
        deployment.update(&client, &mut |_| {}).unwrap();
        deployment.look_again(&client).unwrap();
        deployment.apply(&client, &mut |_| {}).unwrap();
        assert!(deployment.is_settled(), "{}", text(&deployment));
    }
}

pub fn text(deployment: &TargetDeployment) -> String {
    let changes = report::human(&report::lines(&deployment.changes));
    changes + &meaning::text(deployment.meanings.as_ref().unwrap())
}

/// Verbs and paths of the requests that changed something, of those after the first `read`.
pub fn writes(workspace: &Workspace, read: usize) -> Vec<String> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let requests = workspace.recorded().into_iter().skip(read);
    let lines = requests.map(|request| format!("{} {}", text(&request["method"]), text(&request["path"])));
    // Tags are read by queries.
    let is_read = |line: &String| ["GET ", "POST /api/2.0/sql/statements"].iter().any(|read| line.starts_with(read));
    lines.filter(|line| !is_read(line)).collect()
}

/// A workspace whose administrator lets the deployer give the use of the catalog.
pub fn workspace() -> Workspace {
    let workspace = Workspace::new();
    let manage = ("MANAGE".to_owned(), Kind::Catalog, "main".to_owned(), DEPLOYER.to_owned());
    workspace.state().granted.insert(manage);
    workspace
}

#[test]
fn from_nothing_to_granted_and_then_only_reads() {
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let shop = Shop::new();
    shop.build();
    let first = shop.plan(&desk, DEPLOYER);
    crate::expect("deploy/first_plan", &text(&first));
    assert_eq!(writes(&workspace, 0), Vec::<String>::new(), "a plan changes nothing");
    shop.deploy_and_run(&desk, DEPLOYER);
    let made = workspace.recorded().len();
    let second = shop.plan(&desk, DEPLOYER);
    assert_eq!(text(&second), "");
    assert_eq!(writes(&workspace, made), Vec::<String>::new());
}

#[test]
fn what_somebody_edits_by_hand_is_found_and_repaired() {
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let shop = Shop::new();
    shop.deploy_and_run(&desk, DEPLOYER);
    {
        let mut state = workspace.state();
        let job = state.jobs.values_mut().next().unwrap();
        job.fields.insert("max_concurrent_runs".into(), 7.into());
        job.fields.insert("timeout_seconds".into(), 5.into());
        let grant = state.granted.iter().find(|(privilege, ..)| privilege == "SELECT").cloned().unwrap();
        state.granted.remove(&grant);
    }
    let plan = shop.plan(&desk, DEPLOYER);
    crate::expect("deploy/drift", &text(&plan));
    shop.deploy(&desk, DEPLOYER);
    assert_eq!(text(&shop.plan(&desk, DEPLOYER)), "");
}

#[test]
fn a_change_of_the_specs_is_what_the_next_plan_shows() {
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let mut shop = Shop::new();
    shop.deploy_and_run(&desk, DEPLOYER);
    shop.edit("metrics/sales.yml", "  orders: count(*)", "  orders: count(*)\n  largest: max(amount)");
    shop.edit("entities/customers.yml", "audience: analysis\n", "");
    crate::expect("deploy/changed_plan", &text(&shop.plan(&desk, DEPLOYER)));
    shop.deploy_and_run(&desk, DEPLOYER);
    assert_eq!(text(&shop.plan(&desk, DEPLOYER)), "");
    let reads = |table: &str| {
        let state = workspace.state();
        state.granted.iter().any(|(privilege, _, name, who)| {
            privilege == "SELECT" && name == &format!("main.shop.{table}") && who == "analysts"
        })
    };
    assert!(reads("sales_by_town_monthly") && !reads("customers"));
}

#[test]
fn updates_are_started_shown_and_stopped() {
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let mut shop = Shop::new();
    let there = |shop: &Shop| {
        let client = desk.client(DEPLOYER);
        let there = deploy::there(&shop.world, Path::new(PROJECT), &client, &shop.build(), TargetId(0));
        there.map_err(|error| error.to_string())
    };
    let nothing = there(&shop).err().unwrap();
    assert_eq!(nothing, "nothing is deployed to target `prod`: run `gen deploy --target prod`");
    shop.deploy_and_run(&desk, DEPLOYER);
    let deployed = there(&shop).unwrap();
    assert_eq!(deployed.release.as_deref(), Some(deployed.wanted.as_str()));
    let (client, mut states) = (desk.client(DEPLOYER), vec![]);
    let one = Start { refresh_selection: vec!["customers".into()], ..Start::default() };
    run::update(&client, &deployed.pipeline, &one, &mut |state| states.push(state.to_owned())).unwrap();
    assert_eq!(states.last().map(String::as_str), Some("completed"));
    let id = run::start(&client, &deployed.pipeline, &Start::default()).unwrap();
    let second = run::start(&client, &deployed.pipeline, &Start::default()).unwrap_err().to_string();
    assert!(second.contains("active update"), "{second}");
    run::stop(&client, &deployed.pipeline).unwrap();
    let recent = run::recent(&client, &deployed.pipeline).unwrap();
    assert_eq!(recent[0].update_id, id);
    assert!(recent[0].state.has_ended());
    shop.edit("metrics/sales.yml", "orders: count(*)", "orders: count(distinct order_id)");
    let edited = there(&shop).unwrap();
    assert_ne!(edited.release.as_deref(), Some(edited.wanted.as_str()));
}

#[test]
fn a_lock_that_was_taken_over_is_not_let_go_by_who_held_it() {
    let world = MemoryWorld::default();
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let client = desk.client(DEPLOYER);
    let root = format!("/Workspace/Users/{DEPLOYER}/shop");
    let take = |take_over| Lock::take(&client, &world, &root, DEPLOYER, take_over);
    let first = take(false).unwrap();
    assert!(take(false).err().unwrap().to_string().contains("has been deploying since 1970-01-01T00:00:00Z"));
    let second = take(true).unwrap();
    first.release().unwrap();
    assert!(take(false).is_err(), "the lock is that of the second");
    second.release().unwrap();
    take(false).unwrap();
}

#[test]
fn what_nobody_can_tell_is_not_nothing_and_an_edited_memory_leads_to_nothing_of_others() {
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let mut shop = Shop::new();
    shop.deploy_and_run(&desk, DEPLOYER);
    shop.edit("metrics/sales.yml", "orders: count(*)", "orders: count(distinct order_id)");
    let state = |change: &dyn Fn(&str) -> String| {
        let mut state = workspace.state();
        let entry = state.entries.iter_mut().find(|(path, _)| path.ends_with("/state.json")).unwrap().1;
        let text = String::from_utf8(entry.bytes.clone().unwrap()).unwrap();
        entry.bytes = Some(change(&text).into_bytes());
        text
    };
    let whole = state(&|text| text.replace("\"release\": \"", "\"release\": \"0000"));
    assert_eq!(shop.plan(&desk, DEPLOYER).meanings, None, "the files of the release are not there");
    state(&|_| whole.clone());
    // The id leads to a job without our marks.
    workspace.state().jobs.values_mut().for_each(|job| drop(job.fields.remove("tags")));
    let client = desk.client(DEPLOYER);
    let refused = deploy::prepare(&shop.world, Path::new(PROJECT), &client, &shop.build(), TargetId(0)).err().unwrap();
    assert!(refused.to_string().contains("that this target did not create"), "{refused}");
}

#[test]
fn who_is_masked_no_more_sees_more_without_a_grant() {
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let mut shop = Shop::new();
    shop.deploy_and_run(&desk, DEPLOYER);
    assert!(shop.plan(&desk, DEPLOYER).sees_more().is_empty());
    shop.edit("project.yml", "members: [analysts]", "members: [analysts]\n    sees: [email]");
    assert_eq!(shop.plan(&desk, DEPLOYER).sees_more().into_iter().collect::<Vec<_>>(), ["analysts"]);
}
