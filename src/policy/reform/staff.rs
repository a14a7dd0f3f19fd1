//! `[reform.staff]`: general practitioners and where they are posted, doctors in clinics, specialties in short supply, and the training
//! that has to begin today (model 6.11).

use super::{Named, Ranged, Section, ranged};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a plan of staff is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Staff {
    /// Areas to plan, by code; empty: all.
    pub areas: Vec<String>,
    /// New general practitioners to post; absent: as many as are missing to the first rate of `pipeline.milestones` that is not reached.
    pub new_gps: Option<u32>,
    /// Where no primary facility of the areas counts a general practitioner: those of today for 10,000 people, rounded by township and at
    /// least one (2: standard of 2020, policy 2.3).
    pub now_per_10k: f64,
    /// People that one family doctor contracts at most (2,000; policy 2.3).
    pub panel: f64,
    /// New general practitioners in one township at most (20; assumed).
    pub most_new: u32,
    /// General practitioners that a township or community centre has at least (1: main work of 2012).
    pub centre_gps: u32,
    /// Doctors that a village clinic has at least (1: main work of 2012).
    pub clinic_doctors: f64,
    /// Share of people in the priority groups, who are contracted first: old, with child, chronically ill, poor (0.25; assumed).
    pub priority_share: f64,
    /// The same for single areas, by code.
    pub priority_shares: BTreeMap<String, f64>,
    /// Weight of a contract in the priority groups against another one (1.5; assumed).
    pub priority_weight: f64,
    /// General practitioners that an area may have at most, by code: its establishment.
    pub quotas: BTreeMap<String, u32>,
    /// Doctors employed by the county and used in townships (C15); absent: none.
    pub posting: Option<Posting>,
    /// Training over the years.
    pub pipeline: Pipeline,
    /// Specialties in short supply.
    pub specialties: Vec<Specialty>,
}

/// Doctors of hospitals of rank 3 posted to the townships of their area.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Posting {
    /// Share of a hospital's doctors that may be posted (0.05; assumed).
    pub max_share: f64,
    /// Share of the working time that arrives (0.9; assumed).
    pub effectiveness: f64,
    /// Doctors posted in each county at least (0).
    pub min_per_county: f64,
}

/// Training of general practitioners over the years.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Pipeline {
    /// Years looked at, after that of the case (12; assumed: the longest training and some years more).
    pub years: u32,
    /// Share of the practitioners who leave in a year (0.03; assumed).
    pub attrition: f64,
    /// Rates to reach (3.93 for 10,000 by the third year, 4.91 by the sixth: table of 2025 and the nation in 2025, policy 2.1, 2.3; the years
    /// are assumed).
    pub milestones: Vec<Milestone>,
    /// Ways to become a general practitioner.
    pub programmes: Vec<Programme>,
    /// A practitioner missing for a year, yuan (1 million; assumed, above every cost of training).
    pub missing: f64,
}

/// A rate to reach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// Year after that of the case from which the rate holds.
    pub year: u32,
    /// General practitioners for 10,000 people.
    pub per_10k: f64,
}

/// A way to become a general practitioner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// Name: `directed`, `transfer` and `special` have words in the report.
    pub name: String,
    /// Years from the seat to the post.
    pub lead: u32,
    /// Seats a year for 100,000 people.
    pub per_100k: f64,
    /// Share of the seats that end in a post.
    pub keep: f64,
    /// Yuan a seat.
    pub cost: f64,
}

/// A specialty in short supply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Specialty {
    /// Name: the six of the default have words in the report.
    pub name: String,
    /// Doctors wanted for 10,000 people.
    pub per_10k: f64,
    /// Doctors there are for 10,000 people, by area code; an area that is absent counts as having none, which the report says.
    #[serde(default)]
    pub now_per_10k: BTreeMap<String, f64>,
    /// New doctors to share out; absent: all that are missing.
    #[serde(default)]
    pub new: Option<u32>,
}

impl Default for Posting {
    fn default() -> Self {
        Self { max_share: 0.05, effectiveness: 0.9, min_per_county: 0.0 }
    }
}

impl Default for Pipeline {
    fn default() -> Self {
        let programme = |name: &str, lead, per_100k, keep, cost| Programme { name: name.into(), lead, per_100k, keep, cost };
        Self {
            years: 12,
            attrition: 0.03,
            milestones: vec![Milestone { year: 3, per_10k: 3.93 }, Milestone { year: 6, per_10k: 4.91 }],
            // seats: 5,000 directed students, 15,000 in transfer training, 20,000 special posts in 2012 (main work) over 1,354 million people;
            // lead of directed students: 5 years of college and 3 of standardized training (key tasks of 2023); the rest is assumed
            programmes: vec![
                programme("directed", 8, 0.37, 0.85, 240e3),
                programme("transfer", 1, 1.11, 0.90, 60e3),
                programme("special", 0, 1.48, 0.80, 150e3),
            ],
            missing: 1e6,
        }
    }
}

impl Default for Staff {
    fn default() -> Self {
        let wanted = |name: &str, per_10k| Specialty { name: name.into(), per_10k, now_per_10k: BTreeMap::new(), new: None };
        Self {
            areas: Vec::new(),
            new_gps: None,
            now_per_10k: 2.0,
            panel: 2000.0,
            most_new: 20,
            centre_gps: 1,
            clinic_doctors: 1.0,
            priority_share: 0.25,
            priority_shares: BTreeMap::new(),
            priority_weight: 1.5,
            quotas: BTreeMap::new(),
            posting: None,
            pipeline: Pipeline::default(),
            // the list is that of the key tasks of 2023; the rates are assumed
            specialties: vec![
                wanted("pediatrics", 1.2),
                wanted("mental_health", 0.4),
                wanted("critical_care", 0.6),
                wanted("geriatrics", 0.4),
                wanted("anaesthesia", 0.9),
                wanted("public_health", 0.8),
            ],
        }
    }
}

impl Section for Staff {
    fn ranges(&self) -> Vec<Ranged> {
        let p = &self.pipeline;
        let mut out = vec![
            ranged(&["now_per_10k"], self.now_per_10k, 0.0, 1000.0),
            ranged(&["panel"], self.panel, 1.0, 1e6),
            ranged(&["most_new"], f64::from(self.most_new), 0.0, 1e6),
            ranged(&["centre_gps"], f64::from(self.centre_gps), 0.0, 1e4),
            ranged(&["clinic_doctors"], self.clinic_doctors, 0.0, 1e4),
            ranged(&["priority_share"], self.priority_share, 0.0, 1.0),
            ranged(&["priority_weight"], self.priority_weight, 1.0, 1000.0),
            ranged(&["pipeline", "years"], f64::from(p.years), 1.0, 60.0),
            ranged(&["pipeline", "attrition"], p.attrition, 0.0, 1.0),
            ranged(&["pipeline", "missing"], p.missing, 0.0, 1e12),
        ];
        out.extend(self.new_gps.map(|n| ranged(&["new_gps"], f64::from(n), 0.0, 1e7)));
        out.extend(self.priority_shares.iter().map(|(a, v)| ranged(&["priority_shares", a], *v, 0.0, 1.0)));
        if let Some(o) = &self.posting {
            out.push(ranged(&["posting", "max_share"], o.max_share, 0.0, 1.0));
            out.push(ranged(&["posting", "effectiveness"], o.effectiveness, 0.01, 1.0));
            out.push(ranged(&["posting", "min_per_county"], o.min_per_county, 0.0, 1e6));
        }
        for m in &p.milestones {
            out.push(ranged(&["pipeline", "milestones"], f64::from(m.year), 1.0, 60.0));
            out.push(ranged(&["pipeline", "milestones"], m.per_10k, 0.0, 1000.0));
        }
        for x in &p.programmes {
            out.push(ranged(&["pipeline", "programmes"], f64::from(x.lead), 0.0, 60.0));
            out.push(ranged(&["pipeline", "programmes"], x.per_100k, 0.0, 1e5));
            out.push(ranged(&["pipeline", "programmes"], x.keep, 0.0, 1.0));
            out.push(ranged(&["pipeline", "programmes"], x.cost, 0.0, 1e12));
        }
        for s in &self.specialties {
            out.push(ranged(&["specialties"], s.per_10k, 0.0, 1000.0));
            out.extend(s.now_per_10k.values().map(|v| ranged(&["specialties"], *v, 0.0, 1e4)));
        }
        out
    }

    fn names(&self) -> Vec<(Vec<String>, Named, String)> {
        let at = |key: &str, code: &String| (vec![key.to_owned(), code.clone()], Named::Area, code.clone());
        let mut out: Vec<_> = self.areas.iter().map(|a| (vec!["areas".to_owned()], Named::Area, a.clone())).collect();
        out.extend(self.priority_shares.keys().map(|c| at("priority_shares", c)));
        out.extend(self.quotas.keys().map(|c| at("quotas", c)));
        let known = self.specialties.iter().flat_map(|s| s.now_per_10k.keys());
        out.extend(known.map(|c| (vec!["specialties".to_owned()], Named::Area, c.clone())));
        out
    }
}
