//! What is revoked and dropped: whatever is in the record but not declared.
//!
//! Access is revoked first, before the pipeline is updated. Protection (policies, tags, functions) is removed last,
//! after an update of every table, and only if something else protects in its place. In a schema that a target no
//! longer uses, protection stays, because the tables are still there.

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::folded;

use super::{Given, Record, RecordEntry, Select};
use crate::model::{Principal, Project, Target};
use crate::plan::{BuildPlan, ObjectPlace, StoredAs, schemas};

/// A statement that takes something away, in the order in which they run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Withdrawal {
    /// `REVOKE`.
    Revoke {
        /// Words of the privilege.
        privilege: String,
        /// Kind of the object.
        on: String,
        /// Its name in parts, catalog first, in lower case.
        name: Vec<String>,
        /// Name of a group or application id of a service principal, without back-quotes.
        from: String,
    },
    /// `DROP VIEW`.
    DropView(Vec<String>),
    /// `DROP POLICY`.
    DropPolicy {
        /// The policy, which is named within its schema.
        name: String,
        /// The schema that it holds for.
        schema: Vec<String>,
    },
    /// `ALTER .. UNSET TAGS`, of a table or a column.
    UnsetTag {
        /// Kind of the table or view, as it is now.
        kind: &'static str,
        /// Catalog, schema and name, in lower case.
        table: Vec<String>,
        /// Name of the column, in lower case; none for a tag of the table.
        column: Option<String>,
        /// The key of the tag.
        tag: String,
    },
    /// `DROP FUNCTION`.
    DropFunction(Vec<String>),
}

/// What is taken away in a target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Before an update.
    pub before: BTreeSet<Withdrawal>,
    /// Behind an update of all tables.
    pub after: BTreeSet<Withdrawal>,
    /// Grants on what lies in the schema of somebody else, which an administrator takes away.
    pub foreign: BTreeSet<Withdrawal>,
    /// Tables of the target's schema with readers that are shut out for the time in between, and get the table back behind
    /// an update of all tables.
    paused: BTreeSet<(String, String)>,
}

impl Taken {
    /// What is taken away in a target of the project.
    pub fn of(target: &Target, project: &Project, plan: &BuildPlan, record: &Record) -> Taken {
        let published = plan.datasets.iter().map(|planned| (planned, planned.dataset.kind(project)));
        let published = published.filter(|(_, kind)| *kind != StoredAs::Internal);
        let tables = published
            .map(|(planned, kind)| (ObjectPlace::of_dataset(target, planned.dataset, &planned.name), kind.words()));
        let views = plan.metric_views.iter().map(|(_, name)| (ObjectPlace::of_metric_view(target, name), "VIEW"));
        let tables = tables.chain(views).map(|(place, kind)| (place.folded(), kind)).collect();
        DeclaredNow { schemas: schemas(target), tables, ..DeclaredNow::of(&target.name, plan) }.taken(record)
    }

    /// What is taken away in a target that is none any more.
    pub fn of_gone(target: &str, plan: &BuildPlan, record: &Record) -> Taken {
        DeclaredNow::of(target, plan).taken(record)
    }

    /// Whether a principal gets a table of the target's schema back, and not from the grants of every run.
    pub fn is_paused(&self, table: &str, principal: &Principal) -> bool {
        !self.paused.is_empty() && self.paused.contains(&(folded(table).into_owned(), principal.id().to_owned()))
    }

    /// Whether anybody gets a table back.
    pub fn pauses(&self) -> bool {
        !self.paused.is_empty()
    }

    /// Tags that go behind an update of all tables: the owner of the tables unsets them.
    pub fn tags(&self) -> impl Iterator<Item = &Withdrawal> {
        self.after.iter().filter(|taken| matches!(taken, Withdrawal::UnsetTag { .. }))
    }

    /// What else goes then: policies and functions, which belong to whoever deploys.
    pub fn leftovers(&self) -> impl Iterator<Item = &Withdrawal> {
        self.after.iter().filter(|taken| !matches!(taken, Withdrawal::UnsetTag { .. }))
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty() && self.foreign.is_empty()
    }
}

/// What is declared in a target.
struct DeclaredNow<'a> {
    target: &'a str,
    entries: &'a BTreeSet<RecordEntry>,
    /// Its schemas, if it is a target of the project.
    schemas: Vec<[String; 2]>,
    /// The tables and metric views that are made there, with the words for their kinds.
    tables: BTreeMap<Vec<String>, &'static str>,
    /// Who reads which table, and how.
    reads: BTreeMap<(&'a [String], &'a str), &'a Select>,
}

impl<'a> DeclaredNow<'a> {
    /// What is declared in a target that the project does not have.
    fn of(target: &'a str, plan: &'a BuildPlan) -> DeclaredNow<'a> {
        let own = plan.declared.iter().filter(|entry| entry.target == target);
        let reads = own.filter_map(|entry| match &entry.given {
            Given::Select(select) => Some(((select.table.as_slice(), select.to.as_str()), select)),
            _ => None,
        });
        DeclaredNow {
            target,
            entries: &plan.declared,
            schemas: vec![],
            tables: BTreeMap::new(),
            reads: reads.collect(),
        }
    }

    fn taken(&self, record: &Record) -> Taken {
        let mut taken = Taken::default();
        for given in record.retired(self.target, self.entries) {
            match given {
                Given::Select(old) => {
                    // The same table as the same principal reads it now, if it does.
                    let new = self.reads.get(&(old.table.as_slice(), old.to.as_str())).copied();
                    if new.is_none_or(|new| changes_in_steps(old, new)) {
                        taken.before.insert(revoke("SELECT", "TABLE", &old.table, &old.to));
                        let table = new.and_then(|new| new.table.last().cloned());
                        taken.paused.extend(table.map(|table| (table, old.to.clone())));
                    }
                }
                Given::Grant { on, name, .. } if on == "FUNCTION" && self.drops(name) => {}
                Given::Grant { privilege, on, name, to } => {
                    let is_foreign = on == "VOLUME" && !record.has_schema(self.target, name);
                    let list = if is_foreign { &mut taken.foreign } else { &mut taken.before };
                    list.insert(revoke(privilege, on, name, to));
                    if privilege == "CREATE TABLE" && self.is_here(name) {
                        self.drop_views(&mut taken);
                    }
                }
                Given::MetricView { name } => {
                    taken.before.insert(Withdrawal::DropView(name.clone()));
                }
                Given::Policy { name, schema } if self.is_here(schema) => {
                    taken.after.insert(Withdrawal::DropPolicy { name: name.clone(), schema: schema.clone() });
                }
                Given::Tag { table, column, tag } => {
                    // A table that is not made any more keeps its tags, which protect what it holds.
                    let Some(kind) = self.tables.get(table) else { continue };
                    let (table, column, tag) = (table.clone(), column.clone(), tag.clone());
                    taken.after.insert(Withdrawal::UnsetTag { kind, table, column, tag });
                }
                Given::Function { name } if self.drops(name) => {
                    taken.after.insert(Withdrawal::DropFunction(name.clone()));
                }
                Given::Policy { .. } | Given::Function { .. } => {}
            }
        }
        taken
    }

    /// Views belong to the principal of the pipeline, and only the owner may replace one. A new principal makes them anew.
    fn drop_views(&self, taken: &mut Taken) {
        let own = self.entries.iter().filter(|entry| entry.target == self.target);
        let views = own.filter_map(|entry| match &entry.given {
            Given::MetricView { name } => Some(name),
            _ => None,
        });
        taken.before.extend(views.cloned().map(Withdrawal::DropView));
    }

    fn has(&self, given: Given) -> bool {
        self.entries.contains(&RecordEntry { target: self.target.to_owned(), given })
    }

    /// Whether an object lies in a schema of the target.
    fn is_here(&self, name: &[String]) -> bool {
        self.schemas.iter().any(|schema| name.starts_with(schema))
    }

    /// Whether a function goes. Who may call it then is of no interest, and tables call it until they are updated.
    fn drops(&self, function: &[String]) -> bool {
        self.is_here(function) && !self.has(Given::Function { name: function.to_vec() })
    }
}

fn revoke(privilege: &str, on: &str, name: &[String], from: &str) -> Withdrawal {
    Withdrawal::Revoke {
        privilege: privilege.to_owned(),
        on: on.to_owned(),
        name: name.to_vec(),
        from: from.to_owned(),
    }
}

/// Whether somebody who reads a table before and after must not read it in between, so that it is given back last.
///
/// Functions are replaced first, then tables with their masks and filters, then tags. A mask in a definition comes with
/// the data; a tag comes later.
fn changes_in_steps(old: &Select, new: &Select) -> bool {
    let lacks =
        |one: &Select, other: &Select| one.masked.iter().any(|(name, kind)| other.masked.get(name) != Some(kind));
    // What is masked no longer, or as another kind, may be clear once the functions are replaced: the old values too.
    let widens = lacks(old, new);
    // Nothing masks a new column before it is tagged, and an old one between its definition without a mask and its tag.
    let is_tagged_late = new.by_tags && (lacks(new, old) || (!old.by_tags && !new.masked.is_empty()));
    // More rows may be there while columns are still clear.
    let changes_both = old.rows != new.rows && old.masked != new.masked;
    widens || is_tagged_late || changes_both
}
