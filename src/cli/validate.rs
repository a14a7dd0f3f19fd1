//! `fenji validate`: reads a case folder and tells everything that is wrong with it at once.

use super::exit::{Answer, Fault, told};
use super::output::grouped;
use super::steps;
use crate::network::{Network, Problem, Tier};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Read a case folder and report every problem at once, with code, file, line, value and remedy
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Case folder
    pub case: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// Everything that is wrong with the folder.
pub fn run(args: &Args) -> Result<Answer, Fault> {
    let (case, warnings) = steps::read_case(&args.case)?;
    let mut text = warnings.iter().map(|w| told(w) + "\n").collect::<String>();
    text.push_str(&describe(&case.network));
    Ok(Answer::fine(object("validate", &case.network, &warnings), text))
}

/// The object of a command that read or made a case.
#[must_use]
pub fn object(command: &str, network: &Network, warnings: &[Problem]) -> Value {
    let tiers: serde_json::Map<String, Value> =
        Tier::ALL.into_iter().map(|t| (t.code().to_string(), json!(network.facilities.iter().filter(|f| f.tier == t).count()))).collect();
    json!({
        "command": command, "ok": true, "case": network.name, "year": network.year, "population": network.population().0,
        "areas": network.areas.len(), "townships": network.towns.len(), "settlements": network.settlements.len(),
        "facilities": network.facilities.len(), "facilities_by_tier": tiers, "classes": network.classes.len(), "warnings": warnings,
    })
}

/// What a case is, in two lines.
#[must_use]
pub fn describe(network: &Network) -> String {
    let tiers: Vec<String> = Tier::ALL
        .into_iter()
        .map(|t| (t, network.facilities.iter().filter(|f| f.tier == t).count()))
        .filter(|(_, n)| *n > 0)
        .map(|(t, n)| format!("{n} {}", t.code()))
        .collect();
    #[allow(clippy::cast_precision_loss)] // people are far below 2^52
    let people = grouped(network.population().0 as f64, 0);
    format!(
        "{} ({}): {people} people in {} settlements, {} townships, {} areas\n{} facilities: {}",
        super::exit::visible(&network.name),
        network.year,
        network.settlements.len(),
        network.towns.len(),
        network.areas.len(),
        network.facilities.len(),
        tiers.join(", ")
    )
}
