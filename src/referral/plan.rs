//! From a solution to the plan that is written.

use super::ReferralSolution;
use crate::demand::Problem;
use crate::indicators::{self, Indicators};
use crate::plan::ReferralPlan;
use crate::plan::referral::{Names, PLAN_VERSION};
use crate::policy::{PolicyPack, Scenario};
use crate::travel::Travel;

/// What a plan says of its run beside the numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanInfo {
    /// Scenario as it was asked.
    pub scenario: Scenario,
    /// Relative gap that was asked for.
    pub gap: f64,
    /// Seconds from reading the tables.
    pub seconds: f64,
}

/// The plan of a solution with its indicators (the caller checks it before writing).
#[must_use]
pub fn to_plan(
    problem: &Problem,
    travel: &Travel,
    pack: &PolicyPack,
    solution: &ReferralSolution,
    info: PlanInfo,
) -> (ReferralPlan, Indicators) {
    let net = &problem.network;
    let mut plan = ReferralPlan {
        version: PLAN_VERSION,
        kind: "referral".into(),
        fenji: env!("CARGO_PKG_VERSION").into(),
        case: net.name.clone(),
        policy: pack.name.clone(),
        objective: solution.parts.total(),
        objective_parts: solution.parts,
        bounds: solution.bounds,
        gap_asked: info.gap,
        termination: solution.termination,
        indicators: std::collections::BTreeMap::new(),
        backend: solution.backend.into(),
        method: solution.method.name().into(),
        seconds: info.seconds,
        scenario: info.scenario,
        names: names(problem),
        calibration: problem.calibration,
        flows: solution.flows.clone(),
        shortfalls: solution.shortfalls.clone(),
        marginals: solution.marginals.clone(),
        provenance: net.provenance.clone(),
    };
    let computed = indicators::compute_with_access(problem, &plan, pack, travel);
    plan.indicators.clone_from(&computed.region);
    (plan, computed)
}

fn names(problem: &Problem) -> Names {
    let net = &problem.network;
    Names {
        areas: net.areas.iter().map(|a| a.code.clone()).collect(),
        settlements: net.settlements.iter().map(|s| s.code.clone()).collect(),
        facilities: net.facilities.iter().map(|f| f.code.clone()).collect(),
        classes: problem.classes.iter().map(|k| k.code.clone()).collect(),
    }
}
