//! Tables as terms, and names in front of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{KnownFacts, Term, term};

/// The rows of a table or query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct TermRelation {
    /// Which rows there are.
    pub(in super::super) rows: Term,
    /// Names in lower case, and what the values are.
    pub(in super::super) columns: Vec<(String, Term)>,
    /// What further columns would be made of, when not all are known.
    pub(in super::super) rest: Option<Term>,
}

impl TermRelation {
    /// A table of which nothing but its identity is known.
    pub(in super::super) fn unknown(rows: Term) -> TermRelation {
        TermRelation { rows, columns: vec![], rest: Some(rows) }
    }

    /// A column that is known to be there.
    pub(in super::super) fn column(&self, name: &str) -> Option<Term> {
        self.columns.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    /// A column that may be there although it is not known.
    fn open_column(&self, name: &str) -> Option<Term> {
        self.rest.map(|rest| term("column").term(rest).text(name).end())
    }

    /// A column that is there or may be.
    pub(in super::super) fn any_column(&self, name: &str) -> Option<Term> {
        self.column(name).or_else(|| self.open_column(name))
    }

    /// Everything about it.
    pub(in super::super) fn all(&self) -> Term {
        let names = self.columns.iter().fold(term("all"), |made, (name, value)| made.text(name).term(*value));
        names.term(self.rows).terms(self.rest).end()
    }

    /// The same rows and columns under other names.
    pub(in super::super) fn renamed(mut self, names: &[String]) -> TermRelation {
        for ((name, _), new) in self.columns.iter_mut().zip(names) {
            name.clone_from(new);
        }
        if self.rest.is_some() {
            let renamed = |rest| names.iter().fold(term("renamed").term(rest), |made, name| made.text(name)).end();
            self.rest = self.rest.map(renamed);
        }
        self
    }
}

/// A table in `FROM`.
#[derive(Debug, Clone)]
pub(super) struct Factor {
    /// The alias, or the parts of the name.
    pub(super) qualifier: Vec<String>,
    /// What it is.
    pub(super) relation: Arc<TermRelation>,
    /// Columns that `USING` merged into those of another table.
    pub(super) merged: BTreeSet<String>,
}

/// What names can mean at some place.
#[derive(Debug, Default)]
pub(in super::super) struct TermScope<'s> {
    /// Tables in `FROM`.
    pub(super) factors: Vec<Factor>,
    /// Columns of the result that expressions may name.
    pub(super) outputs: Vec<(String, Term)>,
    /// What an aggregate or window looks at.
    pub(super) context: Option<Term>,
    /// The query around a subquery.
    pub(super) outer: Option<&'s TermScope<'s>>,
}

impl<'s> TermScope<'s> {
    /// The columns of one table.
    pub(in super::super) fn of(relation: Arc<TermRelation>) -> TermScope<'static> {
        let factor = Factor { qualifier: vec![], relation, merged: BTreeSet::new() };
        TermScope { factors: vec![factor], ..TermScope::default() }
    }

    /// What a name means; a name that nobody knows means itself.
    pub(super) fn resolve(&self, path: &[String], known: &KnownFacts) -> Term {
        self.find(path, known).unwrap_or_else(|| path.iter().fold(term("name"), |made, part| made.text(part)).end())
    }

    fn find(&self, path: &[String], known: &KnownFacts) -> Option<Term> {
        let here = self.qualified(path, known).or_else(|| {
            let (name, fields) = path.split_first()?;
            Some(known.fields(self.bare(name)?, fields))
        });
        here.or_else(|| self.outer?.find(path, known))
    }

    /// A column behind the name of its table.
    fn qualified(&self, path: &[String], known: &KnownFacts) -> Option<Term> {
        for length in (1..path.len()).rev() {
            let (prefix, rest) = path.split_at(length);
            let (name, fields) = rest.split_first()?;
            let named = self.factors.iter().filter(|factor| factor.qualifier.ends_with(prefix));
            let mut found = named.filter_map(|factor| factor.relation.any_column(name));
            if let Some(column) = found.next() {
                return Some(known.fields(column, fields));
            }
        }
        None
    }

    /// A column without the name of its table.
    fn bare(&self, name: &str) -> Option<Term> {
        let visible = || self.factors.iter().filter(|factor| !factor.merged.contains(name));
        let sure: Vec<Term> = visible().filter_map(|factor| factor.relation.column(name)).collect();
        if !sure.is_empty() {
            return one(sure);
        }
        let output = self.outputs.iter().rev().find(|(known, _)| known == name).map(|(_, value)| *value);
        one(visible().filter_map(|factor| factor.relation.open_column(name)).chain(output).collect())
    }
}

/// The only one of some terms, or one that stands for all.
fn one(terms: Vec<Term>) -> Option<Term> {
    match terms.as_slice() {
        [] => None,
        [only] => Some(*only),
        several => Some(term("one of").terms(several.iter().copied()).end()),
    }
}
