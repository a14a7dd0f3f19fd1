//! Tertiary hospitals paired with county hospitals (model 6.13).
//!
//! ```text
//! max  sum_mq (G s_m g_q - c t_mq) a_mq                                        (PA0)
//!  PA1  sum_m a_mq >= n        every county hospital has n helpers
//!  PA2  sum_q a_mq <= u_m      what a tertiary hospital can carry
//!  0 <= a_mq <= 1
//! ```
//!
//! With `=` in PA1 when n = 1 as in the text: a further helper never pays less than nothing only when its value is negative, so the equality
//! is kept for every n. The matrix is that of a transport problem, so the LP has a whole optimum and its duals are prices: of one more
//! place at a helper, of one helper less asked for by a county. The simplex method ends in a vertex, which is whole; that it is, is
//! looked at and never assumed.
//!
//! Effect: a county hospital treats the share `treats * strength` (of its helpers together, at most 1) of the cases one rank above its own
//! means, in the form of row C3t ([`crate::policy::scenario::AidChange`]).

use super::{ReformError, ReformInput, Reformed, Repair, Solved, asked, ended};
use crate::backend::{self, BackendError, LpSolution, LpStatus, Simplex};
use crate::ids::FacilityId;
use crate::model::LinearModel;
use crate::model::rowwise::RowWise;
use crate::network::Facility;
use crate::outcome::{Bounds, Observer};
use crate::plan::reform::ReformAnswer;
use crate::plan::reform::pairing::{Pair, PairingAnswer, Side};
use crate::policy::Scenario;
use crate::travel::Place;
use std::collections::BTreeMap;

struct Frame {
    helpers: Vec<Helper>,
    helped: Vec<Helped>,
    /// Minutes, by helper and helped; `None`: there is no way.
    minutes: Vec<Vec<Option<f64>>>,
}

struct Helper {
    at: usize,
    strength: f64,
    given: bool,
    capacity: u32,
}

struct Helped {
    at: usize,
    gap: f64,
    given: bool,
}

/// Answers the question.
///
/// # Errors
/// A limit before the first answer, a failing solver, no county hospital or no tertiary hospital.
pub fn solve(input: &ReformInput<'_>, observer: &dyn Observer) -> Result<Reformed, ReformError> {
    let rules = &input.rules.pairing;
    let frame = frame(input);
    if frame.helped.is_empty() {
        return Err(ReformError::Lacks("the areas asked for have no county hospital to help".into()));
    }
    let repairs = lacking(input, &frame);
    if !repairs.is_empty() {
        return Ok(Reformed::Infeasible(repairs));
    }
    let (model, pairs) = build(&frame, rules.helpers, rules.gain, rules.minute);
    let found = run(&model, input, observer)?;
    if found.values.is_empty() || found.status != LpStatus::Optimal {
        // counting found enough places and ways for each alone; together they may still collide
        if found.status == LpStatus::Infeasible {
            return Ok(Reformed::Infeasible(collisions(input, &frame, observer)?));
        }
        return Err(ReformError::Stopped(crate::outcome::Limit::Time));
    }
    if let Some(broken) = found.values.iter().find(|v| (*v - v.round()).abs() > 1e-6) {
        let what = format!("the optimum found is not whole ({broken}): the solver did not end in a vertex");
        return Err(BackendError::Failed { backend: "lp", what }.into());
    }
    let primal = model.objective(&found.values.iter().map(|v| v.round()).collect::<Vec<_>>());
    let bounds = Bounds { primal, dual: model.dual_bound(&found.duals).min(primal) };
    let answer = read(input, &frame, &pairs, &found);
    Ok(Reformed::Answer(Box::new(Solved {
        answer: ReformAnswer::Pairing(answer),
        objective: -primal,
        unit: "points",
        maximised: true,
        bounds,
        termination: ended(found.status),
        backend: backend::names().first().copied().unwrap_or_default().to_owned(),
    })))
}

/// Helped hospitals treat a share of what is one rank above their means.
#[must_use]
pub fn effect(answer: &PairingAnswer, scenario: &mut Scenario) -> bool {
    let mut shares: BTreeMap<String, f64> = BTreeMap::new();
    for pair in &answer.pairs {
        let share = shares.entry(pair.county.clone()).or_default();
        *share = (*share + pair.treats).min(1.0);
    }
    let any = shares.values().any(|s| *s > 0.0);
    scenario.aid.shares.extend(shares);
    any
}

fn frame(input: &ReformInput<'_>) -> Frame {
    let rules = &input.rules.pairing;
    let network = &input.case.network;
    let capacity = |f: &Facility| rules.capacities.get(&f.code).or_else(|| rules.capacity.get(&f.tier)).copied().unwrap_or_default();
    let given = |f: &Facility| rules.strengths.get(&f.code).copied();
    let helpers: Vec<Helper> = (0..network.facilities.len())
        .filter(|&j| {
            let f = &network.facilities[j];
            f.siting.exist && f.rank() > 3 && capacity(f) > 0
        })
        .map(|at| {
            let f = &network.facilities[at];
            let strength = given(f).or_else(|| rules.strength.get(&f.tier).copied()).unwrap_or_default();
            Helper { at, strength, given: given(f).is_some(), capacity: capacity(f) }
        })
        .collect();
    let helped: Vec<usize> = (0..network.facilities.len())
        .filter(|&j| {
            let f = &network.facilities[j];
            f.rank() == 3 && asked(input, &rules.areas, f)
        })
        .collect();
    let rate = |j: usize| input.problem.doctors[j] / input.problem.beds[j].max(1.0);
    let (most_rate, most_beds) = helped.iter().fold((0.0_f64, 0.0_f64), |(r, b), &j| (r.max(rate(j)), b.max(input.problem.beds[j])));
    let worked_out = |j: usize| {
        let part = |x: f64, most: f64| if most > 0.0 { x / most } else { 0.0 };
        1.0 - 0.5 * part(rate(j), most_rate) - 0.5 * part(input.problem.beds[j], most_beds)
    };
    let helped: Vec<Helped> = helped
        .into_iter()
        .map(|at| {
            let gap = rules.gaps.get(&network.facilities[at].code).copied();
            Helped { at, gap: gap.unwrap_or_else(|| worked_out(at)), given: gap.is_some() }
        })
        .collect();
    let place = |j: usize| Place::Facility(FacilityId::new(j));
    let to: Vec<Place> = helped.iter().map(|q| place(q.at)).collect();
    let minutes = helpers.iter().map(|m| input.case.travel.minutes_to_many(network, place(m.at), &to)).collect();
    Frame { helpers, helped, minutes }
}

/// What counting alone shows to be missing: places at helpers, helpers with a way.
fn lacking(input: &ReformInput<'_>, frame: &Frame) -> Vec<Repair> {
    let helpers = input.rules.pairing.helpers;
    let mut out = Vec::new();
    for (q, helped) in frame.helped.iter().enumerate() {
        let reach = (0..frame.helpers.len()).filter(|&m| frame.minutes[m][q].is_some()).count();
        if reach < helpers as usize {
            let f = &input.case.network.facilities[helped.at];
            let (amount, now) = (f64::from(helpers) - count(reach), count(reach));
            out.push(Repair { kind: "pairing-reach", place: f.code.clone(), name: f.name.clone(), amount, now, yuan: None });
        }
    }
    let places: f64 = frame.helpers.iter().map(|m| f64::from(m.capacity)).sum();
    let needed = count(frame.helped.len()) * f64::from(helpers);
    if places < needed {
        let amount = needed - places;
        out.push(Repair { kind: "pairing-places", place: String::new(), name: String::new(), amount, now: places, yuan: None });
    }
    out
}

#[allow(clippy::cast_precision_loss)] // counts of hospitals
fn count(n: usize) -> f64 {
    n as f64
}

/// PA0 to PA2 with the pairs that its columns stand for.
fn build(frame: &Frame, helpers: u32, gain: f64, minute: f64) -> (LinearModel, Vec<(usize, usize)>) {
    let mut m = RowWise::default();
    let mut pairs = Vec::new();
    for q in 0..frame.helped.len() {
        for h in 0..frame.helpers.len() {
            if let Some(t) = frame.minutes[h][q] {
                let column = m.column(0.0, 1.0);
                m.charge(column, -(gain * frame.helpers[h].strength * frame.helped[q].gap - minute * t));
                pairs.push((h, q));
            }
        }
    }
    let of = |keep: &dyn Fn(&(usize, usize)) -> bool| -> Vec<(u32, f64)> {
        pairs.iter().enumerate().filter(|(_, p)| keep(p)).map(|(n, _)| (u32::try_from(n).unwrap_or(u32::MAX), 1.0)).collect()
    };
    for q in 0..frame.helped.len() {
        m.row(f64::from(helpers), f64::from(helpers), of(&|p| p.1 == q));
    }
    for (h, helper) in frame.helpers.iter().enumerate() {
        m.row(f64::NEG_INFINITY, f64::from(helper.capacity), of(&|p| p.0 == h));
    }
    (m.finish(), pairs)
}

fn run(model: &LinearModel, input: &ReformInput<'_>, observer: &dyn Observer) -> Result<LpSolution, ReformError> {
    let backend = backend::by_name(backend::names().first().copied().unwrap_or_default())?;
    // a session ends in a vertex, which an interior point would not
    Ok(match backend.session(model)? {
        Some(mut session) => session.run(Simplex::Cold, &input.limits, observer)?,
        None => backend.solve(model, &input.limits, observer)?,
    })
}

/// Least further places at helpers that make the pairing possible, where counting did not see it: every place may be exceeded at a price of 1.
fn collisions(input: &ReformInput<'_>, frame: &Frame, observer: &dyn Observer) -> Result<Vec<Repair>, ReformError> {
    let rules = &input.rules.pairing;
    let wide = Frame {
        helpers: frame.helpers.iter().map(|m| Helper { capacity: m.capacity, ..*m }).collect(),
        helped: frame.helped.iter().map(|q| Helped { ..*q }).collect(),
        minutes: frame.minutes.clone(),
    };
    let (mut model, _) = build(&wide, rules.helpers, 0.0, 0.0);
    model.cost.iter_mut().for_each(|c| *c = 0.0);
    let over: Vec<usize> =
        (0..frame.helpers.len()).map(|h| model.add_col(1.0, f64::INFINITY, f64::INFINITY, &[(frame.helped.len() + h, -1.0)])).collect();
    let found = run(&model, input, observer)?;
    let network = &input.case.network;
    Ok(over
        .iter()
        .zip(&frame.helpers)
        .filter(|(c, _)| found.values.get(**c).is_some_and(|v| *v > 0.5))
        .map(|(c, m)| {
            let f = &network.facilities[m.at];
            let (amount, now) = (found.values[*c].round(), f64::from(m.capacity));
            Repair { kind: "pairing-place", place: f.code.clone(), name: f.name.clone(), amount, now, yuan: None }
        })
        .collect())
}

fn read(input: &ReformInput<'_>, frame: &Frame, pairs: &[(usize, usize)], found: &LpSolution) -> PairingAnswer {
    let rules = &input.rules.pairing;
    let network = &input.case.network;
    let code = |j: usize| network.facilities[j].code.clone();
    let price = |row: usize| found.duals.get(row).copied().map_or(0.0, |y| -y + 0.0);
    let mut chosen: Vec<Pair> = Vec::new();
    for (&(h, q), &v) in pairs.iter().zip(&found.values) {
        if v > 0.5 {
            let minutes = frame.minutes[h][q].unwrap_or_default();
            let strength = frame.helpers[h].strength;
            chosen.push(Pair {
                county: code(frame.helped[q].at),
                tertiary: code(frame.helpers[h].at),
                minutes,
                value: rules.gain * strength * frame.helped[q].gap - rules.minute * minutes,
                treats: rules.treats * strength,
            });
        }
    }
    let tertiary = frame.helpers.iter().enumerate().map(|(h, m)| Side {
        facility: code(m.at),
        level: m.strength,
        given: m.given,
        pairs: m.capacity,
        price: price(frame.helped.len() + h),
    });
    let county = frame.helped.iter().enumerate().map(|(q, c)| Side {
        facility: code(c.at),
        level: c.gap,
        given: c.given,
        pairs: rules.helpers,
        price: -price(q),
    });
    let classes: Vec<usize> = (0..input.problem.classes.len()).filter(|&k| input.problem.classes[k].lowest_rank == 4).collect();
    let mut shares: BTreeMap<&str, f64> = BTreeMap::new();
    for pair in &chosen {
        *shares.entry(&pair.county).or_default() += pair.treats;
    }
    let mut cases = Vec::new();
    for (a, area) in network.areas.iter().enumerate() {
        // hospitals of one county share its patients by their beds
        let here: Vec<&Helped> = frame.helped.iter().filter(|q| network.facilities[q.at].area.is_some_and(|x| x.index() == a)).collect();
        let beds: f64 = here.iter().map(|q| input.problem.beds[q.at]).sum();
        if here.is_empty() || beds <= 0.0 {
            continue;
        }
        let share: f64 = here
            .iter()
            .map(|q| shares.get(network.facilities[q.at].code.as_str()).copied().unwrap_or_default().min(1.0) * input.problem.beds[q.at])
            .sum::<f64>()
            / beds;
        let demand = input.problem.area_demand(crate::ids::AreaId::new(a), |k| k.lowest_rank == 4);
        cases.push((area.code.clone(), share * demand));
    }
    let counties: std::collections::BTreeSet<_> = frame.helped.iter().filter_map(|q| network.facilities[q.at].area).collect();
    PairingAnswer {
        tertiary: tertiary.collect(),
        county: county.collect(),
        classes: classes.into_iter().map(|k| input.problem.classes[k].code.clone()).collect(),
        cases,
        seats: rules.seats_per_county * count(counties.len()),
        pairs: chosen,
    }
}
