//! ChromeDriver and a Chromium of its own for each test.

use std::fs;
use std::future::poll_fn;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::task::Poll;
use std::time::Instant;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use xtask::server::Server;

use crate::page::Page;

/// Programs without which nothing can be tested here.
const PROGRAMS: [&str; 2] = ["chromium", "chromedriver"];

/// The built page's folder, or why there is none.
static PAGE: LazyLock<Result<PathBuf, String>> =
    LazyLock::new(|| xtask::page::build().map_err(|error| format!("{error:#}")));

/// Runs `test` on the built page in a fresh browser, and prints how long it took.
pub(crate) fn with_page(name: &str, test: impl AsyncFnOnce(&Page)) {
    let folder = PAGE.as_ref().unwrap_or_else(|error| panic!("the page does not build: {error}"));
    with_folder(name, folder, test);
}

/// Runs `test` on a copy of the built page, which it may change.
pub(crate) fn with_copy(name: &str, test: impl AsyncFnOnce(&Page, &Path)) {
    let folder = PAGE.as_ref().unwrap_or_else(|error| panic!("the page does not build: {error}"));
    let copy = tempfile::tempdir().expect("a folder for a copy");
    copy_all(folder, copy.path()).expect("a copy of the page");
    with_folder(name, copy.path(), async |page| test(page, copy.path()).await);
}

fn copy_all(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() { copy_all(&from, &to)? } else { fs::copy(&from, &to).map(drop)? }
    }
    Ok(())
}

fn with_folder(name: &str, folder: &Path, test: impl AsyncFnOnce(&Page)) {
    for program in PROGRAMS {
        if Command::new(program).arg("--version").output().is_err() {
            println!("{name}: skipped, as {program} is not installed.");
            return;
        }
    }
    let server = Server::start(folder, 0).expect("the page is served");
    let start = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let driver = Driver::start();
    let profile = tempfile::tempdir().expect("a folder for the browser's profile");
    runtime.block_on(async {
        let client = driver.browser(profile.path()).await;
        let page = Page::open(client.clone(), server).await;
        let ready = start.elapsed();
        let mut running = pin!(test(&page));
        // The browser is closed whatever happens: it would outlive the driver.
        let outcome =
            poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(context))) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(())) => Poll::Ready(Ok(())),
                Err(panic) => Poll::Ready(Err(panic)),
            })
            .await;
        println!(
            "{name}: {:.1} s, {:.1} s of it to start",
            start.elapsed().as_secs_f64(),
            ready.as_secs_f64()
        );
        let closed = client.close().await;
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
        closed.expect("the browser closes");
    });
}

/// A running ChromeDriver.
struct Driver {
    child: Child,
    url: String,
}

impl Driver {
    fn start() -> Self {
        // The port is free again for the driver as soon as it is known.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let port = port.expect("a free port").port();
        let mut child = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let ready = lines.any(|line| line.is_ok_and(|line| line.contains("started successfully")));
        assert!(ready, "chromedriver did not start");
        // What it says later is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url: format!("http://127.0.0.1:{port}") }
    }

    async fn browser(&self, profile: &std::path::Path) -> Client {
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--window-size=1440,1000",
            &format!("--user-data-dir={}", profile.display()),
        ];
        let capabilities = json!({
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("an object is written above") };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities).connect(&self.url).await.expect("Chromium starts")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
