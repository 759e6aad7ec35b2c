//! Access to a workspace: requests with credentials, at a bounded rate, retried where that is safe, and responses that
//! have the form the API promises, or else a typed error.
//!
//! [`Client`] is what the areas of [`api`] are built on. It reaches the network through a [`Door`] and everything else
//! through a [`World`], so that tests control both. It makes no decisions about deployments.

mod answer;
pub mod api;
mod auth;
pub mod call;
mod clean;
pub mod config;
pub mod door;
pub mod error;
pub mod network;
mod rate;
mod retry;
mod secret;
mod together;
mod wire;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use call::WorkspaceCall;
use config::{Config, ConfigChoice, ConfigError};
use door::{Door, Response};
use error::{Error, ErrorKind};
pub use secret::Secret;
use wire::{Proof, Wire};

use crate::world::{MemoryWorld, World};

/// A document of the interface with all its fields, known here or not.
pub type Object = Map<String, Value>;

/// Pages of one list that are read before it counts as endless.
const MAX_PAGES: usize = 10_000;

/// How often [`Client::once`] makes something.
pub const MAX_MAKES: u32 = 3;

/// How long after a look the next one is taken.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// A workspace, as one identity sees it. Threads share it.
pub struct Client<'w> {
    wire: Wire<'w>,
    host: String,
    proof: Box<dyn Proof + Sync + 'w>,
    /// Where the time of day comes from, if anywhere.
    world: Option<&'w dyn World>,
    /// What is done before requests, as a sign of life.
    beat: Mutex<Option<Arc<Beat>>>,
    /// Whether somebody does it now.
    is_beating: AtomicBool,
}

/// A sign of life: it decides whether one is due, and gives it by the client itself. Its error stops the request.
pub type Beat = dyn Fn(&Client<'_>) -> Result<(), Error> + Send + Sync;

impl<'w> Client<'w> {
    /// A client for the workspace that is meant, with the credentials that are found for it. Nothing is sent yet.
    ///
    /// # Errors
    /// When no workspace is meant, or more than one.
    pub fn connect(world: &'w dyn World, door: &'w dyn Door, choice: &ConfigChoice<'_>) -> Result<Self, ConfigError> {
        let config = Config::find(world, choice, &auth::kinds())?;
        let rate = config.value("rate_limit").and_then(|rate| rate.parse().ok()).unwrap_or(rate::PER_SECOND);
        let mut wire = Wire::new(door, rate, user_agent(world));
        wire.workspace_id.clone_from(&config.workspace_id);
        for name in ["token", "client_secret"] {
            config.secret(name).into_iter().for_each(|secret| wire.keep(secret));
        }
        let host = config.host.clone();
        Ok(Client { world: Some(world), ..Client::of(wire, host, Box::new(auth::Credentials::new(world, config))) })
    }

    /// A client with a token that is not renewed. `host` has a scheme and no path.
    pub fn with_token(door: &'w dyn Door, host: &str, token: &Secret) -> Self {
        let wire = Wire::new(door, rate::PER_SECOND, user_agent(&MemoryWorld::default()));
        wire.keep(token);
        let bearer = Secret::new(&format!("Bearer {}", token.expose()));
        let proof = Box::new(wire::FixedHeaders(vec![("authorization", bearer)]));
        Client::of(wire, host.to_owned(), proof)
    }

    fn of(wire: Wire<'w>, host: String, proof: Box<dyn Proof + Sync + 'w>) -> Self {
        Client { wire, host, proof, world: None, beat: Mutex::default(), is_beating: AtomicBool::new(false) }
    }

    /// The time of day, if it is known.
    pub fn time_of_day(&self) -> Option<SystemTime> {
        self.world.map(World::now)
    }

    /// Sets or ends the sign of life.
    pub fn set_beat(&self, beat: Option<Arc<Beat>>) {
        *self.beat.lock().unwrap_or_else(PoisonError::into_inner) = beat;
    }

    fn beat(&self) -> Result<(), Error> {
        let beat = self.beat.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(beat) = beat else { return Ok(()) };
        // Its own requests are none that it is given before.
        if self.is_beating.swap(true, Ordering::Acquire) {
            return Ok(());
        }
        let result = beat(self);
        self.is_beating.store(false, Ordering::Release);
        result
    }

    /// Scheme and host.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Which kind of credentials is used, once a request was made.
    pub fn credentials(&self) -> Option<&'static str> {
        self.proof.kind()
    }

    /// The door that requests go through; whoever waits for something waits by its clock.
    pub fn door(&self) -> &'w dyn Door {
        self.wire.door
    }

    /// A text that came from the workspace, fit to be shown.
    pub fn shown(&self, text: &str) -> String {
        self.wire.shown(text)
    }

    /// Makes a request.
    ///
    /// # Errors
    /// When no attempt succeeds.
    pub fn send(&self, call: &WorkspaceCall) -> Result<Response, Error> {
        self.beat()?;
        self.wire.send(call, &self.host, &*self.proof)
    }

    /// Makes a request whose answer does not matter.
    ///
    /// # Errors
    /// When no attempt succeeds.
    pub fn done(&self, call: &WorkspaceCall) -> Result<(), Error> {
        self.send(call).map(drop)
    }

    /// Makes a request and reads its answer. An empty answer is an empty object.
    ///
    /// # Errors
    /// When no attempt succeeds, or the answer is not what was promised.
    pub fn read<T: DeserializeOwned>(&self, call: &WorkspaceCall) -> Result<T, Error> {
        self.parsed(call, &self.send(call)?)
    }

    fn parsed<T: DeserializeOwned>(&self, call: &WorkspaceCall, response: &Response) -> Result<T, Error> {
        let body = response.body.trim_ascii();
        let body = if body.is_empty() { b"{}" } else { body };
        serde_json::from_slice(body).map_err(|error| {
            let kind = if error.is_eof() { ErrorKind::Truncated } else { ErrorKind::Unreadable };
            // Where it stands, not what: the answer may hold rows.
            let message = format!("line {}, column {}: {}", error.line(), error.column(), class(&error));
            self.wire.unreadable(call, kind, &message)
        })
    }

    /// Reads a list, page by page to its end. `key` is where a page has its items.
    ///
    /// # Errors
    /// When a page can't be read, or pages repeat themselves.
    pub fn pages<T: DeserializeOwned>(&self, call: &WorkspaceCall, key: &str) -> Result<Vec<T>, Error> {
        self.pages_until(call, key, |_: &[T]| false)
    }

    /// Reads pages until enough items are there.
    ///
    /// # Errors
    /// When a page can't be read, or pages repeat themselves.
    pub fn pages_until<T: DeserializeOwned>(
        &self,
        call: &WorkspaceCall,
        key: &str,
        enough: impl Fn(&[T]) -> bool,
    ) -> Result<Vec<T>, Error> {
        let (mut items, mut seen, mut call) = (vec![], BTreeSet::new(), call.clone());
        loop {
            let mut page: Object = self.read(&call)?;
            let found = page.remove(key).filter(|found| !found.is_null()).unwrap_or_else(|| Value::Array(vec![]));
            let found: Vec<T> = serde_json::from_value(found).map_err(|error| {
                self.wire.unreadable(&call, ErrorKind::Unreadable, &format!("`{key}`: {}", class(&error)))
            })?;
            items.extend(found);
            let token = page.get("next_page_token").and_then(Value::as_str).unwrap_or_default().to_owned();
            if token.is_empty() || enough(&items) {
                return Ok(items);
            }
            if seen.len() >= MAX_PAGES || !seen.insert(token.clone()) {
                return Err(self.wire.error(&call, ErrorKind::Unreadable, "the pages of the list have no end"));
            }
            // Where a list is filtered by what the token holds already, the token stands alone (events of pipelines).
            call.query.retain(|(name, _)| name != "page_token" && (!call.token_alone || name == "max_results"));
            call = call.query("page_token", token);
        }
    }

    /// Makes something of which there is to be one: when nobody knows whether it was made, it is looked for, twice and with a
    /// wait between, because a first look may be too early. Only what is not there then is made again.
    ///
    /// # Errors
    /// Those of `make` and `find`; what stays unknown after [`MAX_MAKES`] attempts too.
    pub fn once<T>(
        &self,
        make: impl Fn() -> Result<T, Error>,
        find: impl Fn() -> Result<Option<T>, Error>,
    ) -> Result<T, Error> {
        let mut attempt = 1;
        loop {
            let error = match make() {
                Err(error) if error.kind == ErrorKind::Ambiguous => error,
                made => return made,
            };
            for wait in [Duration::ZERO, LOOK_AGAIN] {
                self.wire.door.sleep(wait);
                if let Some(found) = find()? {
                    return Ok(found);
                }
            }
            if attempt == MAX_MAKES {
                return Err(error);
            }
            attempt += 1;
        }
    }

    /// An error about a request whose meaning its caller found out.
    fn error(&self, call: &WorkspaceCall, kind: ErrorKind, message: &str) -> Error {
        self.wire.error(call, kind, message)
    }

    /// An error about an answer that is not what was promised.
    fn unreadable(&self, call: &WorkspaceCall, message: &str) -> Error {
        self.wire.unreadable(call, ErrorKind::Unreadable, message)
    }

    /// Does something for each of many, side by side. Results are in the order of the items.
    pub fn side_by_side<T: Sync, R: Send>(&self, items: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
        together::side_by_side(self.wire.door.threads(), items, each)
    }
}

/// What is wrong with an answer, in words that hold nothing of it.
fn class(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Data => "it lacks a field, or has one of another type",
        _ => "it is not JSON",
    }
}

/// How the program calls itself (workspace-api.md, "Headers"), and which service runs it, if one does.
fn user_agent(world: &dyn World) -> String {
    const SERVICES: &[(&str, Option<&str>, &str)] = &[
        ("GITHUB_ACTIONS", Some("true"), "github"),
        ("GITLAB_CI", Some("true"), "gitlab"),
        ("JENKINS_URL", None, "jenkins"),
        ("TF_BUILD", Some("True"), "azure-devops"),
        ("CIRCLECI", Some("true"), "circle"),
        ("BITBUCKET_BUILD_NUMBER", None, "bitbucket"),
        ("CODEBUILD_BUILD_ARN", None, "aws-code-build"),
        ("TRAVIS", Some("true"), "travis"),
    ];
    let is_set = |(variable, value, _): &&(&str, Option<&str>, &str)| {
        world.env(variable).is_some_and(|found| value.is_none_or(|value| found == value))
    };
    let service = SERVICES.iter().find(is_set).map(|(.., name)| format!(" cicd/{name}")).unwrap_or_default();
    format!("lakegen/{} os/{}{service}", env!("CARGO_PKG_VERSION"), std::env::consts::OS)
}

/// An id of 64 bits that servers write as a number or as a text.
pub(crate) fn id_of_64_bits<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Number(u64),
        Text(String),
    }
    match Id::deserialize(deserializer)? {
        Id::Number(id) => Ok(id),
        Id::Text(text) => text.parse().map_err(serde::de::Error::custom),
    }
}
