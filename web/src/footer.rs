//! The foot: what the page does with a text, what is said of the two articles, and all sources with their dates.

use daemonless_catalog::{Claim, LEDGER, SOURCES};
use yew::prelude::*;

use crate::explanation::sources;
use crate::markdown;

/// The foot, the same for every text.
#[component]
pub fn Footer() -> Html {
    let all: Vec<_> = SOURCES.iter().collect();
    html! {
        <footer class="wrap take">
            <div>
                <h2>{"What happens to your text"}</h2>
                <p>
                    {"Nothing. It stays in this tab and is gone when you close it. The analysis is a program that was loaded with \
                      the page; the page's policy lets it ask its own server for its own files and no one for anything else, and \
                      the count at the top shows that it asks for none after it is loaded. The only thing ever stored is the \
                      theme, if you choose one."}
                </p>
            </div>
            <div>
                <details id="ledger">
                    <summary><h2>{"What two well-known articles say, and what holds today"}</h2></summary>
                    <dl class="said">{for LEDGER.iter().map(claim)}</dl>
                </details>
                <details id="sources">
                    <summary><h2>{"Sources, with the day each was checked"}</h2></summary>
                    {sources(&all)}
                </details>
            </div>
        </footer>
    }
}

fn claim(claim: &Claim) -> Html {
    let verdict = match claim.verdict.id() {
        "ok" => "holds",
        "dated" => "dated",
        "wrong" => "wrong",
        _ => "holds in part",
    };
    html! {
        <div>
            <dt>{markdown::line(claim.claim)}<small>{claim.article.title()}</small></dt>
            <dd><b>{verdict}{": "}</b>{markdown::line(claim.today)}{sources(claim.sources)}</dd>
        </div>
    }
}
