//! Access after a change: a project is built, deployed, edited and built again, sometimes without a deployment in between.
//!
//! Every deployment is replayed statement by statement. Whatever anybody sees of any column lies within what they saw before
//! or will see after it, and at its end everybody sees what the last build declares. The edits are `tests/changes/edits.yml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use lakeflow::ast::StatementKind;
use lakeflow::diag::human;
use lakeflow::source::SourceMap;
use lakeflow::yaml;
use lakegen::driver::{self, Compilation};
use lakegen::emit::ChangeSet;
use lakegen::model::{Mode, Target};
use lakegen::plan::operation;
use lakegen::plan::{Dataset, ObjectPlace, event_log_name, landing_volume, metric_view};
use lakegen::world::{DiskWorld, MemoryWorld, World};
use rayon::prelude::*;
use serde_json::Value;

use super::acting::{ADMINISTRATOR, Actor};
use super::declared::{Declared, id};
use super::model::{EVERYBODY, Model, Object, Rows, Sight};
use super::scripts::Who;

/// Replacements in the files of the specs, by path.
pub type Edit = BTreeMap<String, Value>;

fn changes_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/changes")
}

pub fn edits() -> BTreeMap<String, Edit> {
    let text = fs::read_to_string(changes_dir().join("edits.yml")).unwrap();
    let mut sources = SourceMap::default();
    let file = sources.add("edits.yml", text.clone());
    let yaml::ParsedYaml { document, faults } = yaml::parse(file, &text);
    assert!(faults.is_empty(), "{faults:?}");
    serde_json::from_value(document.unwrap().0).unwrap()
}

/// The project on a disk of its own.
pub struct Project {
    pub world: MemoryWorld,
    base: BTreeMap<String, String>,
}

pub const ROOT: &str = "practice";

impl Project {
    fn new() -> Project {
        Project::with(&|_, text| text.to_owned())
    }

    /// The project with its files changed, by name and text.
    pub fn with(change: &dyn Fn(&str, &str) -> String) -> Project {
        let specs = changes_dir().join("specs");
        let read = |path: &PathBuf| {
            let name = path.strip_prefix(&specs).unwrap().to_str().unwrap().to_owned();
            let text = change(&name, &fs::read_to_string(path).unwrap());
            (name, text)
        };
        let base = DiskWorld.list(&specs).files.iter().map(read).collect();
        Project { world: MemoryWorld::default(), base }
    }

    fn out() -> PathBuf {
        Path::new(ROOT).join("generated")
    }

    /// Lays out the specs with these edits, and builds.
    pub fn build(&self, edits: &[&Edit]) -> Build {
        let mut specs = self.base.clone();
        for (file, change) in edits.iter().flat_map(|edit| edit.iter()) {
            let Value::Array(replacements) = change else {
                specs.remove(file);
                continue;
            };
            for replacement in replacements {
                let [from, to] = [0, 1].map(|index| replacement[index].as_str().unwrap());
                // Another edit may have been there first.
                if let Some(text) = specs.get_mut(file) {
                    assert!(edits.len() > 1 || text.contains(from), "{file} does not hold {from}");
                    *text = text.replacen(from, to, 1);
                }
            }
        }
        for path in self.world.list(&Path::new(ROOT).join("specs")).files {
            self.world.remove(&path).unwrap();
        }
        for (name, text) in specs {
            self.world.write_atomic(&Path::new(ROOT).join("specs").join(name), text.as_bytes()).unwrap();
        }
        self.write(driver::build(&self.world, Path::new(ROOT), &Project::out()).unwrap())
    }

    /// Says that the last build was deployed to a target.
    fn confirm(&self, target: &str) -> Build {
        self.write(driver::build_confirmed(&self.world, Path::new(ROOT), &Project::out(), target).unwrap())
    }

    fn write(&self, (compilation, changes): (Compilation, Option<ChangeSet>)) -> Build {
        let style = human::Style { color: false, width: 100 };
        let told = human::render(&compilation.diagnostics, &compilation.sources, style);
        changes.unwrap_or_else(|| panic!("{told}")).apply(&self.world).unwrap();
        Build { compilation }
    }
}

pub struct Build {
    pub compilation: Compilation,
}

/// What somebody sees of a column, if they see anything.
pub type Seen = Option<(Sight, Rows)>;

/// Whether what is seen is no more than what may be.
pub fn is_within(seen: &Seen, may: &Seen) -> bool {
    match (seen, may) {
        (None | Some((Sight::Refused, _) | (_, Rows::None)), _) => true,
        (Some((sight, rows)), Some((may_sight, may_rows))) => {
            (*sight == Sight::Masked || *may_sight == Sight::Clear) && (*may_rows == Rows::All || rows == may_rows)
        }
        (Some(_), None) => false,
    }
}

impl Build {
    pub fn target(&self, name: &str) -> &Target {
        self.compilation.project.as_ref().unwrap().target(name).unwrap()
    }

    fn declared(&self, target: &str) -> Declared<'_> {
        Declared { project: self.compilation.project.as_ref().unwrap(), target: self.target(target) }
    }

    pub fn schema(&self, target: &str) -> Object {
        let target = self.target(target);
        [&target.catalog, &target.schema].map(|part| part.to_lowercase()).to_vec()
    }

    /// What a build promises to somebody.
    fn promise(&self, target: &str, person: &str) -> Promise {
        let declared = self.declared(target);
        let at = self.target(target);
        let mut promise = Promise::default();
        for planned in self.compilation.plan.datasets.iter().filter(|p| declared.reads(person, p.dataset)) {
            let definition = self.compilation.datasets.iter().find(|known| known.name == planned.name).unwrap();
            let rows = declared.rows(person, planned.dataset);
            for column in definition.columns.iter().map(|column| &column.name) {
                let kind = declared.kind(planned.dataset, column);
                let sees = kind.is_none_or(|kind| declared.sees(person, kind));
                let sight = if sees { Sight::Clear } else { Sight::Masked };
                let table = ObjectPlace::of_dataset(at, planned.dataset, &planned.name).folded();
                promise.columns.insert((table, column.clone()), Some((sight, rows.clone())));
            }
        }
        let views = declared.project.metrics.iter().filter(|metric| declared.reads_view(person, metric));
        let names = views.filter_map(|metric| metric_view(declared.project, metric));
        promise.views = names.map(|name| ObjectPlace::of_metric_view(at, &name).folded()).collect();
        if declared.reads(person, Dataset::RowCounts) {
            let views = operation::views(declared.project).into_iter();
            promise.views.extend(views.map(|view| ObjectPlace::of_helper(at, view.name()).folded()));
        }
        if declared.reads_files(person) {
            promise
                .volumes
                .extend(landing_volume(self.target(target)).map(|name| name.map(str::to_lowercase).to_vec()));
        }
        promise
    }
}

/// What somebody may see, and how much of it.
#[derive(Default)]
pub struct Promise {
    /// By table and column; nothing that is not there may be seen.
    columns: BTreeMap<(Object, String), Seen>,
    views: BTreeSet<Object>,
    volumes: BTreeSet<Object>,
}

/// A workspace in which one build after another is deployed to a target.
pub struct Workspace<'a> {
    pub model: Model,
    target: &'a str,
    pub people: BTreeSet<String>,
    owners: BTreeSet<String>,
    steps: usize,
    /// Jobs that were not refused.
    refreshed: usize,
}

impl<'a> Workspace<'a> {
    pub fn of(target: &'a str) -> Workspace<'a> {
        let people = BTreeSet::from([EVERYBODY.to_owned()]);
        Workspace { model: Model::default(), target, people, owners: BTreeSet::new(), steps: 0, refreshed: 0 }
    }

    /// Everybody that a build knows. The principal that pipelines run as owns the tables: no grant is about it.
    pub fn meet(&mut self, build: &Build) {
        let target = build.target(self.target);
        self.owners.extend(target.run_as.as_ref().map(|run_as| id(run_as).to_owned()));
        self.people.extend(target.principals.iter().map(|(_, principal)| id(principal).to_owned()));
        self.people.retain(|person| !self.owners.contains(person));
    }

    /// What a build promises to each of them.
    pub fn promises(&self, build: &Build) -> Vec<Promise> {
        self.people.iter().map(|person| build.promise(self.target, person)).collect()
    }

    /// Who that is in a build.
    fn actor(&self, build: &Build, who: Who) -> Actor {
        let target = build.target(self.target);
        let runner = target.run_as.as_ref().map(id).unwrap();
        match who {
            Who::Administrator => Actor::new(ADMINISTRATOR),
            Who::Deployer if target.mode == Mode::Development => Actor::new("developer"),
            Who::Deployer | Who::Pipeline => Actor::new(runner),
        }
    }

    /// What is done by hand: a developer is given what it takes to make a schema, and a new deployer what the one before it
    /// has made.
    fn by_hand(&mut self, build: &Build) {
        let catalog = &build.schema(self.target)[..1];
        let deployer = self.actor(build, Who::Deployer).name;
        for privilege in ["USE CATALOG", "CREATE SCHEMA"] {
            self.model.give(privilege, catalog, &deployer);
        }
        let made: Vec<Object> =
            self.model.owners.keys().filter(|object| !self.model.is_table_or_view(object)).cloned().collect();
        for object in made {
            self.model.owners.insert(object, deployer.clone());
        }
    }

    /// Replays a deployment; behind each statement, everybody must see no more than in one of `within`.
    fn deploy(&mut self, build: &Build, within: &[&[Promise]]) {
        self.model.schema = build.schema(self.target);
        let scripts = build.scripts(self.target);
        let around: Vec<StatementKind> =
            [&scripts[0][..], &scripts[2][..]].concat().into_iter().map(|(_, statement)| statement).collect();
        self.model.find_places(&around);
        self.by_hand(build);
        for (phase, statements) in ["before", "update", "after"].into_iter().zip(scripts) {
            for (number, (who, statement)) in statements.iter().enumerate() {
                let actor = self.actor(build, *who);
                if phase == "update" {
                    self.model.update_as(&actor, statement).unwrap();
                    self.owner_sees_everything(build);
                } else if let Err(fault) = self.model.run_as(&actor, statement) {
                    panic!("{phase} {number}, {}: {fault}", told(statement));
                }
                self.look(within, &format!("{phase} {number}, {}", told(statement)));
            }
            if phase == "update" {
                let log = event_log_name(build.compilation.project.as_ref().unwrap());
                self.model.owners.insert(self.model.object(&log), self.actor(build, Who::Pipeline).name);
            }
        }
    }

    /// A job that refreshes some tables, the `part`th third of them. It is refused while its build is not deployed.
    fn refresh(&mut self, build: &Build, part: usize, within: &[&[Promise]]) {
        self.model.schema = build.schema(self.target);
        let (guard, after) = build.scheduled(self.target);
        let runner = self.actor(build, Who::Pipeline);
        assert_eq!(guard.len(), 1);
        if guard.iter().any(|statement| self.model.run_as(&runner, statement).is_err()) {
            return;
        }
        self.refreshed += 1;
        let [_, update, _] = build.scripts(self.target);
        for (number, (_, statement)) in update.iter().enumerate().filter(|(number, _)| number % 3 == part) {
            self.model.update_as(&runner, statement).unwrap();
            self.look(within, &format!("refresh {number}"));
        }
        for statement in &after {
            self.model.run_as(&runner, statement).unwrap();
            self.look(within, told(statement).as_str());
        }
    }

    /// Everybody must see no more than in one of `within`.
    fn look(&mut self, within: &[&[Promise]], behind: &str) {
        self.steps += 1;
        if std::mem::take(&mut self.model.has_changed) && !within.is_empty() {
            let wrong = self.compare(within, false);
            assert!(wrong.is_empty(), "behind {behind}:\n{}", wrong.join("\n"));
        }
    }

    /// Everybody must see just this, and nothing must be left that the build would not make in an empty workspace.
    fn settled(&self, build: &Build, promises: &[Promise], when: &str) {
        let wrong = self.compare(&[promises], true);
        assert!(wrong.is_empty(), "{when}:\n{}", wrong.join("\n"));
        let mut fresh = Workspace::of(self.target);
        fresh.deploy(build, &[]);
        assert_eq!(self.model.remains(), fresh.model.remains(), "{when}");
        assert_eq!(self.model.protects(&fresh.model), fresh.model.protects(&fresh.model), "{when}");
    }

    /// While an update runs, its principal sees everything: what were masked for it would be stored masked. One that is new
    /// reads no table before it has updated it.
    fn owner_sees_everything(&self, build: &Build) {
        if self.owners.len() > 1 {
            return;
        }
        let owner = id(build.target(self.target).run_as.as_ref().unwrap());
        let is_made = |table: &&Object| {
            let at = build.target(self.target);
            let mut planned = build.compilation.plan.datasets.iter();
            planned.any(|own| ObjectPlace::of_dataset(at, own.dataset, &own.name).folded() == **table)
        };
        for table in self.model.tables().filter(is_made) {
            for column in self.model.columns_of(table) {
                let seen = (self.model.sight(owner, table, &column), self.model.rows(owner, table));
                assert_eq!(seen, (Sight::Clear, Rows::All), "{owner}, {}.{column}", table.join("."));
            }
        }
    }

    /// Compares everything that anybody sees with what is promised. `exactly` is for a single promise.
    pub fn compare(&self, promises: &[&[Promise]], exactly: bool) -> Vec<String> {
        let (model, mut wrong) = (&self.model, vec![]);
        for (index, person) in self.people.iter().enumerate() {
            let promises: Vec<&Promise> = promises.iter().map(|of_all| &of_all[index]).collect();
            let mut seen_columns = 0;
            for table in model.tables().filter(|table| model.reads(person, table)) {
                for column in model.columns_of(table) {
                    let seen = Some((model.sight(person, table, &column), model.rows(person, table)));
                    let key = (table.clone(), column);
                    let may = promises.iter().map(|promise| promise.columns.get(&key).unwrap_or(&None));
                    let is_right = |may: &Seen| if exactly { seen == *may } else { is_within(&seen, may) };
                    if !may.clone().any(is_right) {
                        let (may, name) = (may.collect::<Vec<_>>(), table.join("."));
                        wrong.push(format!("{person}, {name}.{}: {seen:?}, not {may:?}", key.1));
                    }
                    seen_columns += 1;
                }
            }
            if exactly && seen_columns != promises[0].columns.len() {
                wrong.push(format!("{person} reads {seen_columns} columns, not {}", promises[0].columns.len()));
            }
            let views = model.views.iter().filter(|view| model.reads(person, view)).cloned().collect();
            let may = promises.iter().flat_map(|promise| promise.views.clone()).collect();
            wrong.extend(misfit(person, "views", &views, &may, exactly));
            let volumes = model.volumes.iter().filter(|volume| model.reads_volume(person, volume)).cloned().collect();
            let may = promises.iter().flat_map(|promise| promise.volumes.clone()).collect();
            wrong.extend(misfit(person, "volumes", &volumes, &may, exactly));
        }
        wrong
    }
}

fn misfit(person: &str, what: &str, read: &BTreeSet<Object>, may: &BTreeSet<Object>, exactly: bool) -> Option<String> {
    let is_right = read.is_subset(may) && (!exactly || read == may);
    (!is_right).then(|| format!("{person} reads the {what} {read:?}, not {may:?}"))
}

fn told(statement: &StatementKind) -> String {
    match statement {
        StatementKind::CreateFunction(function) => format!("create {}", function.name),
        StatementKind::Grant(grant) => format!("grant on {} to {}", grant.on.name, grant.to),
        StatementKind::Alter(alter) => format!("alter {}", alter.object.name),
        other => other.name().to_owned(),
    }
}

/// Builds are deployed one after the other, but for those that are only built.
enum Step<'a> {
    Deployed(&'a [&'a Edit]),
    Skipped(&'a [&'a Edit]),
    /// A job that refreshes some tables tries to run before.
    DeployedInPart(&'a [&'a Edit], usize),
}

/// Replays the steps in a target; everything must hold on the way. Gives the number of statements that were looked behind.
fn replay(target: &str, steps: &[Step<'_>]) -> usize {
    let project = Project::new();
    let build = |step: &Step<'_>| match step {
        Step::Deployed(edits) | Step::Skipped(edits) | Step::DeployedInPart(edits, _) => project.build(edits),
    };
    let mut workspace = Workspace::of(target);
    let mut before: Option<Build> = None;
    for step in steps {
        let built = build(step);
        workspace.meet(&built);
        let promised = before.as_ref().map(|build| workspace.promises(build));
        let after = workspace.promises(&built);
        let within: Vec<&[Promise]> = promised.iter().map(Vec::as_slice).chain([after.as_slice()]).collect();
        let only = match step {
            Step::Skipped(_) => continue,
            Step::Deployed(_) => None,
            Step::DeployedInPart(_, part) => Some(*part),
        };
        // A schedule may start between the files and the statements of a deployment.
        workspace.refresh(&built, only.unwrap_or(0), &within);
        workspace.deploy(&built, &within);
        workspace.settled(&built, &after, "deployed");
        workspace.refresh(&built, only.unwrap_or(0), &[&after]);
        workspace.settled(&built, &after, "refreshed");
        assert!(workspace.refreshed > 0);
        before = Some(built);
    }
    // What was taken away is gone: to take it away again changes nothing, and shuts out nobody for good.
    if let Some(last) = &before {
        let promised = workspace.promises(last);
        workspace.deploy(last, &[&promised]);
        workspace.settled(last, &promised, "deployed again");
    }
    let confirmed = project.confirm(target);
    let is_script = |statement: &StatementKind| matches!(statement, StatementKind::Command(c) if c.rule == "block");
    assert!(!confirmed.scripts(target).concat().iter().any(|(_, statement)| is_script(statement)));
    let promised = workspace.promises(&confirmed);
    workspace.deploy(&confirmed, &[&promised]);
    workspace.settled(&confirmed, &promised, "confirmed");
    workspace.steps
}

/// Every edit, made and taken back: with masks in the definitions of tables, and with policies that go by tags.
#[test]
fn access_is_exact_after_every_edit_and_within_before_and_after_on_the_way() {
    let (edits, masks) = (edits(), Edit::new());
    let by_masks = edits.iter().map(|(name, edit)| (name, edit, &masks));
    // Some edits change the protection themselves.
    let others = edits.iter().filter(|(name, _)| !name.starts_with("by_tags"));
    let by_tags = others.map(|(name, edit)| (name, edit, &edits["by_tags"]));
    let cases: Vec<_> = by_masks.chain(by_tags).collect();
    let replayed = cases.into_par_iter().map(|(name, edit, protection)| {
        println!("{name}, {} at first", if protection.is_empty() { "masks" } else { "tags" });
        let (base, edited): (&[&Edit], &[&Edit]) = (&[protection], &[protection, edit]);
        replay("dev", &[Step::Deployed(base), Step::Deployed(edited), Step::Deployed(base)])
    });
    let steps: Vec<usize> = replayed.collect();
    assert!(2 * steps.len() > 100 && steps.iter().sum::<usize>() > 50_000, "{} pairs, {steps:?}", 2 * steps.len());
}

/// Numbers that follow from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Edits at random, of which the second is built and never deployed; sometimes two at once, and sometimes a job that
/// refreshes some tables runs first.
#[test]
fn what_a_build_that_was_never_deployed_has_dropped_is_taken_away() {
    let edits = edits();
    let names: Vec<&String> = edits.keys().collect();
    let mut random = Random(2_026);
    for seed in 0..20 {
        let chosen = [0, 1, 2, 3].map(|_| names[random.below(names.len())]);
        println!("seed {seed}: {chosen:?}");
        let [first, skipped, last, also] = chosen.map(|name| &edits[name]);
        let is_twofold = seed % 4 == 3 && !last.keys().any(|file| also.contains_key(file));
        let last: &[&Edit] = if is_twofold { &[last, also] } else { &[last] };
        let last = match seed % 2 {
            0 => Step::DeployedInPart(last, random.below(3)),
            _ => Step::Deployed(last),
        };
        replay("prod", &[Step::Deployed(&[first]), Step::Skipped(&[skipped]), last]);
    }
}
