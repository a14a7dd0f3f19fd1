//! Stations and ambulances: who is covered, who could be, who is nearest to which station, the norm, expected coverage with its bound, and how few
//! stations can do from the prices in the plan, worked out again.

mod fewest;
mod people;

use super::{Findings, VALUE, facility, once};
use crate::demand::Problem;
use crate::network::Case;
use crate::plan::reform::ReformPlan;
use crate::plan::reform::emergency::EmergencyAnswer;
use crate::policy::reform::Emergency;
use people::Reach;

#[allow(clippy::cast_precision_loss)] // people are far below 2^53
fn float(n: u64) -> f64 {
    n as f64
}

pub(super) fn check(case: &Case, problem: &Problem, plan: &ReformPlan, a: &EmergencyAnswer, found: &mut Findings) {
    let rules = plan.scenario.reform.clone().unwrap_or_default().emergency;
    let n = &case.network;
    once(a.stations.iter().map(|s| s.facility.as_str()), found);
    once(a.fleets.iter().map(|f| f.area.as_str()), found);
    let may = |j: usize| {
        let f = &n.facilities[j];
        let asked = f.area.is_some_and(|x| rules.areas.is_empty() || rules.areas.contains(&n.area(x).code));
        let open = f.siting.exist && (problem.beds[j] > 0.0 || problem.doctors[j] > 0.0);
        open && asked && (rules.tiers.contains(&f.tier) || rules.keep.contains(&f.code))
    };
    let mut stations = Vec::new();
    for s in &a.stations {
        let Some((j, _)) = facility(case, &s.facility, found) else { return };
        if !may(j) {
            found.add("exist", s.facility.as_str(), 0.0, 1.0, "No station may stand here.");
        }
        if s.ambulances == 0 {
            found.add("limit", s.facility.as_str(), 0.0, 1.0, "The station has no ambulance.");
        }
        stations.push(j);
    }
    if stations.windows(2).any(|pair| pair[0] > pair[1]) {
        found.add("names", "stations", 0.0, 1.0, "The stations are not in the order of the case.");
    }
    for kept in rules.keep.iter().filter(|k| n.facilities.iter().enumerate().any(|(j, f)| f.code == **k && may(j))) {
        if a.stations.iter().all(|s| s.facility != *kept) {
            found.add("limit", kept.as_str(), 0.0, 1.0, "A station that must be kept is missing.");
        }
    }
    let candidates: Vec<usize> = (0..n.facilities.len()).filter(|&j| may(j)).collect();
    let Some(reach) = Reach::read(case, &rules, a, candidates, found) else { return };
    reach.people(case, &rules, a, &stations, found);
    reach.expected(case, &rules, a, &stations, found);
    fewest::check(case, &rules, plan, (a, &reach), &stations, found);
    fleets(case, &rules, plan, a, &stations, found);
}

/// The norm of every area, and the cost.
fn fleets(case: &Case, rules: &Emergency, plan: &ReformPlan, a: &EmergencyAnswer, stations: &[usize], found: &mut Findings) {
    let n = &case.network;
    let mut counted = 0;
    for (k, area) in n.areas.iter().enumerate() {
        let mine: Vec<usize> = (0..stations.len()).filter(|&s| n.facilities[stations[s]].area.is_some_and(|x| x.index() == k)).collect();
        if mine.is_empty() {
            continue;
        }
        let Some(f) = a.fleets.get(counted).filter(|f| f.area == area.code) else {
            found.add(
                "names",
                area.code.as_str(),
                0.0,
                1.0,
                "The fleets are not those of the areas with stations, in the order of the case.",
            );
            return;
        };
        counted += 1;
        let people: u64 = mine.iter().map(|&s| a.stations[s].people).sum();
        let cars: f64 = mine.iter().map(|&s| f64::from(a.stations[s].ambulances)).sum();
        let norm = (float(people) / rules.people_per_ambulance).ceil();
        let at = || f.area.clone();
        found.equal("value", at, float(f.people), float(people), 0.0, "The area has another number of people.");
        found.equal("value", at, f64::from(f.stations), float(mine.len() as u64), 0.0, "The area has another number of stations.");
        found.equal("limit", at, f64::from(f.norm), norm, 0.0, "The norm asks for another number of ambulances.");
        found.equal(
            "limit",
            at,
            f64::from(f.ambulances),
            norm.max(float(mine.len() as u64)),
            0.0,
            "The area has not as many ambulances as it must.",
        );
        found.equal("value", at, f64::from(f.ambulances), cars, 0.0, "The ambulances of its stations are not as many.");
    }
    found.equal(
        "names",
        || "fleets".into(),
        float(a.fleets.len() as u64),
        float(counted as u64),
        0.0,
        "There are fleets of areas without stations.",
    );
    let cars: f64 = a.stations.iter().map(|s| f64::from(s.ambulances)).sum();
    let count = float(a.stations.len() as u64);
    let cost = count * rules.station_cost + cars * rules.ambulance_cost;
    found.equal("value", || "cost".into(), a.cost, cost, VALUE * cost.max(1.0), "The cost is another.");
    found.equal("objective", || "plan".into(), plan.objective, count, 0.0, "The plan has not as many stations.");
}
