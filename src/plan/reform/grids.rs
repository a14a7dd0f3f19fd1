//! Urban medical groups on a grid, as written.

use super::communities::{Community, CommunityGroup, NeighboursFrom};
use serde::{Deserialize, Serialize};

/// A grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// Leader, subdistricts and amounts, as of a community.
    pub district: Community,
    /// Codes of the secondary hospitals in it, in the order of the case.
    pub members: Vec<String>,
    /// Visits a year of the leader that are kept for referred patients: a third of its slots (C12).
    pub reserved_visits: f64,
    /// Beds of the leader that are kept for them: a quarter (C12).
    pub reserved_beds: f64,
}

/// The answer of model 6.10 E.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GridsAnswer {
    /// Cities, in the order of their prefectures' names.
    pub groups: Vec<CommunityGroup>,
    /// Grids, by city, then in the order of their leaders.
    pub grids: Vec<Grid>,
    /// Where neighbours come from.
    pub neighbours_from: NeighboursFrom,
}
