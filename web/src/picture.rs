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

use daemonless_core::order;
use daemonless_core::report::JobReport;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::app::head;
use crate::mark::{risk, words};
use crate::state::{Outcome, Shared, State};
use plan::{Item, Mark, Plan, Row, plan};
use scene::Scene;
use tables::Place;

/// The job that is drawn, and what was said of it. Only the whole analysis tells the attack's path.
fn drawn(state: &State) -> Option<(&Shared<Outcome>, &JobReport)> {
    let outcome = state.outcome.as_ref().filter(|outcome| outcome.whole)?;
    Some((outcome, state.job()?))
}

/// Whether there is a picture.
pub fn is_there(state: &State) -> bool {
    drawn(state).is_some()
}

/// The section on the job in question.
pub fn view(state: &State) -> Html {
    let Some((outcome, job)) = drawn(state) else { return html! {} };
    let told = if job.path.is_empty() {
        "Each frame is a boundary. Nothing here leads through one to an engine."
    } else {
        "Each frame is a boundary that should hold. The red line is the way through them, drawn from your own lines; a \
         stop has the number that it has in the list below."
    };
    html! {
        <section class="s" id="picture" tabindex="-1" aria-labelledby="picture-head" data-approach={job.approach}>
            {head("picture-head", html! {"Where the walls are"}, html! { {told} })}
            <Picture key={job.name.clone()} outcome={outcome.clone()} job={job.name.clone()} />
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct Props {
    outcome: Shared<Outcome>,
    job: String,
}

/// What is drawn of a job: the plan, and its two forms.
fn forms(outcome: &Outcome, job: &str) -> Option<(Plan, Scene, Scene)> {
    let plan = plan(outcome.report.format, outcome.job(Some(job))?);
    let (wide, tall) = (across::wide(&plan), down::tall(&plan));
    Some((plan, wide, tall))
}

/// The picture in both its forms, of which the style shows one, and what the ways out change in it.
#[component]
fn Picture(props: &Props) -> Html {
    let chosen = use_state(|| None::<usize>);
    let tried = use_state(|| None::<usize>);
    let forms = use_memo((props.outcome.clone(), props.job.clone()), |(outcome, job)| forms(outcome, job));
    let Some((plan, wide, tall)) = &*forms else { return html! {} };
    let shown = tried.or(*chosen).filter(|way| *way < plan.ways.len());
    let best = plan.ways.first().is_some_and(|way| way.cut.is_some()).then_some(0);
    let name = format!("Where {} can lead: {}", plan.job, words(plan.approach));
    let stops = stops(plan);
    let spoken: String = stops.iter().map(|stop| format!("{}: {}. ", stop.number, stop.words)).collect();
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
                <p class="cut-told" role="status">{cut(plan, &stops, shown, best)}</p>
            }
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
                    <ol>{for stops.iter().map(|stop| html! { <li value={stop.number.to_string()}>{&stop.words}</li> })}</ol>
                }
            </details>
        </>
    }
}

/// What a way out changes, in a sentence or two.
fn cut(plan: &Plan, stops: &[Stop], shown: Option<usize>, best: Option<usize>) -> Html {
    let Some(way) = shown.and_then(|way| plan.ways.get(way)) else {
        return match plan.ways.first() {
            None => html! {},
            Some(way) if best.is_some() => html! {
                <>{"The bar across the line is where "}<b>{&way.title}</b>{" ends it."}</>
            },
            Some(way) => html! {
                <><b>{&way.title}</b>{" is the best that fits, and leaves the line as it is."}</>
            },
        };
    };
    let Some(place) = way.cut else {
        return html! {
            <><b>{&way.title}</b>{" ends nothing of this line: the frames stay, and with them what leads through. Risk then: "}{risk(way.risk)}</>
        };
    };
    let (mut gone, mut left) = (Vec::new(), Vec::new());
    for stop in stops {
        let numbers = if stop.place.is_some_and(|at| at >= place) { &mut gone } else { &mut left };
        numbers.push(stop.number.to_string());
    }
    html! {
        <>
            <b>{&way.title}</b>{" ends the line at the bar. "}
            if !gone.is_empty() { {"Not reached any more: "}{gone.join(", ")}{". "} }
            if !left.is_empty() { {"Still possible: "}{left.join(", ")}{". "} }
            {"Risk then: "}{risk(way.risk)}
        </>
    }
}

/// A stop in words.
struct Stop {
    number: usize,
    place: Option<Place>,
    words: String,
}

/// The stops in the order of their numbers, each with where it is.
fn stops(plan: &Plan) -> Vec<Stop> {
    let mut found = Vec::new();
    add_stops(&plan.items, "", &mut found);
    order::sort_by_key(&mut found, |stop: &Stop| stop.number);
    found
}

/// Adds the stops that are in `items`, which are in the frame `inside`.
fn add_stops(items: &[Item], inside: &str, found: &mut Vec<Stop>) {
    for item in items {
        match item {
            Item::Frame(frame) => {
                add_stops(&frame.items, frame.head.first().map_or("", |kind| &kind.text), found)
            }
            Item::Rows(place, rows) => {
                for row in rows {
                    if let Mark::Stop(number) = row.mark {
                        let words = format!("{} ({})", said(&row.words), inside.to_ascii_lowercase());
                        found.push(Stop { number, place: *place, words });
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
    words.iter().map(|one| one.text.as_str()).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}
