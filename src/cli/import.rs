//! `fenji import`: the JSON form of a whole prefecture becomes a case folder.

use super::args::OutArg;
use super::exit::{Answer, Fault};
use super::{output, steps, validate};
use std::path::PathBuf;

/// Turn the JSON form of a prefecture, with its exact arcs, into a case folder
#[derive(Debug, clap::Args)]
pub struct Args {
    /// JSON file
    pub file: PathBuf,
    /// Where results go.
    #[command(flatten)]
    pub out: OutArg,
}

/// Runs the command.
///
/// # Errors
/// Everything that is wrong with the file; a folder that is not empty.
pub fn run(args: &Args) -> Result<Answer, Fault> {
    let out = &args.out.out;
    output::claim_case(out)?;
    let (case, files, warnings) = steps::import(&args.file)?;
    output::write_case(out, &files)?;
    let mut json = validate::object("import", &case.network, &warnings);
    json["out"] = serde_json::json!(out);
    let notes: String = warnings.iter().map(|w| super::exit::told(w) + "\n").collect();
    Ok(Answer::fine(json, format!("{notes}{}\nwritten: {}", validate::describe(&case.network), out.display())))
}
