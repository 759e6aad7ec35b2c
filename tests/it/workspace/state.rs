//! All that a workspace holds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::Arrived;
use super::jobs::Run;
use super::pipelines::Pipeline;

/// What Unity Catalog holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Catalog,
    Schema,
    Table,
    Volume,
    Function,
}

impl Kind {
    pub fn of(word: &str) -> Option<Kind> {
        Some(match word {
            "catalog" => Kind::Catalog,
            "schema" => Kind::Schema,
            "table" => Kind::Table,
            "volume" => Kind::Volume,
            "function" => Kind::Function,
            _ => return None,
        })
    }

    /// As messages write it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Catalog => "Catalog",
            Kind::Schema => "Schema",
            Kind::Table => "Table",
            Kind::Volume => "Volume",
            Kind::Function => "Function",
        }
    }
}

/// An object of Unity Catalog, with the fields that the interface shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Thing {
    pub owner: String,
    pub fields: Map<String, Value>,
}

/// A file or folder of the workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: u64,
    pub owner: String,
    /// None is a folder.
    pub bytes: Option<Vec<u8>>,
    pub modified: u64,
}

#[derive(Clone, Default)]
pub struct State {
    /// Milliseconds; each request takes one.
    pub ticks: u64,
    /// Items of a page, where they are not as few as usual.
    pub page: Option<usize>,
    ids: u64,
    /// Where the workspace is, as it tells others.
    pub host: String,
    /// Groups by principal.
    pub people: BTreeMap<String, BTreeSet<String>>,
    /// Principal and end, by token.
    pub tokens: BTreeMap<String, (String, Option<u64>)>,
    /// Who may let things run as whom.
    pub users: BTreeSet<(String, String)>,
    /// Secrets of service principals.
    pub secrets: BTreeMap<String, String>,
    /// By kind and full name in lower case.
    pub things: BTreeMap<(Kind, String), Thing>,
    /// Privilege, kind, name and principal.
    pub granted: BTreeSet<(String, Kind, String, String)>,
    /// Values by kind of entity, its name and key.
    pub tags: BTreeMap<(String, String, String), String>,
    /// By schema and name.
    pub policies: BTreeMap<(String, String), Value>,
    pub entries: BTreeMap<String, Entry>,
    pub volume_files: BTreeMap<String, Vec<u8>>,
    pub volume_folders: BTreeSet<String>,
    pub pipelines: BTreeMap<String, Pipeline>,
    /// Functions of SQL that the runtime of pipelines does not know.
    pub unknown_functions: BTreeSet<String>,
    /// Settings with who made them.
    pub jobs: BTreeMap<u64, Thing>,
    pub runs: BTreeMap<u64, Run>,
    /// A run of a job that has not ended, by the job.
    pub active_runs: BTreeMap<u64, Value>,
    pub alerts: BTreeMap<String, Thing>,
    pub dashboards: BTreeMap<String, Thing>,
    pub warehouses: BTreeMap<String, Value>,
    /// Levels by type and id of a thing, and principal with the key that names its kind.
    pub permissions: BTreeMap<(String, String), BTreeMap<(String, String), String>>,
    pub statements: BTreeMap<String, Value>,
}

impl State {
    /// What an administrator prepares: people, a catalog, a warehouse. `deployer` may create schemas, `runner` may not.
    pub fn found(&mut self) {
        self.host = super::desk::HOST.to_owned();
        self.users.insert((DEPLOYER.to_owned(), RUNNER.to_owned()));
        let groups = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        for (name, of) in [
            ("admin", groups(&["admins"])),
            (DEPLOYER, groups(&[])),
            (RUNNER, groups(&[])),
            ("ana@example.com", groups(&["analysts"])),
            ("eve@example.com", groups(&[])),
        ] {
            self.people.insert(name.to_owned(), of);
            self.tokens.insert(token(name), (name.to_owned(), None));
            self.secrets.insert(name.to_owned(), format!("secret-of-{name}"));
        }
        let catalog = json!({"name": "main"}).as_object().cloned().unwrap_or_default();
        self.things.insert((Kind::Catalog, "main".into()), Thing { owner: "admin".into(), fields: catalog });
        for privilege in ["USE_CATALOG", "CREATE_SCHEMA"] {
            self.granted.insert((privilege.into(), Kind::Catalog, "main".into(), DEPLOYER.into()));
        }
        for (id, name) in
            [("wh1", "Serverless Starter Warehouse"), ("wh2", "other"), ("wh3", "third"), ("wh4", "fourth")]
        {
            self.warehouses.insert(
                id.into(),
                json!({"id": id, "name": name, "state": "RUNNING", "enable_serverless_compute": true}),
            );
        }
        for folder in ["/Workspace", "/Workspace/Users", "/Workspace/Shared"] {
            let id = self.id();
            self.entries.insert(folder.into(), Entry { id, owner: "admin".into(), bytes: None, modified: 0 });
        }
        for name in self.people.keys().cloned().collect::<Vec<_>>() {
            let id = self.id();
            self.entries
                .insert(format!("/Workspace/Users/{name}"), Entry { id, owner: name, bytes: None, modified: 0 });
        }
    }

    /// A number that was not given before; too large for a double.
    pub fn id(&mut self) -> u64 {
        self.ids += 1;
        9_007_199_254_740_993 + self.ids * 2
    }

    pub fn key(&mut self, kind: &str) -> String {
        self.ids += 1;
        format!("{kind}-{:04}", self.ids)
    }

    /// Who asks, by the token; empty if it is not known or over.
    pub fn who(&self, arrived: &Arrived) -> String {
        let token = arrived.authorization.as_ref().and_then(|proof| proof.strip_prefix("Bearer "));
        let known = token.and_then(|token| self.tokens.get(token));
        known.filter(|(_, end)| end.is_none_or(|end| self.ticks < end)).map(|(who, _)| who.clone()).unwrap_or_default()
    }

    pub fn thing(&self, kind: Kind, name: &str) -> Option<&Thing> {
        self.things.get(&(kind, name.to_lowercase()))
    }
}

/// The identity that deploys, by its application id.
pub const DEPLOYER: &str = "11111111-1111-1111-1111-111111111111";

/// The identity that pipelines run as, where it is another.
pub const RUNNER: &str = "22222222-2222-2222-2222-222222222222";

/// The token of a principal.
pub fn token(who: &str) -> String {
    format!("token-of-{who}")
}
