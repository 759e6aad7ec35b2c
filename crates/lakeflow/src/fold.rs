//! Names are case-insensitive: they are compared by their lower-case form.

use std::borrow::Cow;
use std::collections::HashMap;

/// The form in which a name is compared; most are written in it.
pub fn folded(name: &str) -> Cow<'_, str> {
    match name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        true => Cow::Borrowed(name),
        false => Cow::Owned(name.to_lowercase()),
    }
}

/// Whether two names are one to Databricks.
pub fn is_same_name(a: &str, b: &str) -> bool {
    let (mut rest_a, mut rest_b) = (a.as_bytes(), b.as_bytes());
    while let ([first_a, behind_a @ ..], [first_b, behind_b @ ..]) = (rest_a, rest_b) {
        if !first_a.eq_ignore_ascii_case(first_b) {
            // Most names are others from their first letter on, and no letter of ASCII becomes another one.
            return !(first_a.is_ascii() && first_b.is_ascii()) && folded(a) == folded(b);
        }
        (rest_a, rest_b) = (behind_a, behind_b);
    }
    rest_a.is_empty() && rest_b.is_empty()
}

/// Where each name of a list stands first, so that many of them are found in a time that does not depend on their number.
#[derive(Debug, Clone, Default)]
pub struct NameIndex(HashMap<String, usize>);

impl NameIndex {
    /// Notes a name at a place, unless it is known at an earlier one; gives that.
    pub fn add(&mut self, name: &str, place: usize) -> Option<usize> {
        let known = self.place(name);
        if known.is_none() {
            self.0.insert(folded(name).into_owned(), place);
        }
        known
    }

    /// The first place of a name.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.0.get(&*folded(name)).copied()
    }
}

impl<'a> FromIterator<&'a str> for NameIndex {
    fn from_iter<T: IntoIterator<Item = &'a str>>(names: T) -> Self {
        let mut index = NameIndex::default();
        for (place, name) in names.into_iter().enumerate() {
            index.add(name, place);
        }
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_at_its_first_place() {
        let index: NameIndex = ["a", "B", "A", "\u{e9}"].into_iter().collect();
        assert_eq!(["A", "b", "\u{c9}", "c"].map(|name| index.place(name)), [Some(0), Some(1), Some(3), None]);
    }

    #[test]
    fn letter_case_tells_no_names_apart() {
        assert!(is_same_name("Ärger", "ärger"));
        assert!(is_same_name("ORDER_ID", "order_id"));
        assert!(!is_same_name("order_id", "order-id"));
        assert!(!is_same_name("order", "order_id"));
        // The sign of the kelvin is a k, and the s at the end of a Greek word is another letter.
        assert!(is_same_name("order_\u{212a}", "ORDER_K"));
        for [a, b] in [["ΟΔΟΣ", "οδος"], ["ΟΔΟΣ1", "οδοσ2"], ["É", "é1"], ["ß", "SS"], ["", "a"]] {
            assert_eq!(is_same_name(a, b), folded(a) == folded(b), "{a} {b}");
            assert_eq!(is_same_name(b, a), folded(a) == folded(b), "{b} {a}");
        }
    }
}
