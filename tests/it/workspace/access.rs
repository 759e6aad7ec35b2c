//! Who may do what with what Unity Catalog holds, and with files of the workspace.

use std::collections::BTreeSet;

use super::asked::{Refusal, denied};
use super::state::{Kind, State};

/// The group that everybody is in.
pub const EVERYBODY: &str = "account users";

/// A name with those above it, from the catalog on.
pub fn chain(kind: Kind, name: &str) -> Vec<(Kind, String)> {
    let name = name.to_lowercase();
    let parts: Vec<&str> = name.split('.').collect();
    let kinds = [Kind::Catalog, Kind::Schema, kind];
    (1..=parts.len().min(3))
        .map(|n| (if n == parts.len() { kind } else { kinds[n - 1] }, parts[..n].join(".")))
        .collect()
}

impl State {
    /// Somebody with all groups that they are in.
    pub fn identities(&self, who: &str) -> BTreeSet<String> {
        let groups = self.people.get(who).cloned().unwrap_or_default();
        groups.into_iter().chain([who.to_owned(), EVERYBODY.to_owned()]).collect()
    }

    pub fn owns(&self, who: &str, kind: Kind, name: &str) -> bool {
        self.thing(kind, name).is_some_and(|thing| self.identities(who).contains(&thing.owner))
    }

    /// Whether a privilege was given on something or above it.
    pub fn holds(&self, who: &str, privilege: &str, kind: Kind, name: &str) -> bool {
        let people = self.identities(who);
        let all = if ["MANAGE", "READ_METADATA"].contains(&privilege) { privilege } else { "ALL_PRIVILEGES" };
        chain(kind, name).iter().any(|(kind, name)| {
            let is_given = |privilege: &str| {
                people
                    .iter()
                    .any(|who| self.granted.contains(&(privilege.to_owned(), *kind, name.clone(), who.clone())))
            };
            is_given(privilege) || is_given(all)
        })
    }

    /// Owners of something, or of what it lies in, and whoever has MANAGE: they may grant, and drop.
    pub fn manages(&self, who: &str, kind: Kind, name: &str) -> bool {
        let is_owner = chain(kind, name).iter().any(|(kind, name)| self.owns(who, *kind, name));
        is_owner || self.holds(who, "MANAGE", kind, name)
    }

    pub fn may(&self, who: &str, privilege: &str, kind: Kind, name: &str) -> bool {
        self.holds(who, privilege, kind, name) || self.owns(who, kind, name)
    }

    /// Whether somebody may use the catalog and the schema that something lies in.
    pub fn uses(&self, who: &str, kind: Kind, name: &str) -> Result<(), Refusal> {
        for (above, name) in chain(kind, name) {
            let privilege = match above {
                Kind::Catalog => "USE_CATALOG",
                Kind::Schema => "USE_SCHEMA",
                _ => continue,
            };
            // A schema that is made or looked up need not be used yet.
            if above != kind && !self.may(who, privilege, above, &name) {
                let word = privilege.replace('_', " ");
                return denied(format!("User does not have {word} on {} '{name}'.", above.word()));
            }
        }
        Ok(())
    }

    /// Refuses who lacks a privilege on something, or the use of what it lies in.
    pub fn need(&self, who: &str, privilege: &str, kind: Kind, name: &str) -> Result<(), Refusal> {
        self.uses(who, kind, name)?;
        if kind == Kind::Schema && privilege != "USE_SCHEMA" && !self.may(who, "USE_SCHEMA", kind, name) {
            return denied(format!("User does not have USE SCHEMA on Schema '{name}'."));
        }
        if self.may(who, privilege, kind, name) {
            return Ok(());
        }
        denied(format!("User does not have {} on {} '{name}'.", privilege.replace('_', " "), kind.word()))
    }

    pub fn need_manage(&self, who: &str, kind: Kind, name: &str) -> Result<(), Refusal> {
        if self.manages(who, kind, name) {
            return Ok(());
        }
        denied(format!("User is not an owner of {} '{name}'.", kind.word()))
    }

    /// Whether somebody may read or change what lies at a path of the workspace: it is below their own folder or a shared
    /// one, they made it or something above it, or were given the right on something above it.
    pub fn may_file(&self, who: &str, path: &str, to_write: bool) -> bool {
        let people = self.identities(who);
        let enough: &[&str] =
            if to_write { &["CAN_EDIT", "CAN_MANAGE"] } else { &["CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"] };
        std::path::Path::new(path).ancestors().any(|above| {
            let above = above.to_string_lossy();
            let Some(entry) = self.entries.get(above.as_ref()) else { return false };
            let given = self.permissions.get(&("directories".to_owned(), entry.id.to_string()));
            let is_given = given.is_some_and(|given| {
                given.iter().any(|((_, to), level)| people.contains(to) && enough.contains(&level.as_str()))
            });
            above == "/Workspace/Shared" || people.contains(&entry.owner) || is_given
        })
    }

    /// The highest level that somebody has on a thing by type and id.
    pub fn has_level(&self, who: &str, of: &str, id: &str, enough: &[&str]) -> bool {
        let people = self.identities(who);
        let given = self.permissions.get(&(of.to_owned(), id.to_owned()));
        let is_given = given.is_some_and(|given| {
            given.iter().any(|((_, to), level)| people.contains(to) && enough.contains(&level.as_str()))
        });
        is_given || people.contains("admins")
    }
}
