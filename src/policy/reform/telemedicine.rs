//! `[reform.telemedicine]`: hubs, links, what they cost and whom they must reach (model 6.14).

use super::{Named, Ranged, Section, ranged};
use crate::network::Tier;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a network of telemedicine is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Telemedicine {
    /// Areas to plan, by code; empty: all.
    pub areas: Vec<String>,
    /// Least share of county hospitals linked upward (0.95: "cover 95 % of the country's districts and counties", key tasks of 2022).
    pub county_share: f64,
    /// Least share of township and community centres linked (0.80; assumed: "gradually extend to the grassroots").
    pub primary_share: f64,
    /// Community centres (tier C) count among the centres and may be linked.
    pub community_centres: bool,
    /// Fixed cost of a hub by tier, yuan a year (K 1.2, M 3, P 6 million; assumed). A tier without a price has no hubs.
    pub hub_cost: BTreeMap<Tier, f64>,
    /// Links that a hub can serve, by tier (K 14, M 18, P 40; assumed).
    pub hub_links: BTreeMap<Tier, u32>,
    /// Hospitals that may be hubs, with their own cost where it is above 0; empty: every hospital of a tier with a price.
    pub hubs: BTreeMap<String, f64>,
    /// A link to a hub in the county, yuan a year (60,000; assumed).
    pub county_link: f64,
    /// A link to a hub above the county, yuan a year (80,000; assumed).
    pub upper_link: f64,
}

impl Default for Telemedicine {
    fn default() -> Self {
        Self {
            areas: Vec::new(),
            county_share: 0.95,
            primary_share: 0.80,
            community_centres: true,
            hub_cost: BTreeMap::from([(Tier::K, 1.2e6), (Tier::M, 3.0e6), (Tier::P, 6.0e6)]),
            hub_links: BTreeMap::from([(Tier::K, 14), (Tier::M, 18), (Tier::P, 40)]),
            hubs: BTreeMap::new(),
            county_link: 60e3,
            upper_link: 80e3,
        }
    }
}

impl Section for Telemedicine {
    fn ranges(&self) -> Vec<Ranged> {
        let mut out = vec![
            ranged(&["county_share"], self.county_share, 0.0, 1.0),
            ranged(&["primary_share"], self.primary_share, 0.0, 1.0),
            ranged(&["county_link"], self.county_link, 0.0, 1e12),
            ranged(&["upper_link"], self.upper_link, 0.0, 1e12),
        ];
        out.extend(self.hub_cost.iter().map(|(t, v)| ranged(&["hub_cost", t.code()], *v, 0.0, 1e12)));
        out.extend(self.hub_links.iter().map(|(t, n)| ranged(&["hub_links", t.code()], f64::from(*n), 0.0, 1e6)));
        out.extend(self.hubs.iter().map(|(code, v)| ranged(&["hubs", code], *v, 0.0, 1e12)));
        out
    }

    fn names(&self) -> Vec<(Vec<String>, Named, String)> {
        let areas = self.areas.iter().map(|a| (vec!["areas".to_owned()], Named::Area, a.clone()));
        areas.chain(self.hubs.keys().map(|h| (vec!["hubs".to_owned(), h.clone()], Named::Facility, h.clone()))).collect()
    }
}
