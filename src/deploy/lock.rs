//! Only one deployment of a target at a time: a file that only one process can create.
//!
//! It is taken only when there is something to change. Its holder renews it while requests are made. It is taken over
//! if the user asks for it; if it is held by an earlier attempt of the same CI run, which has ended when another one
//! runs; and if it was not renewed for [`SILENT`]. A process that has lost the lock makes no further request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::ci::CiRun;
use super::client::Client;
use super::client::api::files;
use super::client::call::WorkspaceCall;
use super::client::door::Method;
use super::client::error::{Called, Error, ErrorKind};
use crate::world::World;

/// The largest lock that is read.
const LIMIT: u64 = 1 << 16;
/// How often there is a sign of life.
const EVERY: Duration = Duration::from_secs(60);
/// How long there is none before the lock is anybody's.
pub const SILENT: Duration = Duration::from_secs(15 * 60);
/// After how long whoever took over looks whether another one did too.
const SETTLES: Duration = Duration::from_secs(5);

/// Who holds the lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// A number that nobody else has.
    pub id: String,
    /// Who deploys.
    pub user: String,
    /// Since when, in UTC.
    pub since: String,
    /// The last sign of life, in UTC.
    #[serde(default)]
    pub alive: String,
    /// The run of a CI that deploys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<CiRun>,
}

/// The lock of a target, held until it is let go.
pub struct Lock<'c, 'w> {
    client: &'c Client<'w>,
    path: String,
    id: String,
}

/// Why the lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else deploys.
    #[error("`{user}` has been deploying since {since}, last active at {alive}")]
    Held {
        /// User name, or application id of a service principal.
        user: String,
        /// Since when.
        since: String,
        /// The last sign of life.
        alive: String,
    },
    /// A request to read, write or delete the lock failed.
    #[error("{0}")]
    Client(#[from] Error),
}

impl<'c, 'w> Lock<'c, 'w> {
    /// Takes the lock of the target in `root`; `take_over` takes it from whoever holds it.
    ///
    /// # Errors
    /// When somebody holds it, or the workspace fails.
    pub fn take(
        client: &'c Client<'w>,
        world: &dyn World,
        root: &str,
        user: &str,
        take_over: bool,
    ) -> Result<Self, LockError> {
        let path = format!("{root}/deploy.lock");
        let now = in_utc(world.now());
        let own = Holder {
            id: format!("{:016x}", client.door().random()),
            user: user.to_owned(),
            since: now.clone(),
            alive: now,
            run: CiRun::of(world),
        };
        let text = serde_json::to_vec(&own).unwrap_or_default();
        files::make_folder(client, root)?;
        match files::write_new(client, &path, &text) {
            Ok(()) => {}
            Err(error) if matches!(error.kind, ErrorKind::Exists | ErrorKind::Conflict | ErrorKind::Ambiguous) => {
                let held = holder_of(client, &path)?;
                let is_own = held.as_ref().is_some_and(|held| held.id == own.id);
                match held {
                    // The answer to our own request was lost.
                    _ if is_own => {}
                    Some(held) if !take_over && !is_over(&held, &own, world.now()) => return Err(refused(held)),
                    None if !take_over => return Err(error.into()),
                    _ => take_from(client, &path, &own.id, &text)?,
                }
            }
            Err(error) => return Err(error.into()),
        }
        let id = own.id.clone();
        client.set_beat(Some(Arc::new(beat(world.now(), client.door().now(), path.clone(), own))));
        Ok(Lock { client, path, id })
    }

    /// Lets go. A lock that somebody took over is theirs.
    ///
    /// # Errors
    /// When the workspace fails; the lock is then held still.
    pub fn release(self) -> Result<(), Error> {
        self.client.set_beat(None);
        if holder_of(self.client, &self.path)?.is_some_and(|held| held.id != self.id) {
            return Ok(());
        }
        files::delete(self.client, &self.path, false).map(drop)
    }
}

impl Drop for Lock<'_, '_> {
    fn drop(&mut self) {
        self.client.set_beat(None);
    }
}

/// Whether whoever holds the lock has certainly ended.
fn is_over(held: &Holder, own: &Holder, now: SystemTime) -> bool {
    let is_earlier = match (&held.run, &own.run) {
        (Some(held), Some(own)) => held.is_other_attempt_of(own),
        _ => false,
    };
    let alive = DateTime::parse_from_rfc3339(&held.alive).map(SystemTime::from);
    // A lock without a sign of life is one of an older program, and people decide.
    is_earlier || alive.is_ok_and(|alive| now.duration_since(alive).is_ok_and(|silent| silent >= SILENT))
}

/// Takes the lock over. Of several who do, the last one has it: the others find that out.
fn take_from(client: &Client<'_>, path: &str, id: &str, text: &[u8]) -> Result<(), LockError> {
    files::write(client, path, text)?;
    client.door().sleep(SETTLES);
    match holder_of(client, path)? {
        Some(held) if held.id != id => Err(refused(held)),
        _ => Ok(()),
    }
}

fn refused(held: Holder) -> LockError {
    let alive = if held.alive.is_empty() { held.since.clone() } else { held.alive };
    LockError::Held { user: held.user, since: held.since, alive }
}

/// The sign of life: it says when, as long as the lock is ours.
fn beat(
    taken: SystemTime,
    began: Duration,
    path: String,
    own: Holder,
) -> impl Fn(&Client<'_>) -> Result<(), Error> + Send + Sync {
    let last: Mutex<(SystemTime, Duration)> = Mutex::new((taken, began));
    move |client: &Client<'_>| {
        let ran = client.door().now();
        let now = (client.time_of_day().unwrap_or(taken + ran.saturating_sub(began)), ran);
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        let (then, ran) = *last;
        // One clock stands still while the machine sleeps, the other one can be set.
        let is_due = now.1.saturating_sub(ran) >= EVERY || now.0.duration_since(then).is_ok_and(|time| time >= EVERY);
        if !is_due {
            return Ok(());
        }
        match holder_of(client, &path) {
            Ok(Some(held)) if held.id != own.id => return Err(lost(&path, &held)),
            // What can't be read now is tried again before the next request.
            Err(_) => return Ok(()),
            Ok(_) => {}
        }
        let alive = Holder { alive: in_utc(now.0), ..own.clone() };
        if files::write(client, &path, &serde_json::to_vec(&alive).unwrap_or_default()).is_ok() {
            *last = now;
        }
        Ok(())
    }
}

fn lost(path: &str, held: &Holder) -> Error {
    Error {
        kind: ErrorKind::Refused,
        message: format!("`{}` took the lock over at {}", held.user, held.since),
        request: Called { method: Method::Get, path: WorkspaceCall::get(&[path.trim_start_matches('/')]).path },
        status: None,
        code: None,
        attempts: 1,
    }
}

fn in_utc(time: SystemTime) -> String {
    DateTime::<Utc>::from(time).to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn holder_of(client: &Client<'_>, path: &str) -> Result<Option<Holder>, Error> {
    match files::read(client, path, LIMIT) {
        Ok(text) => Ok(serde_json::from_slice(&text).ok()),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
