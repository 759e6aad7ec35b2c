//! Every project of the tests deployed whole, as `gen deploy --run` does it: it converges, and the next plan is empty.

use std::path::{Path, PathBuf};

use lakegen::driver::deploy::{self, Deployment};
use lakegen::driver::{self, Compilation};
use lakegen::model::TargetId;
use lakegen::world::DiskWorld;

use super::setting::{deployer, for_target};
use super::{Desk, Workspace};
use crate::cases::cases;
use crate::root;

fn compiled(project: &Path) -> Compilation {
    driver::build(&DiskWorld, project, &project.join("generated")).unwrap().0
}

fn look(project: &Path, compilation: &Compilation, id: TargetId, desk: &Desk<'_>, who: &str) -> Deployment {
    deploy::prepare(&DiskWorld, project, &desk.client(who), compilation, id)
        .unwrap_or_else(|e| panic!("{}: {e}", project.display()))
}

/// Deploys, updates and finishes; says what is left to do.
fn whole(project: &Path, compilation: &Compilation, id: TargetId, workspace: &Workspace) -> String {
    let target = &compilation.project.as_ref().unwrap().targets[id.0];
    let (who, desk) = (deployer(target), Desk::new(workspace));
    let client = desk.client(&who);
    let mut deployment = look(project, compilation, id, &desk, &who);
    let mut last = String::new();
    let brief = |change: &dyn std::fmt::Debug| format!("{change:?}").chars().take(300).collect::<String>();
    let failed = |e: &dyn std::fmt::Display, last: &str| {
        panic!(
            "{} {}: {} after {last}",
            project.display(),
            target.name,
            e.to_string().chars().take(400).collect::<String>()
        )
    };
    if let Err(error) = deployment.apply(&client, &mut |change| last = brief(change)) {
        failed(&error, &last);
    }
    if let Err(error) = deployment.update(&client, &mut |_| {}) {
        failed(&error, "the update");
    }
    deployment.look_again(&client).unwrap();
    if let Err(error) = deployment.apply(&client, &mut |change| last = brief(change)) {
        failed(&error, &last);
    }
    workspace.take_lines();
    let again = look(project, compilation, id, &desk, &who);
    let is_read = |line: &String| line.starts_with("GET ") || line == "POST /api/2.0/sql/statements";
    assert!(workspace.take_lines().iter().all(is_read), "{} {}: a plan writes", project.display(), target.name);
    format!("{:?}", again.changes)
}

#[test]
fn every_project_is_deployed_and_the_next_plan_is_empty() {
    let projects: Vec<PathBuf> = std::iter::once(root().to_owned()).chain(cases()).collect();
    let mut left = vec![];
    for project in projects {
        let compilation = compiled(&project);
        let targets = &compilation.project.as_ref().unwrap().targets;
        for (index, target) in targets.iter().enumerate().filter(|(_, target)| target.warehouse.is_some()) {
            let workspace = for_target(&compilation, TargetId(index));
            let changes = whole(&project, &compilation, TargetId(index), &workspace);
            if changes != "[]" {
                left.push(format!("{} {}: {changes}", project.display(), target.name));
            }
        }
    }
    assert!(left.is_empty(), "{}", left.join("\n"));
}
