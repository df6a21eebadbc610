//! The foot: what the page does with a text, what is said of the two articles, and all sources with their dates.

use yew::prelude::*;

use crate::markdown;
use crate::texts::{Entry, Texts, sources};

#[derive(Properties, PartialEq)]
pub struct FooterProps {
    pub texts: Texts,
}

/// The foot, the same for every text.
#[component]
pub fn Footer(FooterProps { texts }: &FooterProps) -> Html {
    html! {
        <footer class="wrap take">
            <div>
                <h2>{"What happens to your text"}</h2>
                <p>
                    {"Nothing. It stays in this tab and is gone when you close it. The analysis is a program that was loaded with \
                      the page; the page's policy lets it ask its own server for its own files and no one for anything else, and \
                      the count at the top shows that it asks for none after it is loaded. What it stores in \
                      your browser are settings that you choose, and your files if you have it remember them."}
                </p>
            </div>
            <div>
                <details id="ledger">
                    <summary><h2>{"What two well-known articles say, and what holds today"}</h2></summary>
                    {ledger(texts)}
                </details>
                <details id="sources">
                    <summary><h2>{"Sources, with the day each was checked"}</h2></summary>
                    if let Texts::Here(all) = texts {
                        {sources(all.list("sources").iter())}
                    } else {
                        {texts.instead()}
                    }
                </details>
            </div>
        </footer>
    }
}

/// What the two articles claim.
pub fn ledger(texts: &Texts) -> Html {
    let Texts::Here(all) = texts else { return texts.instead() };
    html! { <dl class="said">{for all.list("ledger").iter().map(|one| claim(texts, one))}</dl> }
}

fn claim(texts: &Texts, claim: &Entry) -> Html {
    let verdict = match claim.text("verdict") {
        "ok" => "holds",
        "dated" => "dated",
        "wrong" => "wrong",
        _ => "holds in part",
    };
    html! {
        <div>
            <dt>{markdown::line(claim.text("claim"))}<small>{claim.text("article")}</small></dt>
            <dd><b>{verdict}{": "}</b>{markdown::line(claim.text("today"))}{texts.sources(claim.list("sources"))}</dd>
        </div>
    }
}
