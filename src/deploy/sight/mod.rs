//! Who sees which column of which table: before a deployment, after it, and after the next update.
//!
//! The same question is asked of three states: the catalog as it was read; with the statements that run now; and with
//! the statements that wait and the table definitions of the next update. A difference between two states happens in
//! between. Access that specs do not control (grants made by others, inherited grants, owners) is listed separately.
//!
//! Principals are compared by name: group membership is not known here. Readers are assumed to be able to use catalog
//! and schema.

mod show;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

pub use show::{human, markdown};
pub use state::wanted_shapes;

use super::catalog::{Known, ObservedCatalog, TableProtection};
use super::change::{Change, Waits};
use super::desired::Desired;
use super::effect::{Effect, Object, ObjectKind};
use state::SightState;

/// What somebody sees of a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SeenAs {
    /// Nothing.
    Nothing,
    /// Another value in its place, by this expression.
    Masked(String),
    /// Its values as they are stored.
    Clear,
    /// Nobody can tell.
    Unknown,
}

/// What somebody sees of a column, and in which rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ColumnSight {
    /// Its values, in the rows that are seen.
    pub sees: SeenAs,
    /// The condition on rows, where these are not all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<String>,
}

impl ColumnSight {
    const NOTHING: ColumnSight = ColumnSight { sees: SeenAs::Nothing, rows: None };

    /// Whether this shows something that `before` did not, as far as anybody can tell.
    pub fn shows_more_than(&self, before: &ColumnSight) -> bool {
        let rank = |sees: &SeenAs| match sees {
            SeenAs::Nothing => 0,
            SeenAs::Masked(_) => 1,
            SeenAs::Clear | SeenAs::Unknown => 2,
        };
        let is_other_mask = matches!((&self.sees, &before.sees), (SeenAs::Masked(a), SeenAs::Masked(b)) if a != b);
        let has_other_rows = before.rows.is_some() && self.rows != before.rows;
        self.sees != SeenAs::Nothing && (rank(&self.sees) > rank(&before.sees) || is_other_mask || has_other_rows)
    }
}

impl fmt::Display for ColumnSight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.sees {
            SeenAs::Nothing => "nothing",
            SeenAs::Masked(_) => "masked",
            SeenAs::Clear => "clear",
            SeenAs::Unknown => "not known",
        })?;
        match &self.rows {
            Some(rows) => write!(f, " where {rows}"),
            None => Ok(()),
        }
    }
}

/// When something changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// With the deployment.
    Now,
    /// With the next update of the table.
    AfterUpdate,
    /// Behind an update of all tables.
    AfterAll,
}

/// What changes for somebody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Shift {
    /// Name of the principal, as in grants.
    pub who: String,
    /// `catalog.schema.table`, without back-quotes.
    pub table: String,
    /// Its columns; none is all of them.
    pub columns: Vec<String>,
    /// What was seen.
    pub before: ColumnSight,
    /// What is seen then.
    pub after: ColumnSight,
    /// With the deployment, or with an update after it.
    pub when: When,
}

/// What somebody holds that the specs do not give.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Other {
    /// Name of the principal, as in grants.
    pub who: String,
    /// The kind of the object and its name.
    pub on: String,
    /// Privileges, or `owner`.
    pub holds: Vec<String>,
}

/// Who sees what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sight {
    /// What changes, by principal and table.
    pub changes: Vec<Shift>,
    /// What others hold beside the specs.
    pub others: Vec<Other>,
    /// Objects of which nobody can tell who holds what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

impl Sight {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.others.is_empty() && self.unread.is_empty()
    }

    /// Those who see more, at any time from now on.
    pub fn rising(&self) -> BTreeSet<String> {
        self.changes.iter().filter(|shift| shift.after.shows_more_than(&shift.before)).map(|s| s.who.clone()).collect()
    }
}

/// Who sees what by these changes. `shapes` are the tables as the next update makes them, `user` is who deploys.
pub fn sight(
    desired: &Desired,
    before: &ObservedCatalog,
    changes: &[Change],
    shapes: &BTreeMap<Object, TableProtection>,
    user: &str,
) -> Sight {
    let (mut now, mut later) = (before.clone(), before.clone());
    // What waits for all tables; so do views, which no update makes.
    let mut behind_all = BTreeSet::new();
    for change in changes {
        let Change::Statement { statement, waits, .. } = change else { continue };
        later.apply(&statement.effect);
        match (waits, &statement.effect) {
            (None, effect) => now.apply(effect),
            (Some(waits), Effect::Granted(on, to, _)) if *waits == Waits::Update || !shapes.contains_key(on) => {
                behind_all.insert((on, to.as_str()));
            }
            _ => {}
        }
    }
    later.shapes.extend(shapes.clone());
    let own = [user, desired.run_as()];
    let states = [SightState::of(before), SightState::of(&now), SightState::of(&later)];
    let who: BTreeSet<&String> =
        states.iter().flat_map(SightState::readers).filter(|who| !own.contains(&who.as_str())).collect();
    let tables: BTreeSet<&Object> = states.iter().flat_map(SightState::tables).collect();
    let mut changes = vec![];
    for who in who {
        for table in &tables {
            let waits = if behind_all.contains(&(*table, who.as_str())) { When::AfterAll } else { When::AfterUpdate };
            changes.extend(shifts(&states, who, table, waits));
        }
    }
    let (others, unread) = others(desired, &later, &own);
    Sight { changes, others, unread }
}

/// What changes of a table for somebody, columns of equal fate together.
fn shifts(states: &[SightState<'_>; 3], who: &str, table: &Object, waits: When) -> Vec<Shift> {
    let columns: Vec<&str> = {
        let mut seen = BTreeSet::new();
        states.iter().flat_map(|state| state.columns(table)).filter(|column| seen.insert(*column)).collect()
    };
    let mut fates: BTreeMap<(When, ColumnSight, ColumnSight), Vec<String>> = BTreeMap::new();
    for column in &columns {
        let [before, now, later] = states.each_ref().map(|state| state.view(who, table, column));
        for (from, to, when) in [(&before, &now, When::Now), (&now, &later, waits)] {
            if from != to {
                fates.entry((when, from.clone(), to.clone())).or_default().push((*column).to_owned());
            }
        }
    }
    let shift = |((when, before, after), of): ((When, ColumnSight, ColumnSight), Vec<String>)| Shift {
        who: who.to_owned(),
        table: table.full_name(),
        columns: if of.len() == columns.len() { vec![] } else { of },
        before,
        after,
        when,
    };
    fates.into_iter().map(shift).collect()
}

/// What is held beside the specs, and objects of which that can't be told.
fn others(desired: &Desired, later: &ObservedCatalog, own: &[&str]) -> (Vec<Other>, Vec<String>) {
    const TELLING: [&str; 4] = ["SELECT", "ALL PRIVILEGES", "MANAGE", "MODIFY"];
    let (mut granted, mut owners) = (BTreeSet::new(), BTreeSet::new());
    for statement in &desired.statements {
        match &statement.effect {
            Effect::Granted(on, to, words) => granted.extend(words.iter().map(|word| (on, to.as_str(), word.as_str()))),
            Effect::Owned(_, owner) => drop(owners.insert(owner.as_str())),
            _ => {}
        }
    }
    let reaches = |on: &&Object| matches!(on.kind, ObjectKind::Catalog | ObjectKind::Schema | ObjectKind::Table);
    let (mut others, mut unread) = (vec![], vec![]);
    for (on, held) in later.privileges.iter().filter(|(on, _)| reaches(on)) {
        match held {
            Known::Unknown(_) => unread.push(on.to_string()),
            Known::Absent => {}
            Known::Read(held) => {
                for (who, words) in held.iter().filter(|(who, _)| !own.contains(&who.as_str())) {
                    let is_other = |word: &&String| {
                        TELLING.contains(&word.as_str()) && !granted.contains(&(on, who.as_str(), word.as_str()))
                    };
                    let holds: Vec<String> = words.iter().filter(is_other).cloned().collect();
                    if !holds.is_empty() {
                        others.push(Other { who: who.clone(), on: on.to_string(), holds });
                    }
                }
            }
        }
    }
    for (on, owner) in later.owners.iter().filter(|(on, _)| reaches(on)) {
        if !own.contains(&owner.as_str()) && !owners.contains(owner.as_str()) {
            others.push(Other { who: owner.clone(), on: on.to_string(), holds: vec!["owner".to_owned()] });
        }
    }
    others.sort();
    (others, unread)
}
