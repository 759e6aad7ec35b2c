//! How much of grants, tags, permissions, comments and job settings a deployment manages.
//!
//! The statements of a build say what is granted and set. Here, statements about attributes that somebody else manages
//! are left out, and where the specs demand exactly what they declare, statements are added that revoke what others
//! granted.

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::{ident, ident_text, string_text};

use super::catalog::{ALL, Known, ObservedCatalog, Privileges};
use super::change::ResourceThere;
use super::desired::{Desired, DesiredStatement};
use super::effect::{Effect, Object, ObjectKind, TaggedObject};
use super::field::Extent;
use crate::bundle::resource::ResourceKind;
use crate::model::{Ownership, Share, TAGS_OF_SERVER};
use crate::plan::{FilePhase, Identity};

/// Who and what the specs speak of.
pub struct Ours<'a> {
    /// How much is for the specs to say.
    pub ownership: Ownership,
    /// The statements of the build.
    pub statements: &'a [DesiredStatement],
    /// Tables of the pipeline.
    pub tables: &'a [Object],
    /// Whoever runs or deploys the pipeline: what they hold is never taken away.
    pub identities: BTreeSet<&'a str>,
}

impl Ours<'_> {
    /// The statements that make the catalog what is wanted, in their order; those that take away what others gave come first,
    /// for a privilege that goes may imply one that is to stay.
    pub fn statements(&self, catalog: &ObservedCatalog) -> Vec<DesiredStatement> {
        let mut statements = vec![];
        if self.ownership.grants == Share::Exact {
            statements.extend(self.revokes(catalog));
        }
        statements.extend(self.given().cloned());
        if self.ownership.tags == Share::Exact {
            statements.extend(self.untags(catalog));
        }
        statements
    }

    /// The statements of the build about what the deployment looks after.
    pub fn given(&self) -> impl Iterator<Item = &DesiredStatement> {
        self.statements.iter().filter(|statement| self.is_ours(&statement.effect))
    }

    fn is_ours(&self, effect: &Effect) -> bool {
        match effect {
            Effect::Granted(_, who, _) | Effect::Revoked(_, who, _) => {
                self.ownership.grants != Share::Ignored || self.identities.contains(who.as_str())
            }
            Effect::Tags(..) | Effect::NoTags(..) => self.ownership.tags != Share::Ignored,
            Effect::Comment(..) => self.ownership.comments != Share::Ignored,
            _ => true,
        }
    }

    /// What the statements give on each object.
    fn privileges(&self) -> BTreeMap<&Object, Privileges> {
        let mut given: BTreeMap<&Object, Privileges> =
            self.tables.iter().map(|table| (table, BTreeMap::new())).collect();
        for statement in self.statements {
            match &statement.effect {
                Effect::Granted(on, to, words) => {
                    given.entry(on).or_default().entry(to.clone()).or_default().extend(words.iter().cloned());
                }
                Effect::Revoked(on, ..)
                | Effect::Exists(on)
                | Effect::Function(on, _)
                | Effect::MetricView(on, _)
                | Effect::View(on, _) => drop(given.entry(on).or_default()),
                _ => {}
            }
        }
        // A catalog is everybody's.
        given.retain(|on, _| on.kind != ObjectKind::Catalog);
        given
    }

    fn revokes(&self, catalog: &ObservedCatalog) -> Vec<DesiredStatement> {
        let mut revokes = vec![];
        for (on, given) in self.privileges() {
            let Some(Known::Read(held)) = catalog.privileges.get(on) else { continue };
            let owner = catalog.owners.get(on);
            for (who, held) in
                held.iter().filter(|(who, _)| !self.identities.contains(who.as_str()) && owner != Some(who))
            {
                let given = given.get(who);
                let foreign: BTreeSet<String> =
                    held.iter().filter(|word| !given.is_some_and(|given| given.contains(*word))).cloned().collect();
                let may_all = held.contains(ALL) && given.is_some_and(|given| given.contains(ALL));
                if !foreign.is_empty() && !may_all {
                    let words: Vec<&str> = foreign.iter().map(String::as_str).collect();
                    let (kind, name, from) = (on.kind.word().to_uppercase(), named(on), ident_text(&ident(who)));
                    let text = format!("REVOKE {} ON {kind} {name} FROM {from}", words.join(", "));
                    revokes.push(said(FilePhase::Before, on, text, Effect::Revoked(on.clone(), who.clone(), foreign)));
                }
            }
        }
        revokes
    }

    fn untags(&self, catalog: &ObservedCatalog) -> Vec<DesiredStatement> {
        let mut given: BTreeMap<&TaggedObject, BTreeSet<&str>> = BTreeMap::new();
        for statement in self.statements {
            if let Effect::Tags(tagged, tags) = &statement.effect {
                given.entry(tagged).or_default().extend(tags.keys().map(String::as_str));
            }
        }
        let mut untags = vec![];
        let ours = catalog.tags.iter().flatten().filter(|(tagged, _)| self.tables.contains(&tagged.table));
        for (tagged, tags) in ours {
            let Some(keeper) = catalog.keepers.get(&tagged.table) else { continue };
            let is_foreign = |key: &&String| {
                let is_given = given.get(tagged).is_some_and(|given| given.contains(key.as_str()));
                !is_given && !TAGS_OF_SERVER.iter().any(|begin| key.starts_with(begin))
            };
            let foreign: BTreeSet<String> = tags.keys().filter(is_foreign).cloned().collect();
            if foreign.is_empty() {
                continue;
            }
            let kind = if keeper.is_stream { "STREAMING TABLE" } else { "MATERIALIZED VIEW" };
            let column = tagged.column.as_ref().map(|column| format!(" ALTER COLUMN {}", ident_text(&ident(column))));
            let keys: Vec<String> = foreign.iter().map(|key| string_text(key)).collect();
            let (name, column, keys) = (named(&tagged.table), column.unwrap_or_default(), keys.join(", "));
            let text = format!("ALTER {kind} {name}{column} UNSET TAGS ({keys})");
            untags.push(said(FilePhase::After, &tagged.table, text, Effect::NoTags(tagged.clone(), foreign)));
        }
        untags
    }
}

fn named(object: &Object) -> String {
    object.name.iter().map(|part| ident_text(&ident(part))).collect::<Vec<_>>().join(".")
}

/// A statement that no file of the build holds. What is said of a table is said by its owner.
fn said(phase: FilePhase, on: &Object, text: String, effect: Effect) -> DesiredStatement {
    let identity = if on.kind == ObjectKind::Table { Identity::RunAs } else { Identity::Deployer };
    DesiredStatement { phase, file: String::new(), text, effect, behind_update: false, identity }
}

/// Objects of which it has to be known who may do what with them, whether or not the specs give anything there: where others
/// are to hold nothing.
pub fn looked_at(ownership: Ownership, effects: &[Effect], tables: impl Iterator<Item = Object>) -> Vec<Object> {
    let made = effects.iter().filter_map(|effect| match effect {
        Effect::Exists(on) | Effect::Function(on, _) | Effect::MetricView(on, _) | Effect::View(on, _) => {
            Some(on.clone())
        }
        _ => None,
    });
    if ownership.grants == Share::Exact { made.chain(tables).collect() } else { vec![] }
}

/// How much of a resource that is there is compared and replaced. A pipeline is ours, but for its tags.
pub fn extent(ownership: Ownership, kind: ResourceKind) -> Extent {
    let settings = if kind == ResourceKind::Job { ownership.job_settings } else { Share::Exact };
    Extent { tags: ownership.tags, settings }
}

/// Principals who hold levels on a resource that the specs do not give, where these are to hold no others. `declared` are
/// the levels that are given; owners and `user`, who deploys, keep theirs.
pub fn strangers(share: Share, there: Option<&ResourceThere>, declared: &[(&str, &str)], user: &str) -> Vec<String> {
    let levels = there.filter(|_| share == Share::Exact).into_iter().flat_map(|there| &there.levels);
    let is_stranger = |who: &str, held: &[String]| {
        let is_given = |level: &String| declared.contains(&(who, level.as_str()));
        who != user && !held.iter().any(|level| level == OWNER) && held.iter().any(|level| !is_given(level))
    };
    levels.filter(|(who, held)| is_stranger(who, held)).map(|(who, _)| who.clone()).collect()
}

/// The level of whoever owns a resource.
pub const OWNER: &str = "IS_OWNER";

/// What the specs say of a target, and how much of it.
pub fn ours<'a>(desired: &'a Desired, tables: &'a [Object], user: &'a str) -> Ours<'a> {
    let identities = desired.identities().chain([user]).filter(|who| !who.is_empty()).collect();
    Ours { ownership: desired.ownership, statements: &desired.statements, tables, identities }
}
