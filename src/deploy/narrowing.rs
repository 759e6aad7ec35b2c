//! Which statements before the pipeline may run before a release is known to be valid.
//!
//! Until then the old release is in use, although an update that somebody starts may briefly run the new one. So
//! statements that take access from readers, and those that the validation needs, come first; statements that let
//! anybody see more come once the release is valid.

use lakeflow::ast::{CreatePolicy, FunctionBody};
use lakeflow::folded;

use super::catalog::{Known, ObservedCatalog};
use super::effect::Effect;
use super::guard::FunctionGuard;
use crate::plan::operation::RELEASE_FUNCTION;

/// Whether a statement before the pipeline may run before the validation, given what the catalog held before the deployment
/// and whom the pipeline runs as.
pub fn is_early(effect: &Effect, before: &ObservedCatalog, run_as: &str) -> bool {
    match effect {
        Effect::Function(name, _) | Effect::Owned(name, _) | Effect::Granted(name, ..)
            // The jobs that are there go by the mark of the release that runs.
            if name.short_name() == RELEASE_FUNCTION =>
        {
            false
        }
        Effect::Function(name, wanted) => match before.functions.get(name) {
            None | Some(Known::Absent) => true,
            Some(Known::Read(known)) => match (&wanted.body, FunctionGuard::parse(&known.body)) {
                (FunctionBody::Expr(body), Some(known)) => FunctionGuard::of(body).is_within(&known),
                _ => false,
            },
            Some(Known::Unknown(_)) => false,
        },
        Effect::Policy(on, name, wanted) => before
            .policies
            .get(&(on.clone(), folded(name).into_owned()))
            .map_or(before.policies_are_known, |known| masks_more(known, wanted)),
        Effect::NoPolicy(..) => false,
        // A grant that a revocation before it takes along, or without which the pipeline can't be judged.
        Effect::Granted(_, to, _) => to == run_as || before.is_held(effect),
        _ => true,
    }
}

/// Whether a policy binds all whom it bound, by the same function and conditions.
fn masks_more(known: &super::catalog::CatalogPolicy, wanted: &CreatePolicy) -> bool {
    let wanted = super::catalog::policy(wanted);
    wanted.except.is_subset(&known.except)
        && wanted.to.is_superset(&known.to)
        && wanted.function.eq_ignore_ascii_case(&known.function)
        && wanted.conditions == known.conditions
}
