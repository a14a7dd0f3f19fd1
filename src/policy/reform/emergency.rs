//! `[reform.emergency]`: where pre-hospital stations may stand, whom they must reach, and how many ambulances there are.

use super::{Named, Ranged, Section, ranged};
use crate::network::Tier;
use serde::{Deserialize, Serialize};

/// What a net of pre-hospital stations is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Emergency {
    /// Areas to plan, by code; empty: all.
    pub areas: Vec<String>,
    /// Tiers whose facilities may house a station (C, T, K, D, M; "rural pre-hospital emergency care system", main work of 2012).
    pub tiers: Vec<Tier>,
    /// Facilities that house a station in any case, by code.
    pub keep: Vec<String>,
    /// Farthest a station may be in a city core, straight km (5; policy 2.6).
    pub urban_km: f64,
    /// Farthest elsewhere, straight km (20: the wide end of 10 to 20; policy 2.6).
    pub rural_km: f64,
    /// Longest way from a station in a city core, minutes (15; policy 2.6, a province's rule).
    pub urban_minutes: f64,
    /// Longest way elsewhere, minutes (30; policy 2.6, a province's rule).
    pub rural_minutes: f64,
    /// Least share of people within radius and minutes (0.90; assumed). No more stations stand than that share takes; what covering everybody
    /// whom a site can reach would take is told beside it.
    pub coverage: f64,
    /// People for every ambulance (30,000; policy 2.6).
    pub people_per_ambulance: f64,
    /// Ambulances beyond the first of each station go where they add most expected coverage (the maximum expected covering location
    /// problem), instead of where there are most people for each.
    pub availability: bool,
    /// Share of the time that an ambulance is busy (0.3; assumed), for `availability`.
    pub busy: f64,
    /// A station, yuan a year (400,000; assumed).
    pub station_cost: f64,
    /// An ambulance with its crews, yuan a year (900,000; assumed).
    pub ambulance_cost: f64,
}

impl Default for Emergency {
    fn default() -> Self {
        Self {
            areas: Vec::new(),
            tiers: vec![Tier::T, Tier::C, Tier::K, Tier::D, Tier::M],
            keep: Vec::new(),
            urban_km: 5.0,
            rural_km: 20.0,
            urban_minutes: 15.0,
            rural_minutes: 30.0,
            coverage: 0.90,
            people_per_ambulance: 30_000.0,
            availability: false,
            busy: 0.3,
            station_cost: 4e5,
            ambulance_cost: 9e5,
        }
    }
}

impl Section for Emergency {
    fn ranges(&self) -> Vec<Ranged> {
        vec![
            ranged(&["urban_km"], self.urban_km, 0.0, 1e4),
            ranged(&["rural_km"], self.rural_km, 0.0, 1e4),
            ranged(&["urban_minutes"], self.urban_minutes, 0.0, 1e4),
            ranged(&["rural_minutes"], self.rural_minutes, 0.0, 1e4),
            ranged(&["coverage"], self.coverage, 0.0, 1.0),
            ranged(&["people_per_ambulance"], self.people_per_ambulance, 1.0, 1e9),
            ranged(&["busy"], self.busy, 0.0, 0.999),
            ranged(&["station_cost"], self.station_cost, 0.0, 1e12),
            ranged(&["ambulance_cost"], self.ambulance_cost, 0.0, 1e12),
        ]
    }

    fn names(&self) -> Vec<(Vec<String>, Named, String)> {
        let areas = self.areas.iter().map(|a| (vec!["areas".to_owned()], Named::Area, a.clone()));
        areas.chain(self.keep.iter().map(|f| (vec!["keep".to_owned()], Named::Facility, f.clone()))).collect()
    }
}
