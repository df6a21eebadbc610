//! A server of static files on loopback, with the headers that a real host should send.
//!
//! It answers with the `.br` or `.gz` beside a file where the browser takes it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

use anyhow::{Result, bail};
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use tokio::sync::oneshot;
use tower_http::services::ServeDir;

use crate::headers;

/// A running server; it stops when dropped.
pub struct Server {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    refuses: Arc<AtomicBool>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves the built page in `folder` on a port of loopback; port 0 takes any free one.
    pub fn start(folder: &Path, port: u16) -> Result<Self> {
        if !folder.join("index.html").is_file() {
            bail!("no page in {}", folder.display());
        }
        let mut common = Vec::new();
        for (name, value) in headers::common() {
            common.push((HeaderName::try_from(name)?, HeaderValue::try_from(value)?));
        }

        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;

        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        let refuses = Arc::new(AtomicBool::new(false));
        let refusing = Arc::clone(&refuses);
        let files = ServeDir::new(folder).precompressed_br().precompressed_gzip();
        let router = Router::new().fallback_service(files).layer(middleware::from_fn(
            move |request: Request, next: Next| {
                counter.fetch_add(1, Ordering::Relaxed);
                let common = common.clone();
                let refuses = refusing.load(Ordering::Relaxed);
                async move {
                    if refuses {
                        return StatusCode::SERVICE_UNAVAILABLE.into_response();
                    }
                    let keep = headers::cache_control(request.uri().path());
                    let mut response = next.run(request).await;
                    let sent = response.headers_mut();
                    sent.extend(common);
                    sent.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
                    response
                }
            },
        ));

        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            runtime.block_on(async {
                match tokio::net::TcpListener::from_std(listener) {
                    Ok(listener) => drop(tokio::spawn(async { axum::serve(listener, router).await })),
                    Err(error) => return eprintln!("cannot serve: {error}"),
                }
                // Told to stop, or the handle is gone.
                let _ = stopped.await;
            });
        });
        Ok(Self { address, requests, refuses, stop: Some(stop), thread: Some(thread) })
    }

    /// Where the page is, ending in `/`.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// How many requests came in so far.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// From now on every answer is that there is none.
    pub fn refuse(&self) {
        self.refuses.store(true, Ordering::Relaxed);
    }

    /// Serves until the process ends.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    /// Sends `GET path` to a server of a small page; the answer must have all of `wanted`.
    #[track_caller]
    fn check(path: &str, encodings: &str, wanted: &[&str]) {
        let folder = std::env::temp_dir().join(format!(
            "daemonless-server-{}-{:?}",
            std::process::id(),
            thread::current().id()
        ));
        let page = folder.join("page");
        fs::create_dir_all(&page).unwrap();
        fs::write(folder.join("secret"), "secret").unwrap();
        for (name, content) in [
            ("index.html", "page"),
            ("web-0123456789abcdef_bg.wasm", "plain"),
            ("web-0123456789abcdef_bg.wasm.br", "brotli"),
            ("web-0123456789abcdef_bg.wasm.gz", "gzip"),
        ] {
            fs::write(page.join(name), content).unwrap();
        }

        let server = Server::start(&page, 0).unwrap();
        let mut stream = TcpStream::connect(server.address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: {encodings}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert_eq!(server.requests(), 1);
        drop(server);
        fs::remove_dir_all(&folder).unwrap();
        for wanted in wanted {
            assert!(answer.contains(wanted), "no {wanted:?} in {answer}");
        }
    }

    #[test]
    fn the_index_has_the_policy_and_is_revalidated() {
        let wanted = [
            "200 OK",
            "content-type: text/html\r\n",
            "content-security-policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; ",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cache-control: no-cache",
        ];
        check("/", "", &wanted);
    }

    #[test]
    fn a_browser_gets_the_best_encoding_that_it_takes() {
        let wasm = "/web-0123456789abcdef_bg.wasm";
        let kept = ["content-type: application/wasm", "immutable", "vary: accept-encoding"];
        check(wasm, "gzip, br", &["content-encoding: br", "\r\n\r\nbrotli"]);
        check(wasm, "gzip", &["content-encoding: gzip", "\r\n\r\ngzip"]);
        check(wasm, "identity", &["\r\n\r\nplain"]);
        check(wasm, "br", &kept);
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        for path in ["/../secret", "/%2e%2e/secret", "/..%2fsecret", "/absent"] {
            check(path, "", &["404 Not Found", "content-security-policy: default-src 'none'"]);
        }
    }
}
