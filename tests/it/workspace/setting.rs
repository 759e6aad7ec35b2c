//! A workspace as an administrator prepares it for a project: principals, catalog, folder, and what a team can't grant itself.

use std::collections::BTreeSet;

use lakeflow::ast::StatementKind;
use lakeflow::parse;
use serde_json::json;

use lakegen::driver::Compilation;
use lakegen::model::{Mode, Principal, Target, TargetId};

use super::Workspace;
use super::state::{Entry, Kind, State, Thing, token};

impl State {
    /// Somebody who can ask, or a group that somebody is in.
    pub fn add(&mut self, principal: &Principal) {
        match principal {
            Principal::ServicePrincipal(id) => self.add_person(id, &[]),
            Principal::Group(name) => self.add_person(&member(name), &[name]),
        }
    }

    pub fn add_person(&mut self, name: &str, groups: &[&str]) {
        let of: BTreeSet<String> = groups.iter().map(|group| (*group).to_owned()).collect();
        self.people.entry(name.to_owned()).or_default().extend(of);
        self.tokens.insert(token(name), (name.to_owned(), None));
    }

    pub fn add_thing(&mut self, kind: Kind, name: &str, owner: &str) {
        let last = name.rsplit('.').next().unwrap_or_default();
        let parts: Vec<&str> = name.split('.').collect();
        let fields = json!({"name": last, "catalog_name": parts[0], "schema_name": parts.get(1)});
        let thing = Thing { owner: owner.to_owned(), fields: fields.as_object().cloned().unwrap_or_default() };
        self.things.entry((kind, name.to_lowercase())).or_insert(thing);
    }

    pub fn give(&mut self, privilege: &str, kind: Kind, name: &str, to: &str) {
        self.granted.insert((privilege.to_owned(), kind, name.to_lowercase(), to.to_owned()));
    }

    pub fn add_folder(&mut self, path: &str, owner: &str) {
        if let Some((above, _)) =
            path.rsplit_once('/').filter(|(above, _)| !above.is_empty() && !self.entries.contains_key(*above))
        {
            self.add_folder(above, owner);
        }
        let entry = Entry { id: self.id(), owner: owner.to_owned(), bytes: None, modified: 0 };
        self.entries.entry(path.to_owned()).or_insert(entry);
    }
}

/// Somebody in a group.
fn member(group: &str) -> String {
    format!("member-of-{}@example.com", group.replace(' ', "-"))
}

/// Whoever deploys a target: the principal that is named for it, or that the pipeline runs as, or a developer.
pub fn deployer(target: &Target) -> String {
    let named = target.deployer.as_ref().or(target.run_as.as_ref());
    match named {
        Some(Principal::ServicePrincipal(id)) => id.clone(),
        Some(Principal::Group(name)) => member(name),
        None => "ana@example.com".to_owned(),
    }
}

/// A workspace in which a target can be deployed by whoever is to do so.
pub fn for_target(compilation: &Compilation, id: TargetId) -> Workspace {
    let workspace = Workspace::new();
    prepare(&mut workspace.state(), compilation, id);
    workspace
}

/// Does an administrator's part of a build. What is there already stays.
pub fn prepare(state: &mut State, compilation: &Compilation, id: TargetId) {
    let target = &compilation.project.as_ref().unwrap().targets[id.0];
    let who = deployer(target);
    for (_, principal) in &target.principals {
        state.add(principal);
    }
    for principal in target.run_as.iter().chain(&target.deployer).chain(&target.deliverers) {
        state.add(principal);
    }
    for name in readers(compilation) {
        state.add_person(&member(&name), &[&name]);
    }
    if let Some(warehouse) = &target.warehouse {
        state.warehouses.insert("wh0".into(), json!({"id": "wh0", "name": warehouse, "state": "STOPPED"}));
    }
    state.add_thing(Kind::Catalog, &target.catalog, "admin");
    let run_as = target.run_as.as_ref().map_or(who.as_str(), Principal::id).to_owned();
    for to in [who.as_str(), run_as.as_str()] {
        state.give("USE_CATALOG", Kind::Catalog, &target.catalog, to);
    }
    state.give("CREATE_SCHEMA", Kind::Catalog, &target.catalog, &who);
    // To grant the use of the catalog takes more than to use it.
    state.give("MANAGE", Kind::Catalog, &target.catalog, &who);
    if who != run_as {
        state.users.insert((who.clone(), run_as.clone()));
    }
    prepare_places(state, target, &who, &run_as);
    prepare_sources(state, compilation, target, &run_as);
    state.add_folder(&format!("/Workspace/Users/{who}"), &who);
    state.add_folder("/Workspace/Deployments", &who);
    if let Some(root) = &target.root {
        state.add_folder(root, &who);
    }
}

/// The volume that a path lies in, as `catalog.schema.volume`.
fn volume_of(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.strip_prefix("/Volumes/")?.split('/').take(3).collect();
    (parts.len() == 3).then(|| parts.join("."))
}

/// What a development target expects to be there, and a landing volume of another schema.
fn prepare_places(state: &mut State, target: &Target, who: &str, run_as: &str) {
    let schema = format!("{}.{}", target.catalog, target.schema);
    if target.mode == Mode::Development {
        state.add_thing(Kind::Schema, &schema, who);
    }
    let own = format!("{}.", schema.to_lowercase());
    let volume = volume_of(&target.landing);
    let is_others = |volume: &String| target.mode == Mode::Development || !volume.to_lowercase().starts_with(&own);
    if let Some(volume) = volume.filter(is_others) {
        prepare_volume(state, &volume, who);
        use_volume(state, &volume, &[who, run_as]);
        state.give("READ_VOLUME", Kind::Volume, &volume, run_as);
    }
}

/// Volumes of others that single entities read.
fn prepare_sources(state: &mut State, compilation: &Compilation, target: &Target, run_as: &str) {
    let landing = volume_of(&target.landing);
    for file in &compilation.files {
        for part in file.text.split('\'').filter(|part| part.starts_with("/Volumes/")) {
            if let Some(volume) =
                volume_of(part).filter(|volume| Some(volume) != landing.as_ref() && !volume.contains('$'))
            {
                prepare_volume(state, &volume, "admin");
                use_volume(state, &volume, &[run_as]);
                state.give("READ_VOLUME", Kind::Volume, &volume, run_as);
            }
        }
    }
}

fn prepare_volume(state: &mut State, volume: &str, owner: &str) {
    let parts: Vec<&str> = volume.split('.').collect();
    state.add_thing(Kind::Catalog, parts[0], "admin");
    state.add_thing(Kind::Schema, &parts[..2].join("."), owner);
    state.add_thing(Kind::Volume, volume, owner);
}

fn use_volume(state: &mut State, volume: &str, who: &[&str]) {
    let parts: Vec<&str> = volume.split('.').collect();
    for to in who {
        state.give("USE_CATALOG", Kind::Catalog, parts[0], to);
        state.give("USE_SCHEMA", Kind::Schema, &parts[..2].join("."), to);
    }
}

/// Everybody whom statements of the build grant to or take from, who is no service principal.
fn readers(compilation: &Compilation) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in compilation.files.iter().filter(|file| file.artifact.path().ends_with(".sql")) {
        for statement in parse(&file.text).into_iter().flatten() {
            match statement.kind {
                StatementKind::Grant(grant) => drop(found.insert(grant.to.value)),
                StatementKind::Revoke(revoke) => drop(found.insert(revoke.from.value)),
                _ => {}
            }
        }
    }
    found.retain(|name| name.matches('-').count() != 4 && name != super::access::EVERYBODY);
    found
}
