//! `fenji schema`: JSON schemas of the files, made from the types that read them.

use super::exit::{Answer, Fault};
use super::steps;
use serde_json::{Map, Value};

/// Print the JSON schemas of all files, or of one
#[derive(Debug, clap::Args)]
pub struct Args {
    /// File whose schema is wanted, for example plan.json or scenario.toml (default: all)
    pub name: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// A name that no schema has.
pub fn run(args: &Args) -> Result<Answer, Fault> {
    let schemas = steps::schemas();
    let json = match &args.name {
        None => Value::Object(schemas.into_iter().collect::<Map<_, _>>()),
        Some(wanted) => {
            let known: Vec<String> = schemas.iter().map(|(name, _)| name.clone()).collect();
            let found = schemas.into_iter().find(|(name, _)| name == wanted);
            found.ok_or_else(|| Fault::Usage(format!("no schema `{wanted}`; there are {}", known.join(", "))))?.1
        }
    };
    let text = serde_json::to_string_pretty(&json).map_err(anyhow::Error::from)?;
    Ok(Answer::fine(json, text))
}
