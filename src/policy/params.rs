//! Prices, limits and flow targets of the referral model (model 6.3).

use crate::network::Tier;
use serde::{Deserialize, Serialize};

/// Capital cost of one bed by tier, yuan (policy 2.7, assumed).
#[must_use]
pub const fn bed_capital(tier: Tier) -> f64 {
    match tier {
        Tier::V | Tier::S | Tier::T | Tier::C => 0.25e6,
        Tier::K => 0.60e6,
        Tier::D => 0.65e6,
        Tier::M => 0.90e6,
        Tier::P | Tier::R | Tier::N => 1.2e6,
    }
}

/// Fields of a struct by name, for scenario files that change single numbers.
macro_rules! named_numbers {
    ($kind:ident: $value:ty, $($field:ident),+) => {
        impl $kind {
            /// Names of the fields, in order.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($field)),+];

            /// The field of a name, to change.
            pub fn by_name(&mut self, name: &str) -> Option<&mut $value> {
                match name {
                    $(stringify!($field) => Some(&mut self.$field),)+
                    _ => None,
                }
            }
        }
    };
}

named_numbers!(
    Prices: f64,
    minute,
    over_treatment,
    over_treatment_stay_factor,
    referral,
    redirect,
    recovery_day_saving,
    unmet_factor,
    displaced_share,
    target_shortfall,
    base_rate,
    recognition_share,
    imbalance
);
named_numbers!(Limits: f64, emergency_minutes, step_down_max, redirect_max, tele_share);
named_numbers!(Targets: Option<f64>, first_contact, primary_share, in_county, in_county_ip, down_rate);

/// Prices of the objective, yuan. The defaults are assumptions of model 6.3 and are shown as such.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Prices {
    /// Value of a minute of travel (VOT).
    pub minute: f64,
    /// Over-treatment: per tier step above need and visit (OVER).
    pub over_treatment: f64,
    /// The same for a stay, times this factor (20).
    pub over_treatment_stay_factor: f64,
    /// Handling one referral up or step-down (TRI).
    pub referral: f64,
    /// Handling one redirect before treatment (REDIR).
    pub redirect: f64,
    /// Saved per recovery day moved down (PERDIEM).
    pub recovery_day_saving: f64,
    /// Unmet need: times the dearest capable treatment plus 1,000 (UNMET).
    pub unmet_factor: f64,
    /// Displaced first contact, as a share of the price of unmet need (DISP).
    pub displaced_share: f64,
    /// One case short of a soft target (SHORT).
    pub target_shortfall: f64,
    /// Base rate of one relative weight.
    pub base_rate: f64,
    /// Repeat examinations saved when both ends recognise each other's results, as a share of the sender's visit cost (C14).
    pub recognition_share: f64,
    /// One yuan of fund imbalance beyond the tolerance (C16), or over a facility budget (C17).
    pub imbalance: f64,
}

impl Default for Prices {
    fn default() -> Self {
        Self {
            minute: 0.5,
            over_treatment: 60.0,
            over_treatment_stay_factor: 20.0,
            referral: 20.0,
            redirect: 30.0,
            recovery_day_saving: 250.0,
            unmet_factor: 3.0,
            displaced_share: 0.6,
            target_shortfall: 500.0,
            base_rate: 8000.0,
            recognition_share: 0.25,
            imbalance: 0.2,
        }
    }
}

/// Prices of using facilities, by facility, on top of all other costs; empty lists stand for no price anywhere.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UsePrices {
    /// Yuan a bed-day (left side of C5).
    pub bed_day: Vec<f64>,
    /// Yuan a doctor-year (left side of C6).
    pub doctor_year: Vec<f64>,
}

impl UsePrices {
    /// Yuan of a bed-day and of a doctor-year at a facility.
    #[must_use]
    pub fn of(&self, facility: usize) -> (f64, f64) {
        let at = |list: &[f64]| list.get(facility).copied().unwrap_or(0.0);
        (at(&self.bed_day), at(&self.doctor_year))
    }
}

/// Behavioural limits (model 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Longest way to first contact in an emergency, minutes (T_E).
    pub emergency_minutes: f64,
    /// Share of stays that may step down after the acute phase (delta_max).
    pub step_down_max: f64,
    /// Share of first contacts that may be redirected before treatment (redir_max).
    pub redirect_max: f64,
    /// Share of arrivals a telemedicine link lets a facility treat one rank above its own (tele_eta).
    pub tele_share: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { emergency_minutes: 90.0, step_down_max: 0.6, redirect_max: 0.15, tele_share: 0.10 }
    }
}

/// Flow targets as shares of demand; `None` is no target. Soft with a priced shortfall unless the scenario makes them hard.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Targets {
    /// First contact at rank 1-2, share of elective demand, every area (C7).
    pub first_contact: Option<f64>,
    /// Visits treated at rank 1-2, share of outpatient demand (C8).
    pub primary_share: Option<f64>,
    /// Cases treated in their own county, counties only (C9).
    pub in_county: Option<f64>,
    /// Stays treated in their own county, counties only (C10).
    pub in_county_ip: Option<f64>,
    /// Step-downs as a share of H4 and H5 demand (C11).
    pub down_rate: Option<f64>,
}
