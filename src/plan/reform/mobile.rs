//! Villages, tours, days and teams of mobile services, as written.

use crate::policy::reform::mobile::Rhythm;
use serde::{Deserialize, Serialize};

/// Days of the period that a calendar covers; it then begins again.
pub const PERIOD: u32 = 28;

/// A village that a team visits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Village {
    /// Code of the settlement.
    pub settlement: String,
    /// Inhabitants.
    pub people: u64,
    /// Minutes to the nearest fixed site; `None`: there is no way to any.
    pub fixed_minutes: Option<f64>,
    /// Facility whose team comes.
    pub base: String,
    /// Number of the team at its base, from 1; the same at every visit.
    pub team: u32,
    /// How often.
    pub rhythm: Rhythm,
    /// Minutes of service at a visit.
    pub service: f64,
}

/// A day tour, repeated as its rhythm says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tour {
    /// Facility it starts from and ends at.
    pub base: String,
    /// Number of the team at its base, from 1.
    pub team: u32,
    /// How often it is driven.
    pub rhythm: Rhythm,
    /// Days of the period on which it is driven, 1 to 28; day 1 is a Monday.
    pub days: Vec<u32>,
    /// Villages in order, by code.
    pub stops: Vec<String>,
    /// Minutes of travel, base to base.
    pub travel: f64,
    /// Minutes of service.
    pub service: f64,
}

/// The villages of one base and rhythm: what was routed together, with its proof.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// The base.
    pub base: String,
    /// The rhythm.
    pub rhythm: Rhythm,
    /// Villages, in the order of the case.
    pub villages: Vec<String>,
    /// Day tours.
    pub tours: u32,
    /// No plan has fewer.
    pub fewest: u32,
    /// Minutes of travel of all tours, once round.
    pub travel: f64,
    /// No plan with as many tours travels less, minutes.
    pub least_travel: f64,
    /// Worked out exactly.
    pub exact: bool,
    /// Multipliers of both bounds (travel, number), base first, then the villages in their order; empty where exact.
    pub multipliers: [Vec<f64>; 2],
}

/// What a base needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BaseTeams {
    /// Code of the facility.
    pub base: String,
    /// Teams it needs; no calendar of these tours does with fewer.
    pub teams: u32,
    /// Teams it has, where that is given.
    pub has: Option<u32>,
    /// Days that its teams are out, in the period of 28 days.
    pub days: u32,
}

/// The answer of model 6.12.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MobileAnswer {
    /// Villages visited, in the order of the case.
    pub villages: Vec<Village>,
    /// Day tours, by base, team and first day.
    pub tours: Vec<Tour>,
    /// Proofs, in the order of the case.
    pub rounds: Vec<Round>,
    /// Teams, in the order of the case.
    pub bases: Vec<BaseTeams>,
    /// Settlements of the areas asked for: all, reached by a fixed site, visited, neither
    /// (villages named by hand may be both, and leave others without either).
    pub settlements: [u64; 4],
    /// The same, people.
    pub people: [u64; 4],
    /// Yuan a year (13 periods).
    pub cost: f64,
}
