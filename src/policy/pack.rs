//! Policy packs: what the reform documents of a year ask for, each number with its source.

use super::Targets;
use serde::{Deserialize, Serialize};

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
