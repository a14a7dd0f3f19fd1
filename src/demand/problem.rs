//! The [`Problem`]: every number that model 6.4 needs, after policy pack and scenario, before any formulation.

use super::choice::Calibration;
use crate::ids::{AreaId, ClassId, FacilityId, SettlementId};
use crate::network::codes::Rule;
use crate::network::{Arcs, CaseClass, Kind, Network, TierTable};
use crate::policy::{Limits, Prices, Switches, Targets, UsePrices};
use std::sync::Arc;

/// What a referral plan is asked of.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The tables.
    pub network: Arc<Network>,
    /// The arcs.
    pub arcs: Arc<Arcs>,
    /// Classes after the pack and the scenario (lengths of stay scaled; rates as in the tables).
    pub classes: Vec<CaseClass>,
    /// Tiers after the scenario (fund shares).
    pub tiers: TierTable,
    /// Prices.
    pub prices: Prices,
    /// Prices of using facilities.
    pub use_prices: UsePrices,
    /// Limits.
    pub limits: Limits,
    /// Flow targets.
    pub targets: Targets,
    /// Targets are hard.
    pub hard_targets: bool,
    /// Service is hard: no unmet need.
    pub hard_service: bool,
    /// Steerable share of first contact.
    pub gamma: f64,
    /// Cases a year, `settlement * classes + class`.
    pub demand: Vec<f64>,
    /// Choice share `P[i,j,k]`, `position in arcs.first * classes + class`; 0 where the arc does not exist for the class.
    pub choice: Vec<f64>,
    /// What that choice rests on.
    pub choosing: Choosing,
    /// Constants and shares of the choice model.
    pub calibration: Calibration,
    /// Beds of each facility, before `avail`.
    pub beds: Vec<f64>,
    /// Doctors of each facility, before `avail`.
    pub doctors: Vec<f64>,
    /// Telemedicine link of each facility.
    pub tele: Vec<bool>,
    /// Share of the arrivals one rank above its own means that paired hospitals help each facility to treat; 0: no help.
    pub aid: Vec<f64>,
    /// Optional rows.
    pub switches: Switches,
}

/// Why a problem could not be put together from a case and a scenario.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("scenario: {} \"{value}\": {message}", .path.join("."))]
pub struct ProblemError {
    /// The rule that is broken.
    pub rule: &'static Rule,
    /// Path of the key in the scenario; the last part may be the code of a facility or class.
    pub path: Vec<String>,
    /// What stands there.
    pub value: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// What patients choose by, beside distances and prices.
#[derive(Debug, Clone, PartialEq)]
pub struct Choosing {
    /// Tiers with the fund shares that patients see.
    pub tiers: TierTable,
    /// Facilities that are open, by position.
    pub open: Vec<bool>,
    /// Utility of waiting at each facility, where patients mind it.
    pub waiting: Option<Vec<f64>>,
}

impl Choosing {
    /// As the tables say: all open, the fund's own shares, no waiting.
    #[must_use]
    pub fn of(network: &Network) -> Self {
        Self { tiers: network.tiers, open: vec![true; network.facilities.len()], waiting: None }
    }
}

impl Problem {
    /// Number of classes.
    #[must_use]
    pub fn class_count(&self) -> usize {
        self.classes.len()
    }

    /// Cases a year of a class in a settlement: `D[i,k]`.
    #[must_use]
    pub fn demand_of(&self, settlement: SettlementId, class: ClassId) -> f64 {
        self.demand[settlement.index() * self.classes.len() + class.index()]
    }

    /// Choice share of a first-contact arc (position in [`Arcs::first`]).
    #[must_use]
    pub fn choice_of(&self, arc: usize, class: ClassId) -> f64 {
        self.choice[arc * self.classes.len() + class.index()]
    }

    /// Cost of one case of a class treated at a facility, yuan: `c[j,k]`.
    #[must_use]
    pub fn unit_cost(&self, facility: FacilityId, class: ClassId) -> f64 {
        unit_cost(&self.tiers, &self.prices, self.network.facility(facility).tier, &self.classes[class.index()])
    }

    /// Share of its arrivals that a facility may treat of a class one rank above its own means (C3t): by a telemedicine link (visits, ranks 2
    /// and 3) and by the help of paired hospitals (visits and stays, rank 3; model 6.13), together at most 1. 0: not at all.
    #[must_use]
    pub fn share_beyond(&self, facility: usize, class: usize) -> f64 {
        let (rank, k) = (self.network.facilities[facility].rank(), &self.classes[class]);
        if !matches!(rank, 2 | 3) || k.lowest_rank != rank + 1 {
            return 0.0;
        }
        let link = if self.tele[facility] && k.kind == Kind::O { self.limits.tele_share } else { 0.0 };
        let aid = if rank == 3 { self.aid[facility] } else { 0.0 };
        (link + aid).clamp(0.0, 1.0)
    }

    /// Price of one case of unmet need, yuan: `UNMET_k`.
    #[must_use]
    pub fn unmet_price(&self, class: ClassId) -> f64 {
        let k = &self.classes[class.index()];
        let dearest = self
            .network
            .facilities
            .iter()
            .filter(|f| k.treatable_at(f.tier))
            .map(|f| unit_cost(&self.tiers, &self.prices, f.tier, k))
            .fold(0.0_f64, f64::max);
        self.prices.unmet_factor * (dearest + 1000.0)
    }

    /// Demand of an area over the classes that `keep` lets through.
    #[must_use]
    pub fn area_demand(&self, area: AreaId, keep: impl Fn(&CaseClass) -> bool) -> f64 {
        let n = self.classes.len();
        self.network
            .settlements
            .iter()
            .enumerate()
            .filter(|(_, s)| s.area == area)
            .map(|(i, _)| self.classes.iter().enumerate().filter(|(_, k)| keep(k)).map(|(k, _)| self.demand[i * n + k]).sum::<f64>())
            .sum()
    }
}

/// `c[j,k]`: a visit at the tier's cost, or a stay at its weight times the base rate times the tier's coefficient.
#[must_use]
pub fn unit_cost(tiers: &TierTable, prices: &Prices, tier: crate::network::Tier, class: &CaseClass) -> f64 {
    let t = tiers.get(tier);
    match class.kind {
        Kind::O => t.visit_cost.0,
        Kind::H => class.weight * prices.base_rate * t.inpatient_coefficient,
    }
}
