//! Pre-hospital stations and ambulances (policy 2.6).
//!
//! 1. **Stations** (`stations`): the fewest of the candidate sites that cover the share of people asked for within radius and minutes
//!    ([`crate::model::reform::emergency`] has the formulation), and beside it the fewest that cover every settlement some candidate can cover
//!    (location set covering, Toregas et al. 1971, <https://doi.org/10.1287/opre.19.6.1363>). Stations to keep stand first. Prices of the
//!    relaxations stand in the plan: they prove how few can do.
//!    Among as many stations those are sought that have most people within 15 minutes of one (`circle`).
//! 2. **Ambulances** (`fleet`): one for every 30,000 people nearest to an area's stations, at least one a station; each further one where most
//!    people wait for each ambulance (which makes the largest number of people an ambulance as small as can be), or, with `availability`, where
//!    it adds most expected coverage.
//! 3. **Expected coverage** when an ambulance is busy a share `q` of the time: `sum_i N_i (1 - q^k_i)` with `k_i` ambulances within reach
//!    of settlement `i` (Daskin 1983, <https://doi.org/10.1287/trsc.17.1.48>). The sum is submodular, so no other placing of as many
//!    ambulances in each area exceeds what is reached plus, by area, the largest gains that as many more would bring (Nemhauser, Wolsey and
//!    Fisher 1978, <https://doi.org/10.1007/BF01588971>): that bound is written beside it.
//!
//! When less than the share asked for can be covered from the candidates, the repairs name the settlements that need a site.

mod circle;
mod fleet;
mod prices;
mod reach;
mod stations;

use super::{ReformError, ReformInput, Reformed, Repair, Solved};
use crate::ids::{FacilityId, SettlementId};
use crate::outcome::{Bounds, Observer};
use crate::plan::reform::ReformAnswer;
use crate::plan::reform::emergency::{EmergencyAnswer, Everybody, Expected, Fleet, Reached, Station};
use crate::travel::metric::distance_km;
use crate::travel::{Place, Places};
use fleet::{Groups, fleets, place};
use stations::Chosen;

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
    let chosen = stations::choose(input, &frame, &kept, rules.coverage * float(all), observer)?;
    let mut chosen = chosen;
    chosen.open = circled(input, &frame, &kept, chosen.open, rules.coverage * float(all), observer)?;
    let open = chosen.open.clone();
    let nearest = nearest(input, &frame, &open);
    let (fleets, mut ambulances) = fleets(input, &frame, &open, &nearest);
    let within: Vec<Vec<usize>> =
        frame.covers.iter().map(|c| c.iter().filter_map(|s| open.binary_search(s).ok()).collect::<Vec<usize>>()).collect();
    let groups = Groups::new(input, &frame, &open, &within);
    place(input, &fleets, &groups, &nearest, &frame, &mut ambulances);
    let expected = groups.expected(rules.busy, &ambulances, &fleets);
    let answer = written(input, &frame, &chosen, &nearest, (fleets, &ambulances, expected), [all, coverable]);
    #[allow(clippy::cast_precision_loss)] // stations
    let count = open.len() as f64;
    Ok(Reformed::Answer(Box::new(Solved {
        answer: ReformAnswer::Emergency(answer),
        objective: count,
        unit: "stations",
        maximised: false,
        bounds: Bounds { primal: count, dual: chosen.fewest.min(count) },
        termination: chosen.termination,
        backend: chosen.backend,
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

/// As many stations with more people in a circle of 15 minutes, while enough people stay covered.
fn circled(
    input: &ReformInput<'_>,
    frame: &Frame,
    kept: &dyn Fn(usize) -> bool,
    open: Vec<usize>,
    need: f64,
    observer: &dyn Observer,
) -> Result<Vec<usize>, ReformError> {
    let from: Vec<Place> = frame.settlements.iter().map(|&i| Place::Settlement(SettlementId::new(i))).collect();
    let to: Vec<Place> = frame.sites.iter().map(|&j| Place::Facility(FacilityId::new(j))).collect();
    let times = input.case.travel.within(&input.case.network, &from, &to, circle::CIRCLE);
    let (mut covers, mut near) = (vec![Vec::new(); frame.sites.len()], vec![Vec::new(); frame.sites.len()]);
    for (row, list) in frame.covers.iter().enumerate() {
        list.iter().for_each(|&s| covers[s].push(row));
        times.row(row).filter(|(_, t)| *t <= circle::CIRCLE).for_each(|(s, _)| near[s].push(row));
    }
    let people: Vec<f64> = frame.settlements.iter().map(|&i| float(input.case.network.settlements[i].population.0)).collect();
    let circle = circle::Circle { people: &people, covers, near };
    let wider = circle::widen(&circle, open, kept, need);
    circle::best(&circle, wider, kept, need, &input.limits, observer)
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

/// The nearest open station of every settlement by minutes: position in `open`.
fn nearest(input: &ReformInput<'_>, frame: &Frame, open: &[usize]) -> Vec<Option<(usize, f64)>> {
    // an ambulance drives from the station; where times differ by direction this is that way
    let from: Vec<Place> = frame.settlements.iter().map(|&i| Place::Settlement(SettlementId::new(i))).collect();
    let to: Vec<Place> = open.iter().map(|&s| Place::Facility(FacilityId::new(frame.sites[s]))).collect();
    let found = input.case.travel.nearest(&input.case.network, &from, &to, 1);
    (0..from.len()).map(|row| found.row(row).next()).collect()
}

fn written(
    input: &ReformInput<'_>,
    frame: &Frame,
    chosen: &Chosen,
    nearest: &[Option<(usize, f64)>],
    (fleets, ambulances, expected): (Vec<Fleet>, &[u32], Expected),
    [all, coverable]: [u64; 2],
) -> EmergencyAnswer {
    let open = &chosen.open;
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
                reachable: !frame.covers[row].is_empty(),
                price: chosen.prices[row],
                price_all: chosen.prices_all[row],
            }
        })
        .collect();
    let cars: u32 = ambulances.iter().sum();
    #[allow(clippy::cast_precision_loss)] // stations
    let cost = open.len() as f64 * rules.station_cost + f64::from(cars) * rules.ambulance_cost;
    let everybody = Everybody {
        stations: chosen.everybody.iter().map(|&s| network.facilities[frame.sites[s]].code.clone()).collect(),
        fewest: chosen.fewest_all,
        priced: chosen.priced_all,
    };
    EmergencyAnswer {
        stations,
        reached,
        fleets,
        people: [all, covered, circle, all - coverable],
        expected,
        cost,
        share_price: chosen.share_price,
        priced: chosen.priced,
        everybody,
    }
}
