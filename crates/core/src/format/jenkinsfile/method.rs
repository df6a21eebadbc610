//! Methods of texts, lists and maps, and what loops bind.

use super::data::{Data, each, word};
use super::reader::Reader;
use crate::model::Value;
use crate::source::Text;
use crate::syntax::groovy::{Argument, Call, Expr};

impl<'t> Reader<'t> {
    /// A call on a value.
    pub(super) fn method(&mut self, target: Data<'t>, call: &'t Call<'t>) -> Data<'t> {
        if let Some(data) = self.docker(&target, call) {
            return data;
        }
        if let Data::Text(value) = &target
            && !value.via.is_empty()
            && !self.spend(value.text.len())
        {
            return Data::Unknown;
        }
        match (&target, call.name.text) {
            (Data::Text(value), "trim" | "strip") => {
                let trimmed = |text: &str| {
                    let start = text.len() - text.trim_start().len();
                    start..start + text.trim().len()
                };
                Data::text(each(value, trimmed))
            }
            (Data::Text(_), "stripIndent" | "toString" | "intern") => target,
            (Data::Text(value), "stripMargin") => Data::text(without_margins(value)),
            (Data::Text(value), "plus" | "concat") => {
                let Some(more) = call.positional().next().and_then(|more| self.value(more)) else {
                    return Data::Unknown;
                };
                let mut joined = self.joined(value.span);
                joined.add(&target, "", value.span);
                joined.add(&Data::text(more), "", value.span);
                Data::text(joined.value())
            }
            (Data::List(items), "join") => {
                let by = call.positional().next().and_then(|by| self.value(by)).unwrap_or_default();
                let by = Data::text(by);
                let span = items
                    .first()
                    .map_or(call.span, |first| first.items().first().map_or(call.span, |one| one.span));
                let mut joined = self.joined(span);
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        joined.add(&by, "", span);
                    }
                    joined.add(item, "", span);
                }
                Data::text(joined.value())
            }
            (Data::Map(_), "get" | "getOrDefault") => {
                let key = call.positional().next().and_then(|key| self.value(key));
                let key = key.filter(|key| !key.unknown && key.others.is_empty());
                target.entry(key.as_ref().map(Value::as_str))
            }
            (Data::List(_) | Data::Map(_), _) => self.iterate(&target, call),
            (Data::Text(_), _) => {
                self.arguments(call);
                Data::Unknown
            }
            _ => self.call(call),
        }
    }

    /// A method of a list or map that calls its closure with each item.
    pub(super) fn iterate(&mut self, target: &Data<'t>, call: &'t Call<'t>) -> Data<'t> {
        let Some(body) = call.body() else {
            self.arguments(call);
            return Data::Unknown;
        };
        let one = |data: &Data<'t>| data.entry(None);
        let names: Vec<_> = match body.parameters.as_slice() {
            [] => vec![("it", body.span)],
            names => names.iter().map(|name| (name.text, name.span)).collect(),
        };
        match (target, names.as_slice()) {
            (Data::Map(entries), [(key, at), (value, _), ..]) => {
                let key_of = |(name, _): &(String, Data<'t>)| Data::text(word(name, *at));
                let keys = Data::one_of(entries.iter().map(key_of));
                self.set_variable((*key).to_owned(), keys, *at, true);
                self.set_variable((*value).to_owned(), one(target), *at, true);
            }
            (Data::List(_), [(name, at), ..]) => {
                self.set_variable((*name).to_owned(), one(target), *at, true);
            }
            _ => {}
        }
        self.conditions += 1;
        let around = self.enter();
        self.statements(&body.statements);
        self.leave(around);
        self.conditions -= 1;
        Data::Unknown
    }

    /// Binds the variable of `for (x in list)`.
    pub(super) fn bind(&mut self, call: &'t Call<'t>) {
        let Some(first) = call.arguments.first() else { return };
        let (name, list) = match (first.key.as_deref(), &first.value) {
            (Some(name), list) => (name, list),
            (None, Expr::Other(pair)) => match pair.as_slice() {
                [name, list] => (name, list),
                _ => return,
            },
            // `String x in list`
            (None, value) => match value.call().map(|call| call.arguments.as_slice()) {
                Some([Argument { key: None, value: Expr::Other(pair) }]) => match pair.as_slice() {
                    [name, list] => (name, list),
                    _ => return,
                },
                Some([Argument { key: Some(name), value: list }]) => (&**name, list),
                _ => return,
            },
        };
        let name = match name {
            Expr::Word(name) => *name,
            _ => return,
        };
        let data = self.eval(list);
        if matches!(data, Data::List(_)) {
            self.set_variable(name.text.to_owned(), data.entry(None), name.span, true);
        }
    }
}

/// The lines of a text without what stands before their `|`.
fn without_margins(value: &Value) -> Value {
    let strip = |text: &Text| {
        let mut out = Text::default();
        let mut at = 0;
        for line in text.as_str().split_inclusive('\n') {
            let bare = line.trim_start_matches([' ', '\t']);
            let skip = if bare.starts_with('|') { line.len() - bare.len() + 1 } else { 0 };
            out.push_slice(text, at + skip..at + line.len());
            at += line.len();
        }
        out
    };
    Value { text: strip(&value.text), others: value.others.iter().map(strip).collect(), ..value.clone() }
}
