//! The person's own text for another builder, or with its daemon contained: what changes and why, what is left to them, and the
//! verdict on it. For a Dockerfile, a ready job.

use daemonless_catalog::Builder;
use daemonless_core::report::{FindingReport, LeftReport, RequirementReport};
use daemonless_core::rewrite::contain;
use daemonless_core::rewrite::ready::Way;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::app::head;
use crate::browser;
use crate::changes;
use crate::diff::{self, Count};
use crate::first::first;
use crate::mark::{line_tag, mark, risk};
use crate::markdown;
use crate::pick::{self, Judged, Pick};
use crate::position::whole_line;
use crate::rewriter::{self, After, Rewrite, Written};
use crate::state::{Action, Outcome, Shared, State};
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
    let pick = rewrite.and_then(|(rewrite, _)| state.pick(rewrite));
    let coming = pick.is_some_and(|pick| matches!(pick.judged, Judged::Coming));
    let busy = coming || !rewrite.is_some_and(|(_, last)| last);
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
            "Your own text, changed only where it must be: comments, order and quoting stay as you wrote them. Take or leave \
                 each change. The text is read again as it then is, and the verdict on it stands beside the old one."
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
fn show(
    state: &State,
    rewrite: &Shared<Rewrite>,
    written: &Written,
    last: bool,
    on: &Callback<Action>,
) -> Html {
    if let Some(way) = job(rewrite.builder) {
        return show_job(state, written, way, last, on);
    }
    let pick = state.pick(rewrite);
    let takes = |number| pick.is_none_or(|pick| pick.takes(number));
    let (pieces, count) = diff::pieces(&rewrite.of.source.file().text, &written.edits, takes);
    let text = pick.map_or(&written.text, |pick| &pick.text);
    // Until it is known what is said of the chosen text, what was said of the whole one helps more than nothing.
    let told = pick.and_then(|pick| pick.told()).unwrap_or(written);
    let of_chosen = pick.is_none_or(|pick| pick.told().is_some());
    html! {
        <>
            {top(state, rewrite, written, pick, count, last, on)}
            <p id="picked" role="status">{picked(rewrite, written, pick.map(|pick| &**pick))}</p>
            {changes::view(rewrite, &pieces, on)}
            if of_chosen { {found(&told.after)} }
            <div class="after">{left(told, "No command was left out: all that this text asks of the daemon was translated.")}
                {runner(told)}</div>
            if *text != rewrite.of.source.file().text { {patching(state, rewrite)} }
            <details class="more">
                <summary>{"The whole new text"}</summary>
                <label class="vh" for="rewritten">{"The whole new text"}</label>
                <textarea id="rewritten" class="whole" readonly=true wrap="off" rows="20" spellcheck="false"
                    value={text.clone()} />
            </details>
        </>
    }
}

/// What is left out, and what the analysis says of the text without it. There is always a line, so that none below it moves.
fn picked(rewrite: &Rewrite, written: &Written, pick: Option<&Pick>) -> Html {
    let Some(pick) = pick else {
        return match pick::taken(rewrite, None).len() {
            0 => html! {},
            1 => html! { {"The one change is taken."} },
            count => html! { {format!("All {count} changes are taken.")} },
        };
    };
    let out = match pick.left.len() {
        _ if pick.count == 1 => "You leave the one change out: the text is yours as it was.".to_owned(),
        left if left == pick.count => {
            format!("You leave all {left} changes out: the text is yours as it was.")
        }
        left => format!("You leave {left} of {} changes out.", pick.count),
    };
    let whole = written.after.risk;
    html! {
        <>{out}{" "}{match &pick.judged {
            Judged::Coming => html! { {"The text that you chose is being read …"} },
            Judged::Told(told) => html! {
                <>{"The risk of the text that you chose is "}{risk(told.after.risk)}{", with "}{findings(told.after.count)}{"."}
                    if told.after.risk != whole { {" With all changes it is "}{risk(whole)}{"."} }</>
            },
            Judged::Failed => html! {
                <>{"Reading the text that you chose takes longer than a page should, so its risk is not known here. "}
                    <code>{"daemonless check"}</code>{" tells it."}</>
            },
        }}</>
    }
}

/// What the analysis finds in the new text.
fn found(after: &After) -> Html {
    if after.count == 0 {
        return html! {};
    }
    let more = after.count.saturating_sub(after.findings.len());
    let item = |finding: &FindingReport| {
        html! {
            <li data-rule={finding.rule}>{mark(finding.severity)}{" "}<b class={finding.severity}>{finding.severity}</b>
                {format!(", line {} of the new text: ", finding.range.line)}{markdown::line(&finding.message)}</li>
        }
    };
    html! {
        <div id="still">
            <h3>{"What is found in the new text"}</h3>
            <ul class="plain">{for after.findings.iter().map(item)}</ul>
            if more > 0 { <p>{format!("And {more} more.")}</p> }
        </div>
    }
}

/// How the patch is put to use.
fn patching(state: &State, rewrite: &Rewrite) -> Html {
    let path = rewrite.of.source.file().path;
    html! {
        <p class="src" id="patching">{"Where your repository begins, "}<code class="long">{format!("git apply {}", patch_name(&path))}</code>
            {" makes these changes. "}
            if state.source.path.is_empty() {
                {"Your text has no name here, so the patch calls it "}<code>{&path}</code>
                {": give it its name above the editor, with its folder, before you download the patch."}
            }
        </p>
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
                    <span><span class="vh">{"The job: "}</span>{level(written.after.risk, written.after.count)}</span>
                    {buttons(way.path, &written.text, last, html! {}, state.handed, on)}
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
    state: &State,
    rewrite: &Shared<Rewrite>,
    written: &Written,
    pick: Option<&Shared<Pick>>,
    count: Count,
    last: bool,
    on: &Callback<Action>,
) -> Html {
    let report = &rewrite.of.report;
    let after = match pick.map(|pick| &pick.judged) {
        None => level(written.after.risk, written.after.count),
        Some(Judged::Told(told)) => level(told.after.risk, told.after.count),
        Some(Judged::Coming) => html! { <span>{"being read …"}</span> },
        Some(Judged::Failed) => html! { <span>{"not known"}</span> },
    };
    let text = pick.map_or(&written.text, |pick| &pick.text);
    let changed = count.removed + count.added > 0;
    html! {
        <div class="difftop">
            <span class="before-after">
                <span class="vh">{"Before: "}</span>{level(report.risk, report.findings.len())}
                <span class="arrow" aria-hidden="true">{"→"}</span>
                <span class="vh">{"After: "}</span>{after}
            </span>
            <span>
                {format!("{} out, {} in; the other {} are byte for byte yours.", changes::lines(count.removed), count.added, count.same)}
            </span>
            {buttons(&rewrite.of.source.file().path, text, last, patch(rewrite, pick, last && changed, on), state.handed, on)}
        </div>
    }
}

/// What takes a text along: to the clipboard, or as a file with the name of `path`. `more` stands beside it.
fn buttons(
    path: &str,
    text: &str,
    last: bool,
    more: Html,
    said: &'static str,
    on: &Callback<Action>,
) -> Html {
    let copy = {
        let (on, text) = (on.clone(), text.to_owned());
        Callback::from(move |_: MouseEvent| {
            let (on, text) = (on.clone(), text.clone());
            spawn_local(async move {
                on.emit(Action::Said(match browser::copy(&text).await {
                    true => "Copied.",
                    false => "The browser does not let the page copy: take the whole text.",
                }));
            });
        })
    };
    let download = {
        let (name, text) = (name(path).to_owned(), text.to_owned());
        Callback::from(move |_: MouseEvent| browser::download(&name, &text))
    };
    html! {
        <span class="end">
            <button type="button" id="copy" class="btn solid" disabled={!last} onclick={copy}>{"Copy"}</button>
            <button type="button" id="download" class="btn" disabled={!last} onclick={download}>{"Download"}</button>
            {more}
            <span role="status">{said}</span>
        </span>
    }
}

/// What takes the changes along as a patch.
fn patch(
    rewrite: &Shared<Rewrite>,
    pick: Option<&Shared<Pick>>,
    enabled: bool,
    on: &Callback<Action>,
) -> Html {
    let (rewrite, pick, on) = (rewrite.clone(), pick.cloned(), on.clone());
    let onclick = move |_: MouseEvent| {
        let (rewrite, pick, on) = (rewrite.clone(), pick.clone(), on.clone());
        spawn_local(async move {
            match rewriter::patch(&rewrite, pick.as_deref()).await {
                Some(patch) => browser::download(&patch_name(&rewrite.of.source.file().path), &patch),
                None => on.emit(Action::Said("The patch could not be written in time.")),
            }
        });
    };
    html! {
        <button type="button" id="patch" class="btn" disabled={!enabled} {onclick}><span class="vh">{"Download as a "}</span>{".patch"}</button>
    }
}

/// A file's own name.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The name of a patch for the file. Browsers take a dot at its start away, so it has none.
fn patch_name(path: &str) -> String {
    format!("{}.patch", name(path).trim_start_matches('.'))
}

fn findings(count: usize) -> String {
    match count {
        0 => "no findings".to_owned(),
        1 => "1 finding".to_owned(),
        count => format!("{count} findings"),
    }
}

fn level(level: &'static str, count: usize) -> Html {
    html! { <span class="levels" data-risk={level}>{risk(level)}{", "}{findings(count)}</span> }
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
