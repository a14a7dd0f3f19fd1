//! `[beds]`: what a plan of beds is asked (model 6.9).

use serde::{Deserialize, Serialize};

/// What is made as good as can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BedsGoal {
    /// Least Gini coefficient of beds per need-weighted head.
    #[default]
    Gini,
    /// The worst-off area as well off as can be; among those plans the one of least Gini.
    MaxMin,
    /// Least mean absolute deviation from the mean, over need-weighted heads.
    MeanDeviation,
    /// Least capital cost with the Gini coefficient at most a limit.
    Cost,
}

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BedsQuestion {
    /// What is made as good as can be.
    pub goal: BedsGoal,
    /// Beds added in all; with [`BedsGoal::Cost`] the most that may be added, `None` for no limit. In a scenario without it `fenji plan` adds
    /// the fewest that the floors need.
    pub add: Option<u32>,
    /// Growth limit of an area, share of its beds.
    pub growth: f64,
    /// Share of its beds that an area may lose to others.
    pub shrink: f64,
    /// Growth limit of a facility, share of its beds; the larger of this and `growth` holds.
    pub facility_growth: f64,
    /// Least county and primary beds per 1,000 residents of every area.
    pub floor: f64,
    /// Beds per 1,000 residents of the region (all tiers) from which on no public hospital may grow (C26); `None`: no such rule.
    pub freeze: Option<f64>,
    /// Largest Gini coefficient, for [`BedsGoal::Cost`].
    pub gini_limit: Option<f64>,
}

impl BedsQuestion {
    /// The most beds that may be added: no number means no limit where the least cost is asked, none at all elsewhere.
    #[must_use]
    pub fn most(&self) -> f64 {
        match (self.goal, self.add) {
            (_, Some(n)) => f64::from(n),
            (BedsGoal::Cost, None) => f64::INFINITY,
            (_, None) => 0.0,
        }
    }
}

impl Default for BedsQuestion {
    /// The defaults of model 6.9: least Gini, growth of a quarter, floor of 3.5 beds per 1,000; how many to add is left open.
    fn default() -> Self {
        Self {
            goal: BedsGoal::Gini,
            add: None,
            growth: 0.25,
            shrink: 0.0,
            facility_growth: 1.0,
            floor: 3.5,
            freeze: None,
            gini_limit: None,
        }
    }
}
