//! Case classes: what people fall ill with, as the referral system sees it (model 6.2).

use super::Tier;
use serde::{Deserialize, Serialize};

/// Outpatient visit or inpatient stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Kind {
    /// Outpatient visit (`K_O`).
    O,
    /// Inpatient stay (`K_H`).
    H,
}

/// A case class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CaseClass {
    /// Code, for example `O1` or `H4`.
    pub code: String,
    /// Visit or stay.
    pub kind: Kind,
    /// Lowest rank that can treat it (tau).
    pub lowest_rank: u8,
    /// Highest rank where it is sensible (sigma).
    pub highest_rank: u8,
    /// Cases per person and year.
    pub rate: f64,
    /// Acute days of a stay (LA).
    #[serde(default)]
    pub acute_days: f64,
    /// Recovery days of a stay (LB), which may be spent further down.
    #[serde(default)]
    pub recovery_days: f64,
    /// Relative weight (RW) for payment.
    #[serde(default)]
    pub weight: f64,
    /// Elective: counted in first contact; an emergency is not.
    pub elective: bool,
}

impl CaseClass {
    /// Whether a facility of this tier can treat the class by itself: `tau <= r(j) <= sigma`, and stays not at clinics or stations.
    #[must_use]
    pub fn treatable_at(&self, tier: Tier) -> bool {
        let r = tier.rank();
        self.lowest_rank <= r && r <= self.highest_rank && !(self.kind == Kind::H && tier.is_outpatient_only())
    }

    /// Rehabilitation and long stay: no acute phase, so nothing to step down from.
    #[must_use]
    pub fn is_rehab(&self) -> bool {
        self.kind == Kind::H && self.acute_days <= 0.0
    }

    /// Emergency: first contact at rank 3 or above within a time limit.
    #[must_use]
    pub fn is_emergency(&self) -> bool {
        !self.elective
    }
}

/// The twelve classes of model 6.2.
#[must_use]
pub fn default_classes() -> Vec<CaseClass> {
    let o = |code: &str, lowest_rank, highest_rank, rate, elective| CaseClass {
        code: code.into(),
        kind: Kind::O,
        lowest_rank,
        highest_rank,
        rate,
        acute_days: 0.0,
        recovery_days: 0.0,
        weight: 0.0,
        elective,
    };
    let h = |code: &str, lowest_rank, highest_rank, rate, acute_days, recovery_days, weight| CaseClass {
        code: code.into(),
        kind: Kind::H,
        lowest_rank,
        highest_rank,
        rate,
        acute_days,
        recovery_days,
        weight,
        elective: true,
    };
    vec![
        o("O1", 1, 5, 2.60, true),
        o("OC", 1, 5, 1.80, true),
        o("O2", 2, 5, 1.20, true),
        o("O3", 3, 6, 1.30, true),
        o("O4", 4, 7, 0.55, true),
        o("O5", 5, 7, 0.10, true),
        o("E", 3, 5, 0.05, false),
        h("H2", 2, 5, 0.045, 4.0, 2.0, 0.45),
        h("H3", 3, 6, 0.100, 5.0, 2.5, 0.85),
        h("H4", 4, 7, 0.045, 6.0, 4.0, 1.60),
        h("H5", 5, 7, 0.010, 9.0, 5.0, 3.00),
        h("HR", 2, 3, 0.013, 0.0, 20.0, 0.70),
    ]
}
