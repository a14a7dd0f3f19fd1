//! National, national regional and provincial regional centres, as written.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Kind of a net of centres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// National medical centres of a specialty.
    National,
    /// National regional medical centres of a specialty.
    Regional,
    /// Provincial regional medical centres of a province.
    Provincial,
}

/// Centres chosen together, with their proof.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Net {
    /// Level.
    pub level: Level,
    /// Specialty, or leading characters of the area codes of a province.
    pub of: String,
    /// Sites (facility codes), in the order of the case.
    pub sites: Vec<String>,
    /// Complex cases a year of the people it is there for.
    pub cases: f64,
    /// Mean minutes of a complex case to the nearest of them, one way.
    pub minutes: f64,
    /// No choice of as many sites has a lower mean.
    pub least: f64,
    /// Prices that prove `least` of a national or regional net: one for every settlement with complex cases, minutes; empty for provinces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<f64>,
    /// Share of the complex cases within 2 and within 4 hours.
    pub within: [f64; 2],
}

/// What is proven of all nets of a level together: sites host only so many.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Level.
    pub level: Level,
    /// No choice of sites has a lower sum of means over the nets of this level.
    pub least: f64,
    /// Fees of contested sites for each net they host, by code, case-minutes; empty where the bounds of the nets alone prove as much.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fees: BTreeMap<String, f64>,
    /// Prices with these fees, by the number of centres of a net; one for every settlement with complex cases, minutes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prices: BTreeMap<u32, Vec<f64>>,
}

/// Most sets of sites of a province that a proof of its dealing looks at one by one; over more of them it is that no set is nearer than all sites.
pub const MOST_SETS: usize = 20_000;
/// Minutes that a case without a way counts in a dealing: a week.
pub const WEEK: f64 = 10_080.0;

/// A specialty in a province: the provincial regional centres that lead it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Led {
    /// Specialty.
    pub specialty: String,
    /// Sites (facility codes), of those of the province, in their order.
    pub sites: Vec<String>,
    /// Mean minutes of a complex case of the province to the nearest of them, one way; a case without a way counts a week.
    pub minutes: f64,
    /// Share of the complex cases of the province within 2 and within 4 hours.
    pub within: [f64; 2],
}

/// Specialties dealt to the provincial regional centres of a province.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dealt {
    /// Leading characters of the area codes of the province.
    pub province: String,
    /// Specialties that a site leads at most.
    pub most: u32,
    /// Specialties, in the order of the scenario.
    pub led: Vec<Led>,
    /// Sum of the means.
    pub minutes: f64,
    /// No other dealing of as many sites to each specialty has a lower sum.
    pub least: f64,
    /// Fees of contested sites for each specialty they lead, by code, minutes: they prove `least`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fees: BTreeMap<String, f64>,
}

/// A link of radiation: the lower centre and the one it looks up to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Radiation {
    /// Specialty.
    pub specialty: String,
    /// Level of the lower one.
    pub level: Level,
    /// Lower site.
    pub from: String,
    /// Upper site: the nearest of the level above, of this specialty.
    pub to: String,
    /// Minutes between them.
    pub minutes: f64,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CentresAnswer {
    /// Nets: provinces, then specialties, regional before national.
    pub nets: Vec<Net>,
    /// What is proven of the nets of specialties together: regional, then national.
    pub shares: Vec<Share>,
    /// Specialties of the centres of every province, in the order of their nets.
    #[serde(default)]
    pub dealt: Vec<Dealt>,
    /// Links from provincial (of the specialties they lead) to regional centres and from regional to national ones.
    pub links: Vec<Radiation>,
    /// Share of all complex cases within 2 and within 4 hours of a provincial regional centre of their province.
    pub provincial_within: [f64; 2],
    /// Classes that count as complex (those whose lowest rank is 5), by code.
    pub classes: Vec<String>,
}
