//! The real network: TLS to everything except this machine itself, no redirects, bounded responses.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, Read as _};
use std::path::Path;
use std::time::{Duration, Instant};

use ureq::http::{self, Uri};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Proxy, SendBody};

use super::config::is_loopback;
use super::door::{Door, HttpRequest, Method, RequestBody, RequestFault, Response};
use crate::world::World;

/// Bytes that a file of certificates may have.
const MAX_CERTIFICATES: u64 = 16 << 20;

/// Connections over TCP.
#[derive(Debug)]
pub struct Network {
    direct: Agent,
    proxied: Option<(Agent, Vec<String>)>,
    began: Instant,
    /// Who hears of requests that take long.
    listener: fn(&str),
}

impl Network {
    /// A network with the proxy and certificates that the environment names: `HTTPS_PROXY` with `NO_PROXY`, and
    /// `SSL_CERT_FILE` where a company's own authority signs.
    ///
    /// # Errors
    /// A message, when one of these names something that can't be used.
    pub fn new(world: &dyn World) -> Result<Self, String> {
        let either = |name: &str| world.env(name).or_else(|| world.env(&name.to_lowercase())).filter(|v| !v.is_empty());
        let roots = match either("SSL_CERT_FILE") {
            Some(path) => Some(certificates(world, &path)?),
            None => None,
        };
        let proxied = match either("HTTPS_PROXY").or_else(|| either("ALL_PROXY")) {
            Some(url) => {
                let proxy = Proxy::new(&url).map_err(|_| "`HTTPS_PROXY` is not the address of a proxy".to_owned())?;
                let not_for = either("NO_PROXY").unwrap_or_default();
                let not_for = not_for.split(',').map(|host| host.trim().to_lowercase()).filter(|h| !h.is_empty());
                Some((agent(Some(proxy), roots.clone()), not_for.collect()))
            }
            None => None,
        };
        Ok(Network { direct: agent(None, roots), proxied, began: Instant::now(), listener: |_| {} })
    }

    /// The network with somebody who hears of requests that take long.
    #[must_use]
    pub fn telling(self, listener: fn(&str)) -> Self {
        Network { listener, ..self }
    }

    fn agent_for(&self, host: &str) -> &Agent {
        match &self.proxied {
            Some((agent, not_for)) if !is_loopback(host) && !not_for.iter().any(|known| is_below(host, known)) => agent,
            _ => &self.direct,
        }
    }
}

/// Whether a host is the one that `NO_PROXY` names, or below it.
fn is_below(host: &str, known: &str) -> bool {
    let domain = known.trim_start_matches('*').trim_start_matches('.');
    domain.is_empty() || host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

fn certificates(world: &dyn World, path: &str) -> Result<RootCerts, String> {
    let pem = world.read(Path::new(path), MAX_CERTIFICATES).map_err(|e| format!("`SSL_CERT_FILE`: {e}"))?;
    let found: Vec<_> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() {
        return Err(format!("`SSL_CERT_FILE`: there is no certificate in {path}"));
    }
    Ok(RootCerts::new_with_certs(&found))
}

fn agent(proxy: Option<Proxy>, roots: Option<RootCerts>) -> Agent {
    let tls = roots.map_or_else(TlsConfig::default, |roots| TlsConfig::builder().root_certs(roots).build());
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(proxy)
        .tls_config(tls)
        // What is idle for longer may have been closed by the other side: a request over it would be lost.
        .max_idle_age(Duration::from_secs(5))
        // A host that does not answer is tried again; people hear of it in between.
        .timeout_connect(Some(Duration::from_secs(5)))
        .build()
        .new_agent()
}

impl Door for Network {
    fn exchange(&self, request: &HttpRequest) -> Result<Response, RequestFault> {
        let uri: Uri = request.url.parse().map_err(|_| RequestFault::Refused("the address is not valid".to_owned()))?;
        let host = uri.host().unwrap_or_default().to_lowercase();
        let may_be_sent = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => is_loopback(&host),
            _ => false,
        };
        if !may_be_sent {
            return Err(RequestFault::Refused("only https is spoken, but to this machine itself".to_owned()));
        }
        let head = || -> Result<http::request::Builder, http::Error> {
            let mut building = http::Request::builder().method(request.method.word()).uri(&uri);
            for (name, value) in &request.headers {
                building = building.header(*name, value);
            }
            for (name, value) in &request.secret_headers {
                let mut value = http::HeaderValue::from_str(value.expose())?;
                value.set_sensitive(true);
                building = building.header(*name, value);
            }
            if let Some(media_type) = request.body.media_type() {
                building = building.header("content-type", media_type);
            }
            Ok(building)
        };
        let request_with = |body| -> Result<http::Request<&[u8]>, http::Error> { head()?.body(body) };
        // Not the text of the error: it may show the header.
        let unusable =
            |_| RequestFault::Refused("a header contains a character that is not allowed in headers".to_owned());
        let agent = self.agent_for(&host);
        let sent = match (request.method, &request.body) {
            (_, RequestBody::Stream(stream)) => {
                let head = head().map_err(unusable)?.header("content-length", stream.size());
                let sent = stream.read(|reader| {
                    let full = head.body(SendBody::from_reader(reader)).map_err(io::Error::other)?;
                    Ok(agent.run(agent.configure_request(full).timeout_global(Some(request.deadline)).build()))
                });
                sent.map_err(|error| RequestFault::Refused(format!("the file can't be read: {error}")))?
            }
            (Method::Get | Method::Head | Method::Delete, RequestBody::None) => {
                let bare = request_with(&[]).map_err(unusable)?.map(|_| ());
                agent.run(agent.configure_request(bare).timeout_global(Some(request.deadline)).build())
            }
            _ => {
                let full = request_with(request.body.bytes()).map_err(unusable)?;
                agent.run(agent.configure_request(full).timeout_global(Some(request.deadline)).build())
            }
        };
        read(sent.map_err(|e| fault(&e))?, request.limit)
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }

    fn notice(&self, text: &str) {
        (self.listener)(text);
    }

    fn random(&self) -> u64 {
        // The standard library has no other source of chance; each state has keys of its own.
        RandomState::new().build_hasher().finish()
    }
}

fn read(answer: http::Response<ureq::Body>, limit: u64) -> Result<Response, RequestFault> {
    let (head, body) = answer.into_parts();
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let headers = head.headers.iter().filter_map(header).collect();
    let mut bytes = vec![];
    let mut reader = body.into_with_config().limit(limit.saturating_add(1)).reader().take(limit.saturating_add(1));
    if let Err(error) = reader.read_to_end(&mut bytes) {
        return Err(match fault(&ureq::Error::from(error)) {
            // The head of the answer came, so the request was sent.
            RequestFault::NotSent(why) => RequestFault::Lost(why),
            other => other,
        });
    }
    if bytes.len() as u64 > limit {
        Err(RequestFault::TooLarge)
    } else {
        Ok(Response { status: head.status.as_u16(), headers, body: bytes })
    }
}

/// What an error of the library says about the request. When in doubt, something was sent.
fn fault(error: &ureq::Error) -> RequestFault {
    use ureq::{Error, Timeout};
    match error {
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
            RequestFault::NotSent("there was no connection in time".to_owned())
        }
        Error::Timeout(_) => RequestFault::TimedOut,
        Error::BodyExceedsLimit(_) => RequestFault::TooLarge,
        Error::HostNotFound => RequestFault::NotSent("there is no such host".to_owned()),
        Error::ConnectionFailed => RequestFault::NotSent("the connection failed".to_owned()),
        Error::ConnectProxyFailed(_) => RequestFault::NotSent("the proxy refuses the connection".to_owned()),
        Error::Io(e) if e.kind() == std::io::ErrorKind::ConnectionRefused => {
            RequestFault::NotSent("the connection was refused".to_owned())
        }
        // A certificate that is not valid does not become so by trying again.
        Error::Rustls(e) => RequestFault::Refused(e.to_string()),
        Error::Io(e) if e.kind() == std::io::ErrorKind::InvalidData && e.to_string().contains("certificate") => {
            RequestFault::Refused(e.to_string())
        }
        // The standard library has no kind for it.
        Error::Io(e) if e.to_string().starts_with("failed to lookup address") => {
            RequestFault::NotSent("there is no such host".to_owned())
        }
        Error::Io(e) => RequestFault::Lost(e.to_string()),
        Error::BadUri(_) | Error::Http(_) => RequestFault::Refused("the address is not valid".to_owned()),
        other => RequestFault::Lost(other.to_string()),
    }
}
