//! Where a target is deployed: the folder in the workspace, and the workspace itself.

use super::Context;
use crate::diag::{Code, Diagnostic};
use crate::lakeflow::is_same_name;
use crate::load::Located;
use crate::model::Mode;
use crate::spec::{ProjectSpec, TargetSpec};

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
    if let Some(root) = &target.root {
        let place = project.value(&format!("{pointer}/root"));
        if let Some((fault, hint)) = fault_of_root(root) {
            context.push(Diagnostic::error(Code::BadPlace, format!("`{root}` {fault}")).at(place).hint(hint));
        } else if mode == Mode::Development {
            let message = "`root` is for targets with `mode: production`";
            let hint = "leave it out: a development deployment has a folder of whoever deploys";
            context.push(Diagnostic::error(Code::OptionConflict, message).at(place).hint(hint));
        }
    }
    if let Some(host) = target.host.as_ref().filter(|host| !is_address(host)) {
        let fault = Diagnostic::error(Code::BadPlace, format!("`{host}` is no address of a workspace"));
        let hint = "write `https://` and the name of the host, without a path";
        context.push(fault.at(project.value(&format!("{pointer}/host"))).hint(hint));
    }
}

/// What is wrong with a folder, and what to do about it.
fn fault_of_root(root: &str) -> Option<(&'static str, &'static str)> {
    let absolute = "write an absolute path, as in `/Workspace/Deployments/shop/prod`";
    let is_below = |folder: &str| {
        let below = root.get(folder.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        below && root.get(..folder.len()).is_some_and(|start| is_same_name(start, folder))
    };
    if SHARED.iter().any(|folder| is_below(folder)) {
        let hint = "choose a folder that only the deployer can write to";
        return Some(("is a folder that everybody can write to, and so run code as the pipeline", hint));
    }
    let path = root.strip_prefix("/Workspace/").map(|path| path.trim_end_matches('/'));
    let is_part = |part: &str| {
        let is_letter = |c: char| c.is_alphanumeric() || " _-.@+".contains(c);
        !part.is_empty() && !part.chars().all(|c| c == '.') && part.trim() == part && part.chars().all(is_letter)
    };
    match path {
        None => Some(("is no folder of a workspace", absolute)),
        Some(path) if !path.split('/').all(is_part) => Some(("is no path of a folder", absolute)),
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
