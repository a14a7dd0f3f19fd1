//! Money at every width of the gap, area by area: with the flows of the plan, and with those of the choice model.

use super::super::{Findings, VALUE};
use crate::demand::Problem;
use crate::ids::{ClassId, FacilityId};
use crate::network::{Case, Tier, TierTable};
use crate::plan::Flows;
use crate::plan::reform::PaymentAnswer;
use crate::plan::reform::payment::{FlowsOf, WidthPaid};
use crate::policy::reform::Payment;
use crate::policy::reform::payment::Beyond;
use std::collections::BTreeMap;

/// What is held against what.
pub(super) struct Told<'a> {
    pub case: &'a Case,
    pub problem: &'a Problem,
    pub rules: &'a Payment,
    pub answer: &'a PaymentAnswer,
    /// Treated cases of every area: facility, class, cases.
    pub treated: Vec<Vec<(usize, usize, f64)>>,
    /// Settlements of every area.
    pub settlements: Vec<Vec<usize>>,
    /// Treated cases of every class at each facility that can treat it by itself.
    pub able: Vec<BTreeMap<usize, f64>>,
}

impl<'a> Told<'a> {
    pub(super) fn new(case: &'a Case, problem: &'a Problem, rules: &'a Payment, answer: &'a PaymentAnswer, flows: &Flows) -> Self {
        let areas = case.network.areas.len();
        let mut told = Self {
            case,
            problem,
            rules,
            answer,
            treated: vec![Vec::new(); areas],
            settlements: vec![Vec::new(); areas],
            able: vec![BTreeMap::new(); problem.class_count()],
        };
        for (a, j, k, w) in flows.treated.rows() {
            told.treated[a].push((j, k, w));
            if problem.classes[k].treatable_at(case.network.facilities[j].tier) {
                *told.able[k].entry(j).or_default() += w;
            }
        }
        for (i, s) in case.network.settlements.iter().enumerate() {
            told.settlements[s.area.index()].push(i);
        }
        told
    }
}

/// From the fund and from patients, by tier.
type ByTier = BTreeMap<Tier, [f64; 2]>;

/// Holds the two entries of a width (with its position) against the tables; `seen` has its fund shares, `shares` are those of the choice model under it.
pub(super) fn check(told: &Told<'_>, (position, width): (usize, f64), seen: &TierTable, shares: &[f64], found: &mut Findings) {
    for (n, flows) in [FlowsOf::Plan, FlowsOf::Choice].into_iter().enumerate() {
        let Some(paid) = told.answer.widths.get(2 * position + n).filter(|p| p.flows == flows && (p.width - width).abs() < 1e-12) else {
            found.add("names", format!("width {width}"), 0.0, 1.0, "Money at this width is not there, or not in its place.");
            continue;
        };
        one(told, paid, seen, shares, found);
    }
}

fn one(told: &Told<'_>, paid: &WidthPaid, seen: &TierTable, shares: &[f64], found: &mut Findings) {
    let network = &told.problem.network;
    let at = |what: &str| format!("width {} {:?} {what}", paid.width, paid.flows);
    let same = |found: &mut Findings, what: &str, value: f64, is: f64| {
        found.equal("value", || at(what), value, is, VALUE * is.abs().max(1.0), "Flows and fund shares of this width give another amount.");
    };
    if paid.areas.iter().map(|x| &x.area).ne(told.answer.accounts.iter().map(|x| &x.area)) {
        found.add("names", at("areas"), 0.0, 1.0, "The areas are not those of the accounts.");
        return;
    }
    let mut all = ByTier::new();
    for (area, account) in paid.areas.iter().zip(&told.answer.accounts) {
        let Some(a) = network.areas.iter().position(|x| x.code == area.area) else { continue };
        let tiers = match paid.flows {
            FlowsOf::Plan => of_plan(told, a, seen),
            FlowsOf::Choice => of_choice(told, a, seen, shares),
        };
        let [fund, own] = tiers.values().fold([0.0; 2], |sum, x| [sum[0] + x[0], sum[1] + x[1]]);
        for (tier, x) in tiers {
            let sum = all.entry(tier).or_default();
            (sum[0], sum[1]) = (sum[0] + x[0], sum[1] + x[1]);
        }
        let (rules, limit) = (told.rules, told.rules.band * account.budget);
        let (left, over) = (account.budget - fund, fund - account.budget);
        let beyond = (over - limit).max(0.0);
        let borne = rules.share_over * over.max(0.0).min(limit) + if rules.beyond == Beyond::Community { beyond } else { 0.0 };
        same(found, &format!("{} fund", area.area), area.fund, fund);
        same(found, &format!("{} own", area.area), area.own, own);
        same(found, &format!("{} retained", area.area), area.retained, rules.retain * left.max(0.0).min(limit));
        same(found, &format!("{} community", area.area), area.community_bears, borne);
        same(found, &format!("{} fund bears", area.area), area.fund_bears, over.max(0.0) - borne);
    }
    for tier in Tier::ALL {
        let value = paid.tiers.iter().find(|t| t.tier == tier);
        let is = all.get(&tier).copied().unwrap_or_default();
        same(found, &format!("{} fund", tier.code()), value.map_or(0.0, |t| t.fund), is[0]);
        same(found, &format!("{} own", tier.code()), value.map_or(0.0, |t| t.own), is[1]);
    }
}

/// Adds a cost to what a tier gets.
fn pay(tiers: &mut ByTier, tier: Tier, cost: f64, seen: &TierTable) {
    let share = seen.get(tier).fund_share;
    let sum = tiers.entry(tier).or_default();
    sum[0] += cost * share;
    sum[1] += cost - cost * share;
}

/// With the flows of the referral plan.
fn of_plan(told: &Told<'_>, a: usize, seen: &TierTable) -> ByTier {
    let mut tiers = ByTier::new();
    for &(j, k, w) in &told.treated[a] {
        let cost = w * told.problem.unit_cost(FacilityId::new(j), ClassId::new(k));
        pay(&mut tiers, told.case.network.facilities[j].tier, cost, seen);
    }
    tiers
}

/// With those of the choice model: treated at first contact where that can be, the rest as the plan treats the class.
fn of_choice(told: &Told<'_>, a: usize, seen: &TierTable, shares: &[f64]) -> ByTier {
    let (problem, kinds) = (told.problem, told.problem.class_count());
    let network = &problem.network;
    let mut tiers = ByTier::new();
    for (k, class) in problem.classes.iter().enumerate() {
        let mut sent_on = 0.0;
        for &i in &told.settlements[a] {
            for p in problem.arcs.first_start[i]..problem.arcs.first_start[i + 1] {
                let facility = problem.arcs.first[p].facility;
                let cases = problem.demand[i * kinds + k] * shares[p * kinds + k];
                let tier = network.facilities[facility.index()].tier;
                let able = if class.treatable_at(tier) { 1.0 } else { problem.share_beyond(facility.index(), k) };
                pay(&mut tiers, tier, able * cases * problem.unit_cost(facility, ClassId::new(k)), seen);
                sent_on += cases - able * cases;
            }
        }
        let able = |j: usize| class.treatable_at(network.facilities[j].tier);
        let mut mix: Vec<(usize, f64)> = told.treated[a].iter().filter(|r| r.1 == k && able(r.0)).map(|r| (r.0, r.2)).collect();
        if mix.iter().map(|m| m.1).sum::<f64>() <= 0.0 {
            mix = told.able[k].iter().map(|(j, w)| (*j, *w)).collect();
        }
        if mix.iter().map(|m| m.1).sum::<f64>() <= 0.0 {
            let there = (0..network.facilities.len()).filter(|&j| problem.choosing.open[j] && able(j));
            let lowest = there.min_by_key(|&j| (network.facilities[j].rank(), network.facilities[j].tier));
            mix = lowest.map(|j| (j, 1.0)).into_iter().collect();
        }
        let all: f64 = mix.iter().map(|m| m.1).sum();
        for (j, cases) in mix.into_iter().filter(|_| all > 0.0) {
            let cost = sent_on * cases / all * problem.unit_cost(FacilityId::new(j), ClassId::new(k));
            pay(&mut tiers, network.facilities[j].tier, cost, seen);
        }
    }
    tiers
}
