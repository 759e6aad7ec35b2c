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

/// A small project with an administrator's part done.
fn small() -> (Project, State) {
    let project = Project::new(&root().join("tests/cases/first_delivery"));
    let state = for_target(&project.compilation, TARGET).state().clone();
    (project, state)
}

/// Deploys with a fault at one request, and then without; whether the deployment came to that request.
fn hurt(project: &Project, state: &State, at: usize, trouble: Trouble) -> bool {
    let what = format!("request {at}, {trouble:?}");
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

/// A fault at every fifth request, the kinds in turn: each has its own way to go on.
#[test]
fn a_deployment_that_is_disturbed_is_finished_by_the_next_one() {
    let (project, state) = small();
    let at = (0..).step_by(5);
    let count = at.take_while(|at| hurt(&project, &state, *at, TROUBLES[at % TROUBLES.len()])).count();
    println!("{count} deployments disturbed and finished");
}

/// Requests of an undisturbed deployment, by number: the first of each kind.
fn kinds(project: &Project, state: &State) -> Vec<usize> {
    let workspace = Workspace::of(state.clone());
    project.deploy(TARGET, &Desk::new(&workspace)).unwrap();
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

/// Every fault at every kind of request; minutes. Run by `.ci/workspace.sh`.
#[test]
#[ignore = "takes minutes: .ci/run workspace"]
fn every_fault_at_every_kind_of_request_of_a_deployment() {
    let (project, state) = small();
    let kinds = kinds(&project, &state);
    for trouble in TROUBLES {
        let reached = kinds.iter().filter(|at| hurt(&project, &state, **at, *trouble)).count();
        assert_eq!(reached, kinds.len(), "{trouble:?}");
    }
    println!("{} faults at {} kinds of requests, each mended", TROUBLES.len(), kinds.len());
}
