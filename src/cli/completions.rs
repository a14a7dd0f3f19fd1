//! `fenji completions`: completion scripts for shells.

use super::Cli;
use super::exit::{Answer, Fault};
use clap::CommandFactory;
use clap_complete::Shell;

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Runs the command.
///
/// # Errors
/// When the script is not text: a defect of the generator.
pub fn run(args: &Args) -> Result<Answer, Fault> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "fenji", &mut script);
    let script = String::from_utf8(script).map_err(anyhow::Error::from)?;
    let json = serde_json::json!({ "command": "completions", "ok": true, "shell": args.shell.to_string(), "script": script });
    Ok(Answer::fine(json, script))
}
