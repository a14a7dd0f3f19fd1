//! Surge readiness ([`crate::model::reform::surge`] has the formulation SU0 to SU3).
//!
//! 1. Convertible intensive-care beds by area, transfers and patients without a bed by scenario: one LP.
//! 2. The same for all areas together under a budget of uncertainty ([`crate::model::reform::surge::protection`]), for every budget.
//! 3. With a referral plan: which facilities are full first as its cases rise to those of the surge, with its flows kept ([`load`]).
//! 4. With `stress`: the referral plan itself, as usual, in the surge, with convertible beds, and with beds held back for the worst areas.

pub mod load;

use super::{Hushed, ReformError, ReformInput, Reformed, Solved, asked, people};
use crate::backend::{self, BackendError, LpStatus};
use crate::demand::Problem;
use crate::ids::{AreaId, FacilityId};
use crate::model::reform::surge::{SurgeModel, SurgeNumbers, build, protection};
use crate::network::Tier;
use crate::outcome::{Bounds, Limit, Observer, Termination};
use crate::plan::reform::ReformAnswer;
use crate::plan::reform::surge::{Break, RobustStep, Stress, SurgeAnswer, SurgeArea, SurgeCase};
use crate::policy::Scenario;
use crate::referral::{ReferralSolution, SolveOptions};
use crate::travel::Place;

/// Answers the question.
///
/// # Errors
/// A limit before the first answer, a failing solver, scenarios without any probability.
pub fn solve(input: &ReformInput<'_>, observer: &dyn Observer) -> Result<Reformed, ReformError> {
    let rules = &input.rules.surge;
    let (areas, worked_out, numbers) = frame(input)?;
    let model = build(&numbers);
    let backend = backend::by_name(backend::names()[0])?;
    let found = backend.solve(&model.model, &input.limits, observer)?;
    if found.status != LpStatus::Optimal || found.values.is_empty() {
        return Err(ReformError::Stopped(Limit::Time));
    }
    let primal = model.model.objective(&found.values);
    let bounds = Bounds { primal, dual: model.model.dual_bound(&found.duals).min(primal) };
    let mut answer = read(input, &areas, worked_out, &numbers, &model, &found.values, &found.duals);
    if let Some(plan) = input.referral {
        answer.breaks = load::breaks(input.problem, &plan.flows, rules);
    }
    if rules.stress {
        answer.stress = stress(input, &mut answer.breaks, &Hushed(observer))?;
    }
    Ok(Reformed::Answer(Box::new(Solved {
        answer: ReformAnswer::Surge(answer),
        objective: primal,
        unit: "yuan",
        maximised: false,
        bounds,
        termination: Termination::Optimal,
        backend: backend.name().to_owned(),
    })))
}

/// The referral plan in the surge, with convertible beds where the answer has them.
#[must_use]
pub fn effect(answer: &SurgeAnswer, scenario: &mut Scenario) -> bool {
    for (class, factor) in &answer.multipliers {
        *scenario.demand.multipliers.entry(class.clone()).or_insert(1.0) *= factor;
    }
    for (tier, factor) in &answer.beds {
        if let Some(tier) = Tier::from_code(tier) {
            *scenario.capacity.beds_by_tier.entry(tier).or_insert(1.0) *= factor;
        }
    }
    !answer.multipliers.is_empty() || !answer.beds.is_empty()
}

fn frame(input: &ReformInput<'_>) -> Result<(Vec<usize>, bool, SurgeNumbers), ReformError> {
    let network = &input.case.network;
    let rules = &input.rules.surge;
    let areas: Vec<usize> =
        (0..network.areas.len()).filter(|&a| rules.areas.is_empty() || rules.areas.contains(&network.areas[a].code)).collect();
    let total: f64 = rules.scenarios.iter().map(|s| s.probability).sum();
    if areas.is_empty() || total <= 0.0 {
        return Err(ReformError::Lacks("a surge needs an area and scenarios with a probability above 0".into()));
    }
    let mut icu = vec![0.0; network.areas.len()];
    for f in network.facilities.iter().filter(|f| asked(input, &rules.areas, f)) {
        if let Some(a) = f.area {
            icu[a.index()] += f64::from(f.icu.0);
        }
    }
    let worked_out = areas.iter().all(|&a| icu[a] <= 0.0);
    let heads: Vec<f64> = areas.iter().map(|&a| people(network.area_population(AreaId::new(a))) / 1e5).collect();
    let standard = |a: usize| if network.areas[a].urban { rules.icu_urban } else { rules.icu_county };
    let numbers = SurgeNumbers {
        need: heads.iter().map(|n| rules.need_per_100k * n).collect(),
        icu: areas.iter().zip(&heads).map(|(&a, n)| if worked_out { standard(a) * n } else { icu[a] }).collect(),
        most: heads.iter().map(|n| rules.most_per_100k * n).collect(),
        scenarios: rules.scenarios.iter().map(|s| (s.probability / total, s.factor)).collect(),
        ways: ways(input, &areas),
        prices: [rules.cost, rules.unmet, rules.transfer],
        alpha: rules.alpha,
        lambda: rules.lambda,
    };
    Ok((areas, worked_out, numbers))
}

/// Pairs of areas between whose largest hospitals a patient may be taken.
fn ways(input: &ReformInput<'_>, areas: &[usize]) -> Vec<(usize, usize)> {
    let network = &input.case.network;
    let all = (0..areas.len()).flat_map(|a| (0..areas.len()).filter(move |&q| q != a).map(move |q| (a, q)));
    let Some(most) = input.rules.surge.transfer_minutes else { return all.collect() };
    // the largest hospital of an area stands for it
    let seat: Vec<Option<usize>> = areas
        .iter()
        .map(|&a| {
            let of = |j: &usize| network.facilities[*j].area.is_some_and(|x| x.index() == a) && network.facilities[*j].rank() >= 3;
            (0..network.facilities.len()).filter(of).max_by(|x, y| input.problem.beds[*x].total_cmp(&input.problem.beds[*y]).then(y.cmp(x)))
        })
        .collect();
    let place = |j: usize| Place::Facility(FacilityId::new(j));
    let pairs: Vec<((usize, usize), (Place, Place))> =
        all.filter_map(|(a, q)| Some(((a, q), (place(seat[a]?), place(seat[q]?))))).collect();
    let ends: Vec<(Place, Place)> = pairs.iter().map(|p| p.1).collect();
    let minutes = input.case.travel.minutes_of_pairs(network, &ends);
    pairs.iter().zip(minutes).filter(|(_, m)| m.is_some_and(|m| m <= most)).map(|(p, _)| p.0).collect()
}

fn read(
    input: &ReformInput<'_>,
    areas: &[usize],
    worked_out: bool,
    n: &SurgeNumbers,
    model: &SurgeModel,
    values: &[f64],
    duals: &[f64],
) -> SurgeAnswer {
    let rules = &input.rules.surge;
    let x = |c: usize| values[c].max(0.0);
    let cases: Vec<SurgeCase> = rules
        .scenarios
        .iter()
        .zip(&n.scenarios)
        .enumerate()
        .map(|(s, (said, &(probability, factor)))| {
            let unmet: Vec<f64> = model.unmet[s].iter().map(|&c| x(c)).collect();
            let moved = n.ways.iter().zip(&model.transfers[s]).filter(|(_, c)| x(**c) > 1e-9);
            let transfers: Vec<(u32, u32, f64)> = moved.map(|(w, &c)| (AreaId::new(w.0).0, AreaId::new(w.1).0, x(c))).collect();
            let yuan = n.prices[1] * unmet.iter().sum::<f64>() + n.prices[2] * transfers.iter().map(|t| t.2).sum::<f64>();
            SurgeCase { name: said.name.clone(), probability, factor, unmet, transfers, yuan }
        })
        .collect();
    let rows = areas.iter().enumerate().map(|(a, &at)| SurgeArea {
        area: input.case.network.areas[at].code.clone(),
        need: n.need[a],
        icu: n.icu[a],
        most: n.most[a],
        convertible: x(model.convertible[a]),
        price: (-model.model.reduced_cost(model.convertible[a], duals)).max(0.0),
    });
    let short: f64 = n.need.iter().sum::<f64>() - n.icu.iter().sum::<f64>();
    let exceed: Vec<f64> = n.need.iter().map(|need| rules.deviation * need).collect();
    let most: f64 = n.most.iter().sum();
    let robust = (0..=areas.len()).map(|g| {
        let gamma = u32::try_from(g).unwrap_or(u32::MAX);
        let beds = (short + protection(&exceed, gamma)).max(0.0);
        RobustStep { gamma, beds, beyond: (beds - most).max(0.0) }
    });
    let tier = |(t, f): (&Tier, &f64)| (t.code().to_owned(), *f);
    SurgeAnswer {
        worked_out,
        keeping: n.prices[0] * model.convertible.iter().map(|&c| x(c)).sum::<f64>(),
        mean: cases.iter().map(|c| c.probability * c.yuan).sum(),
        tail: tail(&cases, rules.alpha),
        areas: rows.collect(),
        robust: robust.collect(),
        cases,
        breaks: Vec::new(),
        stress: Vec::new(),
        multipliers: rules.multipliers.iter().map(|(k, f)| (k.clone(), *f)).collect(),
        beds: if rules.with_convertible { rules.convertible.iter().map(tier).collect() } else { Vec::new() },
    }
}

/// Mean of the worst `1 - alpha`: scenarios by falling cost until their probabilities fill it.
#[must_use]
pub fn tail(cases: &[SurgeCase], alpha: f64) -> f64 {
    let mut order: Vec<&SurgeCase> = cases.iter().collect();
    order.sort_by(|x, y| y.yuan.total_cmp(&x.yuan));
    let (mut left, mut sum) = (1.0 - alpha, 0.0);
    for c in order {
        let part = c.probability.min(left);
        sum += part * c.yuan;
        left -= part;
    }
    sum / (1.0 - alpha)
}

/// The referral plan four times; fills the breaks from the first where no plan was given.
fn stress(input: &ReformInput<'_>, breaks: &mut Vec<Break>, observer: &dyn Observer) -> Result<Vec<Stress>, ReformError> {
    let rules = &input.rules.surge;
    let usual = input.problem;
    let mut surge = usual.clone();
    let classes = usual.classes.len();
    for (k, class) in usual.classes.iter().enumerate() {
        let factor = rules.multipliers.get(&class.code).copied().unwrap_or(1.0);
        surge.demand.iter_mut().skip(k).step_by(classes).for_each(|d| *d *= factor);
    }
    let mut convertible = surge.clone();
    for (b, f) in convertible.beds.iter_mut().zip(&usual.network.facilities) {
        *b *= rules.convertible.get(&f.tier).copied().unwrap_or(1.0);
    }
    let first = refer(usual, input, observer)?;
    if breaks.is_empty() {
        *breaks = load::breaks(usual, &first.flows, rules);
    }
    let mut protected = usual.clone();
    for b in breaks.iter().filter(|b| b.beds) {
        if let Some(j) = usual.network.facilities.iter().position(|f| f.code == b.facility) {
            protected.beds[j] = (protected.beds[j] - b.protection).max(0.0);
        }
    }
    let mut out = vec![told("usual", &first)];
    for (name, problem) in [("surge", &surge), ("convertible", &convertible), ("protected", &protected)] {
        out.push(told(name, &refer(problem, input, observer)?));
    }
    Ok(out)
}

fn refer(problem: &Problem, input: &ReformInput<'_>, observer: &dyn Observer) -> Result<ReferralSolution, ReformError> {
    let options = SolveOptions { limits: input.limits, ..SolveOptions::default() };
    let found = crate::referral::solve(problem, &options, observer)
        .map_err(|e| BackendError::Failed { backend: "referral", what: e.to_string() })?;
    match found.termination {
        Termination::Optimal | Termination::Feasible(_) => Ok(found),
        Termination::NoSolution(limit) => Err(ReformError::Stopped(limit)),
        _ => Err(ReformError::Lacks("under stress no referral plan keeps the hard demands of the scenario: make them soft".into())),
    }
}

fn told(name: &str, found: &ReferralSolution) -> Stress {
    let flows = &found.flows;
    Stress {
        name: name.into(),
        objective: found.parts.total(),
        unmet: flows.unserved.cases.iter().sum::<f64>() + flows.no_access.cases.iter().sum::<f64>(),
        displaced: flows.first_contact.displaced.iter().sum(),
    }
}
