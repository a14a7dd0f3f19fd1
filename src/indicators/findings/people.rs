//! Findings on people and money: unmet need, displaced patients, habits, cost, fund, telemedicine, distance.

use super::{AREAS, CASES, Draft, largest};
use crate::demand::Problem;
use crate::ids::AreaId;
use crate::indicators::access::MINUTES;
use crate::indicators::tally::Tally;
use crate::indicators::{Finding, Indicators};
use crate::network::Kind;
use crate::plan::ReferralPlan;

/// Coverage below this becomes a finding.
const COVERED: f64 = 0.9;

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Cases not served: the region, the worst areas, the worst classes.
pub(super) fn unmet(problem: &Problem, plan: &ReferralPlan, tallies: &[Tally], out: &mut Vec<Finding>) {
    let mut all = Tally::default();
    tallies.iter().for_each(|t| all.add(t));
    if all.unmet() <= CASES {
        return;
    }
    Draft::new("finding-unmet", all.unmet_yuan)
        .number("cases", all.unmet())
        .number("share", share(all.unmet(), all.demand))
        .number("no_access", all.no_access)
        .number("yuan", all.unmet_yuan)
        .done(out);
    let cases: Vec<f64> = tallies.iter().map(Tally::unmet).collect();
    for a in largest(&cases, CASES, AREAS) {
        let t = &tallies[a];
        Draft::new("finding-unmet-area", t.unmet_yuan)
            .area(problem, AreaId::new(a))
            .number("cases", t.unmet())
            .number("share", share(t.unmet(), t.demand))
            .number("yuan", t.unmet_yuan)
            .done(out);
    }
    let n = problem.class_count();
    let mut by_class = vec![0.0; n];
    plan.flows.unserved.rows().for_each(|(_, _, k, cases)| by_class[k] += cases);
    plan.flows.no_access.rows().for_each(|(_, k, cases)| by_class[k] += cases);
    for k in largest(&by_class, CASES, 3) {
        let demand: f64 = problem.demand.iter().skip(k).step_by(n).sum();
        Draft::new("finding-unmet-class", 0.0)
            .word("class", &problem.classes[k].code)
            .number("cases", by_class[k])
            .number("share", share(by_class[k], demand))
            .done(out);
    }
}

/// Patients turned away from where they would have gone: the region and the worst areas.
pub(super) fn displaced(problem: &Problem, tallies: &[Tally], out: &mut Vec<Finding>) {
    let mut all = Tally::default();
    tallies.iter().for_each(|t| all.add(t));
    if all.displaced <= CASES {
        return;
    }
    let draft = |id, t: &Tally| {
        Draft::new(id, t.displaced_yuan)
            .number("cases", t.displaced)
            .number("share", share(t.displaced, t.demand))
            .number("yuan", t.displaced_yuan)
    };
    draft("finding-displaced", &all).done(out);
    let cases: Vec<f64> = tallies.iter().map(|t| t.displaced).collect();
    for a in largest(&cases, CASES, AREAS) {
        draft("finding-displaced-area", &tallies[a]).area(problem, AreaId::new(a)).done(out);
    }
}

/// What one more percentage point of steerable first contact saves: the derivative of the optimum by gamma over 100.
pub(super) fn inertia(problem: &Problem, plan: &ReferralPlan, said: &Indicators, out: &mut Vec<Finding>) {
    let per_point = 0.01 * plan.marginals.inertia.iter().sum::<f64>();
    if per_point <= 1.0 {
        return;
    }
    Draft::new("finding-inertia", per_point).number("yuan_per_point", per_point).number("gamma", problem.gamma).done(out);
    let worth: Vec<f64> = said.by_area.iter().map(|v| v.get("inertia_per_point").copied().unwrap_or(0.0)).collect();
    for a in largest(&worth, 1.0, AREAS) {
        Draft::new("finding-inertia-area", worth[a])
            .area(problem, AreaId::new(a))
            .number("yuan_per_point", worth[a])
            .maybe("people", said.by_area[a].get("population").copied())
            .done(out);
    }
}

/// The dearest additional visit and stay: area and class.
pub(super) fn case_cost(problem: &Problem, plan: &ReferralPlan, out: &mut Vec<Finding>) {
    let n = problem.class_count();
    if n == 0 || plan.marginals.case_cost.len() != n * problem.network.areas.len() {
        return;
    }
    for kind in [Kind::O, Kind::H] {
        let costs: Vec<f64> = plan
            .marginals
            .case_cost
            .iter()
            .enumerate()
            .map(|(at, c)| if problem.classes[at % n].kind == kind { *c } else { 0.0 })
            .collect();
        for at in largest(&costs, 1.0, 1) {
            Draft::new("finding-case-cost", 0.0)
                .area(problem, AreaId::new(at / n))
                .word("class", &problem.classes[at % n].code)
                .number("yuan", costs[at])
                .done(out);
        }
    }
}

/// Areas whose fund pays more than it receives.
pub(super) fn fund(problem: &Problem, said: &Indicators, out: &mut Vec<Finding>) {
    let deficit: Vec<f64> = said.by_area.iter().map(|v| -v.get("fund_balance").copied().unwrap_or(0.0)).collect();
    for a in largest(&deficit, 1.0, AREAS) {
        let income = said.by_area[a].get("fund_income").copied().unwrap_or(0.0);
        // The deficit is money of others, not money saved: it does not outrank what a plan can change.
        Draft::new("finding-fund-deficit", 0.0)
            .area(problem, AreaId::new(a))
            .number("yuan", deficit[a])
            .number("share", share(deficit[a], income))
            .done(out);
    }
}

/// Cases treated over telemedicine links.
pub(super) fn tele(plan: &ReferralPlan, problem: &Problem, said: &Indicators, out: &mut Vec<Finding>) {
    let cases = said.region.get("tele_volume").copied().unwrap_or(0.0);
    if cases <= CASES {
        return;
    }
    let mut used = vec![false; problem.network.facilities.len()];
    for (_, j, k, cases) in plan.flows.treated.rows() {
        used[j] |= cases > 0.0 && problem.tele[j] && problem.classes[k].lowest_rank > problem.network.facilities[j].rank();
    }
    let facilities = used.into_iter().map(f64::from).sum();
    Draft::new("finding-tele", 0.0).number("cases", cases).number("facilities", facilities).done(out);
}

/// People too far from a rank, or without a way to it.
pub(super) fn access(said: &Indicators, out: &mut Vec<Finding>) {
    let people = said.region.get("population").copied().unwrap_or(0.0);
    for (rank, minutes) in (1..).zip(MINUTES) {
        let value = |name: &str| said.region.get(&format!("{name}_rank{rank}")).copied();
        if let Some(coverage) = value("coverage").filter(|c| *c < COVERED) {
            Draft::new("finding-access", 0.0)
                .number("rank", f64::from(rank))
                .number("minutes", minutes)
                .number("coverage", coverage)
                .number("people", (1.0 - coverage) * people)
                .done(out);
        }
        if let Some(unreachable) = value("unreachable").filter(|u| *u > 0.0) {
            Draft::new("finding-unreachable", 0.0).number("rank", f64::from(rank)).number("people", unreachable * people).done(out);
        }
    }
}
