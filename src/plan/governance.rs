//! Which governance files a target has: a file without statements is not written.

use super::artifact::Governance;
use super::deployment::own_volume;
use super::record::Taken;
use super::{BuildPlan, StoredAs, access, protection};
use crate::model::{Project, Protection, Target, TargetId};

/// The files of a target, in the order in which they run.
pub fn needed(project: &Project, plan: &BuildPlan, target: TargetId) -> Vec<Governance> {
    let (taken, Some(target)) = (plan.taken.get(target.0), project.targets.get(target.0)) else { return vec![] };
    let mut needed = Governance::ALL.to_vec();
    needed.retain(|concern| match concern {
        Governance::Withdrawals => taken.is_some_and(|taken| !taken.before.is_empty()),
        Governance::Returns => taken.is_some_and(Taken::pauses),
        Governance::Untags => taken.is_some_and(|taken| taken.tags().next().is_some()),
        Governance::Leftovers => taken.is_some_and(|taken| taken.leftovers().next().is_some()),
        Governance::Grants => has_readers(project, plan, target, taken),
        concern => is_needed(*concern, project, plan, target),
    });
    needed
}

fn is_needed(concern: Governance, project: &Project, plan: &BuildPlan, target: &Target) -> bool {
    let masks = || !protection::mask_functions(project, plan).is_empty();
    match concern {
        Governance::Schema | Governance::Access | Governance::Release | Governance::Revokes | Governance::Tags => true,
        // What the record says, not the specs.
        Governance::Withdrawals
        | Governance::Returns
        | Governance::Untags
        | Governance::Leftovers
        | Governance::Grants => false,
        // A volume elsewhere is not the team's to give.
        Governance::Landing => own_volume(target).is_some(),
        Governance::Functions => masks() || !protection::row_filters(project, plan).is_empty(),
        Governance::Policies => project.protection == Protection::Abac && masks(),
        Governance::RunAs => target.run_as.is_some(),
        Governance::MetricViews => !plan.metric_views.is_empty(),
    }
}

/// Whether anybody reads anything, and is let in by every run.
fn has_readers(project: &Project, plan: &BuildPlan, target: &Target, taken: Option<&Taken>) -> bool {
    let mut published = plan.datasets.iter().filter(|planned| planned.dataset.kind(project) != StoredAs::Internal);
    let mut views = plan.metric_views.iter().filter_map(|(id, _)| project.metrics.get(id.0));
    published.any(|planned| {
        let readers = access::members(project, target, &access::readers(project, planned.dataset));
        readers.into_iter().any(|reader| taken.is_none_or(|taken| !taken.is_paused(&planned.name, reader)))
    }) || views.any(|metric| !access::members(project, target, &metric.audiences).is_empty())
}

/// Catalog, schema and name of the volume that the landing directory of a target lies in, if it is one.
pub fn landing_volume(target: &Target) -> Option<[&str; 3]> {
    let mut parts = target.landing.strip_prefix("/Volumes/")?.split('/');
    Some([parts.next()?, parts.next()?, parts.next()?])
}
