//! Patient choice of first contact: a multinomial logit over the first-contact arcs, calibrated to observed shares (model 6.7).
//!
//! The utility that a patient of class `k` in settlement `i` sees in facility `j`:
//!
//! ```text
//! V[i,j,k] = ASC[kind(k), group(j)] + bT[kind] * t[i,j] + bP[kind] * (1 - rho[tier(j)]) * c[j,k]
//!            - 0.9 * max(0, tau[k] - r(j)) - 0.5 * max(0, r(j) - 4)  ( + bW * wait[j] )
//! P[i,j,k] = exp V[i,j,k] / sum over the choice set of exp V
//! ```
//!
//! with `t` one way in minutes, `c` in yuan (also where `j` cannot treat `k` itself) and `rho` the fund share as patients see it.
//! Groups: rank 1-2 primary, 3 secondary, 4 and above tertiary. The choice set are the arcs where first contact exists for the
//! class ([`Conditions::admits`]). The coefficients are assumptions (choice experiments give signs and ratios only), and
//! are shown as such; the constants ASC are calibrated.
//!
//! Calibration: Berry's contraction `ASC[g] += ln(observed[g] / model[g])`, primary normalised to 0, where `model[g]` is the
//! demand-weighted share over all settlements and all classes of the kind, emergencies included.
//! Source: S. Berry, "Estimating discrete-choice models of product differentiation", RAND Journal of Economics 25 (1994), DOI
//! 10.2307/2555829; the contraction itself: Berry, Levinsohn, Pakes, Econometrica 63 (1995), appendix I, DOI 10.2307/2171802.

use super::congestion::Congestion;
use super::problem::unit_cost;
use crate::ids::SettlementId;
use crate::network::{Arcs, CaseClass, Kind, Network, ObservedShares, Tier, TierTable};
use crate::policy::{Limits, Prices};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Rounds of the contraction at most; it stops earlier when all shares agree to [`AGREEMENT`].
pub const MAX_ROUNDS: u32 = 60;

/// Difference of observed and model shares at which the contraction has arrived.
pub const AGREEMENT: f64 = 1e-12;

/// Settlements summed by one task. Fixed, so that sums do not depend on the number of threads.
const CHUNK: usize = 512;

/// Constants of the choice model after calibration, and the shares they give (model 6.7). Order of each array: primary, secondary, tertiary.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Calibration {
    /// Alternative-specific constants for visits (primary is 0).
    pub visits: [f64; 3],
    /// Alternative-specific constants for stays (primary is 0).
    pub stays: [f64; 3],
    /// Observed shares of visits.
    pub observed_visits: [f64; 3],
    /// Observed shares of stays.
    pub observed_stays: [f64; 3],
    /// Shares of visits under the constants in force.
    pub model_visits: [f64; 3],
    /// Shares of stays under the constants in force.
    pub model_stays: [f64; 3],
    /// Rounds of the contraction used.
    pub rounds: u32,
    /// How the waiting times settled, when waiting matters to patients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub congestion: Option<Congestion>,
}

impl Calibration {
    /// Constants by kind: `[visits, stays]`.
    #[must_use]
    pub const fn constants(&self) -> Constants {
        [self.visits, self.stays]
    }
}

/// Alternative-specific constants or shares, `[kind][group]`: visits then stays; primary, secondary, tertiary.
pub type Constants = [[f64; 3]; 2];

/// Coefficients of the utility. The defaults are those of model 6.7 (assumed).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficients {
    /// Per minute one way, visits and stays (bT).
    pub minute: [f64; 2],
    /// Per yuan out of pocket, visits and stays (bP).
    pub yuan: [f64; 2],
    /// Per rank that the facility is below the need.
    pub below_need: f64,
    /// Per rank above 4: far centres are hard to get into.
    pub above_city: f64,
}

impl Default for Coefficients {
    fn default() -> Self {
        Self { minute: [-0.030, -0.012], yuan: [-0.004, -0.000_15], below_need: -0.9, above_city: -0.5 }
    }
}

/// What patients see when they choose.
#[derive(Debug, Clone, Copy)]
pub struct Conditions<'a> {
    /// The tables; population and class rates weigh the shares.
    pub network: &'a Network,
    /// The arcs.
    pub arcs: &'a Arcs,
    /// Tiers with the fund shares patients see.
    pub tiers: &'a TierTable,
    /// Prices (the base rate of a stay).
    pub prices: &'a Prices,
    /// Limits (the longest way in an emergency).
    pub limits: &'a Limits,
    /// Facilities that are open; `None` is all.
    pub open: Option<&'a [bool]>,
    /// Utility of waiting at each facility, `bW * wait[j]`; `None` is none.
    pub waiting: Option<&'a [f64]>,
    /// Coefficients.
    pub coefficients: Coefficients,
}

/// Group of a tier: 0 primary (rank 1-2), 1 secondary (3), 2 tertiary (4 and above).
#[must_use]
pub const fn group(tier: Tier) -> usize {
    match tier.rank() {
        0..=2 => 0,
        3 => 1,
        _ => 2,
    }
}

/// Position of a kind in [`Constants`].
#[must_use]
pub const fn kind_index(kind: Kind) -> usize {
    match kind {
        Kind::O => 0,
        Kind::H => 1,
    }
}

impl Conditions<'_> {
    /// Whether first contact exists on an arc to a tier at a distance (model 6.4): the rank is not above what is sensible, stays do
    /// not start at clinics or stations, an emergency goes to rank 3 or above within the limit.
    #[must_use]
    pub fn admits(&self, class: &CaseClass, tier: Tier, minutes: f64) -> bool {
        tier.rank() <= class.highest_rank
            && !(class.kind == Kind::H && tier.is_outpatient_only())
            && (!class.is_emergency() || (tier.rank() >= 3 && minutes <= self.limits.emergency_minutes))
    }

    /// The part of the utility that depends on tier and class only, `tier * classes + class`.
    fn tier_utilities(&self) -> Vec<f64> {
        let c = &self.coefficients;
        let mut table = Vec::with_capacity(Tier::ALL.len() * self.network.classes.len());
        for tier in Tier::ALL {
            for class in &self.network.classes {
                let own_share = 1.0 - self.tiers.get(tier).fund_share;
                let rank = f64::from(tier.rank());
                table.push(
                    c.yuan[kind_index(class.kind)] * own_share * unit_cost(self.tiers, self.prices, tier, class)
                        + c.below_need * (f64::from(class.lowest_rank) - rank).max(0.0)
                        + c.above_city * (rank - 4.0).max(0.0),
                );
            }
        }
        table
    }

    /// Writes the utilities without constants of one settlement and class to `out`; `-inf` where the arc is not in the choice set.
    fn utilities(&self, settlement: usize, class: usize, by_tier: &[f64], out: &mut Vec<f64>) {
        out.clear();
        let k = &self.network.classes[class];
        let minute = self.coefficients.minute[kind_index(k.kind)];
        for arc in self.arcs.first_of(SettlementId::new(settlement)).1 {
            let j = arc.facility.index();
            let tier = self.network.facilities[j].tier;
            let open = self.open.is_none_or(|o| o[j]);
            out.push(if open && self.admits(k, tier, arc.minutes) {
                by_tier[tier.index() * self.network.classes.len() + class] + minute * arc.minutes + self.waiting.map_or(0.0, |w| w[j])
            } else {
                f64::NEG_INFINITY
            });
        }
    }

    /// Choice share of every first-contact arc, `position in arcs.first * classes + class`; 0 outside the choice set.
    ///
    /// The shares of a settlement and class sum to 1, or are all 0 when its choice set is empty. O(arcs x classes), in parallel.
    #[must_use]
    pub fn shares(&self, constants: &Constants) -> Vec<f64> {
        let classes = self.network.classes.len();
        let by_tier = self.tier_utilities();
        let mut choice = vec![0.0; self.arcs.first.len() * classes];
        let mut tasks = Vec::new();
        let mut rest = choice.as_mut_slice();
        for start in (0..self.network.settlements.len()).step_by(CHUNK) {
            let end = (start + CHUNK).min(self.network.settlements.len());
            let arcs = self.arcs.first_start[end] - self.arcs.first_start[start];
            let (mine, others) = rest.split_at_mut(arcs * classes);
            tasks.push((start..end, mine));
            rest = others;
        }
        tasks.into_par_iter().for_each(|(settlements, out)| {
            let mut utility = Vec::new();
            let mut base = 0;
            for i in settlements {
                let arcs = self.arcs.first_of(SettlementId::new(i)).1;
                for (k, class) in self.network.classes.iter().enumerate() {
                    self.utilities(i, k, &by_tier, &mut utility);
                    for (v, arc) in utility.iter_mut().zip(arcs) {
                        *v += constants[kind_index(class.kind)][group(self.network.facility(arc.facility).tier)];
                    }
                    let top = utility.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    if top.is_finite() {
                        let total: f64 = utility.iter().map(|v| (v - top).exp()).sum();
                        for (n, v) in utility.iter().enumerate() {
                            out[(base + n) * classes + k] = (v - top).exp() / total;
                        }
                    }
                }
                base += arcs.len();
            }
        });
        choice
    }

    /// Sums of `exp V` without constants by group, for every settlement and class: all that the contraction needs, so that a round costs
    /// three exponentials in total instead of one an arc. Scaled by the largest utility of the pair, which cancels in the shares.
    fn group_weights(&self) -> Vec<[f64; 3]> {
        let by_tier = self.tier_utilities();
        let classes = self.network.classes.len();
        let mut sums = vec![[0.0; 3]; self.network.settlements.len() * classes];
        if classes == 0 {
            return sums;
        }
        sums.par_chunks_mut(CHUNK * classes).enumerate().for_each(|(chunk, out)| {
            let mut utility = Vec::new();
            for (n, sum) in out.iter_mut().enumerate() {
                let (i, k) = (chunk * CHUNK + n / classes, n % classes);
                self.utilities(i, k, &by_tier, &mut utility);
                let top = utility.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                if top.is_finite() {
                    for (v, arc) in utility.iter().zip(self.arcs.first_of(SettlementId::new(i)).1) {
                        sum[group(self.network.facility(arc.facility).tier)] += (v - top).exp();
                    }
                }
            }
        });
        sums
    }

    /// Demand-weighted shares by kind and group under constants; weights are population times the table's rate. Pairs with an empty
    /// choice set do not count. All zero for a kind without demand.
    fn group_shares(&self, weights: &[[f64; 3]], constants: &Constants) -> Constants {
        let classes = self.network.classes.len();
        let factor = constants.map(|kind| kind.map(f64::exp));
        let parts: Vec<Constants> = self
            .network
            .settlements
            .par_chunks(CHUNK)
            .enumerate()
            .map(|(chunk, settlements)| {
                let mut part = [[0.0; 3]; 2];
                for (n, settlement) in settlements.iter().enumerate() {
                    #[allow(clippy::cast_precision_loss)] // people of a settlement are far below 2^53
                    let people = settlement.population.0 as f64;
                    for (k, class) in self.network.classes.iter().enumerate() {
                        let kind = kind_index(class.kind);
                        let mass: [f64; 3] = std::array::from_fn(|g| factor[kind][g] * weights[(chunk * CHUNK + n) * classes + k][g]);
                        let total: f64 = mass.iter().sum();
                        if total > 0.0 {
                            for g in 0..3 {
                                part[kind][g] += people * class.rate * mass[g] / total;
                            }
                        }
                    }
                }
                part
            })
            .collect();
        let mut sum = [[0.0; 3]; 2];
        for part in &parts {
            for kind in 0..2 {
                for g in 0..3 {
                    sum[kind][g] += part[kind][g];
                }
            }
        }
        sum.map(|kind| {
            let total: f64 = kind.iter().sum();
            if total > 0.0 { kind.map(|x| x / total) } else { kind }
        })
    }

    /// Shares by kind and group under constants (`model_g` of model 6.7).
    #[must_use]
    pub fn model_shares(&self, constants: &Constants) -> Constants {
        self.group_shares(&self.group_weights(), constants)
    }

    /// Constants that reproduce the observed shares, and the rounds it took.
    ///
    /// A group that no arc of the case leads to, or whose observed share is 0, cannot be identified: its constant stays 0 in the first
    /// case and is driven far down in the second; the observed shares of the other groups are then taken relative to their sum.
    /// Complexity: one pass over arcs and classes, then at most [`MAX_ROUNDS`] passes over settlements and classes.
    #[must_use]
    pub fn calibrate(&self, observed: &ObservedShares) -> (Constants, u32) {
        let weights = self.group_weights();
        let mut constants = [[0.0; 3]; 2];
        let mut shares = self.group_shares(&weights, &constants);
        let goal: Constants = std::array::from_fn(|kind| {
            let seen = [observed.visits, observed.stays][kind];
            let present: [f64; 3] = std::array::from_fn(|g| if shares[kind][g] > 0.0 { seen[g].max(1e-9) } else { 0.0 });
            let total: f64 = present.iter().sum();
            if total > 0.0 { present.map(|x| x / total) } else { present }
        });
        let mut rounds = 0;
        while rounds < MAX_ROUNDS && (0..6).any(|n| (goal[n / 3][n % 3] - shares[n / 3][n % 3]).abs() > AGREEMENT) {
            for kind in 0..2 {
                for g in 0..3 {
                    if goal[kind][g] > 0.0 && shares[kind][g] > 0.0 {
                        constants[kind][g] += (goal[kind][g] / shares[kind][g]).ln();
                    }
                }
                let reference = (0..3).find(|g| goal[kind][*g] > 0.0).map_or(0.0, |g| constants[kind][g]);
                for g in 0..3 {
                    if goal[kind][g] > 0.0 {
                        constants[kind][g] -= reference;
                    }
                }
            }
            shares = self.group_shares(&weights, &constants);
            rounds += 1;
        }
        (constants, rounds)
    }
}
