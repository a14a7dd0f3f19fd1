//! The written referral plan, `plan.json`.

use super::Flows;
use crate::demand::choice::Calibration;
use crate::network::Provenance;
use crate::outcome::{Bounds, Termination};
use crate::policy::Scenario;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the shape of `plan.json`; a plan of another version is refused.
pub const PLAN_VERSION: u32 = 1;

/// A checked referral plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferralPlan {
    /// Shape version.
    pub version: u32,
    /// Kind of plan: `referral`.
    pub kind: String,
    /// Version of the program that made it.
    pub fenji: String,
    /// Name of the case.
    pub case: String,
    /// Policy pack in force.
    pub policy: String,
    /// Objective, yuan a year, without the tie-break term.
    pub objective: f64,
    /// Parts of the objective, yuan a year.
    pub objective_parts: ObjectiveParts,
    /// Proven interval around the optimum, yuan a year.
    pub bounds: Bounds,
    /// Relative gap that was asked for; `optimal` means that the bounds prove it.
    pub gap_asked: f64,
    /// Why the run ended.
    pub termination: Termination,
    /// Indicators of the whole region (names of model 3.3 and 6.19).
    pub indicators: BTreeMap<String, f64>,
    /// Solver that did it.
    pub backend: String,
    /// Method: `direct`, `lazy` or `decomposed`.
    pub method: String,
    /// Seconds from reading the tables to the checked plan.
    pub seconds: f64,
    /// The scenario, with everything that was asked.
    pub scenario: Scenario,
    /// Names of what the flows speak of.
    pub names: Names,
    /// Choice constants and shares.
    pub calibration: Calibration,
    /// Flows.
    pub flows: Flows,
    /// Cases short of each soft target.
    pub shortfalls: Vec<Shortfall>,
    /// Prices of the scarce things.
    pub marginals: Marginals,
    /// Where the numbers of the case come from.
    pub provenance: Vec<Provenance>,
}

/// The five parts of the objective, yuan a year (model 6.4), and what a scenario charges for the use of facilities.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectiveParts {
    /// Travel and handling of referrals, at the value of time; recovery days saved count here as negative.
    pub travel: f64,
    /// Cost of treatment.
    pub cost: f64,
    /// Treatment above the tier that suffices.
    pub over_treatment: f64,
    /// Unmet and displaced cases at their penalty prices.
    pub unmet_displaced: f64,
    /// Targets missed, and fund imbalance where switched on, at their penalty prices.
    pub shortfall: f64,
    /// Bed-days and doctor-years at facilities with a price of use (`capacity.bed_price`, `capacity.doctor_price`).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub capacity_use: f64,
}

impl ObjectiveParts {
    /// The objective.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.travel + self.cost + self.over_treatment + self.unmet_displaced + self.shortfall + self.capacity_use
    }
}

/// Nothing was charged: plans without prices of use look as they always did.
#[allow(clippy::trivially_copy_pass_by_ref)] // as serde hands it over
fn is_zero(yuan: &f64) -> bool {
    *yuan == 0.0
}

/// Codes in the order of the case tables.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// Area codes.
    pub areas: Vec<String>,
    /// Settlement codes.
    pub settlements: Vec<String>,
    /// Facility codes.
    pub facilities: Vec<String>,
    /// Class codes.
    pub classes: Vec<String>,
}

/// Cases short of a soft target; for C16 and C17 yuan beyond the tolerance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shortfall {
    /// Target name: `first_contact`, `primary_share`, `in_county`, `in_county_ip`, `down_rate`, `fund_balance`, `facility_budget`, `deployment`.
    pub target: String,
    /// Area (or facility for `facility_budget`), by position; `None` for the whole region.
    pub place: Option<u32>,
    /// Right-hand side, cases (yuan, doctors) a year.
    pub wanted: f64,
    /// Cases (yuan, doctors) short.
    pub short: f64,
    /// Price of the last case toward the target, yuan (the dual of the row, >= 0).
    pub price: f64,
}

/// Duals as yuan, positive when more would help (model 6.5).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Marginals {
    /// Worth of one more bed at each facility, yuan a year: `-dual(C5) * 365 * theta * avail`.
    pub bed: Vec<f64>,
    /// Worth of one more doctor at each facility, yuan a year: `-dual(C6) * avail`.
    pub doctor: Vec<f64>,
    /// Worth of persuading patients, yuan a year, by settlement: the sum over arcs of `dual(C1c) * floor / (1 - gamma)`.
    pub inertia: Vec<f64>,
    /// Cost of one more case by area and class, yuan, `area * classes + class`: demand-weighted mean of the duals of C1.
    pub case_cost: Vec<f64>,
}
