//! The ten tiers of the graded network, their ranks and parameters (model 6.1 and 6.3).

use crate::units::Yuan;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A tier of the network; the letter is the code used in tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Tier {
    /// Village clinic.
    V,
    /// Community health station.
    S,
    /// Township health centre.
    T,
    /// Community health centre.
    C,
    /// County hospital.
    K,
    /// Urban secondary hospital.
    D,
    /// City tertiary hospital.
    M,
    /// Provincial hospital.
    P,
    /// National regional medical centre.
    R,
    /// National medical centre.
    N,
}

impl Tier {
    /// All tiers from the bottom to the top.
    pub const ALL: [Self; 10] = [Self::V, Self::S, Self::T, Self::C, Self::K, Self::D, Self::M, Self::P, Self::R, Self::N];

    /// Rank 1 (clinic, station) to 7 (national centre).
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::V | Self::S => 1,
            Self::T | Self::C => 2,
            Self::K | Self::D => 3,
            Self::M => 4,
            Self::P => 5,
            Self::R => 6,
            Self::N => 7,
        }
    }

    /// Position in [`Tier::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The letter used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        ["V", "S", "T", "C", "K", "D", "M", "P", "R", "N"][self as usize]
    }

    /// The tier of a letter.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.code() == code)
    }

    /// Clinics and stations: no beds, no admissions.
    #[must_use]
    pub const fn is_outpatient_only(self) -> bool {
        self.rank() == 1
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Parameters of one tier (model 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TierParams {
    /// Tier.
    pub tier: Tier,
    /// Design bed use, share of the 365 days (theta); 0 where there are no beds.
    pub design_occupancy: f64,
    /// Visits per doctor-day (vbar).
    pub visits_per_doctor_day: f64,
    /// Bed-days per doctor-day (qbar); 0 where there are no beds.
    pub bed_days_per_doctor_day: f64,
    /// Cost of one outpatient visit, yuan (cO).
    pub visit_cost: Yuan,
    /// Cost of one relative weight against the base rate (gam).
    pub inpatient_coefficient: f64,
    /// Share paid by the fund (rho).
    pub fund_share: f64,
}

impl TierParams {
    /// Visits a doctor-year yields if all of it went to visits: `V_l` (251 days, 60 % of the time where there are beds).
    #[must_use]
    pub fn visits_per_doctor_year(&self) -> f64 {
        251.0 * self.visits_per_doctor_day / if self.bed_days_per_doctor_day > 0.0 { 0.6 } else { 1.0 }
    }

    /// Bed-days a doctor-year yields if all of it went to beds: `Q_l`; `None` where there are no beds.
    #[must_use]
    pub fn bed_days_per_doctor_year(&self) -> Option<f64> {
        (self.bed_days_per_doctor_day > 0.0).then(|| 365.0 * self.bed_days_per_doctor_day / 0.4)
    }
}

/// Parameters of all tiers, by [`Tier::index`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TierTable(pub [TierParams; 10]);

impl TierTable {
    /// Parameters of a tier.
    #[must_use]
    pub const fn get(&self, tier: Tier) -> &TierParams {
        &self.0[tier as usize]
    }

    /// Parameters of a tier, to change.
    pub const fn get_mut(&mut self, tier: Tier) -> &mut TierParams {
        &mut self.0[tier as usize]
    }
}

impl Default for TierTable {
    /// The table of model 6.3 (national 2025 workloads; costs and fund shares partly assumed).
    fn default() -> Self {
        let row = |tier, design_occupancy, visits, bed_days, cost, coefficient, fund_share| TierParams {
            tier,
            design_occupancy,
            visits_per_doctor_day: visits,
            bed_days_per_doctor_day: bed_days,
            visit_cost: Yuan(cost),
            inpatient_coefficient: coefficient,
            fund_share,
        };
        Self([
            row(Tier::V, 0.0, 12.0, 0.0, 50.0, 0.0, 0.90),
            row(Tier::S, 0.0, 12.0, 0.0, 110.0, 0.0, 0.90),
            row(Tier::T, 0.85, 9.9, 1.1, 95.0, 0.70, 0.90),
            row(Tier::C, 0.85, 16.7, 0.5, 190.0, 0.75, 0.90),
            row(Tier::K, 0.90, 6.1, 2.4, 230.0, 0.90, 0.80),
            row(Tier::D, 0.90, 6.1, 2.4, 230.0, 0.90, 0.80),
            row(Tier::M, 0.93, 7.4, 2.1, 370.0, 1.15, 0.70),
            row(Tier::P, 0.93, 7.4, 2.1, 420.0, 1.30, 0.60),
            row(Tier::R, 0.93, 7.4, 2.1, 480.0, 1.40, 0.60),
            row(Tier::N, 0.93, 7.4, 2.1, 550.0, 1.50, 0.50),
        ])
    }
}
