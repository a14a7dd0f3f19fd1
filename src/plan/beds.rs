//! The written bed plan, `plan.json` of kind `beds`: how many beds each area and each facility has before and after.

use crate::network::Provenance;
use crate::outcome::{Bounds, Termination};
use crate::policy::Scenario;
pub use crate::policy::beds::{BedsGoal, BedsQuestion};
use serde::{Deserialize, Serialize};

/// Version of the shape; a plan of another version is refused.
pub const BEDS_VERSION: u32 = 1;
/// What `kind` says.
pub const BEDS_KIND: &str = "beds";

/// How even beds are, over areas with people.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BedsMeasures {
    /// Beds of the areas.
    pub beds: f64,
    /// Gini coefficient of beds per need-weighted head, 0 (all alike) to below 1.
    pub gini: f64,
    /// Beds per 1,000 need-weighted heads of the worst-off area.
    pub lowest: f64,
    /// Of the best-off area.
    pub highest: f64,
    /// Mean absolute deviation from the mean, beds per 1,000 need-weighted heads.
    pub mean_deviation: f64,
}

/// One area with people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AreaBeds {
    /// Code of the area.
    pub area: String,
    /// Residents.
    pub people: u64,
    /// Need of a head, 1 where nothing is known.
    pub need: f64,
    /// County and primary beds now.
    pub before: u64,
    /// Fewest beds that the question allows.
    pub lower: f64,
    /// Most beds that the question allows.
    pub upper: f64,
    /// Optimum of the linear programme, not whole.
    pub exact: f64,
    /// Whole beds of the plan.
    pub after: u64,
    /// What one more bed allowed here does to the objective, to first order (negative: it helps; 0 where no limit binds).
    pub price: f64,
}

/// One facility of ranks 2 and 3.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FacilityBeds {
    /// Code of the facility.
    pub facility: String,
    /// Code of its area.
    pub area: String,
    /// Beds now.
    pub before: u64,
    /// Beds of the plan.
    pub after: u64,
}

/// Prices of the limits of the whole region, to first order; `None` where a limit is not part of the question.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BedsPrices {
    /// Change of the objective by one more bed in all, the mean rate held (the dual of B2).
    pub bed_mean_held: Option<f64>,
    /// Change of the objective by one more bed in all.
    pub bed: Option<f64>,
    /// Yuan saved by a Gini limit that is larger by 0.01.
    pub gini_limit: Option<f64>,
}

/// A checked plan of beds by area and facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BedsPlan {
    /// Shape version.
    pub version: u32,
    /// Kind of plan: `beds`.
    pub kind: String,
    /// Version of the program that made it.
    pub fenji: String,
    /// Name of the case.
    pub case: String,
    /// Policy pack in force (beds in force do not depend on it).
    pub policy: String,
    /// The scenario, whose capacity changes make the beds of `before`.
    pub scenario: Scenario,
    /// What was asked.
    pub question: BedsQuestion,
    /// Where the need weights come from: `none` (all 1) or the name of a table.
    pub need_source: String,
    /// Beds per 1,000 residents of the region now, all tiers, times the share the region may use.
    pub density: f64,
    /// Whether the freeze of public hospitals holds.
    pub frozen: bool,
    /// Objective of the linear programme: Gini, beds per 1,000 (max-min: of the worst-off area), or yuan.
    pub objective: f64,
    /// Proven interval around the optimum of the linear programme; for max-min both sides are negated rates.
    pub bounds: Bounds,
    /// Why the run ended.
    pub termination: Termination,
    /// Capital cost of the beds added in whole numbers, yuan (policy 2.7, assumed).
    pub cost: f64,
    /// How even beds are now.
    pub before: BedsMeasures,
    /// At the optimum of the linear programme.
    pub exact: BedsMeasures,
    /// In whole beds.
    pub after: BedsMeasures,
    /// Areas with people, in the order of the case.
    pub areas: Vec<AreaBeds>,
    /// Facilities of ranks 2 and 3 in those areas, in the order of the case.
    pub facilities: Vec<FacilityBeds>,
    /// Prices of the limits.
    pub prices: BedsPrices,
    /// Solver that did it.
    pub backend: String,
    /// Seconds from reading the tables to the checked plan.
    pub seconds: f64,
    /// Where the numbers of the case come from.
    pub provenance: Vec<Provenance>,
}
