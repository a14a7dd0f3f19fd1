//! `fenji import`: the JSON form of a whole prefecture, or the tables of Kenya, become a case folder.

use super::args::OutArg;
use super::exit::{Answer, Fault};
use super::{output, steps, validate};
use std::path::PathBuf;

/// Turn the JSON form of a prefecture with its exact arcs, or the open tables of Kenya, into a case folder
#[derive(Debug, clap::Args)]
pub struct Args {
    /// JSON file
    #[arg(required_unless_present = "kenya", conflicts_with = "kenya")]
    pub file: Option<PathBuf>,
    /// Folder with Kenya's facility list (facilities.csv) and census of 2019 (census_V1_T2.7.csv): real levels, beds and places, to hold plans against
    #[arg(long, value_name = "FOLDER")]
    pub kenya: Option<PathBuf>,
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
    let (case, files, warnings) = match (&args.file, &args.kenya) {
        (Some(file), _) => steps::import(file)?,
        (None, Some(folder)) => steps::import_kenya(folder)?,
        (None, None) => return Err(Fault::Usage("give a JSON file, or --kenya FOLDER".into())),
    };
    output::write_case(out, &files)?;
    let mut json = validate::object("import", &case.network, &warnings);
    json["out"] = serde_json::json!(out);
    let notes: String = warnings.iter().map(|w| super::exit::told(w) + "\n").collect();
    Ok(Answer::fine(json, format!("{notes}{}\nwritten: {}", validate::describe(&case.network), out.display())))
}
