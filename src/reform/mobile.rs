//! Mobile services (model 6.12): which villages no fixed site reaches, and the day tours of county teams that reach them all the same.
//!
//! 1. Villages: settlements of the areas asked for that no open facility reaches in time, or those named.
//! 2. Each village is served from the nearest base of its area (there and back), in its rhythm of 7, 14 or 28 days.
//! 3. Villages of one base and rhythm are routed together (MO0 to MO2 of [`crate::routing`]): fewest days, then least travel. A tour's
//!    villages share a rhythm, so that a day repeats as a whole and every village is visited at even distance by the same team; routing
//!    rhythms apart is a restriction of this model, and the bounds speak of plans that keep it.
//! 4. Calendar over 28 days: a weekly tour takes a weekday in all four weeks, a fortnightly one in two, a four-weekly one in one. The three
//!    divide each other, so filling weekdays in that order leaves no gap, and `ceil(days out / (4 x work days))` teams are enough and
//!    needed.
//!
//! Where it cannot be done the repairs say how many minutes a day lacks for which village, which area has no base, and how many teams lack.

use super::{ReformError, ReformInput, Reformed, Repair, Solved};
use crate::ids::{FacilityId, SettlementId};
use crate::network::Facility;
use crate::outcome::{Bounds, Limit, Observer, Termination};
use crate::plan::reform::ReformAnswer;
use crate::plan::reform::mobile::{BaseTeams, MobileAnswer, Round, Tour, Village};
use crate::policy::reform::mobile::Rhythm;
use crate::routing::{self, Stops, Tours};
use crate::travel::Place;
use rayon::prelude::*;

/// Periods of 28 days that a year is planned for.
const PERIODS: f64 = 13.0;

/// A village to visit: settlement, minutes to the nearest fixed site, base.
struct Visited {
    at: usize,
    fixed: Option<f64>,
    base: usize,
}

/// Villages of one base and rhythm.
struct Group {
    base: usize,
    rhythm: Rhythm,
    villages: Vec<usize>,
    stops: Stops,
}

/// Answers the question.
///
/// # Errors
/// Nobody lives in the areas asked for.
pub fn solve(input: &ReformInput<'_>, observer: &dyn Observer) -> Result<Reformed, ReformError> {
    let asked = asked_for(input);
    if asked.is_empty() {
        return Err(ReformError::Lacks("the areas asked for have no settlements outside of city cores".into()));
    }
    let fixed = nearest_fixed(input, &asked);
    let reach: Vec<(usize, Option<f64>)> = asked.into_iter().zip(fixed).collect();
    let wanted: Vec<(usize, Option<f64>)> = reach.iter().copied().filter(|(i, t)| wants(input, *i, *t)).collect();
    let (visited, mut repairs) = based(input, &wanted);
    let groups = groups(input, &visited);
    for group in &groups {
        let places = routing::alone(&group.stops).into_iter().map(|(v, lacking)| (group.villages[v], lacking));
        repairs.extend(places.map(|(i, lacking)| {
            let s = &input.case.network.settlements[i];
            let kind = if lacking.is_finite() { "mobile-day" } else { "mobile-way" };
            let amount = if lacking.is_finite() { lacking } else { 1.0 };
            Repair { kind, place: s.code.clone(), name: s.name.clone(), amount, now: input.rules.mobile.day_minutes, yuan: None }
        }));
    }
    if !repairs.is_empty() {
        return Ok(Reformed::Infeasible(repairs));
    }
    let routed: Vec<Tours> = groups.par_iter().filter_map(|g| routing::route(&g.stops, input.seed, observer)).collect();
    let (tours, bases) = calendar(input, &groups, &routed);
    let short: Vec<Repair> = bases.iter().filter_map(|b| lacking_teams(input, b)).collect();
    if !short.is_empty() {
        return Ok(Reformed::Infeasible(short));
    }
    let rounds = rounds(input, &groups, &routed);
    Ok(Reformed::Answer(Box::new(written(input, &reach, &visited, tours, rounds, bases))))
}

/// Settlements of the areas asked for, or those named.
fn asked_for(input: &ReformInput<'_>) -> Vec<usize> {
    let rules = &input.rules.mobile;
    let network = &input.case.network;
    (0..network.settlements.len())
        .filter(|&i| {
            let s = &network.settlements[i];
            let area = network.area(s.area);
            if rules.areas.is_empty() { !area.urban || rules.villages.contains(&s.code) } else { rules.areas.contains(&area.code) }
        })
        .collect()
}

/// Minutes to the nearest open facility that counts as a fixed site.
fn nearest_fixed(input: &ReformInput<'_>, settlements: &[usize]) -> Vec<Option<f64>> {
    let facilities = &input.case.network.facilities;
    let fixed = |j: usize| open(input, j) && u32::from(facilities[j].rank()) >= input.rules.mobile.fixed_rank;
    let open = (0..facilities.len()).filter(|&j| fixed(j)).map(|j| Place::Facility(FacilityId::new(j)));
    let (from, to): (Vec<Place>, Vec<Place>) = (settlements.iter().map(|&i| village(i)).collect(), open.collect());
    let found = input.case.travel.nearest(&input.case.network, &from, &to, 1);
    (0..from.len()).map(|i| found.row(i).next().map(|(_, minutes)| minutes)).collect()
}

fn open(input: &ReformInput<'_>, j: usize) -> bool {
    input.case.network.facilities[j].siting.exist && (input.problem.doctors[j] > 0.0 || input.problem.beds[j] > 0.0)
}

fn village(i: usize) -> Place {
    Place::Settlement(SettlementId::new(i))
}

fn wants(input: &ReformInput<'_>, i: usize, fixed: Option<f64>) -> bool {
    let rules = &input.rules.mobile;
    let s = &input.case.network.settlements[i];
    if rules.villages.is_empty() {
        s.population.0 > 0 && fixed.is_none_or(|t| t > rules.reach_minutes)
    } else {
        rules.villages.contains(&s.code)
    }
}

/// The base of each village, and what is missing where there is none.
fn based(input: &ReformInput<'_>, wanted: &[(usize, Option<f64>)]) -> (Vec<Visited>, Vec<Repair>) {
    let rules = &input.rules.mobile;
    let network = &input.case.network;
    let may = |f: &Facility| if rules.bases.is_empty() { rules.base_tiers.contains(&f.tier) } else { rules.bases.contains(&f.code) };
    let bases: Vec<usize> = (0..network.facilities.len()).filter(|&j| may(&network.facilities[j]) && open(input, j)).collect();
    let mut visited = Vec::new();
    let mut repairs: Vec<Repair> = Vec::new();
    for &(i, fixed) in wanted {
        let s = &network.settlements[i];
        // a named base may stand anywhere, the others serve their own area
        let mine: Vec<usize> =
            bases.iter().copied().filter(|&j| !rules.bases.is_empty() || network.facilities[j].area == Some(s.area)).collect();
        let place = |j: &usize| Place::Facility(FacilityId::new(*j));
        let ways: Vec<(Place, Place)> = mine.iter().flat_map(|j| [(place(j), village(i)), (village(i), place(j))]).collect();
        let minutes = input.case.travel.minutes_of_pairs(network, &ways);
        let both = |n: usize| Some(minutes[2 * n]? + minutes[2 * n + 1]?);
        let nearest = (0..mine.len()).filter_map(|n| Some((both(n)?, mine[n]))).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if let Some((_, base)) = nearest {
            visited.push(Visited { at: i, fixed, base });
        } else if mine.is_empty() {
            let area = network.area(s.area);
            match repairs.iter_mut().find(|r| r.place == area.code) {
                Some(known) => known.now += 1.0,
                None => repairs.push(Repair {
                    kind: "mobile-base",
                    place: area.code.clone(),
                    name: area.name.clone(),
                    amount: 1.0,
                    now: 1.0,
                    yuan: None,
                }),
            }
        } else {
            let (place, name) = (s.code.clone(), s.name.clone());
            repairs.push(Repair { kind: "mobile-way", place, name, amount: 1.0, now: rules.day_minutes, yuan: None });
        }
    }
    (visited, repairs)
}

/// Villages by base and rhythm, with their times.
fn groups(input: &ReformInput<'_>, visited: &[Visited]) -> Vec<Group> {
    let rules = &input.rules.mobile;
    let network = &input.case.network;
    let mut keys: Vec<(usize, Rhythm)> = Vec::new();
    let mut members: Vec<Vec<usize>> = Vec::new();
    for v in visited {
        let s = &network.settlements[v.at];
        let key = (v.base, rules.rhythm_of(&s.code, people(s.population.0)));
        match keys.iter().position(|k| *k == key) {
            Some(g) => members[g].push(v.at),
            None => {
                keys.push(key);
                members.push(vec![v.at]);
            }
        }
    }
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|&g| keys[g]);
    order
        .into_iter()
        .map(|g| {
            let (base, rhythm) = keys[g];
            let villages = std::mem::take(&mut members[g]);
            let places: Vec<Place> =
                std::iter::once(Place::Facility(FacilityId::new(base))).chain(villages.iter().map(|&i| village(i))).collect();
            let minutes = places
                .iter()
                .map(|from| {
                    let row = input.case.travel.minutes_to_many(network, *from, &places);
                    row.into_iter().map(|t| t.unwrap_or(f64::INFINITY)).collect()
                })
                .collect();
            let service = villages.iter().map(|&i| rules.service(people(network.settlements[i].population.0))).collect();
            Group { base, rhythm, villages, stops: Stops { minutes, service, day: rules.day_minutes } }
        })
        .collect()
}

#[allow(clippy::cast_precision_loss)] // people are far below 2^53
fn people(n: u64) -> f64 {
    n as f64
}

/// Weeks of a weekday in the order they are filled: two halves of a fortnight are two weeks apart.
const WEEKS: [u32; 4] = [0, 2, 1, 3];

/// Teams and days of all tours. Groups of one base stand together, most frequent rhythm first.
fn calendar(input: &ReformInput<'_>, groups: &[Group], routed: &[Tours]) -> (Vec<Tour>, Vec<BaseTeams>) {
    let rules = &input.rules.mobile;
    let network = &input.case.network;
    let (mut out, mut bases): (Vec<Tour>, Vec<BaseTeams>) = (Vec::new(), Vec::new());
    let mut quarter = 0_u32;
    for (n, (group, found)) in groups.iter().zip(routed).enumerate() {
        let base = &network.facilities[group.base];
        if n == 0 || groups[n - 1].base != group.base {
            quarter = 0;
            bases.push(BaseTeams { base: base.code.clone(), teams: 0, has: rules.teams.get(&base.code).copied(), days: 0 });
        }
        // neighbours go to the same team: tours in the direction of their first villages
        let mut order: Vec<(f64, usize)> = found.tours.iter().enumerate().map(|(t, stops)| (direction(input, group, stops), t)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (_, t) in order {
            let stops = &found.tours[t];
            let (column, from) = (quarter / 4, quarter % 4);
            let takes = group.rhythm.visits();
            let mut days: Vec<u32> = (from..from + takes).map(|q| 7 * WEEKS[(q % 4) as usize] + column % rules.work_days + 1).collect();
            days.sort_unstable();
            out.push(Tour {
                base: base.code.clone(),
                team: column / rules.work_days + 1,
                rhythm: group.rhythm,
                days,
                stops: stops.iter().map(|&v| network.settlements[group.villages[v]].code.clone()).collect(),
                travel: group.stops.travel(stops),
                service: stops.iter().map(|&v| group.stops.service[v]).sum(),
            });
            quarter += takes;
        }
        if let Some(last) = bases.last_mut() {
            last.days = quarter;
            last.teams = quarter.div_ceil(4).div_ceil(rules.work_days);
        }
    }
    (out, bases)
}

/// Direction of a tour's middle from its base, radians.
fn direction(input: &ReformInput<'_>, group: &Group, stops: &[usize]) -> f64 {
    let network = &input.case.network;
    let from = network.facilities[group.base].position;
    let (x, y) = stops
        .iter()
        .map(|&v| network.settlements[group.villages[v]].position)
        .fold((0.0, 0.0), |(x, y), p| (x + (p.x - from.x), y + (p.y - from.y)));
    y.atan2(x)
}

fn lacking_teams(input: &ReformInput<'_>, base: &BaseTeams) -> Option<Repair> {
    let has = base.has.filter(|has| *has < base.teams)?;
    let name = input.case.network.facilities.iter().find(|f| f.code == base.base).map_or("", |f| f.name.as_str());
    let amount = f64::from(base.teams - has);
    Some(Repair { kind: "mobile-teams", place: base.base.clone(), name: name.to_owned(), amount, now: f64::from(has), yuan: None })
}

fn rounds(input: &ReformInput<'_>, groups: &[Group], routed: &[Tours]) -> Vec<Round> {
    let network = &input.case.network;
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    groups
        .iter()
        .zip(routed)
        .map(|(g, t)| Round {
            base: network.facilities[g.base].code.clone(),
            rhythm: g.rhythm,
            villages: g.villages.iter().map(|&i| network.settlements[i].code.clone()).collect(),
            tours: count(t.tours.len()),
            fewest: count(t.fewest),
            travel: t.travel,
            least_travel: t.least_travel,
            exact: t.exact,
            multipliers: t.multipliers.clone(),
        })
        .collect()
}

fn written(
    input: &ReformInput<'_>,
    reach: &[(usize, Option<f64>)],
    visited: &[Visited],
    mut tours: Vec<Tour>,
    rounds: Vec<Round>,
    bases: Vec<BaseTeams>,
) -> Solved {
    let rules = &input.rules.mobile;
    let network = &input.case.network;
    let position = |code: &str| bases.iter().position(|b| b.base == code);
    tours.sort_by(|a, b| (position(&a.base), a.team, &a.days).cmp(&(position(&b.base), b.team, &b.days)));
    let team = |code: &str| tours.iter().find(|t| t.stops.iter().any(|s| s == code)).map_or(0, |t| t.team);
    let villages: Vec<Village> = visited
        .iter()
        .map(|v| {
            let s = &network.settlements[v.at];
            Village {
                settlement: s.code.clone(),
                people: s.population.0,
                fixed_minutes: v.fixed,
                base: network.facilities[v.base].code.clone(),
                team: team(&s.code),
                rhythm: rules.rhythm_of(&s.code, people(s.population.0)),
                service: rules.service(people(s.population.0)),
            }
        })
        .collect();
    let sum = |which: &dyn Fn(&Round) -> u32| rounds.iter().map(|r| f64::from(which(r) * r.rhythm.visits())).sum::<f64>();
    let bounds = Bounds { primal: sum(&|r| r.tours), dual: sum(&|r| r.fewest) };
    let gap = |r: &Round| (r.travel - r.least_travel) / r.travel.max(1.0);
    let proven = rounds.iter().all(|r| r.exact || (r.fewest == r.tours && gap(r) <= input.limits.gap));
    let (mut settlements, mut inhabitants) = ([0_u64; 4], [0_u64; 4]);
    for &(i, fixed) in reach {
        let reached = fixed.is_some_and(|t| t <= rules.reach_minutes);
        let visit = visited.iter().any(|v| v.at == i);
        // a village named by hand may be visited although a fixed site reaches it
        let kinds = [true, reached, visit, !reached && !visit];
        for k in (0..4).filter(|&k| kinds[k]) {
            settlements[k] += 1;
            inhabitants[k] += network.settlements[i].population.0;
        }
    }
    let answer =
        MobileAnswer { settlements, people: inhabitants, cost: bounds.primal * PERIODS * rules.day_cost, villages, tours, rounds, bases };
    Solved {
        answer: ReformAnswer::Mobile(answer),
        objective: bounds.primal,
        unit: "team-days in 28 days",
        maximised: false,
        bounds,
        termination: if proven { Termination::Optimal } else { Termination::Feasible(Limit::Iterations) },
        backend: "own".to_owned(),
    }
}
