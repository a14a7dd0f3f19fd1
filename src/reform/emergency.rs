//! Pre-hospital stations and ambulances (policy 2.6).
//!
//! 1. **Stations**: the fewest of the candidate sites that cover every settlement some candidate can cover, within radius and minutes
//!    (a location set covering problem, Toregas et al. 1971, <https://doi.org/10.1287/opre.19.6.1363>), solved with its proof by
//!    [`crate::location::cover`]. Stations to keep stand first; whom they cover asks for no other.
//! 2. **Ambulances**: one for every 30,000 people nearest to an area's stations, at least one a station; each further one where most people
//!    wait for each ambulance (which makes the largest number of people an ambulance as small as can be), or, with `availability`, where it
//!    adds most expected coverage.
//! 3. **Expected coverage** when an ambulance is busy a share `q` of the time: `sum_i N_i (1 - q^k_i)` with `k_i` ambulances within reach
//!    of settlement `i` (Daskin 1983, <https://doi.org/10.1287/trsc.17.1.48>). The sum is submodular, so no other placing of as many
//!    ambulances in each area exceeds what is reached plus, by area, the largest gains that as many more would bring (Nemhauser, Wolsey and
//!    Fisher 1978, <https://doi.org/10.1007/BF01588971>): that bound is written beside it.
//!
//! When less than the share asked for can be covered from the candidates, the repairs name the settlements that need a site.

use super::{ReformError, ReformInput, Reformed, Repair, Solved};
use crate::ids::{FacilityId, SettlementId};
use crate::instance::{Distance, Instance, Problem, Service};
use crate::location::{Settings, cover};
use crate::outcome::{Bounds, Observer, Termination};
use crate::plan::reform::ReformAnswer;
use crate::plan::reform::emergency::{EmergencyAnswer, Expected, Fleet, Reached, Station};
use crate::travel::metric::distance_km;
use crate::travel::{Place, Places};
use std::collections::BTreeMap;

/// Settlements named in repairs, those with most people.
const MOST_NAMED: usize = 10;

/// Sites, settlements and who covers whom.
struct Frame {
    settlements: Vec<usize>,
    sites: Vec<usize>,
    /// Sites (positions in `sites`) with minutes that cover each settlement, by site.
    covers: Vec<Vec<usize>>,
}

/// Answers the question.
///
/// # Errors
/// A limit before the first answer, a failing solver, nobody to reach.
pub fn solve(input: &ReformInput<'_>, observer: &dyn Observer) -> Result<Reformed, ReformError> {
    let rules = &input.rules.emergency;
    let network = &input.case.network;
    let frame = frame(input);
    let people = |i: usize| network.settlements[i].population.0;
    let all: u64 = frame.settlements.iter().map(|&i| people(i)).sum();
    if all == 0 {
        return Err(ReformError::Lacks("nobody lives in the areas asked for".into()));
    }
    if frame.sites.is_empty() {
        return Ok(Reformed::Infeasible(vec![region("emergency-sites", 1.0, 0.0)]));
    }
    let coverable: u64 = frame.settlements.iter().zip(&frame.covers).filter(|(_, c)| !c.is_empty()).map(|(i, _)| people(*i)).sum();
    if float(coverable) < rules.coverage * float(all) - 1e-6 {
        return Ok(Reformed::Infeasible(lacking(input, &frame, all, coverable)));
    }
    let kept = |s: usize| rules.keep.contains(&network.facilities[frame.sites[s]].code);
    let (open, fewest, termination) = stations(input, &frame, &kept, observer)?;
    let nearest = nearest(input, &frame, &open);
    let (fleets, mut ambulances) = fleets(input, &frame, &open, &nearest);
    let within: Vec<Vec<usize>> =
        frame.covers.iter().map(|c| c.iter().filter_map(|s| open.binary_search(s).ok()).collect::<Vec<usize>>()).collect();
    let groups = Groups::new(input, &frame, &open, &within);
    place(input, &fleets, &groups, &nearest, &frame, &mut ambulances);
    let expected = groups.expected(rules.busy, &ambulances, &fleets);
    let answer = written(input, &frame, &open, &nearest, fleets, &ambulances, expected, [all, coverable]);
    #[allow(clippy::cast_precision_loss)] // stations
    let count = open.len() as f64;
    Ok(Reformed::Answer(Box::new(Solved {
        answer: ReformAnswer::Emergency(answer),
        objective: count,
        unit: "stations",
        maximised: false,
        bounds: Bounds { primal: count, dual: fewest.min(count) },
        termination,
        backend: "own".to_owned(),
    })))
}

#[allow(clippy::cast_precision_loss)] // people are far below 2^53
fn float(n: u64) -> f64 {
    n as f64
}

fn region(kind: &'static str, amount: f64, now: f64) -> Repair {
    Repair { kind, place: String::new(), name: String::new(), amount, now, yuan: None }
}

fn frame(input: &ReformInput<'_>) -> Frame {
    let rules = &input.rules.emergency;
    let network = &input.case.network;
    let asked = |area: crate::ids::AreaId| rules.areas.is_empty() || rules.areas.contains(&network.area(area).code);
    let settlements: Vec<usize> =
        (0..network.settlements.len()).filter(|&i| network.settlements[i].population.0 > 0 && asked(network.settlements[i].area)).collect();
    let sites: Vec<usize> = (0..network.facilities.len())
        .filter(|&j| {
            let f = &network.facilities[j];
            let open = f.siting.exist && (input.problem.beds[j] > 0.0 || input.problem.doctors[j] > 0.0);
            open && f.area.is_some_and(asked) && (rules.tiers.contains(&f.tier) || rules.keep.contains(&f.code))
        })
        .collect();
    let from: Vec<Place> = settlements.iter().map(|&i| Place::Settlement(SettlementId::new(i))).collect();
    let to: Vec<Place> = sites.iter().map(|&j| Place::Facility(FacilityId::new(j))).collect();
    let times = input.case.travel.within(network, &from, &to, rules.urban_minutes.max(rules.rural_minutes));
    let covers = settlements
        .iter()
        .enumerate()
        .map(|(row, &i)| {
            let s = &network.settlements[i];
            let (km, minutes) =
                if network.is_urban(s.area) { (rules.urban_km, rules.urban_minutes) } else { (rules.rural_km, rules.rural_minutes) };
            let near = |j: usize| distance_km(network.crs(), s.position, network.facilities[j].position) <= km;
            times.row(row).filter(|(c, t)| *t <= minutes && near(sites[*c])).map(|(c, _)| c).collect()
        })
        .collect();
    Frame { settlements, sites, covers }
}

/// Which settlements need a site for the share asked for, largest first.
fn lacking(input: &ReformInput<'_>, frame: &Frame, all: u64, coverable: u64) -> Vec<Repair> {
    let rules = &input.rules.emergency;
    let network = &input.case.network;
    let missing = rules.coverage * float(all) - float(coverable);
    let mut out = vec![region("emergency-coverage", missing, float(coverable) / float(all))];
    let mut bare: Vec<usize> = frame.settlements.iter().zip(&frame.covers).filter(|(_, c)| c.is_empty()).map(|(i, _)| *i).collect();
    bare.sort_by_key(|&i| (std::cmp::Reverse(network.settlements[i].population.0), i));
    out.extend(bare.into_iter().take(MOST_NAMED).map(|i| {
        let s = &network.settlements[i];
        let amount = float(s.population.0);
        Repair { kind: "emergency-site", place: s.code.clone(), name: s.name.clone(), amount, now: 0.0, yuan: None }
    }));
    out
}

/// Positions of open sites, increasing, and the proven least number.
fn stations(
    input: &ReformInput<'_>,
    frame: &Frame,
    kept: &dyn Fn(usize) -> bool,
    observer: &dyn Observer,
) -> Result<(Vec<usize>, f64, Termination), ReformError> {
    let mut open: Vec<usize> = (0..frame.sites.len()).filter(|&s| kept(s)).collect();
    let before = open.len();
    // settlements with the same list of sites are one client, and who is covered by a kept station is none
    let lists: std::collections::BTreeSet<&Vec<usize>> =
        frame.covers.iter().filter(|c| !c.is_empty() && !c.iter().any(|s| kept(*s))).collect();
    if lists.is_empty() {
        #[allow(clippy::cast_precision_loss)] // stations
        return Ok((open, before as f64, Termination::Optimal));
    }
    let sites = frame.sites.len();
    let mut values = vec![f64::INFINITY; lists.len() * sites];
    for (client, list) in lists.iter().enumerate() {
        list.iter().for_each(|s| values[client * sites + s] = 0.0);
    }
    let instance = Instance {
        name: "stations".to_owned(),
        demand: vec![1.0; lists.len()],
        service: Service { distance: Distance::Table { sites, values }, per_unit: true },
        fixed: Vec::new(),
        ..Instance::default()
    };
    let settings = Settings { limits: input.limits, seed: input.seed };
    let found = cover::solve(&instance, Problem::SetCover { within: 0.5 }, &settings, observer)?;
    if found.open.is_empty() {
        return Err(ReformError::Stopped(crate::outcome::Limit::Time));
    }
    open.extend(found.open.iter().map(|&s| s as usize));
    open.sort_unstable();
    open.dedup();
    #[allow(clippy::cast_precision_loss)] // stations
    let fewest = before as f64 + (found.bounds.dual - 1e-6).ceil().max(0.0);
    Ok((open, fewest, found.termination))
}

/// The nearest open station of every settlement by minutes: position in `open`.
fn nearest(input: &ReformInput<'_>, frame: &Frame, open: &[usize]) -> Vec<Option<(usize, f64)>> {
    // an ambulance drives from the station; where times differ by direction this is that way
    let from: Vec<Place> = frame.settlements.iter().map(|&i| Place::Settlement(SettlementId::new(i))).collect();
    let to: Vec<Place> = open.iter().map(|&s| Place::Facility(FacilityId::new(frame.sites[s]))).collect();
    let found = input.case.travel.nearest(&input.case.network, &from, &to, 1);
    (0..from.len()).map(|row| found.row(row).next()).collect()
}

/// Ambulances by area, and the first of each station.
fn fleets(input: &ReformInput<'_>, frame: &Frame, open: &[usize], nearest: &[Option<(usize, f64)>]) -> (Vec<Fleet>, Vec<u32>) {
    let network = &input.case.network;
    let mut people = vec![0_u64; open.len()];
    for (row, &i) in frame.settlements.iter().enumerate() {
        if let Some((s, _)) = nearest[row] {
            people[s] += network.settlements[i].population.0;
        }
    }
    let mut by_area: BTreeMap<usize, (u64, u32)> = BTreeMap::new();
    for (s, &site) in open.iter().enumerate() {
        let area = network.facilities[frame.sites[site]].area.map_or(0, crate::ids::AreaId::index);
        let entry = by_area.entry(area).or_default();
        *entry = (entry.0 + people[s], entry.1 + 1);
    }
    let fleets = by_area
        .into_iter()
        .map(|(area, (people, stations))| {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a county has at most some hundreds
            let norm = (float(people) / input.rules.emergency.people_per_ambulance).ceil() as u32;
            Fleet { area: network.areas[area].code.clone(), people, stations, norm, ambulances: norm.max(stations) }
        })
        .collect();
    (fleets, vec![1; open.len()])
}

/// Settlements by the stations that cover them: people of each set of stations.
struct Groups {
    people: Vec<f64>,
    stations: Vec<Vec<usize>>,
    of_station: Vec<Vec<usize>>,
    /// Stations of each area, in the order of the fleets.
    areas: BTreeMap<String, Vec<usize>>,
}

impl Groups {
    fn new(input: &ReformInput<'_>, frame: &Frame, open: &[usize], within: &[Vec<usize>]) -> Self {
        let network = &input.case.network;
        let mut sets: BTreeMap<&Vec<usize>, f64> = BTreeMap::new();
        for (row, &i) in frame.settlements.iter().enumerate() {
            *sets.entry(&within[row]).or_default() += float(network.settlements[i].population.0);
        }
        sets.remove(&Vec::new());
        let stations: Vec<Vec<usize>> = sets.keys().map(|k| (*k).clone()).collect();
        let mut of_station = vec![Vec::new(); open.len()];
        for (g, list) in stations.iter().enumerate() {
            list.iter().for_each(|&s| of_station[s].push(g));
        }
        let mut areas: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (s, &site) in open.iter().enumerate() {
            let area = network.facilities[frame.sites[site]].area.map_or(0, crate::ids::AreaId::index);
            areas.entry(network.areas[area].code.clone()).or_default().push(s);
        }
        Self { people: sets.into_values().collect(), stations, of_station, areas }
    }

    /// Chance that none of the ambulances within reach of a group is free.
    fn busy(&self, q: f64, ambulances: &[u32]) -> Vec<f64> {
        self.stations.iter().map(|list| q.powf(list.iter().map(|&s| f64::from(ambulances[s])).sum())).collect()
    }

    /// What one more ambulance at a station adds.
    fn gain(&self, station: usize, q: f64, busy: &[f64]) -> f64 {
        self.of_station[station].iter().map(|&g| self.people[g] * busy[g] * (1.0 - q)).sum()
    }

    /// Expected coverage with its bound.
    fn expected(&self, q: f64, ambulances: &[u32], fleets: &[Fleet]) -> Expected {
        let mut busy = self.busy(q, ambulances);
        let people: f64 = self.people.iter().zip(&busy).map(|(n, b)| n * (1.0 - b)).sum();
        let mut most = people;
        for fleet in fleets {
            let Some(stations) = self.areas.get(&fleet.area) else { continue };
            // every station may take all of them anew: each one's gains fall from the first to the last
            let mut gains: Vec<f64> = Vec::new();
            for &s in stations {
                let kept: Vec<(usize, f64)> = self.of_station[s].iter().map(|&g| (g, busy[g])).collect();
                for _ in 0..fleet.ambulances {
                    gains.push(self.gain(s, q, &busy));
                    self.of_station[s].iter().for_each(|&g| busy[g] *= q);
                }
                kept.into_iter().for_each(|(g, b)| busy[g] = b);
            }
            gains.sort_by(|a, b| b.total_cmp(a));
            most += gains.iter().take(fleet.ambulances as usize).sum::<f64>();
        }
        Expected { people, most: most.min(self.people.iter().sum()) }
    }
}

/// Ambulances beyond the first of each station.
fn place(
    input: &ReformInput<'_>,
    fleets: &[Fleet],
    groups: &Groups,
    nearest: &[Option<(usize, f64)>],
    frame: &Frame,
    ambulances: &mut [u32],
) {
    let rules = &input.rules.emergency;
    let mut people = vec![0.0; ambulances.len()];
    for (row, &i) in frame.settlements.iter().enumerate() {
        if let Some((s, _)) = nearest[row] {
            people[s] += float(input.case.network.settlements[i].population.0);
        }
    }
    let mut busy = groups.busy(rules.busy, ambulances);
    for fleet in fleets {
        let Some(stations) = groups.areas.get(&fleet.area) else { continue };
        for _ in fleet.stations..fleet.ambulances {
            let worth = |s: usize, busy: &[f64]| {
                if rules.availability { groups.gain(s, rules.busy, busy) } else { people[s] / f64::from(ambulances[s]) }
            };
            let Some(best) = stations.iter().copied().max_by(|&a, &b| worth(a, &busy).total_cmp(&worth(b, &busy)).then(b.cmp(&a))) else {
                break;
            };
            ambulances[best] += 1;
            groups.of_station[best].iter().for_each(|&g| busy[g] *= rules.busy);
        }
    }
}

#[allow(clippy::too_many_arguments)] // everything that was worked out, once
fn written(
    input: &ReformInput<'_>,
    frame: &Frame,
    open: &[usize],
    nearest: &[Option<(usize, f64)>],
    fleets: Vec<Fleet>,
    ambulances: &[u32],
    expected: Expected,
    [all, coverable]: [u64; 2],
) -> EmergencyAnswer {
    let rules = &input.rules.emergency;
    let network = &input.case.network;
    let code = |s: usize| network.facilities[frame.sites[open[s]]].code.clone();
    let mut stations: Vec<Station> = (0..open.len()).map(|s| Station { facility: code(s), people: 0, ambulances: ambulances[s] }).collect();
    let (mut covered, mut circle) = (0, 0);
    let reached: Vec<Reached> = frame
        .settlements
        .iter()
        .enumerate()
        .map(|(row, &i)| {
            let s = &network.settlements[i];
            let is_covered = frame.covers[row].iter().any(|c| open.binary_search(c).is_ok());
            covered += if is_covered { s.population.0 } else { 0 };
            circle += if nearest[row].is_some_and(|(_, t)| t <= 15.0) { s.population.0 } else { 0 };
            if let Some((station, _)) = nearest[row] {
                stations[station].people += s.population.0;
            }
            Reached {
                settlement: s.code.clone(),
                people: s.population.0,
                station: nearest[row].map(|(station, _)| code(station)),
                minutes: nearest[row].map(|(_, t)| t),
                covered: is_covered,
            }
        })
        .collect();
    let cars: u32 = ambulances.iter().sum();
    #[allow(clippy::cast_precision_loss)] // stations
    let cost = open.len() as f64 * rules.station_cost + f64::from(cars) * rules.ambulance_cost;
    EmergencyAnswer { stations, reached, fleets, people: [all, covered, circle, all - coverable], expected, cost }
}
