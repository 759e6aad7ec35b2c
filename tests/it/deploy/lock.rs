//! Who may take a lock over, and what becomes of whoever lost it.

use std::time::{Duration, SystemTime};

use lakegen::deploy::client::api::files;
use lakegen::deploy::client::door::Door as _;
use lakegen::deploy::lock::{Holder, Lock, SILENT};
use lakegen::world::MemoryWorld;

use super::walk::workspace;
use crate::workspace::state::DEPLOYER;
use crate::workspace::{Desk, Workspace};

fn root() -> String {
    format!("/Workspace/Users/{DEPLOYER}/shop")
}

fn holder(workspace: &Workspace) -> Holder {
    let state = workspace.state();
    let entry = &state.entries[&format!("{}/deploy.lock", root())];
    serde_json::from_slice(entry.bytes.as_ref().unwrap()).unwrap()
}

fn run(attempt: &str) -> MemoryWorld {
    let world = MemoryWorld::default().with_env("GITHUB_REPOSITORY", "a/b").with_env("GITHUB_RUN_ID", "7");
    world.with_env("GITHUB_JOB", "deploy").with_env("GITHUB_RUN_ATTEMPT", attempt)
}

#[test]
fn a_lock_is_taken_over_from_an_earlier_attempt_and_from_who_is_silent_for_long() {
    let (first, second) = (run("1"), run("2"));
    let other = MemoryWorld::default().at(SystemTime::UNIX_EPOCH + SILENT - Duration::from_secs(1));
    let late = MemoryWorld::default().at(SystemTime::UNIX_EPOCH + SILENT);
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let client = desk.client(DEPLOYER);
    let _held = Lock::take(&client, &first, &root(), DEPLOYER, false).unwrap();
    assert!(Lock::take(&client, &first, &root(), DEPLOYER, false).is_err(), "two of one attempt may run side by side");
    let _second = Lock::take(&client, &second, &root(), DEPLOYER, false).unwrap();
    let refused = Lock::take(&client, &other, &root(), DEPLOYER, false).err().unwrap().to_string();
    assert!(refused.ends_with("last active at 1970-01-01T00:00:00Z"), "{refused}");
    let _late = Lock::take(&client, &late, &root(), DEPLOYER, false).unwrap();
    assert_eq!(holder(&workspace).run, None);
}

#[test]
fn whoever_holds_a_lock_gives_signs_of_life_and_whoever_lost_it_makes_no_request() {
    let world = MemoryWorld::default();
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let (mine, theirs) = (desk.client(DEPLOYER), desk.client(DEPLOYER));
    let lock = Lock::take(&mine, &world, &root(), DEPLOYER, false).unwrap();
    let act = || files::make_folder(&mine, &format!("{}/x", root()));
    let writes = || workspace.take_lines().iter().filter(|line| line.contains("deploy.lock")).count();
    act().unwrap();
    writes();
    act().unwrap();
    assert_eq!(writes(), 0, "it is early");
    desk.sleep(Duration::from_secs(61));
    act().unwrap();
    assert_eq!(writes(), 1, "a sign of life");
    let other = Lock::take(&theirs, &world, &root(), DEPLOYER, true).unwrap();
    desk.sleep(Duration::from_secs(61));
    let stopped = act().unwrap_err().to_string();
    assert!(stopped.contains("took the lock over"), "{stopped}");
    lock.release().unwrap();
    assert_eq!(holder(&workspace).user, DEPLOYER, "it is that of the other");
    other.release().unwrap();
    act().unwrap();
}
