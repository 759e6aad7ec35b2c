//! Access while `gen deploy` runs: read from the workspace behind every request.
//!
//! A project is deployed, edited and deployed again by the deployer itself, not replayed from its statements. Whatever
//! anybody sees on the way lies within what the first build promises or what the second one does.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use lakegen::deploy::client::Client;
use lakegen::deploy::client::door::HttpRequest;
use lakegen::deploy::sight::{ColumnSight, SeenAs, Shift};
use lakegen::driver::deploy::{self, TargetDeployment};
use lakegen::model::TargetId;
use lakegen::plan::{AdministrationFile, ArtifactKind};
use rayon::prelude::*;
use serde_json::Value;

use super::changes::{Build, Edit, Project, Promise, ROOT, Seen, Workspace as Watch, edits, is_within};
use super::model::{EVERYBODY, Model, Object, statements};
use crate::workspace::between::Behind;
use crate::workspace::fault::{Faults, TROUBLES};
use crate::workspace::setting::{deployer, for_target, prepare};
use crate::workspace::state::{Kind, State};
use crate::workspace::{Desk, Workspace, sql, update};

const TARGET: &str = "prod";

/// What a workspace holds, in the words of the model.
fn model(state: &State, schema: &Object) -> Model {
    let mut model = Model::default();
    for ((kind, name), thing) in &state.things {
        let object = parts(name);
        model.owners.insert(object.clone(), thing.owner.clone());
        match kind {
            Kind::Function => run(&mut model, &text(&thing.fields["sql"])),
            Kind::Volume => drop(model.volumes.insert(object)),
            Kind::Table => match thing.fields.get("columns") {
                Some(columns) if columns.as_array().is_some_and(|columns| !columns.is_empty()) => {
                    model.schema = object[..2].to_vec();
                    let definition = definition(&object, columns, thing.fields.get("row_filter"));
                    statements(&[definition]).iter().for_each(|statement| model.update(statement));
                }
                Some(_) => {}
                None => drop(model.views.insert(object)),
            },
            Kind::Catalog | Kind::Schema => {}
        }
    }
    for (privilege, _, name, to) in &state.granted {
        model.granted.insert((privilege.replace('_', " "), parts(name), to.clone()));
    }
    for ((kind, name, key), value) in state.tags.iter().filter(|((kind, ..), _)| kind == "columns") {
        let mut table = parts(name);
        let column = table.pop().unwrap_or_else(|| panic!("a tag of {kind} {name}"));
        model.tags.insert((table, column, key.clone()), value.clone());
    }
    state.policies.values().for_each(|policy| run(&mut model, &policy_text(policy)));
    model.schema.clone_from(schema);
    model
}

fn run(model: &mut Model, text: &str) {
    statements(&[text.to_owned()]).iter().for_each(|statement| model.run(statement).unwrap());
}

/// No name of these projects holds a dot.
fn parts(name: &str) -> Object {
    name.split('.').map(str::to_owned).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn quoted(name: &str) -> String {
    name.split('.').map(|part| format!("`{}`", part.replace('`', "``"))).collect::<Vec<_>>().join(".")
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().map(text).collect()
}

/// A table as the statement that would make it.
fn definition(object: &Object, columns: &Value, filter: Option<&Value>) -> String {
    let mask = |mask: &Value| match mask["function_name"].as_str() {
        Some(function) => format!(" MASK {}", quoted(function)),
        None => String::new(),
    };
    let column = |column: &Value| {
        format!("{} {}{}", quoted(&text(&column["name"])), text(&column["type_text"]), mask(&column["mask"]))
    };
    let columns: Vec<String> = columns.as_array().into_iter().flatten().map(column).collect();
    let filter = filter.filter(|filter| !filter.is_null()).map(|filter| {
        let on = texts(&filter["input_column_names"]).join(", ");
        format!(" WITH ROW FILTER {} ON ({on})", quoted(&text(&filter["function_name"])))
    });
    let name = quoted(&object[2]);
    format!(
        "CREATE OR REFRESH MATERIALIZED VIEW {name} ({}){} AS SELECT 1;",
        columns.join(", "),
        filter.unwrap_or_default()
    )
}

fn policy_text(policy: &Value) -> String {
    let names = |list: &Value| texts(list).iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    let mask = &policy["column_mask"];
    let matched = policy["match_columns"].as_array().into_iter().flatten();
    let matched: Vec<String> = matched.map(|m| format!("{} AS {}", text(&m["condition"]), text(&m["alias"]))).collect();
    let except = names(&policy["except_principals"]);
    format!(
        "CREATE OR REPLACE POLICY {} ON SCHEMA {} COLUMN MASK {} TO {}{} FOR TABLES MATCH COLUMNS {} ON COLUMN {};",
        quoted(&text(&policy["name"])),
        quoted(&text(&policy["on_securable_fullname"])),
        quoted(&text(&mask["function_name"])),
        names(&policy["to_principals"]),
        if except.is_empty() { String::new() } else { format!(" EXCEPT {except}") },
        matched.join(", "),
        text(&mask["on_column"])
    )
}

/// Whether nobody can see anything else in one state than in the other.
fn is_same_access(one: &State, other: &State) -> bool {
    one.things == other.things
        && one.granted == other.granted
        && one.tags == other.tags
        && one.policies == other.policies
}

/// Somebody who looks behind every request.
struct Watched<'a> {
    desk: Desk<'a>,
    workspace: &'a Workspace,
    watch: Mutex<Watch<'static>>,
    schema: Object,
    within: Vec<&'a [Promise]>,
    /// The state that was looked at last.
    seen: Mutex<Option<State>>,
    looks: AtomicUsize,
}

impl Watched<'_> {
    fn look(&self, behind: &str) {
        let state = self.workspace.state();
        let mut seen = self.seen.lock().unwrap();
        self.looks.fetch_add(1, Ordering::Relaxed);
        if seen.as_ref().is_some_and(|seen| is_same_access(seen, &state)) {
            return;
        }
        *seen = Some(state.clone());
        let mut watch = self.watch.lock().unwrap();
        watch.model = model(&state, &self.schema);
        let wrong = watch.compare(&self.within, false);
        assert!(wrong.is_empty(), "behind {behind}:\n{}", wrong.join("\n"));
    }

    fn look_behind(&self, request: &HttpRequest) {
        // An update goes on while somebody looks at it; no other reading changes anything.
        if request.method.word() == "GET" && !request.url.contains("/updates") {
            self.looks.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let body: String = String::from_utf8_lossy(request.body.bytes()).chars().take(300).collect();
        self.look(&format!("request {}: {} {} {body}", self.desk.count(), request.method.word(), request.url));
    }

    /// Lets the job of a schedule update all tables, as the pipeline is at this moment.
    fn update(&self) {
        let mut state = self.workspace.state();
        let idle: Vec<String> = state.pipelines.keys().cloned().collect();
        for id in idle {
            let _is_refused_while_another_runs = update::run(&mut state, &id, Value::Null);
        }
    }
}

/// Cells that rose though no plan said so, and those that did not though it did. Another mask is not told from the one before.
fn unlike(told: &[Shift], watch: &Watch<'_>, before: &Model) -> Vec<String> {
    let after = &watch.model;
    let seen = |model: &Model, person: &str, table: &Object, column: &String| -> Seen {
        let is_there = model.tables().any(|known| known == table) && model.columns_of(table).contains(column);
        (is_there && model.reads(person, table))
            .then(|| (model.sight(person, table, column), model.rows(person, table)))
    };
    let is_mask = |view: &ColumnSight| matches!(view.sees, SeenAs::Masked(_));
    let mut wrong = vec![];
    for person in watch.people.iter().filter(|person| *person != EVERYBODY) {
        for table in after.tables() {
            for column in after.columns_of(table) {
                let (was, is) = (seen(before, person, table, &column), seen(after, person, table, &column));
                let is_about = |shift: &&Shift| {
                    let is_column = shift.columns.is_empty() || shift.columns.contains(&column.to_lowercase());
                    shift.who == *person && shift.table == table.join(".") && is_column
                };
                let mut shifts = told.iter().filter(is_about);
                let first = shifts.next();
                let whole = first.map(|first| (&first.before, &shifts.next_back().unwrap_or(first).after));
                let rises = whole.is_some_and(|(was, is)| {
                    is.shows_more_than(was) && !(is_mask(was) && is_mask(is) && was.rows == is.rows)
                });
                if is_within(&is, &was) == rises {
                    let table = table.join(".");
                    wrong.push(format!("{person}, {table}.{column}: {was:?} became {is:?}, told {whole:?}"));
                }
            }
        }
    }
    wrong
}

/// A project and the workspace that one build of it after another is deployed to.
struct Story {
    project: Project,
    workspace: Workspace,
    id: TargetId,
}

impl Story {
    fn new(first: &[&Edit]) -> Story {
        let project = Project::with(&|name, text| match name {
            "project.yml" => text
                .replace("  prod:\n", "  prod:\n    mode: production\n    warehouse: Serverless Starter Warehouse\n"),
            _ => text.to_owned(),
        });
        let build = project.build(first);
        let specs = build.compilation.project.as_ref().unwrap();
        let id = TargetId(specs.targets.iter().position(|target| target.name == TARGET).unwrap());
        let workspace = for_target(&build.compilation, id);
        Story { project, workspace, id }
    }

    /// Deploys a build with faults, and then without; everybody sees no more than `before` or the build promises on the
    /// way, and just that at the end. Gives what the build promises and how often somebody looked.
    fn deploy(&self, build: &Build, before: Option<&Build>, faults: Faults) -> usize {
        prepare(&mut self.workspace.state(), &build.compilation, self.id);
        let is_by_hand = |kind: &ArtifactKind| *kind == ArtifactKind::Administration(self.id, AdministrationFile::Sql);
        for file in build.compilation.files.iter().filter(|file| is_by_hand(&file.artifact.kind)) {
            sql::run_file(&mut self.workspace.state(), "admin", &file.text).unwrap();
        }
        let who = deployer(build.target(TARGET));
        let mut watch = Watch::of(TARGET);
        before.iter().for_each(|build| watch.meet(build));
        watch.meet(build);
        let promised = before.map(|build| watch.promises(build));
        let after = watch.promises(build);
        let within: Vec<&[Promise]> = promised.iter().map(Vec::as_slice).chain([after.as_slice()]).collect();
        let door = |faults: Faults, watch: Watch<'static>| Watched {
            desk: Desk::with(&self.workspace, faults),
            workspace: &self.workspace,
            watch: Mutex::new(watch),
            schema: build.schema(TARGET),
            within: within.clone(),
            seen: Mutex::default(),
            looks: AtomicUsize::new(0),
        };
        let before = model(&self.workspace.state(), &build.schema(TARGET));
        let told = self.told(build, &who);
        let troubled = door(faults, watch);
        let failed = self.run(build, &troubled, &who).err();
        troubled.update();
        troubled.look("an update by a schedule");
        let watched = door(Faults::none(), troubled.watch.into_inner().unwrap());
        self.run(build, &watched, &who).unwrap_or_else(|error| panic!("{error}, after {failed:?}"));
        let watch = watched.watch.into_inner().unwrap();
        let wrong = watch.compare(&[after.as_slice()], true);
        assert!(wrong.is_empty(), "deployed:\n{}", wrong.join("\n"));
        let wrong = unlike(&told, &watch, &before);
        assert!(wrong.is_empty(), "the plan:\n{}", wrong.join("\n"));
        troubled.looks.into_inner() + watched.looks.into_inner()
    }

    fn plan(&self, build: &Build, client: &Client<'_>) -> Result<TargetDeployment, String> {
        let (world, root) = (&self.project.world, Path::new(ROOT));
        deploy::prepare(world, root, client, &build.compilation, self.id).map_err(|error| error.to_string())
    }

    /// What a plan says of who will see what, in the order in which it happens.
    fn told(&self, build: &Build, who: &str) -> Vec<Shift> {
        let desk = Desk::new(&self.workspace);
        let mut changes = self.plan(build, &desk.client(who)).unwrap().sight.changes;
        changes.sort_by_key(|shift| shift.when);
        changes
    }

    fn run(&self, build: &Build, watched: &Watched<'_>, who: &str) -> Result<(), String> {
        let door = Behind::new(&watched.desk, |request| watched.look_behind(request));
        let client = door.client(who);
        let mut deployment = self.plan(build, &client)?;
        deployment.apply(&client, &mut |_| {}).map_err(|e| e.to_string())?;
        deployment.update(&client, &mut |_| {}).map_err(|e| e.to_string())?;
        deployment.look_again(&client).map_err(|e| e.to_string())?;
        deployment.apply(&client, &mut |_| {}).map_err(|e| e.to_string())
    }
}

/// Edits, deployed and taken back, with a fault somewhere on the way; one in so many of all. Gives the numbers of deployments and of
/// requests that somebody looked behind.
fn deploy_edits(one_in: usize) -> (usize, usize) {
    let (edits, masks) = (edits(), Edit::new());
    // Whoever deploys next is given by hand what the one before has made; that is not this test's.
    let is_left_out = |name: &str| name == "another_runs_the_pipeline";
    let by_masks = edits.iter().map(|(name, edit)| (name, edit, &masks));
    let others = edits.iter().filter(|(name, _)| !name.starts_with("by_tags"));
    let by_tags = others.map(|(name, edit)| (name, edit, &edits["by_tags"]));
    let pairs = by_masks.chain(by_tags).filter(|(name, ..)| !is_left_out(name)).enumerate();
    let pairs: Vec<_> = pairs.filter(|(number, _)| number % one_in == 0).collect();
    let looks: Vec<usize> = pairs
        .into_par_iter()
        .map(|(number, (name, edit, protection))| {
            println!("{name}, {} at first", if protection.is_empty() { "masks" } else { "tags" });
            let (base, edited): (&[&Edit], &[&Edit]) = (&[protection], &[protection, edit]);
            let story = Story::new(base);
            let first = story.project.build(base);
            let mut looks = story.deploy(&first, None, Faults::none());
            let (at, trouble) = (7 * number % 90, |add: usize| TROUBLES[(number + add) % TROUBLES.len()]);
            let second = story.project.build(edited);
            looks += story.deploy(&second, Some(&first), Faults::at(at, trouble(0)));
            let third = story.project.build(base);
            looks + story.deploy(&third, Some(&second), Faults::at(3 * at % 90, trouble(5)))
        })
        .collect();
    (3 * looks.len(), looks.iter().sum())
}

/// `ONE_IN=1` makes all of them, which takes minutes.
#[test]
fn access_lies_within_before_and_after_behind_every_request_of_a_deployment() {
    let one_in = std::env::var("ONE_IN").ok().and_then(|number| number.parse().ok()).unwrap_or(12);
    let (deployments, looks) = deploy_edits(one_in);
    println!("{deployments} deployments, {looks} requests looked behind");
    assert!(deployments > 18 && looks > 3_000, "{deployments} deployments, {looks} requests");
}
