//! `fenji check`: verifies a written plan against its case, or a location solution against its instance, from the tables and what was written alone.

use super::exit::{Answer, Exit, Fault, visible};
use super::output::grouped;
use super::{beds, steps};
use crate::check::Violation;
use crate::outcome::Observer;
use serde_json::json;
use std::path::PathBuf;

/// Verify a plan against its case, or a location solution against its instance: everything recomputed from the tables
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Case folder, or instance file of a location problem
    pub case: PathBuf,
    /// Written plan (plan.json) or location solution
    pub plan: PathBuf,
}

/// How many violations are printed for people; `--json` has all.
const SHOWN: usize = 20;

/// Runs the command.
///
/// # Errors
/// When the case or the plan cannot be read.
pub fn run(args: &Args, observer: &dyn Observer) -> Result<Answer, Fault> {
    if crate::io::location::solution_kind(&args.plan).as_deref() == Some(crate::plan::location::LOCATION_KIND) {
        return super::locate::check(&args.case, &args.plan);
    }
    if crate::io::plan_file::kind(&args.plan).as_deref() == Some(crate::plan::beds::BEDS_KIND) {
        return beds::check(&args.case, &args.plan, observer);
    }
    if crate::io::plan_file::kind(&args.plan).as_deref() == Some(crate::plan::reform::REFORM_KIND) {
        return super::reform::check(&args.case, &args.plan, observer);
    }
    if crate::io::layout_files::kind_of(&args.plan).as_deref() == Some("layout") {
        return layout(args);
    }
    let (_, judged) = steps::judge_written(&args.case, &args.plan, observer)?;
    if !judged.violations.is_empty() {
        return Ok(refused("check", &judged.violations, "the plan does not fit its case"));
    }
    let plan = &judged.plan;
    let json =
        json!({ "command": "check", "ok": true, "case": plan.case, "objective": plan.objective, "bounds": plan.bounds, "violations": [] });
    let text = format!(
        "the plan fits its case: {}, objective {} yuan a year, proven within {:.4} %",
        visible(&plan.case),
        grouped(plan.objective, 2),
        100.0 * plan.bounds.gap()
    );
    Ok(Answer::fine(json, text))
}

/// A layout.
fn layout(args: &Args) -> Result<Answer, Fault> {
    let (prepared, plan, mut violations) = super::layout_steps::judge_written(&args.case, &args.plan)?;
    // the answers to what was asked next stand beside the plan
    let beside = args.plan.with_file_name("questions.json");
    if let Some(asked) = crate::io::layout_questions_files::read_questions(&beside).map_err(Fault::Invalid)? {
        violations.extend(crate::check::check_questions(&prepared.case.network, &prepared.problem, &plan, &asked));
    }
    if !violations.is_empty() {
        return Ok(refused("check", &violations, "the layout does not fit its case"));
    }
    let json =
        json!({ "command": "check", "ok": true, "case": plan.case, "kind": "layout", "objectives": plan.objectives, "violations": [] });
    let first = plan.objectives.first();
    let text = format!(
        "the layout fits its case: {}, {} sites, {} {} {}, proven within {:.4} %",
        visible(&plan.case),
        plan.sites.iter().filter(|s| s.level > 0).count(),
        first.map_or("", |o| o.objective.name()),
        grouped(first.map_or(0.0, |o| o.value), 2),
        first.map_or("", |o| o.unit.as_str()),
        100.0 * first.map_or(f64::INFINITY, |o| o.bounds.gap())
    );
    Ok(Answer::fine(json, text))
}

/// The answer that a plan is refused: exit 3, with what is wrong.
#[must_use]
pub fn refused(command: &str, violations: &[Violation], why: &str) -> Answer {
    let mut text = format!("violated: {why}; {} violation{}", violations.len(), if violations.len() == 1 { "" } else { "s" });
    for v in violations.iter().take(SHOWN) {
        text.push_str(&format!(
            "\n  {} {}: {} (found {}, expected {})",
            v.code,
            visible(&v.place),
            visible(&v.message),
            v.found,
            v.expected
        ));
    }
    if violations.len() > SHOWN {
        text.push_str(&format!("\n  and {} more (all with --json)", violations.len() - SHOWN));
    }
    let json = json!({ "command": command, "ok": false, "exit": Exit::Violated as u8, "message": why, "violations": violations });
    Answer { exit: Exit::Violated, json, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_shows_the_first_and_counts_the_rest() {
        let violation = Violation { code: "balance".into(), place: "X".into(), found: 1.0, expected: 2.0, message: "m".into() };
        let answer = refused("check", &vec![violation; 23], "why");
        assert_eq!(answer.exit as u8, 3);
        assert_eq!(answer.text.lines().count(), 1 + 20 + 1);
        assert!(answer.text.ends_with("and 3 more (all with --json)"));
        assert_eq!(answer.json["violations"].as_array().unwrap().len(), 23);
    }
}
