//! Schemas, volumes, tables, functions and the privileges on them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::access::chain;
use super::asked::{Answer, Asked, Refusal, Reply, done, invalid, missing, refuse};
use super::state::{Kind, State, Thing};

fn kind_of(path: &str) -> (Kind, &'static str) {
    match path.split('/').next().unwrap_or_default() {
        "schemas" => (Kind::Schema, "schemas"),
        "volumes" => (Kind::Volume, "volumes"),
        "tables" => (Kind::Table, "tables"),
        _ => (Kind::Function, "functions"),
    }
}

pub fn answer(state: &mut State, asked: &Asked, verb: &str, path: &str) -> Answer {
    let (kind, key) = kind_of(path);
    match (verb, asked.params.first()) {
        ("POST", _) => {
            let name = match kind {
                Kind::Schema => format!("{}.{}", asked.text("catalog_name"), asked.text("name")),
                _ => format!("{}.{}.{}", asked.text("catalog_name"), asked.text("schema_name"), asked.text("name")),
            };
            create(state, &asked.who, kind, &name, asked.object(), false)?;
            Ok(Reply::Json(shown(state, kind, &name)))
        }
        ("GET", None) => list(state, asked, kind, key),
        ("GET", Some(name)) if path.ends_with("/exists") => {
            Ok(Reply::Json(json!({"table_exists": state.thing(kind, name).is_some()})))
        }
        ("GET", Some(name)) => {
            seen(state, &asked.who, kind, name)?;
            Ok(Reply::Json(shown(state, kind, name)))
        }
        ("PATCH", Some(name)) => {
            seen(state, &asked.who, kind, name)?;
            state.need_manage(&asked.who, kind, name)?;
            change(state, kind, name, &asked.object())
        }
        (_, Some(name)) => {
            seen(state, &asked.who, kind, name)?;
            state.need_manage(&asked.who, kind, name)?;
            drop_thing(state, kind, name, asked.is("force"))?;
            done()
        }
        _ => refuse(501, "NOT_IMPLEMENTED", asked.route.clone()),
    }
}

/// Makes something of Unity Catalog; whether there was none. With `if_not_exists` one that is there is left alone.
pub fn create(
    state: &mut State,
    who: &str,
    kind: Kind,
    name: &str,
    fields: Map<String, Value>,
    if_not_exists: bool,
) -> Result<bool, Refusal> {
    let name = name.to_lowercase();
    let above = chain(kind, &name);
    let (above_kind, above_name) = &above[above.len() - 2];
    if state.thing(*above_kind, above_name).is_none() {
        return refuse(
            404,
            if *above_kind == Kind::Schema { "SCHEMA_DOES_NOT_EXIST" } else { "CATALOG_DOES_NOT_EXIST" },
            format!("{} '{above_name}' does not exist.", above_kind.word()),
        );
    }
    let privilege = match kind {
        Kind::Schema => "CREATE_SCHEMA",
        Kind::Volume => "CREATE_VOLUME",
        Kind::Function => "CREATE_FUNCTION",
        _ => "CREATE_TABLE",
    };
    if state.thing(kind, &name).is_some() {
        let code = if kind == Kind::Schema { "SCHEMA_ALREADY_EXISTS" } else { "RESOURCE_ALREADY_EXISTS" };
        return if if_not_exists {
            Ok(false)
        } else {
            refuse(400, code, format!("{} '{name}' already exists", kind.word()))
        };
    }
    state.uses(who, kind, &name)?;
    state.need(who, privilege, *above_kind, above_name)?;
    let parts: Vec<&str> = name.split('.').collect();
    let mut fields = fields;
    fields.insert("name".into(), parts[parts.len() - 1].into());
    fields.insert("catalog_name".into(), parts[0].into());
    fields.insert("full_name".into(), name.clone().into());
    if kind != Kind::Schema {
        fields.insert("schema_name".into(), parts[1].into());
    }
    let id = state.key("object");
    fields.insert(format!("{}_id", kind.word().to_lowercase()), id.into());
    state.things.insert((kind, name), Thing { owner: who.to_owned(), fields });
    Ok(true)
}

fn seen(state: &State, who: &str, kind: Kind, name: &str) -> Result<(), Refusal> {
    if !state.manages(who, kind, name) {
        state.uses(who, kind, name)?;
    }
    match state.thing(kind, name) {
        Some(_) => Ok(()),
        None => refuse(404, not_found(kind), format!("{} '{name}' does not exist.", kind.word())),
    }
}

pub fn not_found(kind: Kind) -> &'static str {
    match kind {
        Kind::Catalog => "CATALOG_DOES_NOT_EXIST",
        Kind::Schema => "SCHEMA_DOES_NOT_EXIST",
        Kind::Table => "TABLE_DOES_NOT_EXIST",
        Kind::Volume => "RESOURCE_DOES_NOT_EXIST",
        Kind::Function => "ROUTINE_DOES_NOT_EXIST",
    }
}

fn shown(state: &State, kind: Kind, name: &str) -> Value {
    let Some(thing) = state.thing(kind, name) else { return Value::Null };
    let mut fields = thing.fields.clone();
    fields.insert("owner".into(), thing.owner.clone().into());
    Value::Object(fields)
}

fn list(state: &State, asked: &Asked, kind: Kind, key: &str) -> Answer {
    let of = match kind {
        Kind::Schema => format!("{}.", asked.param("catalog_name")),
        _ => format!("{}.{}.", asked.param("catalog_name"), asked.param("schema_name")),
    };
    let of = of.to_lowercase();
    let above = of.trim_end_matches('.');
    let above_kind = if kind == Kind::Schema { Kind::Catalog } else { Kind::Schema };
    seen(state, &asked.who, above_kind, above)?;
    let names = state.things.keys().filter(|(k, name)| *k == kind && name.starts_with(&of));
    let visible = names.filter(|(_, name)| seen(state, &asked.who, kind, name).is_ok());
    let items = visible.map(|(_, name)| {
        let mut value = shown(state, kind, name);
        if let (true, Some(fields)) = (asked.is("omit_columns"), value.as_object_mut()) {
            fields.remove("columns");
        }
        value
    });
    asked.page(key, items.collect())
}

fn change(state: &mut State, kind: Kind, name: &str, body: &Map<String, Value>) -> Answer {
    let people: BTreeSet<String> = state.people.keys().cloned().collect();
    let Some(thing) = state.things.get_mut(&(kind, name.to_lowercase())) else { return missing(name) };
    let before = thing.clone();
    for (key, value) in body {
        match (key.as_str(), value.as_str()) {
            ("owner", Some(owner)) if people.contains(owner) => thing.owner = owner.to_owned(),
            ("owner", _) => return invalid("the new owner is not known"),
            _ => drop(thing.fields.insert(key.clone(), value.clone())),
        }
    }
    if *thing == before {
        return invalid(format!("Update{} Nothing to update.", kind.word()));
    }
    done()
}

/// Removes something, what lies in it, and all that was granted on it.
pub fn drop_thing(state: &mut State, kind: Kind, name: &str, force: bool) -> Result<(), Refusal> {
    let name = name.to_lowercase();
    let below = format!("{name}.");
    if kind == Kind::Schema && !force && state.things.keys().any(|(_, other)| other.starts_with(&below)) {
        return refuse(400, "INVALID_STATE", format!("Schema '{name}' is not empty."));
    }
    let is_gone = |other: Kind, other_name: &str| {
        (other == kind && other_name == name) || (kind == Kind::Schema && other_name.starts_with(&below))
    };
    state.things.retain(|(other, other_name), _| !is_gone(*other, other_name));
    state.granted.retain(|(_, other, other_name, _)| !is_gone(*other, other_name));
    state.tags.retain(|(_, tagged, _), _| *tagged != name && !tagged.starts_with(&below));
    if kind == Kind::Volume {
        let folder = format!("/Volumes/{}/", name.replace('.', "/"));
        state.volume_files.retain(|path, _| !path.starts_with(&folder));
        state.volume_folders.retain(|path| !path.starts_with(&folder));
    }
    Ok(())
}

fn known(state: &State, principal: &str) -> bool {
    let is_group = || state.people.values().any(|groups| groups.contains(principal));
    principal == super::access::EVERYBODY || state.people.contains_key(principal) || is_group()
}

/// Gives or takes privileges for one principal.
pub fn grant(
    state: &mut State,
    kind: Kind,
    name: &str,
    principal: &str,
    add: &[String],
    remove: &[String],
) -> Result<(), Refusal> {
    let name = name.to_lowercase();
    if !known(state, principal) && !add.is_empty() {
        return refuse(404, "PRINCIPAL_DOES_NOT_EXIST", format!("Could not find principal with name {principal}"));
    }
    if add.iter().any(|privilege| remove.contains(privilege)) {
        return invalid(format!("Duplicate privileges to add and delete for principal {principal}."));
    }
    for privilege in remove {
        state.granted.remove(&(privilege.clone(), kind, name.clone(), principal.to_owned()));
        if privilege == "ALL_PRIVILEGES" {
            let stays = ["MANAGE", "READ_METADATA", "EXTERNAL_USE_SCHEMA", "EXTERNAL_USE_LOCATION"];
            let is_named = |given: &str| stays.contains(&given);
            state.granted.retain(|(given, k, n, p)| is_named(given) || (*k, n, p.as_str()) != (kind, &name, principal));
        }
    }
    for privilege in add {
        state.granted.insert((privilege.clone(), kind, name.clone(), principal.to_owned()));
    }
    Ok(())
}

fn assigned(state: &State, kind: Kind, name: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (privilege, k, n, principal) in &state.granted {
        if (*k, n.as_str()) == (kind, name) {
            all.entry(principal.clone()).or_default().insert(privilege.clone());
        }
    }
    all
}

/// What is granted on something itself, and changes of it.
pub fn privileges(state: &mut State, asked: &Asked, verb: &str) -> Answer {
    let (kind, name) = (Kind::of(&asked.params[0]), asked.params[1].to_lowercase());
    let Some(kind) = kind else { return invalid(format!("{} is no kind of securable", asked.params[0])) };
    seen(state, &asked.who, kind, &name)?;
    if verb == "PATCH" {
        state.need_manage(&asked.who, kind, &name)?;
        let texts = |change: &Value, key: &str| -> Vec<String> {
            change[key].as_array().into_iter().flatten().filter_map(|p| p.as_str().map(str::to_owned)).collect()
        };
        let mut after = state.clone();
        for change in asked.body["changes"].as_array().into_iter().flatten() {
            let principal = change["principal"].as_str().unwrap_or_default();
            grant(&mut after, kind, &name, principal, &texts(change, "add"), &texts(change, "remove"))?;
        }
        *state = after;
    }
    let shown = assigned(state, kind, &name).into_iter().filter(|(who, _)| sees(state, asked, kind, &name, who));
    let items = shown.map(|(principal, privileges)| json!({"principal": principal, "privileges": privileges}));
    asked.page("privilege_assignments", items.collect())
}

/// Whoever does not manage something sees what was granted to them.
fn sees(state: &State, asked: &Asked, kind: Kind, name: &str, principal: &str) -> bool {
    let is_wanted = asked.query.get("principal").is_none_or(|wanted| wanted == principal);
    is_wanted && (state.manages(&asked.who, kind, name) || state.identities(&asked.who).contains(principal))
}

pub fn effective(state: &State, asked: &Asked) -> Answer {
    let (kind, name) = (Kind::of(&asked.params[0]), asked.params[1].to_lowercase());
    let Some(kind) = kind else { return invalid(format!("{} is no kind of securable", asked.params[0])) };
    seen(state, &asked.who, kind, &name)?;
    let mut all: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (above, above_name) in chain(kind, &name) {
        for (principal, privileges) in assigned(state, above, &above_name) {
            let shown = privileges.into_iter().map(|privilege| {
                let mut value = json!({"privilege": privilege});
                if above_name != name {
                    value["inherited_from_name"] = above_name.clone().into();
                    value["inherited_from_type"] = above.word().to_uppercase().into();
                }
                value
            });
            all.entry(principal).or_default().extend(shown);
        }
    }
    all.retain(|who, _| sees(state, asked, kind, &name, who));
    let items =
        all.into_iter().map(|(principal, privileges)| json!({"principal": principal, "privileges": privileges}));
    asked.page("privilege_assignments", items.collect())
}
