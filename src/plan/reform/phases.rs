//! Phases, as written: what is begun when, what stands when, what it costs.

use serde::{Deserialize, Serialize};

/// An area in a year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhaseRow {
    /// Code of the area.
    pub area: String,
    /// Year.
    pub year: i32,
    /// Beds wanted.
    pub wanted: f64,
    /// Beds in use.
    pub beds: f64,
    /// Beds begun.
    pub begun: f64,
    /// Beds missing.
    pub short: f64,
    /// Money for what is begun, yuan of the year.
    pub yuan: f64,
    /// What one more bed wanted would add to the objective, yuan of today (dual); absent with whole projects.
    pub price: Option<f64>,
}

/// Whole projects begun in a year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhaseProject {
    /// Name; empty for the one that every hospital or centre may have.
    pub name: String,
    /// Code of the facility.
    pub facility: String,
    /// Year of the start.
    pub begun: i32,
    /// First year of use.
    pub ready: i32,
    /// Beds.
    pub beds: f64,
    /// Yuan.
    pub yuan: f64,
}

/// A year of the whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhaseYear {
    /// Year.
    pub year: i32,
    /// Beds wanted.
    pub wanted: f64,
    /// Beds in use.
    pub beds: f64,
    /// Beds begun.
    pub begun: f64,
    /// Beds missing.
    pub short: f64,
    /// Money spent, yuan of the year.
    pub yuan: f64,
    /// Money there is, yuan of the year; absent: no limit.
    pub budget: Option<f64>,
    /// What one more yuan in this year would save of the objective (dual); absent with whole projects or without a limit.
    pub price: Option<f64>,
}

/// The answer of model 6.16.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhasesAnswer {
    /// By area and year.
    pub rows: Vec<PhaseRow>,
    /// By year.
    pub years: Vec<PhaseYear>,
    /// Projects, where beds come in whole ones.
    pub projects: Vec<PhaseProject>,
    /// Beds today by area code.
    pub today: Vec<(String, f64)>,
    /// Beds that a facility has more in the last year, by code: by project, or in proportion to the beds of today (assumed).
    pub sites: Vec<(String, f64)>,
    /// Capital, yuan of today.
    pub capital: f64,
    /// Missing beds at their price, yuan of today.
    pub missing: f64,
}
