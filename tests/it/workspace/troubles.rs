//! A deployment that something happens to on the way: the next one comes to the same end, and nothing is there twice.

use std::collections::BTreeSet;

use serde_json::Value;

use lakegen::model::TargetId;

use super::fault::{Faults, TROUBLES, Trouble};
use super::projects::Project;
use super::proofs::no_doubles;
use super::setting::for_target;
use super::{Desk, State, Workspace};
use crate::root;

const TARGET: TargetId = TargetId(0);

/// What a build is deployed to.
struct Story {
    name: &'static str,
    project: Project,
    state: State,
}

/// A change that takes and gives: a reader loses a table, a column becomes personal, there is a job, a measure and a mask more.
const CHANGE: &[(&str, &str, &str)] = &[
    ("customers.yml", "audience: analysis\n", ""),
    ("customers.yml", "town: string", "town: { type: string, pii: address }"),
    ("customers.yml", "town:", "phone: { type: string, pii: phone }\n  town:"),
    ("orders.yml", "amount:", "shipped_on: date\n  amount:"),
    ("sales.yml", "orders: count(*)", "orders: count(*)\n  largest: max(amount)"),
    ("sales.yml", "[customers.town]", "[]"),
    ("project.yml", "run_as: deployer", "run_as: deployer\n\nschedules:\n  nightly: { cron: \"0 0 2 * * ?\" }"),
];

/// A first deployment, with an administrator's part done, and a change of it.
fn stories() -> Vec<Story> {
    let path = root().join("tests/deploy");
    let (first, changed) = (Project::new(&path), Project::edited(&path, CHANGE));
    let nothing = for_target(&first.compilation, TARGET).state().clone();
    let workspace = Workspace::of(nothing.clone());
    first.deploy(TARGET, &Desk::new(&workspace)).unwrap();
    let deployed = workspace.state().clone();
    vec![
        Story { name: "first deployment", project: first, state: nothing },
        Story { name: "change", project: changed, state: deployed },
    ]
}

/// Deploys with a fault at one request, and then without; whether the deployment came to that request.
fn hurt(story: &Story, at: usize, trouble: Trouble) -> bool {
    let Story { name, project, state } = story;
    let what = format!("{name}, request {at}, {trouble:?}");
    let workspace = Workspace::of(state.clone());
    let desk = Desk::with(&workspace, Faults::at(at, trouble));
    let first = project.deploy(TARGET, &desk);
    if desk.count() <= at {
        return false;
    }
    if let Err(said) = &first {
        assert!(!said.contains("token-of"), "{what}: {said}");
    }
    no_doubles(&workspace, &what);
    project.deploy(TARGET, &Desk::new(&workspace)).unwrap_or_else(|error| panic!("{what}: {error}, after {first:?}"));
    assert_eq!(project.left(TARGET, &workspace), Ok(String::new()), "{what}");
    no_doubles(&workspace, &what);
    true
}

/// A fault at every tenth request, the kinds in turn: each has its own way to go on.
#[test]
fn a_deployment_that_is_disturbed_is_finished_by_the_next_one() {
    for story in stories() {
        let at = (0..).step_by(10);
        let count = at.take_while(|at| hurt(&story, *at, TROUBLES[at / 10 % TROUBLES.len()])).count();
        println!("{}: disturbed {count} times, and finished", story.name);
        assert!(count > 5);
    }
}

/// Requests of an undisturbed deployment, by number: the first of each kind.
fn kinds(story: &Story) -> Vec<usize> {
    let workspace = Workspace::of(story.state.clone());
    story.project.deploy(TARGET, &Desk::new(&workspace)).unwrap();
    let mut seen = BTreeSet::new();
    let kind = |line: &Value| {
        let path = line["path"].as_str().unwrap_or_default().split('/').take(7);
        // Ids and names of files say nothing of the kind; of a statement, its first words do.
        let path: Vec<_> = path.filter(|part| !part.contains('%') && !part.contains('-')).collect();
        let words = line["body"]["statement"].as_str().unwrap_or_default().split_whitespace().take(2);
        format!("{} {} {}", line["method"], path.join("/"), words.collect::<Vec<_>>().join(" "))
    };
    let all = workspace.recorded();
    all.iter().enumerate().filter(|(_, line)| seen.insert(kind(line))).map(|(at, _)| at).collect()
}

/// Faults at every kind of request, each kind with a sixth of them; minutes. Run by `.ci/workspace.sh`. `EVERY=1` makes every
/// fault at every request, which takes most of an hour.
#[test]
#[ignore = "takes minutes: .ci/run workspace"]
fn every_fault_at_every_kind_of_request_of_a_deployment() {
    let is_every = std::env::var_os("EVERY").is_some();
    for story in stories() {
        let kinds = kinds(&story);
        let mut count = 0;
        for (number, trouble) in TROUBLES.iter().enumerate() {
            if is_every {
                count += (0..).take_while(|at| hurt(&story, *at, *trouble)).count();
                println!("{}, {trouble:?}: {count} so far", story.name);
                continue;
            }
            for at in kinds.iter().skip(number % 6).step_by(6) {
                assert!(hurt(&story, *at, *trouble), "{}, {at}, {trouble:?}", story.name);
                count += 1;
            }
        }
        println!(
            "{}: {} faults, {} kinds of requests, disturbed {count} times, and finished",
            story.name,
            TROUBLES.len(),
            kinds.len()
        );
    }
}
