//! The page as a person meets it: what they do, and what they see.

use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};
use xtask::server::Server;

/// How long an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(15);

/// Keys as WebDriver names them.
pub(crate) mod key {
    pub(crate) const TAB: char = '\u{e004}';
    pub(crate) const ENTER: char = '\u{e007}';
    pub(crate) const SHIFT: char = '\u{e008}';
    pub(crate) const CONTROL: char = '\u{e009}';
    pub(crate) const END: char = '\u{e010}';
    pub(crate) const HOME: char = '\u{e011}';
    pub(crate) const LEFT: char = '\u{e012}';
    pub(crate) const ESCAPE: char = '\u{e00c}';
    pub(crate) const DOWN: char = '\u{e015}';
    pub(crate) const F8: char = '\u{e038}';
}

/// The page in a browser, and its server.
pub(crate) struct Page {
    pub(crate) client: Client,
    pub(crate) server: Server,
}

impl Page {
    pub(crate) async fn open(client: Client, server: Server) -> Self {
        let page = Self { client, server };
        // What was kept for when there is no network answers only where that is tested.
        page.devtools("Network.enable", json!({})).await;
        page.devtools("Network.setBypassServiceWorker", json!({ "bypass": true })).await;
        page.devtools("Performance.enable", json!({ "timeDomain": "threadTicks" })).await;
        page.client.goto(&page.server.url()).await.expect("the page opens");
        for name in ["clipboard-read", "clipboard-write"] {
            page.command("permissions", json!({ "descriptor": { "name": name }, "state": "granted" })).await;
        }
        page.wait_for_whole().await;
        page.wait_for_editor().await;
        page
    }

    /// Waits until the richer editor has taken the text area's place.
    pub(crate) async fn wait_for_editor(&self) {
        self.wait_for("the editor", "document.querySelector('code-editor#editor') !== null").await;
    }

    /// Opens another page of the same server, by its path.
    pub(crate) async fn visit(&self, path: &str) {
        let address = format!("{}{path}", self.server.url());
        self.client.goto(&address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
    }

    /// Opens the page again; the browser asks for none of these addresses.
    pub(crate) async fn reopen_without(&self, addresses: &[&str]) {
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.setBlockedURLs", json!({ "urls": addresses })).await;
        self.reopen().await;
    }

    /// Runs a script in the page before its own, and opens it again.
    pub(crate) async fn reopen_with(&self, script: &str) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
        self.reopen().await;
    }

    /// Opens the page again.
    pub(crate) async fn reopen(&self) {
        self.client.refresh().await.expect("the page opens again");
        let reads = "document.querySelector('#format option[value=docker-compose]') !== null";
        self.wait_for("the page", reads).await;
    }

    /// Waits until the whole analysis is there.
    pub(crate) async fn wait_for_whole(&self) {
        let format = "document.querySelector('#format option[value=tekton]') !== null";
        self.wait_for("the whole analysis", format).await;
    }

    /// A command that WebDriver's standard has not, by the end of its address.
    pub(crate) async fn command(&self, path: &'static str, body: Value) -> Value {
        self.client
            .issue_cmd(Extension { path, body })
            .await
            .unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// A command of the DevTools protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.command("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    /// What was written to a log since it was last asked for: `browser` or `performance`.
    pub(crate) async fn log(&self, kind: &str) -> Vec<Value> {
        let entries = self.command("se/log", json!({ "type": kind })).await;
        entries.as_array().cloned().unwrap_or_default()
    }

    /// The value of an expression of JavaScript. The page's policy does not bind it.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        let script = format!("return {expression}");
        self.client.execute(&script, Vec::new()).await.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Waits until an expression is true.
    pub(crate) async fn wait_for(&self, what: &str, expression: &str) {
        let start = Instant::now();
        while self.value(expression).await != Value::Bool(true) {
            if start.elapsed() > PATIENCE {
                let seen =
                    self.value("document.querySelector('#verdict')?.innerText ?? document.title").await;
                panic!("no {what} after {PATIENCE:?}; the verdict is {seen}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the text was read as `format` and judged as `risk`.
    pub(crate) async fn wait_for_verdict(&self, format: &str, risk: &str) {
        let expression = format!(
            "(verdict => verdict.dataset.format === '{format}' && verdict.dataset.risk === '{risk}' \
             && verdict.querySelector('#jobs') !== null)(document.querySelector('#verdict'))"
        );
        self.wait_for(&format!("{format} of risk {risk}"), &expression).await;
    }

    /// Waits until the last text was rewritten for the builder.
    pub(crate) async fn wait_for_rewrite(&self, builder: &str) {
        let done = format!("#rewrite[data-builder={builder}][aria-busy=false] #rewritten");
        self.wait_for(&format!("text for {builder}"), &format!("document.querySelector('{done}') !== null"))
            .await;
    }

    /// The texts of all elements, as they are seen.
    pub(crate) async fn texts(&self, selector: &str) -> Vec<String> {
        self.strings(selector, "element => element.innerText.trim()").await
    }

    /// An attribute of all elements.
    pub(crate) async fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        self.strings(selector, &format!("element => element.getAttribute('{name}') ?? ''")).await
    }

    async fn strings(&self, selector: &str, get: &str) -> Vec<String> {
        let values = self.value(&format!("[...document.querySelectorAll(`{selector}`)].map({get})")).await;
        let values = values.as_array().into_iter().flatten();
        values.filter_map(|value| value.as_str().map(str::to_owned)).collect()
    }

    pub(crate) async fn count(&self, selector: &str) -> usize {
        self.strings(selector, "() => ''").await.len()
    }

    /// Clicks on the first element that `selector` names.
    pub(crate) async fn click(&self, selector: &str) {
        // At once: the page itself scrolls smoothly, and a click does not wait for that.
        let bring = format!(
            "document.querySelector(`{selector}`)?.scrollIntoView({{ behavior: 'instant', block: 'center' }})"
        );
        let start = Instant::now();
        loop {
            self.value(&bring).await;
            let clicked = match self.client.find(Locator::Css(selector)).await {
                Ok(element) => element.click().await,
                Err(error) => Err(error),
            };
            match clicked {
                Ok(()) => return,
                // What is on the page may just be moving.
                Err(_) if start.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_millis(50)).await,
                Err(error) => panic!("{selector}: {error}"),
            }
        }
    }

    /// Presses keys together, the last one last, and lets go.
    pub(crate) async fn press(&self, keys: &[char]) {
        let down = keys.iter().map(|key| KeyAction::Down { value: *key });
        let up = keys.iter().rev().map(|key| KeyAction::Up { value: *key });
        let actions = down.chain(up).fold(KeyActions::new("keys".into()), KeyActions::then);
        self.client.perform_actions(actions).await.unwrap_or_else(|error| panic!("{keys:?}: {error}"));
    }

    /// Types into the editor, key by key, where its caret is.
    pub(crate) async fn type_text(&self, text: &str) {
        self.value("document.activeElement.id === 'editor' || document.querySelector('#editor').focus()")
            .await;
        let keys = text.chars().map(|letter| if letter == '\n' { key::ENTER } else { letter });
        let actions = keys.flat_map(|value| [KeyAction::Down { value }, KeyAction::Up { value }]);
        let actions = actions.fold(KeyActions::new("keys".into()), KeyActions::then);
        self.client.perform_actions(actions).await.expect("keys reach the editor");
    }

    /// The editor's text.
    pub(crate) async fn text(&self) -> String {
        let text = self.value("document.querySelector('#editor').value").await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until a place of the editor's text is underlined, in whichever editor.
    pub(crate) async fn wait_for_marks(&self, least: usize) {
        let marked = format!(
            "(document.querySelector('code-editor')?.shadowRoot ?? document).querySelectorAll('.finding, .under u').length >= {least}"
        );
        self.wait_for(&format!("{least} underlined places"), &marked).await;
    }

    /// Replaces what is in the editor by what is pasted, as a person does.
    pub(crate) async fn paste(&self, text: &str) {
        self.paste_into("editor", text).await;
    }

    async fn paste_into(&self, id: &str, text: &str) {
        self.copy(text).await;
        self.value(&format!("document.getElementById('{id}').focus()")).await;
        self.press(&[key::CONTROL, 'a']).await;
        self.press(&[key::CONTROL, 'v']).await;
        let length = text.encode_utf16().count();
        let pasted = format!("document.getElementById('{id}').value.length === {length}");
        self.wait_for("pasted text", &pasted).await;
    }

    /// How long the browser itself works when this text is pasted into a text area that nothing watches.
    pub(crate) async fn busy_with_bare(&self, text: &str) -> Duration {
        let add = "document.body.append(Object.assign(document.createElement('textarea'), { id: 'bare', rows: 42, wrap: 'off' }))";
        self.value(add).await;
        let before = self.busy().await;
        self.paste_into("bare", text).await;
        let busy = self.busy().await - before;
        self.value("document.getElementById('bare').remove()").await;
        busy
    }

    /// Puts a text on the clipboard.
    async fn copy(&self, text: &str) {
        let script = "const [text, done] = arguments; navigator.clipboard.writeText(text).then(() => done(''), error => done(String(error)))";
        let answer = self.client.execute_async(script, vec![text.into()]).await.expect("a clipboard");
        assert_eq!(answer, "", "the clipboard takes the text");
    }

    /// What is on the clipboard.
    pub(crate) async fn clipboard(&self) -> String {
        let script = "navigator.clipboard.readText().then(arguments[0])";
        let text = self.client.execute_async(script, Vec::new()).await.expect("a clipboard");
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the browser asks for nothing more.
    pub(crate) async fn settle(&self) {
        let mut before = usize::MAX;
        while before != self.server.requests() {
            before = self.server.requests();
            tokio::time::sleep(Duration::from_millis(600)).await;
        }
    }

    /// The addresses that were asked for since the last call, as the browser's own record has them.
    pub(crate) async fn requests(&self) -> Vec<String> {
        let messages = self.log("performance").await;
        let messages = messages.iter().filter_map(|entry| entry["message"].as_str());
        let messages = messages.filter_map(|message| serde_json::from_str::<Value>(message).ok());
        let sent = ["Network.requestWillBeSent", "Network.webSocketCreated"];
        let events = messages.map(|message| message["message"].clone());
        let requests = events.filter(|event| sent.iter().any(|name| event["method"] == *name));
        let address = |event: &Value| {
            let parameters = &event["params"];
            parameters["request"]["url"].as_str().or(parameters["url"].as_str()).map(str::to_owned)
        };
        // The browser's own pages, such as that of a new tab, are no part of this, and what the page holds itself is no request.
        let own = ["chrome", "data:", "blob:"];
        requests
            .filter_map(|event| address(&event))
            .filter(|url| !own.iter().any(|own| url.starts_with(own)))
            .collect()
    }

    /// How long the page's own thread has worked so far. Other programs of a busy machine do not count.
    pub(crate) async fn busy(&self) -> Duration {
        let metrics = self.devtools("Performance.getMetrics", json!({})).await;
        let mut metrics = metrics["metrics"].as_array().into_iter().flatten();
        let tasks = metrics.find(|metric| metric["name"] == "TaskDuration");
        let seconds = tasks.and_then(|metric| metric["value"].as_f64()).expect("the browser counts its work");
        Duration::from_secs_f64(seconds)
    }

    /// Makes the window so many pixels wide.
    pub(crate) async fn resize(&self, width: u32) {
        let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Makes the person one who prefers `light` or `dark`.
    pub(crate) async fn prefer(&self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }
}

/// A command that the client has no name for.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
