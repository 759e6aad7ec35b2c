//! Where a target is deployed: the folder in the workspace, and the workspace itself.

use lakeflow::diag::Diagnostic;
use lakeflow::is_same_name;

use super::context::Context;
use crate::codes;
use crate::load::Located;
use crate::model::Mode;
use crate::spec::{ProjectSpec, TargetSpec, expanded};

/// Folders of a workspace that everybody can write to.
const SHARED: [&str; 2] = ["/Workspace/Shared", "/Shared"];

/// Reports a folder or an address that nothing can be deployed to, or that anybody could change what is deployed in.
pub fn check(
    project: &Located<ProjectSpec>,
    target: &TargetSpec,
    mode: Mode,
    pointer: &str,
    context: &mut Context<'_>,
) {
    if let Some((fault, hint)) = fault_of_landing(&target.landing) {
        let place = project.value(&format!("{pointer}/landing"));
        context.push(Diagnostic::error(codes::BAD_PLACE, format!("`{}` {fault}", target.landing)).at(place).hint(hint));
    }
    if let Some(root) = &target.root {
        let place = project.value(&format!("{pointer}/root"));
        if let Some((fault, hint)) = fault_of_root(root) {
            context.push(Diagnostic::error(codes::BAD_PLACE, format!("`{root}` {fault}")).at(place).hint(hint));
        } else if mode == Mode::Development {
            let message = "`root` is only allowed in targets with `mode: production`";
            let hint = "remove it: a development deployment goes to the folder of the user who deploys";
            context.push(Diagnostic::error(codes::OPTION_CONFLICT, message).at(place).hint(hint));
        }
    }
    if let Some(host) = target.host.as_ref().filter(|host| !is_address(host)) {
        let fault = Diagnostic::error(codes::BAD_PLACE, format!("`{host}` is not a workspace URL"));
        let hint = "write `https://` and the host name, without a path";
        context.push(fault.at(project.value(&format!("{pointer}/host"))).hint(hint));
    }
}

/// What is wrong with a directory of files. Its path is pasted into a string literal in front of a pattern of names, so it
/// can hold neither what ends the one nor what the other takes for a wildcard.
fn fault_of_landing(landing: &str) -> Option<(String, &'static str)> {
    let absolute = "write an absolute path, as in `/Volumes/main/shop/landing`";
    // Whoever refers to something there was told already.
    if expanded(landing).is_some() {
        return None;
    }
    let plain = "choose a directory whose path consists of letters, digits, `_`, `-` and the like";
    if let Some(c) = landing.chars().find(|c| c.is_control() || "'\"\\*?[]{};".contains(*c)) {
        let what = if c.is_control() { "a control character".to_owned() } else { format!("`{c}`") };
        return Some((format!("holds {what}"), plain));
    }
    if landing.trim() != landing {
        return Some(("has leading or trailing spaces".to_owned(), "leave them out"));
    }
    let is_scheme = |scheme: &str| !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric());
    let path = match landing.split_once("://") {
        Some((scheme, path)) if is_scheme(scheme) => path,
        _ => match landing.strip_prefix("dbfs:").unwrap_or(landing).strip_prefix('/') {
            Some(path) => path,
            None => return Some(("is not an absolute path".to_owned(), absolute)),
        },
    };
    let path = path.trim_end_matches('/');
    if path.is_empty() {
        return Some(("is the root directory".to_owned(), absolute));
    }
    if path.split('/').any(|part| matches!(part, "" | "." | "..") || part.trim() != part) {
        return Some((
            "is not a plain path: a segment is empty, consists of dots, or has leading or trailing spaces".to_owned(),
            absolute,
        ));
    }
    let in_volume = path.split_once('/').filter(|(first, _)| *first == "Volumes" && landing.starts_with('/'));
    if path == "Volumes" || in_volume.is_some_and(|(_, rest)| rest.split('/').count() < 3) {
        return Some(("does not name a volume".to_owned(), "write `/Volumes/<catalog>/<schema>/<volume>`"));
    }
    None
}

/// What is wrong with a folder, and what to do about it.
fn fault_of_root(root: &str) -> Option<(&'static str, &'static str)> {
    let absolute = "write an absolute path, as in `/Workspace/Deployments/shop/prod`";
    if expanded(root).is_some() {
        return None;
    }
    let is_below = |folder: &str| {
        let below = root.get(folder.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        below && root.get(..folder.len()).is_some_and(|start| is_same_name(start, folder))
    };
    if SHARED.iter().any(|folder| is_below(folder)) {
        let hint = "choose a folder that only the deployer can write to";
        return Some(("is writable by everybody, so anyone could run code as the pipeline", hint));
    }
    let path = root.strip_prefix("/Workspace/").map(|path| path.trim_end_matches('/'));
    let is_part = |part: &str| {
        let is_letter = |c: char| c.is_alphanumeric() || " _-.@+".contains(c);
        !part.is_empty() && !part.chars().all(|c| c == '.') && part.trim() == part && part.chars().all(is_letter)
    };
    match path {
        None => Some(("is not a workspace folder", absolute)),
        Some(path) if !path.split('/').all(is_part) => Some(("is not a valid folder path", absolute)),
        Some(_) => None,
    }
}

fn is_address(host: &str) -> bool {
    let name = host.strip_prefix("https://").map(|name| name.trim_end_matches('/'));
    name.is_some_and(|name| {
        name.contains('.')
            && name
                .split('.')
                .all(|label| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
    })
}
