//! `[reform.grids]`: urban medical groups on a grid (model 6.10 E, C12).

use super::communities::{Adjacency, Communities, LeadCount, Method, Within};
use super::{Named, Ranged, Section, ranged};
use serde::{Deserialize, Serialize};

/// What a grid of urban medical groups is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Grids {
    /// Areas to plan, by code; empty: all city cores. City cores of one prefecture are one city.
    pub areas: Vec<String>,
    /// Leading tertiary hospitals by code; a city without one here is led by its largest by beds.
    pub leads: Vec<String>,
    /// Grids of a city: 0 is one for every tertiary hospital, but no more than its secondary hospitals can fill twice; at least 2 always
    /// ("at least two grids in a city", group plan of 2023, policy 2.6).
    pub count: u32,
    /// A grid may hold this share of people more or less than the mean of its city (0.5; assumed: hospitals cluster).
    pub people: f64,
    /// Secondary hospitals inside each grid, at least (1).
    pub members: u32,
    /// Neighbours, as for communities.
    pub adjacency: Adjacency,
    /// What a pair of neighbours in different grids costs, minutes a head (0).
    pub compactness: f64,
    /// How it is solved.
    pub method: Method,
    /// Rounds of the local search.
    pub rounds: u32,
}

impl Default for Grids {
    fn default() -> Self {
        Self {
            areas: Vec::new(),
            leads: Vec::new(),
            count: 0,
            people: 0.5,
            members: 1,
            adjacency: Adjacency::Auto,
            compactness: 0.0,
            method: Method::Auto,
            rounds: 400,
        }
    }
}

impl Grids {
    /// The part of the question that a grid shares with a community.
    #[must_use]
    pub fn as_communities(&self) -> Communities {
        Communities {
            areas: self.areas.clone(),
            leads: self.leads.clone(),
            count: LeadCount::Hospitals,
            adjacency: self.adjacency,
            compactness: self.compactness,
            within: Within::Prefecture,
            method: self.method,
            rounds: self.rounds,
            balance: super::communities::Balance { people: Some(self.people), ..Default::default() },
            ..Communities::default()
        }
    }
}

impl Section for Grids {
    fn ranges(&self) -> Vec<Ranged> {
        vec![
            ranged(&["count"], f64::from(self.count), 0.0, 1e4),
            ranged(&["people"], self.people, 0.0, 1e3),
            ranged(&["members"], f64::from(self.members), 0.0, 1e3),
            ranged(&["compactness"], self.compactness, 0.0, 1e6),
            ranged(&["rounds"], f64::from(self.rounds), 0.0, 1e6),
        ]
    }

    fn names(&self) -> Vec<(Vec<String>, Named, String)> {
        let mut out: Vec<_> = self.areas.iter().map(|a| (vec!["areas".to_owned()], Named::Area, a.clone())).collect();
        out.extend(self.leads.iter().map(|l| (vec!["leads".to_owned()], Named::TertiaryHospital, l.clone())));
        out
    }
}
