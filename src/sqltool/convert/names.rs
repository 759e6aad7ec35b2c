//! Names of datasets: without `LIVE`, and spelled as in their definition.

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

/// The parts of a name, without those that are no plain words.
pub(super) fn parts(name: &ObjectName) -> Vec<&Ident> {
    name.0.iter().filter_map(ObjectNamePart::as_ident).collect()
}

/// The last part of a name.
pub(super) fn last(name: &ObjectName) -> String {
    parts(name).last().map_or(String::new(), |part| part.value.clone())
}

/// A name in a message, which stands in backticks already.
pub(super) fn shown(name: &ObjectName) -> String {
    parts(name).iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".")
}

/// Takes `LIVE.` off the front.
pub(super) fn leave_live(name: &mut ObjectName) {
    if is_live(&parts(name)) {
        name.0.remove(0);
    }
}

/// Whether a name of these parts begins with `LIVE.`.
pub(super) fn is_live(parts: &[&Ident]) -> bool {
    matches!(parts, [first, _, ..] if first.quote_style.is_none() && first.value.eq_ignore_ascii_case("LIVE"))
}

/// Whether two names may be of one dataset: as far as both go, from the end, they are alike in any letter case.
pub(super) fn are_alike(one: &[&Ident], other: &[&Ident]) -> bool {
    let (one, other) = (without_live(one), without_live(other));
    !one.is_empty()
        && !other.is_empty()
        && one.iter().rev().zip(other.iter().rev()).all(|(a, b)| a.value.eq_ignore_ascii_case(&b.value))
}

fn without_live<'a, 'b>(parts: &'b [&'a Ident]) -> &'b [&'a Ident] {
    if is_live(parts) { parts.get(1..).unwrap_or(parts) } else { parts }
}
