//! The only access to the network: a request goes out, a response or an error comes back. Time also passes only here.
//!
//! [`Network`](super::network::Network) is the real one. Tests implement the same trait with a workspace in memory, a
//! clock that only moves when somebody sleeps, and faults generated from a seed.

use std::fmt;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::secret::Secret;
use crate::world::{Opened, Rereadable};

/// What the client may do outside itself, besides what [`World`](crate::world::World) offers.
pub trait Door: Sync {
    /// One request and its answer, whatever its status. Redirects are answers and are not followed.
    ///
    /// # Errors
    /// When no whole answer came within the limits of the request.
    fn exchange(&self, request: &HttpRequest) -> Result<Response, RequestFault>;
    /// Time since some moment; never goes back.
    fn now(&self) -> Duration;
    /// Waits.
    fn sleep(&self, time: Duration);
    /// A number that nobody can foresee, to spread retries and to make keys.
    fn random(&self) -> u64;
    /// Told when a request takes long because it is made again and again, in words for people.
    fn notice(&self, _: &str) {}
    /// How many requests may be under way at once. One makes their order that of the code.
    fn threads(&self) -> usize {
        8
    }
}

/// Verb of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Reads headers alone.
    Head,
    /// Creates, or whatever the path says.
    Post,
    /// Replaces.
    Put,
    /// Changes parts.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// As the protocol writes it.
    pub fn word(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What a request carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestBody {
    /// Nothing.
    None,
    /// JSON.
    Json(Vec<u8>),
    /// A file as it is.
    Bytes(Vec<u8>),
    /// A form, percent-encoded; it carries secrets.
    Form(Secret),
    /// A file that is read while it is sent.
    Stream(Stream),
}

impl RequestBody {
    /// What goes over the wire, where it is not a stream.
    pub fn bytes(&self) -> &[u8] {
        match self {
            RequestBody::None | RequestBody::Stream(_) => &[],
            RequestBody::Json(bytes) | RequestBody::Bytes(bytes) => bytes,
            RequestBody::Form(form) => form.expose().as_bytes(),
        }
    }

    /// The type of media, if there is a body.
    pub fn media_type(&self) -> Option<&'static str> {
        match self {
            RequestBody::None => None,
            RequestBody::Json(_) => Some("application/json"),
            RequestBody::Bytes(_) | RequestBody::Stream(_) => Some("application/octet-stream"),
            RequestBody::Form(_) => Some("application/x-www-form-urlencoded"),
        }
    }
}

/// A file that is read while it is sent, from its beginning for each attempt.
#[derive(Clone)]
pub struct Stream {
    size: u64,
    reader: Arc<Mutex<Box<dyn Rereadable>>>,
}

impl Stream {
    /// A stream of an open file.
    pub fn new(file: Opened) -> Stream {
        Stream { size: file.size, reader: Arc::new(Mutex::new(file.reader)) }
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Reads it from its beginning; one at a time does.
    ///
    /// # Errors
    /// When the file can't be read, or whoever reads fails.
    pub fn read<T>(&self, each: impl FnOnce(&mut dyn Read) -> io::Result<T>) -> io::Result<T> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.seek(SeekFrom::Start(0))?;
        // A file that grows meanwhile is sent as it was.
        each(&mut reader.by_ref().take(self.size))
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.size)
    }
}

impl PartialEq for Stream {
    fn eq(&self, other: &Stream) -> bool {
        Arc::ptr_eq(&self.reader, &other.reader)
    }
}

impl Eq for Stream {}

/// A request, complete but for what the protocol adds.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpRequest {
    /// The HTTP method.
    pub method: Method,
    /// Scheme, host, path and query, percent-encoded.
    pub url: String,
    /// Headers that anybody may see.
    pub headers: Vec<(&'static str, String)>,
    /// Headers that nobody may see.
    pub secret_headers: Vec<(&'static str, Secret)>,
    /// Nothing, JSON, a form, or a file.
    pub body: RequestBody,
    /// How long all of it may take, the answer included.
    pub deadline: Duration,
    /// Bytes that the body of the answer may have.
    pub limit: u64,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// At most as many bytes as the request allows.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of a name, which is given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestFault {
    /// Nothing of the request reached the server.
    NotSent(String),
    /// The connection ended after something was sent: the server may have acted.
    Lost(String),
    /// No whole answer came in time: the server may have acted.
    TimedOut,
    /// The answer is larger than was allowed: the server has acted.
    TooLarge,
    /// The door itself refuses the request, whatever the server.
    Refused(String),
}
