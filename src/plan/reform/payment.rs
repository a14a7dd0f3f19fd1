//! Total payment, as written. All amounts are yuan a year.

use crate::network::Tier;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What becomes of one budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Area code.
    pub area: String,
    /// Enrolled people.
    pub enrolled: f64,
    /// Budget: enrolled people by yuan a head by need.
    pub budget: f64,
    /// What the fund pays for its residents, wherever they are treated.
    pub spend: f64,
    /// Part of it paid outside of the area.
    pub spend_outside: f64,
    /// What its residents pay themselves.
    pub own: f64,
    /// Left of the budget.
    pub surplus: f64,
    /// Beyond the budget.
    pub overspend: f64,
    /// Surplus that the community keeps.
    pub retained: f64,
    /// Surplus that goes back to the fund.
    pub returned: f64,
    /// Overspending that the community bears.
    pub community_bears: f64,
    /// Overspending that the fund bears.
    pub fund_bears: f64,
    /// Of what is retained: county hospital, township centres, village clinics.
    pub split: [f64; 3],
}

/// What a tier gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TierPaid {
    /// Tier.
    pub tier: Tier,
    /// From the fund.
    pub fund: f64,
    /// From patients.
    pub own: f64,
}

/// A pooling area under or beside DRG/DIP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pool {
    /// Prefecture, or code of an area without one.
    pub name: String,
    /// Paid by DRG or DIP in the plan.
    pub drg: bool,
    /// It is so already.
    pub already: bool,
    /// Stays of its residents a year.
    pub stays: f64,
    /// Sum of their weights.
    pub weight: f64,
    /// Cost of those stays.
    pub cost: f64,
    /// What the fund pays for them.
    pub fund: f64,
}

/// What patients would choose by themselves under a gap, and what primary care could not take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GapPoint {
    /// Width: 0 today's fund shares, 1 those of the widest gap.
    pub width: f64,
    /// Factor on the doctors of primary care.
    pub doctors: f64,
    /// Share of elective cases whose first contact is in primary care, if nobody is steered.
    pub first_contact: f64,
    /// Cases a year that choose a primary site whose doctors have no time for them: at least so many are displaced or unserved.
    pub overflow: f64,
}

/// Whose flows stand behind amounts of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FlowsOf {
    /// The referral plan.
    Plan,
    /// The choice model: nobody is steered, and every site takes whoever comes.
    Choice,
}

/// What a width of the gap leaves to an area. All amounts are yuan a year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AreaPaid {
    /// Area code.
    pub area: String,
    /// What the fund pays for its residents.
    pub fund: f64,
    /// What they pay themselves.
    pub own: f64,
    /// Surplus that the community keeps.
    pub retained: f64,
    /// Overspending that the community bears.
    pub community_bears: f64,
    /// Overspending that the fund bears.
    pub fund_bears: f64,
}

/// Who pays and who gets what at a width of the gap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WidthPaid {
    /// Width: 0 today's fund shares, 1 those of the widest gap.
    pub width: f64,
    /// Whose flows.
    pub flows: FlowsOf,
    /// Areas, in the order of the accounts.
    pub areas: Vec<AreaPaid>,
    /// What each tier gets, of the residents of those areas.
    pub tiers: Vec<TierPaid>,
}

/// The answer of model 6.15.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentAnswer {
    /// Accounts by area.
    pub accounts: Vec<Account>,
    /// What each tier gets, of the residents of those areas.
    pub tiers: Vec<TierPaid>,
    /// Pooling areas.
    pub pools: Vec<Pool>,
    /// Curves of differentiated reimbursement over the whole region.
    pub gap: Vec<GapPoint>,
    /// Money at every width: with the flows of the plan, then with those of the choice model.
    #[serde(default)]
    pub widths: Vec<WidthPaid>,
    /// Fund shares that the plan hands to the referral plan; empty: as they are.
    pub fund_share: BTreeMap<Tier, f64>,
}
