//! The same workspace over loopback, for whole processes and for the official SDK.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{Request, Response};

use super::{Arrived, Workspace};

/// Bytes of a request.
const LIMIT: usize = 64 << 20;

/// Serves a workspace on a free port until the process ends.
pub fn serve(workspace: Arc<Workspace>) -> SocketAddr {
    let (told, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            told.send(listener.local_addr().unwrap()).unwrap();
            let app = Router::new().fallback(answer).with_state(workspace);
            axum::serve(listener, app).await.unwrap();
        });
    });
    address.recv().unwrap()
}

async fn answer(State(workspace): State<Arc<Workspace>>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let arrived = Arrived {
        method: head.method.to_string(),
        target: head.uri.to_string(),
        authorization: header("authorization"),
        media_type: header("content-type"),
        body: to_bytes(body, LIMIT).await.unwrap_or_default().to_vec(),
    };
    let response = workspace.answer(&arrived);
    let mut building = Response::builder().status(response.status);
    for (name, value) in response.headers {
        building = building.header(name, value);
    }
    building.body(Body::from(response.body)).unwrap()
}
