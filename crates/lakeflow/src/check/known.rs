//! The datasets resolved so far, and the tables outside of the pipeline, as seen by queries.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use sqlparser::ast::ObjectName;

use super::dataset::Tree;
use super::forms::{Author, OutsideTable, OutsideTables};
use super::names::{DefinedNames, NameMeaning, Namespace, folded_parts, parts};
use crate::ast::{StatementKind, TableOrigin};
use crate::infer::{Catalog, QueryInfo, Relation};

/// The datasets resolved so far, as tables.
#[derive(Debug)]
pub struct KnownTables {
    pub author: Author,
    /// Names of all datasets announced so far, resolved or not.
    pub names: DefinedNames,
    /// Tables that statements beside the pipeline create, or whose columns those change.
    tables: DefinedNames,
    /// Tables that something else keeps, by name; `None` where every name with a schema that is no dataset is one.
    outside: Option<HashMap<Vec<String>, Arc<Relation>>>,
    relations: HashMap<String, Arc<Relation>>,
    table_relations: HashMap<String, Arc<Relation>>,
    /// Defined but not resolved yet: only in cycles, which are reported.
    pub pending: BTreeSet<String>,
    /// Whether statements were not read, which may define what is missed.
    pub lost: bool,
}

impl KnownTables {
    /// Nothing is known yet but what lies outside.
    pub fn new(author: Author, outside: OutsideTables<'_>) -> Self {
        let outside = match outside {
            OutsideTables::Any => None,
            OutsideTables::These(tables) => {
                let table = |table: &OutsideTable| (folded_parts(&table.name), Relation::of(table.columns.clone()));
                Some(tables.iter().map(table).collect())
            }
        };
        KnownTables {
            author,
            names: DefinedNames::new(author),
            tables: DefinedNames::new(author),
            outside,
            relations: HashMap::new(),
            table_relations: HashMap::new(),
            pending: BTreeSet::new(),
            lost: false,
        }
    }

    /// What a name in a statement means.
    pub fn meaning(&self, name: &ObjectName, space: &Namespace) -> NameMeaning<'_> {
        self.names.find(&space.qualified(parts(name)))
    }

    /// A dataset by its key.
    pub fn relation(&self, key: &str) -> Option<&Arc<Relation>> {
        self.relations.get(key)
    }

    /// Notes what a dataset is.
    pub fn learn(&mut self, key: String, relation: Arc<Relation>) {
        self.pending.remove(&key);
        self.relations.insert(key, relation);
    }

    /// Notes a table that a statement beside the pipeline creates: so people tell what a pipeline reads.
    pub fn declare(&mut self, tree: &Tree) {
        let (name, relation) = match &tree.statement().kind {
            StatementKind::CreateTable(table) => {
                let is_whole = matches!(table.origin, None | Some(TableOrigin::Flow(_)));
                let columns = super::columns::declared_of(&table.table).filter(|_| is_whole);
                (&table.table.name, columns.map(Relation::of))
            }
            // `ALTER TABLE` adds columns, or takes them away.
            StatementKind::Command(command) if command.rule.starts_with("alter_table") => {
                match command.names().next() {
                    Some(name) => (name, None),
                    None => return,
                }
            }
            _ => return,
        };
        let key = match self.tables.define(tree.space().qualified(parts(name))) {
            Ok(key) => key,
            Err(key) => {
                self.table_relations.insert(key, Relation::unknown());
                return;
            }
        };
        self.table_relations.insert(key, relation.unwrap_or_else(Relation::unknown));
    }

    /// The keys of the datasets that a query reads; of other tables their names.
    pub fn reads(&self, info: &QueryInfo, space: &Namespace) -> BTreeSet<String> {
        let tables = info.reads.iter().filter(|read| !read.function && !read.name.is_empty());
        tables.map(|read| self.key_of(space.qualified(folded_parts(&read.name)))).collect()
    }

    /// The table outside of the pipeline that a name means, if it means one.
    fn outside(&self, name: &[String]) -> Option<Arc<Relation>> {
        if name.len() < 2 || self.names.has(name) {
            return None;
        }
        match &self.outside {
            None => Some(Relation::unknown()),
            Some(tables) => tables.get(name).cloned(),
        }
    }

    /// The key of the dataset that a name means, or else the name.
    pub fn key_of(&self, name: Vec<String>) -> String {
        if self.outside(&name).is_some() {
            return name.join(".");
        }
        match (self.names.find(&name), self.author) {
            (NameMeaning::Known(key), _) => key.to_owned(),
            (_, Author::Gen) => name.last().cloned().unwrap_or_default(),
            (_, Author::People) => name.join("."),
        }
    }

    fn names_sorted(&self) -> Vec<String> {
        let mut names: Vec<String> = self.relations.keys().cloned().collect();
        names.sort_unstable();
        names.extend(self.pending.iter().cloned());
        names
    }
}

/// All tables as a statement sees them, and how many unknown ones are still told what may have been meant: each goes
/// through all names.
pub struct All<'a> {
    pub known: &'a KnownTables,
    pub space: &'a Namespace,
    pub hints: &'a Cell<usize>,
}

/// More hints than anyone reads.
pub const HINTS: usize = 100;

impl All<'_> {
    /// The table that a name in a statement means.
    pub fn relation(&self, name: &ObjectName) -> Option<Arc<Relation>> {
        let parts = parts(name);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        self.table(&parts)
    }
}

impl Catalog for All<'_> {
    fn table(&self, name: &[&str]) -> Option<Arc<Relation>> {
        let known = self.known;
        let name = self.space.qualified(folded_parts(name));
        if let Some(table) = known.outside(&name) {
            return Some(table);
        }
        match (known.names.find(&name), known.tables.find(&name)) {
            (NameMeaning::Known(key), _) => {
                known.relation(key).cloned().or_else(|| known.pending.contains(key).then(Relation::unknown))
            }
            (_, NameMeaning::Known(key)) => known.table_relations.get(key).cloned(),
            (NameMeaning::Nothing, NameMeaning::Nothing) => known.lost.then(Relation::unknown),
            _ => Some(Relation::unknown()),
        }
    }

    fn table_names(&self) -> Vec<String> {
        match self.hints.get().checked_sub(1) {
            Some(left) => {
                self.hints.set(left);
                self.known.names_sorted()
            }
            None => vec![],
        }
    }
}

/// Tables as far as they are known while files are still to come: a name that is missing may stand in one of those.
pub struct SoFar<'a>(pub &'a KnownTables, pub &'a Namespace);

impl Catalog for SoFar<'_> {
    fn table(&self, name: &[&str]) -> Option<Arc<Relation>> {
        let name = self.1.qualified(folded_parts(name));
        if let Some(table) = self.0.outside(&name).filter(|_| self.0.outside.is_some()) {
            return Some(table);
        }
        match self.0.names.find(&name) {
            NameMeaning::Known(key) => self.0.relation(key).cloned(),
            NameMeaning::Perhaps | NameMeaning::Nothing => None,
        }
    }
}
