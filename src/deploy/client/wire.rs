//! Sends one request, with retries and delays, and interprets the final response. It knows nothing about workspaces
//! and kinds of credentials.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::answer::{self, Refusal};
use super::call::{Repeat, WorkspaceCall};
use super::clean;
use super::door::{Door, HttpRequest, RequestFault, Response};
use super::error::{Called, Error, ErrorKind};
use super::rate::Rate;
use super::retry::{self, AttemptOutcome, Next};
use super::secret::Secret;

/// How long a request is made again before people hear of it.
const TOLD_AFTER: Duration = Duration::from_secs(3);
/// How often they hear of it then.
const TOLD_EVERY: Duration = Duration::from_secs(30);

/// Headers that nobody may see.
pub type SecretHeaders = Vec<(&'static str, Secret)>;

/// Where a request gets what it proves itself with.
pub trait Proof {
    /// Headers for the next attempt.
    ///
    /// # Errors
    /// When none can be had.
    fn headers(&self, wire: &Wire<'_>, call: &WorkspaceCall) -> Result<SecretHeaders, Error>;
    /// Told that these headers were not accepted; whether others may be had.
    fn renew(&self, refused: &SecretHeaders) -> bool;
    /// Which kind of credentials it is, once one was had.
    fn kind(&self) -> Option<&'static str>;
}

/// No proof is needed, or it is always the same.
pub struct FixedHeaders(pub SecretHeaders);

impl Proof for FixedHeaders {
    fn headers(&self, _: &Wire<'_>, _: &WorkspaceCall) -> Result<SecretHeaders, Error> {
        Ok(self.0.clone())
    }

    fn renew(&self, _: &SecretHeaders) -> bool {
        false
    }

    fn kind(&self) -> Option<&'static str> {
        None
    }
}

/// A door with what all requests through it share.
pub struct Wire<'w> {
    pub door: &'w dyn Door,
    pub rate: Rate,
    /// How the program calls itself.
    pub agent: String,
    /// The workspace that is meant, where hosts serve more than one.
    pub workspace_id: Option<String>,
    /// All that must not be seen in any message.
    secrets: Mutex<Vec<Secret>>,
}

impl<'w> Wire<'w> {
    pub fn new(door: &'w dyn Door, rate: u32, agent: String) -> Self {
        Wire { door, rate: Rate::new(rate), agent, workspace_id: None, secrets: Mutex::default() }
    }

    /// Keeps a secret out of all messages from now on.
    pub fn keep(&self, secret: &Secret) {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        if !secret.is_empty() && !secrets.contains(secret) {
            secrets.push(secret.clone());
        }
    }

    /// A text from outside as it may be shown.
    pub fn shown(&self, text: &str) -> String {
        clean::shown(text, &self.secrets.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// An error about a request.
    pub fn error(&self, call: &WorkspaceCall, kind: ErrorKind, message: &str) -> Error {
        Error {
            kind,
            message: self.shown(message),
            request: Called { method: call.method, path: self.shown(&call.path) },
            status: None,
            code: None,
            attempts: 1,
        }
    }

    /// Sends a request until an attempt succeeds or no other is worth it.
    pub fn send(&self, call: &WorkspaceCall, origin: &str, proof: &dyn Proof) -> Result<Response, Error> {
        if let Some(fault) = &call.fault {
            return Err(self.error(call, ErrorKind::Refused, fault));
        }
        let began = self.door.now();
        let budget = retry::BUDGET.max(call.deadline);
        let (mut attempt, mut renewals, mut told) = (0, 0, None);
        loop {
            attempt += 1;
            let headers = proof.headers(self, call)?;
            self.rate.wait(self.door);
            let left = budget.saturating_sub(self.door.now() - began).max(Duration::from_secs(1));
            let request = self.request(call, origin, &headers, left);
            let (mut error, next) = match self.door.exchange(&request) {
                Ok(response) if is_page(call, &response) => (self.error(call, ErrorKind::Login, ""), Next::Stop),
                Ok(response) if (200..300).contains(&response.status) => return Ok(response),
                // An old token is replaced once, and does not count as an attempt.
                Ok(response) if response.status == 401 && renewals == 0 && proof.renew(&headers) => {
                    renewals += 1;
                    attempt -= 1;
                    continue;
                }
                Ok(response) => self.refused(call, &response, attempt),
                Err(fault) => {
                    let next = retry::next(&AttemptOutcome::Fault(&fault), call.repeat, attempt, self.door.random());
                    (self.faulty(call, &fault), next)
                }
            };
            error.attempts = attempt;
            match next {
                Next::After(time) if self.door.now() - began + time < budget => {
                    let taken = self.door.now() - began;
                    if taken + time >= told.map_or(TOLD_AFTER, |last| last + TOLD_EVERY) {
                        self.door.notice(&format!("still trying: {error}"));
                        told = Some(taken);
                    }
                    self.door.sleep(time);
                }
                Next::Unknown => return Err(ambiguous(error)),
                Next::Stop | Next::After(_) => return Err(error),
            }
        }
    }

    fn request(&self, call: &WorkspaceCall, origin: &str, headers: &SecretHeaders, left: Duration) -> HttpRequest {
        let kind = if call.raw { "*/*" } else { "application/json" };
        let mut shown = vec![("accept", kind.to_owned()), ("user-agent", self.agent.clone())];
        shown.extend(self.workspace_id.clone().map(|id| ("x-databricks-workspace-id", id)));
        HttpRequest {
            method: call.method,
            url: format!("{origin}{}", call.target()),
            headers: shown,
            secret_headers: headers.clone(),
            body: call.body.clone(),
            deadline: call.deadline.min(left),
            limit: call.limit,
        }
    }

    fn refused(&self, call: &WorkspaceCall, response: &Response, attempt: u32) -> (Error, Next) {
        let Refusal { kind, message, code } = answer::refusal(response);
        let outcome = AttemptOutcome::Refused(response, &message);
        let next = retry::next(&outcome, call.repeat, attempt, self.door.random());
        let kind = match kind {
            ErrorKind::Invalid { fields } => {
                ErrorKind::Invalid { fields: fields.iter().map(|field| self.shown(field)).collect() }
            }
            ErrorKind::Redirected { to } => ErrorKind::Redirected { to: self.shown(&to) },
            other => other,
        };
        let code = code.map(|code| self.shown(&code)).filter(|code| !code.is_empty());
        (Error { status: Some(response.status), code, ..self.error(call, kind, &message) }, next)
    }

    fn faulty(&self, call: &WorkspaceCall, fault: &RequestFault) -> Error {
        match fault {
            RequestFault::NotSent(why) => self.error(call, ErrorKind::Unreachable, why),
            RequestFault::Lost(why) => {
                self.error(call, ErrorKind::Truncated, &format!("the connection was lost: {why}"))
            }
            RequestFault::TimedOut => self.error(call, ErrorKind::TimedOut, ""),
            RequestFault::TooLarge => {
                self.error(call, ErrorKind::TooLarge, &format!("it has more than {} bytes", call.limit))
            }
            RequestFault::Refused(why) => self.error(call, ErrorKind::Refused, why),
        }
    }

    /// An error about an answer that came with success but is not what was promised.
    pub fn unreadable(&self, call: &WorkspaceCall, kind: ErrorKind, message: &str) -> Error {
        let error = self.error(call, kind, message);
        if call.repeat == Repeat::Once { ambiguous(error) } else { error }
    }
}

/// Whether it happened is not known; what is known stays in the message.
fn ambiguous(error: Error) -> Error {
    let message = match (&error.kind, error.message.is_empty()) {
        (ErrorKind::TimedOut, _) => "timed out".to_owned(),
        (ErrorKind::TooLarge, _) => format!("the response is too large: {}", error.message),
        (ErrorKind::Unreadable, _) => format!("cannot parse the response: {}", error.message),
        (_, true) => "the server failed".to_owned(),
        _ => error.message,
    };
    Error { kind: ErrorKind::Ambiguous, message, ..error }
}

/// Whether a page for people came where data was asked for, or instead of saying that a file was taken. A file may be one.
fn is_page(call: &WorkspaceCall, response: &Response) -> bool {
    let is_html =
        response.header("content-type").is_some_and(|kind| kind.trim_start().to_lowercase().starts_with("text/html"));
    response.status == 200 && !call.raw && (is_html || response.body.trim_ascii_start().starts_with(b"<"))
}
