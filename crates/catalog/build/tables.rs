//! All facts, read in the order in which they refer to each other, and written as one file of Rust.

use std::fmt::Write;
use std::path::Path;

use crate::emit::{Raw, id_enum, table};
use crate::ids::{ApproachRef, BuilderRef, NeedRef, PowerRef, pascal};
use crate::read::yaml;
use crate::{flags, schema};

/// The code of the tables.
pub fn render(facts: &Path) -> Result<String, String> {
    let mut code = String::new();
    let order: schema::Order = yaml(&facts.join("order.yaml"))?;
    ApproachRef::declare(order.approaches.clone())?;
    BuilderRef::declare(order.builders.clone())?;
    let untitled = |ids: &[String]| ids.iter().map(|id| (id.clone(), id.clone())).collect::<Vec<_>>();
    id_enum(
        &mut code,
        "Approach",
        "How a job reaches a container engine, worst first.",
        &untitled(&order.approaches),
    );
    id_enum(&mut code, "Builder", "What can build an image without the daemon.", &untitled(&order.builders));

    needs(&mut code, facts)?;
    risk(&mut code, facts)?;
    table(&mut code, "All command lines.", "FLAGS", "CommandFlags", &flags::read(&facts.join("flags"))?);
    Ok(code)
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
