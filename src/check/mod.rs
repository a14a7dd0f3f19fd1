//! stub: independent verification of a plan against its case: plain loops; imports no model, backend or algorithm.

use crate::demand::Problem;
use crate::plan::ReferralPlan;

/// One thing that is wrong with a plan.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Violation {
    /// Stable code, for example `balance` or `capacity-beds`.
    pub code: String,
    /// Where: facility, settlement, area, class by code and name.
    pub place: String,
    /// What the plan says.
    pub found: f64,
    /// What it must be (or must not exceed).
    pub expected: f64,
    /// One sentence for people.
    pub message: String,
}

/// Verifies a plan; an empty list means that every test passed.
#[must_use]
pub fn check_referral(_problem: &Problem, _plan: &ReferralPlan) -> Vec<Violation> {
    Vec::new()
}
