//! `fenji report`: report, pictures, tables and layers of a plan that was written before.

use super::args::{Lang, OutArg};
use super::exit::{Answer, Fault};
use super::{check, output, referral, steps};
use crate::outcome::Observer;
use std::path::PathBuf;

/// Make report, pictures, tables and map layers of a written plan, after checking it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Case folder
    pub case: PathBuf,
    /// Written plan (plan.json)
    pub plan: PathBuf,
    /// Language of report and pictures
    #[arg(long, value_enum, default_value_t)]
    pub lang: Lang,
    /// Where results go.
    #[command(flatten)]
    pub out: OutArg,
}

/// Runs the command.
///
/// # Errors
/// See [`Fault`]; a plan that does not fit its case is an answer.
pub fn run(args: &Args, observer: &dyn Observer) -> Result<Answer, Fault> {
    let out = &args.out.out;
    output::claim_results(out)?;
    if crate::io::plan_file::kind(&args.plan).as_deref() == Some(crate::plan::reform::REFORM_KIND) {
        return super::reform::report(&args.case, &args.plan, args.lang, out, observer);
    }
    if crate::io::layout_files::kind_of(&args.plan).as_deref() == Some("layout") {
        let (prepared, plan, mut violations) = super::layout_steps::judge_written(&args.case, &args.plan)?;
        // the answers to what was asked next stand beside the plan
        let beside = args.plan.with_file_name("questions.json");
        let asked = crate::io::layout_questions_files::read_questions(&beside).map_err(Fault::Invalid)?;
        if let Some(asked) = &asked {
            violations.extend(crate::check::check_questions(&prepared.case.network, &prepared.problem, &plan, asked));
        }
        if !violations.is_empty() {
            return Ok(check::refused("report", &violations, "the layout does not fit its case and is not reported"));
        }
        let files = super::layout_steps::files(&prepared, &plan, asked.as_ref(), Some(args.lang))?;
        output::write_results(out, &files)?;
        let json = serde_json::json!({
            "command": "report", "ok": true, "case": plan.case, "kind": "layout", "objectives": plan.objectives, "out": out,
            "files": referral::names(&files),
        });
        return Ok(Answer::fine(json, format!("written: {}", out.join("report.html").display())));
    }
    let (prepared, judged) = steps::judge_written(&args.case, &args.plan, observer)?;
    if !judged.violations.is_empty() {
        return Ok(check::refused("report", &judged.violations, "the plan does not fit its case and is not reported"));
    }
    let files = steps::plan_files(&prepared, &judged, Some(args.lang))?;
    output::write_results(out, &files)?;
    let text = format!("written: {}", out.join("report.html").display());
    Ok(Answer::fine(referral::object("report", &prepared, &judged, out, &files), text))
}
