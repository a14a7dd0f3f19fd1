//! The objective of model 6.4 from the written flows, its parts, the bounds and the word on how the run ended.

use super::existence::{capable, down_minutes, first_minutes, up_minutes};
use super::targets::penalty;
use super::{Findings, MONEY};
use crate::demand::Problem;
use crate::network::Kind;
use crate::plan::ReferralPlan;
use crate::plan::Termination;

/// `c[j,k]`, yuan: a visit at the tier's cost, a stay at its weight times base rate times the tier's coefficient.
pub(super) fn treatment_cost(problem: &Problem, j: usize, k: usize) -> f64 {
    let tier = problem.tiers.get(problem.network.facilities[j].tier);
    let class = &problem.classes[k];
    match class.kind {
        Kind::O => tier.visit_cost.0,
        Kind::H => class.weight * problem.prices.base_rate * tier.inpatient_coefficient,
    }
}

/// `UNMET_k`, yuan: a multiple of the dearest capable treatment plus 1,000, for every class.
fn unmet_prices(problem: &Problem) -> Vec<f64> {
    let price = |k: usize| {
        let able = (0..problem.network.facilities.len()).filter(|j| capable(problem, *j, k));
        problem.prices.unmet_factor * (able.map(|j| treatment_cost(problem, j, k)).fold(0.0, f64::max) + 1000.0)
    };
    (0..problem.classes.len()).map(price).collect()
}

/// A sum and the sum of the magnitudes in it.
#[derive(Clone, Copy, Default)]
struct Sum {
    net: f64,
    gross: f64,
}

impl Sum {
    fn add(&mut self, yuan: f64) {
        self.net += yuan;
        self.gross += yuan.abs();
    }
}

/// Cost of one up-referral; with C14 the repeat examination between members is saved, at most down to zero.
fn up_cost(problem: &Problem, j: usize, q: usize, minutes: f64) -> f64 {
    let full = problem.prices.minute * minutes + problem.prices.referral;
    let (from, to) = (&problem.network.facilities[j], &problem.network.facilities[q]);
    if problem.switches.mutual_recognition && from.mr_member && to.mr_member {
        let saved = problem.prices.recognition_share * problem.tiers.get(from.tier).visit_cost.0;
        if full > saved { full - saved } else { 0.0 }
    } else {
        full
    }
}

/// Travel, cost, over-treatment, unmet and displaced, shortfall, priced use. Flows on pairs that are no arcs were refused before and cost nothing here.
fn parts(problem: &Problem, plan: &ReferralPlan) -> [Sum; 6] {
    let p = &problem.prices;
    let f = &plan.flows;
    let unmet = unmet_prices(problem);
    let mut sums = [Sum::default(); 6];
    for (i, j, k, cases, displaced) in f.first_contact.rows() {
        sums[0].add(p.minute * 2.0 * first_minutes(problem, i, j).unwrap_or(0.0) * cases);
        sums[3].add(p.displaced_share * unmet[k] * displaced);
    }
    for (_, j, q, _, cases) in f.up.rows() {
        sums[0].add(up_cost(problem, j, q, up_minutes(problem, j, q).unwrap_or(0.0)) * cases);
    }
    for (_, j, q, _, cases) in f.redirect.rows() {
        sums[0].add((p.minute * down_minutes(problem, j, q).unwrap_or(0.0) + p.redirect) * cases);
    }
    for (_, j, q, k, cases) in f.down.rows() {
        sums[0].add((p.minute * down_minutes(problem, j, q).unwrap_or(0.0) + p.referral) * cases);
        sums[0].add(-p.recovery_day_saving * problem.classes[k].recovery_days * cases);
    }
    for (_, j, k, cases) in f.treated.rows() {
        sums[1].add(treatment_cost(problem, j, k) * cases);
        let class = &problem.classes[k];
        let steps = f64::from(problem.network.facilities[j].rank()) - f64::from(class.lowest_rank).max(2.0);
        let times = if class.kind == Kind::H { p.over_treatment_stay_factor } else { 1.0 };
        sums[2].add(p.over_treatment * times * steps.max(0.0) * cases);
    }
    for (_, _, k, cases) in f.unserved.rows() {
        sums[3].add(unmet[k] * cases);
    }
    for (_, k, cases) in f.no_access.rows() {
        sums[3].add(unmet[k] * cases);
    }
    for s in &plan.shortfalls {
        sums[4].add(penalty(problem, &s.target) * s.short);
    }
    charges(problem, plan, &mut sums[5]);
    sums
}

/// What a scenario charges for bed-days and for the time of doctors: the left sides of C5 and C6 at their prices.
fn charges(problem: &Problem, plan: &ReferralPlan, sum: &mut Sum) {
    let prices = |list: &[f64], j: usize| if list.is_empty() { 0.0 } else { list[j] };
    let doctor = |j: usize| prices(&problem.use_prices.doctor_year, j);
    let tier = |j: usize| problem.tiers.get(problem.network.facilities[j].tier);
    // V_l = 251 vbar / 0.6 (where there are no beds: / 1), Q_l = 365 qbar / 0.4
    let consultation = |j: usize| {
        let t = tier(j);
        doctor(j) * if t.bed_days_per_doctor_day > 0.0 { 0.6 } else { 1.0 } / (251.0 * t.visits_per_doctor_day)
    };
    let day = |j: usize| {
        let t = tier(j);
        let time = if t.bed_days_per_doctor_day > 0.0 { doctor(j) * 0.4 / (365.0 * t.bed_days_per_doctor_day) } else { 0.0 };
        // where there is no row C5 there are no bed-days either
        prices(&problem.use_prices.bed_day, j) + time
    };
    let f = &plan.flows;
    for (_, j, k, cases) in f.treated.rows() {
        let class = &problem.classes[k];
        sum.add(cases * if class.kind == Kind::H { (class.acute_days + class.recovery_days) * day(j) } else { consultation(j) });
    }
    for (_, j, _, _, cases) in f.up.rows().chain(f.redirect.rows()) {
        sum.add(cases * consultation(j));
    }
    for (_, j, q, k, cases) in f.down.rows() {
        let days = problem.classes[k].recovery_days * cases;
        sum.add(-days * day(j));
        sum.add(days * day(q));
    }
    let arrives = problem.switches.deployment.map_or(0.0, |d| d.effectiveness);
    let o = &f.postings;
    for ((&from, &to), &posted) in o.from.iter().zip(&o.to).zip(&o.doctors) {
        sum.add(posted * doctor(from as usize));
        sum.add(-posted * arrives * doctor(to as usize));
    }
}

pub(super) fn check(problem: &Problem, plan: &ReferralPlan, found: &mut Findings) {
    let written = &plan.objective_parts;
    let said = [written.travel, written.cost, written.over_treatment, written.unmet_displaced, written.shortfall, written.capacity_use];
    let names = ["travel", "cost", "over_treatment", "unmet_displaced", "shortfall", "capacity_use"];
    let own = parts(problem, plan);
    for ((name, said), sum) in names.into_iter().zip(said).zip(own) {
        let tolerance = MONEY * sum.gross.max(1.0);
        found.equal("part", || format!("objective_parts.{name}"), said, sum.net, tolerance, "The part is not what the flows cost.");
    }
    let (net, gross) = own.iter().fold((0.0, 0.0), |(n, g), s| (n + s.net, g + s.gross));
    let tolerance = MONEY * gross.max(1.0);
    found.equal("objective", || "objective".into(), plan.objective, net, tolerance, "The objective is not what the flows cost.");

    let bounds = plan.bounds;
    let at = || "bounds".to_string();
    found.equal("bounds", at, bounds.primal, plan.objective, tolerance, "The primal bound must be the objective.");
    if bounds.dual.is_nan() || bounds.dual > bounds.primal + 10.0 * tolerance {
        found.add("bounds", at(), bounds.dual, bounds.primal, "The dual bound lies above the objective.");
    }
    match plan.termination {
        Termination::Optimal => {
            let message = "Called optimal, but the bounds do not prove it.";
            found.at_most("termination", || "termination".into(), bounds.gap(), plan.gap_asked, 0.0, message);
        }
        Termination::Feasible(_) => {}
        _ => found.add("termination", "termination", f64::NAN, f64::NAN, "A run that found nothing has no plan."),
    }
}
