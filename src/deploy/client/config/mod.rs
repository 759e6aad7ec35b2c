//! Which workspace to use, with which credentials: from arguments, then the environment, then a profile
//! (workspace-api.md, "Configuration").
//!
//! Two things are stricter than in the official SDKs, because a deployment writes: values of a named profile are not
//! mixed with another host, and if the target sets a host, no other host is contacted.

mod ini;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::deploy::client::Secret;
use crate::world::{World, WorldError, WorldFault};

pub use place::is_loopback;

/// Bytes that a file of profiles may have.
const MAX_FILE: u64 = 1 << 20;

/// What the command line and the target say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigChoice<'c> {
    /// A profile by its name.
    pub profile: Option<&'c str>,
    /// The host that the target states.
    pub host: Option<&'c str>,
    /// The id of the workspace that the target states.
    pub workspace_id: Option<&'c str>,
}

/// A workspace and what is known of credentials for it.
#[derive(Debug, Clone)]
pub struct Config {
    /// Scheme and host.
    pub host: String,
    /// Id of the workspace, if it was given.
    pub workspace_id: Option<String>,
    /// The profile that was read, with its file.
    pub profile: Option<(String, PathBuf)>,
    /// Name of the only kind of credentials to try.
    pub auth_type: Option<String>,
    values: BTreeMap<&'static str, Secret>,
}

/// Why no workspace can be spoken to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file of profiles can't be read.
    #[error("{0}")]
    File(#[from] WorldError),
    /// The file of profiles is not one.
    #[error("{path}:{line}: this is neither `[profile]` nor `key = value`", path = .path.display())]
    Syntax {
        /// The file of profiles.
        path: PathBuf,
        /// Line, from one.
        line: usize,
    },
    /// There is no such profile.
    #[error("unknown profile `{name}` in {path}, known are {known}", path = .path.display())]
    NoProfile {
        /// Name of the profile that was asked for.
        name: String,
        /// The file of profiles.
        path: PathBuf,
        /// Those that are there.
        known: String,
    },
    /// More than one profile is of the host.
    #[error("several profiles match `{host}`: {names}")]
    ManyProfiles {
        /// Host as it was stated.
        host: String,
        /// Names of the profiles.
        names: String,
    },
    /// No host is given.
    #[error("no workspace is set: neither `host` of the target, nor `DATABRICKS_HOST`, nor a profile")]
    NoHost,
    /// What is given is not the host of a workspace.
    #[error("`{host}` is not the host of a workspace: {why}")]
    BadHost {
        /// As given.
        host: String,
        /// What is wrong.
        why: &'static str,
    },
    /// Two hosts are given.
    #[error("{one} is `{host}`, but {other} is `{other_host}`")]
    TwoHosts {
        /// Who says the one.
        one: String,
        /// Host as `one` states it.
        host: String,
        /// Who says the other.
        other: String,
        /// Host as `other` states it.
        other_host: String,
    },
    /// Two workspaces are given.
    #[error("`workspace_id` of the target is {stated}, but {from} is for workspace {found}")]
    TwoWorkspaces {
        /// The one of the target.
        stated: String,
        /// Who says the other.
        from: String,
        /// Id of the workspace by the profile or the environment.
        found: String,
    },
    /// More than one kind of credentials is given, and none is chosen.
    #[error("more than one kind of credentials is given: {0}")]
    Several(String),
    /// The kind that is chosen is not one.
    #[error("unknown `auth_type` `{name}`, known are {known}")]
    NoSuchAuth {
        /// The value of `auth_type`.
        name: String,
        /// Those there are.
        known: String,
    },
    /// What is needed for the network can't be used.
    #[error("{0}")]
    Network(String),
}

impl ConfigError {
    /// What people can do.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            ConfigError::NoHost => Some("set `host` in the target, or choose a profile with `--profile`"),
            ConfigError::ManyProfiles { .. } | ConfigError::TwoHosts { .. } | ConfigError::TwoWorkspaces { .. } => {
                Some("choose a profile with `--profile`")
            }
            ConfigError::Several(_) => Some("unset one, or choose with `DATABRICKS_AUTH_TYPE`"),
            _ => None,
        }
    }
}

/// Names of values with the variables that give them, and the kind of credentials that they belong to.
const ATTRIBUTES: &[(&str, &[&str], Option<&str>)] = &[
    ("host", &["DATABRICKS_HOST"], None),
    ("token", &["DATABRICKS_TOKEN"], Some("pat")),
    ("client_id", &["DATABRICKS_CLIENT_ID"], Some("oauth")),
    ("client_secret", &["DATABRICKS_CLIENT_SECRET"], Some("oauth")),
    ("username", &["DATABRICKS_USERNAME"], Some("basic")),
    ("password", &["DATABRICKS_PASSWORD"], Some("basic")),
    ("metadata_service_url", &["DATABRICKS_METADATA_SERVICE_URL"], Some("metadata-service")),
    ("oidc_token_env", &["DATABRICKS_OIDC_TOKEN_ENV"], Some("env-oidc")),
    ("oidc_token_filepath", &["DATABRICKS_OIDC_TOKEN_FILEPATH", "DATABRICKS_OIDC_TOKEN_FILE"], Some("file-oidc")),
    ("google_service_account", &["DATABRICKS_GOOGLE_SERVICE_ACCOUNT"], Some("google")),
    ("google_credentials", &["GOOGLE_CREDENTIALS"], Some("google")),
    ("azure_workspace_resource_id", &["DATABRICKS_AZURE_RESOURCE_ID"], Some("azure")),
    ("azure_client_secret", &["ARM_CLIENT_SECRET"], Some("azure")),
    ("azure_client_id", &["ARM_CLIENT_ID"], Some("azure")),
    ("azure_tenant_id", &["ARM_TENANT_ID"], Some("azure")),
    ("token_audience", &["DATABRICKS_TOKEN_AUDIENCE"], None),
    ("auth_type", &["DATABRICKS_AUTH_TYPE"], None),
    ("account_id", &["DATABRICKS_ACCOUNT_ID"], None),
    ("workspace_id", &["DATABRICKS_WORKSPACE_ID"], None),
    ("group_id", &["DATABRICKS_GROUP_ID"], None),
    ("warehouse_id", &["DATABRICKS_WAREHOUSE_ID"], None),
    ("databricks_cli_path", &["DATABRICKS_CLI_PATH"], None),
    ("rate_limit", &["DATABRICKS_RATE_LIMIT"], None),
];

impl Config {
    /// Finds out what is meant.
    ///
    /// # Errors
    /// When nothing is, or two things are.
    pub fn find(world: &dyn World, choice: &ConfigChoice<'_>, known_auth: &[&str]) -> Result<Config, ConfigError> {
        let mut values = from_environment(world);
        let named = choice.profile.map(str::to_owned).or_else(|| set(world, "DATABRICKS_CONFIG_PROFILE"));
        let is_settled = values.keys().any(|name| *name == "host" || family(name).is_some());
        let mut profile = None;
        if named.is_some() || !is_settled {
            profile = from_profile(world, named.as_deref(), choice.host, &mut values)?;
        }
        check_families(&values)?;
        let auth_type = values.get("auth_type").map(|name| name.expose().to_owned());
        if let Some(name) = auth_type.as_ref().filter(|name| !known_auth.contains(&name.as_str())) {
            return Err(ConfigError::NoSuchAuth { name: name.clone(), known: known_auth.join(", ") });
        }
        let (host, workspace_id) = find_host(world, choice, &values, profile.as_ref())?;
        let found = values.get("workspace_id").map(|id| id.expose().to_owned()).or(workspace_id);
        let workspace_id = match (choice.workspace_id, found) {
            (Some(stated), Some(found)) if stated != found => {
                let profile = profile.map(|(name, _)| format!("the profile `{name}`"));
                let from = profile.unwrap_or_else(|| "the environment".to_owned());
                return Err(ConfigError::TwoWorkspaces { stated: stated.to_owned(), from, found });
            }
            (stated, found) => stated.map(str::to_owned).or(found),
        };
        Ok(Config { host, workspace_id, profile, auth_type, values })
    }

    /// A value by the name that profiles give it.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(Secret::expose)
    }

    /// A value that must not be seen.
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.values.get(name)
    }
}

fn set(world: &dyn World, variable: &str) -> Option<String> {
    world.env(variable).filter(|value| !value.is_empty())
}

fn family(name: &str) -> Option<&'static str> {
    ATTRIBUTES.iter().find(|(known, ..)| *known == name).and_then(|(.., family)| *family)
}

fn from_environment(world: &dyn World) -> BTreeMap<&'static str, Secret> {
    let value = |variables: &[&str]| variables.iter().find_map(|variable| set(world, variable));
    ATTRIBUTES.iter().filter_map(|(name, variables, _)| Some((*name, Secret::new(&value(variables)?)))).collect()
}

/// Adds what a profile says to what is not said yet; which profile it was.
fn from_profile(
    world: &dyn World,
    named: Option<&str>,
    host: Option<&str>,
    values: &mut BTreeMap<&'static str, Secret>,
) -> Result<Option<(String, PathBuf)>, ConfigError> {
    let home = || set(world, "HOME").or_else(|| set(world, "USERPROFILE")).unwrap_or_default();
    let path = match set(world, "DATABRICKS_CONFIG_FILE") {
        Some(path) => {
            path.strip_prefix("~/").map_or_else(|| PathBuf::from(&path), |rest| Path::new(&home()).join(rest))
        }
        None => Path::new(&home()).join(".databrickscfg"),
    };
    let text = match world.read(&path, MAX_FILE) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(WorldError { fault: WorldFault::NotFound, .. }) if named.is_none() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let sections = ini::read(&text).map_err(|line| ConfigError::Syntax { path: path.clone(), line })?;
    let default = || sections.get(ini::SETTINGS).and_then(|settings| settings.get("default_profile")).cloned();
    let stated = match (named, host) {
        (Some(name), _) => Some(name.to_owned()),
        // A target that states its host means the profile of that host, and no other, whatever the default is.
        (None, Some(host)) => match of_host(&sections, host)? {
            Some(name) => Some(name),
            None => return Ok(None),
        },
        (None, None) => default(),
    };
    let name = stated.clone().unwrap_or_else(|| "DEFAULT".to_owned());
    let Some(profile) = sections.get(&name).filter(|_| name != ini::SETTINGS) else {
        let known: Vec<_> =
            sections.keys().filter(|name| *name != ini::SETTINGS).map(|name| format!("`{name}`")).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return if stated.is_some() { Err(ConfigError::NoProfile { name, path, known }) } else { Ok(None) };
    };
    if let (Some(host), Some(other_host)) = (values.get("host"), profile.get("host")) {
        same_host("`DATABRICKS_HOST`", host.expose(), &format!("`host` of the profile `{name}`"), other_host)?;
    }
    for (attribute, ..) in ATTRIBUTES {
        if let Some(value) = profile.get(*attribute).filter(|value| !value.is_empty()) {
            values.entry(attribute).or_insert_with(|| Secret::new(value));
        }
    }
    Ok(Some((name, path)))
}

/// The only profile of a host, if there is one.
fn of_host(sections: &ini::Sections, host: &str) -> Result<Option<String>, ConfigError> {
    let wanted = place::origin(host)?.0;
    let is_wanted = |profile: &BTreeMap<String, String>| {
        profile.get("host").and_then(|host| place::origin(host).ok()).is_some_and(|(origin, _)| origin == wanted)
    };
    let names: Vec<&String> = sections.iter().filter(|(_, profile)| is_wanted(profile)).map(|(name, _)| name).collect();
    match names[..] {
        [] => Ok(None),
        [name] => Ok(Some(name.clone())),
        _ => {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            Err(ConfigError::ManyProfiles { host: host.to_owned(), names: names.join(", ") })
        }
    }
}

fn check_families(values: &BTreeMap<&'static str, Secret>) -> Result<(), ConfigError> {
    let families: BTreeSet<_> = values.keys().filter_map(|name| family(name)).collect();
    if families.len() > 1 && !values.contains_key("auth_type") {
        return Err(ConfigError::Several(families.into_iter().collect::<Vec<_>>().join(" and ")));
    }
    Ok(())
}

fn same_host(one: &str, host: &str, other: &str, other_host: &str) -> Result<(), ConfigError> {
    if place::origin(host)?.0 == place::origin(other_host)?.0 {
        return Ok(());
    }
    let [one, host, other, other_host] = [one, host, other, other_host].map(str::to_owned);
    Err(ConfigError::TwoHosts { one, host, other, other_host })
}

fn find_host(
    world: &dyn World,
    choice: &ConfigChoice<'_>,
    values: &BTreeMap<&'static str, Secret>,
    profile: Option<&(String, PathBuf)>,
) -> Result<(String, Option<String>), ConfigError> {
    let found = values.get("host").map(Secret::expose);
    if let (Some(stated), Some(found)) = (choice.host, found) {
        let from = match profile {
            Some((name, _)) if set(world, "DATABRICKS_HOST").is_none() => format!("`host` of the profile `{name}`"),
            _ => "`DATABRICKS_HOST`".to_owned(),
        };
        same_host("`host` of the target", stated, &from, found)?;
    }
    place::origin(found.or(choice.host).ok_or(ConfigError::NoHost)?)
}
