//! Every project of the tests deployed whole, as `gen deploy --run` does it: it converges, and the next plan is empty.

use std::path::{Path, PathBuf};

use lakegen::driver::deploy::{self, TargetDeployment};
use lakegen::driver::{self, Compilation};
use lakegen::model::TargetId;
use lakegen::world::{DiskWorld, MemoryWorld, World as _};

use super::setting::{deployer, for_target};
use super::{Desk, Workspace};
use crate::privileges::identities::{Team, with_team};
use crate::projects::cases;
use crate::root;

const PLACE: &str = "project";

/// A project in memory, whose targets all name a warehouse.
pub struct Project {
    name: String,
    world: MemoryWorld,
    pub compilation: Compilation,
}

impl Project {
    pub fn new(path: &Path) -> Project {
        Project::of(path, Team::AsWritten, &[]).unwrap()
    }

    /// The project with texts replaced: the end of a file's path, what it holds, what it is to hold.
    pub fn edited(path: &Path, edits: &[(&str, &str, &str)]) -> Project {
        Project::of(path, Team::AsWritten, edits).unwrap()
    }

    /// The project deployed by a team; `None` where it can't be.
    fn of(path: &Path, team: Team, edits: &[(&str, &str, &str)]) -> Option<Project> {
        let mut world = MemoryWorld::default();
        let record = path.join("generated.granted.jsonl");
        for file in DiskWorld.list(&path.join("specs")).files.into_iter().chain([record]) {
            let Ok(mut text) = std::fs::read_to_string(&file) else { continue };
            for (_, from, to) in edits.iter().filter(|(end, ..)| file.ends_with(end)) {
                assert!(text.contains(from), "{} does not hold `{from}`", file.display());
                text = text.replace(from, to);
            }
            let text = if file.ends_with("project.yml") { with_warehouses(&with_team(&text, team)?) } else { text };
            world = world.with_file(Path::new(PLACE).join(file.strip_prefix(path).unwrap()), text);
        }
        let compilation = driver::build(&world, Path::new(PLACE), &Path::new(PLACE).join("generated")).unwrap().0;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Some(Project { name: format!("{name}, {team:?}"), world, compilation })
    }

    pub fn who(&self, id: TargetId) -> String {
        deployer(&self.compilation.project.as_ref().unwrap().targets[id.0])
    }

    pub fn look(&self, id: TargetId, desk: &Desk<'_>) -> Result<TargetDeployment, String> {
        let client = desk.client(&self.who(id));
        deploy::prepare(&self.world, Path::new(PLACE), &client, &self.compilation, id).map_err(|e| e.to_string())
    }

    /// Deploys, updates and finishes.
    pub fn deploy(&self, id: TargetId, desk: &Desk<'_>) -> Result<(), String> {
        let client = desk.client(&self.who(id));
        let mut deployment = self.look(id, desk)?;
        deployment.apply(&client, &mut |_| {}).map_err(|e| e.to_string())?;
        deployment.update(&client, &mut |_| {}).map_err(|e| e.to_string())?;
        deployment.look_again(&client).map_err(|e| e.to_string())?;
        deployment.apply(&client, &mut |_| {}).map_err(|e| e.to_string())
    }

    /// What the next plan would change, which has to be found out by reading alone.
    pub fn left(&self, id: TargetId, workspace: &Workspace) -> Result<String, String> {
        workspace.take_lines();
        let again = self.look(id, &Desk::new(workspace))?;
        let is_read = |line: &String| line.starts_with("GET ") || line == "POST /api/2.0/sql/statements";
        assert!(workspace.take_lines().iter().all(is_read), "{}: a plan writes", self.name);
        Ok(again
            .changes
            .iter()
            .map(|change| format!("{change:?}").chars().take(300).collect::<String>() + "\n")
            .collect())
    }
}

fn with_warehouses(specs: &str) -> String {
    let mut text = String::new();
    for line in specs.lines().filter(|line| !line.trim_start().starts_with("warehouse:")) {
        let is_block = line.trim_start().starts_with("landing:");
        let flow = line.replace("landing:", "warehouse: Serverless Starter Warehouse, landing:");
        text += if is_block { line } else { &flow };
        text.push('\n');
        if is_block {
            let indent = line.len() - line.trim_start().len();
            text += &format!("{}warehouse: Serverless Starter Warehouse\n", " ".repeat(indent));
        }
    }
    text
}

#[test]
fn every_project_is_deployed_and_the_next_plan_is_empty() {
    let projects: Vec<PathBuf> = std::iter::once(root().to_owned()).chain(cases()).collect();
    let (mut left, mut count) = (vec![], 0);
    let teams = [Team::AsWritten, Team::Two, Team::Group];
    for project in projects.iter().flat_map(|path| teams.map(|team| Project::of(path, team, &[]))).flatten() {
        for (index, target) in project.compilation.project.as_ref().unwrap().targets.iter().enumerate() {
            let id = TargetId(index);
            let workspace = for_target(&project.compilation, id);
            let result = project.deploy(id, &Desk::new(&workspace)).and_then(|()| project.left(id, &workspace));
            let short: String = result.unwrap_or_else(|error| error).chars().take(600).collect();
            if !short.is_empty() {
                left.push(format!("{} {}: {short}", project.name, target.name));
            }
            count += 1;
        }
    }
    println!("{count} targets deployed");
    assert!(count > 40, "{count}");
    assert!(left.is_empty(), "{}", left.join("\n"));
}
