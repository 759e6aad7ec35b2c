//! The state that a deployment left behind, stored next to its state file: what it made of resources and dashboards,
//! the statements whose effect it saw hold, the existing tables.
//!
//! Specs change, and with them the result of a build. Only this record shows what was changed by hand
//! ([`drift`](super::drift)).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::catalog::Known;
use super::change::{self, Change, Remote};
use super::client::Client;
use super::client::api::files;
use super::client::error::{Error, ErrorKind};
use super::desired::{Desired, DesiredError, DesiredStatement, is_source};
use super::effect::{Effect, Object, ObjectKind};
use super::ownership;
use crate::bundle::resource::ResourceKind;
use crate::bundle::{Permission, PermissionLevel};
use crate::model::{Ownership, Principal};
use crate::plan::{FilePhase, Identity};

/// The form of the file that this program writes.
const VERSION: u32 = 1;
/// The largest one that is read.
const LIMIT: u64 = 256 << 20;

/// What a deployment left behind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Left {
    version: u32,
    /// The release that the pipeline points at.
    pub release: String,
    /// Settings of pipeline, jobs and alerts, by their keys.
    pub resources: BTreeMap<String, Value>,
    /// Who may do what with them.
    permissions: Vec<Allowed>,
    /// Who may look at which dashboard, by the keys of these.
    #[serde(default)]
    viewers: BTreeMap<String, Vec<Viewer>>,
    /// Definitions of dashboards, by their keys.
    pub dashboards: BTreeMap<String, String>,
    /// Statements that held.
    statements: Vec<Said>,
    /// Tables of the pipeline that were there, from the catalog on.
    tables: BTreeSet<Vec<String>>,
    /// How much of all this was looked after.
    #[serde(default)]
    pub ownership: Ownership,
    /// Whoever ran or deployed the pipeline.
    #[serde(default)]
    pub identities: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Viewer {
    who: String,
    is_group: bool,
}

impl Viewer {
    fn of(principal: &Principal) -> Viewer {
        Viewer { who: principal.id().to_owned(), is_group: matches!(principal, Principal::Group(_)) }
    }

    fn principal(&self) -> Principal {
        let who = self.who.clone();
        if self.is_group { Principal::Group(who) } else { Principal::ServicePrincipal(who) }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Allowed {
    who: String,
    is_group: bool,
    may_manage: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    file: String,
    text: String,
    is_before: bool,
}

impl Left {
    /// The file in the folder of a target.
    pub fn path(root: &str) -> String {
        format!("{root}/deployed.json")
    }

    /// What a deployment leaves behind that made all changes but these, which wait.
    ///
    /// # Errors
    /// When what is wanted is not whole, which is a fault of the compiler.
    pub fn of(desired: &Desired, remote: &Remote, waiting: &[Change]) -> Result<Left, DesiredError> {
        let release = desired.release();
        let resources = change::wanted(desired, remote, &release)?;
        let waits = |statement: &DesiredStatement| {
            let is_it = |change: &Change| matches!(change, Change::Statement { statement: s, .. } if **s == *statement);
            waiting.iter().any(is_it)
        };
        let said = |statement: &DesiredStatement| Said {
            file: statement.file.clone(),
            text: statement.text.clone(),
            is_before: statement.phase == FilePhase::Before,
        };
        let allowed = |permission: &Permission| Allowed {
            who: permission.principal.id().to_owned(),
            is_group: matches!(permission.principal, Principal::Group(_)),
            may_manage: permission.level == PermissionLevel::Manage,
        };
        let viewers = |metric: &str| desired.viewers_of(metric).map(Viewer::of).collect();
        let own = own_tables(desired, &resources);
        let ours = ownership::ours(desired, &own, &remote.user);
        let is_there = |table: &Object| matches!(remote.catalog.objects.get(table), Some(Known::Read(_)));
        Ok(Left {
            version: VERSION,
            release,
            resources: resources.into_iter().map(|(_, key, body)| (key, body)).collect(),
            permissions: desired.permissions().iter().map(allowed).collect(),
            viewers: desired.dashboards.iter().map(|d| (d.metric.clone(), viewers(&d.metric))).collect(),
            dashboards: desired.dashboards.iter().map(|d| (d.metric.clone(), d.definition.to_string())).collect(),
            statements: ours.given().filter(|statement| !waits(statement)).map(said).collect(),
            ownership: desired.ownership,
            identities: ours.identities.iter().map(|who| (*who).to_owned()).collect(),
            tables: own.into_iter().filter(is_there).map(|table| table.name).collect(),
        })
    }

    /// Reads what the last deployment left behind in the folder of a target; `None` when it left nothing that can be read.
    ///
    /// # Errors
    /// When the workspace fails.
    pub fn read(client: &Client<'_>, root: &str) -> Result<Option<Left>, Error> {
        match files::read(client, &Left::path(root), LIMIT) {
            Ok(text) => Ok(serde_json::from_slice(&text).ok().filter(|left: &Left| left.version == VERSION)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes it into the folder of a target.
    ///
    /// # Errors
    /// When the workspace fails.
    pub fn write(&self, client: &Client<'_>, root: &str) -> Result<(), Error> {
        files::write(client, &Left::path(root), &serde_json::to_vec_pretty(self).unwrap_or_default())
    }

    /// The statements, read back from their text.
    pub fn statements(&self) -> Vec<DesiredStatement> {
        let statement = |said: &Said| {
            let parsed = lakeflow::parse(&said.text).ok()?.pop()?;
            Some(DesiredStatement {
                phase: if said.is_before { FilePhase::Before } else { FilePhase::After },
                file: said.file.clone(),
                text: said.text.clone(),
                effect: Effect::of(&parsed.kind),
                behind_update: false,
                // Who ran it does not matter for what it left.
                identity: Identity::Deployer,
            })
        };
        self.statements.iter().filter_map(statement).collect()
    }

    /// Who may do what with pipeline, jobs and alerts.
    pub fn permissions(&self) -> Vec<Permission> {
        let permission = |allowed: &Allowed| Permission {
            principal: match allowed.is_group {
                true => Principal::Group(allowed.who.clone()),
                false => Principal::ServicePrincipal(allowed.who.clone()),
            },
            level: if allowed.may_manage { PermissionLevel::Manage } else { PermissionLevel::Run },
        };
        self.permissions.iter().map(permission).collect()
    }

    /// Who may look at a dashboard.
    pub fn viewers_of(&self, key: &str) -> Vec<Principal> {
        self.viewers.get(key).into_iter().flatten().map(Viewer::principal).collect()
    }

    /// The tables of the pipeline that were there.
    pub fn tables(&self) -> impl Iterator<Item = Object> + '_ {
        self.tables.iter().map(|name| Object { kind: ObjectKind::Table, name: name.clone() })
    }
}

/// The tables that the pipeline can make: one a file, in its schema, and its event log.
pub fn own_tables(desired: &Desired, resources: &[(ResourceKind, String, Value)]) -> Vec<Object> {
    let settings = resources.iter().find(|(kind, ..)| *kind == ResourceKind::Pipeline).map(|(.., body)| body);
    let part = |of: Option<&Value>, key: &str| {
        let part = of.and_then(|of| of.get(key)).and_then(Value::as_str).unwrap_or_default();
        lakeflow::folded(part).into_owned()
    };
    let (catalog, schema) = (part(settings, "catalog"), part(settings, "schema"));
    let log = settings.and_then(|settings| settings.get("event_log"));
    let log = log.map(|log| ["catalog", "schema", "name"].map(|key| part(Some(log), key)).to_vec());
    let stem = |path: &String| {
        let name = path.rsplit('/').next()?.strip_suffix(".sql")?;
        Some(lakeflow::folded(name).into_owned())
    };
    let sources = desired.files.keys().filter(|path| is_source(path));
    let names = sources.filter_map(stem);
    let tables = names.map(|name| vec![catalog.clone(), schema.clone(), name]);
    tables.chain(log).map(|name| Object { kind: ObjectKind::Table, name }).collect()
}
