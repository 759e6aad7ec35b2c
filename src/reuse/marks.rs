//! Where parameters stand in a template: `$(name)`.
//!
//! The places are listed here, by their keys. A key that nobody listed takes no parameter: what a value means, such as a type
//! or a kind of load, is the same for all rows.

use std::ops::Range;

use crate::spec::SpecKind;

/// What a text of a spec may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkPlace {
    /// Parameters as text.
    Text,
    /// Parameters as literals in an expression.
    Sql,
    /// No parameters.
    Nothing,
}

const TEXT_OF_ENTITY: [&str; 28] = [
    "entity",
    "renamed_from",
    "description",
    "source/files",
    "source/except",
    "source/lookup",
    "source/table",
    "columns/*/description",
    "columns/*/header",
    "columns/*/from",
    "columns/*/default",
    "columns/*/accepted/*",
    "columns/*/examples/*",
    "columns/*/declassify",
    "columns/*/references",
    "columns/*/references/entity",
    "references/*/entity",
    "delete_when/declassify",
    "rules/*/description",
    "rules/*/declassify",
    "contacts",
    "contacts/*",
    "tags/*",
    "deprecated/instead",
    "deprecated/reason",
    "audience",
    "audience/*",
    "allow/*/reason",
];
const SQL_OF_ENTITY: [&str; 6] = ["delete_when", "delete_when/sql", "rules/*", "rules/*/check", "derived/*", "rows/*"];
const TEXT_OF_METRIC: [&str; 22] = [
    "metric",
    "renamed_from",
    "description",
    "from",
    "per/entity",
    "dimensions/*/declassify",
    "measures/*/description",
    "measures/*/unit",
    "measures/*/synonyms/*",
    "measures/*/repeated",
    "measures/*/declassify",
    "measures/*/declassify/reason",
    "tables/*/description",
    "tables/*/renamed_from",
    "contacts",
    "contacts/*",
    "tags/*",
    "deprecated/instead",
    "deprecated/reason",
    "audience",
    "audience/*",
    "allow/*/reason",
];
const SQL_OF_METRIC: [&str; 8] = [
    "where",
    "per/where",
    "dimensions/*",
    "dimensions/*/sql",
    "measures/*",
    "measures/*/sql",
    "measures/*/empty",
    "rows/*",
];

impl MarkPlace {
    /// What the text may hold that these keys and positions lead to.
    pub fn of(kind: SpecKind, path: &[&str]) -> MarkPlace {
        let (text, sql): (&[&str], &[&str]) = match kind {
            SpecKind::Entity => (&TEXT_OF_ENTITY, &SQL_OF_ENTITY),
            SpecKind::Metric => (&TEXT_OF_METRIC, &SQL_OF_METRIC),
            SpecKind::Project => (&[], &[]),
        };
        let is_listed = |list: &[&str]| list.iter().any(|place| leads_to(place, path));
        match (is_listed(sql), is_listed(text)) {
            (true, _) => MarkPlace::Sql,
            (_, true) => MarkPlace::Text,
            _ => MarkPlace::Nothing,
        }
    }

    /// What the keys of the mapping may hold that these keys and positions lead to: names of tables are told apart by them.
    pub fn of_keys(kind: SpecKind, path: &[&str]) -> MarkPlace {
        if kind == SpecKind::Metric && path == ["tables"] { MarkPlace::Text } else { MarkPlace::Nothing }
    }
}

/// Whether a listed place is that of a path, `*` standing for any name.
fn leads_to(place: &str, path: &[&str]) -> bool {
    let segments = place.split('/');
    segments.clone().count() == path.len() && segments.zip(path).all(|(own, other)| own == "*" || own == *other)
}

/// The marks of a text, each with its bytes and the name in it.
pub fn marks(text: &str) -> Vec<(Range<usize>, &str)> {
    let mark = |(start, opening): (usize, &str)| {
        let rest = text.get(start + opening.len()..)?;
        let name = rest.get(..rest.find(')')?)?;
        is_name(name).then_some((start..start + opening.len() + name.len() + 1, name))
    };
    text.match_indices("$(").filter_map(mark).collect()
}

/// Whether a parameter can have a name.
pub fn is_name(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_a_name_in_brackets_after_a_dollar_sign() {
        let names =
            |text: &'static str| marks(text).into_iter().map(|(range, name)| (&text[range], name)).collect::<Vec<_>>();
        assert_eq!(names("a_$(shop)$(x1)"), [("$(shop)", "shop"), ("$(x1)", "x1")]);
        assert_eq!(names("^a$(b|c) $( d ) ${e} $(1) $()$"), []);
        assert_eq!(names("$($(a)"), [("$(a)", "a")]);
    }

    #[test]
    fn places_are_those_listed() {
        let of = |path: &[&str]| MarkPlace::of(SpecKind::Entity, path);
        assert_eq!(of(&["columns", "type", "default"]), MarkPlace::Text);
        assert_eq!(of(&["columns", "a", "type"]), MarkPlace::Nothing);
        assert_eq!(of(&["columns", "a"]), MarkPlace::Nothing);
        assert_eq!(of(&["rules", "a"]), MarkPlace::Sql);
        assert_eq!(MarkPlace::of_keys(SpecKind::Metric, &["tables"]), MarkPlace::Text);
        assert_eq!(MarkPlace::of_keys(SpecKind::Entity, &["columns"]), MarkPlace::Nothing);
    }
}
