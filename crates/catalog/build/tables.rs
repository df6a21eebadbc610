//! All facts, read in the order in which they refer to each other, and written as one file of Rust.

use std::fmt::{Debug, Write};
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::emit::{Raw, id_enum, table, told};
use crate::ids::{
    self, ApproachRef, BuilderRef, NeedRef, PowerRef, SourceRef, TechniqueRef, WeaknessRef, pascal,
};
use crate::read::{folder, yaml};
use crate::{builders, flags, questions, schema, tasks, translate};

/// The code of the tables.
pub fn render(facts: &Path) -> Result<String, String> {
    let mut code = String::new();
    let order: schema::Order = yaml(&facts.join("order.yaml"))?;
    ApproachRef::declare(order.approaches.clone())?;
    BuilderRef::declare(order.builders.clone())?;
    needs(&mut code, facts)?;
    risk(&mut code, facts)?;
    sources(&mut code, facts)?;
    approaches(&mut code, facts, &order.approaches)?;
    let builders = builders::write(&mut code, facts, &order.builders)?;
    list::<schema::OptionRow>(&mut code, facts, "options", "OptionRow", |row| &row.id)?;
    questions::write(&mut code, facts, &builders)?;
    list::<schema::Containment>(&mut code, facts, "containment", "Containment", |item| &item.id)?;
    let daemon: schema::Daemon = yaml(&facts.join("daemon.yaml"))?;
    let _ = writeln!(code, "/// See `facts/daemon.yaml`.\npub static DAEMON: Daemon = {daemon:#?};\n");
    list::<schema::Running>(&mut code, facts, "running", "Running", |way| &way.id)?;
    list::<schema::Claim>(&mut code, facts, "ledger", "Claim", |claim| &claim.id)?;
    let hosted: Vec<schema::HostedRunner> = yaml(&facts.join("hosted.yaml"))?;
    table(&mut code, "See `facts/hosted.yaml`.", "HOSTED", "HostedRunner", &hosted);
    let handed: Vec<schema::HandedSocket> = yaml(&facts.join("handed.yaml"))?;
    table(&mut code, "See `facts/handed.yaml`.", "HANDED", "HandedSocket", &handed);
    let programs: Vec<schema::Program> = yaml(&facts.join("programs.yaml"))?;
    table(&mut code, "See `facts/programs.yaml`.", "PROGRAMS", "Program", &programs);
    let tokens: Vec<schema::Token> = yaml(&facts.join("tokens.yaml"))?;
    table(&mut code, "See `facts/tokens.yaml`.", "TOKENS", "Token", &tokens);
    tasks::write(&mut code, facts)?;
    let actions: Vec<schema::Action> = yaml(&facts.join("actions.yaml"))?;
    table(&mut code, "See `facts/actions.yaml`.", "ACTIONS", "Action", &actions);
    images(&mut code, facts)?;
    steps(&mut code, facts)?;
    translate::write(&mut code, facts)?;
    table(&mut code, "All command lines.", "FLAGS", "CommandFlags", &flags::read(&facts.join("flags"))?);
    told(&mut code)?;
    Ok(code)
}

/// A file that is a list of items with ids, as the table named like the file.
fn list<T: DeserializeOwned + Debug>(
    code: &mut String,
    facts: &Path,
    file: &str,
    item: &str,
    id: impl Fn(&T) -> &String,
) -> Result<(), String> {
    let items: Vec<T> = yaml(&facts.join(format!("{file}.yaml")))?;
    ids::check(&format!("facts/{file}.yaml"), items.iter().map(id))?;
    table(code, &format!("See `facts/{file}.yaml`."), &file.to_ascii_uppercase(), item, &items);
    Ok(())
}

fn needs(code: &mut String, facts: &Path) -> Result<(), String> {
    let needs: Vec<schema::Need> = yaml(&facts.join("needs.yaml"))?;
    NeedRef::declare(needs.iter().map(|need| need.id.clone()).collect())?;
    let variants: Vec<_> = needs.iter().map(|need| (need.id.clone(), need.title.0.clone())).collect();
    id_enum(code, "Need", "What a job asks of its engine.", &variants);
    let titles: String =
        needs.iter().map(|need| format!("Self::{} => {:?},\n", pascal(&need.id), need.title)).collect();
    let _ = writeln!(
        code,
        "impl Need {{
    /// How a sentence names it, after \"needs\".
    pub const fn title(self) -> &'static str {{ match self {{ {titles} }} }}
}}\n"
    );
    Ok(())
}

fn risk(code: &mut String, facts: &Path) -> Result<(), String> {
    let risk: schema::RiskFile = yaml(&facts.join("risk.yaml"))?;
    PowerRef::declare(risk.rows.iter().map(|row| row.id.clone()).collect())?;
    let variants: Vec<_> = risk.rows.iter().map(|row| (row.id.clone(), row.title.0.clone())).collect();
    id_enum(
        code,
        "Power",
        "What one step of a job, or a container it starts, gets; strongest first.",
        &variants,
    );
    let rows: Vec<_> = risk
        .rows
        .into_iter()
        .map(|row| schema::PowerInfo {
            power: Raw(format!("Power::{}", pascal(&row.id))),
            id: row.id,
            title: row.title,
            text: row.text,
            shared: row.risk.shared,
            dedicated: row.risk.dedicated,
            vm: row.risk.vm,
        })
        .collect();
    table(code, "The risk table, strongest power first.", "RISK_TABLE", "PowerInfo", &rows);
    let _ = writeln!(code, "/// What strangers change.\npub static RISK_LIFT: Lift = {:#?};\n", risk.lift);
    Ok(())
}

fn sources(code: &mut String, facts: &Path) -> Result<(), String> {
    let sources: Vec<schema::Source> = yaml(&facts.join("sources.yaml"))?;
    SourceRef::declare(sources.iter().map(|source| source.id.clone()).collect())?;
    for source in &sources {
        if !source.url.starts_with("https://") {
            return Err(format!("facts/sources.yaml: {}: `{}` is not https", source.id, source.url));
        }
    }
    table(code, "All sources.", "SOURCES", "Source", &sources);
    Ok(())
}

fn approaches(code: &mut String, facts: &Path, order: &[String]) -> Result<(), String> {
    let infos: Vec<schema::ApproachInfo> = folder(&facts.join("approaches"), order)?;
    for (id, info) in order.iter().zip(&infos) {
        if *id != info.id {
            return Err(format!("facts/approaches/{id}.yaml: its id is `{}`", info.id));
        }
    }
    let variants: Vec<_> = infos.iter().map(|info| (info.id.clone(), info.what.0.clone())).collect();
    id_enum(code, "Approach", "How a job reaches a container engine, worst first.", &variants);
    table(code, "All approaches, worst first.", "APPROACHES", "ApproachInfo", &infos);
    Ok(())
}

fn images(code: &mut String, facts: &Path) -> Result<(), String> {
    let images: Vec<schema::Image> = yaml(&facts.join("images.yaml"))?;
    let mut known = Vec::new();
    for image in images {
        let role = match image.role.as_str() {
            "daemon" | "rootless-daemon" | "client" | "daemon-or-client" | "other-builder"
            | "socket-proxy" => {
                format!("Role::{}", pascal(&image.role))
            }
            builder => {
                let builder = BuilderRef::find(builder)
                    .map_err(|error| format!("facts/images.yaml: {}: {error}", image.repository))?;
                format!("Role::Builder({builder:?})")
            }
        };
        known.push(schema::KnownImage {
            repository: image.repository,
            tags: image.tags,
            role: Raw(role),
            maintained: image.maintained,
            note: image.note,
            source: image.source,
        });
    }
    table(code, "Known images; the first that matches holds.", "IMAGES", "KnownImage", &known);
    Ok(())
}

fn steps(code: &mut String, facts: &Path) -> Result<(), String> {
    let taxonomy: schema::Taxonomy = yaml(&facts.join("taxonomy.yaml"))?;
    TechniqueRef::declare(taxonomy.techniques.iter().map(|item| item.id.clone()).collect())?;
    WeaknessRef::declare(taxonomy.weaknesses.iter().map(|item| item.id.clone()).collect())?;
    table(code, "Techniques of ATT&CK that steps use.", "TECHNIQUES", "Technique", &taxonomy.techniques);
    table(code, "Weaknesses that steps use.", "WEAKNESSES", "Weakness", &taxonomy.weaknesses);
    let steps: Vec<schema::StepTemplate> = yaml(&facts.join("paths.yaml"))?;
    ids::check("facts/paths.yaml", steps.iter().map(|step| &step.key))?;
    for step in &steps {
        let command = step.command.iter().map(|command| &command.0);
        for text in [&step.title.0, &step.text.0].into_iter().chain(command) {
            for name in text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
            {
                if !step.placeholders.0.iter().any(|known| known == name) {
                    return Err(format!("facts/paths.yaml: {}: `{{{name}}}` is no placeholder", step.key));
                }
            }
        }
    }
    table(code, "The steps of attack paths.", "STEPS", "StepTemplate", &steps);
    Ok(())
}
