//! Which part of the workspace answers which request.

use super::asked::{Answer, Asked, refuse};
use super::{
    State, boards, catalog, files, jobs, permissions, pipelines, statements, tags, tokens, update, volume_files,
};

pub fn answer(state: &mut State, asked: &Asked) -> Answer {
    let (verb, path) = asked.route.split_once(' ').unwrap_or_default();
    let path = path.strip_prefix("/api/2.0/").or_else(|| path.strip_prefix("/api/2.1/unity-catalog/")).unwrap_or(path);
    match (verb, path.split('/').next().unwrap_or_default()) {
        (_, "workspace" | "workspace-files") => files::answer(state, asked, verb, path),
        (_, "fs") => volume_files::answer(state, asked, verb, path),
        (_, "pipelines") if path.contains("/updates") || path.ends_with("/stop") || path.ends_with("/events") => {
            update::answer(state, asked, verb, path)
        }
        (_, "pipelines") => pipelines::answer(state, asked, verb, path),
        (_, "permissions") if asked.route.contains("unity-catalog") => catalog::privileges(state, asked, verb),
        (_, "effective-permissions") => catalog::effective(state, asked),
        (_, "permissions") => permissions::answer(state, asked, verb),
        (_, "schemas" | "volumes" | "tables" | "functions") => catalog::answer(state, asked, verb, path),
        (_, "entity-tag-assignments") => tags::answer(state, asked, verb),
        (_, "policies") => tags::policies(state, asked, verb),
        (_, "alerts" | "lakeview") => boards::answer(state, asked, verb, path),
        (_, "sql") => statements::answer(state, asked, verb, path),
        (_, "preview") => tokens::me(state, asked),
        _ if path.starts_with("/api/2.2/jobs") => jobs::answer(state, asked, path),
        _ if path.contains("well-known") || path.starts_with("/oidc") => tokens::answer(state, asked, path),
        _ => refuse(501, "NOT_IMPLEMENTED", format!("{} is not part of this workspace", asked.route)),
    }
}
