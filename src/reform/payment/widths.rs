//! Who pays and who gets what at a width of the gap (PY8, PY9).

use super::super::ReformInput;
use super::settle;
use crate::demand::problem::unit_cost;
use crate::ids::{ClassId, FacilityId, SettlementId};
use crate::network::{Tier, TierTable};
use crate::plan::ReferralPlan;
use crate::plan::reform::payment::{Account, AreaPaid, FlowsOf, TierPaid, WidthPaid};
use std::collections::BTreeMap;

/// Money of all areas of the case: by area and by (area, tier), from the fund and from patients.
pub(super) struct Money {
    areas: Vec<(f64, f64)>,
    tiers: BTreeMap<(usize, Tier), (f64, f64)>,
}

impl Money {
    fn new(areas: usize) -> Self {
        Self { areas: vec![(0.0, 0.0); areas], tiers: BTreeMap::new() }
    }

    fn add(&mut self, area: usize, tier: Tier, cost: f64, fund_share: f64) {
        let (fund, own) = (cost * fund_share, cost * (1.0 - fund_share));
        for sum in [&mut self.areas[area], self.tiers.entry((area, tier)).or_default()] {
            *sum = (sum.0 + fund, sum.1 + own);
        }
    }
}

/// Where cases go that the site of their first contact cannot treat: shares by tier.
pub(super) struct Onward {
    classes: usize,
    /// By area and class: share of a case by tier; empty where the plan treats none.
    of_area: Vec<Vec<(Tier, f64)>>,
    /// By class.
    of_class: Vec<Vec<(Tier, f64)>>,
}

impl Onward {
    /// As a referral plan treats them, at sites that can by themselves.
    pub(super) fn new(input: &ReformInput<'_>, referral: &ReferralPlan) -> Self {
        let (problem, network) = (input.problem, &input.case.network);
        let classes = problem.class_count();
        let mut of_area: Vec<BTreeMap<Tier, f64>> = vec![BTreeMap::new(); network.areas.len() * classes];
        let mut of_class: Vec<BTreeMap<Tier, f64>> = vec![BTreeMap::new(); classes];
        for (a, j, k, cases) in referral.flows.treated.rows() {
            let tier = network.facilities[j].tier;
            if problem.classes[k].treatable_at(tier) {
                *of_area[a * classes + k].entry(tier).or_default() += cases;
                *of_class[k].entry(tier).or_default() += cases;
            }
        }
        let share = |of: BTreeMap<Tier, f64>| {
            let all: f64 = of.values().sum();
            if all > 0.0 { of.into_iter().map(|(tier, cases)| (tier, cases / all)).collect() } else { Vec::new() }
        };
        let mut of_class: Vec<Vec<(Tier, f64)>> = of_class.into_iter().map(share).collect();
        for (k, class) in problem.classes.iter().enumerate().filter(|(k, _)| of_class[*k].is_empty()).collect::<Vec<_>>() {
            let open = |j: &usize| problem.choosing.open.get(*j).copied().unwrap_or(false);
            let able = (0..network.facilities.len()).filter(open).map(|j| network.facilities[j].tier).filter(|t| class.treatable_at(*t));
            of_class[k] = able.min_by_key(|t| (t.rank(), *t)).map(|t| (t, 1.0)).into_iter().collect();
        }
        Self { classes, of_area: of_area.into_iter().map(share).collect(), of_class }
    }

    fn of(&self, area: usize, class: usize) -> &[(Tier, f64)] {
        let own = &self.of_area[area * self.classes + class];
        if own.is_empty() { &self.of_class[class] } else { own }
    }
}

/// PY8: the flows of the plan.
pub(super) fn planned(input: &ReformInput<'_>, referral: &ReferralPlan, seen: &TierTable) -> Money {
    let network = &input.case.network;
    let mut money = Money::new(network.areas.len());
    for (a, j, k, cases) in referral.flows.treated.rows() {
        let tier = network.facilities[j].tier;
        let cost = cases * input.problem.unit_cost(FacilityId::new(j), ClassId::new(k));
        money.add(a, tier, cost, seen.get(tier).fund_share);
    }
    money
}

/// PY9: where people go by themselves.
pub(super) fn chosen(input: &ReformInput<'_>, onward: &Onward, seen: &TierTable, shares: &[f64]) -> Money {
    let problem = input.problem;
    let (network, classes) = (&problem.network, problem.class_count());
    let mut money = Money::new(network.areas.len());
    let mut further = vec![0.0; network.areas.len() * classes];
    for (i, settlement) in network.settlements.iter().enumerate() {
        let area = settlement.area.index();
        let (base, arcs) = (problem.arcs.first_start[i], problem.arcs.first_of(SettlementId::new(i)).1);
        for (n, arc) in arcs.iter().enumerate() {
            let j = arc.facility.index();
            let tier = network.facilities[j].tier;
            for (k, class) in problem.classes.iter().enumerate() {
                let cases = problem.demand[i * classes + k] * shares[(base + n) * classes + k];
                if cases <= 0.0 {
                    continue;
                }
                let here = if class.treatable_at(tier) { 1.0 } else { problem.share_beyond(j, k) };
                if here > 0.0 {
                    let cost = here * cases * problem.unit_cost(arc.facility, ClassId::new(k));
                    money.add(area, tier, cost, seen.get(tier).fund_share);
                }
                further[area * classes + k] += (1.0 - here) * cases;
            }
        }
    }
    for area in 0..network.areas.len() {
        for (k, class) in problem.classes.iter().enumerate() {
            for &(tier, share) in onward.of(area, k) {
                let cost = share * further[area * classes + k] * unit_cost(&problem.tiers, &problem.prices, tier, class);
                if cost > 0.0 {
                    money.add(area, tier, cost, seen.get(tier).fund_share);
                }
            }
        }
    }
    money
}

/// PY3 to PY5 for every account, with other money.
pub(super) fn settled(input: &ReformInput<'_>, accounts: &[Account], width: f64, flows: FlowsOf, money: &Money) -> WidthPaid {
    let network = &input.case.network;
    let position: BTreeMap<&str, usize> = network.areas.iter().enumerate().map(|(a, area)| (area.code.as_str(), a)).collect();
    let mut tiers: BTreeMap<Tier, (f64, f64)> = BTreeMap::new();
    let mut areas = Vec::new();
    for account in accounts {
        let Some(&a) = position.get(account.area.as_str()) else { continue };
        let (fund, own) = money.areas[a];
        let s = settle(&input.rules.payment, &account.area, account.enrolled, account.budget, fund);
        let (retained, community_bears, fund_bears) = (s.retained, s.community_bears, s.fund_bears);
        areas.push(AreaPaid { area: s.area, fund, own, retained, community_bears, fund_bears });
        for ((_, tier), paid) in money.tiers.range((a, Tier::V)..).take_while(|((area, _), _)| *area == a) {
            let sum = tiers.entry(*tier).or_default();
            *sum = (sum.0 + paid.0, sum.1 + paid.1);
        }
    }
    WidthPaid { width, flows, areas, tiers: tiers.into_iter().map(|(tier, (fund, own))| TierPaid { tier, fund, own }).collect() }
}
