//! `[reform.surge]`: convertible intensive-care beds, transfers between areas, and a surge of cases on the referral plan (model 6.17).

use super::{Named, Ranged, Section, ranged};
use crate::network::Tier;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What surge readiness is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Surge {
    /// Areas to plan, by code; empty: all.
    pub areas: Vec<String>,
    /// What may come: probabilities are scaled to one (0.7 as usual, 0.2 by 1.6, 0.1 by 2.6; assumed).
    pub scenarios: Vec<SurgeScenario>,
    /// Patients in intensive care at a time for 100,000 people, as usual (9; assumed).
    pub need_per_100k: f64,
    /// Intensive-care beds for 100,000 people of city cores where facilities.csv counts none (15: 2025, policy 2.3).
    pub icu_urban: f64,
    /// The same for counties (8; assumed).
    pub icu_county: f64,
    /// Convertible beds for 100,000 people at most (12: 2027, policy 2.3).
    pub most_per_100k: f64,
    /// Keeping a convertible bed ready, yuan (80,000; assumed).
    pub cost: f64,
    /// A patient without a bed, yuan (300,000; assumed).
    pub unmet: f64,
    /// A patient transferred to another area, yuan (15,000; assumed).
    pub transfer: f64,
    /// Longest way of a transfer between the hospitals of two areas, minutes; absent: any.
    pub transfer_minutes: Option<f64>,
    /// The mean of the worst `1 - alpha` counts beside the mean (0.8; assumed).
    pub alpha: f64,
    /// Weight of that mean against the mean of all (0.5; assumed).
    pub lambda: f64,
    /// Cases of a surge by class code (H3 1.35, H4 1.25, E 2, O2 1.5; assumed); one of these that the case has not counts for nothing, one
    /// written that it has not is refused.
    pub multipliers: BTreeMap<String, f64>,
    /// Beds of a tier in a surge, convertible ones among them, against today (K, D, M 1.15; assumed).
    pub convertible: BTreeMap<Tier, f64>,
    /// The effect on the referral plan has the convertible beds.
    pub with_convertible: bool,
    /// Solve the referral plan as usual, in the surge, in the surge with convertible beds, and protected: four linear models.
    pub stress: bool,
    /// Share by which the patients of an area may exceed what is expected, for the budgeted robust forms (0.6; assumed).
    pub deviation: f64,
    /// Areas that exceed it at the same time (the budget of Bertsimas and Sim; 1).
    pub gamma: u32,
}

/// What may come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurgeScenario {
    /// Name: `usual`, `wave` and `peak` have words in the report.
    pub name: String,
    /// Probability.
    pub probability: f64,
    /// Patients against the usual number.
    pub factor: f64,
}

impl Default for Surge {
    fn default() -> Self {
        let may = |name: &str, probability, factor| SurgeScenario { name: name.into(), probability, factor };
        let times = [("H3", 1.35), ("H4", 1.25), ("E", 2.0), ("O2", 1.5)];
        Self {
            areas: Vec::new(),
            scenarios: vec![may("usual", 0.7, 1.0), may("wave", 0.2, 1.6), may("peak", 0.1, 2.6)],
            need_per_100k: 9.0,
            icu_urban: 15.0,
            icu_county: 8.0,
            most_per_100k: 12.0,
            cost: 80e3,
            unmet: 300e3,
            transfer: 15e3,
            transfer_minutes: None,
            alpha: 0.8,
            lambda: 0.5,
            multipliers: times.map(|(k, m)| (k.to_owned(), m)).into(),
            convertible: BTreeMap::from([(Tier::K, 1.15), (Tier::D, 1.15), (Tier::M, 1.15)]),
            with_convertible: true,
            stress: false,
            deviation: 0.6,
            gamma: 1,
        }
    }
}

impl Section for Surge {
    fn ranges(&self) -> Vec<Ranged> {
        let mut out = vec![
            ranged(&["need_per_100k"], self.need_per_100k, 0.0, 1e5),
            ranged(&["icu_urban"], self.icu_urban, 0.0, 1e5),
            ranged(&["icu_county"], self.icu_county, 0.0, 1e5),
            ranged(&["most_per_100k"], self.most_per_100k, 0.0, 1e5),
            ranged(&["cost"], self.cost, 0.0, 1e12),
            ranged(&["unmet"], self.unmet, 0.0, 1e12),
            ranged(&["transfer"], self.transfer, 0.0, 1e12),
            ranged(&["alpha"], self.alpha, 0.0, 0.9999),
            ranged(&["lambda"], self.lambda, 0.0, 1.0),
            ranged(&["deviation"], self.deviation, 0.0, 100.0),
            ranged(&["gamma"], f64::from(self.gamma), 0.0, 1e6),
        ];
        out.extend(self.transfer_minutes.map(|t| ranged(&["transfer_minutes"], t, 0.0, 1e5)));
        for s in &self.scenarios {
            out.push(ranged(&["scenarios"], s.probability, 0.0, 1.0));
            out.push(ranged(&["scenarios"], s.factor, 0.0, 1000.0));
        }
        out.extend(self.multipliers.iter().map(|(k, m)| ranged(&["multipliers", k], *m, 0.0, 1000.0)));
        out.extend(self.convertible.iter().map(|(t, m)| ranged(&["convertible", t.code()], *m, 0.0, 1000.0)));
        out
    }

    fn names(&self) -> Vec<(Vec<String>, Named, String)> {
        self.areas.iter().map(|a| (vec!["areas".to_owned()], Named::Area, a.clone())).collect()
    }
}
