//! What names refer to: which dataset of the pipeline, or which table that a statement next to it creates.
//!
//! Generated pipelines identify each dataset by the last part of its name. In hand-written SQL, `silver.orders` may
//! read `bronze.orders`, and files may set their schema: there, a name refers to a dataset only if the schemas of both
//! are known to be the same. If one is more qualified than the other, it is unknown whether they match, and nothing is
//! concluded.

use std::collections::HashMap;
use std::sync::Arc;

use sqlparser::ast::ObjectName;

use super::forms::Author;
use crate::ast::StatementKind;
use crate::{folded, name_text};

/// The catalog and the schema that a file has named up to a statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Namespace {
    catalog: Option<String>,
    schema: Option<String>,
}

impl Namespace {
    /// What it is behind a statement.
    pub fn after(self: &Arc<Self>, kind: &StatementKind) -> Arc<Self> {
        match kind {
            StatementKind::UseCatalog(name) | StatementKind::SetCatalog(name) => {
                Arc::new(Namespace { catalog: parts(name).pop(), schema: None })
            }
            StatementKind::UseSchema(name) => {
                let mut parts = parts(name);
                let schema = parts.pop();
                Arc::new(Namespace { catalog: parts.pop().or_else(|| self.catalog.clone()), schema })
            }
            _ => Arc::clone(self),
        }
    }

    /// A name with what the file says of its place.
    pub fn qualified(&self, mut parts: Vec<String>) -> Vec<String> {
        if parts.len() == 1
            && let Some(schema) = &self.schema
        {
            parts.insert(0, schema.clone());
        }
        if parts.len() == 2
            && let Some(catalog) = &self.catalog
        {
            parts.insert(0, catalog.clone());
        }
        parts
    }
}

/// The parts of a name in lower case, without the old prefix `LIVE`.
pub fn parts(name: &ObjectName) -> Vec<String> {
    let written = name.0.iter().map(|part| match part.as_ident() {
        Some(ident) => folded(&ident.value).into_owned(),
        None => name_text(&ObjectName(vec![part.clone()])).to_lowercase(),
    });
    without_live(written.collect())
}

/// The same of a name that is in parts already.
pub fn folded_parts(name: &[impl AsRef<str>]) -> Vec<String> {
    without_live(name.iter().map(|part| folded(part.as_ref()).into_owned()).collect())
}

fn without_live(mut parts: Vec<String>) -> Vec<String> {
    if parts.len() == 2 && parts.first().is_some_and(|prefix| prefix == "live") {
        parts.remove(0);
    }
    parts
}

/// What a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameMeaning<'a> {
    /// This one.
    Known(&'a str),
    /// Perhaps one of them.
    Perhaps,
    /// None of them.
    Nothing,
}

/// Names that were defined, each with a key of its own.
#[derive(Debug, Clone)]
pub struct DefinedNames {
    author: Author,
    /// By the last part: all parts, and the key.
    by_last: HashMap<String, Vec<(Vec<String>, String)>>,
}

impl DefinedNames {
    /// No names.
    pub fn new(author: Author) -> Self {
        DefinedNames { author, by_last: HashMap::new() }
    }

    /// Takes a name in and gives its key: the last part, unless another one has that.
    ///
    /// # Errors
    /// The key of the one that has this name already.
    pub fn define(&mut self, parts: Vec<String>) -> Result<String, String> {
        let last = parts.last().cloned().unwrap_or_default();
        let all = self.by_last.entry(last.clone()).or_default();
        let is_same = |(other, _): &&(Vec<String>, String)| self.author == Author::Gen || *other == parts;
        if let Some((_, key)) = all.iter().find(is_same) {
            return Err(key.clone());
        }
        let key = if all.is_empty() { last } else { parts.join(".") };
        all.push((parts, key.clone()));
        Ok(key)
    }

    /// Whether exactly this name was defined.
    pub fn has(&self, parts: &[String]) -> bool {
        let all = parts.last().and_then(|last| self.by_last.get(last));
        all.is_some_and(|all| all.iter().any(|(other, _)| other == parts))
    }

    /// What a name means; `parts` as [`Namespace::qualified`] gives them.
    pub fn find(&self, parts: &[String]) -> NameMeaning<'_> {
        let Some(last) = parts.last() else { return NameMeaning::Nothing };
        let Some(all) = self.by_last.get(last) else {
            return if is_open(last) { NameMeaning::Perhaps } else { NameMeaning::Nothing };
        };
        let exact = all.iter().find(|(other, _)| self.author == Author::Gen || other == parts);
        match exact {
            Some((_, key)) => NameMeaning::Known(key),
            None if all.iter().any(|(other, _)| may_be_same(other, parts)) => NameMeaning::Perhaps,
            None => NameMeaning::Nothing,
        }
    }
}

/// Whether two names may mean one thing: as far as both say where it is, they say the same.
fn may_be_same(one: &[String], other: &[String]) -> bool {
    one.iter().rev().zip(other.iter().rev()).all(|(one, other)| one == other || is_open(one) || is_open(other))
}

/// Whether a part of a name is known only when the statement runs.
fn is_open(part: &str) -> bool {
    part.contains(['$', '{', '(', ':'])
}
