//! The person's own text for another builder, or with its daemon contained: what changes and why, what is left to them, and the
//! verdict on it. For a Dockerfile, a ready job.

use daemonless_catalog::Builder;
use daemonless_core::report::{LeftReport, RequirementReport};
use daemonless_core::rewrite::contain;
use daemonless_core::rewrite::ready::Way;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::app::head;
use crate::browser;
use crate::diff::{self, Change, Line, Piece};
use crate::first::{first, names};
use crate::mark::{line_tag, risk};
use crate::markdown;
use crate::position::whole_line;
use crate::rewriter::{Rewrite, Written};
use crate::state::{Action, Outcome, State};
use crate::tabs::tabs;

/// How what a text is rewritten for is called.
fn title(id: &str) -> &'static str {
    match job(id) {
        Some(way) => way.title,
        None => Builder::from_id(id).map_or("Its daemon contained", |builder| builder.info().title),
    }
}

/// The ready job that this is the id of.
fn job(id: &str) -> Option<&'static Way> {
    Way::from_id(id).filter(|way| way.id == id)
}

/// The section; nothing where no text can be written.
pub fn view(state: &State, outcome: &Outcome, on: &Callback<Action>) -> Html {
    let Some(builder) = outcome.builder(state.builder.as_deref()) else { return html! {} };
    let ids = &outcome.report.rewrites;
    let chosen = ids.iter().position(|id| *id == builder).unwrap_or(0);
    let on_choose = {
        let ids = ids.clone();
        on.reform(move |index: usize| {
            Action::ChoseBuilder(ids.get(index).copied().unwrap_or_default().to_owned())
        })
    };
    let titles: Vec<_> = ids.iter().map(|id| title(id)).collect();
    let rewrite = state.rewrite(builder);
    let panel = match rewrite {
        // While one types, the last text stays until the next is there.
        Some((rewrite, last)) => match &rewrite.written {
            Some(written) => show(state, rewrite, written, last, on),
            None => html! {
                <p role="alert">{"Rewriting this text takes longer than a page should. "}<code>{"daemonless fix"}</code>
                    {" takes its time."}</p>
            },
        },
        None if job(builder).is_some() => html! { <p role="status">{"The job is being written …"}</p> },
        None => html! { <p role="status">{"Your pipeline is being rewritten …"}</p> },
    };
    let busy = !rewrite.is_some_and(|(_, last)| last);
    let heading = match builder {
        contain::ID => "Your pipeline, its daemon contained",
        _ if job(builder).is_some() => "A job that builds it",
        _ => "Your pipeline, without the daemon",
    };
    let lede = match job(builder) {
        Some(_) => {
            "A whole job for your CI, written from what your Dockerfile asks for. Your Dockerfile stays as it is. The job was \
                    read by the same analysis, and its verdict stands beside it."
        }
        None => {
            "Your own text, changed only where it must be: comments, order and quoting stay as you wrote them. It was read \
                 again after the change, and the verdict on it stands beside the old one."
        }
    };
    html! {
        <section class="s" id="rewrite" tabindex="-1" aria-labelledby="rewrite-head" data-builder={builder}
            aria-busy={busy.to_string()}>
            {head("rewrite-head", html! {{heading}}, html! {{lede}})}
            {keep_first(outcome, state.job.as_deref(), builder)}
            {tabs("builder", "Builder", &titles, chosen, &on_choose, panel)}
        </section>
    }
}

/// The rewritten text; it can be taken along where it is of the `last` outcome.
fn show(state: &State, rewrite: &Rewrite, written: &Written, last: bool, on: &Callback<Action>) -> Html {
    if let Some(way) = job(rewrite.builder) {
        return show_job(state, written, way, last, on);
    }
    html! {
        <>
            {top(rewrite, written, last, state.copied, on)}
            {show_diff(rewrite, written)}
            <div class="after">{left(written, "No command was left out: all that this text asks of the daemon was translated.")}
                {runner(written)}</div>
            <details class="more">
                <summary>{"The whole new text"}</summary>
                <label class="vh" for="rewritten">{"The whole new text"}</label>
                <textarea id="rewritten" class="whole" readonly=true wrap="off" rows="20" spellcheck="false"
                    value={written.text.clone()} />
            </details>
        </>
    }
}

/// A ready job: all of its text, as nothing of the person's changes.
fn show_job(state: &State, written: &Written, way: &Way, last: bool, on: &Callback<Action>) -> Html {
    let rows = written.text.lines().count().max(1).to_string();
    html! {
        <>
            if written.text.is_empty() {
                <p>{"There is no such job for this Dockerfile: what stands in its way is below."}</p>
            } else {
                <div class="difftop">
                    <span>{"For "}<code>{way.path}</code>{" in your repository."}</span>
                    <span><span class="vh">{"The job: "}</span>{level(written.after.0, written.after.1)}</span>
                    {buttons(way.path, written, last, state.copied, on)}
                </div>
                <label class="vh" for="rewritten">{"The job"}</label>
                <textarea id="rewritten" class="whole" readonly=true wrap="off" {rows} spellcheck="false"
                    value={written.text.clone()} />
            }
            <div class="after">{left(written, "Nothing: the job has all that your Dockerfile asks for.")}{runner(written)}</div>
        </>
    }
}

/// Where the engine at hand is right, that comes before any change.
fn keep_first(outcome: &Outcome, job: Option<&str>, chosen: &str) -> Html {
    let best = outcome.job(job).and_then(|job| job.alternatives.iter().min_by_key(|way| way.rank));
    let leaves = chosen != contain::ID;
    match best.filter(|way| way.builder.is_none() && way.kind != chosen) {
        Some(best) => html! {
            <p class="lede wayout"><b>{"First advice: "}{markdown::line(&best.title)}{"."}</b>{" "}{markdown::line(&best.why)}
                if leaves { {" What follows is for those who want to leave the daemon all the same."} }</p>
        },
        None => html! {},
    }
}

/// The old verdict, the new one, and the buttons.
fn top(
    rewrite: &Rewrite,
    written: &Written,
    last: bool,
    copied: Option<bool>,
    on: &Callback<Action>,
) -> Html {
    let file = rewrite.of.source.file();
    let (_, count) = diff::pieces(&file.text, &written.edits);
    html! {
        <div class="difftop">
            <span class="before-after">
                <span class="vh">{"Before: "}</span>{level(rewrite.of.report.risk, rewrite.of.report.findings.len())}
                <span class="arrow" aria-hidden="true">{"→"}</span>
                <span class="vh">{"After: "}</span>{level(written.after.0, written.after.1)}
            </span>
            <span>
                {format!("{} out, {} in; the other {} are byte for byte yours.", lines(count.removed), count.added, count.same)}
            </span>
            {buttons(&file.path, written, last, copied, on)}
        </div>
    }
}

/// What takes the new text along: to the clipboard, or as a file with the name of `path`.
fn buttons(path: &str, written: &Written, last: bool, copied: Option<bool>, on: &Callback<Action>) -> Html {
    let copy = {
        let (on, text) = (on.clone(), written.text.clone());
        Callback::from(move |_: MouseEvent| {
            let (on, text) = (on.clone(), text.clone());
            spawn_local(async move { on.emit(Action::Copied(browser::copy(&text).await)) });
        })
    };
    let said = match copied {
        None => "",
        Some(true) => "Copied.",
        Some(false) => "The browser does not let the page copy: take the whole text.",
    };
    let download = {
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        let text = written.text.clone();
        Callback::from(move |_: MouseEvent| browser::download(&name, &text))
    };
    html! {
        <span class="end">
            <button type="button" id="copy" class="btn solid" disabled={!last} onclick={copy}>{"Copy"}</button>
            <button type="button" id="download" class="btn" disabled={!last} onclick={download}>{"Download"}</button>
            <span role="status">{said}</span>
        </span>
    }
}

fn lines(count: usize) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}

fn level(level: &'static str, findings: usize) -> Html {
    let findings = match findings {
        0 => "no findings".to_owned(),
        1 => "1 finding".to_owned(),
        count => format!("{count} findings"),
    };
    html! { <span class="levels" data-risk={level}>{risk(level)}{", "}{findings}</span> }
}

fn show_diff(rewrite: &Rewrite, written: &Written) -> Html {
    let (pieces, _) = diff::pieces(&rewrite.of.source.file().text, &written.edits);
    let changes = pieces.iter().filter(|piece| matches!(piece, Piece::Change(_))).count();
    if changes == 0 {
        return html! { <p>{"Nothing in this text can be changed for it without you."}</p> };
    }
    let mut number = 0;
    let piece = |piece: &Piece| match piece {
        Piece::Fold(count) => html! { <p class="fold">{lines(*count)}{" unchanged"}</p> },
        Piece::Same { old, new, lines } => {
            let lines: Vec<Line> = lines.iter().map(|line| vec![(false, line.clone())]).collect();
            html! {
                <div class="pair same">
                    {column("old", "", *old, &lines)}
                    <div class="side new" aria-hidden="true">{column("", "", *new, &lines)}</div>
                </div>
            }
        }
        Piece::Change(change) => {
            number += 1;
            show_change(change, number, changes)
        }
    };
    let (rows, more) = first(pieces.iter(), piece);
    html! {
        <>
            <div class="diff" role="group" aria-label="Changes">{rows}</div>
            if more > 0 { <p>{"There are more changes than are shown here. What you copy or download has them all."}</p> }
        </>
    }
}

fn show_change(change: &Change, number: usize, changes: usize) -> Html {
    html! {
        <>
            <div class="hunk">
                <b>{format!("{number} of {changes}")}{names(&change.jobs)}</b>
                <p>{for change.reasons.iter().map(|reason| html! { <>{markdown::line(reason)}{" "}</> })}</p>
            </div>
            <div class="pair">
                {column("old del", "Removed", change.old, &change.removed)}
                {column("new add", "Added", change.new, &change.added)}
            </div>
        </>
    }
}

/// Lines of one side with their numbers.
fn column(class: &'static str, what: &'static str, first: usize, lines: &[Line]) -> Html {
    let line = |(number, line): (usize, &Line)| {
        // Where all of a line goes or comes, that shows already.
        let whole = line.iter().all(|(changed, _)| *changed);
        let part = |(changed, text): &(bool, String)| match *changed && !whole {
            true => html! { <em>{text}</em> },
            false => html! { {text} },
        };
        html! {
            <div class="l"><i>{number}</i><span>
                if !what.is_empty() { <span class="vh">{what}{": "}</span> }
                {for line.iter().map(part)}
            </span></div>
        }
    };
    html! { <div class={classes!("side", class)}>{for (first..).zip(lines).map(line)}</div> }
}

/// What a person has to do; where that is nothing, the words for it.
fn left(written: &Written, nothing: &'static str) -> Html {
    let item = |left: &LeftReport| {
        html! {
            <li><code>{&left.job}</code>{" "}{line_tag(&whole_line(left.line), "")}{" "}<code class="long">{&left.what}</code>
                {": "}{markdown::line(&left.why)}</li>
        }
    };
    let (rows, more) = first(written.left.iter(), item);
    html! {
        <div id="left">
            <h3>{"What is left to you"}</h3>
            if written.left.is_empty() {
                <p>{nothing}</p>
            } else {
                <ul class="plain">{rows}</ul>
                if more > 0 { <p>{format!("And {more} more.")}</p> }
            }
        </div>
    }
}

fn runner(written: &Written) -> Html {
    html! {
        <div id="runner">
            <h3>{"What the runner must allow"}</h3>
            if written.requires.is_empty() {
                <p>{"Nothing beyond its defaults."}</p>
            } else {
                <ul class="plain">{for written.requires.iter().map(requirement)}</ul>
            }
        </div>
    }
}

/// A setting of the runner: what, where, how it looks, and the error without it.
fn requirement(require: &RequirementReport) -> Html {
    html! {
        <li>
            <p>{markdown::line(&require.text)}</p>
            if let Some(snippet) = &require.snippet {
                if let Some(file) = &require.file { <p class="src">{"In "}<code>{file}</code>{", not in your file:"}</p> }
                <pre class="sheet"><code>{snippet}</code></pre>
            }
            if let Some(error) = &require.error { <p class="src">{"Without it expect "}<code class="long">{error}</code></p> }
        </li>
    }
}
