//! Honesty: what is observed, what is modelled, what is assumed.

use serde::{Deserialize, Serialize};

/// How a number came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Counted or published for this very record.
    Observed,
    /// Computed from published rates by a stated rule.
    Modelled,
    /// A default without a published source.
    #[default]
    Assumed,
}

/// Where the numbers of a column (or of a whole table) come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Table name without `.csv`.
    pub table: String,
    /// Column, or `*` for all columns not named elsewhere.
    pub column: String,
    /// How the numbers came to be.
    pub evidence: Evidence,
    /// The rule that made them, or what was counted.
    pub rule: String,
    /// Source and licence.
    #[serde(default)]
    pub source: String,
    /// The rule in Chinese, for Chinese reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_zh: Option<String>,
    /// The source in Chinese, for Chinese reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_zh: Option<String>,
}
