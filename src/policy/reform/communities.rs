//! `[reform.communities]`: county medical communities, who may lead them and how even they must be (model 6.10 D).

use super::{Named, Ranged, Section, ranged};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Least length of the border that the surroundings of two neighbouring seats have in common, as a share of their distance (assumed): what meets
/// at little more than a corner has no way from the one to the other.
pub const BORDER_SHARE: f64 = 0.2;

/// How many communities a county has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeadCount {
    /// One, and two above `two_above` people.
    #[default]
    People,
    /// One for every county hospital.
    Hospitals,
}

/// Who neighbours whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Adjacency {
    /// By road where the case has roads, else by the Delaunay triangulation of the seats without its long pairs.
    #[default]
    Auto,
    /// Seats whose surroundings have a border in common (see `district::adjacency::natural`).
    Delaunay,
    /// Every seat with its `nearest` nearest.
    Nearest,
    /// Places whose roads meet without passing another seat's.
    Road,
}

/// What is parted as one: its townships are shared out among the leaders in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    /// Each county for itself.
    #[default]
    County,
    /// All counties of a prefecture together: communities may cross county borders.
    Prefecture,
    /// The whole case.
    Case,
}

/// How it is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Local search with a bound, then exactly where that leaves a gap and the size allows.
    #[default]
    Auto,
    /// The exact formulation with flows, whatever the size.
    Exact,
    /// Local search with a bound alone.
    Search,
}

/// Tolerances of balance: a community may hold this share more or less than the mean of its county; absent: told, not demanded.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Balance {
    /// Of people (0.15; assumed).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<f64>,
    /// Of beds of rank 3 and below (not demanded).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beds: Option<f64>,
    /// Of the fund: enrolled people by the fund's income a head by `risk` (not demanded).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub funds: Option<f64>,
}

impl Default for Balance {
    fn default() -> Self {
        Self { people: Some(0.15), beds: None, funds: None }
    }
}

/// What county medical communities are asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Communities {
    /// Areas to plan, by code; empty: all counties (city cores have grids, see `grids`).
    pub areas: Vec<String>,
    /// How many communities a county has, unless `leads` says so.
    pub count: LeadCount,
    /// People above which a county has two (500,000: 1 to 2 county hospitals a county, more above 500,000 people; policy 2.1).
    pub two_above: f64,
    /// Leading hospitals by code; a county without one here takes its largest hospitals by beds.
    pub leads: Vec<String>,
    /// Balance.
    pub balance: Balance,
    /// Need for the fund relative to the mean, by township code (1 where absent: the tables know no ages; assumed).
    pub risk: BTreeMap<String, f64>,
    /// Neighbours.
    pub adjacency: Adjacency,
    /// For `adjacency = "nearest"` (3).
    pub nearest: u32,
    /// Townships cut off from every leader are joined over the shortest gap, and that is told; `false`: they are a reason to refuse.
    pub bridge: bool,
    /// What a pair of neighbours in different communities costs, minutes a head (0): more gives rounder communities.
    pub compactness: f64,
    /// What is parted as one.
    pub within: Within,
    /// How it is solved.
    pub method: Method,
    /// Rounds of the local search for every group (400).
    pub rounds: u32,
}

impl Default for Communities {
    fn default() -> Self {
        Self {
            areas: Vec::new(),
            count: LeadCount::People,
            two_above: 500e3,
            leads: Vec::new(),
            balance: Balance::default(),
            risk: BTreeMap::new(),
            adjacency: Adjacency::Auto,
            nearest: 3,
            bridge: true,
            compactness: 0.0,
            within: Within::County,
            method: Method::Auto,
            rounds: 400,
        }
    }
}

impl Section for Communities {
    fn ranges(&self) -> Vec<Ranged> {
        let mut out = vec![
            ranged(&["two_above"], self.two_above, 0.0, 1e12),
            ranged(&["nearest"], f64::from(self.nearest), 1.0, 100.0),
            ranged(&["compactness"], self.compactness, 0.0, 1e6),
            ranged(&["rounds"], f64::from(self.rounds), 0.0, 1e6),
        ];
        for (key, value) in [("people", self.balance.people), ("beds", self.balance.beds), ("funds", self.balance.funds)] {
            out.extend(value.map(|v| ranged(&["balance", key], v, 0.0, 1e3)));
        }
        out.extend(self.risk.iter().map(|(code, v)| ranged(&["risk", code], *v, 0.0, 100.0)));
        out
    }

    fn names(&self) -> Vec<(Vec<String>, Named, String)> {
        let mut out: Vec<_> = self.areas.iter().map(|a| (vec!["areas".to_owned()], Named::Area, a.clone())).collect();
        out.extend(self.leads.iter().map(|l| (vec!["leads".to_owned()], Named::CountyHospital, l.clone())));
        out.extend(self.risk.keys().map(|t| (vec!["risk".to_owned(), t.clone()], Named::Town, t.clone())));
        out
    }
}
