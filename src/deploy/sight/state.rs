//! One state of a catalog, asked what somebody sees.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use lakeflow::ast::{MaskClause, ObjectName, StatementKind, TableDefinition};
use lakeflow::{folded, parse, string_text};
use regex::Regex;

use super::{ColumnSight, SeenAs};
use crate::deploy::catalog::{CatalogPolicy, Known, ObservedCatalog, TableProtection};
use crate::deploy::effect::{Object, ObjectKind, TaggedObject};
use crate::deploy::guard::FunctionGuard;
use crate::deploy::meaning::{self, PipelineSql};

/// Stands for the columns of what has none that are known, as views.
const ALL_COLUMNS: &str = "*";
/// The group of everybody.
const EVERYBODY: &str = "account users";
/// Privileges by which somebody reads.
const READING: [&str; 2] = ["SELECT", "ALL PRIVILEGES"];

static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"has_tag_value\('([^']*)', '([^']*)'\)").ok());

/// A state of a catalog.
pub struct SightState<'a> {
    catalog: &'a ObservedCatalog,
    /// Functions by name, taken apart.
    guards: BTreeMap<String, FunctionGuard>,
}

impl<'a> SightState<'a> {
    /// A state.
    pub fn of(catalog: &'a ObservedCatalog) -> SightState<'a> {
        let guard = |(name, function): (&Object, &Known<crate::deploy::catalog::CatalogFunction>)| match function {
            Known::Read(function) => Some((name.full_name(), FunctionGuard::parse(&function.body)?)),
            _ => None,
        };
        SightState { catalog, guards: catalog.functions.iter().filter_map(guard).collect() }
    }

    /// Everybody who may read anything.
    pub fn readers(&self) -> impl Iterator<Item = &'a String> {
        let held = self.catalog.privileges.iter().filter_map(|(on, held)| match held {
            Known::Read(held) if is_above_columns(on.kind) => Some(held),
            _ => None,
        });
        held.flatten().filter(|(_, words)| READING.iter().any(|word| words.contains(*word))).map(|(who, _)| who)
    }

    /// The tables and views that there are.
    pub fn tables(&self) -> impl Iterator<Item = &'a Object> {
        let catalog = self.catalog;
        let views = catalog.views.keys().filter(move |view| catalog.is_there(view));
        catalog.shapes.keys().chain(views)
    }

    /// The columns of a table.
    pub fn columns(&self, table: &Object) -> Vec<&'a str> {
        match self.catalog.shapes.get(table) {
            Some(shape) if !shape.columns.is_empty() => shape.columns.iter().map(|(name, _)| name.as_str()).collect(),
            Some(_) => vec![ALL_COLUMNS],
            None if self.catalog.is_there(table) => vec![ALL_COLUMNS],
            None => vec![],
        }
    }

    /// What somebody sees of a column.
    pub fn view(&self, who: &str, table: &Object, column: &str) -> ColumnSight {
        match self.reads(who, table) {
            None => return ColumnSight { sees: SeenAs::Unknown, rows: None },
            Some(false) => return ColumnSight::NOTHING,
            Some(true) => {}
        }
        let Some(shape) = self.catalog.shapes.get(table) else {
            let sees = if self.catalog.is_there(table) { SeenAs::Clear } else { SeenAs::Nothing };
            return ColumnSight { sees, rows: None };
        };
        let Some((_, mask)) = shape.columns.iter().find(|(name, _)| name == column) else {
            let sees = if shape.columns.is_empty() { SeenAs::Clear } else { SeenAs::Nothing };
            return ColumnSight { sees, rows: None };
        };
        let asked = asking(who);
        let rows = match shape.filter.as_ref().map(|filter| self.rows(&asked, filter)) {
            None => None,
            Some(RowsSeen::All) => None,
            Some(RowsSeen::None) => return ColumnSight::NOTHING,
            Some(RowsSeen::Where(condition)) => Some(condition),
            Some(RowsSeen::Unknown) => return ColumnSight { sees: SeenAs::Unknown, rows: None },
        };
        let sees = match mask {
            Some(mask) => self.through(&asked, mask),
            None => self.by_tags(who, table, column),
        };
        ColumnSight { sees, rows }
    }

    /// Whether somebody may read a table; `None` where that can't be told. What the catalog gives may not be readable for
    /// whoever deploys, which is told elsewhere.
    fn reads(&self, who: &str, table: &Object) -> Option<bool> {
        let above = |kind, parts: usize| Object { kind, name: table.name.iter().take(parts).cloned().collect() };
        let places = [table.clone(), above(ObjectKind::Schema, 2), above(ObjectKind::Catalog, 1)];
        let mut is_known = true;
        for place in &places {
            match self.catalog.privileges.get(place) {
                Some(Known::Read(held)) => {
                    let words = held.get(who);
                    if READING.iter().any(|word| words.is_some_and(|words| words.contains(*word))) {
                        return Some(true);
                    }
                }
                Some(Known::Unknown(_)) => is_known &= place.kind == ObjectKind::Catalog,
                Some(Known::Absent) | None => {}
            }
        }
        is_known.then_some(false)
    }

    /// What comes through a mask.
    fn through(&self, asked: &[String; 2], function: &str) -> SeenAs {
        let Some(guard) = self.guards.get(&bare(function)) else { return SeenAs::Unknown };
        match &guard.rest {
            _ if guard.is_open() => SeenAs::Clear,
            _ if asked.iter().any(|asked| guard.unless.contains(asked)) => SeenAs::Clear,
            Some(rest) => SeenAs::Masked(rest.clone()),
            // It masks for everybody.
            None => SeenAs::Masked(guard.unless.iter().cloned().collect::<Vec<_>>().join(" OR ")),
        }
    }

    /// What policies leave of a column.
    fn by_tags(&self, who: &str, table: &Object, column: &str) -> SeenAs {
        let Some(tags) = &self.catalog.tags else { return SeenAs::Clear };
        let own = tags.get(&TaggedObject { table: table.clone(), column: Some(column.to_owned()) });
        let Some(own) = own else { return SeenAs::Clear };
        let binds = |policy: &&CatalogPolicy| {
            let is_meant = policy.to.contains(who) || policy.to.contains(EVERYBODY);
            is_meant && !policy.except.contains(who) && policy.conditions.iter().any(|condition| fits(condition, own))
        };
        let is_above = |schema: &Object| table.name.starts_with(&schema.name);
        let mut policies = self.catalog.policies.iter().filter(|((on, _), _)| is_above(on)).map(|(_, policy)| policy);
        policies.find(binds).map_or(SeenAs::Clear, |policy| match self.through(&asking(""), &policy.function) {
            SeenAs::Clear => SeenAs::Unknown,
            sees => sees,
        })
    }

    fn rows(&self, asked: &[String; 2], filter: &str) -> RowsSeen {
        let Some(guard) = self.guards.get(&bare(filter)) else { return RowsSeen::Unknown };
        if asked.iter().any(|asked| guard.unless.contains(asked)) {
            return RowsSeen::All;
        }
        let own = guard.limited.iter().filter(|(whom, _)| asked.contains(whom)).map(|(_, rows)| rows.clone());
        let own: Vec<String> = own.collect();
        if own.is_empty() { RowsSeen::None } else { RowsSeen::Where(own.join(" OR ")) }
    }
}

/// Rows that somebody sees.
enum RowsSeen {
    All,
    None,
    Where(String),
    Unknown,
}

fn is_above_columns(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::Catalog | ObjectKind::Schema | ObjectKind::Table)
}

/// How a function asks whether somebody is there: as a member of a group, or as itself.
fn asking(who: &str) -> [String; 2] {
    let name = string_text(who);
    [format!("is_account_group_member({name})"), format!("session_user() = {name}")]
}

/// Whether a column with these tags is meant by a condition of a policy.
fn fits(condition: &str, tags: &BTreeMap<String, String>) -> bool {
    let Some(pattern) = &*TAG else { return false };
    let mut wanted = pattern.captures_iter(condition).peekable();
    wanted.peek().is_some() && wanted.all(|found| tags.get(&found[1]).is_some_and(|value| *value == found[2]))
}

/// A name as the catalog keeps it.
fn bare(name: &str) -> String {
    folded(&name.replace('`', "")).into_owned()
}

/// The tables that a pipeline publishes, as its definitions say. What can't be parsed is left out.
pub fn wanted_shapes(pipeline: &PipelineSql) -> BTreeMap<Object, TableProtection> {
    let place = [&pipeline.catalog, &pipeline.schema].map(|part| folded(part).into_owned());
    let parsed = pipeline
        .files
        .iter()
        .filter_map(|file| parse(&meaning::filled(&file.text, &pipeline.configuration)).ok())
        .flatten();
    let tables = parsed.filter_map(|statement| match statement.kind {
        StatementKind::CreateStreamingTable(table) => Some(table.table),
        StatementKind::CreateMaterializedView(view) => Some(view.table),
        _ => None,
    });
    tables
        .filter(|table| !table.private)
        .map(|table| (named(ObjectKind::Table, &table.name, &place), shape(&table, &place)))
        .collect()
}

fn shape(table: &TableDefinition, place: &[String; 2]) -> TableProtection {
    let function = |name: &ObjectName| named(ObjectKind::Function, name, place).full_name();
    let mask = |mask: &MaskClause| function(&mask.function);
    let columns = table.columns.iter();
    TableProtection {
        columns: columns.map(|c| (folded(&c.name.value).into_owned(), c.mask.as_ref().map(mask))).collect(),
        filter: table.row_filter.as_ref().map(|filter| function(&filter.function)),
    }
}

/// A name from the catalog on.
fn named(kind: ObjectKind, name: &ObjectName, place: &[String; 2]) -> Object {
    let own = Object::of(kind, name);
    let missing = 3_usize.saturating_sub(own.name.len());
    Object { kind, name: place.iter().take(missing).cloned().chain(own.name).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_means_columns_that_bear_all_of_its_tags() {
        let condition = "has_tag_value('pii', 'email') AND has_tag_value('pii_type', 'string')";
        let tags = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert!(fits(condition, &tags(&[("pii", "email"), ("pii_type", "string")])));
        assert!(!fits(condition, &tags(&[("pii", "email")])) && !fits("TRUE", &tags(&[])));
    }
}
