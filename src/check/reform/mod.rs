//! Independent verification of the plans of the further models: every number worked out again from the tables and what was asked.
//!
//! | code | what is wrong |
//! | --- | --- |
//! | `header` | version, kind or case of the plan |
//! | `names` | a code that the case does not have, or one that stands twice |
//! | `value` | a number that is negative, not finite, or not what the tables and the question give |
//! | `limit` | a capacity, a share or another demand of the question that is not kept |
//! | `exist` | something that may not be: a link to a hub of no higher rank, a pair without a way |
//! | `objective`, `bounds`, `termination` | the value is not that of the plan, the bound is above it, or it is called optimal with a gap |

pub mod access;
pub mod centres;
pub mod communities;
pub mod emergency;
pub mod grids;
pub mod mobile;
mod neighbours;
pub mod pairing;
pub mod payment;
pub mod phases;
pub mod staff;
pub mod surge;
pub mod telemedicine;
mod tours;

use super::{Findings, Violation};
use crate::demand::Problem;
use crate::network::{Case, Facility};
use crate::plan::ReferralPlan;
use crate::plan::Termination;
use crate::plan::reform::{Model, REFORM_KIND, REFORM_VERSION, ReformAnswer, ReformPlan};
use std::collections::BTreeSet;

/// Relative tolerance of money and other values.
pub const VALUE: f64 = 1e-6;
/// Largest relative gap of a plan that is called optimal.
pub const GAP: f64 = 1e-3;

/// Verifies a plan; an empty list means that every test passed. `problem` is assembled from the case and the plan's own scenario;
/// `referral` is the referral plan that the plan rests on, where it does.
///
/// Complexity: O(tables) and what the model needs beyond.
#[must_use]
pub fn check_reform(case: &Case, problem: &Problem, plan: &ReformPlan, referral: Option<&ReferralPlan>) -> Vec<Violation> {
    let mut found = Findings::default();
    if plan.version != REFORM_VERSION || plan.kind != REFORM_KIND {
        found.add("header", "plan", f64::from(plan.version), f64::from(REFORM_VERSION), "The plan is not of this version and kind.");
    }
    if plan.case != case.network.name {
        found.add("header", plan.case.as_str(), 0.0, 0.0, format!("The plan is of another case than `{}`.", case.network.name));
        return found.0;
    }
    proof(plan, &mut found);
    match &plan.answer {
        ReformAnswer::Communities(a) => communities::check(case, problem, plan, a, referral, &mut found),
        ReformAnswer::Grids(a) => grids::check(case, problem, plan, a, &mut found),
        ReformAnswer::Access(a) => access::check(case, problem, plan, a, &mut found),
        ReformAnswer::Centres(a) => centres::check(case, problem, plan, a, &mut found),
        ReformAnswer::Emergency(a) => emergency::check(case, problem, plan, a, &mut found),
        ReformAnswer::Mobile(a) => mobile::check(case, problem, plan, a, &mut found),
        ReformAnswer::Pairing(a) => pairing::check(case, problem, plan, a, &mut found),
        ReformAnswer::Phases(a) => phases::check(case, problem, plan, a, &mut found),
        ReformAnswer::Surge(a) => surge::check(case, problem, plan, a, referral, &mut found),
        ReformAnswer::Staff(a) => staff::check(case, problem, plan, a, &mut found),
        ReformAnswer::Payment(a) => payment::check(case, problem, plan, a, referral, &mut found),
        ReformAnswer::Telemedicine(a) => telemedicine::check(case, plan, a, &mut found),
    }
    found.0
}

/// Whether the check of a plan works its bound out again: from prices or distances in the plan, by counting, or because the plan is the only one
/// that the rules allow. Of the others the bound is the solver's word: what they say of themselves is held against the tables, that nothing is
/// better is not. Whole projects (phases) and partings of townships (communities, grids) have no such proof; stations (emergency) have one where
/// the prices in the plan prove as many as are said to be needed.
#[must_use]
pub fn recomputes_bound(plan: &ReformPlan) -> bool {
    match &plan.answer {
        ReformAnswer::Communities(_) | ReformAnswer::Grids(_) => false,
        ReformAnswer::Phases(_) => plan.scenario.reform.as_ref().is_none_or(|r| r.phases.projects.is_none()),
        ReformAnswer::Emergency(a) => f64::from(a.priced) >= plan.bounds.dual,
        _ => true,
    }
}

/// Unit of the value of a model, and whether more of it is better.
const fn measured(model: Model) -> (&'static str, bool) {
    match model {
        Model::Communities | Model::Grids => ("minutes a head", false),
        Model::Access => ("Gini of access", false),
        Model::Centres => ("minutes over all nets", false),
        Model::Emergency => ("stations", false),
        Model::Mobile => ("team-days in 28 days", false),
        Model::Pairing => ("points", true),
        Model::Phases => ("yuan of today", false),
        Model::Staff => ("share with a contract in the township that has least", true),
        Model::Surge => ("yuan", false),
        Model::Payment => ("yuan a year", true),
        Model::Telemedicine => ("yuan a year", false),
    }
}

/// Value and bounds fit each other and the way the run ended.
fn proof(plan: &ReformPlan, found: &mut Findings) {
    let (unit, maximised) = measured(plan.answer.model());
    if plan.unit != unit || plan.maximised != maximised {
        found.add(
            "header",
            plan.unit.as_str(),
            f64::from(u8::from(plan.maximised)),
            f64::from(u8::from(maximised)),
            "The value has another unit.",
        );
    }
    let value = if plan.maximised { -plan.objective } else { plan.objective };
    let size = VALUE * value.abs().max(1.0);
    found.equal("bounds", || "primal".into(), plan.bounds.primal, value, size, "The upper bound is not the value of the plan.");
    if plan.bounds.dual > plan.bounds.primal + size || plan.bounds.dual.is_nan() {
        found.add("bounds", "dual", plan.bounds.dual, plan.bounds.primal, "The proven bound is above the value.");
    }
    if plan.termination == Termination::Optimal && plan.bounds.gap() > GAP {
        found.add("termination", "plan", plan.bounds.gap(), GAP, "The plan is called optimal with a gap.");
    }
    if !matches!(plan.termination, Termination::Optimal | Termination::Feasible(_)) {
        found.add("termination", "plan", 0.0, 0.0, "A run that ended so has no plan.");
    }
}

/// The facility of a code; a code that the case does not have is told.
fn facility<'a>(case: &'a Case, code: &str, found: &mut Findings) -> Option<(usize, &'a Facility)> {
    let at = case.network.facilities.iter().position(|f| f.code == code);
    if at.is_none() {
        found.add("names", code, 0.0, 0.0, "The case has no facility of this code.");
    }
    at.map(|j| (j, &case.network.facilities[j]))
}

/// Codes that stand more than once.
fn once<'a>(codes: impl Iterator<Item = &'a str>, found: &mut Findings) {
    let mut seen = BTreeSet::new();
    for code in codes {
        if !seen.insert(code) {
            found.add("names", code, 2.0, 1.0, "The code stands twice.");
        }
    }
}

/// Whether codes are those that they must be, in order.
fn listed<'a>(what: &str, told: impl Iterator<Item = &'a str>, is: impl Iterator<Item = &'a str>, found: &mut Findings) -> bool {
    let (told, is): (Vec<&str>, Vec<&str>) = (told.collect(), is.collect());
    if told == is {
        return true;
    }
    let first = told.iter().zip(&is).position(|(t, i)| t != i).unwrap_or(told.len().min(is.len()));
    let place = told.get(first).or(is.get(first)).map_or_else(|| what.to_owned(), |code| format!("{what} {code}"));
    found.add("names", place, number(told.len()), number(is.len()), "The list is not that of the case and the question, in its order.");
    false
}

#[allow(clippy::cast_precision_loss)] // counts
fn number(n: usize) -> f64 {
    n as f64
}

/// Refuses a flag or a name that is not what it must be.
fn same<T: PartialEq>(code: &str, place: &str, told: &T, is: &T, message: &str, found: &mut Findings) {
    if told != is {
        found.add(code, place, 0.0, 1.0, message);
    }
}

/// Whether a facility stands and lies in one of the areas asked for (all when none is named).
fn asked(case: &Case, areas: &[String], f: &Facility) -> bool {
    f.siting.exist && (areas.is_empty() || f.area.is_some_and(|a| areas.contains(&case.network.area(a).code)))
}
