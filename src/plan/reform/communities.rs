//! County medical communities, as written.

use crate::outcome::Bounds;
use serde::{Deserialize, Serialize};

/// A community.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Community {
    /// Position of its group in `groups`.
    pub group: u32,
    /// Code of the leading hospital.
    pub lead: String,
    /// Code of the township that is its root: where the lead stands, unless another lead has that.
    pub seat: String,
    /// The lead stands in a township that belongs to another community, because another lead stands there, too.
    pub seat_elsewhere: bool,
    /// Codes of its townships, in the order of the case.
    pub towns: Vec<String>,
    /// People of record.
    pub people: u64,
    /// Beds of rank 3 and below in its townships, its lead's with it.
    pub beds: f64,
    /// Fund income of its enrolled people by their need, yuan a year.
    pub fund: f64,
    /// Minutes from seat to lead, mean over people.
    pub minutes: f64,
    /// Minutes of the farthest township.
    pub farthest: f64,
    /// People for whom another lead of the group is nearer.
    pub away: u64,
    /// Minutes beyond the nearest lead, mean over its people.
    pub beyond: f64,
    /// Pairs of neighbours with both ends inside, and with at least one (compactness is their ratio).
    pub pairs: [u32; 2],
}

/// What was parted as one: a county, a prefecture or the case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommunityGroup {
    /// Codes of its areas.
    pub areas: Vec<String>,
    /// People of record.
    pub people: u64,
    /// Value and proven interval, minutes a head of the group (with the price of parted pairs).
    pub bounds: Bounds,
    /// It was solved exactly; otherwise the interval comes from local search and relaxation.
    pub exact: bool,
    /// Pairs of neighbouring townships, by code.
    pub neighbours: Vec<[String; 2]>,
    /// Pairs among them that only bridge a gap.
    pub bridges: Vec<[String; 2]>,
}

/// Where neighbours come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NeighboursFrom {
    /// The road graph.
    Road,
    /// The Delaunay triangulation of the seats.
    Delaunay,
    /// The nearest few seats.
    Nearest,
}

/// Whose number an indicator is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Of the community.
    Community,
    /// Of the county that its lead stands in: flows know patients by county.
    County,
    /// Not in the tables or flows: an input from records.
    Input,
}

/// An indicator of a monitoring set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Monitored {
    /// Set: `2020` or `2024`.
    pub set: String,
    /// Number in the set.
    pub number: String,
    /// What it is.
    pub key: String,
    /// Whose number.
    pub basis: Basis,
    /// Values in the order of `communities`; empty for inputs, `None` where there is nothing to divide by or no referral plan.
    pub values: Vec<Option<f64>>,
}

/// The answer of model 6.10 D.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommunitiesAnswer {
    /// Groups, in the order of the case.
    pub groups: Vec<CommunityGroup>,
    /// Communities, by group, then in the order of their leads.
    pub communities: Vec<Community>,
    /// Where neighbours come from.
    pub neighbours_from: NeighboursFrom,
    /// Counties asked for that have fewer hospitals than the rule wants communities: code, wanted, had.
    pub fewer: Vec<(String, u32, u32)>,
    /// The monitoring sets of 2020 and 2024.
    pub monitored: Vec<Monitored>,
}
