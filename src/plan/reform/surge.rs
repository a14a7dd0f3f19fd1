//! Surge readiness, as written.

use serde::{Deserialize, Serialize};

/// An area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurgeArea {
    /// Code of the area.
    pub area: String,
    /// Patients at a time as usual.
    pub need: f64,
    /// Intensive-care beds today.
    pub icu: f64,
    /// Convertible beds at most.
    pub most: f64,
    /// Convertible beds.
    pub convertible: f64,
    /// What one more allowed would save, yuan (dual).
    pub price: f64,
}

/// What happens in a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurgeCase {
    /// Name of the scenario.
    pub name: String,
    /// Probability, scaled to one.
    pub probability: f64,
    /// Patients against the usual number.
    pub factor: f64,
    /// Patients without a bed, by area in the order of the areas.
    pub unmet: Vec<f64>,
    /// Patients transferred: from and to as positions among the areas, patients.
    pub transfers: Vec<(u32, u32, f64)>,
    /// Cost of it, yuan.
    pub yuan: f64,
    /// What one more bed in an area would save in this scenario, yuan weighed by its probability (duals of SU1), by area. With `weight` they
    /// prove the bound.
    #[serde(default)]
    pub bed_prices: Vec<f64>,
    /// Weight of this scenario in the mean of the worst (dual of SU3).
    #[serde(default)]
    pub weight: f64,
}

/// Convertible beds of all areas together when some of them exceed what is expected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RobustStep {
    /// Areas that exceed it at the same time.
    pub gamma: u32,
    /// Beds wanted beyond those of today.
    pub beds: f64,
    /// Beds of them that may not be had: above the most allowed.
    pub beyond: f64,
}

/// When a facility reaches its limit as cases rise, with the flows of the referral plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Break {
    /// Code of the facility.
    pub facility: String,
    /// Whether beds (else doctors) give out.
    pub beds: bool,
    /// Load as usual, share of what it can.
    pub load: f64,
    /// Load in the surge.
    pub surge: f64,
    /// Share of the way to the surge at which it is full, 0 to 1.
    pub at: f64,
    /// Beds (doctors) that it lacks in the full surge.
    pub lacks: f64,
    /// Beds (doctors) to hold back for the worst `gamma` areas (Bertsimas and Sim).
    pub protection: f64,
}

/// A referral plan under stress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stress {
    /// `usual`, `surge`, `convertible` or `protected`.
    pub name: String,
    /// Objective, yuan a year.
    pub objective: f64,
    /// Cases a year unserved or without access.
    pub unmet: f64,
    /// Cases a year displaced from where they would have gone.
    pub displaced: f64,
}

/// The answer of model 6.17.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurgeAnswer {
    /// Intensive-care beds of today are worked out; the table counts none.
    pub worked_out: bool,
    /// Areas.
    pub areas: Vec<SurgeArea>,
    /// Scenarios.
    pub cases: Vec<SurgeCase>,
    /// Keeping the convertible beds, yuan.
    pub keeping: f64,
    /// Mean cost of what comes, yuan.
    pub mean: f64,
    /// Mean cost of the worst `1 - alpha`, yuan (CVaR).
    pub tail: f64,
    /// Budgeted robust form for all areas together.
    pub robust: Vec<RobustStep>,
    /// Facilities that reach their limit, first first; empty without a referral plan.
    pub breaks: Vec<Break>,
    /// Referral plans under stress, where asked for.
    pub stress: Vec<Stress>,
    /// Factors on cases for the effect, by class code.
    pub multipliers: Vec<(String, f64)>,
    /// Factors on beds for the effect, by tier code.
    pub beds: Vec<(String, f64)>,
}
