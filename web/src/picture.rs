//! The picture of a job: frames within frames, the attack as a numbered line through them, and where each way out ends it.

mod across;
mod down;
mod draw;
mod label;
mod plan;
mod said;
mod scene;
mod tables;
#[cfg(test)]
mod tests;

use daemonless_core::report::JobReport;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::app::head;
use crate::mark::{risk, words};
use crate::state::Outcome;
use plan::{Item, Mark, Plan, Row, plan};
use tables::Place;

/// The section on one job.
pub fn view(outcome: &Outcome, job: &JobReport) -> Html {
    let plan = plan(outcome.report.format, job);
    let told = match plan.attack {
        true => {
            "Each frame is a boundary that should hold. The red line is the way through them, drawn from your own lines; \
             a stop has the number that it has in the list below."
        }
        false => "Each frame is a boundary. Nothing here leads through one to an engine.",
    };
    html! {
        <section class="s" id="picture" tabindex="-1" aria-labelledby="picture-head" data-approach={job.approach}>
            {head("picture-head", html! {"Where the walls are"}, html! { {told} })}
            <Picture key={job.name.clone()} {plan} />
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct Props {
    plan: Plan,
}

/// The picture in both its forms, of which the style shows one, and what the ways out change in it.
#[component]
fn Picture(props: &Props) -> Html {
    let plan = &props.plan;
    let chosen = use_state(|| None::<usize>);
    let tried = use_state(|| None::<usize>);
    let scenes = use_memo(plan.clone(), |plan| (across::wide(plan), down::tall(plan)));
    let (wide, tall) = &*scenes;
    let shown = tried.or(*chosen).filter(|way| *way < plan.ways.len());
    let best = plan.ways.iter().position(|way| way.cut.is_some());
    let name = format!("Where {} can lead: {}", plan.job, words(plan.approach));
    let spoken = spoken(plan).join(" ");
    let way = |index: Option<usize>, title: Html| {
        let (choose, enter, leave) = (chosen.clone(), tried.clone(), tried.clone());
        let onchange = move |event: Event| {
            if event.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked()) {
                choose.set(index);
            }
        };
        let is_chosen = *chosen == index;
        html! {
            <label class={classes!("opt", is_chosen.then_some("on"))}
                onmouseover={move |_| enter.set(index)} onmouseout={move |_| leave.set(None)}>
                <input type="radio" name="way" checked={is_chosen} {onchange} /><span>{title}</span>
            </label>
        }
    };
    html! {
        <>
            if !plan.ways.is_empty() {
                <fieldset class="cuts">
                    <legend>{"What each way out cuts"}</legend>
                    {way(None, html! {"As it is"})}
                    {for plan.ways.iter().enumerate().map(|(index, one)| way(Some(index), html! { {&one.title} }))}
                </fieldset>
            }
            <p class="cut-told" role="status">{cut(plan, shown, best)}</p>
            <div class={classes!("maps", (!plan.attack).then_some("calm"))}>
                {draw::draw(wide, "map-wide", &name, &spoken, shown, best)}
                {draw::draw(tall, "map-tall", &name, &spoken, shown, best)}
            </div>
            {draw::key(wide)}
            <details class="more in-words">
                <summary>{"The picture in words"}</summary>
                <p>{"Who can put code there: "}{for list(&plan.who)}</p>
                <ul>{items(&plan.items)}</ul>
                if plan.attack {
                    <ol>{for stops(plan).into_iter().map(|(number, words)| html! { <li value={number.to_string()}>{words}</li> })}</ol>
                }
            </details>
        </>
    }
}

/// What a way out changes, in a sentence or two.
fn cut(plan: &Plan, shown: Option<usize>, best: Option<usize>) -> Html {
    let Some(way) = shown.and_then(|way| plan.ways.get(way)) else {
        let best = best.and_then(|way| plan.ways.get(way));
        return match best {
            Some(way) => html! {
                <>{"The bar across the line is where "}<b>{&way.title}</b>{" ends it."}</>
            },
            None if plan.ways.is_empty() => html! {},
            None => html! { {"No way out that fits ends the line before it does now."} },
        };
    };
    let Some(place) = way.cut else {
        return html! {
            <><b>{&way.title}</b>{" ends nothing of this line: the frames stay, and with them what leads through. Risk then: "}{risk(way.risk)}</>
        };
    };
    let gone: Vec<String> = numbered(plan, |at| at.is_some_and(|at| at >= place));
    let left: Vec<String> = numbered(plan, |at| at.is_none_or(|at| at < place));
    html! {
        <>
            <b>{&way.title}</b>{" ends the line at the bar. "}
            if !gone.is_empty() { {"Not reached any more: "}{gone.join(", ")}{". "} }
            if !left.is_empty() { {"Still possible: "}{left.join(", ")}{". "} }
            {"Risk then: "}{risk(way.risk)}
        </>
    }
}

/// The numbers of the stops in the places that `is` names.
fn numbered(plan: &Plan, is: impl Fn(Option<Place>) -> bool) -> Vec<String> {
    let mut numbers = Vec::new();
    each_stop(&plan.items, &mut String::new(), &mut |number, place, _| {
        if is(place) {
            numbers.push(number);
        }
    });
    numbers.sort_unstable();
    numbers.into_iter().map(|number: usize| number.to_string()).collect()
}

/// The stops in the order of their numbers, each with where it is.
fn stops(plan: &Plan) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    each_stop(&plan.items, &mut String::new(), &mut |number, _, words| found.push((number, words)));
    found.sort_unstable();
    found
}

/// Calls `tell` for each stop with its number, its place and its words.
fn each_stop(items: &[Item], inside: &mut String, tell: &mut impl FnMut(usize, Option<Place>, String)) {
    for item in items {
        match item {
            Item::Frame(frame) => {
                let mut within =
                    frame.head.first().map(|words| words.text.to_ascii_lowercase()).unwrap_or_default();
                each_stop(&frame.items, &mut within, tell);
            }
            Item::Rows(place, rows) => {
                for row in rows {
                    if let Mark::Stop(number) = row.mark {
                        tell(number, *place, format!("{} ({inside})", said(&row.words)));
                    }
                }
            }
            Item::Gap(_) | Item::Space | Item::End => {}
        }
    }
}

/// The frames and what is in them as nested lists.
fn items(list: &[Item]) -> Html {
    let one = |item: &Item| match item {
        Item::Frame(frame) => html! {
            <li>
                {said(&frame.head)}
                <ul>
                    {items(&frame.items)}
                    {for frame.beside.iter().map(|words| html! { <li>{said(words)}</li> })}
                </ul>
            </li>
        },
        Item::Gap(gap) if !gap.words.is_empty() => html! { <li>{"Door: "}{said(&gap.words)}</li> },
        Item::Rows(_, rows) => {
            let numbers: Vec<_> = rows
                .iter()
                .map(|row| match row.mark {
                    Mark::Stop(number) => number.to_string(),
                    _ => said(&row.words),
                })
                .collect();
            html! { <li>{"Stops: "}{numbers.join(", ")}</li> }
        }
        Item::End => html! { <li>{"The line ends here."}</li> },
        Item::Gap(_) | Item::Space => html! {},
    };
    list.iter().map(one).collect()
}

fn list(rows: &[Row]) -> impl Iterator<Item = Html> {
    let last = rows.len().saturating_sub(1);
    rows.iter().enumerate().map(move |(at, row)| {
        let end = if at == last { "." } else { "; " };
        html! { <>{said(&row.words)}{end}</> }
    })
}

fn said(words: &[label::Words]) -> String {
    words.iter().map(|one| one.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// What the picture shows, for who can not see it.
fn spoken(plan: &Plan) -> Vec<String> {
    stops(plan).into_iter().map(|(number, words)| format!("{number}: {words}.")).collect()
}
