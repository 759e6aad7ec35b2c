//! Derived expressions and dimensions that are defined by each other.
//!
//! Expressions are put in place of their names, so a cycle would never end; everything else that looks into them stops
//! at a depth, and only here is said why.

use super::Context;
use super::graph::Derived;
use super::rows::Rows;
use crate::diag::{Code, Diagnostic};
use crate::load::Located;

/// Reports every cycle among the expressions of one spec, once. `what` is their plural in messages.
pub fn report<'a, T>(
    what: &str,
    rows: Rows<'a>,
    all: impl Iterator<Item = &'a Derived>,
    spec: &Located<T>,
    context: &mut Context<'_>,
) {
    let mut reported: Vec<&Derived> = vec![];
    for start in all {
        let mut way = vec![start];
        if contains(&reported, start) || !leads_back(rows, start, &mut way, &mut vec![start]) {
            continue;
        }
        let names: Vec<&str> = way.iter().filter_map(|d| d.pointer.rsplit('/').next()).collect();
        let message = match names.as_slice() {
            [name] => format!("`{name}` is defined by itself"),
            names => format!("{what} `{}` are defined by each other", names.join("`, `")),
        };
        let mut fault = Diagnostic::error(Code::DefinitionCycle, message).at(spec.value(&start.pointer));
        for part in way.iter().skip(1) {
            fault = fault.related(spec.value(&part.pointer), "part of the cycle");
        }
        context.push(fault.hint("at least one of them must be made of columns alone"));
        reported.extend(way);
    }
}

/// Whether the last expression of `way` mentions its first one, directly or not; `way` then holds the whole cycle.
fn leads_back<'a>(rows: Rows<'a>, last: &Derived, way: &mut Vec<&'a Derived>, seen: &mut Vec<&'a Derived>) -> bool {
    for (home, next) in rows.mentioned(last) {
        if way.first().is_some_and(|start| std::ptr::eq(*start, next)) {
            return true;
        }
        if contains(seen, next) {
            continue;
        }
        seen.push(next);
        way.push(next);
        if leads_back(home, next, way, seen) {
            return true;
        }
        way.pop();
    }
    false
}

fn contains(all: &[&Derived], one: &Derived) -> bool {
    all.iter().any(|other| std::ptr::eq(*other, one))
}
