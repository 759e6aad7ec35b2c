//! Checks whether a deployment would succeed, before anything is changed, and gives a remedy if not. Nothing is
//! written: the only request that is not a read asks the workspace to validate the settings of the pipeline without
//! creating it.

use std::collections::BTreeSet;

use lakeflow::check::OutsideTable;
use serde::Serialize;
use serde_json::{Value, json};

use super::client::Client;
use super::client::api::grants::{self, Securable};
use super::client::api::identity::{self, Identity};
use super::client::api::permissions::{self, On, Who};
use super::client::api::{files, pipelines, schemas, volumes};
use super::client::error::{Error, ErrorKind};
use super::desired::Desired;
use super::observe::{self, ObserveError, TargetSite};
use super::{adopt, change, outside};
use crate::bundle::resource::ResourceKind;
use crate::model::{Mode, Principal, Target};
use crate::plan::deployment;

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is as it has to be.
    Fine,
    /// Something is missing, or wrong.
    Lacking,
    /// Nobody can tell from here.
    Unknown,
}

/// A check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoctorCheck {
    /// What was looked at.
    pub what: &'static str,
    /// What it came to.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What has to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

pub(super) fn fine(what: &'static str, found: String) -> DoctorCheck {
    DoctorCheck { what, verdict: Verdict::Fine, found, remedy: None }
}

pub(super) fn lacking(what: &'static str, found: String, remedy: String) -> DoctorCheck {
    DoctorCheck { what, verdict: Verdict::Lacking, found, remedy: Some(remedy) }
}

pub(super) fn unknown(what: &'static str, found: String, remedy: &str) -> DoctorCheck {
    DoctorCheck { what, verdict: Verdict::Unknown, found, remedy: Some(remedy.to_owned()) }
}

/// Looks at all that a deployment to a target needs, the tables that the pipeline reads among it.
pub fn examine(client: &Client<'_>, desired: &Desired, tables: &[OutsideTable], target: &Target) -> Vec<DoctorCheck> {
    let me = match identity::me(client) {
        Ok(me) => me,
        Err(error) => {
            let remedy = error.kind.hint().unwrap_or("check the credentials: `--profile`, or the environment");
            return vec![lacking("credentials", error.to_string(), remedy.to_owned())];
        }
    };
    let kind = client.credentials().unwrap_or("a token");
    let mut checks = vec![fine("credentials", format!("`{}` by {kind} on {}", me.user_name, client.host()))];
    let examination = Examination { client, desired, target, me };
    checks.push(examination.identity());
    let warehouse = observe::warehouse(client, desired);
    checks.push(examination.warehouse(&warehouse));
    checks.push(examination.catalog());
    checks.extend(examination.schema_names().iter().map(|name| examination.schema(name)));
    checks.extend(examination.volume());
    checks.extend(outside::examine(client, tables, target));
    let site = observe::site(client, desired);
    checks.push(examination.folder(&site));
    if let (Ok(warehouse), Ok(site)) = (warehouse, site) {
        checks.extend(examination.resources(site, warehouse));
    }
    checks
}

struct Examination<'a, 'c, 'w> {
    client: &'c Client<'w>,
    desired: &'a Desired,
    target: &'a Target,
    me: Identity,
}

impl Examination<'_, '_, '_> {
    /// Whether whoever asks is who deploys.
    fn identity(&self) -> DoctorCheck {
        let user = &self.me.user_name;
        let is_development = self.target.mode == Mode::Development;
        let Some(deployer) = deployment::deployer(self.target).filter(|_| !is_development) else {
            return fine("identity", format!("no `deployer` is set; this is `{user}`"));
        };
        let is_meant = match deployer {
            Principal::ServicePrincipal(id) => id == user,
            Principal::Group(name) => self.me.groups.iter().any(|group| group.display == *name),
        };
        match is_meant {
            true => fine("identity", format!("`{user}` deploys")),
            false => {
                let found = format!("this is `{user}`, but `deployer` is `{}`", deployer.id());
                lacking("identity", found, format!("use the credentials of `{}`", deployer.id()))
            }
        }
    }

    fn warehouse(&self, found: &Result<String, ObserveError>) -> DoctorCheck {
        match found {
            Ok(id) => fine("warehouse", format!("`{}` ({id})", self.desired.warehouse.as_deref().unwrap_or_default())),
            Err(error) => {
                let remedy = "set another `warehouse` in the target, or ask for CAN USE on it";
                lacking("warehouse", error.to_string(), remedy.to_owned())
            }
        }
    }

    /// What this identity holds on something, given to it or to a group that it is in.
    fn held(&self, on: Securable, name: &str) -> Result<BTreeSet<String>, Error> {
        let all = grants::effective(self.client, on, name, None)?;
        let groups = self.me.groups.iter().map(|group| group.display.as_str());
        let own: BTreeSet<&str> = groups.chain([self.me.user_name.as_str(), "account users"]).collect();
        let held = all.into_iter().filter(|(who, _)| own.contains(who.as_str())).flat_map(|(_, held)| held);
        Ok(held.map(|effective| effective.privilege).collect())
    }

    fn catalog(&self) -> DoctorCheck {
        let name = &self.target.catalog;
        let ask = "ask an administrator for it: `gen doctor --bootstrap` prints the statements";
        let held = match self.held(Securable::Catalog, name) {
            Ok(held) => held,
            Err(error) => return lacking("catalog", format!("`{name}`: {error}"), ask.to_owned()),
        };
        let is_there = |name: &String| matches!(schemas::get(self.client, name), Ok(Some(_)));
        let has_schema = self.schema_names().iter().all(is_there);
        let needed = ["USE_CATALOG", "CREATE_SCHEMA"].into_iter().take(if has_schema { 1 } else { 2 });
        let has = |privilege: &&str| held.contains(*privilege) || held.contains("ALL_PRIVILEGES");
        let missing: Vec<String> = needed.filter(|privilege| !has(privilege)).map(|p| p.replace('_', " ")).collect();
        match missing.is_empty() {
            true => fine("catalog", format!("`{name}` can be used")),
            false => lacking("catalog", format!("missing {} on `{name}`", missing.join(", ")), ask.to_owned()),
        }
    }

    /// The schemas, each from its catalog on.
    fn schema_names(&self) -> Vec<String> {
        self.target.schemas().into_iter().map(|schema| format!("{}.{schema}", self.target.catalog)).collect()
    }

    fn schema(&self, name: &str) -> DoctorCheck {
        let owner = match schemas::get(self.client, name) {
            Ok(Some(schema)) => schema.owner.unwrap_or_default(),
            Ok(None) => return fine("schema", format!("`{name}` does not exist yet; the deployment creates it")),
            Err(error) => {
                let remedy = "ask for USE CATALOG and USE SCHEMA, to see what exists";
                return unknown("schema", error.to_string(), remedy);
            }
        };
        let groups = self.me.groups.iter().map(|group| &group.display);
        let is_own = groups.chain([&self.me.user_name]).any(|own| *own == owner);
        let manages = || self.held(Securable::Schema, name).is_ok_and(|held| held.contains("MANAGE"));
        match is_own || manages() {
            true => fine("schema", format!("`{name}`, owned by `{owner}`")),
            false => {
                let found = format!("`{name}` is owned by `{owner}`, and this identity has no MANAGE on it");
                lacking("schema", found, format!("make `{}` its owner", self.me.user_name))
            }
        }
    }

    /// A volume of somebody else; the deployment makes its own.
    fn volume(&self) -> Option<DoctorCheck> {
        let parts: Vec<&str> = self.target.landing.strip_prefix("/Volumes/")?.split('/').take(3).collect();
        let name = parts.join(".");
        Some(match volumes::get(self.client, &name) {
            Ok(Some(_)) => fine("volume", format!("`{name}`")),
            Ok(None) if deployment::own_volume(self.target).is_some() => {
                fine("volume", format!("`{name}` does not exist yet; the deployment creates it"))
            }
            Ok(None) => {
                lacking("volume", format!("there is no `{name}`"), "create it, or set another `landing`".into())
            }
            // It lies in a schema that is not there.
            Err(error) if error.kind == ErrorKind::NotFound && deployment::own_volume(self.target).is_some() => {
                fine("volume", format!("`{name}` does not exist yet; the deployment creates it"))
            }
            Err(error) => unknown("volume", error.to_string(), "ask for READ VOLUME, to see it"),
        })
    }

    fn folder(&self, site: &Result<TargetSite, ObserveError>) -> DoctorCheck {
        let root = match site {
            Ok(site) => site.root.clone(),
            Err(error) => {
                return lacking("folder", error.to_string(), "remove the file, or set another `root`".into());
            }
        };
        if root == "/Workspace/Shared" || root.starts_with("/Workspace/Shared/") {
            let remedy = "set another `root`: whoever can edit these files can run code as the pipeline";
            return lacking("folder", format!("everybody can write to `{root}`"), remedy.to_owned());
        }
        if root.starts_with(&format!("/Workspace/Users/{}/", self.me.user_name)) {
            return fine("folder", format!("`{root}`, below the folder of `{}`", self.me.user_name));
        }
        let ask =
            || format!("ask an administrator to create `{root}` and grant `{}` CAN MANAGE on it", self.me.user_name);
        let mut path = root.as_str();
        let entry = loop {
            match files::status(self.client, path) {
                Ok(Some(entry)) => break entry,
                Ok(None) => match path.rsplit_once('/').filter(|(above, _)| above.len() > "/Workspace".len()) {
                    Some((above, _)) => path = above,
                    None => return lacking("folder", format!("cannot see `{root}`"), ask()),
                },
                Err(error) => return unknown("folder", error.to_string(), &ask()),
            }
        };
        match permissions::get(self.client, On::Directories, &entry.object_id.to_string()) {
            Ok(held) if self.may_write(&held) => fine("folder", format!("`{path}` is writable")),
            Ok(_) => lacking("folder", format!("`{path}` is not writable"), ask()),
            Err(error) => unknown("folder", error.to_string(), &ask()),
        }
    }

    fn may_write(&self, held: &std::collections::BTreeMap<Who, permissions::Levels>) -> bool {
        let is_mine = |who: &Who| match who {
            Who::UserName(name) | Who::ServicePrincipalName(name) => *name == self.me.user_name,
            Who::GroupName(name) => self.me.groups.iter().any(|group| group.display == *name),
        };
        let is_enough = |level: &String| matches!(level.as_str(), "CAN_EDIT" | "CAN_MANAGE" | "IS_OWNER");
        held.iter().any(|(who, levels)| is_mine(who) && levels.direct.iter().chain(&levels.inherited).any(is_enough))
    }

    /// Whether pipeline and jobs can be made, or are ours.
    fn resources(&self, site: TargetSite, warehouse: String) -> Vec<DoctorCheck> {
        let remote = observe::unread(site, warehouse);
        let release = self.desired.release();
        let Ok(wanted) = change::wanted(self.desired, &remote, &release) else { return vec![] };
        let mut checks = vec![self.pipeline(&wanted)];
        let mut ours = 0;
        for (kind, key, body) in wanted.iter().filter(|(kind, ..)| adopt::can_be_adopted(*kind)) {
            let known = remote.memory.resources.get(key).map(String::as_str);
            match observe::find(self.client, *kind, &change::name_of(*kind, body), known, self.desired, &remote.root) {
                Ok(found) => ours += usize::from(found.is_some()),
                Err(error @ (ObserveError::Foreign { .. } | ObserveError::Several { .. })) => {
                    let remedy = "take it over with `gen adopt`, or give it another name".to_owned();
                    checks.push(lacking("names", error.to_string(), remedy));
                }
                Err(error) => checks.push(unknown("names", error.to_string(), "run it again")),
            }
        }
        if checks.iter().all(|check| check.what != "names") {
            checks
                .push(fine("names", format!("pipeline and jobs: {ours} exist and are ours, all other names are free")));
        }
        checks
    }

    /// Whether the workspace would take the pipeline, with whom it runs as.
    fn pipeline(&self, wanted: &[(ResourceKind, String, Value)]) -> DoctorCheck {
        let what = "service principal";
        let Some(run_as) = self.target.run_as.as_ref().filter(|run_as| run_as.id() != self.me.user_name) else {
            return fine(what, format!("the pipeline runs as `{}`", self.me.user_name));
        };
        let is_there = |name: &String| matches!(schemas::get(self.client, name), Ok(Some(_)));
        if !self.schema_names().iter().all(is_there) {
            let remedy = "deploy once; before that, it is unknown whether the role `servicePrincipal.user` was granted";
            return unknown(what, format!("the pipeline runs as `{}`", run_as.id()), remedy);
        }
        let mut body = wanted
            .iter()
            .find(|(kind, ..)| *kind == ResourceKind::Pipeline)
            .map(|(.., b)| b.clone())
            .unwrap_or_default();
        if let Some(body) = body.as_object_mut() {
            body.extend([("dry_run".to_owned(), json!(true)), ("allow_duplicate_names".to_owned(), json!(true))]);
        }
        match pipelines::judge(self.client, &body) {
            Ok(()) => fine(what, format!("the pipeline may run as `{}`", run_as.id())),
            Err(error) => {
                let remedy = format!(
                    "ask an administrator to grant `{}` the role `servicePrincipal.user` on `{}`",
                    self.me.user_name,
                    run_as.id()
                );
                lacking(what, error.to_string(), remedy)
            }
        }
    }
}
