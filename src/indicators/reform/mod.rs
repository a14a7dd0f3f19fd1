//! What the plans of the further models say of the numbered demands of the reform documents (policy 1.1): rows of the ledger.

pub mod access;
pub mod centres;
pub mod communities;
pub mod emergency;
pub mod grids;
pub mod mobile;
pub mod pairing;
pub mod payment;
pub mod phases;
pub mod staff;
pub mod surge;
pub mod telemedicine;

use crate::plan::reform::{ReformAnswer, ReformPlan};
use crate::policy::pack::TargetSense;
use serde::{Deserialize, Serialize};

/// What a number of a goal counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoalUnit {
    /// A share, 0 to 1.
    Share,
    /// Things.
    Count,
    /// For every 10,000 residents.
    PerTenThousand,
    /// For every 1,000 residents.
    PerThousand,
    /// Minutes.
    Minutes,
    /// Yuan.
    Yuan,
}

/// A demand of the documents beside what a plan reaches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// Number of the demand in the documents, for example `N21`.
    pub number: String,
    /// Which of its parts, as the message `goal-WHAT` says.
    pub what: String,
    /// Unit of all numbers of the row.
    pub unit: GoalUnit,
    /// What is asked.
    pub target: f64,
    /// From which side.
    pub sense: TargetSense,
    /// The most (least, where the target is a ceiling) that any plan under the same question could reach, when it is known.
    pub attainable: Option<f64>,
    /// What the plan reaches.
    pub planned: Option<f64>,
    /// What the last step toward the target costs, yuan a year, when it is known.
    pub price: Option<f64>,
}

impl Goal {
    /// Whether the plan reaches the target; `None` where it cannot be told.
    #[must_use]
    pub fn met(&self) -> Option<bool> {
        let planned = self.planned?;
        let slack = 1e-6 * self.target.abs().max(1e-9);
        Some(match self.sense {
            TargetSense::AtLeast => planned >= self.target - slack,
            TargetSense::AtMost => planned <= self.target + slack,
            TargetSense::About => (planned - self.target).abs() <= 0.05 * self.target.abs(),
        })
    }
}

/// The goals that a plan judges.
#[must_use]
pub fn goals(plan: &ReformPlan) -> Vec<Goal> {
    let rules = plan.scenario.reform.clone().unwrap_or_default();
    match &plan.answer {
        ReformAnswer::Access(a) => access::goals(a, &rules.access),
        ReformAnswer::Centres(a) => centres::goals(a),
        ReformAnswer::Emergency(a) => emergency::goals(a, &rules.emergency),
        ReformAnswer::Mobile(a) => mobile::goals(a),
        ReformAnswer::Pairing(a) => pairing::goals(a),
        ReformAnswer::Phases(a) => phases::goals(a, &rules.phases),
        ReformAnswer::Surge(a) => surge::goals(a, &rules.surge),
        ReformAnswer::Staff(a) => staff::goals(a, &rules.staff),
        ReformAnswer::Communities(a) => communities::goals(a, &rules.communities),
        ReformAnswer::Grids(a) => grids::goals(a, &rules.grids),
        ReformAnswer::Payment(a) => payment::goals(a, &rules.payment),
        ReformAnswer::Telemedicine(a) => telemedicine::goals(a, &rules.telemedicine),
    }
}
