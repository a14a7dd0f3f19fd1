//! `[reform.centres]`: how many national, national regional and provincial regional centres there are to site, and where they may stand.

use super::{Named, Ranged, Section, ranged};
use crate::network::Tier;
use serde::{Deserialize, Serialize};

/// Centres of one specialty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Specialty {
    /// Its name; those of the defaults are translated.
    pub name: String,
    /// National centres.
    pub national: u32,
    /// National regional centres.
    pub regional: u32,
}

/// What a siting of centres is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Centres {
    /// Specialties with their numbers. The totals of the default are those of May 2024 (13 national, 125 national regional centres;
    /// policy 2.8), their split over ten specialties is assumed.
    pub specialties: Vec<Specialty>,
    /// People for each provincial regional centre (12.5 million: one per 10 to 15 million, planning of 2021 to 2025).
    pub people_per_provincial: f64,
    /// Tiers whose sites may host a national centre (P).
    pub national_tiers: Vec<Tier>,
    /// Tiers whose sites may host a regional or provincial centre (M, P).
    pub regional_tiers: Vec<Tier>,
    /// National centres that one site can host (2; assumed).
    pub most_national: u32,
    /// National regional centres that one site can host (4; assumed).
    pub most_regional: u32,
    /// Specialties that a provincial regional centre leads (5; assumed); where a province has too few centres for that, each leads more.
    pub most_provincial: u32,
    /// Leading characters of an area's code that tell its province (2: GB/T 2260).
    pub province_digits: u32,
}

impl Default for Centres {
    fn default() -> Self {
        let of = |(name, national, regional): (&str, u32, u32)| Specialty { name: name.to_owned(), national, regional };
        let split = [
            ("comprehensive", 3, 30),
            ("tcm", 1, 20),
            ("children", 2, 12),
            ("cardiovascular", 1, 10),
            ("cancer", 1, 10),
            ("neurology", 1, 10),
            ("trauma", 1, 10),
            ("respiratory", 1, 8),
            ("geriatric", 1, 8),
            ("infectious", 1, 7),
        ];
        Self {
            specialties: split.map(of).to_vec(),
            people_per_provincial: 12.5e6,
            national_tiers: vec![Tier::P],
            regional_tiers: vec![Tier::M, Tier::P],
            most_national: 2,
            most_regional: 4,
            most_provincial: 5,
            province_digits: 2,
        }
    }
}

impl Centres {
    /// Provincial regional centres of a province: one at least.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // some tens
    pub fn provincial(&self, people: f64) -> u32 {
        (people / self.people_per_provincial).round().max(1.0) as u32
    }

    /// Specialties that a site of a province leads at most where it has so many sites, and the sites of every specialty: what sites lead together
    /// is shared out evenly, those that stand first in the list have one more.
    #[must_use]
    pub fn dealt(&self, sites: usize) -> (usize, Vec<usize>) {
        let (sites, asked) = (sites.max(1), self.specialties.len().max(1));
        let most = (self.most_provincial as usize).max(asked.div_ceil(sites)).min(asked);
        let each = (sites * most / asked).min(sites);
        let more = if each < sites { sites * most - each * asked } else { 0 };
        (most, (0..self.specialties.len()).map(|k| each + usize::from(k < more)).collect())
    }
}

impl Section for Centres {
    fn ranges(&self) -> Vec<Ranged> {
        let mut out = vec![
            ranged(&["people_per_provincial"], self.people_per_provincial, 1.0, 1e12),
            ranged(&["most_national"], f64::from(self.most_national), 1.0, 1e4),
            ranged(&["most_regional"], f64::from(self.most_regional), 1.0, 1e4),
            ranged(&["most_provincial"], f64::from(self.most_provincial), 1.0, 1e4),
            ranged(&["province_digits"], f64::from(self.province_digits), 0.0, 12.0),
        ];
        for s in &self.specialties {
            out.push(ranged(&["specialties", &s.name, "national"], f64::from(s.national), 1.0, 1e3));
            out.push(ranged(&["specialties", &s.name, "regional"], f64::from(s.regional), 1.0, 1e3));
        }
        out
    }

    fn names(&self) -> Vec<(Vec<String>, Named, String)> {
        Vec::new()
    }
}
