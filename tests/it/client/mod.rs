//! The client of a workspace, against doors whose answers are written down: what is sent, how often, and what is said.

mod answers;
mod config;
mod credentials;
mod network;
mod requests;
mod retries;
mod statements;

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use lakegen::deploy::client::door::{Door, HttpRequest, RequestFault, Response};
use lakegen::deploy::client::{Client, Secret};

/// The token that no message may show.
pub const TOKEN: &str = "the-token-that-nobody-may-see";

/// A door that gives one prepared answer after the other, and notes what was asked and slept. Its clock moves by sleeping.
#[derive(Default)]
pub struct Script {
    answers: Mutex<VecDeque<Result<Response, RequestFault>>>,
    pub asked: Mutex<Vec<HttpRequest>>,
    pub slept: Mutex<Vec<Duration>>,
    clock: Mutex<Duration>,
}

impl Script {
    pub fn new(answers: impl IntoIterator<Item = Result<Response, RequestFault>>) -> Self {
        Script { answers: Mutex::new(answers.into_iter().collect()), ..Script::default() }
    }

    /// Verb and what stands behind the host, of every request.
    pub fn lines(&self) -> Vec<String> {
        let line =
            |request: &HttpRequest| format!("{} {}", request.method, request.url.trim_start_matches("https://host"));
        self.asked.lock().unwrap().iter().map(line).collect()
    }

    /// Waits of a second and more, in whole seconds: those between attempts, without what spreads them.
    pub fn waits(&self) -> Vec<u64> {
        self.slept.lock().unwrap().iter().map(Duration::as_secs).filter(|seconds| *seconds > 0).collect()
    }

    pub fn client(&self) -> Client<'_> {
        Client::with_token(self, "https://host", &Secret::new(TOKEN))
    }
}

impl Door for Script {
    fn exchange(&self, request: &HttpRequest) -> Result<Response, RequestFault> {
        self.asked.lock().unwrap().push(request.clone());
        self.answers.lock().unwrap().pop_front().expect("a request that the script does not foresee")
    }

    fn now(&self) -> Duration {
        *self.clock.lock().unwrap()
    }

    fn sleep(&self, time: Duration) {
        *self.clock.lock().unwrap() += time;
        self.slept.lock().unwrap().push(time);
    }

    fn random(&self) -> u64 {
        0
    }

    fn threads(&self) -> usize {
        1
    }
}

pub fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Result<Response, RequestFault> {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Ok(Response { status, headers, body: body.into() })
}

pub fn json(status: u16, body: &serde_json::Value) -> Result<Response, RequestFault> {
    answer(status, &[("content-type", "application/json")], body.to_string())
}
