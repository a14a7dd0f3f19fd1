//! Mobile services: the right villages, from the right base, on tours that fit into a day, evenly spaced, by the same team; and the
//! bounds worked out again, by brute force where they are called exact and from the written multipliers elsewhere.

use super::tours::{Stops, fewest_and_least, fewest_by, least_by};
use super::{Findings, VALUE, facility, once};
use crate::demand::Problem;
use crate::ids::{FacilityId, SettlementId};
use crate::network::{Case, Settlement};
use crate::plan::reform::ReformPlan;
use crate::plan::reform::mobile::{MobileAnswer, PERIOD, Round, Tour};
use crate::policy::reform::Mobile;
use crate::policy::reform::mobile::Rhythm;
use crate::travel::Place;
use std::collections::BTreeMap;

/// Most stops of a round whose exact answer is worked out again.
const MOST_EXACT: usize = 15;

#[allow(clippy::cast_precision_loss)] // people and counts are far below 2^53
fn float(n: u64) -> f64 {
    n as f64
}

pub(super) fn check(case: &Case, problem: &Problem, plan: &ReformPlan, a: &MobileAnswer, found: &mut Findings) {
    let rules = plan.scenario.reform.clone().unwrap_or_default().mobile;
    once(a.villages.iter().map(|v| v.settlement.as_str()), found);
    once(a.bases.iter().map(|b| b.base.as_str()), found);
    let open = |j: usize| case.network.facilities[j].siting.exist && (problem.doctors[j] > 0.0 || problem.beds[j] > 0.0);
    let open: Vec<usize> = (0..case.network.facilities.len()).filter(|&j| open(j)).collect();
    villages(case, &rules, a, &open, found);
    bases_of_villages(case, &rules, a, &open, found);
    let known: BTreeMap<&str, usize> = case.network.settlements.iter().enumerate().map(|(i, s)| (s.code.as_str(), i)).collect();
    tours(case, &rules, a, &known, found);
    rounds(case, &rules, a, &known, found);
    teams(&rules, a, found);
    let sum = |of: &dyn Fn(&Round) -> u32| a.rounds.iter().map(|r| f64::from(of(r) * r.rhythm.visits())).sum::<f64>();
    let (days, fewest) = (sum(&|r| r.tours), sum(&|r| r.fewest));
    let at = || "plan".to_owned();
    found.equal("objective", at, plan.objective, days, VALUE, "The plan has not as many team-days.");
    found.equal("bounds", at, plan.bounds.dual, fewest, VALUE, "The bound is not that of its rounds.");
    let cost = days * 13.0 * rules.day_cost;
    found.equal("value", at, a.cost, cost, VALUE * cost.max(1.0), "The cost is not that of its team-days.");
}

/// Who must be visited, and how many people that is.
fn villages(case: &Case, rules: &Mobile, a: &MobileAnswer, open: &[usize], found: &mut Findings) {
    let n = &case.network;
    let asked = |s: &Settlement| {
        let area = n.area(s.area);
        if rules.areas.is_empty() { !area.urban || rules.villages.contains(&s.code) } else { rules.areas.contains(&area.code) }
    };
    let asked: Vec<usize> = (0..n.settlements.len()).filter(|&i| asked(&n.settlements[i])).collect();
    let from: Vec<Place> = asked.iter().map(|&i| Place::Settlement(SettlementId::new(i))).collect();
    let fixed = open.iter().filter(|&&j| u32::from(n.facilities[j].rank()) >= rules.fixed_rank);
    let to: Vec<Place> = fixed.map(|&j| Place::Facility(FacilityId::new(j))).collect();
    let near = case.travel.nearest(n, &from, &to, 1);
    let (mut settlements, mut people) = ([0_u64; 4], [0_u64; 4]);
    let mut wanted = Vec::new();
    for (row, &i) in asked.iter().enumerate() {
        let s = &n.settlements[i];
        let minutes = near.row(row).next().map(|(_, t)| t);
        let reached = minutes.is_some_and(|t| t <= rules.reach_minutes);
        let visit = if rules.villages.is_empty() { s.population.0 > 0 && !reached } else { rules.villages.contains(&s.code) };
        let kinds = [true, reached, visit, !reached && !visit];
        for k in (0..4).filter(|&k| kinds[k]) {
            settlements[k] += 1;
            people[k] += s.population.0;
        }
        if visit {
            wanted.push((i, minutes));
        }
    }
    if wanted.len() != a.villages.len() || wanted.iter().zip(&a.villages).any(|((i, _), v)| n.settlements[*i].code != v.settlement) {
        let (is, should) = (float(a.villages.len() as u64), float(wanted.len() as u64));
        found.add("names", "villages", is, should, "The villages visited are not those that must be, in the order of the case.");
        return;
    }
    for ((i, minutes), v) in wanted.iter().zip(&a.villages) {
        let s = &n.settlements[*i];
        let inhabitants = float(s.population.0);
        let at = || v.settlement.clone();
        found.equal("value", at, float(v.people), inhabitants, 0.0, "The village has another number of people.");
        let (is, should) = (v.fixed_minutes.unwrap_or(-1.0), minutes.unwrap_or(-1.0));
        found.equal("value", at, is, should, VALUE * should.abs().max(1.0), "The nearest fixed site is not as far.");
        let service = rules.service_minutes + rules.service_per_100 * inhabitants / 100.0;
        found.equal("value", at, v.service, service, VALUE * service.max(1.0), "The visit does not last as long.");
        if v.rhythm != rhythm(rules, &s.code, inhabitants) {
            found.add(
                "limit",
                at(),
                f64::from(v.rhythm.days()),
                rules.rhythm.days().into(),
                "The village is not visited as often as asked.",
            );
        }
    }
    for (is, should) in a.settlements.iter().zip(settlements).chain(a.people.iter().zip(people)) {
        found.equal("value", || "coverage".into(), float(*is), float(should), 0.0, "Settlements or people are not counted right.");
    }
}

/// How often, written again: the village's own rhythm, else its size, else the rule for all.
fn rhythm(rules: &Mobile, code: &str, people: f64) -> Rhythm {
    match rules.rhythms.get(code) {
        Some(own) => *own,
        None if rules.weekly_people > 0.0 && people >= rules.weekly_people => Rhythm::Weekly,
        None if rules.fortnightly_people > 0.0 && people >= rules.fortnightly_people && rules.rhythm == Rhythm::FourWeekly => {
            Rhythm::Fortnightly
        }
        None => rules.rhythm,
    }
}

/// Each village is served from the nearest base that may serve it.
fn bases_of_villages(case: &Case, rules: &Mobile, a: &MobileAnswer, open: &[usize], found: &mut Findings) {
    let n = &case.network;
    for v in &a.villages {
        let Some(i) = n.settlements.iter().position(|s| s.code == v.settlement) else { continue };
        let Some((base, _)) = facility(case, &v.base, found) else { continue };
        let may = |j: usize| {
            let f = &n.facilities[j];
            if rules.bases.is_empty() {
                rules.base_tiers.contains(&f.tier) && f.area == Some(n.settlements[i].area)
            } else {
                rules.bases.contains(&f.code)
            }
        };
        let both = |j: usize| {
            let (f, s) = (Place::Facility(FacilityId::new(j)), Place::Settlement(SettlementId::new(i)));
            Some(case.travel.minutes_between(n, f, s)? + case.travel.minutes_between(n, s, f)?)
        };
        let nearest = open.iter().filter(|&&j| may(j)).filter_map(|&j| both(j)).fold(f64::INFINITY, f64::min);
        match both(base).filter(|_| may(base) && open.contains(&base)) {
            Some(way) => {
                found.at_most("limit", || v.settlement.clone(), way, nearest, VALUE * nearest.max(1.0), "Another base is nearer.");
            }
            None => found.add("exist", v.settlement.as_str(), 0.0, 1.0, "No team may come from this base, or there is no way."),
        }
    }
}

/// Every tour fits into its day and repeats evenly; every village is on one; no team is in two places.
fn tours(case: &Case, rules: &Mobile, a: &MobileAnswer, known: &BTreeMap<&str, usize>, found: &mut Findings) {
    let mut on: BTreeMap<&str, usize> = BTreeMap::new();
    let mut out: BTreeMap<(&str, u32, u32), usize> = BTreeMap::new();
    for tour in &a.tours {
        let Some((base, _)) = facility(case, &tour.base, found) else { continue };
        let at = || format!("{} team {} day {}", tour.base, tour.team, tour.days.first().copied().unwrap_or_default());
        let mut service = 0.0;
        for stop in &tour.stops {
            *on.entry(stop.as_str()).or_default() += 1;
            match a.villages.iter().find(|v| v.settlement == *stop) {
                Some(v) => {
                    service += v.service;
                    if v.base != tour.base || v.team != tour.team || v.rhythm != tour.rhythm {
                        found.add(
                            "limit",
                            stop.as_str(),
                            f64::from(tour.team),
                            f64::from(v.team),
                            "Another team or rhythm than said comes.",
                        );
                    }
                }
                None => found.add("names", stop.as_str(), 1.0, 0.0, "A village is on a tour that need not be visited."),
            }
        }
        let travel = travel(case, base, tour, known);
        found.equal("value", at, tour.travel, travel, VALUE * travel.max(1.0), "The tour does not travel as long.");
        found.equal("value", at, tour.service, service, VALUE * service.max(1.0), "The service of the tour is another.");
        found.at_most(
            "limit",
            at,
            tour.travel + tour.service,
            rules.day_minutes,
            VALUE * rules.day_minutes,
            "The tour does not fit into a day.",
        );
        let visits = PERIOD / tour.rhythm.days();
        let first = tour.days.first().copied().unwrap_or(0);
        let even: Vec<u32> = (0..visits).map(|k| first + k * tour.rhythm.days()).collect();
        if tour.days != even || first == 0 || even.last().is_some_and(|d| *d > PERIOD) {
            found.add("limit", at(), f64::from(first), f64::from(visits), "The days are not evenly spaced over the period.");
        }
        for day in &tour.days {
            if (day.max(&1) - 1) % 7 >= rules.work_days {
                found.add("limit", at(), f64::from(*day), f64::from(rules.work_days), "The team is out on a day off.");
            }
            if out.insert((&tour.base, tour.team, *day), 1).is_some() {
                found.add("limit", at(), f64::from(*day), 1.0, "The team is on two tours on one day.");
            }
        }
    }
    for v in &a.villages {
        let times = on.get(v.settlement.as_str()).copied().unwrap_or_default();
        found.equal("limit", || v.settlement.clone(), float(times as u64), 1.0, 0.0, "The village is not on exactly one tour.");
    }
}

/// Minutes from the base over the stops and back; not finite where there is no way or a code is unknown.
fn travel(case: &Case, base: usize, tour: &Tour, known: &BTreeMap<&str, usize>) -> f64 {
    let home = Place::Facility(FacilityId::new(base));
    let mut at = home;
    let mut sum = 0.0;
    for stop in tour.stops.iter().map(|s| known.get(s.as_str())) {
        let Some(&i) = stop else { return f64::NAN };
        let next = Place::Settlement(SettlementId::new(i));
        sum += case.travel.minutes_between(&case.network, at, next).unwrap_or(f64::INFINITY);
        at = next;
    }
    sum + case.travel.minutes_between(&case.network, at, home).unwrap_or(f64::INFINITY)
}

/// Rounds hold the villages of their base and rhythm; their sums and bounds hold.
fn rounds(case: &Case, rules: &Mobile, a: &MobileAnswer, known: &BTreeMap<&str, usize>, found: &mut Findings) {
    once(a.rounds.iter().flat_map(|r| r.villages.iter().map(String::as_str)), found);
    let held: usize = a.rounds.iter().map(|r| r.villages.len()).sum();
    found.equal("names", || "rounds".into(), float(held as u64), float(a.villages.len() as u64), 0.0, "Rounds do not hold all villages.");
    for r in &a.rounds {
        let at = || format!("{} every {} days", r.base, r.rhythm.days());
        let wanted: Vec<&str> =
            a.villages.iter().filter(|v| v.base == r.base && v.rhythm == r.rhythm).map(|v| v.settlement.as_str()).collect();
        if r.villages != wanted {
            found.add("names", at(), float(r.villages.len() as u64), float(wanted.len() as u64), "The round has other villages.");
            continue;
        }
        let mine: Vec<&Tour> = a.tours.iter().filter(|t| t.base == r.base && t.rhythm == r.rhythm).collect();
        let travel: f64 = mine.iter().map(|t| t.travel).sum();
        found.equal("value", at, f64::from(r.tours), float(mine.len() as u64), 0.0, "The round has not as many tours.");
        found.equal("value", at, r.travel, travel, VALUE * travel.max(1.0), "The tours of the round do not travel as long.");
        let slack = 1e-6 * r.travel.max(1.0);
        found.at_most("bounds", at, f64::from(r.fewest), f64::from(r.tours), 0.0, "The fewest tours are more than there are.");
        found.at_most("bounds", at, r.least_travel, r.travel, slack, "The least travel is above that of the tours.");
        let Some((base, _)) = facility(case, &r.base, found) else { continue };
        let Some(stops) = stops(case, rules, base, r, a, known) else { continue };
        let (fewest, least) = if r.exact {
            if stops.service.len() > MOST_EXACT {
                found.add(
                    "bounds",
                    at(),
                    float(r.villages.len() as u64),
                    15.0,
                    "Called exact with more villages than are worked out exactly.",
                );
                continue;
            }
            fewest_and_least(&stops)
        } else if r.multipliers.iter().all(|p| p.is_empty() || p.len() == r.villages.len() + 1) {
            (fewest_by(&stops, &r.multipliers), least_by(&stops, &r.multipliers[0], r.tours as usize))
        } else {
            found.add("bounds", at(), 0.0, 0.0, "The multipliers are not one a place.");
            continue;
        };
        found.at_most("bounds", at, f64::from(r.fewest), float(fewest as u64), 0.0, "So many tours are not proven to be needed.");
        found.at_most("bounds", at, r.least_travel, least, slack, "So much travel is not proven to be needed.");
    }
}

/// Times and service of a round.
fn stops(case: &Case, rules: &Mobile, base: usize, r: &Round, a: &MobileAnswer, known: &BTreeMap<&str, usize>) -> Option<Stops> {
    let villages: Option<Vec<usize>> = r.villages.iter().map(|v| known.get(v.as_str()).copied()).collect();
    let settlement = |i: usize| Place::Settlement(SettlementId::new(i));
    let places: Vec<Place> = std::iter::once(Place::Facility(FacilityId::new(base))).chain(villages?.into_iter().map(settlement)).collect();
    let row = |from: &Place| -> Vec<f64> {
        let times = case.travel.minutes_to_many(&case.network, *from, &places);
        times.into_iter().map(|t| t.unwrap_or(f64::INFINITY)).collect()
    };
    let service = r.villages.iter().map(|code| a.villages.iter().find(|v| v.settlement == *code).map_or(0.0, |v| v.service)).collect();
    Some(Stops { minutes: places.iter().map(row).collect(), service, day: rules.day_minutes })
}

/// Teams: as many as the days out fill, and no more than there are.
fn teams(rules: &Mobile, a: &MobileAnswer, found: &mut Findings) {
    for b in &a.bases {
        let at = || b.base.clone();
        let days: u32 = a.tours.iter().filter(|t| t.base == b.base).map(|t| 28 / t.rhythm.days()).sum();
        let teams = a.tours.iter().filter(|t| t.base == b.base).map(|t| t.team).max().unwrap_or(0);
        found.equal("value", at, f64::from(b.days), f64::from(days), 0.0, "The teams are not out on as many days.");
        found.equal("value", at, f64::from(b.teams), f64::from(teams), 0.0, "The base has not as many teams on its tours.");
        let needed = days.div_ceil(4 * rules.work_days);
        found.at_most("bounds", at, f64::from(b.teams), f64::from(needed), 0.0, "Fewer teams would do.");
        if b.has != rules.teams.get(&b.base).copied() {
            found.add("value", at(), f64::from(b.has.unwrap_or(0)), 0.0, "The teams that the base has are not those given.");
        }
        if let Some(has) = b.has {
            found.at_most("limit", at, f64::from(b.teams), f64::from(has), 0.0, "The base has not so many teams.");
        }
    }
    for t in &a.tours {
        if a.bases.iter().all(|b| b.base != t.base) {
            found.add("names", t.base.as_str(), 0.0, 1.0, "A tour starts from a base that is not listed.");
        }
    }
}
