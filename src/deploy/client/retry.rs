//! When a request is retried, and after which delay: like the official SDKs (workspace-api.md, "Retries"), except for
//! requests that must not happen twice.
//!
//! The SDKs retry every method. If the response to a creation without a guard were lost, a retry would create a second
//! object, so such a request ([`Repeat::Once`]) is retried only if it was certainly not carried out.

use std::time::Duration;

use super::call::Repeat;
use super::door::{RequestFault, Response};

/// How long all attempts of a request may take together.
pub const BUDGET: Duration = Duration::from_secs(300);

/// Attempts after a failure of the server that the SDKs know nothing of, as the command line makes them.
const AFTER_FAILURE: u32 = 2;

/// Words by which a server says that the same request may succeed later, whatever the status.
const PASSING: &[&str] = &[
    "UnknownWorkerEnvironmentException",
    "does not have any associated worker environments",
    "There is no worker environment with id",
    "Unknown worker environment",
    "ClusterNotReadyException",
    "Unexpected error",
    "Please try again later or try a faster operation.",
    "RPC token bucket limit has been exceeded",
    "Timed out after ",
    "deadline exceeded",
];

/// What came of an attempt, as far as it matters here.
#[derive(Debug)]
pub enum AttemptOutcome<'a> {
    /// An answer that is no success, with what it says.
    Refused(&'a Response, &'a str),
    /// No answer.
    Fault(&'a RequestFault),
}

/// What to do after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Give up: it has not been carried out, or doing it again would fail again.
    Stop,
    /// Give up: nobody knows whether it was carried out.
    Unknown,
    /// Try again after a while.
    After(Duration),
}

/// Decides after attempt number `attempt`, counted from one. `chance` spreads the attempts of many.
pub fn next(outcome: &AttemptOutcome<'_>, repeat: Repeat, attempt: u32, chance: u64) -> Next {
    let backoff =
        Next::After(Duration::from_secs(u64::from(attempt.min(10))) + Duration::from_millis(50 + chance % 700));
    let if_safe = |next| if repeat == Repeat::Safe { next } else { Next::Unknown };
    match outcome {
        AttemptOutcome::Fault(RequestFault::NotSent(_)) => backoff,
        AttemptOutcome::Fault(RequestFault::Lost(_) | RequestFault::TimedOut) => if_safe(backoff),
        AttemptOutcome::Fault(RequestFault::TooLarge) => if_safe(Next::Stop),
        AttemptOutcome::Fault(RequestFault::Refused(_)) => Next::Stop,
        AttemptOutcome::Refused(response, message) => {
            let told = Next::After(retry_after(response) + Duration::from_millis(chance % 1000));
            match response.status {
                429 => told,
                503 => if_safe(told),
                // Nobody there knows the request, so it was not carried out, and never will be.
                501 => Next::Stop,
                408 | 500.. => {
                    let later = Next::After(Duration::from_secs(15));
                    let passing = if attempt <= AFTER_FAILURE { later } else { Next::Stop };
                    if_safe(if is_passing(message) { backoff } else { passing })
                }
                _ if is_passing(message) => if_safe(backoff),
                _ => Next::Stop,
            }
        }
    }
}

fn is_passing(message: &str) -> bool {
    let worker = message.find("worker env ").is_some_and(|at| message[at..].contains(" not found"));
    worker || PASSING.iter().any(|words| message.contains(words))
}

/// Whole seconds that the server asks for; one where it says nothing that can be read.
fn retry_after(response: &Response) -> Duration {
    let seconds = response.header("retry-after").and_then(|value| value.trim().parse().ok());
    // Nobody waits for a day; what is longer could not be added to a moment.
    Duration::from_secs(seconds.unwrap_or(1).min(86_400))
}
