//! A door behind which somebody else acts at certain moments.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lakegen::deploy::client::door::{Door, Fault, Request, Response};
use lakegen::deploy::client::{Client, Secret};

use super::desk::HOST;
use super::{Desk, state};

/// Somebody who acts once, right after the first request that is meant.
pub struct Between<'d, 'w> {
    desk: &'d Desk<'w>,
    is_meant: Box<dyn Fn(&Request) -> bool + Sync + 'd>,
    act: Box<dyn Fn() + Sync + 'd>,
    has_acted: AtomicBool,
}

impl<'d, 'w> Between<'d, 'w> {
    /// Acts after the first request with this verb whose address ends so.
    pub fn after(desk: &'d Desk<'w>, verb: &'static str, end: &'static str, act: impl Fn() + Sync + 'd) -> Self {
        let is_meant = move |request: &Request| request.method.word() == verb && request.url.contains(end);
        Between { desk, is_meant: Box::new(is_meant), act: Box::new(act), has_acted: AtomicBool::new(false) }
    }

    pub fn client(&self, who: &str) -> Client<'_> {
        Client::with_token(self, HOST, &Secret::new(&state::token(who)))
    }

    pub fn has_acted(&self) -> bool {
        self.has_acted.load(Ordering::Relaxed)
    }
}

impl Door for Between<'_, '_> {
    fn exchange(&self, request: &Request) -> Result<Response, Fault> {
        let response = self.desk.exchange(request);
        if (self.is_meant)(request) && !self.has_acted.swap(true, Ordering::Relaxed) {
            (self.act)();
        }
        response
    }

    fn now(&self) -> Duration {
        self.desk.now()
    }

    fn sleep(&self, time: Duration) {
        self.desk.sleep(time);
    }

    fn random(&self) -> u64 {
        self.desk.random()
    }

    fn threads(&self) -> usize {
        1
    }
}
