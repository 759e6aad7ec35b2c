//! Who somebody is, and tokens for service principals.

use base64::Engine as _;
use serde_json::json;

use super::asked::{Answer, Asked, Reply, refuse};
use super::state::State;

/// How long a token lasts, in seconds; the clock of the workspace counts requests as milliseconds.
const LASTS: u64 = 3600;

pub fn me(state: &State, asked: &Asked) -> Answer {
    let groups: Vec<_> =
        state.people[&asked.who].iter().map(|group| json!({"display": group, "value": group})).collect();
    let body = json!({"id": "1", "userName": asked.who, "displayName": asked.who, "active": true, "groups": groups});
    Ok(Reply::Json(body))
}

pub fn answer(state: &mut State, asked: &Asked, path: &str) -> Answer {
    match path {
        "/.well-known/databricks-config" => refuse(404, "ENDPOINT_NOT_FOUND", "no such page"),
        "/oidc/.well-known/oauth-authorization-server" => {
            let place = format!("{}/oidc/v1", state.host);
            Ok(Reply::Json(
                json!({"token_endpoint": format!("{place}/token"), "authorization_endpoint": format!("{place}/authorize")}),
            ))
        }
        _ => {
            let decoded = base64::engine::general_purpose::STANDARD.decode(asked.basic.as_deref().unwrap_or_default());
            let pair = String::from_utf8(decoded.unwrap_or_default()).unwrap_or_default();
            let (id, secret) = pair.split_once(':').unwrap_or_default();
            if state.secrets.get(id).is_none_or(|known| known != secret) {
                return refuse(401, "invalid_client", "the client is not known");
            }
            let token = state.key("oauth-token");
            let end = state.ticks + LASTS * 1000;
            state.tokens.insert(token.clone(), (id.to_owned(), Some(end)));
            Ok(Reply::Json(
                json!({"access_token": token, "token_type": "Bearer", "expires_in": LASTS, "scope": "all-apis"}),
            ))
        }
    }
}
