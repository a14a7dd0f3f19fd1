//! Staff: practitioners of today counted again, panels, centres, establishments, postings, clinics, training and specialties; that no township
//! could have more is counted (`counting`), and what other numbers of practitioners would bring is shared out anew.

mod counting;
mod supply;

use super::{Findings, VALUE, asked, facility, listed, once, same};
use crate::demand::Problem;
use crate::ids::FacilityId;
use crate::network::{Case, Tier};
use crate::plan::reform::ReformPlan;
use crate::plan::reform::staff::StaffAnswer;
use crate::policy::reform::Staff;
use crate::travel::Place;
use std::collections::BTreeMap;

/// Tolerance of doctors: that of the solver on a sum.
const DOCTORS: f64 = 1e-4;

pub(super) fn check(case: &Case, problem: &Problem, plan: &ReformPlan, a: &StaffAnswer, found: &mut Findings) {
    let rules = plan.scenario.reform.clone().unwrap_or_default().staff;
    once(a.sites.iter().map(|s| s.facility.as_str()), found);
    if !contracts(case, &rules, plan, a, found) {
        return;
    }
    sites(case, problem, &rules, a, found);
    postings(case, problem, &rules, a, found);
    supply::training(case, &rules, a, found);
    supply::missing(case, &rules, a, found);
    supply::specialties(case, &rules, a, found);
    let counted = counting::Counted::read(case, problem, &rules);
    counted.best(plan, a, found);
    counted.steps(a, found);
}

/// Contracts of every township; `false` where the townships are others.
fn contracts(case: &Case, rules: &Staff, plan: &ReformPlan, a: &StaffAnswer, found: &mut Findings) -> bool {
    let network = &case.network;
    // one pass over the facilities: practitioners and whether there is a primary facility, by township
    let mut counted: Vec<Option<f64>> = vec![None; network.towns.len()];
    for f in network.facilities.iter().filter(|f| f.rank() <= 2 && asked(case, &rules.areas, f)) {
        if let Some(t) = f.town {
            *counted[t.index()].get_or_insert(0.0) += f.gps.0;
        }
    }
    let none = counted.iter().flatten().all(|g| *g <= 0.0);
    same("value", "worked_out", &a.worked_out, &none, "Today's number has another source.", found);
    let codes = network.towns.iter().zip(&counted).filter(|(_, c)| c.is_some()).map(|(t, _)| t.code.as_str());
    if !listed("towns", a.towns.iter().map(|t| t.town.as_str()), codes, found) {
        return false;
    }
    let mut rows = a.towns.iter();
    let (mut least, mut weighted, mut new, mut of_area) = (1.0_f64, 0.0, 0_u64, vec![0.0; network.areas.len()]);
    for (t, town) in network.towns.iter().enumerate() {
        let Some(gps) = counted[t] else { continue };
        let Some(x) = rows.next() else { break };
        let at = || town.code.clone();
        #[allow(clippy::cast_precision_loss)] // far below 2^53
        let people = town.population.0 as f64;
        let now = if none { (people * rules.now_per_10k / 1e4).round().max(1.0) } else { gps };
        found.equal("value", at, x.now, now, 1e-9, "Today there are not as many practitioners.");
        if x.people != town.population.0 {
            found.add("value", town.code.as_str(), 0.0, people, "The township has not as many people.");
        }
        let doctors = now + f64::from(x.new) + a.effectiveness * x.posted;
        let all = (rules.panel * doctors).min(people);
        let area = town.area.index();
        let share = rules.priority_shares.get(&network.areas[area].code).copied().unwrap_or(rules.priority_share);
        let first = all.min(share * people);
        found.equal("value", at, x.contracts, all, VALUE * people.max(1.0), "It has not as many contracts.");
        found.equal("value", at, x.priority, first, VALUE * people.max(1.0), "Not as many of the priority groups have contracts.");
        if people > 0.0 {
            least = least.min(all / people);
        }
        weighted += all + (rules.priority_weight - 1.0) * first;
        new += u64::from(x.new);
        of_area[area] += now + f64::from(x.new);
        if x.posted < -1e-9 {
            found.add("value", town.code.as_str(), x.posted, 0.0, "A negative number of doctors is posted.");
        }
    }
    #[allow(clippy::cast_precision_loss)] // far below 2^53
    found.at_most("limit", || "new_gps".into(), new as f64, f64::from(a.new_gps), 0.0, "More practitioners are posted than there are.");
    let given = f64::from(rules.new_gps.unwrap_or_else(|| supply::to_next_rate(rules, a)));
    found.equal("value", || "new_gps".into(), f64::from(a.new_gps), given, 0.0, "Another number of practitioners is there to be posted.");
    for (code, quota) in &rules.quotas {
        if let Some(n) = network.areas.iter().position(|x| x.code == *code) {
            found.at_most("limit", || code.clone(), of_area[n], f64::from(*quota), 1e-9, "The area has more than its establishment.");
        }
    }
    found.equal("objective", || "plan".into(), plan.objective, least, VALUE, "The least covered township has another share.");
    found.equal("value", || "weighted".into(), a.weighted, weighted, VALUE * weighted.max(1.0), "The contracts have another weight.");
    true
}

fn sites(case: &Case, problem: &Problem, rules: &Staff, a: &StaffAnswer, found: &mut Findings) {
    let mut gps = vec![0_u32; case.network.facilities.len()];
    let mut clinic = vec![0.0; case.network.facilities.len()];
    for s in &a.sites {
        if let Some((j, f)) = facility(case, &s.facility, found) {
            (gps[j], clinic[j]) = (s.gps, s.clinic);
            if f.rank() > 2 || !asked(case, &rules.areas, f) {
                found.add("exist", f.code.as_str(), f64::from(f.rank()), 2.0, "It is no primary facility of the areas asked for.");
            }
        }
    }
    let mut of_town = vec![0_u32; case.network.towns.len()];
    for (j, f) in case.network.facilities.iter().enumerate().filter(|(_, f)| asked(case, &rules.areas, f)) {
        if let Some(t) = f.town.filter(|_| f.rank() <= 2) {
            of_town[t.index()] = of_town[t.index()].saturating_add(gps[j]);
        }
        let at = || f.code.clone();
        if f.rank() == 2 && !a.worked_out {
            found.at_most(
                "limit",
                at,
                f64::from(rules.centre_gps),
                f.gps.0 + f64::from(gps[j]),
                1e-9,
                "The centre has too few practitioners.",
            );
        }
        let lacks = if f.tier == Tier::V { (rules.clinic_doctors - problem.doctors[j]).max(0.0) } else { 0.0 };
        found.equal("value", at, clinic[j], lacks, 1e-6, "The clinic lacks another number of doctors.");
    }
    for t in &a.towns {
        if let Some(n) = case.network.towns.iter().position(|x| x.code == t.town) {
            found.equal("value", || t.town.clone(), f64::from(of_town[n]), f64::from(t.new), 0.0, "Its facilities get another number.");
        }
    }
}

fn postings(case: &Case, problem: &Problem, rules: &Staff, a: &StaffAnswer, found: &mut Findings) {
    let eff = rules.posting.map_or(1.0, |p| p.effectiveness);
    found.equal("value", || "effectiveness".into(), a.effectiveness, eff, 1e-12, "Another share of the time was said to arrive.");
    let share = rules.posting.map_or(0.0, |p| p.max_share);
    let mut sent = vec![0.0; case.network.facilities.len()];
    let mut of_area = vec![0.0; case.network.areas.len()];
    let mut to_town: BTreeMap<usize, f64> = BTreeMap::new();
    for p in &a.postings {
        let (Some((h, from)), Some((c, to))) = (facility(case, &p.from, found), facility(case, &p.to, found)) else { continue };
        let place = |j: usize| Place::Facility(FacilityId::new(j));
        let minutes = case.travel.minutes_between(&case.network, place(h), place(c)).unwrap_or(-1.0);
        let (at, told) = (|| p.from.clone(), p.minutes.unwrap_or(-1.0));
        found.equal("value", at, told, minutes, VALUE * minutes.max(1.0), "The way of a posted doctor is not as long.");
        if from.rank() != 3 || to.rank() > 2 || from.area != to.area || p.doctors <= 0.0 {
            found.add(
                "exist",
                p.from.as_str(),
                p.doctors,
                0.0,
                "Only hospitals of rank 3 post doctors, to primary care of their own area.",
            );
        }
        sent[h] += p.doctors;
        if let Some(area) = from.area {
            of_area[area.index()] += p.doctors;
        }
        if let Some(t) = to.town {
            *to_town.entry(t.index()).or_default() += p.doctors;
        }
    }
    for (j, s) in sent.iter().enumerate().filter(|(_, s)| **s > 0.0) {
        let most = share * problem.doctors[j];
        found.at_most("limit", || case.network.facilities[j].code.clone(), *s, most, DOCTORS, "It posts more doctors than it may.");
    }
    for t in &a.towns {
        let Some(n) = case.network.towns.iter().position(|x| x.code == t.town) else { continue };
        let gets = to_town.get(&n).copied().unwrap_or_default();
        found.equal("value", || t.town.clone(), t.posted, gets, DOCTORS, "Another number of doctors is posted here.");
    }
    let floor = rules.posting.map_or(0.0, |p| p.min_per_county);
    for (n, area) in case.network.areas.iter().enumerate().filter(|(_, x)| !x.urban) {
        let in_plan = a.towns.iter().any(|t| case.network.towns.iter().any(|x| x.code == t.town && x.area.index() == n));
        if in_plan {
            found.at_most("limit", || area.code.clone(), floor, of_area[n], DOCTORS, "Fewer doctors are posted than asked for.");
        }
    }
}
