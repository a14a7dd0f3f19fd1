//! Values of the region and of each area, put together from the sums of flows, the loads and the tables.

use super::facility::{beds_full, doctors_full};
use super::flows::{common, near_home};
use super::tally::Tally;
use super::values::{ratio, set};
use super::{FacilityLoad, Values};
use crate::demand::Problem;
use crate::ids::AreaId;
use crate::plan::ReferralPlan;

/// Values of the whole region that flows and loads feed.
pub(crate) fn region(problem: &Problem, plan: &ReferralPlan, tallies: &[Tally], loads: &[FacilityLoad]) -> Values {
    let mut all = Tally::default();
    let mut counties = Tally::default();
    for (a, t) in tallies.iter().enumerate() {
        all.add(t);
        if !problem.network.is_urban(AreaId::new(a)) {
            counties.add(t);
        }
    }
    let mut v = common(&all);
    near_home(&mut v, &counties);
    occupancy(&mut v, problem, loads);
    let (busy, doctors) = loads.iter().fold((0.0, 0.0), |s, l| (s.0 + l.doctor_load.unwrap_or(0.0) * l.doctors, s.1 + l.doctors));
    ratio(&mut v, "doctor_load", busy, doctors);
    set(&mut v, "over_occupied", loads.iter().enumerate().map(|(j, l)| f64::from(beds_full(problem, j, l))).sum());
    set(&mut v, "doctors_full", loads.iter().map(|l| f64::from(doctors_full(l))).sum());
    set(&mut v, "doctors_posted", plan.flows.postings.doctors.iter().sum());
    tele_links(&mut v, problem);
    v
}

/// Values of each area that flows feed, in table order.
pub(crate) fn areas(plan: &ReferralPlan, problem: &Problem, tallies: &[Tally]) -> Vec<Values> {
    let mut out: Vec<Values> = tallies
        .iter()
        .map(|t| {
            let mut v = common(t);
            near_home(&mut v, t);
            v
        })
        .collect();
    // One point of steerability is a hundredth of the derivative by gamma.
    let mut inertia = vec![0.0; out.len()];
    for (settlement, worth) in problem.network.settlements.iter().zip(&plan.marginals.inertia) {
        inertia[settlement.area.index()] += 0.01 * worth;
    }
    if !plan.marginals.inertia.is_empty() {
        for (v, worth) in out.iter_mut().zip(inertia) {
            set(v, "inertia_per_point", worth);
        }
    }
    out
}

/// Fund income, spending and what is left, by area and for the region; left out where no income is given.
pub(crate) fn fund(problem: &Problem, tallies: &[Tally], region: &mut Values, by_area: &mut [Values]) {
    let (mut income_all, mut spending_all, mut known) = (0.0, 0.0, true);
    for ((area, t), v) in problem.network.areas.iter().zip(tallies).zip(by_area.iter_mut()) {
        let income = area.enrol_rate * t.population * area.fund_per_head.0;
        if income > 0.0 {
            set(v, "fund_income", income);
            set(v, "fund_balance", income - t.fund);
            set(v, "fund_balance_share", (income - t.fund) / income);
        } else if t.population > 0.0 {
            known = false;
        }
        income_all += income;
        spending_all += t.fund;
    }
    if known && income_all > 0.0 {
        set(region, "fund_income", income_all);
        set(region, "fund_balance", income_all - spending_all);
        set(region, "fund_balance_share", (income_all - spending_all) / income_all);
    }
}

/// Bed use by rank (I10): bed-days over 365 times usable beds, of the facilities that have beds.
fn occupancy(v: &mut Values, problem: &Problem, loads: &[FacilityLoad]) {
    let mut days = [0.0; 5];
    let mut beds = [0.0; 5];
    for (f, l) in problem.network.facilities.iter().zip(loads).filter(|(_, l)| l.beds > 0.0) {
        let at = usize::from(f.rank().clamp(1, 5)) - 1;
        days[at] += l.bed_days;
        beds[at] += l.beds;
    }
    for (name, at) in [("occ_primary", 1), ("occ_county", 2), ("occ_city", 3), ("occ_top", 4)] {
        ratio(v, name, days[at], 365.0 * beds[at]);
    }
    ratio(v, "occ_all", days.iter().sum(), 365.0 * beds.iter().sum::<f64>());
}

/// How many facilities have a telemedicine link, and which share of county hospitals and township centres.
fn tele_links(v: &mut Values, problem: &Problem) {
    let mut linked = [0.0; 8];
    let mut all = [0.0; 8];
    for (f, tele) in problem.network.facilities.iter().zip(&problem.tele) {
        all[usize::from(f.rank())] += 1.0;
        linked[usize::from(f.rank())] += f64::from(*tele);
    }
    set(v, "tele_facilities", linked.iter().sum());
    ratio(v, "tele_coverage_county", linked[3], all[3]);
    ratio(v, "tele_coverage_township", linked[2], all[2]);
}
