//! A pairing: every county hospital has its helpers, nobody helps more than it can, values follow from strength, gap and way; the prices
//! of both sides prove the bound; cases and seats are counted again.

use super::{Findings, VALUE, asked, facility, listed, once};
use crate::demand::Problem;
use crate::ids::{AreaId, FacilityId};
use crate::network::{Case, Facility};
use crate::plan::reform::ReformPlan;
use crate::plan::reform::pairing::{PairingAnswer, Side};
use crate::policy::reform::Pairing;
use crate::travel::Place;
use std::collections::{BTreeMap, BTreeSet};

/// What the tables and the question say of both sides.
struct Known<'a> {
    case: &'a Case,
    problem: &'a Problem,
    rules: Pairing,
    /// Who is helped, in the order of the case.
    helped: Vec<usize>,
    /// Who helps, in the order of the case.
    helpers: Vec<usize>,
    most_staffed: f64,
    most_beds: f64,
}

impl<'a> Known<'a> {
    fn new(case: &'a Case, problem: &'a Problem, rules: Pairing) -> Self {
        let all = || case.network.facilities.iter().enumerate();
        let helped: Vec<usize> = all().filter(|(_, f)| f.rank() == 3 && asked(case, &rules.areas, f)).map(|(j, _)| j).collect();
        let most = |of: &dyn Fn(usize) -> f64| helped.iter().map(|&j| of(j)).fold(0.0, f64::max);
        let (most_staffed, most_beds) = (most(&|j| staffed(problem, j)), most(&|j| problem.beds[j]));
        let mut known = Self { case, problem, rules, helped, helpers: Vec::new(), most_staffed, most_beds };
        known.helpers = all().filter(|(_, f)| f.siting.exist && f.rank() > 3 && known.capacity(f) > 0).map(|(j, _)| j).collect();
        known
    }

    fn capacity(&self, f: &Facility) -> u32 {
        self.rules.capacities.get(&f.code).or_else(|| self.rules.capacity.get(&f.tier)).copied().unwrap_or_default()
    }

    fn strength(&self, f: &Facility) -> f64 {
        self.rules.strengths.get(&f.code).or_else(|| self.rules.strength.get(&f.tier)).copied().unwrap_or_default()
    }

    fn gap(&self, j: usize) -> f64 {
        let ratio = |x: f64, of: f64| if of > 0.0 { x / of } else { 0.0 };
        let (staff, beds) = (ratio(staffed(self.problem, j), self.most_staffed), ratio(self.problem.beds[j], self.most_beds));
        self.rules.gaps.get(&self.case.network.facilities[j].code).copied().unwrap_or(1.0 - 0.5 * staff - 0.5 * beds)
    }

    /// Minutes and points of a pair; `None`: there is no way.
    fn worth(&self, helper: usize, helped: usize) -> Option<(f64, f64)> {
        let place = |j: usize| Place::Facility(FacilityId::new(j));
        let minutes = self.case.travel.minutes_between(&self.case.network, place(helper), place(helped))?;
        let strength = self.strength(&self.case.network.facilities[helper]);
        Some((minutes, self.rules.gain * strength * self.gap(helped) - self.rules.minute * minutes))
    }
}

fn staffed(problem: &Problem, j: usize) -> f64 {
    problem.doctors[j] / problem.beds[j].max(1.0)
}

pub(super) fn check(case: &Case, problem: &Problem, plan: &ReformPlan, a: &PairingAnswer, found: &mut Findings) {
    let known = Known::new(case, problem, plan.scenario.reform.clone().unwrap_or_default().pairing);
    let total = pairs(&known, a, found);
    let slack = VALUE * total.abs().max(1.0);
    found.equal("objective", || "plan".into(), plan.objective, total, slack, "The plan is not worth what its pairs are worth.");
    if sides(&known, a, found) {
        prices(&known, plan, a, found);
    }
    treated(&known, a, found);
}

/// The pairs; what they are worth together.
fn pairs(known: &Known<'_>, a: &PairingAnswer, found: &mut Findings) -> f64 {
    let (case, rules) = (known.case, &known.rules);
    let codes: Vec<String> = a.pairs.iter().map(|p| format!("{} {}", p.county, p.tertiary)).collect();
    once(codes.iter().map(String::as_str), found);
    let mut total = 0.0;
    let mut carried = vec![0_u32; case.network.facilities.len()];
    for pair in &a.pairs {
        let (Some((q, county)), Some((m, tertiary))) = (facility(case, &pair.county, found), facility(case, &pair.tertiary, found)) else {
            continue;
        };
        if !known.helped.contains(&q) || tertiary.rank() <= 3 || !tertiary.siting.exist {
            let what = "The pair is not one of a county and a tertiary hospital asked for.";
            found.add("exist", pair.county.as_str(), f64::from(tertiary.rank()), 4.0, what);
            continue;
        }
        let Some((minutes, value)) = known.worth(m, q) else {
            found.add("exist", pair.county.as_str(), 0.0, 0.0, "There is no way between the two.");
            continue;
        };
        let at = || county.code.clone();
        found.equal("value", at, pair.minutes, minutes, VALUE * minutes.max(1.0), "The way is not as long.");
        found.equal("value", at, pair.value, value, VALUE * value.abs().max(1.0), "The pair is not worth as much.");
        let treats = rules.treats * known.strength(tertiary);
        found.equal("value", at, pair.treats, treats, VALUE, "The share that can be treated is another.");
        carried[m] += 1;
        carried[q] += 1;
        total += pair.value;
    }
    for (j, f) in case.network.facilities.iter().enumerate().filter(|(_, f)| f.rank() > 3) {
        let most = f64::from(known.capacity(f));
        found.at_most("limit", || f.code.clone(), f64::from(carried[j]), most, 0.0, "It helps more hospitals than it can.");
    }
    for &j in &known.helped {
        let at = || case.network.facilities[j].code.clone();
        found.equal("limit", at, f64::from(carried[j]), f64::from(rules.helpers), 0.0, "It has not the helpers asked for.");
    }
    total
}

/// Both sides are those of the case, with their strengths, gaps and places.
fn sides(known: &Known<'_>, a: &PairingAnswer, found: &mut Findings) -> bool {
    let f = &known.case.network.facilities;
    let mut right = true;
    let mut side = |told: &[Side], is: &[usize], of: &dyn Fn(usize) -> (f64, bool, u32)| {
        if !listed("sides", told.iter().map(|s| s.facility.as_str()), is.iter().map(|&j| f[j].code.as_str()), found) {
            right = false;
            return;
        }
        for (s, &j) in told.iter().zip(is) {
            let (level, given, pairs) = of(j);
            let at = || s.facility.clone();
            found.equal("value", at, s.level, level, VALUE, "Strength or gap of the hospital is another.");
            found.equal("value", at, f64::from(s.pairs), f64::from(pairs), 0.0, "Its pairs are not those that were said.");
            if s.given != given {
                found.add("value", at(), f64::from(u8::from(s.given)), f64::from(u8::from(given)), "Its level has another source.");
            }
        }
    };
    let rules = &known.rules;
    side(&a.tertiary, &known.helpers, &|j| (known.strength(&f[j]), rules.strengths.contains_key(&f[j].code), known.capacity(&f[j])));
    side(&a.county, &known.helped, &|j| (known.gap(j), rules.gaps.contains_key(&f[j].code), rules.helpers));
    right
}

/// Any prices prove a bound, those of the helpers not being negative.
fn prices(known: &Known<'_>, plan: &ReformPlan, a: &PairingAnswer, found: &mut Findings) {
    for s in a.tertiary.iter().filter(|s| s.price.is_nan() || s.price < -VALUE) {
        found.add("value", s.facility.as_str(), s.price, 0.0, "A place at a helper has a price below zero.");
    }
    let mut bound: f64 = a.tertiary.iter().map(|s| s.price.max(0.0) * f64::from(s.pairs)).sum();
    for (told, &q) in a.county.iter().zip(&known.helped) {
        let demanded = -told.price;
        bound += demanded * f64::from(known.rules.helpers);
        for (s, &m) in a.tertiary.iter().zip(&known.helpers) {
            bound += known.worth(m, q).map_or(0.0, |(_, v)| (v - s.price.max(0.0) - demanded).max(0.0));
        }
    }
    found.at_most("bounds", || "dual".into(), bound, -plan.bounds.dual, VALUE * bound.abs().max(1.0), "The prices do not prove the bound.");
}

/// Classes and cases that county hospitals can then treat, and seats.
fn treated(known: &Known<'_>, a: &PairingAnswer, found: &mut Findings) {
    let (network, problem) = (&known.case.network, known.problem);
    let classes = problem.classes.iter().filter(|k| k.lowest_rank == 4).map(|k| k.code.as_str());
    listed("classes", a.classes.iter().map(String::as_str), classes, found);
    let mut share: BTreeMap<&str, f64> = BTreeMap::new();
    for pair in &a.pairs {
        *share.entry(&pair.county).or_default() += pair.treats;
    }
    // hospitals of one county share its patients by their beds
    let (mut treat, mut beds) = (vec![0.0; network.areas.len()], vec![0.0; network.areas.len()]);
    let mut counties: BTreeSet<usize> = BTreeSet::new();
    for &q in &known.helped {
        let f = &network.facilities[q];
        if let Some(area) = f.area {
            counties.insert(area.index());
            beds[area.index()] += problem.beds[q];
            treat[area.index()] += share.get(f.code.as_str()).copied().unwrap_or_default().min(1.0) * problem.beds[q];
        }
    }
    let helped: Vec<usize> = (0..beds.len()).filter(|&n| beds[n] > 0.0).collect();
    let areas = helped.iter().map(|&n| network.areas[n].code.as_str());
    if listed("cases", a.cases.iter().map(|c| c.0.as_str()), areas, found) {
        for ((code, told), &n) in a.cases.iter().zip(&helped) {
            let cases = treat[n] / beds[n] * problem.area_demand(AreaId::new(n), |k| k.lowest_rank == 4);
            found.equal("value", || code.clone(), *told, cases, VALUE * cases.max(1.0), "Another number of cases could be treated here.");
        }
    }
    #[allow(clippy::cast_precision_loss)] // counts of counties
    let seats = known.rules.seats_per_county * counties.len() as f64;
    found.equal("value", || "seats".into(), a.seats, seats, VALUE * seats.max(1.0), "There are other seats.");
}
