//! Who may do what with a folder, pipeline, jobs, alerts and dashboards.

use std::collections::BTreeMap;

use super::Applying;
use crate::bundle::Permission;
use crate::bundle::resource::ResourceKind;
use crate::deploy::change;
use crate::deploy::client::api::files;
use crate::deploy::client::api::permissions::{self, Entry, On, Who};
use crate::deploy::client::error::Error;
use crate::deploy::observe::permissions_of;
use crate::deploy::ownership;
use crate::model::Principal;

fn who(principal: &Principal) -> Who {
    match principal {
        Principal::Group(name) => Who::GroupName(name.clone()),
        Principal::ServicePrincipal(id) => Who::ServicePrincipalName(id.clone()),
    }
}

impl Applying<'_, '_, '_> {
    /// Lets those read a folder who start updates: the pipeline reads its sources as whoever it runs as. Whoever deploys
    /// owns it.
    pub(super) fn let_read(&self, folder: &str) -> Result<(), Error> {
        let permissions = self.desired.permissions();
        let others = permissions.iter().filter(|permission| permission.principal.id() != self.remote.user);
        let entry =
            |permission: &Permission| Entry { who: who(&permission.principal), permission_level: "CAN_READ".into() };
        let entries: Vec<Entry> = others.map(entry).collect();
        match files::status(self.client, folder)? {
            Some(there) if !entries.is_empty() => {
                permissions::give(self.client, On::Directories, &there.object_id.to_string(), &entries)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn permit(&self, on: On, key: &str, levels: &[(Principal, &'static str)]) -> Result<(), Error> {
        let Some(there) = self.remote.resources.get(key) else { return Ok(()) };
        let entry = |(principal, level): &(Principal, &'static str)| Entry {
            who: who(principal),
            permission_level: (*level).to_owned(),
        };
        permissions::give(self.client, on, &there.id, &levels.iter().map(entry).collect::<Vec<_>>())
    }

    /// Leaves no levels on a resource but those of its owner, of whoever deploys, and those that the specs give.
    pub(super) fn forbid(&self, kind: Option<ResourceKind>, key: &str) -> Result<(), Error> {
        let there = kind.map_or_else(|| self.remote.dashboards.get(key), |_| self.remote.resources.get(key));
        let on = kind.map_or(Some(On::Dashboards), permissions_of);
        let (Some(there), Some(on)) = (there, on) else { return Ok(()) };
        let permissions = self.desired.permissions();
        let given: Vec<(&Principal, &str)> = match kind {
            Some(kind) => {
                let levels = permissions.iter();
                levels.filter_map(|given| Some((&given.principal, given.level.word(kind)?))).collect()
            }
            None => self.desired.viewers_of(key).map(|principal| (principal, change::VIEW)).collect(),
        };
        let mut entries: BTreeMap<Who, String> =
            given.into_iter().map(|(principal, level)| (who(principal), level.to_owned())).collect();
        for (who, levels) in permissions::get(self.client, on, &there.id)? {
            let is_user = who.name() == self.remote.user;
            let own = levels.direct.into_iter().rfind(|level| is_user || level == ownership::OWNER);
            own.map(|level| entries.insert(who, level));
        }
        let entry = |(who, permission_level)| Entry { who, permission_level };
        permissions::replace(self.client, on, &there.id, &entries.into_iter().map(entry).collect::<Vec<_>>())
    }

    pub(super) fn show(&self, metric: &str, to: &[Principal]) -> Result<(), Error> {
        let Some(there) = self.remote.dashboards.get(metric) else { return Ok(()) };
        let entry = |principal: &Principal| Entry { who: who(principal), permission_level: change::VIEW.to_owned() };
        permissions::give(self.client, On::Dashboards, &there.id, &to.iter().map(entry).collect::<Vec<_>>())
    }
}
