//! Tags, and policies that go by them.

use serde_json::{Value, json};

use super::asked::{Answer, Asked, Refusal, Reply, done, invalid, missing, refuse};
use super::state::{Kind, State};

/// What a tag is on: the kind and name that privileges are asked of.
fn place(kind: &str, name: &str) -> Result<(Kind, String), Refusal> {
    Ok(match kind {
        "schemas" => (Kind::Schema, name.to_owned()),
        "tables" => (Kind::Table, name.to_owned()),
        "volumes" => (Kind::Volume, name.to_owned()),
        "columns" => (Kind::Table, name.rsplit_once('.').map_or(name, |(table, _)| table).to_owned()),
        _ => return invalid(format!("{kind} is no type of an entity")),
    })
}

/// Refuses what is not there, and who may not tag it.
pub fn may_tag(state: &State, who: &str, kind: &str, name: &str) -> Result<(), Refusal> {
    let (on, on_name) = place(kind, name)?;
    let there = state.thing(on, &on_name);
    let Some(thing) = there else { return missing(&format!("{} '{on_name}'", on.word())) };
    if kind == "columns" {
        let column = name.rsplit('.').next().unwrap_or_default();
        let columns = thing.fields.get("columns").and_then(Value::as_array).cloned().unwrap_or_default();
        if !columns.iter().any(|known| known["name"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(column))) {
            return missing(&format!("Column '{name}'"));
        }
    }
    if state.manages(who, on, &on_name) { Ok(()) } else { state.need(who, "APPLY_TAG", on, &on_name) }
}

pub fn answer(state: &mut State, asked: &Asked, verb: &str) -> Answer {
    let body = |key: &str| asked.text(key).to_owned();
    let (kind, name) = match &asked.params[..] {
        [kind, name, ..] => (kind.clone(), name.to_lowercase()),
        _ => (body("entity_type"), body("entity_name").to_lowercase()),
    };
    let key = asked.params.get(2).cloned().unwrap_or_else(|| body("tag_key"));
    let value = body("tag_value");
    let shown =
        |key: &str, value: &str| json!({"entity_type": kind, "entity_name": name, "tag_key": key, "tag_value": value});
    if verb != "GET" {
        may_tag(state, &asked.who, &kind, &name)?;
        if key.is_empty() || key.chars().any(|c| ".,-=/:".contains(c)) {
            return invalid(format!("`{key}` is no key of a tag"));
        }
    }
    let at = (kind.clone(), name.clone(), key.clone());
    match (verb, asked.params.len()) {
        ("POST", _) if state.tags.contains_key(&at) => {
            refuse(409, "ALREADY_EXISTS", format!("tag {key} already exists"))
        }
        ("POST", _) => {
            state.tags.insert(at, value.clone());
            Ok(Reply::Json(shown(&key, &value)))
        }
        ("GET", 2) => {
            let tags = state.tags.iter().filter(|((k, n, _), _)| (k, n) == (&kind, &name));
            asked.page("tag_assignments", tags.map(|((.., key), value)| shown(key, value)).collect())
        }
        _ if !state.tags.contains_key(&at) => missing(&format!("Tag {key}")),
        ("GET", _) => Ok(Reply::Json(shown(&key, &state.tags[&at]))),
        ("PATCH", _) => {
            state.tags.insert(at, value.clone());
            Ok(Reply::Json(shown(&key, &value)))
        }
        _ => {
            state.tags.remove(&at);
            done()
        }
    }
}

pub fn policies(state: &mut State, asked: &Asked, verb: &str) -> Answer {
    let schema = match asked.params.get(1) {
        Some(name) => name.to_lowercase(),
        None => asked.text("on_securable_fullname").to_lowercase(),
    };
    let name = asked.params.get(2).cloned().unwrap_or_else(|| asked.text("name").to_owned());
    let at = (schema.clone(), name.clone());
    if state.thing(Kind::Schema, &schema).is_none() {
        return missing(&format!("Schema '{schema}'"));
    }
    state.need_manage(&asked.who, Kind::Schema, &schema)?;
    match (verb, asked.params.len()) {
        ("POST", _) if state.policies.contains_key(&at) => {
            refuse(409, "ALREADY_EXISTS", format!("policy {name} already exists"))
        }
        ("POST", _) => {
            state.policies.insert(at, asked.body.clone());
            Ok(Reply::Json(asked.body.clone()))
        }
        ("GET", 2) => {
            let of = state.policies.iter().filter(|((of, _), _)| *of == schema);
            asked.page("policies", of.map(|(_, policy)| policy.clone()).collect())
        }
        _ if !state.policies.contains_key(&at) => missing(&format!("Policy {name}")),
        ("GET", _) => Ok(Reply::Json(state.policies[&at].clone())),
        ("PATCH", _) => {
            state.policies.insert(at, asked.body.clone());
            Ok(Reply::Json(asked.body.clone()))
        }
        _ => {
            state.policies.remove(&at);
            done()
        }
    }
}
