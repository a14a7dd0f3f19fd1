//! Ambulances by area and station, and the people for whom one is expected to be free.

use super::{Frame, float};
use crate::plan::reform::emergency::{Expected, Fleet};
use crate::reform::ReformInput;
use std::collections::BTreeMap;

/// Ambulances by area, and the first of each station.
pub(super) fn fleets(input: &ReformInput<'_>, frame: &Frame, open: &[usize], nearest: &[Option<(usize, f64)>]) -> (Vec<Fleet>, Vec<u32>) {
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
pub(super) struct Groups {
    people: Vec<f64>,
    stations: Vec<Vec<usize>>,
    of_station: Vec<Vec<usize>>,
    /// Stations of each area, in the order of the fleets.
    areas: BTreeMap<String, Vec<usize>>,
}

impl Groups {
    pub(super) fn new(input: &ReformInput<'_>, frame: &Frame, open: &[usize], within: &[Vec<usize>]) -> Self {
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
    pub(super) fn expected(&self, q: f64, ambulances: &[u32], fleets: &[Fleet]) -> Expected {
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
pub(super) fn place(
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
