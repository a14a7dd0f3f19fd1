//! A pairing: every county hospital has its helpers, nobody helps more than it can, values follow from strength, gap and way.

use super::{Findings, VALUE, asked, facility, once};
use crate::demand::Problem;
use crate::ids::FacilityId;
use crate::network::Case;
use crate::plan::reform::ReformPlan;
use crate::plan::reform::pairing::{PairingAnswer, Side};
use crate::travel::Place;

pub(super) fn check(case: &Case, problem: &Problem, plan: &ReformPlan, a: &PairingAnswer, found: &mut Findings) {
    let rules = plan.scenario.reform.clone().unwrap_or_default().pairing;
    let pairs: Vec<String> = a.pairs.iter().map(|p| format!("{} {}", p.county, p.tertiary)).collect();
    once(pairs.iter().map(String::as_str), found);
    let helped: Vec<usize> = (0..case.network.facilities.len())
        .filter(|&j| case.network.facilities[j].rank() == 3 && asked(case, &rules.areas, &case.network.facilities[j]))
        .collect();
    let most = |of: &dyn Fn(usize) -> f64| helped.iter().map(|&j| of(j)).fold(0.0, f64::max);
    let staffed = |j: usize| problem.doctors[j] / problem.beds[j].max(1.0);
    let (most_staffed, most_beds) = (most(&staffed), most(&|j| problem.beds[j]));
    let gap = |j: usize| {
        let ratio = |x: f64, of: f64| if of > 0.0 { x / of } else { 0.0 };
        let worked_out = 1.0 - 0.5 * ratio(staffed(j), most_staffed) - 0.5 * ratio(problem.beds[j], most_beds);
        rules.gaps.get(&case.network.facilities[j].code).copied().unwrap_or(worked_out)
    };
    let mut total = 0.0;
    let mut carried = vec![0_u32; case.network.facilities.len()];
    for pair in &a.pairs {
        let (Some((q, county)), Some((m, tertiary))) = (facility(case, &pair.county, found), facility(case, &pair.tertiary, found)) else {
            continue;
        };
        if !helped.contains(&q) || tertiary.rank() <= 3 || !tertiary.siting.exist {
            found.add(
                "exist",
                pair.county.as_str(),
                f64::from(tertiary.rank()),
                4.0,
                "The pair is not one of a county and a tertiary hospital asked for.",
            );
            continue;
        }
        let place = |j: usize| Place::Facility(FacilityId::new(j));
        let Some(minutes) = case.travel.minutes_between(&case.network, place(m), place(q)) else {
            found.add("exist", pair.county.as_str(), 0.0, 0.0, "There is no way between the two.");
            continue;
        };
        let strength = rules.strengths.get(&tertiary.code).or_else(|| rules.strength.get(&tertiary.tier)).copied().unwrap_or_default();
        let value = rules.gain * strength * gap(q) - rules.minute * minutes;
        let at = || county.code.clone();
        found.equal("value", at, pair.minutes, minutes, VALUE * minutes.max(1.0), "The way is not as long.");
        found.equal("value", at, pair.value, value, VALUE * value.abs().max(1.0), "The pair is not worth as much.");
        found.equal("value", at, pair.treats, rules.treats * strength, VALUE, "The share that can be treated is another.");
        carried[m] += 1;
        carried[q] += 1;
        total += pair.value;
    }
    for (j, f) in case.network.facilities.iter().enumerate().filter(|(_, f)| f.rank() > 3) {
        let most = rules.capacities.get(&f.code).or_else(|| rules.capacity.get(&f.tier)).copied().unwrap_or_default();
        found.at_most("limit", || f.code.clone(), f64::from(carried[j]), f64::from(most), 0.0, "It helps more hospitals than it can.");
    }
    for &j in &helped {
        let at = || case.network.facilities[j].code.clone();
        found.equal("limit", at, f64::from(carried[j]), f64::from(rules.helpers), 0.0, "It has not the helpers asked for.");
    }
    found.equal(
        "objective",
        || "plan".into(),
        plan.objective,
        total,
        VALUE * total.abs().max(1.0),
        "The plan is not worth what its pairs are worth.",
    );
    let price = |sides: &[Side], code: &str| sides.iter().find(|s| s.facility == code).map(|s| s.price);
    let worth = |m: usize, q: usize| {
        let (tertiary, place) = (&case.network.facilities[m], |j: usize| Place::Facility(FacilityId::new(j)));
        let strength = rules.strengths.get(&tertiary.code).or_else(|| rules.strength.get(&tertiary.tier)).copied().unwrap_or_default();
        let minutes = case.travel.minutes_between(&case.network, place(m), place(q))?;
        Some(rules.gain * strength * gap(q) - rules.minute * minutes)
    };
    // any prices prove a bound, those of the helpers not being negative; a hospital that is left out of the tables has none
    let mut bound = 0.0;
    let helpers: Vec<(usize, f64, f64)> = (0..case.network.facilities.len())
        .filter(|&m| case.network.facilities[m].rank() > 3 && case.network.facilities[m].siting.exist)
        .map(|m| {
            let f = &case.network.facilities[m];
            let most = rules.capacities.get(&f.code).or_else(|| rules.capacity.get(&f.tier)).copied().unwrap_or_default();
            (m, price(&a.tertiary, &f.code).unwrap_or_default().max(0.0), f64::from(most))
        })
        .collect();
    bound += helpers.iter().map(|(_, price, most)| price * most).sum::<f64>();
    for &q in &helped {
        let f = &case.network.facilities[q];
        let demanded = -price(&a.county, &f.code).unwrap_or_default();
        bound += demanded * f64::from(rules.helpers);
        for &(m, price, _) in helpers.iter().filter(|h| h.2 > 0.0) {
            bound += worth(m, q).map_or(0.0, |v| (v - price - demanded).max(0.0));
        }
        let at = || f.code.clone();
        let told = a.county.iter().find(|s| s.facility == f.code);
        found.equal("value", at, told.map_or(f64::NAN, |s| s.level), gap(q), VALUE, "The gap of the hospital is another.");
        found.equal(
            "value",
            at,
            told.map_or(f64::NAN, |s| f64::from(s.pairs)),
            f64::from(rules.helpers),
            0.0,
            "The helpers asked for are others.",
        );
    }
    found.at_most("bounds", || "dual".into(), bound, -plan.bounds.dual, VALUE * bound.abs().max(1.0), "The prices do not prove the bound.");
}
