//! A request as the areas of the API write it: method, path segments, query, body, and what to do if it fails.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Serialize;

use super::door::{Method, RequestBody, Stream};

/// What stays as it is in a segment of a path and in a query (RFC 3986, unreserved).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How long a request may take, unless it says otherwise (workspace-api.md, "Retries").
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Bytes of an answer, unless the request says otherwise. A list of hundreds of tables with their columns has some MB a page.
pub const LIMIT: u64 = 64 << 20;

/// Whether a request may be made again when nobody knows if it was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Doing it twice is doing it once.
    Safe,
    /// A second time makes a second thing, or fails because of the first: that is for the caller to find out.
    Once,
}

/// A request to the workspace.
#[derive(Debug, Clone)]
pub struct WorkspaceCall {
    /// The HTTP method.
    pub method: Method,
    /// Path, percent-encoded.
    pub path: String,
    /// Names and values, not encoded.
    pub query: Vec<(String, String)>,
    /// Nothing, JSON, a form, or a file.
    pub body: RequestBody,
    /// Whether it may be made again.
    pub repeat: Repeat,
    /// How long an attempt may take.
    pub deadline: Duration,
    /// Bytes that the answer may have.
    pub limit: u64,
    /// Whether the answer is a file, which may hold anything.
    pub raw: bool,
    /// Whether a token of a page stands without the other parameters.
    pub token_alone: bool,
    /// Why it can't be made at all.
    pub fault: Option<String>,
}

impl WorkspaceCall {
    /// A request without a body. `path` has the segments behind the host.
    pub fn new(method: Method, path: &[&str]) -> Self {
        let mut call = WorkspaceCall {
            method,
            path: String::new(),
            query: vec![],
            body: RequestBody::None,
            repeat: Repeat::Safe,
            deadline: DEADLINE,
            limit: LIMIT,
            raw: false,
            token_alone: false,
            fault: None,
        };
        for segment in
            path.iter().flat_map(|part| part.strip_prefix('/').map_or(vec![*part], |p| p.split('/').collect()))
        {
            // Servers and what stands before them would take these as steps to another path.
            if matches!(segment, "" | "." | "..") {
                call.fault = Some(format!("`{segment}` is not a valid path segment"));
            }
            call.path.push('/');
            call.path.extend(utf8_percent_encode(segment, RESERVED));
        }
        call
    }

    /// A request to an address that somebody else made; nothing of its path is encoded again.
    pub fn to(method: Method, address: &Address) -> Self {
        let mut call = WorkspaceCall::new(method, &[]);
        call.path.clone_from(&address.path);
        call.query.clone_from(&address.query);
        call
    }

    /// Reads.
    pub fn get(path: &[&str]) -> Self {
        WorkspaceCall::new(Method::Get, path)
    }

    /// Posts JSON.
    pub fn post(path: &[&str], body: &impl Serialize) -> Self {
        WorkspaceCall::new(Method::Post, path).json(body)
    }

    /// Removes.
    pub fn delete(path: &[&str]) -> Self {
        WorkspaceCall::new(Method::Delete, path)
    }

    /// Adds a parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Sets a body of JSON.
    #[must_use]
    pub fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.body = RequestBody::Json(bytes),
            Err(error) => self.fault = Some(format!("cannot serialize the body: {error}")),
        }
        self
    }

    /// Sets a body of bytes.
    #[must_use]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.body = RequestBody::Bytes(bytes.to_owned());
        self
    }

    /// Sets a body that is read while it is sent.
    #[must_use]
    pub fn stream(mut self, stream: &Stream) -> Self {
        self.body = RequestBody::Stream(stream.clone());
        self
    }

    /// Forbids a second attempt when the first may have been carried out.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.repeat = Repeat::Once;
        self
    }

    /// Asks for a file of at most so many bytes.
    #[must_use]
    pub fn file(mut self, limit: u64) -> Self {
        (self.raw, self.limit) = (true, limit);
        self
    }

    /// Sets how long an attempt may take.
    #[must_use]
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Path and query, percent-encoded.
    pub fn target(&self) -> String {
        let mut target = self.path.clone();
        for (at, (name, value)) in self.query.iter().enumerate() {
            target.push(if at == 0 { '?' } else { '&' });
            target.extend(utf8_percent_encode(name, RESERVED));
            target.push('=');
            target.extend(utf8_percent_encode(value, RESERVED));
        }
        target
    }
}

/// An address that came from outside, in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Scheme and host.
    pub origin: String,
    /// Path, as it was written.
    pub path: String,
    /// Names and values, decoded.
    pub query: Vec<(String, String)>,
}

impl Address {
    /// Takes an address apart; none if it is not one.
    pub fn parse(address: &str) -> Option<Self> {
        let address = address.trim();
        let begin = address.find("://")? + 3;
        let end = address[begin..].find(['/', '?', '#']).map_or(address.len(), |at| begin + at);
        let (path, query) = address[end..].split_once('?').unwrap_or((&address[end..], ""));
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (decoded(name), decoded(value)));
        let query = query.split('#').next()?.split('&').filter_map(pair).collect();
        let path = path.split('#').next()?;
        let is_plain = address[..end].chars().chain(path.chars()).all(|c| c.is_ascii_graphic() && c != '@');
        is_plain.then(|| Address { origin: address[..end].to_owned(), path: path.to_owned(), query })
    }
}

/// A form as a body.
pub fn form(fields: &[(&str, &str)]) -> String {
    let field = |(name, value): &(&str, &str)| format!("{name}={}", utf8_percent_encode(value, RESERVED));
    fields.iter().map(field).collect::<Vec<_>>().join("&")
}
