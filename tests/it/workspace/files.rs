//! Files of the workspace.

use base64::Engine as _;
use serde_json::{Value, json};

use super::asked::{Answer, Asked, Refusal, Reply, denied, done, invalid, missing, refuse};
use super::state::{Entry, State};

pub fn answer(state: &mut State, asked: &Asked, verb: &str, path: &str) -> Answer {
    match (verb, path) {
        ("POST", "workspace/mkdirs") => {
            make_folder(state, &asked.who, asked.text("path"))?;
            done()
        }
        ("POST", "workspace-files/import-file/{path}") => {
            let path = format!("/{}", asked.params[0]);
            write(state, &asked.who, &path, asked.bytes.clone(), asked.is("overwrite"))
        }
        ("POST", "workspace/import") => {
            let bytes = base64::engine::general_purpose::STANDARD.decode(asked.text("content"));
            let Ok(bytes) = bytes else { return invalid("`content` is not base64") };
            let overwrite = asked.body["overwrite"] == true;
            write(state, &asked.who, asked.text("path"), bytes, overwrite)
        }
        ("POST", "workspace/delete") => delete(state, asked),
        ("GET", "workspace/get-status") => {
            let (path, entry) = seen(state, asked)?;
            Ok(Reply::Json(shown(&path, entry)))
        }
        ("GET", "workspace/list") => {
            let (path, _) = seen(state, asked)?;
            let below = |name: &&String| parent(name) == path;
            let entries = state.entries.keys().filter(below).map(|name| shown(name, &state.entries[name]));
            Ok(Reply::Json(json!({"objects": entries.collect::<Vec<_>>()})))
        }
        _ => {
            let (_, entry) = seen(state, asked)?;
            let Some(bytes) = &entry.bytes else { return invalid("a folder can't be exported so") };
            if asked.is("direct_download") {
                return Ok(Reply::File(bytes.clone()));
            }
            let content = base64::engine::general_purpose::STANDARD.encode(bytes);
            Ok(Reply::Json(json!({"content": content})))
        }
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn shown(path: &str, entry: &Entry) -> Value {
    let kind = if entry.bytes.is_some() { "FILE" } else { "DIRECTORY" };
    let mut value =
        json!({"path": path, "object_type": kind, "object_id": entry.id, "resource_id": entry.id.to_string()});
    if let Some(bytes) = &entry.bytes {
        value["size"] = bytes.len().into();
        value["modified_at"] = entry.modified.into();
    }
    value
}

/// What may not be read is not there.
fn seen<'s>(state: &'s State, asked: &Asked) -> Result<(String, &'s Entry), Refusal> {
    let path = asked.param("path").trim_end_matches('/').to_owned();
    match state.entries.get(&path).filter(|_| state.may_file(&asked.who, &path, false)) {
        Some(entry) => Ok((path, entry)),
        None => missing(&format!("Path ({path})")),
    }
}

fn make_folder(state: &mut State, who: &str, path: &str) -> Result<(), Refusal> {
    let path = path.trim_end_matches('/');
    match state.entries.get(path) {
        Some(entry) if entry.bytes.is_some() => {
            return refuse(400, "RESOURCE_ALREADY_EXISTS", format!("{path} is a file"));
        }
        Some(_) => return Ok(()),
        None => {}
    }
    if !path.starts_with("/Workspace/") || path.split('/').skip(1).any(|part| ["", ".", ".."].contains(&part)) {
        return invalid(format!("{path} is no path of a workspace"));
    }
    make_folder(state, who, parent(path))?;
    if !state.may_file(who, parent(path), true) {
        return denied(format!("{who} may not write to {path}"));
    }
    let entry = Entry { id: state.id(), owner: who.to_owned(), bytes: None, modified: state.ticks };
    state.entries.insert(path.to_owned(), entry);
    Ok(())
}

fn write(state: &mut State, who: &str, path: &str, bytes: Vec<u8>, overwrite: bool) -> Answer {
    match state.entries.get(path) {
        Some(entry) if entry.bytes.is_none() => {
            return refuse(400, "RESOURCE_ALREADY_EXISTS", format!("{path} is a folder"));
        }
        Some(_) if !overwrite => return refuse(409, "RESOURCE_ALREADY_EXISTS", format!("{path} already exists.")),
        Some(_) => {}
        None if state.entries.get(parent(path)).is_none_or(|above| above.bytes.is_some()) => {
            return missing(&format!("The parent folder ({})", parent(path)));
        }
        None => {}
    }
    if !state.may_file(who, path, true) {
        return denied(format!("{who} may not write to {path}"));
    }
    let marks = ["-- Databricks notebook source", "# Databricks notebook source"];
    assert!(!marks.iter().any(|mark| bytes.starts_with(mark.as_bytes())), "{path} would become a notebook");
    let id = state.entries.get(path).map(|entry| entry.id);
    let id = id.unwrap_or_else(|| state.id());
    let entry = Entry { id, owner: who.to_owned(), bytes: Some(bytes), modified: state.ticks };
    state.entries.insert(path.to_owned(), entry);
    done()
}

fn delete(state: &mut State, asked: &Asked) -> Answer {
    let path = asked.text("path").trim_end_matches('/').to_owned();
    if !state.entries.contains_key(&path) || !state.may_file(&asked.who, &path, false) {
        return missing(&format!("Path ({path})"));
    }
    if !state.may_file(&asked.who, &path, true) {
        return denied(format!("{} may not delete {path}", asked.who));
    }
    let below = format!("{path}/");
    if asked.body["recursive"] != true && state.entries.keys().any(|name| name.starts_with(&below)) {
        return refuse(400, "DIRECTORY_NOT_EMPTY", format!("{path} is not empty"));
    }
    state.entries.retain(|name, _| *name != path && !name.starts_with(&below));
    done()
}
