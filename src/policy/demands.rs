//! The numbered demands of the reform documents, read from `data/policy/demands.toml` (compiled in): what is asked, where it stands, whose task
//! it is and what judges it.

use super::pack::{PackError, TargetSense};
use serde::Deserialize;

/// A demand.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// Number in the catalogue: `N1` ... for those with a number in the text, `T1` ... for those of structure.
    pub number: String,
    /// Document: a year, or `next` for the undated text on the next stage.
    pub document: String,
    /// Line of the machine translation.
    #[serde(default)]
    pub line: Option<u32>,
    /// What is asked, in one sentence of our own.
    pub said: String,
    /// The same in Chinese.
    pub said_zh: String,
    /// Whose task it is, as the message `owner-OWNER` names it.
    pub owner: String,
    /// When, as the message `period-PERIOD` says; absent: the year of the document.
    #[serde(default)]
    pub period: Option<String>,
    /// What judges it.
    pub judged: Judged,
}

/// What a sentence asks of an indicator.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Stable name.
    pub indicator: String,
    /// What is asked of it.
    pub target: f64,
    /// `share`, `count`, `per_thousand`, ...
    pub unit: String,
    /// From which side.
    pub sense: TargetSense,
}

/// What judges a demand.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Judged {
    /// An indicator of the referral plan.
    Indicator(Asked),
    /// Several indicators of the referral plan: a sentence may ask for more than one thing.
    Indicators {
        /// Each of them.
        indicators: Vec<Asked>,
    },
    /// The goals that the plan of a further model tells under the number.
    Goals {
        /// Name of the model.
        goals: String,
    },
    /// A capability of the sites of a layout.
    Capability {
        /// `tcm_hall`, `settlement`, ...
        capability: String,
    },
    /// Nothing: the message `reason-NOT` says why.
    Not {
        /// Key of the reason.
        not: String,
    },
}

/// All demands, in the order of the catalogue.
///
/// # Errors
/// [`PackError::Corrupt`] when the compiled-in file is broken.
pub fn all() -> Result<Vec<Demand>, PackError> {
    #[derive(Deserialize)]
    struct File {
        demand: Vec<Demand>,
    }
    let text = include_str!("../../data/policy/demands.toml");
    let file: File = toml::from_str(text).map_err(|e| PackError::Corrupt { name: "demands".into(), reason: e.to_string() })?;
    Ok(file.demand)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_number_stands_once_and_says_what_judges_it() {
        let all = all().unwrap();
        let numbers: BTreeSet<String> = all.iter().map(|d| d.number.clone()).collect();
        let wanted: BTreeSet<String> = (1..=29).map(|n| format!("N{n}")).chain((1..=46).map(|n| format!("T{n}"))).collect();
        assert_eq!(numbers, wanted);
        assert_eq!(all.len(), wanted.len());
        assert!(all.iter().all(|d| !d.said.is_empty() && !d.said_zh.is_empty()));
    }
}
