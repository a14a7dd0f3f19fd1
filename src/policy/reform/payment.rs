//! `[reform.payment]`: total payment of communities and what differentiated reimbursement does (model 6.15 J).

use super::{Named, Ranged, Section, ranged};
use crate::network::Tier;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who bears overspending beyond the band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Beyond {
    /// The community, all of it.
    #[default]
    Community,
    /// The fund, all of it.
    Fund,
}

/// What total payment is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Payment {
    /// Areas that are paid, by code; empty: all.
    pub areas: Vec<String>,
    /// Yuan for every enrolled head and year, by area code; absent: the fund income a head of the tables.
    pub per_head: BTreeMap<String, f64>,
    /// Need relative to the mean, by area code (1 where absent: the tables know no ages; assumed).
    pub risk: BTreeMap<String, f64>,
    /// Share of the surplus within the band that stays with the community (1: "retain surplus", key tasks of 2025; the share is assumed).
    pub retain: f64,
    /// Share of overspending within the band that the community bears (0.6: "reasonably share overspending"; the share is assumed).
    pub share_over: f64,
    /// Band around the budget, as a share of it (0.10; assumed).
    pub band: f64,
    /// Who bears overspending beyond the band.
    pub beyond: Beyond,
    /// Parts of what is retained: county hospital, township centres, village clinics (6, 3, 1; Anhui's practice, policy 2.6).
    pub split: [f64; 3],
    /// Least share of pooling areas paid by DRG or DIP (0.70: "in no less than 70 % of the overall planning areas", key tasks of 2023).
    pub drg_share: f64,
    /// Pooling areas (prefectures; areas without one stand for themselves) that are paid so already; others are chosen by their spending on stays.
    pub drg_areas: Vec<String>,
    /// Fund shares by tier of the widest gap that is looked at (V S T C 0.95, K D 0.85, M 0.60, P R 0.45, N 0.40; assumed).
    pub gap: BTreeMap<Tier, f64>,
    /// Steps from today's shares (0) to `gap` (1); today's are always among them.
    pub widths: Vec<f64>,
    /// Factors on the doctors of primary care, beside each width.
    pub doctors: Vec<f64>,
    /// What the plan does to the referral plan takes `gap` as its fund shares.
    pub apply_gap: bool,
}

impl Default for Payment {
    fn default() -> Self {
        let share = |t: Tier| match t {
            Tier::V | Tier::S | Tier::T | Tier::C => 0.95,
            Tier::K | Tier::D => 0.85,
            Tier::M => 0.60,
            Tier::P | Tier::R => 0.45,
            Tier::N => 0.40,
        };
        Self {
            areas: Vec::new(),
            per_head: BTreeMap::new(),
            risk: BTreeMap::new(),
            retain: 1.0,
            share_over: 0.6,
            band: 0.10,
            beyond: Beyond::Community,
            split: [6.0, 3.0, 1.0],
            drg_share: 0.70,
            drg_areas: Vec::new(),
            gap: Tier::ALL.into_iter().map(|t| (t, share(t))).collect(),
            widths: vec![0.0, 0.25, 0.5, 0.75, 1.0],
            doctors: vec![1.0, 1.1, 1.25, 1.5],
            apply_gap: false,
        }
    }
}

impl Payment {
    /// Widths that are looked at: today's, then those asked for, upward, each once.
    #[must_use]
    pub fn widths_from_today(&self) -> Vec<f64> {
        let mut out: Vec<f64> = self.widths.iter().copied().chain([0.0]).collect();
        out.sort_by(f64::total_cmp);
        out.dedup();
        out
    }
}

impl Section for Payment {
    fn ranges(&self) -> Vec<Ranged> {
        let mut out = vec![
            ranged(&["retain"], self.retain, 0.0, 1.0),
            ranged(&["share_over"], self.share_over, 0.0, 1.0),
            ranged(&["band"], self.band, 0.0, 1.0),
            ranged(&["drg_share"], self.drg_share, 0.0, 1.0),
        ];
        out.extend(self.per_head.iter().map(|(c, v)| ranged(&["per_head", c], *v, 0.0, 1e6)));
        out.extend(self.risk.iter().map(|(c, v)| ranged(&["risk", c], *v, 0.0, 100.0)));
        out.extend(self.split.iter().map(|v| ranged(&["split"], *v, 0.0, 1e6)));
        out.extend(self.gap.iter().map(|(t, v)| ranged(&["gap", t.code()], *v, 0.0, 1.0)));
        out.extend(self.widths.iter().map(|v| ranged(&["widths"], *v, 0.0, 1.0)));
        out.extend(self.doctors.iter().map(|v| ranged(&["doctors"], *v, 0.0, 100.0)));
        out
    }

    fn names(&self) -> Vec<(Vec<String>, Named, String)> {
        let mut out: Vec<_> = self.areas.iter().map(|a| (vec!["areas".to_owned()], Named::Area, a.clone())).collect();
        out.extend(self.per_head.keys().map(|a| (vec!["per_head".to_owned(), a.clone()], Named::Area, a.clone())));
        out.extend(self.drg_areas.iter().map(|a| (vec!["drg_areas".to_owned()], Named::Pool, a.clone())));
        out.extend(self.risk.keys().map(|a| (vec!["risk".to_owned(), a.clone()], Named::Area, a.clone())));
        out
    }
}
