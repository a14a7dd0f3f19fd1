//! Flows of a referral plan, by column: one vector per field, all of the same length. Only flows above zero are kept.
//!
//! Facilities, settlements, areas and classes are named by their position in the case tables; the plan carries the codes
//! of all of them ([`super::referral::Names`]), so that a plan whose case changed is refused instead of misread.

use serde::{Deserialize, Serialize};

/// First contact `x[i,j,k]` and displaced cases `v[i,j,k]`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstContact {
    /// Settlement.
    pub settlement: Vec<u32>,
    /// Facility.
    pub facility: Vec<u32>,
    /// Class.
    pub class: Vec<u32>,
    /// Cases a year `x`.
    pub cases: Vec<f64>,
    /// Cases a year turned away from where they would have gone `v`.
    pub displaced: Vec<f64>,
}

/// Moves between two facilities: up-referral `u`, redirect `e` or step-down `d`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Moves {
    /// Area the patients come from.
    pub area: Vec<u32>,
    /// Sending facility.
    pub from: Vec<u32>,
    /// Receiving facility.
    pub to: Vec<u32>,
    /// Class.
    pub class: Vec<u32>,
    /// Cases a year.
    pub cases: Vec<f64>,
}

/// Cases at a facility: definitive treatment `w` or arrived and not served `s`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AtFacility {
    /// Area the patients come from.
    pub area: Vec<u32>,
    /// Facility.
    pub facility: Vec<u32>,
    /// Class.
    pub class: Vec<u32>,
    /// Cases a year.
    pub cases: Vec<f64>,
}

/// Cases without access `z[i,k]`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoAccess {
    /// Settlement.
    pub settlement: Vec<u32>,
    /// Class.
    pub class: Vec<u32>,
    /// Cases a year.
    pub cases: Vec<f64>,
}

/// Doctors posted from one facility to another `o[j,q]` (C15).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Postings {
    /// Sending facility.
    pub from: Vec<u32>,
    /// Receiving facility.
    pub to: Vec<u32>,
    /// Doctors, full-time equivalents.
    pub doctors: Vec<f64>,
}

/// All flows of a plan, cases a year.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flows {
    /// First contact `x` and displaced `v`.
    pub first_contact: FirstContact,
    /// Up-referral `u`.
    pub up: Moves,
    /// Redirect before treatment `e`.
    pub redirect: Moves,
    /// Step-down after the acute phase `d`.
    pub down: Moves,
    /// Definitive treatment `w`.
    pub treated: AtFacility,
    /// Arrived and not served `s`.
    pub unserved: AtFacility,
    /// No access `z`.
    pub no_access: NoAccess,
    /// Postings `o`.
    pub postings: Postings,
}

impl Moves {
    /// Adds a move.
    pub fn push(&mut self, area: u32, from: u32, to: u32, class: u32, cases: f64) {
        self.area.push(area);
        self.from.push(from);
        self.to.push(to);
        self.class.push(class);
        self.cases.push(cases);
    }

    /// Rows `(area, from, to, class, cases)`.
    pub fn rows(&self) -> impl Iterator<Item = (usize, usize, usize, usize, f64)> + '_ {
        (0..self.cases.len())
            .map(|n| (self.area[n] as usize, self.from[n] as usize, self.to[n] as usize, self.class[n] as usize, self.cases[n]))
    }
}

impl AtFacility {
    /// Adds an entry.
    pub fn push(&mut self, area: u32, facility: u32, class: u32, cases: f64) {
        self.area.push(area);
        self.facility.push(facility);
        self.class.push(class);
        self.cases.push(cases);
    }

    /// Rows `(area, facility, class, cases)`.
    pub fn rows(&self) -> impl Iterator<Item = (usize, usize, usize, f64)> + '_ {
        (0..self.cases.len()).map(|n| (self.area[n] as usize, self.facility[n] as usize, self.class[n] as usize, self.cases[n]))
    }
}

impl FirstContact {
    /// Adds an entry.
    pub fn push(&mut self, settlement: u32, facility: u32, class: u32, cases: f64, displaced: f64) {
        self.settlement.push(settlement);
        self.facility.push(facility);
        self.class.push(class);
        self.cases.push(cases);
        self.displaced.push(displaced);
    }

    /// Rows `(settlement, facility, class, cases, displaced)`.
    pub fn rows(&self) -> impl Iterator<Item = (usize, usize, usize, f64, f64)> + '_ {
        (0..self.cases.len())
            .map(|n| (self.settlement[n] as usize, self.facility[n] as usize, self.class[n] as usize, self.cases[n], self.displaced[n]))
    }
}

impl NoAccess {
    /// Adds an entry.
    pub fn push(&mut self, settlement: u32, class: u32, cases: f64) {
        self.settlement.push(settlement);
        self.class.push(class);
        self.cases.push(cases);
    }

    /// Rows `(settlement, class, cases)`.
    pub fn rows(&self) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
        (0..self.cases.len()).map(|n| (self.settlement[n] as usize, self.class[n] as usize, self.cases[n]))
    }
}
