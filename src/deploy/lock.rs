//! One deployment of a target at a time: a file that only one can make.
//!
//! It is taken only when there is something to change. Whoever died without letting go is told by name and time; taking
//! over is a decision of people.

use serde::{Deserialize, Serialize};

use super::client::Client;
use super::client::api::files;
use super::client::error::{Error, Kind};

/// The largest lock that is read.
const LIMIT: u64 = 1 << 16;

/// Who holds the lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// A number that nobody else has.
    pub id: String,
    /// Who deploys.
    pub user: String,
    /// Since when, in UTC.
    pub since: String,
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
    #[error("`{user}` deploys since {since}")]
    Held {
        /// Who.
        user: String,
        /// Since when.
        since: String,
    },
    /// The workspace failed.
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
        root: &str,
        user: &str,
        since: &str,
        take_over: bool,
    ) -> Result<Self, LockError> {
        let path = format!("{root}/deploy.lock");
        let id = format!("{:016x}", client.door().random());
        let holder = Holder { id: id.clone(), user: user.to_owned(), since: since.to_owned() };
        let text = serde_json::to_vec(&holder).unwrap_or_default();
        files::make_folder(client, root)?;
        match if take_over { files::write(client, &path, &text) } else { files::write_new(client, &path, &text) } {
            Ok(()) => Ok(Lock { client, path, id }),
            Err(error) if matches!(error.kind, Kind::Exists | Kind::Conflict | Kind::Ambiguous) => {
                let held = holder_of(client, &path)?;
                match held {
                    // The answer to our own request was lost.
                    Some(held) if held.id == id => Ok(Lock { client, path, id }),
                    Some(held) => Err(LockError::Held { user: held.user, since: held.since }),
                    None => Err(error.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Lets go. A lock that somebody took over is theirs.
    ///
    /// # Errors
    /// When the workspace fails; the lock is then held still.
    pub fn release(self) -> Result<(), Error> {
        if holder_of(self.client, &self.path)?.is_some_and(|held| held.id != self.id) {
            return Ok(());
        }
        files::delete(self.client, &self.path, false).map(drop)
    }
}

fn holder_of(client: &Client<'_>, path: &str) -> Result<Option<Holder>, Error> {
    match files::read(client, path, LIMIT) {
        Ok(text) => Ok(serde_json::from_slice(&text).ok()),
        Err(error) if error.kind == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
