//! Which flows may exist, written again from "Existence" of model 6.4 (and C13).

use super::{Findings, Place};
use crate::demand::Problem;
use crate::ids::SettlementId;
use crate::network::Kind;
use crate::plan::ReferralPlan;

/// Minutes of the first-contact arc of a settlement to a facility.
pub(super) fn first_minutes(problem: &Problem, settlement: usize, facility: usize) -> Option<f64> {
    let arcs = problem.arcs.first_of(SettlementId::new(settlement)).1;
    arcs.iter().find(|a| a.facility.index() == facility).map(|a| a.minutes)
}

/// Minutes of an up-referral arc.
pub(super) fn up_minutes(problem: &Problem, from: usize, to: usize) -> Option<f64> {
    let arcs = &problem.arcs.up;
    arcs.binary_search_by_key(&(from, to), |a| (a.from.index(), a.to.index())).ok().map(|n| arcs[n].minutes)
}

/// Minutes of a step-down or redirect arc.
pub(super) fn down_minutes(problem: &Problem, from: usize, to: usize) -> Option<f64> {
    let arcs = &problem.arcs.down;
    arcs.binary_search_by_key(&(from, to), |a| (a.from.index(), a.to.index())).ok().map(|n| arcs[n].minutes)
}

fn rank(problem: &Problem, j: usize) -> u8 {
    problem.network.facilities[j].tier.rank()
}

fn is_stay(problem: &Problem, k: usize) -> bool {
    problem.classes[k].kind == Kind::H
}

fn in_area(problem: &Problem, j: usize, a: usize) -> bool {
    problem.network.facilities[j].area.is_some_and(|own| own.index() == a)
}

/// Facilities of rank 1 and 2 serve only their own area.
fn serves(problem: &Problem, j: usize, a: usize) -> bool {
    rank(problem, j) >= 3 || in_area(problem, j, a)
}

/// Capable by itself: `tau <= r <= sigma`, no stays at V and S.
pub(super) fn capable(problem: &Problem, j: usize, k: usize) -> bool {
    let (r, class) = (rank(problem, j), &problem.classes[k]);
    let beds = r >= 2;
    class.lowest_rank <= r && r <= class.highest_rank && (beds || class.kind == Kind::O)
}

/// Share of the arrivals one rank above its means that a facility treats with help (C3t): over a link (visits at ranks 2 and 3), with paired
/// hospitals (rank 3), together at most all.
pub(super) fn helped_share(problem: &Problem, j: usize, k: usize) -> f64 {
    let r = rank(problem, j);
    if problem.classes[k].lowest_rank != r + 1 {
        return 0.0;
    }
    let mut share = 0.0;
    if problem.tele[j] && !is_stay(problem, k) && (r == 2 || r == 3) {
        share += problem.limits.tele_share;
    }
    if r == 3 {
        share += problem.aid[j];
    }
    f64::min(share, 1.0)
}

fn first_allowed(problem: &Problem, j: usize, k: usize, minutes: f64) -> bool {
    let (r, class) = (rank(problem, j), &problem.classes[k]);
    let emergency_in_time = class.elective || (r >= 3 && minutes <= problem.limits.emergency_minutes);
    r <= class.highest_rank && emergency_in_time && !(class.kind == Kind::H && r == 1)
}

fn lacks_drugs(problem: &Problem, j: usize, k: usize) -> bool {
    problem.network.facilities[j].drug_gaps.iter().any(|gap| gap.index() == k)
}

/// Every flow of the plan may exist.
pub(super) fn check(problem: &Problem, plan: &ReferralPlan, found: &mut Findings) {
    let place = Place(problem);
    let f = &plan.flows;
    for (i, j, k, cases, displaced) in f.first_contact.rows() {
        if !first_minutes(problem, i, j).is_some_and(|t| first_allowed(problem, j, k, t)) {
            let way = format!("{} to {}, class {}", place.settlement(i), place.facility(j), place.class(k));
            found.add("exist-first", way, cases + displaced, 0.0, "First contact does not exist here for this class.");
        }
    }
    for (a, j, k, cases) in f.treated.rows() {
        if !(serves(problem, j, a) && (capable(problem, j, k) || helped_share(problem, j, k) > 0.0)) {
            found.add("exist-treated", place.cell((a, j, k)), cases, 0.0, "The facility cannot treat these patients.");
        }
        if problem.switches.drug_linkage && !is_stay(problem, k) && lacks_drugs(problem, j, k) {
            found.add("drugs", place.cell((a, j, k)), cases, 0.0, "The drugs of the class are not linked here (C13).");
        }
    }
    let way = |a: usize, j: usize, q: usize, k: usize| {
        format!("{} to {}, patients of {}, class {}", place.facility(j), place.facility(q), place.area(a), place.class(k))
    };
    for (a, j, q, k, cases) in f.up.rows() {
        let clinic_stay = is_stay(problem, k) && rank(problem, j) == 1;
        let allowed = rank(problem, q) <= problem.classes[k].highest_rank && !clinic_stay;
        if !(allowed && up_minutes(problem, j, q).is_some() && serves(problem, j, a) && serves(problem, q, a)) {
            found.add("exist-up", way(a, j, q, k), cases, 0.0, "This up-referral does not exist.");
        }
    }
    // Down to rank 3 and below only into the patient's own area.
    let home = |q: usize, a: usize| rank(problem, q) > 3 || in_area(problem, q, a);
    for (a, j, q, k, cases) in f.redirect.rows() {
        let both = capable(problem, j, k) && capable(problem, q, k);
        if !(both && down_minutes(problem, j, q).is_some() && serves(problem, j, a) && home(q, a)) {
            found.add("exist-redirect", way(a, j, q, k), cases, 0.0, "This redirect does not exist.");
        }
    }
    for (a, j, q, k, cases) in f.down.rows() {
        let class = &problem.classes[k];
        let phases = class.kind == Kind::H && class.recovery_days > 0.0 && class.acute_days > 0.0;
        let treats = phases && capable(problem, j, k) && serves(problem, j, a);
        if !(treats && down_minutes(problem, j, q).is_some() && home(q, a)) {
            found.add("exist-down", way(a, j, q, k), cases, 0.0, "This step-down does not exist.");
        }
        if problem.switches.drug_linkage && lacks_drugs(problem, q, k) {
            found.add("drugs", way(a, j, q, k), cases, 0.0, "The drugs of the class are not linked at the receiver (C13).");
        }
    }
}
