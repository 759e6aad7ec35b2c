//! Who may do what with pipelines, jobs, folders, alerts, dashboards and warehouses (workspace-api.md, "Permissions").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::deploy::client::Client;
use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::door::Method;
use crate::deploy::client::error::Error;

/// What permissions are given on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// A pipeline.
    Pipelines,
    /// A job.
    Jobs,
    /// A folder of the workspace, by the id of the object.
    Directories,
    /// An alert.
    Alerts,
    /// A dashboard.
    Dashboards,
    /// A warehouse.
    Warehouses,
}

impl On {
    /// As paths write it.
    pub fn word(self) -> &'static str {
        match self {
            On::Pipelines => "pipelines",
            On::Jobs => "jobs",
            On::Directories => "directories",
            On::Alerts => "alertsv2",
            On::Dashboards => "dashboards",
            On::Warehouses => "warehouses",
        }
    }
}

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// A user, by mail address.
    UserName(String),
    /// A group, by name.
    GroupName(String),
    /// A service principal, by application id.
    ServicePrincipalName(String),
}

impl Who {
    /// The name, address or application id.
    pub fn name(&self) -> &str {
        let (Who::UserName(name) | Who::GroupName(name) | Who::ServicePrincipalName(name)) = self;
        name
    }
}

/// A permission that is given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Entry {
    /// To whom.
    #[serde(flatten)]
    pub who: Who,
    /// `CAN_VIEW`, `CAN_MANAGE`, `IS_OWNER`, ..
    pub permission_level: String,
}

/// What somebody may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    /// Given on the thing itself.
    pub direct: Vec<String>,
    /// Given above it.
    pub inherited: Vec<String>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    access_control_list: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    user_name: Option<String>,
    #[serde(default)]
    group_name: Option<String>,
    #[serde(default)]
    service_principal_name: Option<String>,
    #[serde(default)]
    all_permissions: Vec<Level>,
}

#[derive(Deserialize)]
struct Level {
    permission_level: String,
    #[serde(default)]
    inherited: bool,
}

fn call(method: Method, on: On, id: &str) -> WorkspaceCall {
    WorkspaceCall::new(method, &["api", "2.0", "permissions", on.word(), id])
}

/// Who may do what with something.
///
/// # Errors
/// When it is not there or may not be looked at.
pub fn get(client: &Client<'_>, on: On, id: &str) -> Result<BTreeMap<Who, Levels>, Error> {
    let answer: Answer = client.read(&call(Method::Get, on, id))?;
    let mut all: BTreeMap<Who, Levels> = BTreeMap::new();
    for listed in answer.access_control_list {
        let service_principal = listed.service_principal_name.map(Who::ServicePrincipalName);
        let who = service_principal.or(listed.group_name.map(Who::GroupName)).or(listed.user_name.map(Who::UserName));
        let Some(who) = who else { continue };
        let levels = all.entry(who).or_default();
        for level in listed.all_permissions {
            if level.inherited { &mut levels.inherited } else { &mut levels.direct }.push(level.permission_level);
        }
    }
    Ok(all)
}

/// Gives permissions to these, and leaves those of others as they are.
///
/// # Errors
/// When it is not allowed.
pub fn give(client: &Client<'_>, on: On, id: &str, entries: &[Entry]) -> Result<(), Error> {
    client.done(&call(Method::Patch, on, id).json(&json!({ "access_control_list": entries })))
}

/// Replaces all that was given on the thing itself. Pipelines, jobs and warehouses need exactly one `IS_OWNER` among them.
///
/// # Errors
/// When it is not allowed.
pub fn replace(client: &Client<'_>, on: On, id: &str, entries: &[Entry]) -> Result<(), Error> {
    client.done(&call(Method::Put, on, id).json(&json!({ "access_control_list": entries })))
}
