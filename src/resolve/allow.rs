//! Warnings that specs allow: which one, in which part of the spec, and why.

use lakeflow::diag::{Diagnostic, did_you_mean};
use lakeflow::yaml::pointer_segment;

use super::allowance::Allowance;
use super::context::Context;
use super::project::list_hint;
use super::reason;
use crate::codes;
use crate::load::{Located, SpecSet};
use crate::spec::AllowSpec;

/// The warnings that all specs allow. Faults are reported.
pub fn all(set: &SpecSet, context: &mut Context<'_>) -> Vec<Allowance> {
    let mut found = vec![];
    for spec in &set.projects {
        found.extend(of(spec, spec.spec.allow.as_deref(), context));
    }
    for spec in &set.entities {
        found.extend(of(spec, spec.spec.allow.as_deref(), context));
    }
    for spec in &set.metrics {
        found.extend(of(spec, spec.spec.allow.as_deref(), context));
    }
    found
}

fn of<T>(spec: &Located<T>, entries: Option<&[AllowSpec]>, context: &mut Context<'_>) -> Vec<Allowance> {
    let entries = entries.unwrap_or_default();
    // Of a list from which something was left out nobody knows the numbers.
    if entries.is_empty() || spec.has_lost("/allow") {
        return vec![];
    }
    context.judge(spec.file, |context| {
        let one = |(index, entry)| allowance(spec, &format!("/allow/{index}"), entry, context);
        entries.iter().enumerate().filter_map(one).collect()
    })
}

fn allowance<T>(spec: &Located<T>, pointer: &str, entry: &AllowSpec, context: &mut Context<'_>) -> Option<Allowance> {
    let place = spec.value(&format!("{pointer}/reason"));
    reason::check(&entry.reason, "allow a warning", "explain in a sentence why it is intended", place, context);
    let code = codes::from_number(&entry.warning).filter(|code| code.is_warning() && *code != codes::UNUSED_ALLOW);
    if code.is_none() {
        let (message, hint) = not_allowed(&entry.warning);
        let place = spec.value(&format!("{pointer}/warning"));
        context.push(Diagnostic::error(codes::BAD_VALUE, message).at(place).hint(hint));
    }
    let path: String = entry.at.split('.').map(|key| format!("/{}", pointer_segment(key))).collect();
    let covers = spec.places.whole(&path);
    if covers.is_none() {
        let place = spec.value(&format!("{pointer}/at"));
        let keys = spec.places.keys(&path);
        let last = entry.at.rsplit('.').next().unwrap_or_default();
        let hint = did_you_mean(last, keys.iter().copied()).or_else(|| list_hint("keys", &keys));
        let message = format!("there is no `{}` in this file", entry.at);
        context.push(Diagnostic::error(codes::BAD_VALUE, message).at(place).maybe_hint(hint));
    }
    Some(Allowance { code: code?, covers: covers?, declared: spec.value(&format!("{pointer}/warning")) })
}

/// Why a code can't be allowed, and what to do.
fn not_allowed(number: &str) -> (String, String) {
    let warnings = codes::all().into_iter().filter(|code| code.is_warning()).map(|code| code.number());
    let listed = || "`gen explain` lists all codes; those of warnings start with W".to_owned();
    match codes::from_number(number) {
        Some(codes::UNUSED_ALLOW) => {
            (format!("{number} cannot be allowed"), "remove the unused entry of `allow` instead".to_owned())
        }
        Some(_) => (format!("{number} is an error, and errors cannot be allowed"), listed()),
        None => (
            format!("unknown warning `{number}`"),
            did_you_mean(&number.to_uppercase(), warnings).unwrap_or_else(listed),
        ),
    }
}
