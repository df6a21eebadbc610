//! The page on the JSON: the fields of `crates/core/src/report.rs` with their comments, and a real report.

use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result};
use daemonless_core::report::Report;
use daemonless_core::{Context as Settings, File, analyze};
use syn::{Attribute, Expr, Fields, GenericArgument, Item, ItemStruct, Lit, Meta, PathArguments, Type};

use super::markdown::{anchor, fence, table};
use crate::root;

/// Where the types are declared.
const SOURCE: &str = "crates/core/src/report.rs";

/// What the example is a report on.
const EXAMPLE: &str = "\
build:
  image: docker:29-cli
  services: [docker:29-dind]
  script:
    - docker build -t app .
";

/// An object of the JSON.
#[derive(Debug)]
struct Object {
    name: String,
    docs: String,
    fields: Vec<Field>,
}

/// One field of an object.
#[derive(Debug)]
struct Field {
    name: String,
    docs: String,
    kind: Kind,
    /// Left out where it is empty.
    optional: bool,
    /// The fields of its object stand in place of it.
    flat: bool,
}

/// What a field holds.
#[derive(Debug, PartialEq)]
enum Kind {
    Text,
    Number,
    Flag,
    Object(String),
    List(Box<Kind>),
    Maybe(Box<Kind>),
}

/// The whole page.
pub(super) fn page() -> Result<String> {
    let objects = read()?;
    let mut out = format!(
        "`daemonless check --format json` prints one [Report](#report). Fields are added, but none is renamed, removed or \
         given another meaning without a new `schema`. Lines count from 1. Columns are UTF-16 code units from 1, and ends \
         are exclusive.\n\nThis page is written from the types in [`{SOURCE}`](../{SOURCE}).\n"
    );
    for object in &objects {
        let _ = write!(out, "\n## {}\n\n{}\n\n", object.name, object.docs);
        let rows = object.fields.iter().flat_map(|field| rows(field, &objects));
        out.push_str(&table(["Field", "Type", "Meaning"], rows));
    }
    let example = serde_json::to_string_pretty(&example())?;
    let _ = write!(
        out,
        "\n## An example\n\nOf this pipeline, every list cut to its first entry:\n\n{}\n{}",
        fence("yaml", EXAMPLE),
        fence("json", &example)
    );
    Ok(out)
}

/// A field's lines of the table: its own, or those of the object that stands in its place.
fn rows(field: &Field, objects: &[Object]) -> Vec<[String; 3]> {
    if field.flat
        && let Kind::Object(name) = &field.kind
        && let Some(object) = objects.iter().find(|object| object.name == *name)
    {
        return object.fields.iter().flat_map(|field| rows(field, objects)).collect();
    }
    let optional = if field.optional { " Absent where it is empty." } else { "" };
    vec![[
        format!("`{}`", field.name),
        field.kind.title(),
        format!("{}{optional}", field.docs).trim().to_owned(),
    ]]
}

impl Kind {
    fn title(&self) -> String {
        match self {
            Self::Text => "string".into(),
            Self::Number => "number".into(),
            Self::Flag => "boolean".into(),
            Self::Object(name) => format!("[{name}](#{})", anchor(name)),
            Self::List(of) => format!("list of {}", of.title()),
            Self::Maybe(of) => format!("{} or null", of.title()),
        }
    }
}

/// A real report, each list cut to its first entry.
fn example() -> Report {
    let mut report = report(".gitlab-ci.yml", EXAMPLE);
    for file in &mut report.files {
        file.findings.truncate(1);
        file.notes.truncate(1);
        file.jobs.truncate(1);
        for job in &mut file.jobs {
            job.accesses.truncate(1);
            job.need_lines.truncate(1);
            job.path.truncate(1);
            job.alternatives = Arc::from(job.alternatives.get(..1).unwrap_or_default());
            for fact in [&mut job.power, &mut job.host, &mut job.reach] {
                fact.choices.truncate(1);
                fact.lines.truncate(1);
            }
        }
    }
    report
}

fn report(path: &str, text: &str) -> Report {
    let file = File { path: path.to_owned(), text: text.to_owned(), format: None };
    analyze(&[file], &Settings::default())
}

/// The objects, in the order of their declaration.
fn read() -> Result<Vec<Object>> {
    let text = fs::read_to_string(root().join(SOURCE)).with_context(|| format!("cannot read {SOURCE}"))?;
    let file = syn::parse_file(&text).with_context(|| format!("cannot parse {SOURCE}"))?;
    let structs = file.items.iter().filter_map(|item| match item {
        Item::Struct(item) => Some(item),
        _ => None,
    });
    Ok(structs.map(object).collect())
}

fn object(item: &ItemStruct) -> Object {
    let fields = match &item.fields {
        // What is skipped is for who calls the core, and in no JSON.
        Fields::Named(fields) => {
            let named = fields.named.iter();
            named.filter(|field| serde(&field.attrs).trim() != "skip").map(field).collect()
        }
        _ => Vec::new(),
    };
    Object { name: item.ident.to_string(), docs: docs(&item.attrs), fields }
}

fn field(field: &syn::Field) -> Field {
    let serde = serde(&field.attrs);
    Field {
        name: camel_case(&field.ident.as_ref().map(ToString::to_string).unwrap_or_default()),
        docs: docs(&field.attrs),
        kind: kind(&field.ty),
        optional: serde.contains("skip_serializing_if"),
        flat: serde.contains("flatten"),
    }
}

/// The text of doc comments, with links to items as plain code.
fn docs(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join(" ").replace("[`", "`").replace("`]", "`")
}

/// All that is said to serde.
fn serde(attributes: &[Attribute]) -> String {
    let lists = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("serde") => Some(list.tokens.to_string()),
        _ => None,
    });
    lists.collect()
}

fn kind(ty: &Type) -> Kind {
    match ty {
        Type::Reference(reference) => kind(&reference.elem),
        Type::Slice(slice) => Kind::List(Box::new(kind(&slice.elem))),
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return Kind::Text };
            let inner = match &last.arguments {
                PathArguments::AngleBracketed(arguments) => {
                    arguments.args.iter().find_map(|argument| match argument {
                        GenericArgument::Type(ty) => Some(kind(ty)),
                        _ => None,
                    })
                }
                _ => None,
            };
            match (last.ident.to_string().as_str(), inner) {
                ("Vec", Some(inner)) => Kind::List(Box::new(inner)),
                ("Option", Some(inner)) => Kind::Maybe(Box::new(inner)),
                (_, Some(inner)) => inner,
                ("String" | "str", None) => Kind::Text,
                ("bool", None) => Kind::Flag,
                ("u32" | "usize", None) => Kind::Number,
                (name, None) => Kind::Object(name.to_owned()),
            }
        }
        _ => Kind::Text,
    }
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |out, word| {
        let (head, tail) = word.split_at(word.len().min(1));
        out + &head.to_ascii_uppercase() + tail
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;

    /// Names, types and what may be absent, as the page tells them, must be those of `value`.
    fn agree(value: &Value, kind: &Kind, objects: &BTreeMap<&str, &Object>, path: &str) {
        match kind {
            Kind::Text => assert!(value.is_string(), "{path}"),
            Kind::Number => assert!(value.is_u64(), "{path}"),
            Kind::Flag => assert!(value.is_boolean(), "{path}"),
            Kind::Maybe(of) if !value.is_null() => agree(value, of, objects, path),
            Kind::Maybe(_) => {}
            Kind::List(of) => {
                let items = value.as_array().unwrap_or_else(|| panic!("{path} is no list"));
                items.iter().for_each(|item| agree(item, of, objects, &format!("{path}[]")));
            }
            Kind::Object(name) => {
                let mut told = Vec::new();
                told_fields(objects[&**name], objects, &mut told);
                let value = value.as_object().unwrap_or_else(|| panic!("{path} is no object"));
                for field in &told {
                    match value.get(&field.name) {
                        Some(inner) => agree(inner, &field.kind, objects, &format!("{path}.{}", field.name)),
                        None => assert!(field.optional, "{path}.{} is not there", field.name),
                    }
                }
                for key in value.keys() {
                    assert!(told.iter().any(|field| field.name == *key), "{path}.{key} is not told");
                }
            }
        }
    }

    fn told_fields<'o>(object: &'o Object, objects: &BTreeMap<&str, &'o Object>, told: &mut Vec<&'o Field>) {
        for field in &object.fields {
            match &field.kind {
                Kind::Object(name) if field.flat => told_fields(objects[&**name], objects, told),
                _ => told.push(field),
            }
        }
    }

    #[test]
    fn the_page_tells_every_field_of_real_reports() {
        let objects = read().unwrap();
        let objects = objects.iter().map(|object| (object.name.as_str(), object)).collect();
        for entry in fs::read_dir(root().join("static/samples")).unwrap() {
            let file = entry.unwrap().path();
            let name = file.file_name().unwrap().to_string_lossy();
            let report = report(&name, &fs::read_to_string(&file).unwrap());
            let value = serde_json::to_value(&report).unwrap();
            agree(&value, &Kind::Object("Report".into()), &objects, &name);
        }
        let file = File { path: ".gitlab-ci.yml".into(), text: EXAMPLE.into(), format: None };
        let rewritten = daemonless_core::rewrite(&[file], &Settings::default(), 0, "buildah").unwrap();
        assert!(!rewritten.edits.is_empty());
        let value = serde_json::to_value(&rewritten).unwrap();
        agree(&value, &Kind::Object("RewriteReport".into()), &objects, "rewrite");
    }

    #[test]
    fn every_object_and_field_says_what_it_is() {
        for object in read().unwrap() {
            assert!(!object.fields.is_empty(), "{}", object.name);
        }
        assert_eq!(camel_case("end_line"), "endLine");
        assert_eq!(camel_case("line"), "line");
    }
}
