//! Proof that every generated statement is allowed for whoever runs it: by the first deployment and by later ones, with one
//! identity and with two, also when a second member of the team deploys.
//!
//! The jobs of the bundle say what runs and as whom. What an administrator gives by hand is what the generated comments
//! list; everything else comes from generated statements.

use std::collections::BTreeMap;
use std::path::Path;

use lakeflow::diag::human;
use lakegen::bundle::resource::{Job, Resource, Task};
use lakegen::bundle::{Bundle, Deployment, bundle};
use lakegen::driver::{self, Compilation, Phase};
use lakegen::model::{Mode, Principal, Target};
use lakegen::plan::{AdministrationFile, ArtifactKind, event_log_name, landing_volume};
use lakegen::world::{DiskWorld, MemoryWorld, World};
use rayon::prelude::*;

use super::acting::{ADMINISTRATOR, Actor};
use super::model::{Failure, Model, Object, statements};
use super::projects;

/// Who deploys, as `project.yml` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Team {
    /// As the project is.
    AsWritten,
    /// The principal of the pipeline deploys.
    One,
    /// A service principal deploys.
    Two,
    /// Members of a group deploy, another one each time.
    Group,
}

const TEAMS: [Team; 4] = [Team::AsWritten, Team::One, Team::Two, Team::Group];
const CI: &str = "c1c1c1c1-0000-4000-8000-000000000001";

/// The project with the identities of a team; `None` where it can't have them.
fn compiled(root: &Path, team: Team) -> Option<Compilation> {
    let (world, home) = (MemoryWorld::default(), Path::new("team"));
    for path in DiskWorld.list(&root.join("specs")).files {
        let name = path.strip_prefix(root).unwrap();
        let mut text = std::fs::read_to_string(&path).unwrap();
        if name.ends_with("project.yml") {
            text = with_team(&text, team)?;
        }
        world.write_atomic(&home.join(name), text.as_bytes()).unwrap();
    }
    let compilation = driver::compile(&world, home, Phase::Deliver).unwrap();
    let style = human::Style { color: false, width: 100 };
    assert_eq!(human::render(&compilation.diagnostics, &compilation.sources, style), "", "{}", root.display());
    Some(compilation)
}

pub fn with_team(text: &str, team: Team) -> Option<String> {
    if team == Team::AsWritten {
        return Some(text.to_owned());
    }
    if !text.contains("\nrun_as:") && team != Team::One {
        return None;
    }
    let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with("deployer:")).collect();
    let mut text = kept.join("\n") + "\n";
    let principal = match team {
        Team::One => return Some(text),
        Team::Two => format!("  ci_deployer: {{ service_principal: {CI} }}\n"),
        Team::Group | Team::AsWritten => "  ci_deployer: { group: ci-deployers }\n".to_owned(),
    };
    match text.find("\nprincipals:\n") {
        Some(at) => text.insert_str(at + "\nprincipals:\n".len(), &principal),
        None if text.contains("\nprincipals:") => return None,
        None => text += &format!("principals:\n{principal}"),
    }
    Some(text + "deployer: ci_deployer\n")
}

/// A target with everybody who acts in it.
struct Site<'a> {
    compilation: &'a Compilation,
    target: &'a Target,
    bundle: Bundle,
    /// Who deploys, the first time and later.
    deployers: [Actor; 2],
    runner: Actor,
    texts: BTreeMap<&'a str, &'a str>,
}

fn actor(principal: &Principal, member: &str) -> Actor {
    match principal {
        Principal::Group(group) => Actor::of(member, group),
        Principal::ServicePrincipal(id) => Actor::new(id),
    }
}

impl<'a> Site<'a> {
    fn of(compilation: &'a Compilation, target: &'a Target) -> Site<'a> {
        let project = compilation.project.as_ref().unwrap();
        let texts = compilation.files.iter().map(|file| (file.artifact.path(), &*file.text)).collect();
        let named = target.deployer.as_ref().or(target.run_as.as_ref()).filter(|_| target.mode == Mode::Production);
        // In development, and where nobody is named, the same person deploys again.
        let deployers =
            ["ann", "bob"].map(|name| named.map_or_else(|| Actor::new("ann"), |principal| actor(principal, name)));
        let runner = target.run_as.as_ref().map_or_else(|| deployers[0].clone(), |run_as| actor(run_as, "ann"));
        Site { compilation, target, bundle: bundle(project, &compilation.plan), deployers, runner, texts }
    }

    fn deployment(&self) -> &Deployment {
        self.bundle.deployments.iter().find(|deployment| deployment.name == self.target.name).unwrap()
    }

    fn job(&self, key: &str) -> Job {
        let declared = self.bundle.resources.iter().find(|declared| declared.key == key).unwrap();
        let Resource::Job(job) = &declared.resource else { panic!("{key}") };
        let addition = self.deployment().additions.iter().find(|addition| addition.key == key);
        addition.map_or_else(|| (**job).clone(), |addition| addition.added_to(job))
    }

    fn schema(&self) -> Object {
        [&self.target.catalog, &self.target.schema].map(|part| part.to_lowercase()).to_vec()
    }

    fn volume(&self) -> Option<Object> {
        landing_volume(self.target).map(|volume| volume.map(str::to_lowercase).to_vec())
    }

    /// A workspace in which the administrator has done what is listed.
    fn workspace(&self) -> Result<Model, Failure> {
        let mut model = Model::of_schema(self.schema());
        let (administrator, schema) = (Actor::new(ADMINISTRATOR), self.schema());
        let foreign = self.volume().filter(|volume| volume[..2] != schema);
        if let Some(volume) = &foreign {
            model.owners.insert(volume.clone(), "somebody else".to_owned());
        }
        let pipeline = self.texts.iter().filter(|(path, _)| path.starts_with("pipeline/"));
        let pipeline = statements(&pipeline.map(|(_, text)| (*text).to_owned()).collect::<Vec<_>>());
        model.find_outside(&pipeline);
        let outside = model.outside.clone();
        model.owners.extend(outside.iter().map(|table| (table.clone(), "somebody else".to_owned())));
        let is_own = |kind| match kind {
            ArtifactKind::Administration(id, AdministrationFile::Sql) => {
                self.compilation.project.as_ref().unwrap().targets[id.0].name == self.target.name
            }
            _ => false,
        };
        for file in self.compilation.files.iter().filter(|file| is_own(file.artifact.kind)) {
            for statement in statements(&[file.text.to_string()]) {
                model.run_as(&administrator, &statement).map_err(|fault| format!("administration: {fault}"))?;
            }
        }
        // What is given by hand to each developer, or where nobody is named.
        if self.target.mode == Mode::Development || (self.target.run_as.is_none() && self.target.deployer.is_none()) {
            model.give("USE CATALOG", &schema[..1], "ann");
            model.give("CREATE SCHEMA", &schema[..1], "ann");
        }
        if let Some(volume) = foreign.filter(|_| self.target.run_as.is_none()) {
            let runner = &self.runner.name;
            model.give("USE CATALOG", &volume[..1], runner);
            model.give("USE SCHEMA", &volume[..2], runner);
            model.give("READ VOLUME", &volume, runner);
        }
        if self.target.run_as.is_none() {
            for table in &outside {
                model.give("USE CATALOG", &table[..1], &self.runner.name);
                model.give("USE SCHEMA", &table[..2], &self.runner.name);
                model.give("SELECT", table, &self.runner.name);
            }
        }
        Ok(model)
    }

    fn script(&self, model: &mut Model, actor: &Actor, path: &str) -> Result<(), Failure> {
        let text = self.texts.get(path).ok_or_else(|| format!("there is no {path}"))?;
        for statement in statements(&[(*text).to_owned()]) {
            model.run_as(actor, &statement).map_err(|fault| format!("{path}: {fault}"))?;
        }
        Ok(())
    }

    /// Files that come first where the bundle does not make the schema.
    fn apply_before(&self, model: &mut Model, actor: &Actor) -> Result<(), Failure> {
        if self.target.mode == Mode::Production && self.target.deployer.is_none() {
            return Ok(());
        }
        let folder = format!("governance/{}/before/", self.target.name);
        let paths: Vec<&str> = self.texts.keys().copied().filter(|path| path.starts_with(&folder)).collect();
        paths.into_iter().try_for_each(|path| self.script(model, actor, path))
    }

    /// What the command line does: schema and volume, then the pipeline, which is refused when its principal may not create
    /// tables.
    fn deploy_bundle(&self, model: &mut Model, actor: &Actor) -> Result<(), Failure> {
        let schema = self.schema();
        let makes_schema = self.target.mode == Mode::Production && !self.deployment().places.is_empty();
        for place in self.deployment().places.iter().filter(|_| makes_schema) {
            let Resource::Schema(own) = &place.resource else { continue };
            let name = own.name.trim_start_matches("${").trim_end_matches('}');
            let own = vec![schema[0].clone(), self.deployment().values[name].to_lowercase()];
            if model.owners.contains_key(&own) {
                continue;
            }
            if !model.can(actor, "CREATE SCHEMA", &schema[..1]) {
                return Err(format!("{} may not create the schema", actor.name));
            }
            model.owners.insert(own, actor.name.clone());
        }
        for privilege in ["USE CATALOG", "USE SCHEMA", "CREATE TABLE", "CREATE MATERIALIZED VIEW"] {
            let on = if privilege == "USE CATALOG" { &schema[..1] } else { &schema[..] };
            if !model.can(&self.runner, privilege, on) {
                return Err(format!("the pipeline is refused: {} has no {privilege}", self.runner.name));
            }
        }
        Ok(())
    }

    fn run_job(&self, model: &mut Model, deployer: &Actor, key: &str) -> Result<(), Failure> {
        let job = self.job(key);
        let runs_as = if job.run_as.is_some() { &self.runner } else { deployer };
        for task in &job.tasks {
            let run = self.run_task(model, deployer, runs_as, task);
            run.map_err(|fault| format!("{key}, {}: {fault}", task.task_key))?;
        }
        Ok(())
    }

    fn run_task(&self, model: &mut Model, deployer: &Actor, actor: &Actor, task: &Task) -> Result<(), Failure> {
        if let Some(other) = &task.run_job_task {
            let key = other.job_id.0.trim_start_matches("${resources.jobs.").trim_end_matches(".id}");
            return self.run_job(model, deployer, key);
        }
        if let Some(script) = &task.sql_task {
            let path = script.file.path.trim_start_matches("${workspace.file_path}/");
            return self.script(model, actor, &path.replace("${bundle.target}", &self.target.name));
        }
        let selection = &task.pipeline_task.as_ref().unwrap().refresh_selection;
        if self.volume().is_some_and(|volume| !model.can(&self.runner, "READ VOLUME", &volume)) {
            return Err(format!("{} may not read what arrives", self.runner.name));
        }
        let parameters = super::parameters(self.compilation, self.target);
        for file in self.compilation.pipeline_files() {
            let name = file.artifact.path().rsplit('/').next().unwrap().trim_end_matches(".sql");
            if selection.is_empty() || selection.iter().any(|refreshed| refreshed.rsplit('.').next() == Some(name)) {
                for statement in statements(&[super::filled(&file.text, &parameters)]) {
                    model.update_as(&self.runner, &statement)?;
                }
            }
        }
        let log = event_log_name(self.compilation.project.as_ref().unwrap()).to_lowercase();
        model.owners.insert([self.schema(), vec![log]].concat(), self.runner.name.clone());
        Ok(())
    }

    /// The jobs that start by themselves.
    fn schedules(&self) -> Vec<String> {
        let starts = |resource: &Resource| match resource {
            Resource::Job(job) => job.schedule.is_some() || job.trigger.is_some(),
            _ => false,
        };
        let jobs = self.bundle.resources.iter().filter(|declared| starts(&declared.resource));
        jobs.map(|declared| declared.key.clone()).collect()
    }

    /// A first deployment, a second one by somebody else, and the schedules, before and after.
    fn live(&self) -> Result<(), Failure> {
        let mut model = self.workspace()?;
        for (round, deployer) in self.deployers.iter().enumerate() {
            self.apply_before(&mut model, deployer)?;
            self.deploy_bundle(&mut model, deployer)?;
            if round == 0 {
                for key in self.schedules() {
                    let early = self.run_job(&mut model, deployer, &key);
                    assert!(early.is_err(), "{key} runs before anything was deployed");
                }
                assert!(model.tables().next().is_none(), "a table before a deployment");
            }
            self.run_job(&mut model, deployer, "deployment_job")?;
            for key in self.schedules() {
                self.run_job(&mut model, deployer, &key)?;
            }
        }
        Ok(())
    }
}

#[test]
fn every_statement_is_allowed_for_whoever_runs_it() {
    let projects = projects();
    let cases: Vec<_> = projects.iter().flat_map(|root| TEAMS.map(|team| (root, team))).collect();
    let lived = cases.into_par_iter().map(|(root, team)| {
        let Some(compilation) = compiled(root, team) else { return 0 };
        let targets = &compilation.project.as_ref().unwrap().targets;
        for target in targets {
            let lived = Site::of(&compilation, target).live();
            assert_eq!(lived, Ok(()), "{}, {team:?}, {}", root.display(), target.name);
        }
        targets.len()
    });
    let lived: usize = lived.sum();
    assert!(lived > 60, "{lived} targets");
}

/// The fault of two deployments of the shipped project after a change of who acts or of what is there.
fn fault(team: Team, change: impl Fn(&mut Site<'_>, &mut Model)) -> Result<(), Failure> {
    let compilation = compiled(Path::new(env!("CARGO_MANIFEST_DIR")), team).unwrap();
    let target = compilation.project.as_ref().unwrap().target("prod").unwrap();
    let mut site = Site::of(&compilation, target);
    let mut model = site.workspace()?;
    change(&mut site, &mut model);
    site.deployers.clone().iter().try_for_each(|deployer| {
        site.apply_before(&mut model, deployer)?;
        site.deploy_bundle(&mut model, deployer)?;
        site.run_job(&mut model, deployer, "deployment_job")
    })
}

/// What stands in the way when something is left out, or run by the other identity.
#[test]
fn what_is_missing_is_noticed() {
    let is_refused =
        |team, change: &dyn Fn(&mut Site<'_>, &mut Model)| assert!(fault(team, change).is_err(), "{team:?}");
    for team in [Team::One, Team::Two, Team::Group] {
        assert_eq!(fault(team, |_, _| ()), Ok(()), "{team:?}");
        // Nothing is possible without the administrator.
        is_refused(team, &|site, model| *model = Model::of_schema(site.schema()));
        // A second deployer who is nobody.
        is_refused(team, &|site, _| site.deployers[1] = Actor::new("eve"));
    }
    // Members of no common group: the first would own what the second has to change.
    is_refused(Team::Two, &|site, _| site.deployers = ["ann", "bob"].map(Actor::new));
    // Tables and views do not belong to whoever deploys.
    is_refused(Team::Two, &|site, _| {
        for declared in &mut site.bundle.resources {
            if let Resource::Job(job) = &mut declared.resource {
                job.run_as = None;
            }
        }
    });
    // What the pipeline needs is granted before it is made, and the group owns what a member makes.
    is_refused(Team::Two, &|site, _| assert!(site.texts.remove("governance/prod/before/60_run_as.sql").is_some()));
    is_refused(Team::Group, &|site, _| {
        let text = site.texts.get_mut("governance/prod/before/40_functions.sql").unwrap();
        let kept: Vec<&str> = text.lines().filter(|line| !line.contains(" OWNER TO ")).collect();
        *text = kept.join("\n").leak();
    });
}
