//! The door to a workspace in process: no network, a clock that moves when somebody sleeps, and faults on the way.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lakegen::deploy::client::door::{Door, HttpRequest, RequestBody, RequestFault, Response};
use lakegen::deploy::client::{Client, Secret};

use super::fault::{Faults, Trouble};
use super::{Arrived, State, Workspace, answer_in, state};

pub const HOST: &str = "https://workspace.test";

/// A way to a workspace.
pub struct Desk<'w> {
    workspace: &'w Workspace,
    faults: Mutex<Faults>,
    /// The state before the last change, for reads that are late.
    before: Mutex<Option<State>>,
    clock: Mutex<Duration>,
    chance: AtomicU64,
}

impl<'w> Desk<'w> {
    pub fn new(workspace: &'w Workspace) -> Self {
        Desk::with(workspace, Faults::none())
    }

    pub fn with(workspace: &'w Workspace, faults: Faults) -> Self {
        let (clock, chance) = (Mutex::default(), AtomicU64::new(faults.seed()));
        Desk { workspace, faults: Mutex::new(faults), before: Mutex::default(), clock, chance }
    }

    /// A client with a token of somebody.
    pub fn client(&self, who: &str) -> Client<'_> {
        Client::with_token(self, HOST, &Secret::new(&state::token(who)))
    }

    /// Requests that came to the desk.
    pub fn count(&self) -> usize {
        self.faults.lock().unwrap().count()
    }

    /// How much time was slept.
    pub fn slept(&self) -> Duration {
        *self.clock.lock().unwrap()
    }

    fn perform(&self, request: &HttpRequest) -> Response {
        let arrived = arrived(request);
        // Kept for reads that are late, which are a fault.
        if arrived.method != "GET" && !self.faults.lock().unwrap().are_none() {
            *self.before.lock().unwrap() = Some(self.workspace.state().clone());
        }
        self.workspace.answer(&arrived)
    }

    /// What a read gives that does not see the last change.
    fn late(&self, request: &HttpRequest) -> Response {
        let before = self.before.lock().unwrap().clone();
        match before {
            Some(mut before) if request.method.word() == "GET" => answer_in(&mut before, &arrived(request)),
            _ => self.perform(request),
        }
    }

    fn troubled(&self, request: &HttpRequest, trouble: Trouble) -> Result<Response, RequestFault> {
        let page = |status, body: &str| Response {
            status,
            headers: vec![
                ("content-type".into(), "text/html".into()),
                ("location".into(), "https://evil.test/?t=1".into()),
            ],
            body: body.as_bytes().to_vec(),
        };
        match trouble {
            Trouble::NotSent => Err(RequestFault::NotSent("refused".into())),
            Trouble::DroppedBefore => Err(RequestFault::Lost("reset".into())),
            Trouble::DroppedAfter => {
                self.perform(request);
                Err(RequestFault::Lost("reset".into()))
            }
            Trouble::Slow => {
                self.perform(request);
                self.sleep(request.deadline);
                Err(RequestFault::TimedOut)
            }
            Trouble::Endless => {
                self.perform(request);
                Err(RequestFault::TooLarge)
            }
            Trouble::StatusBefore(status) => Ok(Response { status, headers: vec![], body: vec![] }),
            Trouble::StatusAfter(status) => {
                self.perform(request);
                Ok(Response { status, headers: vec![], body: vec![] })
            }
            Trouble::Expired => {
                let body = br#"{"error_code": "UNAUTHENTICATED", "message": "token expired"}"#.to_vec();
                Ok(Response { status: 401, headers: vec![], body })
            }
            Trouble::Truncated => {
                let mut response = self.perform(request);
                response.body.truncate(response.body.len() / 2);
                Ok(response)
            }
            Trouble::WrongJson => Ok(Response { body: br#"[{"surprise": true}]"#.to_vec(), ..self.perform(request) }),
            Trouble::Login => Ok(page(200, "<html>log in</html>")),
            Trouble::Redirect => Ok(page(302, "")),
            Trouble::Late => Ok(self.late(request)),
        }
    }
}

fn arrived(request: &HttpRequest) -> Arrived {
    let secret = request.secret_headers.iter().find(|(name, _)| *name == "authorization");
    let path = request.url.split_once("://").map_or("", |(_, rest)| rest);
    Arrived {
        method: request.method.word().to_owned(),
        target: path.find('/').map_or("/", |at| &path[at..]).to_owned(),
        authorization: secret.map(|(_, value)| value.expose().to_owned()),
        media_type: request.body.media_type().map(str::to_owned),
        body: match &request.body {
            RequestBody::Stream(stream) => stream.read(|reader| {
                let mut bytes = vec![];
                reader.read_to_end(&mut bytes).map(|_| bytes)
            }),
            body => Ok(body.bytes().to_vec()),
        }
        .unwrap(),
    }
}

impl Door for Desk<'_> {
    fn exchange(&self, request: &HttpRequest) -> Result<Response, RequestFault> {
        let trouble = self.faults.lock().unwrap().next();
        match trouble {
            Some(trouble) => self.troubled(request, trouble),
            None => Ok(self.perform(request)),
        }
    }

    fn now(&self) -> Duration {
        *self.clock.lock().unwrap()
    }

    fn sleep(&self, time: Duration) {
        *self.clock.lock().unwrap() += time;
    }

    fn random(&self) -> u64 {
        self.chance.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed)
    }

    fn threads(&self) -> usize {
        1
    }
}
