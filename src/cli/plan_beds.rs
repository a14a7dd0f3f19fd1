//! Beds in `fenji plan`: where they should be when the floors hold, which the phases then bring about over the years.
//!
//! The question is `[beds]` of the scenario. Where it does not say how many beds to add, the fewest are added that its floors need. What each
//! area then has becomes what `[reform.phases]` works towards in that area, unless the scenario names another number for it: so beds are
//! counted once, as the phases build them.

use super::beds::sentence;
use super::exit::Fault;
use super::steps::{Files, Prepared};
use crate::backend;
use crate::check::beds::check_beds;
use crate::io;
use crate::layout::beds::{BedsInput, BedsOptions, BedsOutcome, BedsRepairKind, solve};
use crate::outcome::{Limits, Observer};
use crate::plan::BedsPlan;
use crate::plan::beds::{BedsGoal, BedsQuestion};
use crate::policy::Reform;
use crate::report::beds::{BedsReport, write_bundle};
use anyhow::anyhow;

/// The plan of beds, or why there is none.
///
/// # Errors
/// A solver that fails, a plan that fails its check.
pub(super) fn work_out(base: &Prepared, limits: Limits, observer: &dyn Observer) -> Result<Result<BedsPlan, Vec<String>>, Fault> {
    // a solver with prices
    let Some(backend) = backend::names().into_iter().find(|n| *n != "microlp") else {
        return Ok(Err(vec!["no solver of this build has prices".to_owned()]));
    };
    let options = BedsOptions { backend: backend.to_owned(), limits };
    let input =
        BedsInput { network: &base.problem.network, beds: &base.problem.beds, need: None, need_source: "none", scenario: &base.scenario };
    let asked = base.scenario.beds.unwrap_or_default();
    let fewest = asked.add.is_none() && asked.goal != BedsGoal::Cost;
    let mut question = if fewest { BedsQuestion { add: Some(0), ..asked } } else { asked };
    for _ in 0..2 {
        match solve(&input, &question, &options, observer).map_err(|e| anyhow!(e))? {
            BedsOutcome::Plan(plan) => {
                let wrong = check_beds(&base.problem, &plan);
                let first = wrong.first().map(|v| format!("the plan of beds failed its own check: {}", v.message));
                return first.map_or(Ok(Ok(*plan)), |e| Err(Fault::Failed(anyhow!(e))));
            }
            BedsOutcome::Infeasible(repairs) => {
                let more = repairs.iter().find(|r| r.kind == BedsRepairKind::MoreBeds).filter(|_| fewest && repairs.len() == 1);
                let Some(more) = more.filter(|_| question.add == Some(0)) else { return Ok(Err(repairs.iter().map(sentence).collect())) };
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // beds of a region
                let add = more.amount.ceil().min(f64::from(u32::MAX)) as u32;
                question.add = Some(add);
            }
        }
    }
    Ok(Err(vec!["the floors need more beds than the limits of growth leave".to_owned()]))
}

/// What the phases work towards in the areas of a plan of beds.
pub(super) fn towards(plan: &BedsPlan, reform: &mut Reform) {
    for a in plan.areas.iter().filter(|a| a.after > a.before && a.people > 0) {
        #[allow(clippy::cast_precision_loss)] // beds and people are far below 2^53
        let rate = 1000.0 * a.after as f64 / a.people as f64;
        reform.phases.per_1000_of.entry(a.area.clone()).or_insert(rate);
    }
}

/// The files of its folder.
///
/// # Errors
/// A report that cannot be made.
pub(super) fn files(base: &Prepared, plan: &BedsPlan, lang: &str) -> Result<Files, Fault> {
    let mut files = vec![("plan.json".to_owned(), io::plan_file::beds_bytes(plan).map_err(|e| anyhow!(e))?)];
    let report = BedsReport { network: &base.problem.network, name_en: base.name_en.as_deref(), plan };
    files.extend(write_bundle(&report, lang).map_err(|e| anyhow!(e))?);
    Ok(files)
}
