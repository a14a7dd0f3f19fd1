//! Load of every facility, and of every tier.

use super::tally::is_over_tier;
use super::values::{ratio, set};
use super::{FacilityLoad, Values};
use crate::demand::Problem;
use crate::ids::{ClassId, FacilityId};
use crate::network::{Kind, Tier};
use crate::plan::ReferralPlan;
use std::collections::BTreeMap;

/// A facility counts as full from this share of its limit on.
pub const FULL: f64 = 0.999;

/// What a facility's work costs, beside its load.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Work {
    /// Cost of its visits, yuan a year.
    pub(crate) cost_visits: f64,
    /// Cost of its stays, yuan a year.
    pub(crate) cost_stays: f64,
    /// What the fund pays of both, yuan a year.
    pub(crate) fund: f64,
    /// Cases treated here although a lower rank would do.
    pub(crate) over_treated: f64,
}

/// Load and work of every facility, in table order. `O(facilities + flows)`.
pub(crate) fn loads(problem: &Problem, plan: &ReferralPlan) -> (Vec<FacilityLoad>, Vec<Work>) {
    let n = problem.network.facilities.len();
    let mut load = vec![FacilityLoad::default(); n];
    let mut work = vec![Work::default(); n];
    // Left side of C6 in visits: those treated, and one consultation for each case sent on.
    let mut consults = vec![0.0_f64; n];
    let flows = &plan.flows;
    for (_, j, _, cases, _) in flows.first_contact.rows() {
        load[j].first_contacts += cases;
    }
    for (_, j, k, cases) in flows.treated.rows() {
        let class = &problem.classes[k];
        let f = &problem.network.facilities[j];
        let cost = cases * problem.unit_cost(FacilityId::new(j), ClassId::new(k));
        match class.kind {
            Kind::O => {
                load[j].visits += cases;
                work[j].cost_visits += cost;
                consults[j] += cases;
            }
            Kind::H => {
                load[j].admissions += cases;
                work[j].cost_stays += cost;
                load[j].bed_days += (class.acute_days + class.recovery_days) * cases;
            }
        }
        work[j].fund += cost * problem.tiers.get(f.tier).fund_share;
        if is_over_tier(class, f.rank()) {
            work[j].over_treated += cases;
        }
    }
    for (_, j, q, _, cases) in flows.up.rows() {
        load[j].referred_up += cases;
        load[q].received_up += cases;
        consults[j] += cases;
    }
    for (_, j, _, _, cases) in flows.redirect.rows() {
        consults[j] += cases;
    }
    for (_, j, q, k, cases) in flows.down.rows() {
        let days = problem.classes[k].recovery_days * cases;
        load[j].stepped_down += cases;
        load[q].received_down += cases;
        load[j].bed_days -= days;
        load[q].bed_days += days;
    }
    for (_, j, _, cases) in flows.unserved.rows() {
        load[j].unserved += cases;
    }
    let doctors = doctors_after_postings(problem, plan);
    for (j, f) in problem.network.facilities.iter().enumerate() {
        let l = &mut load[j];
        let tier = problem.tiers.get(f.tier);
        l.beds = problem.beds[j] * f.avail;
        l.doctors = doctors[j] * f.avail;
        l.occupancy = (l.beds > 0.0).then(|| l.bed_days / (365.0 * l.beds));
        let full_time =
            consults[j] / tier.visits_per_doctor_year() + tier.bed_days_per_doctor_year().map_or(0.0, |per_year| l.bed_days / per_year);
        l.doctor_load = (l.doctors > 0.0 && full_time.is_finite()).then(|| full_time / l.doctors);
        l.bed_worth = plan.marginals.bed.get(j).copied().unwrap_or(0.0);
        l.doctor_worth = plan.marginals.doctor.get(j).copied().unwrap_or(0.0);
    }
    (load, work)
}

/// Doctors of each facility before `avail`, after postings (C15).
fn doctors_after_postings(problem: &Problem, plan: &ReferralPlan) -> Vec<f64> {
    let mut doctors = problem.doctors.clone();
    let arrives = problem.switches.deployment.map_or(1.0, |d| d.effectiveness);
    let o = &plan.flows.postings;
    for ((&from, &to), &posted) in o.from.iter().zip(&o.to).zip(&o.doctors) {
        doctors[from as usize] -= posted;
        doctors[to as usize] += arrives * posted;
    }
    doctors
}

/// Share of the bed limit of C5 in use: bed use over the tier's design use; `None` without beds or design use.
#[must_use]
pub fn bed_limit_share(problem: &Problem, facility: FacilityId, load: &FacilityLoad) -> Option<f64> {
    let design = problem.tiers.get(problem.network.facility(facility).tier).design_occupancy;
    load.occupancy.filter(|_| design > 0.0).map(|o| o / design)
}

/// Indicators by tier; tiers without a facility are left out.
pub(crate) fn by_tier(problem: &Problem, loads: &[FacilityLoad], work: &[Work], population: f64) -> BTreeMap<Tier, Values> {
    let mut out = BTreeMap::new();
    let (visits, stays, first) = loads.iter().fold((0.0, 0.0, 0.0), |s, l| (s.0 + l.visits, s.1 + l.admissions, s.2 + l.first_contacts));
    for tier in Tier::ALL {
        let members: Vec<usize> = (0..loads.len()).filter(|&j| problem.network.facilities[j].tier == tier).collect();
        if members.is_empty() {
            continue;
        }
        let sum = |f: &dyn Fn(usize) -> f64| members.iter().map(|&j| f(j)).sum::<f64>();
        let (beds, doctors) = (sum(&|j| loads[j].beds), sum(&|j| loads[j].doctors));
        let (tier_visits, tier_stays) = (sum(&|j| loads[j].visits), sum(&|j| loads[j].admissions));
        let bed_days = sum(&|j| if loads[j].beds > 0.0 { loads[j].bed_days } else { 0.0 });
        let mut v = Values::new();
        #[allow(clippy::cast_precision_loss)] // a count of facilities
        set(&mut v, "facilities", members.len() as f64);
        for (name, value) in [
            ("beds", beds),
            ("doctors", doctors),
            ("visits", tier_visits),
            ("admissions", tier_stays),
            ("bed_days", bed_days),
            ("first_contacts", sum(&|j| loads[j].first_contacts)),
            ("referred_up", sum(&|j| loads[j].referred_up)),
            ("received_up", sum(&|j| loads[j].received_up)),
            ("stepped_down", sum(&|j| loads[j].stepped_down)),
            ("received_down", sum(&|j| loads[j].received_down)),
            ("unserved", sum(&|j| loads[j].unserved)),
            ("over_treated", sum(&|j| work[j].over_treated)),
            ("cost", sum(&|j| work[j].cost_visits + work[j].cost_stays)),
            ("fund", sum(&|j| work[j].fund)),
            ("over_occupied", sum(&|j| f64::from(beds_full(problem, j, &loads[j])))),
            ("doctors_full", sum(&|j| f64::from(doctors_full(&loads[j])))),
        ] {
            set(&mut v, name, value);
        }
        for (name, part, whole) in [
            ("beds_per_1000", 1000.0 * beds, population),
            ("visit_share", tier_visits, visits),
            ("stay_share", tier_stays, stays),
            ("first_contact_share", sum(&|j| loads[j].first_contacts), first),
            ("occupancy", bed_days, 365.0 * beds),
            ("doctor_load", sum(&|j| loads[j].doctor_load.unwrap_or(0.0) * loads[j].doctors), doctors),
            ("cost_per_visit", sum(&|j| work[j].cost_visits), tier_visits),
            ("cost_per_stay", sum(&|j| work[j].cost_stays), tier_stays),
            ("visits_per_doctor_day", tier_visits, 251.0 * doctors),
            ("bed_days_per_doctor_day", bed_days, 365.0 * doctors),
        ] {
            ratio(&mut v, name, part, whole);
        }
        out.insert(tier, v);
    }
    out
}

/// Whether the bed limit is reached.
pub(crate) fn beds_full(problem: &Problem, facility: usize, load: &FacilityLoad) -> bool {
    bed_limit_share(problem, FacilityId::new(facility), load).is_some_and(|s| s >= FULL)
}

/// Whether the doctor limit is reached.
pub(crate) fn doctors_full(load: &FacilityLoad) -> bool {
    load.doctor_load.is_some_and(|s| s >= FULL)
}
