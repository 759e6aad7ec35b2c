//! Credentials: which kinds there are, which of them is used, and when a token is renewed (workspace-api.md,
//! "Credentials").
//!
//! Kinds are tried in order. If credentials that were given explicitly fail, the search ends, because going on would
//! deploy as somebody else. One message lists everything that was tried, and why it did not work.

mod azure_cli;
mod databricks_cli;
mod identity_token;
mod oauth;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::call::WorkspaceCall;
use super::config::Config;
use super::error::{Error, ErrorKind};
use super::secret::Secret;
use super::wire::{Proof, SecretHeaders, Wire};
use crate::world::World;

/// How long before its end a token is replaced.
const BEFORE_END: Duration = Duration::from_secs(40);

/// How long a token counts that does not say how long it does.
const UNKNOWN: Duration = Duration::from_secs(5 * 60);

/// How long a token counts at most, whatever is said of it.
const LONGEST: Duration = Duration::from_secs(86_400);

/// What a kind of credentials gives.
struct AccessToken {
    headers: SecretHeaders,
    /// From now on; none lasts.
    lasts: Option<Duration>,
}

impl AccessToken {
    fn bearer(token: &Secret, lasts: Option<Duration>) -> AccessToken {
        AccessToken { headers: vec![("authorization", bearer(token))], lasts }
    }
}

fn bearer(token: &Secret) -> Secret {
    Secret::new(&format!("Bearer {}", token.expose()))
}

/// Why a kind gives nothing.
enum Why {
    /// It is not set up: the next one is tried.
    Absent(String),
    /// It is set up and fails.
    Failed(String),
}

/// What all kinds look at.
struct AuthContext<'c> {
    wire: &'c Wire<'c>,
    world: &'c dyn World,
    config: &'c Config,
}

impl AuthContext<'_> {
    /// A value that the kind can't do without.
    fn needed(&self, name: &str) -> Result<&str, Why> {
        self.config.value(name).ok_or_else(|| Why::Absent(format!("`{name}` is not set")))
    }

    /// The failure of a request, without its path where that says nothing.
    fn failed(&self, error: &Error) -> Why {
        Why::Failed(self.wire.shown(&error.to_string()))
    }
}

type Get = fn(&AuthContext<'_>) -> Result<AccessToken, Why>;

/// Kinds by their names, in the order in which they are tried; the last two are of whoever sits at the machine, so the search
/// goes on when they fail.
const KINDS: &[(&str, Get, bool)] = &[
    ("pat", pat, true),
    ("oauth-m2m", oauth::machine, true),
    ("env-oidc", identity_token::from_variable, true),
    ("file-oidc", identity_token::from_file, true),
    ("github-oidc", identity_token::from_github, true),
    ("azure-cli", azure_cli::token, false),
    ("databricks-cli", databricks_cli::token, false),
];

/// Names of all kinds.
pub fn kinds() -> Vec<&'static str> {
    KINDS.iter().map(|(name, ..)| *name).collect()
}

fn pat(context: &AuthContext<'_>) -> Result<AccessToken, Why> {
    context.needed("token")?;
    let token = context.config.secret("token").cloned();
    token.map(|token| AccessToken::bearer(&token, None)).ok_or_else(|| Why::Absent("`token` is not set".to_owned()))
}

/// Credentials as a configuration says.
pub struct Credentials<'w> {
    world: &'w dyn World,
    config: Config,
    state: Mutex<TokenState>,
}

#[derive(Default)]
struct TokenState {
    kind: Option<&'static str>,
    headers: SecretHeaders,
    /// When the headers are replaced, by the clock of the door.
    until: Option<Duration>,
}

impl<'w> Credentials<'w> {
    pub fn new(world: &'w dyn World, config: Config) -> Self {
        Credentials { world, config, state: Mutex::default() }
    }

    /// A token of the first kind that gives one, or of the one that was used before.
    fn get(&self, wire: &Wire<'_>, before: Option<&'static str>) -> Result<(&'static str, AccessToken), Kept> {
        let context = AuthContext { wire, world: self.world, config: &self.config };
        let wanted = before.or(self.config.auth_type.as_deref());
        let mut tried = vec![];
        for (name, get, is_meant) in KINDS {
            if wanted.is_some_and(|wanted| wanted != *name) {
                continue;
            }
            match get(&context) {
                Ok(token) => return Ok((name, token)),
                Err(Why::Absent(why)) => tried.push(format!("{name}: {why}")),
                Err(Why::Failed(why)) => {
                    tried.push(format!("{name}: {why}"));
                    if *is_meant {
                        break;
                    }
                }
            }
        }
        Err(Kept(tried))
    }
}

/// What was tried in vain.
struct Kept(Vec<String>);

impl Proof for Credentials<'_> {
    fn headers(&self, wire: &Wire<'_>, call: &WorkspaceCall) -> Result<SecretHeaders, Error> {
        // Held while a token is fetched: other threads wait for it instead of fetching their own.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = wire.door.now();
        let is_fresh = state.kind.is_some() && state.until.is_none_or(|until| now < until);
        if !is_fresh {
            let (kind, token) = self.get(wire, state.kind).map_err(|Kept(tried)| {
                let message = format!("tried for {}:\n  {}", self.config.host, tried.join("\n  "));
                wire.error(call, ErrorKind::Credentials, &message)
            })?;
            for (_, secret) in &token.headers {
                wire.keep(secret);
                if let Some((_, bare)) = secret.expose().split_once(' ') {
                    wire.keep(&Secret::new(bare));
                }
            }
            let until = token
                .lasts
                .map(|lasts| lasts.min(LONGEST))
                .map(|lasts| wire.door.now() + lasts.saturating_sub(BEFORE_END.min(lasts / 2)));
            *state = TokenState { kind: Some(kind), headers: token.headers, until };
        }
        Ok(state.headers.clone())
    }

    fn renew(&self, refused: &SecretHeaders) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have replaced it already.
        if state.until.is_some() && state.headers == *refused {
            state.until = Some(Duration::ZERO);
        }
        state.until.is_some()
    }

    fn kind(&self) -> Option<&'static str> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).kind
    }
}
