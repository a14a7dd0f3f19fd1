//! `fenji demo`: the small real case, which is compiled in, through everything.

use super::args::{Lang, SolveArgs};
use super::exit::{Answer, Fault};
use super::steps::{self, Ask, Solved};
use super::{check, embedded, output, referral, summary};
use crate::outcome::Observer;
use anyhow::{Context, anyhow};
use std::path::PathBuf;

/// Plan a small real case (south-east Chongqing, 2.8 million people) and say which file to open
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder for the results: absent, empty, or one that fenji wrote (it is then replaced as a whole)
    #[arg(long, value_name = "DIR", default_value = "out/demo")]
    pub out: PathBuf,
    /// Language of report and pictures
    #[arg(long, value_enum, default_value_t)]
    pub lang: Lang,
}

/// Runs the command. The case is also written to `OUT/case`, to look at, to change and to plan again.
///
/// # Errors
/// See [`Fault`].
pub fn run(args: &Args, observer: &dyn Observer) -> Result<Answer, Fault> {
    output::claim_results(&args.out)?;
    let tables = embedded::files("");
    if tables.is_empty() {
        return Err(anyhow!("the demo's case is not in this build: build from the repository, which has data/chongqing-southeast").into());
    }
    let folder = tempfile::tempdir().context("cannot make a temporary folder for the case")?;
    for (name, bytes) in &tables {
        std::fs::write(folder.path().join(name), bytes).with_context(|| format!("cannot write {name} to a temporary folder"))?;
    }
    let prepared = steps::prepare(folder.path(), Ask::default(), observer)?;
    let options = steps::options(&SolveArgs::default())?;
    let judged = match steps::solve(&prepared, &options, 0, observer)? {
        Solved::Plan(judged) => judged,
        Solved::Infeasible { diagnosis, sentences } => return Ok(referral::infeasible("demo", &diagnosis, &sentences)),
    };
    if !judged.violations.is_empty() {
        return Ok(check::refused("demo", &judged.violations, "the plan failed its own check and was not written"));
    }
    let mut files = steps::plan_files(&prepared, &judged, Some(args.lang))?;
    files.extend(embedded::files("case/"));
    output::write_results(&args.out, &files)?;
    let report = args.out.join("report.html");
    let mut text = summary::lines(&prepared, &judged).join("\n");
    text.push_str(&format!("\nOpen {} in a browser. The case is in {}.", report.display(), args.out.join("case").display()));
    let mut json = referral::object("demo", &prepared, &judged, &args.out, &files);
    json["open"] = serde_json::json!(report);
    Ok(Answer::fine(json, text))
}
