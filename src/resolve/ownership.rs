//! How much of what a workspace contains a deployment manages in a target.

use lakeflow::diag::Diagnostic;
use lakeflow::yaml::pointer_segment;

use super::context::Context;
use crate::codes;
use crate::load::Located;
use crate::model::{Ownership, Protection, Share};
use crate::spec::{OwnershipSpec, ProjectSpec};

/// The ownership of a target; what the spec does not state is as usual.
pub fn of_target(spec: Option<&OwnershipSpec>) -> Ownership {
    let (usual, stated) = (Ownership::default(), spec.cloned().unwrap_or_default());
    Ownership {
        grants: stated.grants.unwrap_or(usual.grants),
        tags: stated.tags.unwrap_or(usual.tags),
        permissions: stated.permissions.unwrap_or(usual.permissions),
        comments: stated.comments.unwrap_or(usual.comments),
        job_settings: stated.job_settings.unwrap_or(usual.job_settings),
    }
}

/// Reports targets whose tags nobody sets, though policies go by them.
pub fn check(project: &Located<ProjectSpec>, context: &mut Context<'_>) {
    if project.spec.protection != Some(Protection::Abac) {
        return;
    }
    for (name, target) in &project.spec.targets {
        if target.ownership.as_ref().and_then(|ownership| ownership.tags) == Some(Share::Ignored) {
            let message = "`tags: ignored` leaves columns without the tags that policies match on";
            let at = project.value(&format!("/targets/{}/ownership/tags", pointer_segment(name)));
            let fault = Diagnostic::error(codes::OPTION_CONFLICT, message).at(at);
            context.push(
                fault.hint("let `gen` set its own tags (`tags: ours`), or use masks instead (`protection: masks`)"),
            );
        }
    }
}
