//! Whom stations reach: covered and reachable settlements, the nearest station of each, expected coverage and its bound.

use super::super::{Findings, VALUE, listed};
use super::float;
use crate::ids::{FacilityId, SettlementId};
use crate::network::Case;
use crate::plan::reform::emergency::EmergencyAnswer;
use crate::policy::reform::Emergency;
use crate::travel::Place;
use crate::travel::metric::distance_km;
use std::collections::BTreeMap;

/// Settlements asked for, and the candidates within radius and minutes of each.
pub(super) struct Reach {
    pub settlements: Vec<usize>,
    /// Facilities that may house a station, increasing.
    pub candidates: Vec<usize>,
    /// Facilities, by settlement, increasing.
    pub covers: Vec<Vec<usize>>,
}

impl Reach {
    pub(super) fn read(case: &Case, rules: &Emergency, a: &EmergencyAnswer, candidates: Vec<usize>, found: &mut Findings) -> Option<Self> {
        let n = &case.network;
        let asked = |i: &usize| {
            let s = &n.settlements[*i];
            s.population.0 > 0 && (rules.areas.is_empty() || rules.areas.contains(&n.area(s.area).code))
        };
        let settlements: Vec<usize> = (0..n.settlements.len()).filter(asked).collect();
        let codes = settlements.iter().map(|&i| n.settlements[i].code.as_str());
        if !listed("reached", a.reached.iter().map(|r| r.settlement.as_str()), codes, found) {
            return None;
        }
        let from: Vec<Place> = settlements.iter().map(|&i| Place::Settlement(SettlementId::new(i))).collect();
        let to: Vec<Place> = candidates.iter().map(|&j| Place::Facility(FacilityId::new(j))).collect();
        let times = case.travel.within(n, &from, &to, rules.urban_minutes.max(rules.rural_minutes));
        let covers: Vec<Vec<usize>> = settlements
            .iter()
            .enumerate()
            .map(|(row, &i)| {
                let s = &n.settlements[i];
                let urban = n.is_urban(s.area);
                let (km, minutes) = if urban { (rules.urban_km, rules.urban_minutes) } else { (rules.rural_km, rules.rural_minutes) };
                let near = |j: usize| distance_km(n.crs, s.position, n.facilities[j].position) <= km;
                times.row(row).map(|(c, t)| (candidates[c], t)).filter(|(j, t)| *t <= minutes && near(*j)).map(|(j, _)| j).collect()
            })
            .collect();
        Some(Self { settlements, candidates, covers })
    }

    pub(super) fn heads(&self, case: &Case, row: usize) -> u64 {
        case.network.settlements[self.settlements[row]].population.0
    }

    /// Who is covered, who could be, and who is nearest to which station.
    pub(super) fn people(&self, case: &Case, rules: &Emergency, a: &EmergencyAnswer, stations: &[usize], found: &mut Findings) {
        let n = &case.network;
        let from: Vec<Place> = self.settlements.iter().map(|&i| Place::Settlement(SettlementId::new(i))).collect();
        let to: Vec<Place> = stations.iter().map(|&j| Place::Facility(FacilityId::new(j))).collect();
        let near = case.travel.nearest(n, &from, &to, 1);
        let (mut sums, mut served) = ([0_u64; 4], vec![0_u64; stations.len()]);
        for (row, r) in a.reached.iter().enumerate() {
            let (heads, covering) = (self.heads(case, row), &self.covers[row]);
            let at = || r.settlement.clone();
            let covered = covering.iter().any(|j| stations.contains(j));
            let flag = |told: bool, is: bool, what: &str, found: &mut Findings| {
                if told != is {
                    found.add("limit", at(), f64::from(u8::from(told)), f64::from(u8::from(is)), what);
                }
            };
            flag(r.covered, covered, "The settlement is not covered as it is said.", found);
            flag(r.reachable, !covering.is_empty(), "Whether a site could cover the settlement is told wrongly.", found);
            found.equal("value", at, float(r.people), float(heads), 0.0, "The settlement has another number of people.");
            let nearest = near.row(row).next();
            let (is, should) = (r.minutes.unwrap_or(-1.0), nearest.map_or(-1.0, |(_, t)| t));
            found.equal("value", at, is, should, VALUE * should.abs().max(1.0), "The nearest station is not as far.");
            let code = nearest.map(|(s, _)| n.facilities[stations[s]].code.as_str());
            if r.station.as_deref() != code {
                found.add("value", at(), is, should, format!("The nearest station is {}.", code.unwrap_or("none")));
            }
            if let Some((station, _)) = nearest {
                served[station] += heads;
            }
            let circle = nearest.is_some_and(|(_, t)| t <= 15.0);
            for (sum, counts) in sums.iter_mut().zip([true, covered, circle, covering.is_empty()]) {
                *sum += if counts { heads } else { 0 };
            }
        }
        for (is, should) in a.people.iter().zip(sums) {
            found.equal("value", || "people".into(), float(*is), float(should), 0.0, "People are not counted right.");
        }
        for (s, should) in a.stations.iter().zip(served) {
            found.equal("value", || s.facility.clone(), float(s.people), float(should), 0.0, "Others are nearest to the station.");
        }
        let least = rules.coverage * float(sums[0]);
        let covered = float(sums[1]);
        found.at_most("limit", || "coverage".into(), least, covered, VALUE * least.max(1.0), "Fewer people are covered than was asked.");
    }

    /// Expected coverage, and what no other placing of as many ambulances in each area exceeds: each further ambulance of a station adds a share
    /// `busy` of what the one before it adds, and the largest of these gains together bound all of them.
    pub(super) fn expected(&self, case: &Case, rules: &Emergency, a: &EmergencyAnswer, stations: &[usize], found: &mut Findings) {
        let place: BTreeMap<usize, usize> = stations.iter().enumerate().map(|(p, &j)| (j, p)).collect();
        let (mut expected, mut covered, mut gain) = (0.0, 0.0, vec![0.0; stations.len()]);
        for (row, covering) in self.covers.iter().enumerate() {
            let here: Vec<usize> = covering.iter().filter_map(|j| place.get(j).copied()).collect();
            if here.is_empty() {
                continue;
            }
            let heads = float(self.heads(case, row));
            let cars: f64 = here.iter().map(|&p| f64::from(a.stations[p].ambulances)).sum();
            let busy = rules.busy.powf(cars);
            expected += heads * (1.0 - busy);
            covered += heads;
            here.into_iter().for_each(|p| gain[p] += heads * busy * (1.0 - rules.busy));
        }
        let mut most = expected;
        for fleet in &a.fleets {
            let mut gains = Vec::new();
            for (p, &j) in stations.iter().enumerate() {
                let area = case.network.facilities[j].area.map(|x| case.network.area(x).code.as_str());
                if area == Some(fleet.area.as_str()) {
                    // beyond the thousandth nothing is left to gain
                    gains.extend((0..fleet.ambulances.min(1000)).map(|m| gain[p] * rules.busy.powf(f64::from(m))));
                }
            }
            gains.sort_by(|x, y| y.total_cmp(x));
            most += gains.iter().take(fleet.ambulances as usize).sum::<f64>();
        }
        let (most, slack) = (most.min(covered), VALUE * expected.max(1.0));
        found.equal("value", || "expected".into(), a.expected.people, expected, slack, "The expected coverage is another.");
        found.equal("bounds", || "expected".into(), a.expected.most, most, slack, "What no placing exceeds is another number.");
    }
}
