//! Limits the number of requests per second, across all threads (workspace-api.md, "Retries").

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::door::Door;

/// Requests a second that the official SDKs make.
pub const PER_SECOND: u32 = 15;

/// Hands out moments, one after the other.
#[derive(Debug)]
pub struct Rate {
    between: Duration,
    next: Mutex<Duration>,
}

impl Rate {
    /// As many requests a second.
    pub fn new(per_second: u32) -> Self {
        Rate { between: Duration::from_secs(1) / per_second.max(1), next: Mutex::default() }
    }

    /// Waits until a request may be made.
    pub fn wait(&self, door: &dyn Door) {
        let now = door.now();
        let moment = {
            // A moment is handed out whole, so a panic elsewhere does not spoil it.
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let moment = (*next).max(now);
            *next = moment + self.between;
            moment
        };
        if moment > now {
            door.sleep(moment - now);
        }
    }
}
