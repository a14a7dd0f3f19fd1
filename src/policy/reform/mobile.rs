//! `[reform.mobile]`: which villages county teams visit, how often, and what a day holds (model 6.12).

use super::{Named, Ranged, Section, ranged};
use crate::network::Tier;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How often a village is visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    /// Every 7 days.
    Weekly,
    /// Every 14 days.
    Fortnightly,
    /// Every 28 days.
    #[default]
    FourWeekly,
}

impl Rhythm {
    /// All, most frequent first.
    pub const ALL: [Self; 3] = [Self::Weekly, Self::Fortnightly, Self::FourWeekly];

    /// Days from a visit to the next.
    #[must_use]
    pub const fn days(self) -> u32 {
        match self {
            Self::Weekly => 7,
            Self::Fortnightly => 14,
            Self::FourWeekly => 28,
        }
    }

    /// Visits in the period of 28 days.
    #[must_use]
    pub const fn visits(self) -> u32 {
        28 / self.days()
    }
}

/// What mobile services are asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mobile {
    /// Areas to serve, by code; empty: all that are not city cores ("full coverage of rural medical and health services", key tasks of 2023).
    pub areas: Vec<String>,
    /// Villages to serve, by code, whatever reaches them; empty: those that no fixed site reaches.
    pub villages: Vec<String>,
    /// A fixed site reaches a village within so many minutes (15; policy 2.4).
    pub reach_minutes: f64,
    /// Lowest rank that counts as a fixed site (1; 2 leaves village clinics and stations out, where they have no doctor or are only modelled).
    pub fixed_rank: u32,
    /// Tiers that teams may start from (K, D); of each area's facilities of these tiers the nearest one sends the team.
    pub base_tiers: Vec<Tier>,
    /// Facilities that teams start from, by code; empty: all of the tiers above.
    pub bases: Vec<String>,
    /// Minutes a team can be out on a day (480; assumed).
    pub day_minutes: f64,
    /// Minutes of service at each stop (60; assumed).
    pub service_minutes: f64,
    /// Further minutes of service per 100 people (0; 5 with 30 minutes at each stop is the other common rule; assumed).
    pub service_per_100: f64,
    /// How often a village is visited (four_weekly; assumed).
    pub rhythm: Rhythm,
    /// Villages with at least so many people are visited every 7 days (0: none for their size).
    pub weekly_people: f64,
    /// Villages with at least so many people are visited every 14 days (0: none for their size).
    pub fortnightly_people: f64,
    /// The rhythm of single villages, by code; wins over the others.
    pub rhythms: BTreeMap<String, Rhythm>,
    /// Days of the week a team is out (5; assumed).
    pub work_days: u32,
    /// Teams that a base has, by facility code; without an entry as many as it takes.
    pub teams: BTreeMap<String, u32>,
    /// What a team costs on a day out, yuan (2,500: two doctors, a nurse, driver and vehicle; assumed).
    pub day_cost: f64,
}

impl Default for Mobile {
    fn default() -> Self {
        Self {
            areas: Vec::new(),
            villages: Vec::new(),
            reach_minutes: 15.0,
            fixed_rank: 1,
            base_tiers: vec![Tier::K, Tier::D],
            bases: Vec::new(),
            day_minutes: 480.0,
            service_minutes: 60.0,
            service_per_100: 0.0,
            rhythm: Rhythm::FourWeekly,
            weekly_people: 0.0,
            fortnightly_people: 0.0,
            rhythms: BTreeMap::new(),
            work_days: 5,
            teams: BTreeMap::new(),
            day_cost: 2_500.0,
        }
    }
}

impl Mobile {
    /// How often a village is visited.
    #[must_use]
    pub fn rhythm_of(&self, code: &str, people: f64) -> Rhythm {
        if let Some(own) = self.rhythms.get(code) {
            return *own;
        }
        let large = |limit: f64| limit > 0.0 && people >= limit;
        if large(self.weekly_people) {
            Rhythm::Weekly
        } else if large(self.fortnightly_people) {
            self.rhythm.min(Rhythm::Fortnightly)
        } else {
            self.rhythm
        }
    }

    /// Minutes of service at a village.
    #[must_use]
    pub fn service(&self, people: f64) -> f64 {
        self.service_minutes + self.service_per_100 * people / 100.0
    }
}

impl Section for Mobile {
    fn ranges(&self) -> Vec<Ranged> {
        let mut out = vec![
            ranged(&["reach_minutes"], self.reach_minutes, 0.0, 1e4),
            ranged(&["fixed_rank"], f64::from(self.fixed_rank), 1.0, 7.0),
            ranged(&["day_minutes"], self.day_minutes, 1.0, 1440.0),
            ranged(&["service_minutes"], self.service_minutes, 0.0, 1440.0),
            ranged(&["service_per_100"], self.service_per_100, 0.0, 1440.0),
            ranged(&["weekly_people"], self.weekly_people, 0.0, 1e9),
            ranged(&["fortnightly_people"], self.fortnightly_people, 0.0, 1e9),
            ranged(&["work_days"], f64::from(self.work_days), 1.0, 7.0),
            ranged(&["day_cost"], self.day_cost, 0.0, 1e9),
        ];
        out.extend(self.teams.iter().map(|(base, n)| ranged(&["teams", base], f64::from(*n), 0.0, 1e4)));
        out
    }

    fn names(&self) -> Vec<(Vec<String>, Named, String)> {
        let list = |key: &str, kind: Named, codes: &[String]| -> Vec<_> {
            codes.iter().map(|c| (vec![key.to_owned()], kind, c.clone())).collect()
        };
        let keyed = |key: &str, kind: Named, code: &String| (vec![key.to_owned(), code.clone()], kind, code.clone());
        let mut out = list("areas", Named::Area, &self.areas);
        out.extend(list("villages", Named::Settlement, &self.villages));
        out.extend(list("bases", Named::Facility, &self.bases));
        out.extend(self.rhythms.keys().map(|c| keyed("rhythms", Named::Settlement, c)));
        out.extend(self.teams.keys().map(|c| keyed("teams", Named::Facility, c)));
        out
    }
}
