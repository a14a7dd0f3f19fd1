//! A scenario: what is changed of a case for one run, without touching its tables.

use super::{BedsQuestion, LayoutRules, Reform, Targets};
use crate::network::Tier;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A scenario file (TOML). Everything is optional; what is absent stays as the case and its policy pack say.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// Name for titles.
    pub name: String,
    /// Policy pack, for example `P2025`; the case's own when absent.
    pub policy: Option<String>,
    /// Steerable share of first contact (gamma), 0 (patients go where they like) to 1 (they go where they are sent).
    pub gamma: Option<f64>,
    /// Flow targets; a key given here replaces the pack's. Use `targets_off` to drop one.
    pub targets: Targets,
    /// Targets of the pack to drop, by name.
    pub targets_off: Vec<String>,
    /// Targets must be met (C7 to C11, and the floor of postings of C15), or the case is infeasible and a repair is worked out. The rows of
    /// money, `switches.fund_balance` (C16) and `switches.facility_budget` (C17), stay soft: money is spent where patients are treated, so that
    /// as hard rows they could be met only by leaving patients untreated; what is over is priced (`prices.imbalance`) and reported.
    pub hard_targets: bool,
    /// Every case must be served (no unmet need), or the case is infeasible and a repair is worked out.
    pub hard_service: bool,
    /// Prices to change, by name of [`Prices`](super::Prices).
    pub prices: BTreeMap<String, f64>,
    /// Limits to change, by name of [`Limits`](super::Limits).
    pub limits: BTreeMap<String, f64>,
    /// Demand.
    pub demand: DemandChange,
    /// Payment.
    pub payment: PaymentChange,
    /// Patient choice.
    pub choice: ChoiceChange,
    /// Beds and doctors.
    pub capacity: CapacityChange,
    /// Telemedicine links.
    pub tele: TeleChange,
    /// Optional rows C12 to C17.
    pub switches: Switches,
    /// What a layout is asked (`fenji layout`); nothing else looks at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<LayoutRules>,
    /// What a plan of beds is asked (`fenji beds`, `fenji plan`); nothing else looks at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beds: Option<BedsQuestion>,
    /// What the further models of the reform are asked (`fenji pairing`, `fenji telemedicine`, ...); nothing else looks at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reform: Option<Reform>,
    /// Help that county hospitals have from paired tertiary hospitals.
    #[serde(skip_serializing_if = "AidChange::is_empty")]
    pub aid: AidChange,
}

/// Help by paired hospitals (model 6.13).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AidChange {
    /// Share of the arrivals one rank above its own means that a facility of rank 3 can treat, by facility code, 0 to 1 (the form of C3t).
    pub shares: BTreeMap<String, f64>,
}

impl AidChange {
    /// Nobody is helped.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shares.is_empty()
    }
}

/// Changes of demand.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DemandChange {
    /// Year whose national visits and admissions per head scale the rates (`2012` ... `2025`); overrides the pack's.
    pub year: Option<i32>,
    /// Factor on cases by class code, for example a surge `{ H3 = 1.35 }`. Choice shares stay as they are.
    pub multipliers: BTreeMap<String, f64>,
    /// Factor on acute and recovery days.
    pub length_of_stay: Option<f64>,
}

/// Changes of payment.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PaymentChange {
    /// Fund share by tier; changes what the fund pays and, unless `choice.fund_share` is given, what patients see.
    pub fund_share: BTreeMap<Tier, f64>,
}

/// Changes of patient choice.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ChoiceChange {
    /// Fund share by tier as patients see it when they choose; the fund itself pays as before.
    pub fund_share: BTreeMap<Tier, f64>,
    /// Calibrate the choice constants again under the changed conditions (default: keep those of the unchanged case).
    pub recalibrate: bool,
    /// Weight of a waiting hour in the utility (bW, negative); absent: waiting does not matter to patients.
    pub waiting_weight: Option<f64>,
}

/// Changes of beds and doctors.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CapacityChange {
    /// Factor on all beds, unrounded.
    pub beds_factor: Option<f64>,
    /// Factor on the beds of a tier, unrounded (after `beds_factor`); convertible beds are `{ K = 1.15, D = 1.15, M = 1.15 }`.
    pub beds_by_tier: BTreeMap<Tier, f64>,
    /// Beds added at a facility (may be negative), by facility code.
    pub extra_beds: BTreeMap<String, f64>,
    /// Factor on doctors of a tier.
    pub doctors_by_tier: BTreeMap<Tier, f64>,
    /// Doctors added at a facility (may be negative), by facility code.
    pub extra_doctors: BTreeMap<String, f64>,
    /// Facilities out of service, by code.
    pub closed: Vec<String>,
    /// Beds that this case may use of a facility, by facility code, instead of what its share (`avail`) of all beds comes to.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub usable_beds: BTreeMap<String, f64>,
    /// Doctors that this case may use of a facility, by facility code, instead of what its share (`avail`) of all doctors comes to.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub usable_doctors: BTreeMap<String, f64>,
    /// Yuan for every bed-day at a facility (left side of C5), by facility code, on top of all other costs.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub bed_price: BTreeMap<String, f64>,
    /// Yuan for every doctor-year at a facility (left side of C6), by facility code, on top of all other costs.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub doctor_price: BTreeMap<String, f64>,
}

/// Telemedicine links.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TeleChange {
    /// Link every facility of these tiers.
    pub tiers: Vec<Tier>,
    /// Link these facilities, by code.
    pub facilities: Vec<String>,
    /// Ignore the links of the tables.
    pub ignore_table: bool,
}

/// Optional rows of the referral model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// C12: group leaders keep a third of visit slots and a quarter of beds for referred patients.
    pub group_reserve: bool,
    /// Facilities that lead a group beside those of the tables, by code; they count for C12.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub group_leaders: Vec<String>,
    /// C13: no step-down and no chronic follow-up where the drugs are not linked.
    pub drug_linkage: bool,
    /// C14: recognised test results make referrals between members cheaper.
    pub mutual_recognition: bool,
    /// C15: doctors of county hospitals posted to township centres of the same area. A doctor short of the floor costs a thousand times
    /// `prices.target_shortfall`; with `hard_targets` none may be short.
    pub deployment: Option<Deployment>,
    /// C16: fund income and spending of each area balance within this share of income. Always soft: a yuan beyond it, to either side, costs
    /// `prices.imbalance`.
    pub fund_balance: Option<f64>,
    /// C17: fund spending at each facility with a budget stays within it. Always soft: a yuan over it costs `prices.imbalance`.
    pub facility_budget: bool,
}

impl Switches {
    /// Whether a facility keeps slots and beds for referred patients when C12 is on.
    #[must_use]
    pub fn leads_group(&self, facility: &crate::network::Facility) -> bool {
        facility.group_leader || self.group_leaders.contains(&facility.code)
    }
}

/// Postings of doctors (C15).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Deployment {
    /// Doctors posted down in each county at least, full-time equivalents a year.
    pub min_per_county: f64,
    /// Share of the working time that arrives (eff).
    pub effectiveness: f64,
    /// Share of a hospital's doctors that may be posted.
    pub max_share: f64,
}

impl Default for Deployment {
    fn default() -> Self {
        Self { min_per_county: 0.0, effectiveness: 0.9, max_share: 0.2 }
    }
}
