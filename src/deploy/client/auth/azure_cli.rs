//! Tokens of the user who is logged in with the command line of Azure.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Local, NaiveDateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::databricks_cli::{run, until};
use super::{AccessToken, AuthContext, Why};
use crate::deploy::client::secret::Secret;

/// Databricks, as Azure knows it.
const DATABRICKS: &str = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d";

/// What manages workspaces: a service principal that is not known in the workspace yet proves itself here too.
const MANAGEMENT: &str = "https://management.core.windows.net/";

const AZURE: &[&str] = &[".azuredatabricks.net", ".databricks.azure.us", ".databricks.azure.cn"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Printed {
    access_token: Secret,
    /// Local time.
    #[serde(default)]
    expires_on: String,
    /// Seconds since 1970, from newer versions.
    #[serde(default, rename = "expires_on")]
    expires_at: Option<i64>,
}

pub fn token(context: &AuthContext<'_>) -> Result<AccessToken, Why> {
    let place = context.config.value("azure_workspace_resource_id");
    let is_azure = place.is_some() || AZURE.iter().any(|domain| context.config.host.ends_with(domain));
    if !is_azure {
        return Err(Why::Absent("the host is not on Azure".to_owned()));
    }
    let printed = of(context, DATABRICKS)?;
    let end =
        printed.expires_at.and_then(|at| DateTime::<Utc>::from_timestamp(at, 0)).or_else(|| local(&printed.expires_on));
    let mut token = AccessToken::bearer(&printed.access_token, Some(until(context, end)));
    if !is_of_a_user(printed.access_token.expose()) {
        let management = of(context, MANAGEMENT)?;
        token.headers.push(("x-databricks-azure-sp-management-token", management.access_token));
    }
    if let Some(place) = place {
        token.headers.push(("x-databricks-azure-workspace-resource-id", Secret::new(place)));
    }
    Ok(token)
}

fn of(context: &AuthContext<'_>, resource: &str) -> Result<Printed, Why> {
    let mut arguments = vec!["account", "get-access-token", "--resource", resource, "--output", "json"];
    let place: Vec<&str> = context.config.value("azure_workspace_resource_id").unwrap_or_default().split('/').collect();
    if let ["", "subscriptions", subscription, ..] = place[..] {
        arguments.extend(["--subscription", subscription]);
    }
    if let Some(tenant) = context.config.value("azure_tenant_id") {
        arguments.extend(["--tenant", tenant]);
    }
    let output = run(context, "az", &arguments)?;
    let printed: Printed =
        serde_json::from_slice(&output).map_err(|_| Why::Failed("`az` printed no token".to_owned()))?;
    context.wire.keep(&printed.access_token);
    Ok(printed)
}

fn local(time: &str) -> Option<DateTime<Utc>> {
    let time = NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M:%S%.f").ok()?;
    time.and_local_timezone(Local).earliest().map(|time| time.with_timezone(&Utc))
}

/// Whether a token names a user; one of a service principal does not.
fn is_of_a_user(token: &str) -> bool {
    let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok());
    let claims: Option<Value> = claims.and_then(|claims| serde_json::from_slice(&claims).ok());
    claims.is_none_or(|claims| claims.get("upn").is_some())
}
