//! `[reform.phases]`: beds of counties and primary care over the years, with money, lead times and ageing (model 6.16).

use super::{Named, Ranged, Section, ranged};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What phases are asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Phases {
    /// Areas to plan, by code; empty: all.
    pub areas: Vec<String>,
    /// Years planned, from the year after that of the case (5: a plan period).
    pub years: u32,
    /// Yearly discount (0.05; assumed).
    pub discount: f64,
    /// Beds for 1,000 people at ranks 2 and 3 (3.5: table of 2025, policy 2.3).
    pub per_1000: f64,
    /// The same for single areas, by code.
    pub per_1000_of: BTreeMap<String, f64>,
    /// Yearly growth of what is wanted: people age (0.02; assumed).
    pub ageing: f64,
    /// Largest share of the beds of an area that may be begun in a year (0.08; assumed).
    pub growth: f64,
    /// Capital of a bed, yuan (0.6 million; policy 2.7, county hospital, assumed).
    pub capital: f64,
    /// A bed missing for a year, yuan (0.3 million; assumed).
    pub missing: f64,
    /// Years from the start of a bed to its use (0: in the same year).
    pub lead: u32,
    /// Money of the first year, yuan; absent: no limit. Nothing is borrowed and nothing carried over.
    pub budget: Option<f64>,
    /// Yearly growth of that money (0.05; assumed: health spending grows faster than spending, main work of 2012).
    pub budget_growth: f64,
    /// No bed may be missing in the last year, or the question has no answer and a repair is worked out.
    pub reach: bool,
    /// Beds come in whole projects only; absent: any number.
    pub projects: Option<Projects>,
}

/// Whole projects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Projects {
    /// Beds of the one project that every hospital of rank 3 may have; 0: none (100; assumed).
    pub hospital_beds: f64,
    /// Beds of the one project that every township or community centre may have; 0: none (20; assumed).
    pub centre_beds: f64,
    /// Capital of a bed in a centre, yuan (0.25 million; policy 2.7, assumed).
    pub centre_capital: f64,
    /// Projects by name.
    pub named: Vec<Project>,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Name for tables and pictures.
    pub name: String,
    /// Facility that it belongs to, by code.
    pub facility: String,
    /// Beds.
    pub beds: f64,
    /// Capital of the whole, yuan.
    pub yuan: f64,
    /// Years from start to use.
    pub lead: u32,
}

impl Default for Projects {
    fn default() -> Self {
        Self { hospital_beds: 100.0, centre_beds: 20.0, centre_capital: 0.25e6, named: Vec::new() }
    }
}

impl Default for Phases {
    fn default() -> Self {
        Self {
            areas: Vec::new(),
            years: 5,
            discount: 0.05,
            per_1000: 3.5,
            per_1000_of: BTreeMap::new(),
            ageing: 0.02,
            growth: 0.08,
            capital: 0.6e6,
            missing: 0.3e6,
            lead: 0,
            budget: None,
            budget_growth: 0.05,
            reach: false,
            projects: None,
        }
    }
}

impl Section for Phases {
    fn ranges(&self) -> Vec<Ranged> {
        let mut out = vec![
            ranged(&["years"], f64::from(self.years), 1.0, 40.0),
            ranged(&["discount"], self.discount, 0.0, 1.0),
            ranged(&["per_1000"], self.per_1000, 0.0, 1000.0),
            ranged(&["ageing"], self.ageing, -0.5, 0.5),
            ranged(&["growth"], self.growth, 0.0, 10.0),
            ranged(&["capital"], self.capital, 0.0, 1e12),
            ranged(&["missing"], self.missing, 0.0, 1e12),
            ranged(&["lead"], f64::from(self.lead), 0.0, 40.0),
            ranged(&["budget_growth"], self.budget_growth, -1.0, 10.0),
        ];
        out.extend(self.budget.map(|b| ranged(&["budget"], b, 0.0, 1e15)));
        out.extend(self.per_1000_of.iter().map(|(a, v)| ranged(&["per_1000_of", a], *v, 0.0, 1000.0)));
        if let Some(p) = &self.projects {
            out.push(ranged(&["projects", "hospital_beds"], p.hospital_beds, 0.0, 1e5));
            out.push(ranged(&["projects", "centre_beds"], p.centre_beds, 0.0, 1e5));
            out.push(ranged(&["projects", "centre_capital"], p.centre_capital, 0.0, 1e12));
            for x in &p.named {
                out.push(ranged(&["projects", "named"], x.beds, 0.0, 1e5));
                out.push(ranged(&["projects", "named"], x.yuan, 0.0, 1e13));
                out.push(ranged(&["projects", "named"], f64::from(x.lead), 0.0, 40.0));
            }
        }
        out
    }

    fn names(&self) -> Vec<(Vec<String>, Named, String)> {
        let mut out: Vec<_> = self.areas.iter().map(|a| (vec!["areas".to_owned()], Named::Area, a.clone())).collect();
        out.extend(self.per_1000_of.keys().map(|c| (vec!["per_1000_of".to_owned(), c.clone()], Named::Area, c.clone())));
        let named = self.projects.iter().flat_map(|p| &p.named);
        out.extend(named.map(|p| (vec!["projects".to_owned(), "named".to_owned()], Named::Facility, p.facility.clone())));
        out
    }
}
