//! `fenji referral`: the referral plan of a case.

use super::args::{Lang, OutArg, SolveArgs, share};
use super::exit::{Answer, Exit, Fault};
use super::steps::{self, Ask, Files, Judged, Prepared, Solved};
use super::{check, output, referral_layout, summary};
use crate::outcome::Observer;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Work out the referral plan of a case: solve, prove, check, and write plan, report, pictures, tables and map layers
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Case folder
    pub case: PathBuf,
    /// Scenario file (TOML), over the scenario that the case may carry
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// Policy pack: P2012, P2018, P2020, P2022, P2023, P2025, P2027 or P2035
    #[arg(long, value_name = "NAME")]
    pub policy: Option<String>,
    /// Share of first contact that goes where it is sent, 0 to 1
    #[arg(long, value_name = "X", value_parser = share)]
    pub gamma: Option<f64>,
    /// Plan the case as it will stand once this layout is built (`plan.json` of `fenji layout`, or its folder); today's plan is worked out too
    #[arg(long, value_name = "PLAN")]
    pub layout: Option<PathBuf>,
    /// How to solve.
    #[command(flatten)]
    pub solve: SolveArgs,
    /// Points of the Pareto front of treatment cost against travel and penalties to work out beside the plan (2 to 100)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(2..=100))]
    pub pareto: Option<u8>,
    /// Language of report and pictures
    #[arg(long, value_enum, default_value_t)]
    pub lang: Lang,
    /// Write plan.json and scenario.toml only
    #[arg(long)]
    pub no_report: bool,
    /// Write plan.json, scenario.toml and tables only: no page and no pictures
    #[arg(long, conflicts_with = "no_report")]
    pub tables: bool,
    /// Where results go.
    #[command(flatten)]
    pub out: OutArg,
}

/// Runs the command.
///
/// # Errors
/// See [`Fault`]; infeasible cases and plans that fail their check are answers.
pub fn run(args: &Args, observer: &dyn Observer) -> Result<Answer, Fault> {
    let out = &args.out.out;
    output::claim_results(out)?;
    let options = steps::options(&args.solve)?;
    if let Some(layout) = &args.layout {
        return referral_layout::run(args, layout, &options, observer);
    }
    let ask = Ask { scenario: args.scenario.as_deref(), policy: args.policy.as_deref(), gamma: args.gamma };
    let prepared = steps::prepare(&args.case, ask, observer)?;
    let judged = match steps::solve(&prepared, &options, args.pareto.map_or(0, usize::from), observer)? {
        Solved::Plan(judged) => judged,
        Solved::Infeasible { diagnosis, sentences } => return Ok(infeasible("referral", &diagnosis, &sentences)),
    };
    if !judged.violations.is_empty() {
        return Ok(check::refused("referral", &judged.violations, "the plan failed its own check and was not written"));
    }
    let mut files = steps::plan_files(&prepared, &judged, (!(args.no_report || args.tables)).then_some(args.lang))?;
    if args.tables {
        files.extend(steps::tables(&prepared, &judged, args.lang)?);
    }
    output::write_results(out, &files)?;
    let mut text: String = prepared.warnings.iter().map(|w| super::exit::told(w) + "\n").collect();
    text.push_str(&summary::lines(&prepared, &judged).join("\n"));
    text.push_str(&format!("\nwritten: {}", opens(out, args.no_report || args.tables).display()));
    Ok(Answer::fine(object("referral", &prepared, &judged, out, &files), text))
}

/// The file to open first.
fn opens(out: &Path, no_report: bool) -> PathBuf {
    out.join(if no_report { "plan.json" } else { "report.html" })
}

/// The object of a command that wrote a plan: the head of `plan.json`, and what was written.
#[must_use]
pub fn object(command: &str, prepared: &Prepared, judged: &Judged, out: &Path, files: &Files) -> Value {
    let plan = &judged.plan;
    json!({
        "command": command, "ok": true, "case": plan.case, "policy": plan.policy, "objective": plan.objective,
        "objective_parts": plan.objective_parts, "bounds": plan.bounds, "gap": plan.bounds.gap(), "termination": plan.termination,
        "indicators": plan.indicators, "backend": plan.backend, "method": plan.method, "seconds": plan.seconds, "version": plan.version,
        "fenji": plan.fenji, "pareto": judged.pareto, "violations": judged.violations.len(), "out": out, "files": names(files), "warnings": prepared.warnings,
    })
}

/// Names of files, sorted.
#[must_use]
pub fn names(files: &Files) -> Vec<&str> {
    let mut names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names
}

/// The answer to a case that has no plan: exit 3, with the smallest repair.
#[must_use]
pub fn infeasible(command: &str, diagnosis: &Value, sentences: &[String]) -> Answer {
    let mut text = String::from("infeasible: no plan meets everything that is asked; nothing was written");
    if !sentences.is_empty() {
        let smallest = diagnosis["smallest"].as_bool().unwrap_or(false);
        text.push_str(if smallest { "\nthe smallest repair:" } else { "\na repair (the search for a smaller one ended by its limit):" });
    }
    for sentence in sentences {
        text.push_str(&format!("\n  {}", super::exit::visible(sentence)));
    }
    let json = json!({ "command": command, "ok": false, "exit": Exit::Violated as u8, "termination": "infeasible", "diagnosis": diagnosis, "repair": sentences });
    Answer { exit: Exit::Violated, json, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_infeasible_case_ends_with_three_and_its_repair() {
        let answer = infeasible("referral", &json!({ "beds": 38 }), &["+38 beds in X".to_string()]);
        assert_eq!(answer.exit as u8, 3);
        assert!(answer.text.contains("+38 beds in X"));
        assert_eq!(answer.json["diagnosis"]["beds"], 38);
    }

    #[test]
    fn files_are_listed_in_order() {
        let files = vec![("tables/b.csv".to_string(), vec![]), ("plan.json".to_string(), vec![])];
        assert_eq!(names(&files), ["plan.json", "tables/b.csv"]);
    }
}
