//! The written layout, `plan.json` of `fenji layout`.

use crate::network::{Owner, Provenance, Tier};
use crate::outcome::{Bounds, Termination};
use crate::policy::Scenario;
use crate::policy::layout::{Capability, Objective};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the shape; a plan of another version is refused.
pub const LAYOUT_VERSION: u32 = 1;

/// A checked layout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayoutPlan {
    /// Shape version.
    pub version: u32,
    /// Kind of plan: `layout`.
    pub kind: String,
    /// Version of the program that made it.
    pub fenji: String,
    /// Name of the case.
    pub case: String,
    /// Policy pack in force.
    pub policy: String,
    /// Objectives in their order, each with its proven interval.
    pub objectives: Vec<ObjectiveValue>,
    /// Relative gap that was asked for.
    pub gap_asked: f64,
    /// Why the run ended.
    pub termination: Termination,
    /// Solver.
    pub backend: String,
    /// Method: `direct` or `parts`.
    pub method: String,
    /// Independent parts the model fell into.
    pub parts: usize,
    /// Seconds from reading the tables to the checked plan.
    pub seconds: f64,
    /// The scenario, with everything that was asked.
    pub scenario: Scenario,
    /// Area codes of the case, in its order.
    pub areas: Vec<String>,
    /// Settlement codes of the case, in its order.
    pub settlements: Vec<String>,
    /// Sites that are open today or in the plan.
    pub sites: Vec<SitePlan>,
    /// Who uses which site.
    pub assignments: Assignments,
    /// Money.
    pub money: Money,
    /// Access by level, before and after.
    pub access: Vec<Access>,
    /// Coverage of the standards, over all and by area.
    pub coverage: Vec<CoverageRow>,
    /// Beds by level, before and after.
    pub beds: Vec<BedRow>,
    /// Prices of what joins everything: what one more unit is worth, in the unit of the first objective.
    pub prices: BTreeMap<String, f64>,
    /// Points of the front, when they were asked for.
    pub front: Vec<FrontPoint>,
    /// Where the numbers of the case come from.
    pub provenance: Vec<Provenance>,
}

/// An objective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectiveValue {
    /// Which.
    pub objective: Objective,
    /// Its unit.
    pub unit: String,
    /// Its value.
    pub value: f64,
    /// Proven interval, among layouts that keep to the objectives before it.
    pub bounds: Bounds,
}

/// What becomes of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SiteStatus {
    /// Stays at its level.
    Kept,
    /// Stays at its level with more beds.
    Grown,
    /// Stays at its level with fewer beds.
    Shrunk,
    /// Did not stand, and will.
    Opened,
    /// Rises a level.
    Upgraded,
    /// Falls a level.
    Downgraded,
    /// Stood, and will not.
    Closed,
}

impl SiteStatus {
    /// All, in the order of legends.
    pub const ALL: [Self; 7] = [Self::Kept, Self::Grown, Self::Shrunk, Self::Opened, Self::Upgraded, Self::Downgraded, Self::Closed];

    /// Name as in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        ["kept", "grown", "shrunk", "opened", "upgraded", "downgraded", "closed"][self as usize]
    }

    /// The status that levels and beds make.
    #[must_use]
    pub fn of(before: u8, after: u8, beds_before: f64, beds_after: f64) -> Self {
        match (before, after) {
            (0, _) => Self::Opened,
            (_, 0) => Self::Closed,
            (b, a) if a > b => Self::Upgraded,
            (b, a) if a < b => Self::Downgraded,
            _ if beds_after > beds_before + 0.5 => Self::Grown,
            _ if beds_after < beds_before - 0.5 => Self::Shrunk,
            _ => Self::Kept,
        }
    }
}

/// A site of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SitePlan {
    /// Code: of the facility, `settlement:CODE` or `township:CODE`.
    pub code: String,
    /// Name of the facility, settlement or township.
    pub name: String,
    /// Name in Latin letters.
    pub name_en: Option<String>,
    /// Area, by position.
    pub area: u32,
    /// Township code, where it has one.
    pub town: Option<String>,
    /// Longitude, or kilometres east.
    pub x: f64,
    /// Latitude, or kilometres north.
    pub y: f64,
    /// Owner.
    pub owner: Owner,
    /// What becomes of it.
    pub status: SiteStatus,
    /// Level today, 0 to 3.
    pub level_before: u8,
    /// Level in the plan, 0 to 3.
    pub level: u8,
    /// Tier in the plan (today's for a site that closes).
    pub tier: Tier,
    /// Beds today.
    pub beds_before: f64,
    /// Beds in the plan.
    pub beds: f64,
    /// Fixed cost in the plan, yuan a year.
    pub fixed_cost: f64,
    /// Capital of added beds, yuan once.
    pub capital: f64,
    /// Capabilities in the plan.
    pub capabilities: Vec<Capability>,
    /// People served at its levels, by level from 1.
    pub people: [f64; 3],
}

/// Uses of sites, by column.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignments {
    /// Settlement, by position in the case.
    pub settlement: Vec<u32>,
    /// Level of service, 1 to 3.
    pub level: Vec<u8>,
    /// Site, by position in `sites`.
    pub site: Vec<u32>,
    /// Share of the people.
    pub share: Vec<f64>,
    /// Minutes one way.
    pub minutes: Vec<f64>,
}

/// Money of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Fixed cost of open sites, yuan a year.
    pub fixed: f64,
    /// Yearly charge of added beds, yuan.
    pub charge: f64,
    /// Cost of capabilities added, yuan a year.
    pub capability: f64,
    /// Travel there and back at the value of time, yuan a year.
    pub travel: f64,
    /// Sum of the four, yuan a year.
    pub total: f64,
    /// Capital of added beds, yuan once.
    pub capital: f64,
    /// What counts against the budget, yuan.
    pub budget_used: f64,
    /// Fixed cost of today's sites, yuan a year.
    pub fixed_before: f64,
    /// Travel to today's sites at the value of time, yuan a year; `null` where somebody has none to go to.
    pub travel_before: Option<f64>,
}

/// How far people are from a level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// Level; 0: all, by trips.
    pub level: u8,
    /// Mean minutes one way.
    pub mean: f64,
    /// Minutes that nine of ten people do not exceed.
    pub p90: f64,
    /// Longest.
    pub longest: f64,
    /// Mean minutes today; `null` where somebody has no site.
    pub mean_before: Option<f64>,
    /// Gini of minutes a trip between townships (level 0 alone).
    pub gini: Option<f64>,
}

/// Coverage of a standard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoverageRow {
    /// Level.
    pub level: u8,
    /// Area, by position; `null` for all.
    pub area: Option<u32>,
    /// Minutes of the standard.
    pub minutes: f64,
    /// People.
    pub people: f64,
    /// Share of them covered today.
    pub before: f64,
    /// Share covered in the plan.
    pub after: f64,
    /// Share wanted; `null` where the scenario asks for none.
    pub wanted: Option<f64>,
}

/// Beds of a level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BedRow {
    /// Level, 2 or 3 (city hospitals are level 4 here).
    pub level: u8,
    /// Area, by position; `null` for all.
    pub area: Option<u32>,
    /// Beds today.
    pub before: f64,
    /// Beds in the plan.
    pub after: f64,
    /// Beds in the plan per 1,000 people.
    pub per_1000: f64,
}

/// A point of a front: values of all objectives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrontPoint {
    /// The bound that was set, in the unit of the bounded objective; `null` at the ends.
    pub limit: Option<f64>,
    /// Value of every objective, by name.
    pub values: BTreeMap<String, f64>,
    /// What the minimised objective cannot undercut under the limit; `null` when nothing is proven.
    pub dual: Option<f64>,
    /// Codes of open sites that are not there today.
    pub opened: Vec<String>,
    /// Codes of sites that close.
    pub closed: Vec<String>,
}
