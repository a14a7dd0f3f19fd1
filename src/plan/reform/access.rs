//! Access by tier, as measured.

use serde::{Deserialize, Serialize};

/// Access of a settlement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessRow {
    /// Code of the settlement.
    pub settlement: String,
    /// Inhabitants.
    pub people: u64,
    /// Composite index over the ranks, 1 in the mean of the region.
    pub index: f64,
    /// Access at rank 1, 2 (doctors a head), 3, 4 (beds a head).
    pub by_rank: [f64; 4],
    /// Minutes to the nearest facility of rank 1, 2, 3, 4 and above; `None`: there is no way.
    pub minutes: [Option<f64>; 4],
}

/// Access of an area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessArea {
    /// Code of the area.
    pub area: String,
    /// Inhabitants.
    pub people: u64,
    /// Mean index of its people.
    pub index: f64,
    /// Share of its people within the standard of rank 1 to 4.
    pub coverage: [f64; 4],
}

/// The answer of model 6.18.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessAnswer {
    /// Settlements, in the order of the case.
    pub rows: Vec<AccessRow>,
    /// Areas with people, in the order of the case.
    pub areas: Vec<AccessArea>,
    /// Share of people within the standard of rank 1 to 4.
    pub coverage: [f64; 4],
    /// People beyond it.
    pub beyond: [u64; 4],
    /// Theil index over people.
    pub theil: f64,
    /// Supply of each rank that somebody's catchment holds: doctors, doctors, beds, beds.
    pub supply: [f64; 4],
    /// Codes of the worst served: least index first, then the longest way to a hospital of rank 3.
    pub worst: Vec<String>,
}
