//! Tokens of the environment that the program runs in, which the workspace trusts for a service principal: workload
//! identity.

use std::path::Path;

use serde::Deserialize;

use super::{AccessToken, AuthContext, Why, bearer, oauth};
use crate::deploy::client::call::{Address, WorkspaceCall};
use crate::deploy::client::door::Method;
use crate::deploy::client::secret::Secret;
use crate::deploy::client::wire::FixedHeaders;
use crate::world::{WorldError, WorldFault};

/// Bytes that a token in a file may have.
const MAX_TOKEN: u64 = 1 << 20;

/// The variable that holds the token, if no other is named.
const VARIABLE: &str = "DATABRICKS_OIDC_TOKEN";

/// From a variable of the environment.
pub fn from_variable(context: &AuthContext<'_>) -> Result<AccessToken, Why> {
    let variable = context.config.value("oidc_token_env").unwrap_or(VARIABLE);
    let token = context.world.env(variable).map(|token| Secret::new(&token)).filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| Why::Absent(format!("`{variable}` is not set")))?;
    oauth::exchange(context, &oauth::token_endpoint(context)?, &token)
}

/// From a file, which whoever writes it replaces from time to time.
pub fn from_file(context: &AuthContext<'_>) -> Result<AccessToken, Why> {
    let path = context.needed("oidc_token_filepath")?;
    let bytes = context.world.read(Path::new(path), MAX_TOKEN).map_err(|error| Why::Failed(in_words(&error)))?;
    let token = Secret::new(&String::from_utf8_lossy(&bytes));
    if token.is_empty() {
        return Err(Why::Failed(format!("{path}: there is no token in it")));
    }
    oauth::exchange(context, &oauth::token_endpoint(context)?, &token)
}

fn in_words(error: &WorldError) -> String {
    match error.fault {
        WorldFault::NotFound => format!("{}: file not found", error.path.display()),
        _ => error.to_string(),
    }
}

#[derive(Deserialize)]
struct Issued {
    value: Secret,
}

/// From a run of GitHub Actions.
pub fn from_github(context: &AuthContext<'_>) -> Result<AccessToken, Why> {
    let variable = |name: &str| context.world.env(name).filter(|value| !value.is_empty());
    let (url, token) = (variable("ACTIONS_ID_TOKEN_REQUEST_URL"), variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN"));
    let (Some(url), Some(token)) = (url, token) else {
        return Err(Why::Absent(
            "`ACTIONS_ID_TOKEN_REQUEST_URL` is not set: this is no run of GitHub Actions that may".to_owned()
                + " ask for a token (`permissions: id-token: write`)",
        ));
    };
    let token = Secret::new(&token);
    context.wire.keep(&token);
    let address =
        Address::parse(&url).ok_or_else(|| Why::Failed("`ACTIONS_ID_TOKEN_REQUEST_URL` is no address".to_owned()))?;
    let endpoint = oauth::token_endpoint(context)?;
    let named = format!("{}{}", endpoint.origin, endpoint.path);
    let audience = context.config.value("token_audience").unwrap_or(&named);
    let call = WorkspaceCall::to(Method::Get, &address).query("audience", audience);
    let proof = FixedHeaders(vec![("authorization", bearer(&token))]);
    let response = context.wire.send(&call, &address.origin, &proof).map_err(|e| context.failed(&e))?;
    let issued: Issued =
        serde_json::from_slice(&response.body).map_err(|_| Why::Failed("GitHub gave no token".to_owned()))?;
    oauth::exchange(context, &endpoint, &issued.value)
}
