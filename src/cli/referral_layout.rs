//! `fenji referral --layout`: the plan of the case as it will stand once a layout is built, beside today's.
//!
//! Result folder: everything a referral plan has, of the case with the layout built; `case/`, that case as a folder (so that
//! `fenji check OUT/case OUT` and further runs need nothing else); `before/plan.json`, today's plan; `layout.json`, the layout.

use super::exit::{Answer, Fault};
use super::referral::{Args, infeasible, names, object};
use super::steps::{self, Ask, Judged, Prepared, SolveOptions, Solved};
use super::{check, layout_steps, output, summary};
use crate::io;
use crate::layout::apply::{Applied, apply};
use crate::network::codes;
use crate::outcome::Observer;
use anyhow::anyhow;
use serde_json::json;
use std::path::Path;

/// Runs the command.
///
/// # Errors
/// See [`Fault`].
pub fn run(args: &Args, layout: &Path, options: &SolveOptions, observer: &dyn Observer) -> Result<Answer, Fault> {
    let file = if layout.is_dir() { layout.join("plan.json") } else { layout.to_path_buf() };
    let (_, plan, violations) = layout_steps::judge_written(&args.case, &file)?;
    if !violations.is_empty() {
        return Ok(check::refused("referral", &violations, "the layout does not fit the case"));
    }
    let shown = file.display().to_string();
    let ask = Ask { scenario: args.scenario.as_deref(), policy: args.policy.as_deref(), gamma: args.gamma };
    let today = steps::prepare(&args.case, ask, observer)?;
    let mut applied: Option<Applied> = None;
    let change = |case| {
        let done = apply(&case, &plan).map_err(|e| {
            Fault::Invalid(vec![io::Problem::new(&codes::PLAN_OTHER_CASE, crate::network::Place::file(&shown), e.to_string())])
        })?;
        let case = done.case.clone();
        applied = Some(done);
        Ok(case)
    };
    let built = steps::prepare_changed(&args.case, ask, change, observer)?;
    let Some(applied) = applied else { return Err(anyhow!("the layout was not applied").into()) };
    let before = match judged(&today, options, observer)? {
        Ok(judged) => judged,
        Err(answer) => return Ok(answer),
    };
    let after = match judged(&built, options, observer)? {
        Ok(judged) => judged,
        Err(answer) => return Ok(answer),
    };
    let lang = (!(args.no_report || args.tables)).then_some(args.lang);
    let mut files = steps::plan_files_after(&built, &after, Some((&today, &before, &plan)), lang)?;
    if args.tables {
        files.extend(steps::tables(&built, &after, args.lang)?);
    }
    let case = io::folder_out::case_files(&built.case, &io::folder_out::Extras { name_en: built.name_en.clone(), ..Default::default() });
    files.extend(case.map_err(|e| anyhow!(e))?.into_iter().map(|(name, bytes)| (format!("case/{name}"), bytes)));
    files.push(("before/plan.json".to_owned(), io::plan_file::plan_bytes(&before.plan).map_err(|e| anyhow!(e))?));
    files.push(("layout.json".to_owned(), io::layout_files::layout_bytes(&plan).map_err(|e| anyhow!(e))?));
    let out = &args.out.out;
    output::write_results(out, &files)?;
    let mut json = object("referral", &built, &after, out, &files);
    json["before"] = json!({ "objective": before.plan.objective, "bounds": before.plan.bounds, "indicators": before.plan.indicators });
    json["layout"] = json!({
        "changed": applied.changed, "doctors_added": applied.doctors_added, "doctors_released": applied.doctors_released,
    });
    json["files"] = json!(names(&files));
    let mut lines: Vec<String> = built.warnings.iter().map(super::exit::told).collect();
    lines.extend(summary::lines(&built, &after));
    let saved = before.plan.objective - after.plan.objective;
    lines.push(format!(
        "against today: {} {} yuan a year; the layout adds {:.0} doctors and releases {:.0} (modelled)",
        if saved >= 0.0 { "saves" } else { "costs" },
        output::grouped(saved.abs(), 0),
        applied.doctors_added,
        applied.doctors_released
    ));
    lines.push(format!("written: {}", out.join(if lang.is_none() { "plan.json" } else { "report.html" }).display()));
    Ok(Answer::fine(json, lines.join("\n")))
}

/// A plan that holds, or the answer to give instead.
fn judged(prepared: &Prepared, options: &SolveOptions, observer: &dyn Observer) -> Result<Result<Box<Judged>, Answer>, Fault> {
    Ok(match steps::solve(prepared, options, 0, observer)? {
        Solved::Plan(judged) if judged.violations.is_empty() => Ok(judged),
        Solved::Plan(judged) => Err(check::refused("referral", &judged.violations, "the plan failed its own check and was not written")),
        Solved::Infeasible { diagnosis, sentences } => Err(infeasible("referral", &diagnosis, &sentences)),
    })
}
