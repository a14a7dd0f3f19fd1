//! Policy packs: what the reform documents of a year ask for, each number with its source.

use super::Targets;
use serde::{Deserialize, Serialize};

/// The packs, by name, oldest first.
const PACKS: [(&str, &str); 8] = [
    ("P2012", include_str!("../../data/policy/P2012.toml")),
    ("P2018", include_str!("../../data/policy/P2018.toml")),
    ("P2020", include_str!("../../data/policy/P2020.toml")),
    ("P2022", include_str!("../../data/policy/P2022.toml")),
    ("P2023", include_str!("../../data/policy/P2023.toml")),
    ("P2025", include_str!("../../data/policy/P2025.toml")),
    ("P2027", include_str!("../../data/policy/P2027.toml")),
    ("P2035", include_str!("../../data/policy/P2035.toml")),
];

/// Why a pack could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// No pack of that name.
    #[error("there is no policy pack `{name}`; the packs are {known}")]
    Unknown {
        /// Name asked for.
        name: String,
        /// Names there are.
        known: String,
    },
    /// A file that is compiled in cannot be read: a defect of the build.
    #[error("policy data `{name}` cannot be read: {reason}")]
    Corrupt {
        /// Pack or table.
        name: String,
        /// What the reader says.
        reason: String,
    },
}

/// Names of all packs, oldest first.
#[must_use]
pub fn names() -> Vec<&'static str> {
    PACKS.iter().map(|(name, _)| *name).collect()
}

/// The pack of a name.
///
/// # Errors
/// [`PackError::Unknown`] with the names there are; [`PackError::Corrupt`] when the compiled-in file is broken.
pub fn load(name: &str) -> Result<PolicyPack, PackError> {
    let (_, text) = PACKS
        .iter()
        .find(|(known, _)| *known == name)
        .ok_or_else(|| PackError::Unknown { name: name.into(), known: names().join(", ") })?;
    toml::from_str(text).map_err(|e| PackError::Corrupt { name: name.into(), reason: e.to_string() })
}

/// A policy pack, read from `data/policy/NAME.toml` (compiled in).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyPack {
    /// Name, for example `P2025`.
    pub name: String,
    /// Year.
    pub year: i32,
    /// One sentence on what the pack stands for.
    pub about: String,
    /// National visits per head in the pack's year; the rates of the classes are for 7.60.
    pub visits_per_head: f64,
    /// National admissions per head; the rates of the classes are for 0.213.
    pub admissions_per_head: f64,
    /// Factor on acute and recovery days against the classes' table.
    pub length_of_stay: f64,
    /// Steerable share of first contact when the scenario says nothing.
    pub gamma: f64,
    /// Flow targets of the referral model.
    #[serde(default)]
    pub targets: Targets,
    /// All numbered targets of the year, with their sources.
    #[serde(default)]
    pub target: Vec<PolicyTarget>,
}

/// A numbered target with its source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyTarget {
    /// Key, for example `beds_per_1000` or `first_contact`.
    pub key: String,
    /// Value.
    pub value: f64,
    /// Upper end when the target is a range or an upper bound.
    #[serde(default)]
    pub upper: Option<f64>,
    /// Unit, for example `beds per 1,000 residents` or `share`.
    pub unit: String,
    /// Direction: `at_least`, `at_most` or `about`.
    #[serde(default)]
    pub sense: TargetSense,
    /// What the document says, shortened.
    pub sentence: String,
    /// Document and line, or page.
    pub source: String,
    /// How sure the source is: `high`, `medium`, `low`, `assumed`.
    pub sure: String,
}

/// Direction of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TargetSense {
    /// The value is a floor.
    #[default]
    AtLeast,
    /// The value is a ceiling.
    AtMost,
    /// The value is a guide.
    About,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::float_cmp)] // a test may fail loudly, and table values are exact
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn value(pack: &PolicyPack, key: &str) -> Option<f64> {
        pack.target.iter().find(|t| t.key == key).map(|t| t.value)
    }

    #[test]
    fn every_pack_parses_and_every_target_says_where_it_comes_from() {
        let mut last = 0;
        for name in names() {
            let pack = load(name).unwrap();
            assert_eq!((pack.name.as_str(), pack.name.as_str()), (name, format!("P{}", pack.year).as_str()));
            assert!(pack.year > last && !pack.about.is_empty(), "{name}");
            last = pack.year;
            assert!((4.0..9.0).contains(&pack.visits_per_head) && (0.1..0.25).contains(&pack.admissions_per_head), "{name}");
            assert!((0.5..2.0).contains(&pack.length_of_stay) && (0.0..=1.0).contains(&pack.gamma), "{name}");
            assert!(!pack.target.is_empty(), "{name}");
            let mut keys = HashSet::new();
            for t in &pack.target {
                assert!(keys.insert(t.key.clone()), "{name}: {} twice", t.key);
                for text in [&t.key, &t.unit, &t.sentence, &t.source] {
                    assert!(!text.trim().is_empty(), "{name}: {t:?}");
                }
                assert!(["high", "medium", "low", "assumed"].contains(&t.sure.as_str()), "{name}: {t:?}");
                assert!(t.value.is_finite() && t.value >= 0.0 && t.upper.is_none_or(|u| u > t.value), "{name}: {t:?}");
                assert!(!t.unit.starts_with("share") || t.upper.unwrap_or(t.value) <= 1.0, "{name}: {t:?}");
            }
        }
    }

    #[test]
    fn flow_targets_are_shares_and_each_stands_in_the_list_with_the_same_value() {
        for name in names() {
            let pack = load(name).unwrap();
            let mut targets = pack.targets;
            for key in Targets::NAMES {
                if let Some(share) = *targets.by_name(key).unwrap() {
                    assert!((0.0..=1.0).contains(&share), "{name} {key}");
                    assert_eq!(value(&pack, key), Some(share), "{name} {key}");
                } else {
                    assert_eq!(value(&pack, key), None, "{name} {key}");
                }
            }
        }
        assert_eq!(load("P2012").unwrap().targets, Targets::default());
        let all = Targets {
            first_contact: Some(0.7),
            primary_share: Some(0.65),
            in_county: Some(0.9),
            in_county_ip: Some(0.74),
            down_rate: Some(0.1),
        };
        assert_eq!(load("P2025").unwrap().targets, all);
    }

    #[test]
    fn the_numbers_of_the_model_text_are_in_their_packs() {
        for (name, key, number) in [
            ("P2012", "beds_per_1000", 4.0),
            ("P2012", "public_hospital_bed_growth", 0.0),
            ("P2012", "county_hospitals_per_county", 1.0),
            ("P2012", "gps_per_primary_centre", 1.0),
            ("P2012", "doctors_per_village_clinic", 1.0),
            ("P2012", "enrolment", 0.95),
            ("P2012", "fund_per_head", 300.0),
            ("P2018", "fund_per_head_increase", 40.0),
            ("P2020", "beds_per_1000", 6.0),
            ("P2020", "hospital_beds_per_1000", 4.8),
            ("P2020", "primary_beds_per_1000", 1.2),
            ("P2020", "county_beds_per_1000", 1.8),
            ("P2020", "city_beds_per_1000", 0.9),
            ("P2020", "province_beds_per_1000", 0.45),
            ("P2020", "gps_per_10k", 2.0),
            ("P2022", "telemedicine_counties", 0.95),
            ("P2022", "tcm_halls", 1.0),
            ("P2022", "settlement_points_per_county", 1.0),
            ("P2023", "drg_dip", 0.70),
            ("P2023", "mobile_coverage", 1.0),
            ("P2025", "beds_per_1000", 7.4),
            ("P2025", "city_beds_per_1000", 1.9),
            ("P2025", "county_primary_beds_per_1000", 3.5),
            ("P2025", "physicians_per_1000", 3.2),
            ("P2025", "nurses_per_1000", 3.8),
            ("P2025", "gps_per_10k", 3.93),
            ("P2025", "icu_beds_per_100k", 15.0),
            ("P2025", "convertible_icu_per_100k", 10.0),
            ("P2027", "icu_beds_per_100k", 18.0),
            ("P2027", "convertible_icu_per_100k", 12.0),
            ("P2027", "communities", 1.0),
            ("P2027", "primary_layout", 1.0),
            ("P2035", "contracts", 0.75),
            ("P2035", "contracts_priority", 0.85),
        ] {
            assert_eq!(value(&load(name).unwrap(), key), Some(number), "{name} {key}");
        }
    }

    #[test]
    fn what_no_document_of_the_year_asks_for_is_called_assumed() {
        for name in names() {
            for t in load(name).unwrap().target {
                let says = t.sentence.contains("(assumed)") || t.source.contains("without a published source");
                assert_eq!(says, t.sure == "assumed", "{name} {}: {} [{}]", t.key, t.sentence, t.sure);
            }
        }
    }

    #[test]
    fn an_unknown_pack_is_refused_with_the_names_there_are() {
        let error = load("P1999").unwrap_err().to_string();
        assert!(error.contains("P1999") && error.contains("P2012") && error.contains("P2035"), "{error}");
    }
}
