//! The picture: the frames and numbers of a person's own job, the same in words, and what each way out cuts.

use crate::access::check_axe;
use crate::driver::with_page;
use crate::page::Page;
use crate::texts;

const GITHUB_HOSTED: &str = "on: pull_request
jobs:
  image:
    runs-on: ubuntu-24.04
    steps:
      - run: docker build --tag registry.example/app .
";

const DAEMONLESS: &str = "build:
  image: quay.io/buildah/stable:v1.44.0
  script:
    - buildah build -t registry.example/app .
";

const HOST_SOCKET: &str = "services:
  agent:
    image: registry.example/agent:3.1
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock
";

/// What the elements of the picture say. They are of SVG, which has no `innerText`.
async fn said(page: &Page, selector: &str) -> Vec<String> {
    let all =
        format!("[...document.querySelectorAll(`#picture {selector}`)].map(element => element.textContent)");
    let values = page.value(&all).await;
    let values = values.as_array().into_iter().flatten();
    values.filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

async fn check(page: &Page, text: &str, format: &str, risk: &str, frames: &[&str], names: &[&str]) {
    page.paste(text).await;
    page.wait_for_verdict(format, risk).await;
    for form in ["wide", "tall"] {
        assert_eq!(said(page, &format!(".map-{form} .t-kind")).await, frames, "{form}");
        let words = said(page, &format!(".map-{form} text")).await;
        for name in names {
            assert!(words.iter().any(|word| word == name), "{form}: no {name} in {words:?}");
        }
        // The numbers are those of the list below, and those of the picture in words.
        let mut numbers = said(page, &format!(".map-{form} .number")).await;
        numbers.sort_by_key(|number| number.parse::<usize>().expect("a number"));
        let listed: Vec<String> = (1..=page.count("#path .stop").await).map(|at| at.to_string()).collect();
        assert_eq!(numbers, listed, "{form}");
        assert_eq!(page.attributes("#picture .in-words ol > li", "value").await, listed, "{form}");
    }
    let is_named = "[...document.querySelectorAll('#picture svg[role=img]')].every(svg =>
        document.getElementById(svg.getAttribute('aria-labelledby')).textContent !== '')";
    assert_eq!(page.value(is_named).await, true, "each form has a name");
    page.value("document.querySelectorAll('#picture details').forEach(details => details.open = true)").await;
    for scheme in ["light", "dark"] {
        page.prefer(scheme).await;
        check_axe(page, &format!("the picture of {format}, {scheme}")).await;
    }
}

#[test]
fn each_job_has_its_picture() {
    with_page("picture", async |page| {
        let nested = ["HOST", "RUNNER", "JOB CONTAINER", "SERVICE", "DAEMON", "OTHER JOBS"];
        check(page, texts::GITLAB, "gitlab-ci", "high", &nested, &["build", "docker:27-dind"]).await;
        let socket = ["HOST", "PROJECT", "CONTAINER", "DAEMON", "NEW CONTAINER", "OTHER CONTAINERS"];
        check(page, HOST_SOCKET, "docker-compose", "critical", &socket, &["agent", "line 5"]).await;
        check(page, GITHUB_HOSTED, "github-actions", "low", &["VM", "RUNNER", "JOB", "DAEMON"], &["image"])
            .await;
        let own = ["HOST", "RUNNER", "JOB CONTAINER"];
        let built = [&own[..], &["BUILDER"]].concat();
        check(page, DAEMONLESS, "gitlab-ci", "low", &built, &["build", "Here it ends"]).await;
        check(page, texts::GITLAB_CLEAN, "gitlab-ci", "none", &own, &["test", "rust:1.95"]).await;
    });
}

#[test]
fn a_way_out_cuts_the_line() {
    with_page("what a way out cuts", async |page| {
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        assert_eq!(page.count("#picture .map-wide > .bar").await, 1, "the best way's bar is there at once");
        assert_eq!(page.count("#picture .gone").await, 0);
        page.click("#picture .cuts label:nth-of-type(2) input").await;
        page.wait_for("a cut", "document.querySelector('#picture .map-wide .stop-mark.gone') !== null").await;
        assert_eq!(page.count("#picture .map-wide > .bar").await, 1);
        let told = said(page, ".cut-told").await.concat();
        assert!(told.contains("Not reached any more: 3") && told.contains("Still possible: 1, 2"), "{told}");
        page.click("#picture .cuts label:nth-of-type(1) input").await;
        page.wait_for("the whole line", "document.querySelector('#picture .gone') === null").await;
    });
}

#[test]
fn a_phone_has_its_own_form() {
    with_page("picture on a phone", async |page| {
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        for (width, form, other) in
            [(1440, "wide", "tall"), (1200, "wide", "tall"), (360, "tall", "wide"), (320, "tall", "wide")]
        {
            page.resize(width).await;
            let seen = |form: &str| {
                format!("document.querySelector('#picture .map-{form}').getBoundingClientRect()")
            };
            page.wait_for("the form", &format!("{}.width === 0", seen(other))).await;
            let fits = format!("{0}.width > 0 && {0}.right <= innerWidth", seen(form));
            assert_eq!(page.value(&fits).await, true, "{width}: it fits");
            let least = format!(
                "Math.min(...[...document.querySelectorAll('#picture .map-{form} text')].map(text => \
                 parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))"
            );
            let least = page.value(&least).await.as_f64().unwrap_or(0.0);
            assert!(least >= 11.0, "{width}: letters of {least} px");
        }
    });
}

#[test]
fn names_are_text() {
    with_page("names in the picture", async |page| {
        let text = HOST_SOCKET.replace("  agent:", "  \"<script>alert(1)</script>\":");
        let text = text.replace("registry.example/agent:3.1", "\"<b>a</b>\"");
        page.paste(&text).await;
        page.wait_for_verdict("docker-compose", "critical").await;
        let words = said(page, ".map-wide .t-code").await.concat();
        assert!(words.contains("<script>") && words.contains("<b>"), "{words}");
        assert_eq!(page.count("#picture :is(script, b:not(.cut-told b))").await, 0);
    });
}
