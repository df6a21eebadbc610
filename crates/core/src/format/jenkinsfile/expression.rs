//! What expressions are worth: names, strings, sums, assignments, members and indices.

use std::rc::Rc;

use super::data::{Data, Joined};
use super::reader::{Reader, Variable};
use crate::model::{Value, Var};
use crate::source::{Span, Text};
use crate::syntax::groovy::{Argument, Assign, Chain, Expr, Link, Name, Part, Template};

impl<'t> Reader<'t> {
    /// The texts of an expression; something unknown as it is written.
    pub(super) fn value(&mut self, expr: &'t Expr<'t>) -> Option<Value> {
        match self.eval(expr) {
            Data::Text(value) | Data::Image(value) => {
                let again = self.calls > 0 || !value.via.is_empty();
                (!again || self.spend(value.text.len())).then(|| Value::clone(&value))
            }
            Data::Written(written, span) => {
                let mut joined = Joined::new(span, &mut self.added);
                joined.unknown(written, span);
                Some(joined.value())
            }
            Data::List(items) if items.len() == 1 => {
                items.first()?.items().pop().map(|value| Value::clone(&value))
            }
            _ => None,
        }
    }

    pub(super) fn word(&mut self, name: Name<'t>) -> Data<'t> {
        if let Some(found) = self.lookup(&["", "env.", "params."], name.text) {
            return found;
        }
        match name.text {
            "docker" => Data::Docker,
            "true" | "false" => Data::text(Value::literal(Text::replaced(name.text, name.span))),
            "null" | "it" | "this" | "steps" | "script" => Data::Unknown,
            number if number.starts_with(|first: char| first.is_ascii_digit()) => {
                Data::text(Value::literal(Text::replaced(number, name.span)))
            }
            other => Data::Written(other, name.span),
        }
    }

    pub(super) fn lookup(&self, spaces: &[&str], name: &str) -> Option<Data<'t>> {
        spaces.iter().find_map(|space| {
            let key = format!("{space}{name}");
            let variable = self.variables.get(key.as_str())?;
            (!matches!(variable.data, Data::Unknown)).then(|| variable.data.clone())
        })
    }

    pub(super) fn template(&mut self, template: &'t Template<'t>) -> Value {
        if template.is_plain() {
            // The text is made anew each time, so what it costs is asked first.
            if self.calls > 0 && !self.spend(template.written.text.len()) {
                return Value { unknown: true, span: template.written.span, ..Value::default() };
            }
            return Value::literal(template.plain().unwrap_or_default());
        }
        let filled: Vec<_> = template
            .parts
            .iter()
            .map(|part| match part {
                Part::Plain(_) | Part::Escaped(_) => Data::Unknown,
                Part::Value(expr, _) => self.eval(expr),
            })
            .collect();
        let mut joined = Joined::new(template.written.span, &mut self.added);
        for (part, data) in template.parts.iter().zip(&filled) {
            match part {
                Part::Value(_, written) => joined.fill(data, written.text, written.span),
                other => other.text().iter().for_each(|text| joined.own(text)),
            }
        }
        joined.value()
    }

    pub(super) fn list(&mut self, items: &'t [Argument<'t>]) -> Data<'t> {
        if items.iter().any(|item| item.key.is_some()) {
            let entry = |item: &'t Argument<'t>| {
                let key = item.key.as_deref().and_then(Expr::key).unwrap_or("").to_owned();
                (key, self.eval(&item.value))
            };
            return Data::Map(Rc::new(items.iter().map(entry).collect()));
        }
        Data::List(Rc::new(items.iter().map(|item| self.eval(&item.value)).collect()))
    }

    pub(super) fn sum(&mut self, operands: &'t [Expr<'t>]) -> Data<'t> {
        let parts: Vec<_> = operands.iter().map(|operand| self.eval(operand)).collect();
        if parts.iter().any(|part| matches!(part, Data::List(_))) {
            let items = parts.iter().flat_map(Data::items).map(Data::Text);
            return Data::List(Rc::new(items.collect()));
        }
        if !parts.iter().any(|part| matches!(part, Data::Text(_))) {
            return Data::Unknown;
        }
        let mut span: Option<Span> = None;
        for operand in operands.iter().filter_map(place) {
            span = Some(span.map_or(operand, |known| known.to(operand)));
        }
        let span = span.unwrap_or_default();
        let mut joined = Joined::new(span, &mut self.added);
        for (operand, part) in operands.iter().zip(&parts) {
            match (operand, part) {
                (Expr::String(_), Data::Text(value)) if value.others.is_empty() && value.via.is_empty() => {
                    joined.own(&value.text);
                    if value.unknown {
                        joined.add(&Data::text(Value { unknown: true, ..Value::default() }), "", span);
                    }
                }
                (_, Data::Written(written, at)) => joined.unknown(written, *at),
                _ => joined.add(part, "", place(operand).unwrap_or(span)),
            }
        }
        Data::text(joined.value())
    }

    pub(super) fn assign(&mut self, assign: &'t Assign<'t>) -> Data<'t> {
        let mut data = self.eval(&assign.value);
        for target in &assign.targets {
            if assign.adds {
                let old = self.eval(target);
                let span = place(&assign.value).unwrap_or_default();
                data = match (&old, &data) {
                    (Data::List(_), _) => {
                        let items = old.items().into_iter().chain(data.items()).map(Data::Text);
                        Data::List(Rc::new(items.collect()))
                    }
                    (Data::Text(_), _) => {
                        let mut joined = Joined::new(span, &mut self.added);
                        joined.add(&old, "", span);
                        joined.add(&data, "", span);
                        Data::text(joined.value())
                    }
                    _ => Data::Unknown,
                };
            }
            self.set(target, data.clone(), assign.declares);
        }
        data
    }

    pub(super) fn set(&mut self, target: &'t Expr<'t>, data: Data<'t>, declares: bool) {
        match target {
            Expr::Word(name) => self.set_variable(name.text.to_owned(), data, name.span, declares),
            Expr::Chain(Chain { head: Some(head), links, span, .. }) => {
                let Expr::Word(head) = **head else { return };
                let (key, at) = match links.as_slice() {
                    [Link::Member(name)] => (Some(name.text.to_owned()), name.span),
                    [Link::Index(items)] => {
                        let key = items.first().and_then(|item| self.value(&item.value));
                        (key.filter(|key| !key.unknown).map(|key| key.as_str().to_owned()), *span)
                    }
                    _ => return,
                };
                let Some(key) = key else { return };
                if head.text == "env" {
                    if let Data::Text(value) = &data {
                        let value = Value::clone(value);
                        self.globals.push(Var { name: key.clone(), name_span: at, value });
                    }
                    return self.set_variable(format!("env.{key}"), data, at, false);
                }
                let Some(variable) = self.variables.get_mut(head.text) else { return };
                if let Data::Map(entries) = &mut variable.data {
                    let cost = if Rc::strong_count(entries) > 1 { entries.len() } else { 0 };
                    if cost <= self.left {
                        self.left -= cost;
                        Rc::make_mut(entries).push((key, data));
                    }
                }
            }
            _ => {}
        }
    }

    /// Sets a variable of the environment up to the end of the block.
    pub(super) fn set_of_block(&mut self, name: &str, data: Data<'t>, span: Span) {
        let name = format!("env.{name}");
        self.journal.push((name.clone(), self.variables.get(name.as_str()).cloned()));
        self.set_variable(name, data, span, true);
    }

    /// Sets a variable. Where conditions decide whether it is set, it may also be what it was.
    pub(super) fn set_variable(&mut self, name: String, data: Data<'t>, span: Span, declares: bool) {
        let conditions = self.conditions;
        let data = data.by_variable(span);
        let old = self.variables.get(name.as_str());
        let perhaps = old.filter(|old| !declares && old.conditions < conditions);
        let variable = match perhaps {
            Some(old) if matches!((&old.data, &data), (Data::Text(_), Data::Text(_))) => Variable {
                data: Data::one_of([data, old.data.clone()].into_iter()),
                conditions: old.conditions,
            },
            _ => Variable { data, conditions },
        };
        self.variables.insert(name, variable);
    }

    pub(super) fn chain(&mut self, chain: &'t Chain<'t>) -> Data<'t> {
        let mut links = chain.links.iter();
        let mut data = match chain.head.as_deref() {
            Some(Expr::Word(Name { text: space @ ("env" | "params"), .. })) => {
                let name = match links.next() {
                    Some(Link::Member(name)) => Some(name.text),
                    Some(Link::Index(items)) => items.first().and_then(|item| item.value.key()),
                    _ => None,
                };
                let written = || Data::Written(self.written(chain.span), chain.span);
                name.and_then(|name| self.lookup(&[&format!("{space}.")], name)).unwrap_or_else(written)
            }
            Some(head) => self.eval(head),
            None => match links.next() {
                Some(Link::Call(call)) => self.call(call),
                _ => Data::Unknown,
            },
        };
        for link in links {
            data = match link {
                Link::Call(call) => self.method(data, call),
                Link::Index(items) => {
                    let key = items.first().and_then(|item| self.value(&item.value));
                    let key = key.filter(|key| !key.unknown && key.others.is_empty());
                    data.entry(key.as_ref().map(Value::as_str))
                }
                Link::Member(name) => match &data {
                    Data::Map(_) => data.entry(Some(name.text)),
                    Data::Image(image) if name.text == "id" => Data::Text(Rc::clone(image)),
                    Data::Written(..) | Data::Unknown => Data::Written(self.written(chain.span), chain.span),
                    _ => Data::Unknown,
                },
            };
        }
        data
    }

    pub(super) fn written(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or("")
    }
}

/// Where an expression stands, as far as it is told.
pub(super) fn place(expr: &Expr<'_>) -> Option<Span> {
    match expr {
        Expr::Word(name) => Some(name.span),
        Expr::String(template) => Some(template.written.span),
        Expr::List(list) => Some(list.span),
        Expr::Closure(closure) => Some(closure.span),
        Expr::Chain(chain) => Some(chain.span),
        Expr::Sum(operands) => {
            let first = operands.first().and_then(place)?;
            Some(operands.last().and_then(place).map_or(first, |last| first.to(last)))
        }
        _ => None,
    }
}
