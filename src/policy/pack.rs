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
