//! Which concerns of governance a target has: a file without a statement is not built.

use super::artifact::Governance;
use super::{BuildPlan, Kind, access, protection};
use crate::model::{AudienceId, Project, Protection, Target, TargetId};

/// The files of a target, in the order in which they run.
pub fn needed(project: &Project, plan: &BuildPlan, target: TargetId) -> Vec<Governance> {
    let Some(target) = project.targets.get(target.0) else { return vec![] };
    let mut needed = Governance::ALL.to_vec();
    needed.retain(|concern| is_needed(*concern, project, plan, target));
    needed
}

fn is_needed(concern: Governance, project: &Project, plan: &BuildPlan, target: &Target) -> bool {
    let masks = || !protection::mask_functions(project, plan).is_empty();
    match concern {
        Governance::Schema | Governance::Access | Governance::Revokes | Governance::Tags => true,
        Governance::Landing => landing_volume(target).is_some(),
        Governance::Functions => masks() || !protection::row_filters(project, plan).is_empty(),
        Governance::Policies => project.protection == Protection::Abac && masks(),
        Governance::RunAs => target.run_as.is_some(),
        Governance::MetricViews => !plan.metric_views.is_empty(),
        Governance::Grants => has_readers(project, plan, target),
    }
}

/// Whether anybody reads anything.
fn has_readers(project: &Project, plan: &BuildPlan, target: &Target) -> bool {
    let anybody = |audiences: &[AudienceId]| !access::members(project, target, audiences).is_empty();
    let mut published = plan.datasets.iter().map(|planned| planned.dataset);
    let mut views = plan.metric_views.iter().filter_map(|(id, _)| project.metrics.get(id.0));
    published.any(|d| d.kind(project) != Kind::Internal && anybody(&access::readers(project, d)))
        || views.any(|metric| anybody(&metric.audiences))
}

/// Catalog, schema and name of the volume that the landing directory of a target lies in, if it is one.
pub fn landing_volume(target: &Target) -> Option<[&str; 3]> {
    let mut parts = target.landing.strip_prefix("/Volumes/")?.split('/');
    Some([parts.next()?, parts.next()?, parts.next()?])
}
