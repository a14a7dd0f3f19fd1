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
    /// Townships of other counties do not part its neighbours: with that no partition would have been even.
    #[serde(default)]
    pub across: bool,
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

/// The indicators of the monitoring sets: set, number in it, key, and whose number it is. The wording of 2020 was not checked against the original document (policy 4).
pub const INDICATORS: &[(&str, &str, &str, Basis)] = &[
    ("2024", "1", "unified", Basis::Input),
    ("2024", "2", "decision", Basis::Input),
    ("2024", "3", "linkage", Basis::Input),
    ("2024", "4", "posted", Basis::Community),
    ("2024", "5", "remote", Basis::Input),
    ("2024", "6", "income", Basis::Input),
    ("2024", "7", "primary-visits", Basis::Community),
    ("2024", "8", "fund-in-county", Basis::County),
    ("2024", "9", "fund-primary", Basis::Community),
    ("2024", "10", "stay-cost-head", Basis::Community),
    ("2024", "11", "stays-in-county", Basis::County),
    ("2024", "12", "tcm", Basis::Input),
    ("2024", "13", "chronic-stays", Basis::Input),
    ("2024", "14", "mortality", Basis::Input),
    ("2020", "1", "stays-in-county", Basis::County),
    ("2020", "2", "visits-in-county", Basis::County),
    ("2020", "3", "primary-visits", Basis::Community),
    ("2020", "4", "primary-tcm", Basis::Input),
    ("2020", "5", "sent-down", Basis::County),
    ("2020", "6", "chronic-managed", Basis::Input),
    ("2020", "7", "techniques", Basis::Input),
    ("2020", "8", "surgery", Basis::Input),
    ("2020", "9", "disease-types", Basis::Input),
    ("2020", "10", "gps", Basis::Community),
    ("2020", "11", "posted", Basis::Community),
    ("2020", "12", "primary-doctors", Basis::Community),
    ("2020", "13", "contracts", Basis::Input),
    ("2020", "14", "tele", Basis::Community),
    ("2020", "15", "referrals", Basis::Community),
    ("2020", "16", "recognition", Basis::Community),
    ("2020", "17", "primary-beds", Basis::Community),
    ("2020", "18", "visits-doctor-day", Basis::Community),
    ("2020", "19", "bed-days-doctor-day", Basis::Community),
    ("2020", "20", "income", Basis::Input),
    ("2020", "21", "service-income", Basis::Input),
    ("2020", "22", "subsidy", Basis::Input),
    ("2020", "23", "balance", Basis::Input),
    ("2020", "24", "fund-in-county", Basis::County),
    ("2020", "25", "fund-primary", Basis::Community),
    ("2020", "26", "visit-cost", Basis::Community),
    ("2020", "27", "stay-cost", Basis::Community),
    ("2020", "28", "paid-share", Basis::County),
    ("2020", "29", "stay-rate", Basis::County),
    ("2020", "30", "out-of-county", Basis::County),
];

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
