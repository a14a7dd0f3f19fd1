//! stub

use serde::{Deserialize, Serialize};

/// Constants of the choice model after calibration, and the shares they give (model 6.7). Order of each array: primary, secondary, tertiary.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Calibration {
    /// Alternative-specific constants for visits (primary is 0).
    pub visits: [f64; 3],
    /// Alternative-specific constants for stays (primary is 0).
    pub stays: [f64; 3],
    /// Observed shares of visits.
    pub observed_visits: [f64; 3],
    /// Observed shares of stays.
    pub observed_stays: [f64; 3],
    /// Shares of visits under the constants in force.
    pub model_visits: [f64; 3],
    /// Shares of stays under the constants in force.
    pub model_stays: [f64; 3],
    /// Rounds of the contraction used.
    pub rounds: u32,
}
