//! A case: a network, how one travels in it, and what is known of how its patients choose.

use super::{ArcRules, Network};
use crate::travel::Travel;
use serde::{Deserialize, Serialize};

/// What a case folder holds, valid.
#[derive(Debug, Clone)]
pub struct Case {
    /// The tables.
    pub network: Network,
    /// The travel model.
    pub travel: Travel,
    /// Arc rules for what `arcs` does not list.
    pub rules: ArcRules,
    /// Exact arc lists, when the case gives them instead of rules.
    pub arcs: Option<ArcLists>,
    /// Policy pack of the case.
    pub policy: String,
    /// Observed shares of visits and stays at primary, secondary and tertiary facilities.
    pub observed: ObservedShares,
}

/// Arcs given one by one: positions in the tables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArcLists {
    /// `(settlement, facility)`.
    pub first: Vec<(u32, u32)>,
    /// `(from, to)` with rising rank.
    pub up: Vec<(u32, u32)>,
    /// `(from, to)` with falling rank.
    pub down: Vec<(u32, u32)>,
}

/// Observed shares, each summing to 1: primary, secondary, tertiary (model 6.7; the default is the nation in 2025).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObservedShares {
    /// Shares of visits.
    pub visits: [f64; 3],
    /// Shares of stays.
    pub stays: [f64; 3],
}

impl Default for ObservedShares {
    /// National bulletin 2025, "other institutions" removed, unrounded.
    fn default() -> Self {
        let share = |v: [f64; 3]| v.map(|x| x / (v[0] + v[1] + v[2]));
        Self { visits: share([56.5, 16.3, 30.4]), stays: share([4006.0, 8368.8, 16446.0]) }
    }
}
