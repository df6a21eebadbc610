//! The report as other programs read it, and on paper.

use yew::platform::spawn_local;
use yew::prelude::*;

use crate::app::head;
use crate::browser;
use crate::json::Json;
use crate::report::Read;
use crate::state::{Outcome, Shared};
use crate::worker::{self, Call};

/// How long writing a report may take, in milliseconds.
const LIMIT: u32 = 30_000;

/// A form of the report, as the analysis names it.
#[derive(Clone, Debug, PartialEq)]
struct Form {
    id: String,
    title: String,
    file: String,
}

impl Read for Form {
    fn read(value: &Json) -> Self {
        let text = |name: &str| String::read(&value.get(name));
        Self { id: text("id"), title: text("title"), file: text("file") }
    }
}

/// The report in this form.
async fn printed(outcome: &Outcome, form: &str) -> Option<String> {
    let mut call = Call::on("print", &outcome.files, &outcome.context, LIMIT);
    call.given.push(form.into());
    worker::once(browser::whole().await?, call).await?.as_text()
}

#[derive(Properties, PartialEq)]
pub struct ExportProps {
    pub outcome: Shared<Outcome>,
}

/// The section: a button for each form.
#[component]
pub fn Export(ExportProps { outcome }: &ExportProps) -> Html {
    let forms = use_state(Vec::<Form>::new);
    let said = use_state(|| "");
    {
        let forms = forms.clone();
        use_effect_with((), move |()| {
            spawn_local(async move {
                let Some(start) = browser::whole().await else { return };
                if let Some(known) =
                    worker::once(start, Call { function: "outputs", given: Vec::new(), limit: LIMIT }).await
                {
                    forms.set(Vec::read(&known));
                }
            });
        });
    }
    // `copies`: to the clipboard, else as a file.
    let take = |form: &Form, copies: bool| {
        let (form, outcome, said) = (form.clone(), outcome.clone(), said.clone());
        move |_: MouseEvent| {
            let (form, outcome, said) = (form.clone(), outcome.clone(), said.clone());
            spawn_local(async move {
                said.set("");
                match printed(&outcome, &form.id).await {
                    None => said.set("This report could not be written in time."),
                    Some(text) if copies => said.set(match browser::copy(&text).await {
                        true => "Copied.",
                        false => "The browser does not let the page copy: take the file.",
                    }),
                    Some(text) => browser::download(&form.file, &text),
                }
            });
        }
    };
    let one = |form: &Form| {
        html! {
            <li class="row" data-form={form.id.clone()}>
                <b>{&form.title}</b>
                <button type="button" class="btn" onclick={take(form, false)}>{"Download"}<span class="vh">{format!(" {}", form.title)}</span></button>
                <button type="button" class="btn" onclick={take(form, true)}>{"Copy"}<span class="vh">{format!(" {}", form.title)}</span></button>
            </li>
        }
    };
    html! {
        <section class="s" id="export" tabindex="-1" aria-labelledby="export-head">
            {head("export-head", html! {"Take the report along"}, html! {
                <>{"Byte for byte what "}<code>{"daemonless check --format"}</code>{" prints for these files."}</>
            })}
            <ul class="exports">
                {for forms.iter().map(one)}
                <li class="row"><b>{"On paper"}</b>
                    <button type="button" class="btn" id="print" onclick={|_: MouseEvent| browser::print()}>{"Print this page"}</button>
                </li>
            </ul>
            <p role="status">{*said}</p>
        </section>
    }
}
