//! Surge: patients, beds and transfers of every scenario counted, means taken again, breaks worked out from the referral plan's flows.

use super::{Findings, VALUE, asked, facility, once};
use crate::demand::Problem;
use crate::ids::AreaId;
use crate::network::{Case, Kind};
use crate::plan::ReferralPlan;
use crate::plan::reform::ReformPlan;
use crate::plan::reform::surge::SurgeAnswer;
use crate::policy::reform::Surge;

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
    once(a.areas.iter().map(|x| x.area.as_str()), found);
    areas(case, &rules, a, found);
    if a.cases.len() != rules.scenarios.len() {
        found.add("value", "scenarios", size(a.cases.len()), size(rules.scenarios.len()), "There are other scenarios.");
        return;
    }
    let total: f64 = rules.scenarios.iter().map(|s| s.probability).sum();
    for (c, s) in a.cases.iter().zip(&rules.scenarios) {
        let at = || c.name.clone();
        found.equal("value", at, c.probability, s.probability / total, 1e-9, "Another probability.");
        found.equal("value", at, c.factor, s.factor, 0.0, "Another factor.");
        if c.unmet.len() != a.areas.len() || c.transfers.iter().any(|t| t.0 as usize >= a.areas.len() || t.1 as usize >= a.areas.len()) {
            found.add("names", c.name.as_str(), 0.0, 0.0, "A scenario does not have the areas of the plan.");
            return;
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
    for (n, r) in a.robust.iter().enumerate() {
        let mut worst: Vec<f64> = a.areas.iter().map(|x| rules.deviation * x.need).collect();
        worst.sort_by(f64::total_cmp);
        let beds: f64 = a.areas.iter().map(|x| x.need - x.icu).sum::<f64>() + worst.iter().rev().take(n).sum::<f64>();
        let at = || format!("gamma {}", r.gamma);
        found.equal("value", at, f64::from(r.gamma), size(n), 0.0, "The budgets do not follow each other.");
        found.equal("value", at, r.beds, beds.max(0.0), VALUE * beds.abs().max(1.0), "Another number of beds is wanted.");
    }
    let effect: Vec<(String, f64)> = rules.multipliers.iter().map(|(k, f)| (k.clone(), *f)).collect();
    if a.multipliers != effect {
        found.add(
            "value",
            "multipliers",
            size(a.multipliers.len()),
            size(effect.len()),
            "The effect has other factors than were asked for.",
        );
    }
    if let Some(referral) = referral {
        breaks(case, problem, &rules, a, referral, found);
    }
}

fn areas(case: &Case, rules: &Surge, a: &SurgeAnswer, found: &mut Findings) {
    let network = &case.network;
    let asked_for = |code: &String| rules.areas.is_empty() || rules.areas.contains(code);
    let wanted: Vec<usize> = (0..network.areas.len()).filter(|&n| asked_for(&network.areas[n].code)).collect();
    if wanted.len() != a.areas.len() {
        found.add("names", "areas", size(a.areas.len()), size(wanted.len()), "Not the areas asked for.");
    }
    let counted = |n: usize| {
        let here = network.facilities.iter().filter(|f| f.area.is_some_and(|x| x.index() == n) && asked(case, &rules.areas, f));
        here.map(|f| f64::from(f.icu.0)).sum::<f64>()
    };
    let none = wanted.iter().all(|&n| counted(n) <= 0.0);
    for x in &a.areas {
        let at = || x.area.clone();
        let Some(n) = network.areas.iter().position(|y| y.code == x.area) else {
            found.add("names", x.area.as_str(), 0.0, 0.0, "The case has no area of this code.");
            continue;
        };
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
}

/// Loads of the facilities told, from the flows.
fn breaks(case: &Case, problem: &Problem, rules: &Surge, a: &SurgeAnswer, referral: &ReferralPlan, found: &mut Findings) {
    let flows = &referral.flows;
    let factor = |k: usize, surge: bool| if surge { rules.multipliers.get(&problem.classes[k].code).copied().unwrap_or(1.0) } else { 1.0 };
    let eff = problem.switches.deployment.map_or(1.0, |d| d.effectiveness);
    // a walk over all flows for each facility would be slow where many break: the first hundred
    for b in a.breaks.iter().take(100) {
        let Some((j, f)) = facility(case, &b.facility, found) else { continue };
        let tier = problem.tiers.get(f.tier);
        let load = |surge: bool| {
            let (mut days, mut visits) = (0.0, 0.0);
            for (_, at, k, n) in flows.treated.rows().filter(|r| r.1 == j) {
                let class = &problem.classes[k];
                let n = n * factor(k, surge);
                debug_assert_eq!(at, j);
                if class.kind == Kind::H { days += n * (class.acute_days + class.recovery_days) } else { visits += n }
            }
            for (_, from, to, k, n) in flows.down.rows().filter(|r| r.1 == j || r.2 == j) {
                let n = n * factor(k, surge) * problem.classes[k].recovery_days;
                days += if to == j { n } else { 0.0 } - if from == j { n } else { 0.0 };
            }
            visits += flows.up.rows().chain(flows.redirect.rows()).filter(|r| r.1 == j).map(|r| r.4 * factor(r.3, surge)).sum::<f64>();
            let posted: f64 = (0..flows.postings.doctors.len())
                .map(|n| {
                    let o = flows.postings.doctors[n];
                    f64::from(u8::from(flows.postings.to[n] as usize == j)) * eff * o
                        - f64::from(u8::from(flows.postings.from[n] as usize == j)) * o
                })
                .sum();
            if b.beds {
                days / (365.0 * tier.design_occupancy * f.avail * problem.beds[j])
            } else {
                let beds = tier.bed_days_per_doctor_year().map_or(0.0, |q| days / q);
                (visits / tier.visits_per_doctor_year() + beds) / ((problem.doctors[j] + posted) * f.avail)
            }
        };
        let at = || b.facility.clone();
        let (usual, surge) = (load(false), load(true));
        found.equal("value", at, b.load, usual, VALUE, "The load as usual is another.");
        found.equal("value", at, b.surge, surge, VALUE * surge.max(1.0), "The load in the surge is another.");
        let full = ((1.0 - usual) / (surge - usual)).clamp(0.0, 1.0);
        found.equal("value", at, b.at, full, 1e-4, "It is full at another point.");
    }
}

#[allow(clippy::cast_precision_loss)] // counts
fn size(n: usize) -> f64 {
    n as f64
}
