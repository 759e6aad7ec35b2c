//! A door behind which somebody else acts at certain moments.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lakegen::deploy::client::door::{Door, HttpRequest, RequestFault, Response};
use lakegen::deploy::client::{Client, Secret};

use super::desk::HOST;
use super::{Desk, state};

/// Somebody who acts behind every request.
pub struct Behind<'d, 'w> {
    desk: &'d Desk<'w>,
    act: Box<dyn Fn(&HttpRequest) + Sync + 'd>,
}

impl<'d, 'w> Behind<'d, 'w> {
    pub fn new(desk: &'d Desk<'w>, act: impl Fn(&HttpRequest) + Sync + 'd) -> Self {
        Behind { desk, act: Box::new(act) }
    }

    pub fn client(&self, who: &str) -> Client<'_> {
        Client::with_token(self, HOST, &Secret::new(&state::token(who)))
    }
}

/// Somebody who acts once, right after the first request that is meant.
pub struct Between<'d, 'w> {
    door: Behind<'d, 'w>,
    has_acted: Arc<AtomicBool>,
}

impl<'d, 'w> Between<'d, 'w> {
    /// Acts after the first request with this verb whose address ends so.
    pub fn after(desk: &'d Desk<'w>, verb: &'static str, end: &'static str, act: impl Fn() + Sync + 'd) -> Self {
        let has_acted = Arc::new(AtomicBool::new(false));
        let is_first = Arc::clone(&has_acted);
        let door = Behind::new(desk, move |request| {
            let is_meant = request.method.word() == verb && request.url.contains(end);
            if is_meant && !is_first.swap(true, Ordering::Relaxed) {
                act();
            }
        });
        Between { door, has_acted }
    }

    pub fn client(&self, who: &str) -> Client<'_> {
        self.door.client(who)
    }

    pub fn has_acted(&self) -> bool {
        self.has_acted.load(Ordering::Relaxed)
    }
}

impl Door for Behind<'_, '_> {
    fn exchange(&self, request: &HttpRequest) -> Result<Response, RequestFault> {
        let response = self.desk.exchange(request);
        (self.act)(request);
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
        self.desk.threads()
    }
}
