//! A request once it is known who asks for what, and what can be answered.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::{Arrived, State, contract};

/// A request that keeps to the contract.
pub struct Asked {
    /// Principal; empty where nobody has to be known.
    pub who: String,
    /// Verb and path with parameters, as the contract writes them.
    pub route: String,
    /// Values of the parameters of the path.
    pub params: Vec<String>,
    pub query: BTreeMap<String, String>,
    /// JSON, or a form as an object.
    pub body: Value,
    pub bytes: Vec<u8>,
    pub basic: Option<String>,
    /// Items of a page.
    page: usize,
}

pub enum Reply {
    Json(Value),
    File(Vec<u8>),
}

#[derive(Debug)]
pub struct Refusal {
    pub status: u16,
    pub code: &'static str,
    pub message: String,
}

pub type Answer = Result<Reply, Refusal>;

pub fn refuse<T>(status: u16, code: &'static str, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { status, code, message: message.into() })
}

pub fn missing<T>(what: &str) -> Result<T, Refusal> {
    refuse(404, "RESOURCE_DOES_NOT_EXIST", format!("{what} does not exist."))
}

pub fn invalid<T>(message: impl Into<String>) -> Result<T, Refusal> {
    refuse(400, "INVALID_PARAMETER_VALUE", message)
}

pub fn denied<T>(message: impl Into<String>) -> Result<T, Refusal> {
    refuse(403, "PERMISSION_DENIED", message)
}

pub fn done() -> Answer {
    Ok(Reply::Json(json!({})))
}

impl Asked {
    /// A text of the body; empty where there is none.
    pub fn text(&self, key: &str) -> &str {
        self.body.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn object(&self) -> Map<String, Value> {
        self.body.as_object().cloned().unwrap_or_default()
    }

    pub fn is(&self, name: &str) -> bool {
        self.query.get(name).is_some_and(|value| value == "true")
    }

    pub fn param(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// One page of a list; the token is where it begins.
    pub fn page(&self, key: &str, items: Vec<Value>) -> Answer {
        let from: usize = match self.query.get("page_token") {
            Some(token) => match token.strip_prefix("from-").and_then(|at| at.parse().ok()) {
                Some(at) => at,
                None => return invalid("the page token is not one"),
            },
            None => 0,
        };
        let more = items.len() > from + self.page;
        let page: Vec<Value> = items.into_iter().skip(from).take(self.page).collect();
        let mut answer = json!({ key: page });
        if more {
            answer["next_page_token"] = format!("from-{}", from + self.page).into();
        }
        Ok(Reply::Json(answer))
    }
}

pub fn form(body: &[u8]) -> Vec<(String, Value)> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let text = String::from_utf8_lossy(body).into_owned();
    text.split('&').filter_map(|pair| pair.split_once('=')).map(|(n, v)| (decoded(n), decoded(v).into())).collect()
}

/// Finds out who asks for what, and refuses what the contract does not know.
pub fn read(state: &State, arrived: &Arrived) -> Result<Asked, Refusal> {
    let (path, query) = arrived.target.split_once('?').unwrap_or((&arrived.target, ""));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let query = query.replace('+', " ");
    let query: BTreeMap<String, String> =
        query.split('&').filter_map(|pair| pair.split_once('=')).map(|(n, v)| (decoded(n), decoded(v))).collect();
    let media_type = arrived.media_type.as_deref().unwrap_or_default();
    let body = if arrived.body.is_empty() {
        Value::Null
    } else if media_type.contains("form-urlencoded") {
        form(&arrived.body).into_iter().collect()
    } else if media_type.starts_with("application/json") {
        serde_json::from_slice(&arrived.body).or_else(|_| refuse(400, "MALFORMED_REQUEST", "the body is not JSON"))?
    } else {
        Value::Null
    };
    let is_raw = !arrived.body.is_empty() && body.is_null();
    let (route, params) = contract::check(&arrived.method, path, &query, &body, is_raw).map_err(|message| Refusal {
        status: 400,
        code: "INVALID_PARAMETER_VALUE",
        message,
    })?;
    let is_open = route.contains("/.well-known/") || route.contains("/oidc/");
    let who = state.who(arrived);
    if who.is_empty() && !is_open {
        return refuse(401, "UNAUTHENTICATED", "the token is not known, or has expired");
    }
    let basic = arrived.authorization.as_ref().and_then(|proof| proof.strip_prefix("Basic ")).map(str::to_owned);
    Ok(Asked {
        page: state.page.unwrap_or(super::PAGE),
        who,
        route,
        params: params.iter().map(|p| decoded(p)).collect(),
        query,
        body,
        bytes: arrived.body.clone(),
        basic,
    })
}
