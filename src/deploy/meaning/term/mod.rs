//! What a value is computed from, as a number: two expressions with one term give one value for the same input.
//!
//! A term knows no aliases, brackets, qualifiers or names of inner queries, because every name is replaced by the term of
//! what it stands for before anything is hashed. What is not understood takes in all that it could depend on: terms may
//! differ where the meaning is one, and never agree where it is not.

mod expr;
mod files;
mod from;
mod known;
mod query;
mod relation;
mod select;

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};
use std::ops::ControlFlow;
use std::sync::Arc;

use lakeflow::folded;
use lakeflow::walk;
use sha2::{Digest, Sha256};
use sqlparser::ast::{ObjectName, Value, ValueWithSpan, VisitMut, VisitorMut};

pub(super) use files::FilesRead;
pub(super) use known::KnownFacts;
pub(super) use relation::{TermRelation, TermScope};

/// What a value, or a set of rows, is computed from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Term(u128);

impl Debug for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "#{:032x}", self.0)
    }
}

/// A term while its parts are put in.
pub(super) struct Making(Sha256);

/// Begins a term of some kind.
pub(super) fn term(kind: &str) -> Making {
    Making(Sha256::new()).text(kind)
}

impl Making {
    /// Puts a text in.
    pub(super) fn text(mut self, text: &str) -> Self {
        self.0.update(text.len().to_le_bytes());
        self.0.update(text.as_bytes());
        self
    }

    /// Puts another term in.
    pub(super) fn term(mut self, term: Term) -> Self {
        self.0.update(term.0.to_le_bytes());
        self
    }

    /// Puts some terms in, and that they are so many.
    pub(super) fn terms(self, terms: impl IntoIterator<Item = Term>) -> Self {
        let (mut made, mut count) = (self, 0u64);
        for term in terms {
            made = made.term(term);
            count += 1;
        }
        made.0.update(count.to_le_bytes());
        made
    }

    /// The first 128 bits of the SHA-256 digest of all parts.
    pub(super) fn end(self) -> Term {
        let digest = self.0.finalize();
        Term(digest.iter().take(16).fold(0, |sum, byte| (sum << 8) | u128::from(*byte)))
    }
}

/// Queries that have a name, by that name.
pub(super) type Ctes = BTreeMap<String, Arc<TermRelation>>;

/// Finds the terms of queries over tables.
#[derive(Debug, Default)]
pub(super) struct Evaluator {
    /// Tables and views of the pipeline with all parts of their names, by the last one.
    pub(super) tables: BTreeMap<String, (Vec<String>, Arc<TermRelation>)>,
    /// Whether it counts for nothing which files are read.
    pub(super) any_files: bool,
    /// Catalog and schema of names without one, as far as they are known.
    pub(super) place: Vec<String>,
    /// What is known of some terms.
    pub(super) known: KnownFacts,
}

impl Evaluator {
    /// A table or view by its name.
    fn table(&self, name: &[String]) -> Arc<TermRelation> {
        let name = completed(&self.place, name);
        let found = name.last().and_then(|last| self.tables.get(last)).filter(|(path, _)| may_be(path, &name));
        let outside = || Arc::new(TermRelation::unknown(term("table").text(&name.join(".")).end()));
        found.map_or_else(outside, |(_, relation)| Arc::clone(relation))
    }
}

impl Evaluator {
    /// A table or view that is named outside of a query.
    pub(super) fn named_table(&self, name: &ObjectName) -> TermRelation {
        (*self.table(&parts(name))).clone()
    }

    /// All parts of the name of a table or function, as far as they are known; a temporary view has but one.
    pub(super) fn full_name(&self, name: Vec<String>) -> Vec<String> {
        let is_view = |only: &String| self.tables.get(only).is_some_and(|(path, _)| path.len() == 1);
        if matches!(name.as_slice(), [only] if is_view(only)) { name } else { completed(&self.place, &name) }
    }
}

/// A name with the catalog and schema of its place, as far as it lacks them and they are known. `place` ends with the schema.
pub(super) fn completed(place: &[String], name: &[String]) -> Vec<String> {
    let missing = place.len().saturating_sub(name.len().saturating_sub(1));
    place.iter().take(missing).chain(name).cloned().collect()
}

/// Whether two names can be those of one table, as far as both have parts.
pub(super) fn may_be(path: &[String], name: &[String]) -> bool {
    path.iter().rev().zip(name.iter().rev()).all(|(a, b)| a == b)
}

/// The parts of a name, in lower case.
pub(super) fn parts(name: &ObjectName) -> Vec<String> {
    name.0.iter().map(|part| part.as_ident().map_or(part.to_string(), |i| folded(&i.value).into_owned())).collect()
}

/// Replaces strings by their hash, so that the letters of what stands around them can be folded.
struct Strings;

impl VisitorMut for Strings {
    type Break = ();

    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> ControlFlow<()> {
        hide(value);
        ControlFlow::Continue(())
    }
}

/// Replaces a string by its hash.
fn hide(value: &mut ValueWithSpan) {
    use Value::{
        DoubleQuotedByteStringLiteral, HexStringLiteral, SingleQuotedByteStringLiteral,
        TripleDoubleQuotedByteStringLiteral, TripleSingleQuotedByteStringLiteral,
    };
    let kind = match value.value {
        Value::Number(..) | Value::Boolean(_) | Value::Null | Value::Placeholder(_) => return,
        HexStringLiteral(_) => "hex",
        SingleQuotedByteStringLiteral(_)
        | DoubleQuotedByteStringLiteral(_)
        | TripleSingleQuotedByteStringLiteral(_)
        | TripleDoubleQuotedByteStringLiteral(_) => "bytes",
        _ => "",
    };
    if let Some(text) = value.value.clone().into_string() {
        value.value = Value::SingleQuotedString(format!("{kind}{}", hidden(&text)));
    }
}

/// What stands for a string.
fn hidden(text: &str) -> String {
    format!("{:032x}", term("string").text(text).end().0)
}

/// A tree as text in which letters of names and keywords do not count.
fn plain<N: VisitMut + Clone>(node: &N, text: impl Fn(&N) -> String) -> String {
    let mut node = node.clone();
    let _ = walk::visit_mut(&mut node, &mut Strings);
    text(&node).to_lowercase()
}
