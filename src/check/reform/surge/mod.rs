//! Surge: patients, beds and transfers of every scenario counted, means taken again, the bound from the prices of beds, breaks worked out from
//! the referral plan's flows. Referral plans under stress are not solved again: their four objectives are the solver's word.

mod breaks;
mod dual;

use super::{Findings, VALUE, asked, listed, number, same};
use crate::demand::Problem;
use crate::ids::{AreaId, FacilityId};
use crate::network::Case;
use crate::plan::ReferralPlan;
use crate::plan::reform::ReformPlan;
use crate::plan::reform::surge::SurgeAnswer;
use crate::policy::reform::Surge;
use crate::travel::Place;

/// Tolerance of patients: that of the solver.
const PATIENTS: f64 = 1e-5;

pub(super) fn check(
    case: &Case,
    problem: &Problem,
    plan: &ReformPlan,
    a: &SurgeAnswer,
    referral: Option<&ReferralPlan>,
    found: &mut Findings,
) {
    let rules = plan.scenario.reform.clone().unwrap_or_default().surge;
    effect(&rules, a, found);
    let names = rules.scenarios.iter().map(|s| s.name.as_str());
    if !areas(case, &rules, a, found) || !listed("scenarios", a.cases.iter().map(|c| c.name.as_str()), names, found) {
        return;
    }
    let ways = ways(case, problem, &rules);
    if !scenarios(&rules, a, &ways, found) {
        return;
    }
    let keeping: f64 = a.areas.iter().map(|x| rules.cost * x.convertible).sum();
    let mean: f64 = a.cases.iter().map(|c| c.probability * c.yuan).sum();
    // the tail mean as its definition has it: the least over all thresholds, which lies at one of the costs
    let tail = a
        .cases
        .iter()
        .map(|eta| eta.yuan + a.cases.iter().map(|c| c.probability * (c.yuan - eta.yuan).max(0.0)).sum::<f64>() / (1.0 - rules.alpha))
        .fold(f64::INFINITY, f64::min);
    let sum = |told: f64, is: f64, what: &str, found: &mut Findings| {
        found.equal("value", || "plan".into(), told, is, VALUE * is.max(1.0), what);
    };
    sum(a.keeping, keeping, "Keeping the beds costs another sum.", found);
    sum(a.mean, mean, "The mean is another.", found);
    sum(a.tail, tail, "The mean of the worst is another.", found);
    let objective = keeping + (1.0 - rules.lambda) * mean + rules.lambda * tail;
    found.equal("objective", || "plan".into(), plan.objective, objective, VALUE * objective.max(1.0), "The plan does not cost that.");
    dual::check(&rules, plan, a, &ways, found);
    robust(&rules, a, found);
    match referral {
        Some(referral) => breaks::check(problem, &rules, a, referral, found),
        // under stress the flows are those of a referral plan that was solved on the way and is not written
        None if !rules.stress && !a.breaks.is_empty() => {
            let what = "The referral plan that what is full first rests on is not there (referral.json beside the plan).";
            found.add("exist", "breaks", number(a.breaks.len()), 0.0, what);
        }
        None => breaks::alone(problem, a, found),
    }
    let runs: &[&str] = if rules.stress { &["usual", "surge", "convertible", "protected"] } else { &[] };
    listed("stress", a.stress.iter().map(|s| s.name.as_str()), runs.iter().copied(), found);
}

/// Cases and beds that the plan puts into the referral plan.
fn effect(rules: &Surge, a: &SurgeAnswer, found: &mut Findings) {
    let cases: Vec<(String, f64)> = rules.multipliers.iter().map(|(k, f)| (k.clone(), *f)).collect();
    same("value", "multipliers", &a.multipliers, &cases, "The effect has other factors than were asked for.", found);
    let tiers = rules.convertible.iter().filter(|_| rules.with_convertible);
    let beds: Vec<(String, f64)> = tiers.map(|(t, f)| (t.code().to_owned(), *f)).collect();
    same("value", "beds", &a.beds, &beds, "The effect has other beds than were asked for.", found);
}

fn areas(case: &Case, rules: &Surge, a: &SurgeAnswer, found: &mut Findings) -> bool {
    let network = &case.network;
    let asked_for = |code: &String| rules.areas.is_empty() || rules.areas.contains(code);
    let wanted: Vec<usize> = (0..network.areas.len()).filter(|&n| asked_for(&network.areas[n].code)).collect();
    let codes = wanted.iter().map(|&n| network.areas[n].code.as_str());
    if !listed("areas", a.areas.iter().map(|x| x.area.as_str()), codes, found) {
        return false;
    }
    let counted = |n: usize| {
        let here = network.facilities.iter().filter(|f| f.area.is_some_and(|x| x.index() == n) && asked(case, &rules.areas, f));
        here.map(|f| f64::from(f.icu.0)).sum::<f64>()
    };
    let none = wanted.iter().all(|&n| counted(n) <= 0.0);
    same("value", "worked_out", &a.worked_out, &none, "The beds of today have another source.", found);
    for (x, &n) in a.areas.iter().zip(&wanted) {
        let at = || x.area.clone();
        #[allow(clippy::cast_precision_loss)] // far below 2^53
        let heads = network.area_population(AreaId::new(n)).0 as f64 / 1e5;
        let standard = if network.areas[n].urban { rules.icu_urban } else { rules.icu_county };
        let icu = if none { standard * heads } else { counted(n) };
        found.equal("value", at, x.need, rules.need_per_100k * heads, 1e-6, "As usual there are not as many patients.");
        found.equal("value", at, x.icu, icu, 1e-6, "There are not as many intensive-care beds.");
        found.equal("value", at, x.most, rules.most_per_100k * heads, 1e-6, "Another number may be convertible.");
        found.at_most("limit", at, x.convertible, rules.most_per_100k * heads, PATIENTS, "More beds are convertible than may be.");
        found.at_most("limit", at, -x.convertible, 0.0, 1e-9, "Less than none is convertible.");
    }
    true
}

/// Pairs of areas, by position among those asked for, between which patients may be taken: their largest hospitals are near enough.
fn ways(case: &Case, problem: &Problem, rules: &Surge) -> Vec<(usize, usize)> {
    let network = &case.network;
    let asked_for = |code: &String| rules.areas.is_empty() || rules.areas.contains(code);
    let areas: Vec<usize> = (0..network.areas.len()).filter(|&n| asked_for(&network.areas[n].code)).collect();
    let largest = |n: usize| {
        let mut best: Option<usize> = None;
        for (j, f) in network.facilities.iter().enumerate().filter(|(_, f)| f.rank() >= 3 && f.area.is_some_and(|x| x.index() == n)) {
            if f.rank() >= 3 && best.is_none_or(|b| problem.beds[j] > problem.beds[b]) {
                best = Some(j);
            }
        }
        best
    };
    let seats: Vec<Option<usize>> = areas.iter().map(|&n| largest(n)).collect();
    let place = |j: usize| Place::Facility(FacilityId::new(j));
    let near = |from: Option<usize>, to: Option<usize>| match (rules.transfer_minutes, from, to) {
        (None, _, _) => true,
        (Some(most), Some(from), Some(to)) => {
            case.travel.minutes_between(network, place(from), place(to)).is_some_and(|t| t <= most * (1.0 + 1e-9))
        }
        _ => false,
    };
    let all = (0..areas.len()).flat_map(|x| (0..areas.len()).map(move |y| (x, y)));
    all.filter(|&(x, y)| x != y && near(seats[x], seats[y])).collect()
}

/// Patients of every scenario; `false` where the lists are of other lengths than the areas.
fn scenarios(rules: &Surge, a: &SurgeAnswer, ways: &[(usize, usize)], found: &mut Findings) -> bool {
    let total: f64 = rules.scenarios.iter().map(|s| s.probability).sum();
    for (c, s) in a.cases.iter().zip(&rules.scenarios) {
        let at = || c.name.clone();
        found.equal("value", at, c.probability, s.probability / total, 1e-9, "Another probability.");
        found.equal("value", at, c.factor, s.factor, 0.0, "Another factor.");
        let known = |t: &(u32, u32, f64)| ways.contains(&(t.0 as usize, t.1 as usize)) && t.2 > 0.0;
        if c.unmet.len() != a.areas.len() || !c.transfers.iter().all(known) {
            found.add("names", c.name.as_str(), 0.0, 0.0, "A scenario has other areas, or a transfer that may not be.");
            return false;
        }
        let mut yuan = 0.0;
        for (n, x) in a.areas.iter().enumerate() {
            let out: f64 = c.transfers.iter().filter(|t| t.0 as usize == n).map(|t| t.2).sum();
            let into: f64 = c.transfers.iter().filter(|t| t.1 as usize == n).map(|t| t.2).sum();
            let place = || format!("{} {}", c.name, x.area);
            let has = c.unmet[n] + x.convertible + out - into;
            found.at_most("limit", place, x.need * c.factor - x.icu, has, PATIENTS * x.need.max(1.0), "Patients are left out of account.");
            found.at_most("limit", place, out, x.need * c.factor, PATIENTS * x.need.max(1.0), "More are transferred than there are.");
            found.at_most("limit", place, -c.unmet[n], 0.0, 1e-9, "Less than nobody is without a bed.");
            yuan += rules.unmet * c.unmet[n] + rules.transfer * out;
        }
        found.equal("value", at, c.yuan, yuan, VALUE * yuan.max(1.0), "The scenario costs another sum.");
    }
    true
}

/// Beds wanted for every budget of areas that exceed what is expected.
fn robust(rules: &Surge, a: &SurgeAnswer, found: &mut Findings) {
    found.equal("value", || "robust".into(), number(a.robust.len()), number(a.areas.len() + 1), 0.0, "Not every budget has its beds.");
    let mut worst: Vec<f64> = a.areas.iter().map(|x| rules.deviation * x.need).collect();
    worst.sort_by(f64::total_cmp);
    let most: f64 = a.areas.iter().map(|x| x.most).sum();
    for (n, r) in a.robust.iter().enumerate() {
        let beds = a.areas.iter().map(|x| x.need - x.icu).sum::<f64>() + worst.iter().rev().take(n).sum::<f64>();
        let (beds, at) = (beds.max(0.0), || format!("gamma {}", r.gamma));
        found.equal("value", at, f64::from(r.gamma), number(n), 0.0, "The budgets do not follow each other.");
        found.equal("value", at, r.beds, beds, VALUE * beds.max(1.0), "Another number of beds is wanted.");
        let beyond = (beds - most).max(0.0);
        found.equal("value", at, r.beyond, beyond, VALUE * beds.max(1.0), "Another number of them may not be had.");
    }
}
