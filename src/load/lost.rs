//! What is declared in specs that could not be read.
//!
//! An apparently unknown name may be declared in one of them, and is then not reported. But even in a file that is not
//! valid YAML, the first key shows its kind and its name, so only few names are uncertain.

use std::collections::BTreeSet;

use lakeflow::diag::nearest;

use crate::spec::SpecKind;

/// A spec that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostSpec {
    /// What it declares; `None` when nobody can tell.
    pub kind: Option<SpecKind>,
    /// The name of it; `None` when nobody can tell.
    pub name: Option<String>,
}

/// All that could not be read.
#[derive(Debug, Clone, Default)]
pub struct Lost {
    /// Specs, in the order of their paths; a file that seems to hold several is there for each of them.
    pub specs: Vec<LostSpec>,
    /// Lookup files, by their path below `specs/lookups`; `None` for what a directory holds that could not be listed.
    pub lookups: BTreeSet<Option<String>>,
    /// Files of queries, by their path below `specs/queries`; `None` as above.
    pub queries: BTreeSet<Option<String>>,
}

impl Lost {
    /// Whether there is no such thing.
    pub fn is_empty(&self) -> bool {
        self.specs.is_empty() && self.lookups.is_empty() && self.queries.is_empty()
    }

    /// Whether an entity or a metric may be called `name` although no spec that could be read says so.
    pub fn may_declare(&self, kind: SpecKind, name: &str) -> bool {
        self.of(kind).any(|spec| spec.name.as_ref().is_none_or(|own| own == name))
    }

    /// The names of lost specs of a kind, as far as they are known.
    pub fn names(&self, kind: SpecKind) -> impl Iterator<Item = &str> {
        self.of(kind).filter_map(|spec| spec.name.as_deref())
    }

    /// Whether a lookup file may be there although it could not be read.
    pub fn may_hold_lookup(&self, name: &str) -> bool {
        holds(&self.lookups, name)
    }

    /// Whether the file of a query may be there although it could not be read.
    pub fn may_hold_query(&self, name: &str) -> bool {
        holds(&self.queries, name)
    }

    /// The lost specs that may be of a kind.
    fn of(&self, kind: SpecKind) -> impl Iterator<Item = &LostSpec> {
        self.specs.iter().filter(move |spec| spec.kind.is_none_or(|own| own == kind))
    }
}

fn holds(lost: &BTreeSet<Option<String>>, name: &str) -> bool {
    lost.iter().any(|lost| lost.as_ref().is_none_or(|own| own == name))
}

/// What a text that is no spec seems to declare: the keys at the start of its lines tell.
pub(super) fn of_text(text: &str) -> Vec<LostSpec> {
    let lost = |kind, name| LostSpec { kind, name };
    let is_key = |(key, _): &(&str, &str)| !key.starts_with(['-', '#', ' ', '\t']);
    let keys = || text.lines().filter_map(|line| line.split_once(':')).filter(is_key);
    let exact = |key: &str| SpecKind::ALL.into_iter().find(|kind| kind.key() == key);
    let misspelt = |key: &str| nearest(key, SpecKind::ALL.map(SpecKind::key)).and_then(exact);
    let mut found: Vec<LostSpec> =
        keys().filter_map(|(key, value)| Some(lost(Some(exact(key.trim_end())?), name_in(value)))).collect();
    if found.is_empty() {
        let first = keys().find_map(|(key, value)| Some(lost(Some(misspelt(key.trim_end())?), name_in(value))));
        found.push(first.unwrap_or_else(|| lost(None, None)));
    }
    found
}

/// The name that stands after a key, if it is a plain word.
fn name_in(value: &str) -> Option<String> {
    let value = value.split(" #").next().unwrap_or("").trim();
    let quoted = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    let name = quoted.unwrap_or(value);
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-.$".contains(c));
    is_word.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(text: &str) -> Vec<(Option<SpecKind>, Option<String>)> {
        of_text(text).into_iter().map(|lost| (lost.kind, lost.name)).collect()
    }

    #[test]
    fn a_broken_text_tells_what_it_declares_by_its_keys() {
        let entity = |name: &str| (Some(SpecKind::Entity), Some(name.to_owned()));
        assert_eq!(declared("# x\nentity:orders\nkey: [\n"), [entity("orders")]);
        assert_eq!(declared("entity: 'orders' # all\n\tkey: id"), [entity("orders")]);
        assert_eq!(declared("entitty: orders\n"), [entity("orders")]);
        assert_eq!(declared("entity: a\n---\nentity: b\n"), [entity("a"), entity("b")]);
        assert_eq!(declared("metric: [sales\n"), [(Some(SpecKind::Metric), None)]);
        assert_eq!(declared("- entity: a\n"), [(None, None)]);
        assert_eq!(declared("# entity: a\n"), [(None, None)]);
    }
}
