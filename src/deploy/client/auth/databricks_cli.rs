//! Tokens of the user who is logged in with the command line of Databricks.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{AccessToken, AuthContext, UNKNOWN, Why};
use crate::deploy::client::secret::Secret;
use crate::world::{WorldError, WorldFault};

/// How long a program may take to give a token; it may have to ask a server.
pub const LONGEST: Duration = Duration::from_secs(60);

/// Bytes that it may write.
const LIMIT: u64 = 1 << 20;

#[derive(Deserialize)]
struct Printed {
    access_token: Secret,
    #[serde(default)]
    expiry: String,
}

pub fn token(context: &AuthContext<'_>) -> Result<AccessToken, Why> {
    let program = context.config.value("databricks_cli_path").unwrap_or("databricks");
    let arguments = match &context.config.profile {
        Some((profile, _)) => ["auth", "token", "--profile", profile.as_str()],
        None => ["auth", "token", "--host", context.config.host.as_str()],
    };
    let output = run(context, program, &arguments)?;
    let printed: Printed =
        serde_json::from_slice(&output).map_err(|_| Why::Failed(format!("`{program}` printed no token")))?;
    let end = DateTime::parse_from_rfc3339(&printed.expiry).ok().map(|end| end.with_timezone(&Utc));
    Ok(AccessToken::bearer(&printed.access_token, Some(until(context, end))))
}

/// How long it is until then.
pub fn until(context: &AuthContext<'_>, end: Option<DateTime<Utc>>) -> Duration {
    let now = DateTime::<Utc>::from(context.world.now());
    end.and_then(|end| (end - now).to_std().ok()).unwrap_or(UNKNOWN)
}

/// What a program prints, if it is there and content.
pub fn run(context: &AuthContext<'_>, program: &str, arguments: &[&str]) -> Result<Vec<u8>, Why> {
    match context.world.run(program, arguments, LIMIT, LONGEST) {
        Ok(ran) if ran.is_success => Ok(ran.output),
        Ok(ran) => {
            let said: String = String::from_utf8_lossy(&ran.errors).split_whitespace().collect::<Vec<_>>().join(" ");
            let said: String = context.wire.shown(&said).chars().take(300).collect();
            Err(Why::Failed(format!("`{program}` says: {said}")))
        }
        Err(WorldError { fault: WorldFault::NotFound, .. }) => {
            Err(Why::Absent(format!("program `{program}` not found")))
        }
        Err(error) => Err(Why::Failed(error.to_string())),
    }
}
