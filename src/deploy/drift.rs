//! What was changed by hand: compares a workspace with the state that the last deployment left there. What the specs
//! say now is ignored, and so is everything that servers add, sort or spell differently.

use std::collections::BTreeSet;

use super::catalog::{Known, ObservedCatalog};
use super::change::{self, Change, DeployStage, Remote, Waits};
use super::client::Client;
use super::client::api::identity::{self, Identity};
use super::effect::{Effect, Object, ObjectKind};
use super::field;
use super::left::Left;
use super::memory::Memory;
use super::observe::{self, ObserveError, TargetSite, dashboard_key, kind_of};
use super::ownership::{self, Ours};
use super::release;
use super::report::{self, Fate, ReportLine};

/// What was found of a deployment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Drift {
    /// What differs from what was deployed, each as the change that would put it right.
    pub lines: Vec<ReportLine>,
    /// What this identity may not see, and so can't tell.
    pub unknown: Vec<ReportLine>,
}

/// What differs from what was deployed.
///
/// # Errors
/// When the workspace can't be read.
pub fn drift(client: &Client<'_>, left: &Left, site: TargetSite, warehouse: String) -> Result<Drift, ObserveError> {
    let remote = look(client, left, site, warehouse)?;
    let mut lines = lost_tables(left, &remote);
    lines.extend(files(client, left, &remote)?);
    let me = identity::me(client)?;
    let (known, unknown): (Vec<Change>, Vec<Change>) =
        changes(left, &remote).into_iter().partition(|change| can_tell(change, &remote, &me));
    lines.extend(report::lines(&known));
    lines.sort_by_key(|line| line.stage);
    Ok(Drift { lines, unknown: report::lines(&unknown) })
}

/// Whether it could be read what a change is about. Permissions always name an owner, unless they may not be seen.
fn can_tell(change: &Change, remote: &Remote, me: &Identity) -> bool {
    match change {
        Change::Statement { statement, .. } => {
            let is_seen = match &statement.effect {
                Effect::Granted(on, ..) | Effect::Revoked(on, ..) => sees_all(on, &remote.catalog, me),
                Effect::Tags(tagged, _) | Effect::NoTags(tagged, _) => sees_all(&tagged.table, &remote.catalog, me),
                _ => true,
            };
            is_seen && remote.catalog.can_tell(&statement.effect)
        }
        Change::Permit { key, .. } | Change::Forbid { kind: Some(_), key, .. } => {
            remote.resources.get(key).is_some_and(|there| !there.levels.is_empty())
        }
        Change::Show { key, .. } | Change::Forbid { kind: None, key, .. } => {
            remote.dashboards.get(key).is_some_and(|there| !there.levels.is_empty())
        }
        _ => true,
    }
}

/// Reads what there is of all that the deployment left.
fn look(client: &Client<'_>, left: &Left, site: TargetSite, warehouse: String) -> Result<Remote, ObserveError> {
    let effects: Vec<_> = left.statements().into_iter().map(|statement| statement.effect).collect();
    let also = ownership::looked_at(left.ownership, &effects, left.tables());
    let catalog = super::reading::catalog(client, Some(&warehouse), &effects, &also)?;
    let mut remote = Remote { catalog, ..observe::unread(site, warehouse) };
    let id = |memory: &Memory, key: &str| memory.resources.get(key).cloned();
    for key in left.resources.keys() {
        if let (Some(kind), Some(id)) = (kind_of(key), id(&remote.memory, key)) {
            observe::get(client, kind, &id)?.map(|there| remote.resources.insert(key.clone(), there));
        }
    }
    for key in left.dashboards.keys() {
        if let Some(id) = id(&remote.memory, &dashboard_key(key)) {
            observe::dashboard(client, &id)?.map(|there| remote.dashboards.insert(key.clone(), there));
        }
    }
    Ok(remote)
}

/// Whether an identity sees all privileges on an object, and not those alone that it has itself: it owns the object or its
/// schema, or sees what others have.
fn sees_all(on: &Object, catalog: &ObservedCatalog, me: &Identity) -> bool {
    let groups = me.groups.iter().map(|group| group.display.as_str());
    let own: BTreeSet<&str> = groups.chain([me.user_name.as_str(), "account users"]).collect();
    let schema = Object { kind: ObjectKind::Schema, name: on.name.iter().take(2).cloned().collect() };
    [on, &schema].into_iter().any(|object| {
        let owns = catalog.owners.get(object).is_some_and(|owner| own.contains(owner.as_str()));
        let sees = match catalog.privileges.get(object) {
            Some(Known::Read(held)) => held.keys().any(|who| !own.contains(who.as_str())),
            _ => false,
        };
        owns || sees
    })
}

fn changes(left: &Left, remote: &Remote) -> Vec<Change> {
    let (statements, tables) = (left.statements(), left.tables().collect::<Vec<_>>());
    let identities = left.identities.iter().map(String::as_str).chain([remote.user.as_str()]).collect();
    let ours = Ours { ownership: left.ownership, statements: &statements, tables: &tables, identities };
    let mut changes = change::statements(&ours.statements(&remote.catalog), &remote.catalog, true, "");
    // What is said of a table that is lost goes without saying.
    changes.retain(|change| !matches!(change, Change::Statement { waits: Some(Waits::Table(_)), .. }));
    for (key, body) in &left.resources {
        let Some(kind) = kind_of(key) else { continue };
        let (name, there) = (change::name_of(kind, body), remote.resources.get(key));
        match there
            .map(|there| field::differences(kind, ownership::extent(left.ownership, kind), body, &there.settings))
        {
            None => changes.push(Change::Create { kind, key: key.clone(), name }),
            Some(fields) if !fields.is_empty() => {
                changes.push(Change::Update { kind, key: key.clone(), name, fields });
            }
            Some(_) => {}
        }
        if there.is_some() {
            changes.extend(change::permitted(
                left.ownership.permissions,
                &left.permissions(),
                (kind, key),
                there,
                &remote.user,
            ));
        }
    }
    for (key, definition) in &left.dashboards {
        let there = remote.dashboards.get(key);
        if !there.is_some_and(|there| change::is_same_dashboard(definition, &there.settings)) {
            changes.push(Change::Dashboard { key: key.clone(), is_new: there.is_none() });
        }
        if there.is_some() {
            let (share, viewers) = (left.ownership.permissions, left.viewers_of(key));
            changes.extend(change::shown(share, &viewers, key, there, &remote.user));
        }
    }
    changes
}

fn plain(stage: DeployStage, fate: Fate, what: String) -> ReportLine {
    ReportLine { stage, fate, what, fields: vec![], access: None, waits: None }
}

/// Tables that were there and are not any more.
fn lost_tables(left: &Left, remote: &Remote) -> Vec<ReportLine> {
    // What could not be listed is not lost.
    let is_listed = remote.catalog.objects.values().any(|known| matches!(known, Known::Read(_)));
    let lost = left.tables().filter(|table| is_listed && !remote.catalog.is_there(table));
    lost.map(|table| plain(DeployStage::Waiting, Fate::New, table.to_string())).collect()
}

/// Files of the release that are not as they were written.
fn files(client: &Client<'_>, left: &Left, remote: &Remote) -> Result<Vec<ReportLine>, ObserveError> {
    let line = |what: String| plain(DeployStage::Files, Fate::Changed, what);
    let Some(touched) = release::touched(client, &remote.folder(&left.release))? else {
        return Ok(vec![line(format!("release `{}`", left.release))]);
    };
    Ok(touched.into_iter().map(|path| line(format!("file `{path}` of release `{}`", left.release))).collect())
}
