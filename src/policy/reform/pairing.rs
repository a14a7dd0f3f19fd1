//! `[reform.pairing]`: which tertiary hospitals may help which county hospitals, and what that gains (model 6.13).

use super::{Named, Ranged, Section, ranged};
use crate::network::Tier;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a pairing is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Pairing {
    /// Areas whose county hospitals are helped, by code; empty: all.
    pub areas: Vec<String>,
    /// County hospitals a tertiary hospital can help, by tier (M 2, P 2, R 2, N 2; assumed); a tier that is absent helps nobody.
    pub capacity: BTreeMap<Tier, u32>,
    /// The same for single hospitals, by code; wins over the tier.
    pub capacities: BTreeMap<String, u32>,
    /// Strength of a hospital that helps, 0 to 1, by tier (M 0.65, P 0.9, R 1, N 1; assumed).
    pub strength: BTreeMap<Tier, f64>,
    /// The same for single hospitals, by code; wins over the tier.
    pub strengths: BTreeMap<String, f64>,
    /// What a county hospital lacks, 0 to 1, by code. Without an entry it is worked out: one less the county hospital's doctors per bed
    /// and beds against the largest of the region, a stand-in for the capacity evaluation that no open table has.
    pub gaps: BTreeMap<String, f64>,
    /// Points of gain of strength 1 helping a gap of 1 (100; assumed).
    pub gain: f64,
    /// Points a minute between the two costs (0.10; assumed).
    pub minute: f64,
    /// Helpers that a county hospital has at least (1).
    pub helpers: u32,
    /// Share of the cases one rank above the county's means that it can treat, per unit of strength (0.15; assumed).
    pub treats: f64,
    /// Seats for further training in a tertiary hospital, a year and county (3: 6,000 a year over 2,000 counties, main work of 2012).
    pub seats_per_county: f64,
}

impl Default for Pairing {
    fn default() -> Self {
        Self {
            areas: Vec::new(),
            capacity: BTreeMap::from([(Tier::M, 2), (Tier::P, 2), (Tier::R, 2), (Tier::N, 2)]),
            capacities: BTreeMap::new(),
            strength: BTreeMap::from([(Tier::M, 0.65), (Tier::P, 0.9), (Tier::R, 1.0), (Tier::N, 1.0)]),
            strengths: BTreeMap::new(),
            gaps: BTreeMap::new(),
            gain: 100.0,
            minute: 0.10,
            helpers: 1,
            treats: 0.15,
            seats_per_county: 3.0,
        }
    }
}

impl Section for Pairing {
    fn ranges(&self) -> Vec<Ranged> {
        let mut out = vec![
            ranged(&["gain"], self.gain, 0.0, 1e6),
            ranged(&["minute"], self.minute, 0.0, 1e6),
            ranged(&["helpers"], f64::from(self.helpers), 1.0, 100.0),
            ranged(&["treats"], self.treats, 0.0, 1.0),
            ranged(&["seats_per_county"], self.seats_per_county, 0.0, 1e4),
        ];
        out.extend(self.capacity.iter().map(|(t, n)| ranged(&["capacity", t.code()], f64::from(*n), 0.0, 1e4)));
        out.extend(self.capacities.iter().map(|(c, n)| ranged(&["capacities", c], f64::from(*n), 0.0, 1e4)));
        out.extend(self.strength.iter().map(|(t, v)| ranged(&["strength", t.code()], *v, 0.0, 1.0)));
        out.extend(self.strengths.iter().map(|(c, v)| ranged(&["strengths", c], *v, 0.0, 1.0)));
        out.extend(self.gaps.iter().map(|(c, v)| ranged(&["gaps", c], *v, 0.0, 1.0)));
        out
    }

    fn names(&self) -> Vec<(Vec<String>, Named, String)> {
        let at = |key: &str, kind: Named, code: &String| (vec![key.to_owned(), code.clone()], kind, code.clone());
        let mut out: Vec<_> = self.areas.iter().map(|a| (vec!["areas".to_owned()], Named::Area, a.clone())).collect();
        out.extend(self.capacities.keys().map(|c| at("capacities", Named::TertiaryHospital, c)));
        out.extend(self.strengths.keys().map(|c| at("strengths", Named::TertiaryHospital, c)));
        out.extend(self.gaps.keys().map(|c| at("gaps", Named::CountyHospital, c)));
        out
    }
}
