//! C1 to C6, C12 and C15: demand, choice floors, balances, shares, capacities.

use super::existence::{capable, helped_share};
use super::tables::Tables;
use super::{BED_DAYS, CASES, DOCTORS, Findings, Place, RELATIVE};
use crate::demand::Problem;
use crate::ids::SettlementId;
use crate::network::Tier;
use crate::plan::ReferralPlan;

pub(super) fn check(problem: &Problem, plan: &ReferralPlan, tables: &Tables, found: &mut Findings) {
    demand(problem, plan, found);
    floors(problem, plan, found);
    balances(problem, tables, found);
    capacities(problem, tables, found);
    postings(problem, plan, tables, found);
    if problem.hard_service {
        let unmet: f64 = plan.flows.unserved.cases.iter().chain(&plan.flows.no_access.cases).sum();
        found.at_most("hard-service", || "whole region".into(), unmet, 0.0, CASES, "The scenario allows no unmet need.");
    }
}

/// C1: first contacts and no access are the demand, for each settlement and class.
fn demand(problem: &Problem, plan: &ReferralPlan, found: &mut Findings) {
    let classes = problem.classes.len();
    let mut met = vec![0.0; problem.demand.len()];
    for (i, _, k, cases, _) in plan.flows.first_contact.rows() {
        met[i * classes + k] += cases;
    }
    for (i, k, cases) in plan.flows.no_access.rows() {
        met[i * classes + k] += cases;
    }
    let place = Place(problem);
    for (n, (met, wanted)) in met.iter().zip(&problem.demand).enumerate() {
        let at = || format!("{}, class {}", place.settlement(n / classes), place.class(n % classes));
        found.equal("demand", at, *met, *wanted, CASES + RELATIVE * wanted, "First contacts and no access must add up to the demand (C1).");
    }
}

/// C1c: `x + v >= (1 - gamma) D P` on every first-contact arc and class.
fn floors(problem: &Problem, plan: &ReferralPlan, found: &mut Findings) {
    let classes = problem.classes.len();
    let mut kept = vec![0.0; problem.choice.len()];
    for (i, j, k, cases, displaced) in plan.flows.first_contact.rows() {
        let (first, arcs) = problem.arcs.first_of(SettlementId::new(i));
        if let Some(n) = arcs.iter().position(|a| a.facility.index() == j) {
            kept[(first + n) * classes + k] += cases + displaced;
        }
    }
    let place = Place(problem);
    for i in 0..problem.network.settlements.len() {
        let (first, arcs) = problem.arcs.first_of(SettlementId::new(i));
        for (n, arc) in arcs.iter().enumerate() {
            for k in 0..classes {
                let at = (first + n) * classes + k;
                let floor = (1.0 - problem.gamma) * problem.demand[i * classes + k] * problem.choice[at];
                let tolerance = CASES + RELATIVE * floor;
                if kept[at] < floor - tolerance {
                    let way = format!("{} to {}, class {}", place.settlement(i), place.facility(arc.facility.index()), place.class(k));
                    let message = "Fewer first contacts and displaced cases than patients insist on (C1c).";
                    found.add("floor", way, kept[at], floor, message);
                }
            }
        }
    }
}

/// C2, C3t, C4 and C4r for each area, facility and class.
fn balances(problem: &Problem, tables: &Tables, found: &mut Findings) {
    let place = Place(problem);
    for (&key, c) in &tables.cells {
        let (_, j, k) = key;
        let at = || place.cell(key);
        let incoming = c.first + c.up_in + c.redirect_in;
        let outgoing = c.treated + c.up_out + c.redirect_out + c.unserved;
        let tolerance = CASES + RELATIVE * (incoming + outgoing);
        found.equal("balance", at, outgoing, incoming, tolerance, "What comes in must be treated, sent on or counted as unserved (C2).");
        if !capable(problem, j, k) {
            let most = helped_share(problem, j, k) * (c.first + c.up_in);
            found.at_most(
                "tele-share",
                at,
                c.treated,
                most,
                tolerance,
                "More treated with help (link, paired hospitals) than its share of arrivals (C3t).",
            );
        }
        let most = problem.limits.step_down_max * c.treated;
        found.at_most("step-down-share", at, c.down_out, most, tolerance, "More stepped down than allowed (C4).");
        let most = problem.limits.redirect_max * c.first;
        found.at_most("redirect-share", at, c.redirect_out, most, tolerance, "More redirected than allowed (C4r).");
    }
}

/// C5, C6 and C12 for each facility.
fn capacities(problem: &Problem, tables: &Tables, found: &mut Findings) {
    let place = Place(problem);
    let arrives = problem.switches.deployment.map_or(0.0, |d| d.effectiveness);
    for (j, (f, work)) in problem.network.facilities.iter().zip(&tables.work).enumerate() {
        let at = || place.facility(j);
        let tier = problem.tiers.get(f.tier);
        let usable = 365.0 * tier.design_occupancy * problem.beds[j] * f.avail;
        let tolerance = BED_DAYS + RELATIVE * work.bed_days_gross;
        found.at_most("capacity-beds", at, work.bed_days, usable, tolerance, "More bed-days than the beds allow (C5).");

        // V_l = 251 vbar / 0.6 (where there are no beds: / 1), Q_l = 365 qbar / 0.4
        let has_beds = tier.bed_days_per_doctor_day > 0.0;
        let visits_a_year = 251.0 * tier.visits_per_doctor_day / if has_beds { 0.6 } else { 1.0 };
        let mut busy = work.consultations / visits_a_year;
        let mut gross = busy;
        if has_beds {
            let days_a_year = 365.0 * tier.bed_days_per_doctor_day / 0.4;
            busy += work.bed_days / days_a_year;
            gross += work.bed_days_gross / days_a_year;
        }
        let doctors = problem.doctors[j] * f.avail - work.posted_out + arrives * work.posted_in;
        let message = "More work than the doctors can do (C6).";
        found.at_most("capacity-doctors", at, busy, doctors, DOCTORS + RELATIVE * gross, message);

        if problem.switches.group_reserve && problem.switches.leads_group(f) {
            let slots = 2.0 / 3.0 * visits_a_year * 0.6 * problem.doctors[j] * f.avail;
            let tolerance = CASES + RELATIVE * work.direct_visits;
            let message = "Direct visits leave less than a third of the slots to referred patients (C12).";
            found.at_most("reserve", at, work.direct_visits, slots, tolerance, message);
            let tolerance = BED_DAYS + RELATIVE * work.direct_bed_days;
            let message = "Direct admissions leave less than a quarter of the beds to referred patients (C12).";
            found.at_most("reserve", at, work.direct_bed_days, 0.75 * usable, tolerance, message);
        }
    }
}

/// C15: county hospitals post doctors to township centres of their own area, up to a share of their doctors.
fn postings(problem: &Problem, plan: &ReferralPlan, tables: &Tables, found: &mut Findings) {
    let place = Place(problem);
    let net = &problem.network;
    let o = &plan.flows.postings;
    for n in 0..o.doctors.len() {
        let (j, q) = (o.from[n] as usize, o.to[n] as usize);
        let (from, to) = (&net.facilities[j], &net.facilities[q]);
        let allowed = from.tier == Tier::K && to.tier == Tier::T && from.area.is_some() && from.area == to.area;
        if !(allowed && problem.switches.deployment.is_some()) {
            let way = format!("{} to {}", place.facility(j), place.facility(q));
            let message =
                "Only county hospitals post doctors, to township centres of their area, and only when the scenario says so (C15).";
            found.add("posting", way, o.doctors[n], 0.0, message);
        }
    }
    let share = problem.switches.deployment.map_or(0.0, |d| d.max_share);
    for (j, work) in tables.work.iter().enumerate() {
        let most = share * problem.doctors[j] * net.facilities[j].avail;
        found.at_most("posting", || place.facility(j), work.posted_out, most, DOCTORS, "More doctors posted than the hospital may (C15).");
    }
}
