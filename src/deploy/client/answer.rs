//! Reads the error responses of a server: every shape in workspace-api.md, "Errors" becomes an [`ErrorKind`] and a
//! message.

use serde_json::Value;

use super::door::Response;
use super::error::ErrorKind;

/// What an answer of another status than success says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What it means.
    pub kind: ErrorKind,
    /// What it says, as it was sent.
    pub message: String,
    /// Its code, as it was sent.
    pub code: Option<String>,
}

/// Reads an answer whose status is no success.
pub fn refusal(response: &Response) -> Refusal {
    if (300..400).contains(&response.status) {
        let to = response.header("location").map(without_details).unwrap_or_default();
        let message = if to.is_empty() { String::new() } else { format!("to `{to}`") };
        return Refusal { kind: ErrorKind::Redirected { to }, message, code: None };
    }
    let text = String::from_utf8_lossy(&response.body);
    let text = text.trim();
    let json = serde_json::from_str::<Value>(text).ok().filter(Value::is_object);
    let Some(json) = json else { return of_text(response.status, text) };
    let first = |keys: &[&str]| keys.iter().find_map(|key| text_of(json.get(*key)?)).filter(|text| !text.is_empty());
    let code = first(&["error_code", "errorCode", "scimType"]).or_else(|| {
        // OAuth: the code is in `error`, and its meaning beside it. API 1.2: the message is in `error`.
        (json.get("error_description").is_some() || json.get("errorSummary").is_some()).then(|| first(&["error"]))?
    });
    let message = first(&["message", "error_description", "errorSummary", "detail", "error"])
        .unwrap_or_else(|| reason(response.status).to_owned());
    let kind = kind(response.status, code.as_deref(), &message, &json);
    Refusal { kind, message, code }
}

/// A text, or a number that stands for one.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `CODE: message`, a page for people, or nothing.
fn of_text(status: u16, text: &str) -> Refusal {
    let page = text.starts_with('<');
    let message = match (page, text.split_once("<pre>").and_then(|(_, rest)| rest.split_once("</pre>"))) {
        (_, Some((message, _))) => {
            message.trim().replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
        }
        (true, None) | (false, None) if page || text.is_empty() => reason(status).to_owned(),
        _ => text.to_owned(),
    };
    let is_code =
        |word: &str| word.len() > 2 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit());
    let (code, message) = match message.split_once(": ") {
        Some((code, rest)) if is_code(code) => (Some(code.to_owned()), rest.trim().to_owned()),
        _ => (None, message),
    };
    Refusal { kind: kind(status, code.as_deref(), &message, &Value::Null), message, code }
}

fn kind(status: u16, code: Option<&str>, message: &str, json: &Value) -> ErrorKind {
    let code = code.unwrap_or_default();
    let ends = |end: &str| code.ends_with(end);
    // A job or run that is gone is answered as a bad parameter.
    let is_gone = || {
        let mut words = message.split_whitespace();
        matches!(words.next(), Some("Job" | "Run")) && message.trim_end_matches('.').ends_with("does not exist")
    };
    match code {
        "RESOURCE_ALREADY_EXISTS" | "ALREADY_EXISTS" => ErrorKind::Exists,
        "PERMISSION_DENIED" => ErrorKind::Denied,
        "UNAUTHENTICATED" => ErrorKind::Unauthenticated,
        "RESOURCE_CONFLICT" | "ABORTED" | "INVALID_STATE" => ErrorKind::Conflict,
        "RESOURCE_EXHAUSTED" | "QUOTA_EXCEEDED" if status != 429 => ErrorKind::Exhausted,
        "RESOURCE_DOES_NOT_EXIST" | "NOT_FOUND" => ErrorKind::NotFound,
        _ if ends("_ALREADY_EXISTS") => ErrorKind::Exists,
        _ if ends("_DOES_NOT_EXIST") || ends("_NOT_FOUND") => ErrorKind::NotFound,
        "INVALID_PARAMETER_VALUE" if is_gone() => ErrorKind::NotFound,
        _ if status == 400 && message.trim_end_matches('.').ends_with("already exists") => ErrorKind::Exists,
        _ => by_status(status, json),
    }
}

fn by_status(status: u16, json: &Value) -> ErrorKind {
    match status {
        400 | 422 | 501 => ErrorKind::Invalid { fields: violations(json) },
        401 => ErrorKind::Unauthenticated,
        403 => ErrorKind::Denied,
        404 | 410 => ErrorKind::NotFound,
        409 | 412 => ErrorKind::Conflict,
        429 => ErrorKind::Throttled,
        408 | 502..=504 => ErrorKind::Unavailable,
        _ => ErrorKind::Failed,
    }
}

/// Fields that are not valid, where the server lists them.
fn violations(json: &Value) -> Vec<String> {
    let details = json.get("details").and_then(Value::as_array).into_iter().flatten();
    let listed = details.filter_map(|detail| detail.get("field_violations")?.as_array()).flatten();
    listed
        .filter_map(|violation| {
            let field = violation.get("field")?.as_str()?;
            Some(format!("{field}: {}", violation.get("description").and_then(Value::as_str).unwrap_or("not valid")))
        })
        .collect()
}

/// An address without what may be secret in it: name of a user, query and fragment.
fn without_details(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    match address.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
            let host = host.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}/{path}")
        }
        None => address.to_owned(),
    }
}

/// What a status means, where the answer says nothing.
fn reason(status: u16) -> &'static str {
    match status {
        400 => "bad request",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not found",
        409 => "conflict",
        429 => "too many requests",
        500 => "internal error",
        501 => "not implemented",
        502 => "bad gateway",
        503 => "service unavailable",
        504 => "gateway timeout",
        _ => "",
    }
}
