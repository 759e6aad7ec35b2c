//! What can go wrong with a request, typed: callers decide by [`ErrorKind`], people read the message.
//!
//! Servers report errors in many shapes (workspace-api.md, "Errors"); `answer` reads them. Nothing here contains a
//! secret: texts pass through `clean`.

use std::fmt;

use super::door::Method;

/// A request that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// What it means.
    pub kind: ErrorKind,
    /// What the server or the network said, fit to be shown.
    pub message: String,
    /// Verb and path.
    pub request: Called,
    /// Status of the answer, if there was one.
    pub status: Option<u16>,
    /// Code of the answer, such as `INVALID_STATE`, if it had one.
    pub code: Option<String>,
    /// Requests that were made for it.
    pub attempts: u32,
}

/// Which request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// The HTTP method.
    pub method: Method,
    /// Path without host and query.
    pub path: String,
}

/// What an error means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorKind {
    /// There is no such thing, or nobody may know that there is.
    NotFound,
    /// There is one already.
    Exists,
    /// It changed meanwhile, or is in a state that forbids the request.
    Conflict,
    /// It is not allowed.
    Denied,
    /// Nobody was recognised.
    Unauthenticated,
    /// The request is not valid; which fields, where the server says so.
    Invalid {
        /// Fields with what is wrong, as `field: fault`.
        fields: Vec<String>,
    },
    /// A quota is used up.
    Exhausted,
    /// Too many requests, for as long as was waited.
    Throttled,
    /// The server can't answer now.
    Unavailable,
    /// No connection could be made.
    Unreachable,
    /// No answer came in time, to a request that changes nothing or can be repeated.
    TimedOut,
    /// A page for people instead of an answer: another host, or a login in between.
    Login,
    /// The server sends elsewhere. It was not followed.
    Redirected {
        /// Where to, without what could be secret.
        to: String,
    },
    /// The answer ended too early.
    Truncated,
    /// The answer is not what the interface promises.
    Unreadable,
    /// The answer is larger than was allowed.
    TooLarge,
    /// The request was sent once and may have been carried out: look before it is made again.
    Ambiguous,
    /// The client refuses to make the request.
    Refused,
    /// An SQL statement failed.
    Statement {
        /// Class of the error by the SQL standard.
        sql_state: Option<String>,
    },
    /// No credentials could be had.
    Credentials,
    /// Another status.
    Failed,
}

impl ErrorKind {
    /// In words, as the beginning of a message.
    fn words(&self) -> &'static str {
        match self {
            ErrorKind::NotFound => "not found",
            ErrorKind::Exists => "it already exists",
            ErrorKind::Conflict => "it is in a conflicting state",
            ErrorKind::Denied => "not allowed",
            ErrorKind::Unauthenticated => "the credentials are not accepted",
            ErrorKind::Invalid { .. } => "invalid request",
            ErrorKind::Exhausted => "quota exceeded",
            ErrorKind::Throttled => "too many requests",
            ErrorKind::Unavailable => "the workspace is unavailable",
            ErrorKind::Unreachable => "cannot reach the workspace",
            ErrorKind::TimedOut => "timed out",
            ErrorKind::Login => "got a web page instead of an API response",
            ErrorKind::Redirected { .. } => "the server redirects elsewhere",
            ErrorKind::Truncated => "the response was truncated",
            ErrorKind::Unreadable => "cannot read the answer",
            ErrorKind::TooLarge => "the response is too large",
            ErrorKind::Ambiguous => "it is unknown whether the request was executed",
            ErrorKind::Refused => "the request was not sent",
            ErrorKind::Statement { .. } => "the statement failed",
            ErrorKind::Credentials => "no credentials found",
            ErrorKind::Failed => "the workspace failed",
        }
    }

    /// What people can do.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            ErrorKind::Unauthenticated => Some("the token may have expired, or belong to another workspace"),
            ErrorKind::Login => Some("check `host`; a private link or a proxy may require a login"),
            ErrorKind::Redirected { .. } => Some("check `host`; credentials are not sent to other servers"),
            ErrorKind::Unreachable => Some("check `host` and the network; set `HTTPS_PROXY` to use a proxy"),
            ErrorKind::Throttled | ErrorKind::Unavailable => Some("run it again; finished steps are not repeated"),
            ErrorKind::Ambiguous => Some("run it again: it first looks up what exists"),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.words())?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        write!(f, " (`{} {}`", self.request.method, self.request.path)?;
        if let Some(status) = self.status {
            write!(f, ", status {status}")?;
        }
        if let Some(code) = &self.code {
            write!(f, ", {code}")?;
        }
        match self.attempts {
            0 | 1 => f.write_str(")"),
            more => write!(f, ", {more} attempts)"),
        }
    }
}

/// A result of a look-up, with what is not there as `None`. What may not be looked at stays an error.
///
/// # Errors
/// The other errors of the look-up.
pub fn found<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
