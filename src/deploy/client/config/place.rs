//! The host of a workspace, normalised (workspace-api.md, "Configuration").

use super::ConfigError;

/// Whether a host is this machine itself: what is sent there in the clear does not leave it.
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Scheme and host, and the id of the workspace if the address names it (`?o=`), as browsers show it.
pub fn origin(given: &str) -> Result<(String, Option<String>), ConfigError> {
    let bad =
        |why| Err(ConfigError::BadHost { host: given.chars().filter(|c| !c.is_control()).take(200).collect(), why });
    let given = given.trim();
    let (scheme, rest) = match given.split_once("://") {
        Some((scheme, rest)) => (scheme.to_lowercase(), rest),
        None => ("https".to_owned(), given),
    };
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let place = place.split(['/', '#']).next().unwrap_or_default().to_lowercase();
    let place = place.strip_suffix(":443").filter(|_| scheme == "https").unwrap_or(&place);
    let (name, port) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, port)) => (name, port.strip_prefix(':')),
        None => place.split_once(':').map_or((place, None), |(name, port)| (name, Some(port))),
    };
    if place.contains('@') {
        return bad("it holds a user");
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
    if name.is_empty() || !name.chars().all(is_name) || port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return bad("it is not a valid host name");
    }
    match scheme.as_str() {
        "https" => {}
        "http" if is_loopback(name) => {}
        _ => return bad("it is not https"),
    }
    if name.starts_with("accounts.") || name.starts_with("accounts-dod.") {
        return bad("it is the console of an account");
    }
    let id = query
        .split(['&', '#'])
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| matches!(*key, "o" | "w" | "workspace_id"));
    let id = id
        .map(|(_, id)| id.to_owned())
        .filter(|id| !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    Ok((format!("{scheme}://{place}"), id))
}
