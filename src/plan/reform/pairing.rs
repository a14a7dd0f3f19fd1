//! Pairs of tertiary and county hospitals, as written.

use serde::{Deserialize, Serialize};

/// A pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// Code of the county hospital.
    pub county: String,
    /// Code of the tertiary hospital that helps it.
    pub tertiary: String,
    /// Minutes between them.
    pub minutes: f64,
    /// Points of gain less those of the way.
    pub value: f64,
    /// Share of the cases one rank above its means that the county hospital can then treat.
    pub treats: f64,
}

/// What is known of a hospital that helps or is helped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// Code of the hospital.
    pub facility: String,
    /// Strength (who helps) or gap (who is helped), 0 to 1.
    pub level: f64,
    /// Whether the level comes from the scenario; otherwise it is worked out by the stated rule.
    pub given: bool,
    /// Pairs it can have (who helps) or must have (who is helped).
    pub pairs: u32,
    /// What one more pair at a helper, or one fewer helper asked for by a county hospital, would add to the objective, points (dual).
    pub price: f64,
}

/// The answer of model 6.13.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PairingAnswer {
    /// Pairs, in the order of the case.
    pub pairs: Vec<Pair>,
    /// Who helps.
    pub tertiary: Vec<Side>,
    /// Who is helped.
    pub county: Vec<Side>,
    /// Classes that county hospitals can then treat in part, by code.
    pub classes: Vec<String>,
    /// Cases a year of those classes that arise in the helped areas and could then be treated there, by area code.
    pub cases: Vec<(String, f64)>,
    /// Training seats a year.
    pub seats: f64,
}
