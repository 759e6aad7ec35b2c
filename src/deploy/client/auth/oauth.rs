//! Tokens for machines: for a service principal with a secret, or with a token from an issuer that the workspace
//! trusts.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::{AccessToken, AuthContext, UNKNOWN, Why};
use crate::deploy::client::call::{Address, WorkspaceCall, form};
use crate::deploy::client::door::{Method, RequestBody};
use crate::deploy::client::error::ErrorKind;
use crate::deploy::client::secret::Secret;
use crate::deploy::client::wire::{FixedHeaders, SecretHeaders};

/// What all tokens may be used for.
const SCOPE: &str = "all-apis";

/// Domains of Databricks: an account may hand out tokens for a workspace, under another name.
const DOMAINS: &[&str] = &[
    ".databricks.com",
    ".azuredatabricks.net",
    ".databricks.azure.us",
    ".databricks.azure.cn",
    ".databricks.us",
    ".databricks.mil",
];

#[derive(Deserialize)]
struct Granted {
    access_token: Secret,
    /// Seconds, as a number or a text.
    #[serde(default)]
    expires_in: Value,
}

/// A token for `client_id` and `client_secret`.
pub fn machine(context: &AuthContext<'_>) -> Result<AccessToken, Why> {
    let absent = |_| Why::Absent("`client_id` and `client_secret` are not both set".to_owned());
    let (id, secret) = (context.needed("client_id").map_err(absent)?, context.needed("client_secret").map_err(absent)?);
    let pair = Secret::new(&STANDARD.encode(format!("{id}:{secret}")));
    let basic = Secret::new(&format!("Basic {}", pair.expose()));
    context.wire.keep(&Secret::new(secret));
    context.wire.keep(&pair);
    let endpoint = token_endpoint(context)?;
    let mut fields = vec![("grant_type", "client_credentials"), ("scope", SCOPE)];
    if let Some(group) = context.config.value("group_id") {
        fields.push(("assume_group", group));
    }
    request(context, &endpoint, &fields, vec![("authorization", basic)])
}

/// A token for a token of somebody else.
pub fn exchange(context: &AuthContext<'_>, endpoint: &Address, identity: &Secret) -> Result<AccessToken, Why> {
    context.wire.keep(identity);
    let mut fields = vec![
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
        ("subject_token", identity.expose()),
        ("scope", SCOPE),
    ];
    if let Some(id) = context.config.value("client_id") {
        fields.push(("client_id", id));
    }
    request(context, endpoint, &fields, vec![])
}

fn request(
    context: &AuthContext<'_>,
    endpoint: &Address,
    fields: &[(&str, &str)],
    headers: SecretHeaders,
) -> Result<AccessToken, Why> {
    let mut call = WorkspaceCall::to(Method::Post, endpoint);
    call.body = RequestBody::Form(Secret::new(&form(fields)));
    let response =
        context.wire.send(&call, &endpoint.origin, &FixedHeaders(headers)).map_err(|e| context.failed(&e))?;
    let granted: Granted = serde_json::from_slice(&response.body)
        .map_err(|_| Why::Failed(format!("`POST {}` gave no token", context.wire.shown(&endpoint.path))))?;
    let seconds = granted.expires_in.as_u64().or_else(|| granted.expires_in.as_str()?.parse().ok());
    context.wire.keep(&granted.access_token);
    Ok(AccessToken::bearer(&granted.access_token, Some(seconds.map_or(UNKNOWN, Duration::from_secs))))
}

/// Where the workspace hands out tokens. It names a place for that, which may lie at its account; it may not lie anywhere.
pub fn token_endpoint(context: &AuthContext<'_>) -> Result<Address, Why> {
    let host = &context.config.host;
    let issuer = match discovered(context, &format!("{host}/.well-known/databricks-config"), "oidc_endpoint") {
        Ok(Some(issuer)) => {
            let account = context.config.value("account_id").unwrap_or_default();
            issuer.replace("{account_id}", account).trim_end_matches('/').to_owned()
        }
        // Older workspaces don't name one.
        Ok(None) => format!("{host}/oidc"),
        Err(why) => return Err(why),
    };
    let page = format!("{issuer}/.well-known/oauth-authorization-server");
    let endpoint = discovered(context, &page, "token_endpoint")?;
    let endpoint =
        endpoint.ok_or_else(|| Why::Failed("the workspace does not say where it hands out tokens".to_owned()))?;
    trusted(context, &endpoint)
}

/// A field of a document that anybody may read. None where there is no such document.
fn discovered(context: &AuthContext<'_>, page: &str, field: &str) -> Result<Option<String>, Why> {
    let address = trusted(context, page)?;
    match context.wire.send(&WorkspaceCall::to(Method::Get, &address), &address.origin, &FixedHeaders(vec![])) {
        Ok(response) => {
            let document: Option<Value> = serde_json::from_slice(&response.body).ok();
            Ok(document.as_ref().and_then(|document| document.get(field)?.as_str()).map(str::to_owned))
        }
        Err(error) if matches!(error.kind, ErrorKind::Unreachable | ErrorKind::Refused | ErrorKind::TimedOut) => {
            Err(context.failed(&error))
        }
        Err(_) => Ok(None),
    }
}

fn trusted(context: &AuthContext<'_>, address: &str) -> Result<Address, Why> {
    let refused = || {
        Why::Failed(format!("credentials are not sent to `{}`, which the workspace names", context.wire.shown(address)))
    };
    let address = Address::parse(address).ok_or_else(refused)?;
    let is_databricks = |origin: &str| {
        let host = origin.strip_prefix("https://").unwrap_or_default();
        DOMAINS.iter().any(|domain| host.ends_with(domain))
    };
    let host = &context.config.host;
    let is_same = address.origin == *host;
    if is_same || is_databricks(&address.origin) && is_databricks(host) { Ok(address) } else { Err(refused()) }
}
