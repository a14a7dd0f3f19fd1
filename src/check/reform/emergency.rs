//! Stations and ambulances: who is covered, who is nearest to which station, the norm, and expected coverage, worked out again.

use super::{Findings, VALUE, facility, once};
use crate::demand::Problem;
use crate::ids::{FacilityId, SettlementId};
use crate::network::Case;
use crate::plan::reform::ReformPlan;
use crate::plan::reform::emergency::EmergencyAnswer;
use crate::policy::reform::Emergency;
use crate::travel::Place;
use crate::travel::metric::distance_km;

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
    for kept in rules.keep.iter().filter(|k| n.facilities.iter().enumerate().any(|(j, f)| f.code == **k && may(j))) {
        if a.stations.iter().all(|s| s.facility != *kept) {
            found.add("limit", kept.as_str(), 0.0, 1.0, "A station that must be kept is missing.");
        }
    }
    let candidates: Vec<usize> = (0..n.facilities.len()).filter(|&j| may(j)).collect();
    people(case, &rules, a, &stations, &candidates, found);
    fleets(case, &rules, plan, a, &stations, found);
}

/// The longest way and radius that count for a settlement.
fn standard(case: &Case, rules: &Emergency, i: usize) -> (f64, f64) {
    if case.network.is_urban(case.network.settlements[i].area) {
        (rules.urban_km, rules.urban_minutes)
    } else {
        (rules.rural_km, rules.rural_minutes)
    }
}

/// Who is covered from where, and who could be.
fn people(case: &Case, rules: &Emergency, a: &EmergencyAnswer, stations: &[usize], candidates: &[usize], found: &mut Findings) {
    let n = &case.network;
    let asked: Vec<usize> = (0..n.settlements.len())
        .filter(|&i| {
            let s = &n.settlements[i];
            s.population.0 > 0 && (rules.areas.is_empty() || rules.areas.contains(&n.area(s.area).code))
        })
        .collect();
    if asked.len() != a.reached.len() || asked.iter().zip(&a.reached).any(|(i, r)| n.settlements[*i].code != r.settlement) {
        let (is, should) = (float(a.reached.len() as u64), float(asked.len() as u64));
        found.add("names", "settlements", is, should, "The settlements are not those asked for, in the order of the case.");
        return;
    }
    let from: Vec<Place> = asked.iter().map(|&i| Place::Settlement(SettlementId::new(i))).collect();
    let places = |list: &[usize]| -> Vec<Place> { list.iter().map(|&j| Place::Facility(FacilityId::new(j))).collect() };
    let near = case.travel.nearest(n, &from, &places(stations), 1);
    let longest = rules.urban_minutes.max(rules.rural_minutes);
    let times = case.travel.within(n, &from, &places(candidates), longest);
    let (mut sums, mut served) = ([0_u64; 4], vec![0_u64; stations.len()]);
    let mut expected = 0.0;
    for (row, (&i, r)) in asked.iter().zip(&a.reached).enumerate() {
        let s = &n.settlements[i];
        let (km, minutes) = standard(case, rules, i);
        let covering: Vec<usize> = times
            .row(row)
            .filter(|(c, t)| *t <= minutes && distance_km(n.crs, s.position, n.facilities[candidates[*c]].position) <= km)
            .map(|(c, _)| candidates[c])
            .collect();
        let cars: u32 = covering.iter().filter_map(|j| stations.iter().position(|x| x == j)).map(|p| a.stations[p].ambulances).sum();
        let covered = covering.iter().any(|j| stations.contains(j));
        if covered {
            expected += float(s.population.0) * (1.0 - rules.busy.powf(f64::from(cars)));
        }
        if covered != r.covered || (!covered && !covering.is_empty()) {
            found.add(
                "limit",
                r.settlement.as_str(),
                f64::from(u8::from(r.covered)),
                f64::from(u8::from(covered)),
                "The settlement is not covered as it is said, or could be and is not.",
            );
        }
        let nearest = near.row(row).next();
        let (is, should) = (r.minutes.unwrap_or(-1.0), nearest.map_or(-1.0, |(_, t)| t));
        found.equal("value", || r.settlement.clone(), is, should, VALUE * should.abs().max(1.0), "The nearest station is not as far.");
        if let Some((station, _)) = nearest {
            served[station] += s.population.0;
        }
        let circle = nearest.is_some_and(|(_, t)| t <= 15.0);
        for (sum, counts) in sums.iter_mut().zip([true, covered, circle, covering.is_empty()]) {
            *sum += if counts { s.population.0 } else { 0 };
        }
    }
    for (is, should) in a.people.iter().zip(sums) {
        found.equal("value", || "people".into(), float(*is), float(should), 0.0, "People are not counted right.");
    }
    for (s, should) in a.stations.iter().zip(served) {
        found.equal("value", || s.facility.clone(), float(s.people), float(should), 0.0, "Others are nearest to the station.");
    }
    let least = rules.coverage * float(sums[0]);
    found.at_most("limit", || "coverage".into(), least, float(sums[1]), 1e-6 * least.max(1.0), "Fewer people are covered than was asked.");
    found.equal("value", || "expected".into(), a.expected.people, expected, VALUE * expected.max(1.0), "The expected coverage is another.");
    found.at_most(
        "bounds",
        || "expected".into(),
        expected,
        a.expected.most,
        VALUE * expected.max(1.0),
        "The bound of expected coverage is below it.",
    );
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
        let cars: u32 = mine.iter().map(|&s| a.stations[s].ambulances).sum();
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
        found.equal("value", at, f64::from(f.ambulances), f64::from(cars), 0.0, "The ambulances of its stations are not as many.");
    }
    found.equal(
        "names",
        || "fleets".into(),
        float(a.fleets.len() as u64),
        float(counted as u64),
        0.0,
        "There are fleets of areas without stations.",
    );
    let cars: u32 = a.stations.iter().map(|s| s.ambulances).sum();
    let count = float(a.stations.len() as u64);
    let cost = count * rules.station_cost + f64::from(cars) * rules.ambulance_cost;
    found.equal("value", || "cost".into(), a.cost, cost, VALUE * cost.max(1.0), "The cost is another.");
    found.equal("objective", || "plan".into(), plan.objective, count, 0.0, "The plan has not as many stations.");
}
