//! What is known of some terms beyond that they are equal or not: conditions, structs, lists of broken rules.
//!
//! Without this, a further column would change every struct of all columns, and with it each column that is taken out of
//! one; a rule that only warns would change who is quarantined.

use std::collections::BTreeMap;

use super::{Term, term};

/// What is known of terms.
#[derive(Debug, Default)]
pub(in super::super) struct KnownFacts {
    /// What `AND` joins.
    all: BTreeMap<Term, Vec<Term>>,
    /// What `OR` joins.
    any: BTreeMap<Term, Vec<Term>>,
    /// The fields of a struct, in order.
    structs: BTreeMap<Term, Vec<(String, Term)>>,
    /// `CASE WHEN condition THEN 'name' END`: name and condition.
    cases: BTreeMap<Term, (String, Term)>,
    /// Arrays of such: which names are in it when.
    names: BTreeMap<Term, Vec<(String, Term)>>,
    /// Arrays of texts.
    texts: BTreeMap<Term, Vec<String>>,
}

impl KnownFacts {
    /// `a AND b`, without regard to brackets and order.
    pub(super) fn and(&mut self, parts: impl IntoIterator<Item = Term>) -> Term {
        joined("and", &mut self.all, parts)
    }

    /// `a OR b`, without regard to brackets and order.
    pub(super) fn or(&mut self, parts: impl IntoIterator<Item = Term>) -> Term {
        joined("or", &mut self.any, parts)
    }

    /// Notes the fields of a struct.
    pub(super) fn note_struct(&mut self, whole: Term, fields: Vec<(String, Term)>) {
        self.structs.insert(whole, fields);
    }

    /// The fields of a struct, as far as they are known.
    pub(in super::super) fn struct_of(&self, whole: Term) -> Option<&[(String, Term)]> {
        self.structs.get(&whole).map(Vec::as_slice)
    }

    /// A field of a field of a value.
    pub(super) fn fields(&self, value: Term, path: &[String]) -> Term {
        path.iter().fold(value, |value, field| {
            let known = self.struct_of(value).and_then(|fields| fields.iter().find(|(name, _)| name == field));
            known.map_or_else(|| term("field").term(value).text(field).end(), |(_, value)| *value)
        })
    }

    /// Notes that a value is a text under a condition, and NULL otherwise.
    pub(super) fn note_case(&mut self, whole: Term, name: String, condition: Term) {
        self.cases.insert(whole, (name, condition));
    }

    /// Notes the elements of an array; texts are given as such.
    pub(super) fn note_array(&mut self, whole: Term, elements: &[Result<String, Term>]) {
        let case = |element: &Result<String, Term>| self.cases.get(element.as_ref().err()?).cloned();
        let names: Option<Vec<_>> = elements.iter().map(case).collect();
        let texts: Option<Vec<_>> = elements.iter().map(|element| element.clone().ok()).collect();
        if let Some(names) = names.filter(|names| !names.is_empty()) {
            self.names.insert(whole, names);
        } else if let Some(texts) = texts {
            self.texts.insert(whole, texts);
        }
    }

    /// Says that one term is another one in a certain type.
    pub(in super::super) fn note_cast(&mut self, old: Term, new: Term, ty: &str) {
        if let Some(fields) = self.structs.get(&old).cloned() {
            let cast = |(name, value): (String, Term)| (name, term("field as").term(value).text(ty).end());
            self.structs.insert(new, fields.into_iter().map(cast).collect());
        }
        self.alias(old, new);
    }

    /// Says that an array holds the names that another one holds.
    pub(super) fn alias(&mut self, old: Term, new: Term) {
        if let Some(names) = self.names.get(&old).cloned() {
            self.names.insert(new, names);
        }
    }

    /// Whether an array of names holds one of some texts: it depends on the conditions of these alone.
    pub(super) fn overlap(&self, array: Term, texts: &[String]) -> Option<Term> {
        let names = self.names.get(&array)?;
        let asked = names.iter().filter(|(name, _)| texts.contains(name));
        let mut conditions: Vec<Term> =
            asked.map(|(name, condition)| term("named").text(name).term(*condition).end()).collect();
        conditions.sort_unstable();
        Some(term("overlap").terms(conditions).end())
    }

    /// The texts of an array.
    pub(super) fn texts(&self, array: Term) -> Option<&[String]> {
        self.texts.get(&array).map(Vec::as_slice)
    }
}

fn joined(word: &str, known: &mut BTreeMap<Term, Vec<Term>>, parts: impl IntoIterator<Item = Term>) -> Term {
    let flat = |part: Term| known.get(&part).cloned().unwrap_or_else(|| vec![part]);
    let mut flat: Vec<Term> = parts.into_iter().flat_map(flat).collect();
    flat.sort_unstable();
    flat.dedup();
    if let [only] = flat.as_slice() {
        return *only;
    }
    let whole = term(word).terms(flat.iter().copied()).end();
    known.insert(whole, flat);
    whole
}
