//! Beds in `fenji plan`: where they should be when the floors hold, which the phases then bring about over the years.
//!
//! The question is `[beds]` of the scenario. Where it does not say how many beds to add, the fewest are added that its floors need. What each
//! area then has becomes what `[reform.phases]` works towards in that area, unless the scenario names another number for it: so beds are
//! counted once, as the phases build them.

use super::exit::Fault;
use super::steps::{Files, Prepared};
use crate::backend;
use crate::check::beds::check_beds;
use crate::io;
use crate::layout::beds::{BedsInput, BedsOptions, BedsOutcome, BedsRepair, BedsRepairKind, solve};
use crate::outcome::{Limits, Observer};
use crate::plan::BedsPlan;
use crate::plan::beds::{BedsGoal, BedsQuestion};
use crate::policy::Reform;
use crate::reform::Repair;
use crate::report::beds::{BedsReport, write_bundle};
use anyhow::anyhow;

/// The plan of beds, or what would repair the question.
///
/// # Errors
/// A solver that fails or none with prices, a plan that fails its check.
pub(super) fn work_out(base: &Prepared, limits: Limits, observer: &dyn Observer) -> Result<Result<BedsPlan, Vec<Repair>>, Fault> {
    let backend = backend::names().into_iter().find(|n| *n != "microlp");
    let backend = backend.ok_or_else(|| anyhow!("no solver of this build has prices"))?.to_owned();
    let options = BedsOptions { backend, limits };
    let input =
        BedsInput { network: &base.problem.network, beds: &base.problem.beds, need: None, need_source: "none", scenario: &base.scenario };
    let asked = base.scenario.beds.unwrap_or_default();
    let fewest = asked.add.is_none() && asked.goal != BedsGoal::Cost;
    let question = if fewest { BedsQuestion { add: Some(0), ..asked } } else { asked };
    let answer = |question| solve(&input, question, &options, observer).map_err(|e| anyhow!(e));
    let mut outcome = answer(&question)?;
    if fewest
        && let BedsOutcome::Infeasible(repairs) = &outcome
        && let [BedsRepair { kind: BedsRepairKind::MoreBeds, amount, .. }] = repairs[..]
    {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // beds of a region
        let add = amount.ceil().min(f64::from(u32::MAX)) as u32;
        outcome = answer(&BedsQuestion { add: Some(add), ..question })?;
    }
    match outcome {
        BedsOutcome::Plan(plan) => match check_beds(&base.problem, &plan).first() {
            Some(wrong) => Err(Fault::Failed(anyhow!("the plan of beds failed its own check: {}", wrong.message))),
            None => Ok(Ok(*plan)),
        },
        BedsOutcome::Infeasible(repairs) => Ok(Err(repairs.into_iter().map(repair).collect())),
    }
}

/// A repair as those of the other models.
fn repair(r: BedsRepair) -> Repair {
    let kind = match r.kind {
        BedsRepairKind::AreaLimit => "beds-area",
        BedsRepairKind::MoreBeds => "beds-more",
        BedsRepairKind::NoRoom => "beds-room",
        BedsRepairKind::GiniLimit => "beds-gini",
    };
    Repair { kind, place: r.place, name: r.name, amount: r.amount, now: r.now, yuan: None }
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
