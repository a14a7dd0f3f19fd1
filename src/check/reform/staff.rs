//! Staff: practitioners of today counted again, panels, centres, establishments, postings, clinics, training and specialties.

use super::{Findings, VALUE, asked, facility, once};
use crate::demand::Problem;
use crate::network::{Case, Tier};
use crate::plan::reform::ReformPlan;
use crate::plan::reform::staff::StaffAnswer;
use crate::policy::reform::Staff;
use std::collections::BTreeMap;

/// Tolerance of doctors: that of the solver on a sum.
const DOCTORS: f64 = 1e-4;

pub(super) fn check(case: &Case, problem: &Problem, plan: &ReformPlan, a: &StaffAnswer, found: &mut Findings) {
    let rules = plan.scenario.reform.clone().unwrap_or_default().staff;
    once(a.towns.iter().map(|t| t.town.as_str()), found);
    once(a.sites.iter().map(|s| s.facility.as_str()), found);
    contracts(case, &rules, plan, a, found);
    sites(case, problem, &rules, a, found);
    postings(case, problem, &rules, a, found);
    training(case, &rules, a, found);
    specialties(case, &rules, a, found);
}

fn contracts(case: &Case, rules: &Staff, plan: &ReformPlan, a: &StaffAnswer, found: &mut Findings) {
    let network = &case.network;
    // one pass over the facilities: practitioners and whether there is a primary facility, by township
    let mut counted: Vec<Option<f64>> = vec![None; network.towns.len()];
    for f in network.facilities.iter().filter(|f| f.rank() <= 2 && asked(case, &rules.areas, f)) {
        if let Some(t) = f.town {
            *counted[t.index()].get_or_insert(0.0) += f.gps.0;
        }
    }
    let none = counted.iter().flatten().all(|g| *g <= 0.0);
    if none != a.worked_out {
        found.add(
            "value",
            "worked_out",
            f64::from(u8::from(a.worked_out)),
            f64::from(u8::from(none)),
            "Today's number has another source.",
        );
    }
    let told: BTreeMap<&str, usize> = a.towns.iter().enumerate().map(|(n, t)| (t.town.as_str(), n)).collect();
    let (mut least, mut weighted, mut new, mut of_area) = (1.0_f64, 0.0, 0_u64, vec![0.0; network.areas.len()]);
    for (t, town) in network.towns.iter().enumerate() {
        let Some(gps) = counted[t] else { continue };
        let Some(x) = told.get(town.code.as_str()).map(|n| &a.towns[*n]) else {
            found.add("names", town.code.as_str(), 0.0, 1.0, "A township with a primary facility is missing.");
            continue;
        };
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
    if told.len() > network.towns.iter().enumerate().filter(|(t, x)| counted[*t].is_some() && told.contains_key(x.code.as_str())).count() {
        found.add("names", "towns", 0.0, 0.0, "A township is named that has no primary facility.");
    }
    #[allow(clippy::cast_precision_loss)] // far below 2^53
    found.at_most("limit", || "new_gps".into(), new as f64, f64::from(a.new_gps), 0.0, "More practitioners are posted than there are.");
    if let Some(asked) = rules.new_gps {
        found.equal("value", || "new_gps".into(), f64::from(a.new_gps), f64::from(asked), 0.0, "Another number was asked for.");
    }
    for (code, quota) in &rules.quotas {
        if let Some(n) = network.areas.iter().position(|x| x.code == *code) {
            found.at_most("limit", || code.clone(), of_area[n], f64::from(*quota), 1e-9, "The area has more than its establishment.");
        }
    }
    found.equal("objective", || "plan".into(), plan.objective, least, VALUE, "The least covered township has another share.");
    found.equal("value", || "weighted".into(), a.weighted, weighted, VALUE * weighted.max(1.0), "The contracts have another weight.");
    if a.weighted_bounds.dual > -weighted * (1.0 - VALUE) + VALUE {
        found.add("bounds", "weighted", a.weighted_bounds.dual, -weighted, "The proven bound of the contracts is above their value.");
    }
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
            of_town[t.index()] += gps[j];
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
        let (Some((h, from)), Some((_, to))) = (facility(case, &p.from, found), facility(case, &p.to, found)) else { continue };
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

fn training(case: &Case, rules: &Staff, a: &StaffAnswer, found: &mut Findings) {
    let p = &rules.pipeline;
    #[allow(clippy::cast_precision_loss)] // far below 2^53
    let people: f64 = a.towns.iter().map(|t| t.people as f64).sum();
    let mut stock: f64 = a.towns.iter().map(|t| t.now).sum();
    if a.pipeline.years.len() != p.years as usize || a.pipeline.programmes.len() != p.programmes.len() {
        found.add("value", "pipeline", 0.0, f64::from(p.years), "The pipeline has not the years and programmes asked for.");
        return;
    }
    let mut cost = 0.0;
    for (t, y) in a.pipeline.years.iter().enumerate() {
        let at = || y.year.to_string();
        if y.seats.len() != p.programmes.len() || y.arrivals.len() != p.programmes.len() {
            found.add("value", "pipeline", 0.0, 0.0, "A year has not the programmes asked for.");
            return;
        }
        let size = VALUE * people.max(1.0) / 1e3;
        let mut yuan = 0.0;
        for (n, x) in p.programmes.iter().enumerate() {
            found.at_most("limit", at, y.seats[n], x.per_100k * people / 1e5, size, "More seats are opened than there are.");
            let begun = t.checked_sub(x.lead as usize).map_or(0.0, |b| a.pipeline.years[b].seats.get(n).copied().unwrap_or(f64::NAN));
            found.equal("value", at, y.arrivals[n], x.keep * begun, size, "Others end their training in this year.");
            yuan += x.cost * y.seats[n];
        }
        let leave = p.attrition * stock;
        stock += y.arrivals.iter().sum::<f64>() - leave;
        let rate = p.milestones.iter().filter(|m| m.year as usize <= t + 1).map(|m| m.per_10k).fold(0.0, f64::max);
        found.equal("value", at, y.leave, leave, size, "Another number leaves.");
        found.equal("value", at, y.stock, stock, size, "There are not as many practitioners.");
        found.equal("value", at, y.wanted, rate * people / 1e4, size, "Another number is wanted.");
        found.equal("value", at, y.missing, (y.wanted - stock).max(0.0), size, "Another number is missing.");
        found.equal("value", at, y.yuan, yuan, VALUE * yuan.max(1.0), "The seats cost another sum.");
        if i64::from(y.year) != i64::from(case.network.year) + i64::try_from(t).unwrap_or_default() + 1 {
            found.add("value", at(), f64::from(y.year), f64::from(case.network.year), "The years do not follow that of the case.");
        }
        cost += yuan + p.missing * y.missing;
    }
    found.equal("value", || "pipeline".into(), a.pipeline.cost, cost, VALUE * cost.max(1.0), "The pipeline costs another sum.");
    if a.pipeline.bounds.dual > cost * (1.0 + VALUE) + VALUE {
        found.add("bounds", "pipeline", a.pipeline.bounds.dual, cost, "The proven bound of the pipeline is above its cost.");
    }
}

fn specialties(case: &Case, rules: &Staff, a: &StaffAnswer, found: &mut Findings) {
    let mut people: BTreeMap<&str, f64> = BTreeMap::new();
    for t in &a.towns {
        if let Some(town) = case.network.towns.iter().find(|x| x.code == t.town) {
            #[allow(clippy::cast_precision_loss)] // far below 2^53
            let here = t.people as f64;
            *people.entry(&case.network.area(town.area).code).or_default() += here;
        }
    }
    for s in &rules.specialties {
        let rows: Vec<_> = a.specialties.iter().filter(|r| r.specialty == s.name).collect();
        let total: u64 = rows.iter().map(|r| u64::from(r.new)).sum();
        if s.new.is_some_and(|n| total > u64::from(n)) || rows.len() != people.len() {
            found.add("limit", s.name.as_str(), 0.0, 0.0, "More specialists than there are, or not all areas.");
        }
        for r in rows {
            let n = people.get(r.area.as_str()).copied().unwrap_or(f64::NAN);
            let at = || format!("{} {}", r.specialty, r.area);
            found.equal("value", at, r.wanted, s.per_10k * n / 1e4, VALUE * n.max(1.0), "Another number is wanted.");
            let now = s.now_per_10k.get(&r.area).map(|x| x * n / 1e4);
            found.equal("value", at, r.now.unwrap_or(-1.0), now.unwrap_or(-1.0), VALUE * n.max(1.0), "There are not as many today.");
            let most = (r.wanted - now.unwrap_or_default()).max(0.0).ceil() + 1e-9;
            found.at_most("limit", at, f64::from(r.new), most, 1e-6, "The area gets more than it lacks.");
        }
    }
}
