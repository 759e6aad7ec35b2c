//! A workspace in memory, for tests: stateful, strict about what it is sent, and as stingy with privileges as a real one.
//!
//! [`Workspace`] holds the state and answers requests; [`Desk`] is the door to it in process, with faults made from a seed;
//! [`server`] serves the same over loopback. Bodies are checked against `tests/workspace/endpoints.json`. It shares no code
//! with what is tested but the parser of SQL.

pub mod access;
pub mod asked;
pub mod between;
mod boards;
mod catalog;
pub mod contract;
pub mod desk;
pub mod fault;
mod files;
mod jobs;
mod minilake;
mod outside;
mod permissions;
pub mod pipelines;
mod projects;
mod proofs;
mod route;
pub mod server;
pub mod setting;
pub mod sql;
pub mod state;
mod statements;
mod tags;
mod tokens;
mod troubles;
pub mod update;
mod volume_files;

use std::sync::{Mutex, MutexGuard};

use serde_json::{Value, json};

use asked::Reply;
pub use desk::Desk;
use lakegen::deploy::client::door::Response;
pub use state::{Kind, State};

/// Items of a page, however many are asked for, unless a test says otherwise.
pub const PAGE: usize = 3;

/// The workspace; tests look into its state and change it behind the back of the client.
#[derive(Default)]
pub struct Workspace {
    state: Mutex<State>,
    recorded: Mutex<Vec<Value>>,
}

/// A request as it arrives, whatever it came through.
#[derive(Debug, Clone, Default)]
pub struct Arrived {
    pub method: String,
    /// Path and query, percent-encoded.
    pub target: String,
    pub authorization: Option<String>,
    pub media_type: Option<String>,
    pub body: Vec<u8>,
}

impl Workspace {
    pub fn new() -> Self {
        let workspace = Workspace::default();
        workspace.state().found();
        workspace
    }

    /// A workspace that begins in a state.
    pub fn of(state: State) -> Self {
        Workspace { state: Mutex::new(state), recorded: Mutex::default() }
    }

    /// The state, locked.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Answers a request.
    pub fn answer(&self, arrived: &Arrived) -> Response {
        let mut state = self.state();
        self.record(&state, arrived);
        answer_in(&mut state, arrived)
    }

    fn record(&self, state: &State, arrived: &Arrived) {
        let (path, query) = arrived.target.split_once('?').unwrap_or((&arrived.target, ""));
        let mut line = json!({"method": arrived.method, "path": path, "query": query, "as": state.who(arrived)});
        match arrived.media_type.as_deref().unwrap_or_default() {
            _ if arrived.body.is_empty() => {}
            kind if kind.starts_with("application/json") => {
                line["body"] = serde_json::from_slice(&arrived.body).unwrap_or_default()
            }
            kind if kind.contains("form-urlencoded") => line["form"] = asked::form(&arrived.body).into_iter().collect(),
            _ => line["raw"] = true.into(),
        }
        self.recorded.lock().unwrap().push(line);
    }

    /// Every request so far, with who made it, as `sdk_body_check.py` and its like read it.
    pub fn recorded(&self) -> Vec<Value> {
        self.recorded.lock().unwrap().clone()
    }

    /// Verbs and paths of the requests since the last call.
    pub fn take_lines(&self) -> Vec<String> {
        let taken = std::mem::take(&mut *self.recorded.lock().unwrap());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        taken.iter().map(|line| format!("{} {}", text(&line["method"]), text(&line["path"]))).collect()
    }
}

/// Answers a request in a state.
pub fn answer_in(state: &mut State, arrived: &Arrived) -> Response {
    state.ticks += 1;
    let answer = asked::read(state, arrived).and_then(|asked| route::answer(state, &asked));
    let json = |status: u16, body: &Value| Response {
        status,
        headers: vec![
            ("content-type".into(), "application/json".into()),
            ("x-databricks-org-id".into(), "4711".into()),
        ],
        body: body.to_string().into_bytes(),
    };
    match answer {
        Ok(Reply::Json(body)) => json(200, &body),
        Ok(Reply::File(bytes)) => {
            let headers = vec![
                ("content-type".into(), "application/octet-stream".into()),
                ("content-length".into(), bytes.len().to_string()),
                ("last-modified".into(), "Sun, 06 Nov 1994 08:49:37 GMT".into()),
            ];
            Response { status: 200, headers, body: if arrived.method == "HEAD" { vec![] } else { bytes } }
        }
        Err(refusal) => json(refusal.status, &json!({"error_code": refusal.code, "message": refusal.message})),
    }
}
