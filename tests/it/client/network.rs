//! The real network against servers on this machine that do what no server should.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use lakegen::deploy::client::door::{Door as _, HttpRequest, Method, RequestBody, RequestFault, Response};
use lakegen::deploy::client::network::Network;
use lakegen::world::MemoryWorld;

/// A server that reads the head of a request and then does as it is told, once for each connection.
fn server(answer: impl Fn(&mut TcpStream, &str) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = vec![];
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                head.push(byte[0]);
            }
            answer(&mut stream, &String::from_utf8_lossy(&head));
        }
    });
    address
}

fn request(url: String) -> HttpRequest {
    HttpRequest {
        method: Method::Get,
        url,
        headers: vec![("accept", "application/json".to_owned())],
        secret_headers: vec![("authorization", lakegen::deploy::client::Secret::new("Bearer t"))],
        body: RequestBody::None,
        deadline: Duration::from_secs(20),
        limit: 1000,
    }
}

fn ask(address: SocketAddr, change: impl Fn(&mut HttpRequest)) -> Result<Response, RequestFault> {
    let mut request = request(format!("http://{address}/a%2Fb?c=%20d"));
    change(&mut request);
    Network::new(&MemoryWorld::default()).unwrap().exchange(&request)
}

#[test]
fn a_request_arrives_as_it_was_written() {
    let echo = server(|stream, head| {
        let head = head.to_lowercase();
        write!(stream, "HTTP/1.1 200 OK\r\nX-Seen: yes\r\ncontent-length: {}\r\n\r\n{head}", head.len()).unwrap();
    });
    let response = ask(echo, |_| {}).unwrap();
    let head = String::from_utf8(response.body.clone()).unwrap();
    assert!(head.starts_with("get /a%2fb?c=%20d http/1.1\r\n"), "{head}");
    assert!(head.contains("authorization: bearer t\r\n") && head.contains("accept: application/json\r\n"), "{head}");
    assert_eq!((response.status, response.header("x-seen")), (200, Some("yes")));
    for method in [Method::Post, Method::Put, Method::Patch, Method::Delete] {
        let response = ask(echo, |request| {
            request.method = method;
            request.body = if method == Method::Delete { RequestBody::None } else { RequestBody::Json(b"{}".to_vec()) };
        });
        let head = String::from_utf8(response.unwrap().body).unwrap();
        assert!(head.starts_with(&method.word().to_lowercase()), "{head}");
        assert_eq!(head.contains("content-length: 2"), method != Method::Delete, "{head}");
    }
}

#[test]
fn a_redirect_is_an_answer() {
    let other = server(|_, head| panic!("the credentials went elsewhere: {head}"));
    let address = server(move |stream, _| {
        write!(stream, "HTTP/1.1 307 Go\r\nlocation: http://{other}/\r\ncontent-length: 0\r\n\r\n").unwrap();
    });
    let response = ask(address, |_| {}).unwrap();
    assert_eq!((response.status, response.header("location")), (307, Some(format!("http://{other}/").as_str())));
}

#[test]
fn an_answer_without_end_is_cut_off() {
    let endless = server(|stream, _| {
        let _ = write!(stream, "HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    });
    assert_eq!(ask(endless, |_| {}), Err(RequestFault::TooLarge));
    let headers = server(|stream, _| {
        let _ = write!(stream, "HTTP/1.1 200 OK\r\n");
        while stream.write_all(b"x: y\r\n").is_ok() {}
    });
    assert!(matches!(ask(headers, |_| {}), Err(RequestFault::Lost(_))));
}

#[test]
fn an_answer_of_exactly_the_limit_is_whole() {
    let address = server(|stream, _| {
        let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{}", "x".repeat(1000));
    });
    assert_eq!(ask(address, |_| {}).unwrap().body.len(), 1000);
    assert_eq!(ask(address, |request| request.limit = 999), Err(RequestFault::TooLarge));
}

#[test]
fn an_answer_that_drips_is_not_waited_for() {
    let slow = server(|stream, _| {
        let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    assert_eq!(ask(slow, |request| request.deadline = Duration::from_millis(300)), Err(RequestFault::TimedOut));
    let silent = server(|stream, _| drop(stream.read(&mut [0])));
    assert_eq!(ask(silent, |request| request.deadline = Duration::from_millis(300)), Err(RequestFault::TimedOut));
}

#[test]
fn a_connection_that_ends_early_is_lost_once_something_was_sent() {
    let half = server(|stream, _| drop(write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\nhalf")));
    assert!(matches!(ask(half, |_| {}), Err(RequestFault::Lost(_))));
    let none = server(|_, _| {});
    assert!(matches!(ask(none, |_| {}), Err(RequestFault::Lost(_))));
    let nonsense = server(|stream, _| drop(write!(stream, "SSH-2.0-what\r\n\r\n")));
    assert!(matches!(ask(nonsense, |_| {}), Err(RequestFault::Lost(_))));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(matches!(ask(closed, |_| {}), Err(RequestFault::NotSent(_))));
}

#[test]
fn nothing_is_sent_in_the_clear_but_to_this_machine() {
    for url in ["http://example.com/", "http://127.0.0.1.example.com/", "ftp://localhost/", "/x", "http://10.0.0.1/"] {
        let refused = Network::new(&MemoryWorld::default()).unwrap().exchange(&request(url.to_owned()));
        assert!(matches!(refused, Err(RequestFault::Refused(_))), "{url}: {refused:?}");
    }
}

#[test]
fn certificates_and_a_proxy_come_from_the_environment() {
    let world = MemoryWorld::default().with_env("SSL_CERT_FILE", "/ca.pem").with_file("/ca.pem", "nothing");
    assert_eq!(Network::new(&world).unwrap_err(), "`SSL_CERT_FILE`: there is no certificate in /ca.pem");
    let proxy = server(|stream, _| drop(write!(stream, "HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n")));
    let world =
        MemoryWorld::default().with_env("https_proxy", &format!("http://{proxy}")).with_env("NO_PROXY", "b.invalid");
    let network = Network::new(&world).unwrap();
    let refused = network.exchange(&request("https://a.test/".to_owned()));
    assert_eq!(refused, Err(RequestFault::NotSent("the proxy refuses the connection".to_owned())));
    let direct = network.exchange(&request("https://x.b.invalid/".to_owned()));
    assert!(matches!(direct, Err(RequestFault::NotSent(_))), "{direct:?}");
}
