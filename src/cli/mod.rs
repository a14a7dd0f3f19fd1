//! The command line: one file a subcommand. Commands return an [`Answer`] or a [`Fault`]; printing
//! and exit codes happen here, in one place.

pub mod args;
pub mod batch;
mod batch_args;
mod batch_finish;
mod batch_show;
pub mod beds;
pub mod bench;
pub mod check;
pub mod compare;
pub mod compare_layouts;
pub mod completions;
pub mod demo;
mod embedded;
pub mod exit;
pub mod generate;
pub mod import;
pub mod layout;
pub mod layout_questions;
pub mod layout_steps;
pub mod ledger;
pub mod locate;
mod locate_show;
pub mod output;
pub mod plan;
mod plan_beds;
pub mod progress;
pub mod reality;
pub mod referral;
mod referral_layout;
pub mod reform;
pub mod report;
pub mod schema;
pub mod steps;
mod summary;
pub mod validate;

use crate::outcome::Observer;
use crate::plan::reform::Model;
use clap::{CommandFactory, Parser, Subcommand};
use exit::{Answer, Exit, Fault};
use progress::{Progress, Style};
use std::ffi::OsString;
use std::process::ExitCode;

/// Plans China's graded referral network: how patients flow through village clinics, township centres, county, city, provincial,
/// regional and national hospitals, proven optimal and checked.
#[derive(Debug, Parser)]
#[command(name = "fenji", version, propagate_version = true, arg_required_else_help = true, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(flatten)]
    common: args::Common,
    #[command(subcommand)]
    command: Command,
}

/// Shown below the help.
const EXIT_CODES: &str = "Exit codes: 0 fine, 1 failure, 2 usage, 3 infeasible or violated, 4 invalid input.";

/// The subcommands.
#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    Validate(validate::Args),
    Referral(referral::Args),
    Layout(layout::Args),
    Locate(locate::Args),
    Beds(beds::Args),
    /// Put townships into county medical communities: contiguous, balanced, near their lead; exact for a county
    Communities(reform::Args),
    /// Put the subdistricts of a city on a grid of urban medical groups, each under one tertiary hospital
    Grids(reform::Args),
    /// Pair tertiary hospitals with county hospitals, so that strength meets need over short ways; proven by its duals
    Pairing(reform::Args),
    /// Post general practitioners so that the least covered township has most, and plan the training that brings them
    Staff(reform::Args),
    /// Prepare for a surge: convertible intensive-care beds, transfers, and which facilities break first
    Surge(reform::Args),
    /// Plan beds and money over the years: what is begun when, at the least cost and shortage
    Phases(reform::Args),
    /// Settle total payment of communities on a referral plan, and show what wider gaps of reimbursement do to first contact
    Payment(reform::Args),
    /// Measure access by tier and coverage by time, and name the worst-served people
    Access(reform::Args),
    /// Site national, national regional and provincial regional centres by specialty, and link them; with the proof
    Centres(reform::Args),
    /// Site pre-hospital stations, the fewest that cover everybody within reach, and share out ambulances; with the proof
    Emergency(reform::Args),
    /// Day tours of county teams to the villages that no fixed site reaches: fewest days, then least travel, with the proof
    Mobile(reform::Args),
    /// Work out hubs and links of telemedicine at the least cost that reaches the shares asked for
    Telemedicine(reform::Args),
    Plan(plan::Args),
    Ledger(ledger::Args),
    Check(check::Args),
    Report(report::Args),
    Compare(compare::Args),
    Reality(reality::Args),
    Bench(bench::Args),
    Batch(batch::Args),
    Generate(generate::Args),
    Import(import::Args),
    Schema(schema::Args),
    Completions(completions::Args),
}

impl Command {
    const fn name(&self) -> &'static str {
        match self {
            Self::Demo(_) => "demo",
            Self::Validate(_) => "validate",
            Self::Referral(_) => "referral",
            Self::Layout(_) => "layout",
            Self::Locate(_) => "locate",
            Self::Beds(_) => "beds",
            Self::Communities(_) => Model::Communities.name(),
            Self::Grids(_) => Model::Grids.name(),
            Self::Pairing(_) => Model::Pairing.name(),
            Self::Phases(_) => Model::Phases.name(),
            Self::Surge(_) => Model::Surge.name(),
            Self::Staff(_) => Model::Staff.name(),
            Self::Payment(_) => Model::Payment.name(),
            Self::Access(_) => Model::Access.name(),
            Self::Centres(_) => Model::Centres.name(),
            Self::Emergency(_) => Model::Emergency.name(),
            Self::Mobile(_) => Model::Mobile.name(),
            Self::Telemedicine(_) => Model::Telemedicine.name(),
            Self::Plan(_) => "plan",
            Self::Ledger(_) => "ledger",
            Self::Check(_) => "check",
            Self::Report(_) => "report",
            Self::Compare(_) => "compare",
            Self::Reality(_) => "reality",
            Self::Bench(_) => "bench",
            Self::Batch(_) => "batch",
            Self::Generate(_) => "generate",
            Self::Import(_) => "import",
            Self::Schema(_) => "schema",
            Self::Completions(_) => "completions",
        }
    }

    fn run(&self, observer: &dyn Observer, progress: Option<&Progress>) -> Result<Answer, Fault> {
        match self {
            Self::Demo(args) => demo::run(args, observer),
            Self::Validate(args) => validate::run(args),
            Self::Referral(args) => referral::run(args, observer),
            Self::Layout(args) => layout::run(args, observer),
            Self::Locate(args) => locate::run(args, observer),
            Self::Beds(args) => beds::run(args, observer),
            Self::Communities(args) => reform::run(Model::Communities, args, observer),
            Self::Grids(args) => reform::run(Model::Grids, args, observer),
            Self::Pairing(args) => reform::run(Model::Pairing, args, observer),
            Self::Phases(args) => reform::run(Model::Phases, args, observer),
            Self::Surge(args) => reform::run(Model::Surge, args, observer),
            Self::Staff(args) => reform::run(Model::Staff, args, observer),
            Self::Payment(args) => reform::run(Model::Payment, args, observer),
            Self::Access(args) => reform::run(Model::Access, args, observer),
            Self::Centres(args) => reform::run(Model::Centres, args, observer),
            Self::Emergency(args) => reform::run(Model::Emergency, args, observer),
            Self::Mobile(args) => reform::run(Model::Mobile, args, observer),
            Self::Telemedicine(args) => reform::run(Model::Telemedicine, args, observer),
            Self::Plan(args) => plan::run(args, observer),
            Self::Ledger(args) => ledger::run(args, observer),
            Self::Check(args) => check::run(args, observer),
            Self::Report(args) => report::run(args, observer),
            Self::Compare(args) => compare::run(args, observer),
            Self::Reality(args) => reality::run(args, observer),
            Self::Bench(args) => bench::run(args, observer),
            Self::Batch(args) => batch::run(args, progress),
            Self::Generate(args) => generate::run(args),
            Self::Import(args) => import::run(args),
            Self::Schema(args) => schema::run(args),
            Self::Completions(args) => completions::run(args),
        }
    }
}

/// Runs the program: arguments from the process, answers on stdout, everything else on stderr.
#[must_use]
pub fn main() -> ExitCode {
    if !crate::io::process::heed_parent() {
        progress::say("the program that began this job has ended: so does the job");
        return Exit::Failure.into();
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A closed stream is no reason to stop; `--help` and `--version` go to stdout and are fine.
            let _ = error.print();
            return if error.use_stderr() { unusable(&error, std::env::args_os()) } else { Exit::Fine.into() };
        }
    };
    log(cli.common.verbose);
    let progress = Progress::new(Style::choose(cli.common.quiet, cli.common.verbose > 0));
    progress.catch_interrupt();
    let result = cli.command.run(&progress, Some(&progress));
    finish(result, cli.command.name(), cli.common.json)
}

/// Carries out a command line, the name of the program first, for a program that holds this library: nothing is printed, no signal is caught.
/// Files may stand on a [shelf](crate::io::shelf).
///
/// # Errors
/// See [`Fault`]; a command line that cannot be meant is [`Fault::Usage`].
pub fn carry_out<I, T>(line: I, observer: &dyn Observer) -> Result<Answer, Fault>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    Cli::try_parse_from(line).map_err(|e| Fault::Usage(meant(&e)))?.command.run(observer, None)
}

/// What is wrong with a command line, without how it is used.
fn meant(error: &clap::Error) -> String {
    let words = error.to_string();
    words.split("\n\n").next().unwrap_or_default().trim().trim_start_matches("error: ").to_owned()
}

/// A command line that cannot be meant: with `--json` in it, the one object on stdout says so too.
fn unusable(error: &clap::Error, args: impl Iterator<Item = OsString>) -> ExitCode {
    let args: Vec<String> = args.skip(1).take_while(|a| a != "--").map(|a| a.to_string_lossy().into_owned()).collect();
    if args.iter().any(|a| a == "--json") {
        let command = args.iter().find(|a| Cli::command().find_subcommand(a.as_str()).is_some());
        // The first paragraph says what is wrong; the rest shows how it is used, and is on stderr.
        // A closed stdout changes nothing about the exit code.
        let _ = output::print(&Fault::Usage(meant(error)).to_json(command.map(String::as_str)).to_string());
    }
    Exit::Usage.into()
}

fn finish(result: Result<Answer, Fault>, command: &str, json: bool) -> ExitCode {
    let (exit, text) = match result {
        Ok(answer) if json => (answer.exit, Some(answer.json.to_string())),
        Ok(answer) => (answer.exit, Some(answer.text)),
        Err(fault) => {
            output::complain(&fault.to_text());
            (fault.exit(), json.then(|| fault.to_json(Some(command)).to_string()))
        }
    };
    match text.filter(|t| !t.is_empty()).map(|t| output::print(&t)) {
        Some(Err(error)) => {
            output::complain(&format!("error: cannot write to stdout: {error}"));
            Exit::Failure.into()
        }
        _ => exit.into(),
    }
}

/// Log lines on stderr: `-v` and `-vv`, or `FENJI_LOG` with the usual filters.
fn log(verbose: u8) {
    use tracing_subscriber::EnvFilter;
    let level = match verbose {
        0 => "warn",
        1 => "fenji=info,warn",
        _ => "fenji=debug,info",
    };
    let filter = EnvFilter::try_from_env("FENJI_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    // A second subscriber in one process (tests) is refused; the first one stays.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).try_init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn names_are_those_of_the_parser() {
        let mut names: Vec<String> = Cli::command().get_subcommands().map(|c| c.get_name().to_string()).collect();
        names.retain(|n| n != "help");
        assert_eq!(
            names,
            [
                "demo",
                "validate",
                "referral",
                "layout",
                "locate",
                "beds",
                "communities",
                "grids",
                "pairing",
                "staff",
                "surge",
                "phases",
                "payment",
                "access",
                "centres",
                "emergency",
                "mobile",
                "telemedicine",
                "plan",
                "ledger",
                "check",
                "report",
                "compare",
                "reality",
                "bench",
                "batch",
                "generate",
                "import",
                "schema",
                "completions",
            ]
        );
    }
}
