//! The arcs along which patients move (model 6.1): first contact `F(i)`, up-referral `U`, and `W` for step-down and redirect.

use crate::ids::{FacilityId, SettlementId};
use serde::{Deserialize, Serialize};

/// How many facilities of which kind a settlement and a facility are joined to (rule AR-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ArcRules {
    /// Nearest rank-1 facilities of a settlement.
    pub first_rank1: usize,
    /// Nearest rank-2 facilities of a settlement.
    pub first_rank2: usize,
    /// Nearest rank-3 facilities of a settlement, overall.
    pub first_rank3: usize,
    /// Nearest rank-3 facilities of a settlement in its own area.
    pub first_rank3_own: usize,
    /// Nearest city tertiary hospitals of a settlement.
    pub first_city: usize,
    /// Nearest provincial, regional and national centres of a settlement, of each tier; 0 joins all of them.
    pub first_top: usize,
    /// Nearest rank-3 hospitals of its area a rank-2 centre refers to.
    pub up_rank2: usize,
    /// Nearest city hospitals a rank-2 centre refers to.
    pub up_rank2_city: usize,
    /// City hospitals a rank-3 hospital refers to, nearest first; 0 joins all of them.
    pub up_rank3_city: usize,
    /// Provincial hospitals that rank-3 and city hospitals refer to, nearest first; 0 joins all of them. With a limit, a provincial hospital sends
    /// patients down only into areas whose hospitals, or whose city hospitals, refer to it: a country of many provinces sets it.
    pub up_top: usize,
    /// Rank-3 and rank-2 partners of one hospital for step-down and redirect in each area, nearest first; 0 joins all of them.
    pub down_partners: usize,
    /// Join clinics, centres, county and city hospitals inside one prefecture only (provincial and higher centres serve all). The
    /// model knows one prefecture, so this is off by default; a province that is to be decomposed by prefecture sets it. A
    /// prefecture without any site of a rank uses those of the others.
    pub within_prefecture: bool,
    /// Join settlements to clinics and centres of their own area only. On by default: rank 1 and 2 serve only their own area
    /// (model 6.1), so a patient sent across the line could be neither treated nor referred there.
    pub primary_own_area: bool,
}

impl Default for ArcRules {
    fn default() -> Self {
        Self {
            first_rank1: 2,
            first_rank2: 2,
            first_rank3: 2,
            first_rank3_own: 2,
            first_city: 2,
            first_top: 0,
            up_rank2: 2,
            up_rank2_city: 1,
            up_rank3_city: 0,
            up_top: 0,
            down_partners: 0,
            within_prefecture: false,
            primary_own_area: true,
        }
    }
}

/// One first-contact arc of a settlement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FirstArc {
    /// Where the patient goes.
    pub facility: FacilityId,
    /// One-way travel time, minutes.
    pub minutes: f64,
}

/// One referral arc between facilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReferralArc {
    /// Sending facility.
    pub from: FacilityId,
    /// Receiving facility.
    pub to: FacilityId,
    /// One-way travel time, minutes.
    pub minutes: f64,
}

/// All arcs of a network: sparse, sorted, deterministic.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arcs {
    /// Start of each settlement's first-contact arcs in [`Arcs::first`]; one more entry than settlements.
    pub first_start: Vec<usize>,
    /// First-contact arcs, by settlement, then by facility id.
    pub first: Vec<FirstArc>,
    /// Up-referral arcs `U`, sorted by (from, to).
    pub up: Vec<ReferralArc>,
    /// Down arcs `W`, sorted by (from, to).
    pub down: Vec<ReferralArc>,
    /// Pairs the rules asked for but no path joins: reported, never replaced by a big number.
    pub unreachable: Vec<Unreachable>,
}

/// A pair that the arc rules wanted but travel does not join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreachable {
    /// A settlement that reaches no facility of the rank, or not the one its arc list names.
    Settlement {
        /// Which.
        settlement: SettlementId,
        /// Rank that cannot be reached.
        rank: u8,
    },
    /// A referral pair without a path.
    Referral {
        /// Sender.
        from: FacilityId,
        /// Receiver.
        to: FacilityId,
    },
}

impl Arcs {
    /// First-contact arcs of a settlement, with the position of the first one in [`Arcs::first`].
    #[must_use]
    pub fn first_of(&self, settlement: SettlementId) -> (usize, &[FirstArc]) {
        let (lo, hi) = (self.first_start[settlement.index()], self.first_start[settlement.index() + 1]);
        (lo, &self.first[lo..hi])
    }
}
