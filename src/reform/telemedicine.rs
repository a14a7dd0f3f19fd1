//! Hubs and links of telemedicine ([`crate::model::reform::telemedicine`] has the formulation TM0 to TM6).
//!
//! 1. The least cost that reaches the shares asked for, as one MIP.
//! 2. Among the plans of that cost and those hubs, the one with the shortest ways between hubs and those they serve: people are sent along
//!    the same ways, and a plan whose links cross for nothing is not believed.
//! 3. What reaching more of primary care costs, step by step; for every hub why, for every other hospital why not (the MIP with the
//!    hospital forced otherwise, while there are few enough of them).
//!
//! When the shares cannot be reached, the elastic form tells which hubs must serve how many links more, and how many facilities have no
//! hospital that may be their hub.

use super::{Hushed, ReformError, ReformInput, Reformed, Repair, Solved, asked, ended};
use crate::backend::{LpStatus, MipSolution, guarded};
use crate::ids::FacilityId;
use crate::model::reform::telemedicine::{Elastic, HubNumbers, TelemedicineModel, TelemedicineNumbers, build};
use crate::network::Tier;
use crate::outcome::{Limits, Observer, Termination};
use crate::plan::reform::ReformAnswer;
use crate::plan::reform::telemedicine::{Hub, HubWhy, Link, TelemedicineAnswer};
use crate::policy::Scenario;
use crate::travel::Place;

/// Shares of primary care whose least cost is told beside that asked for.
const STEPS: [f64; 5] = [0.8, 0.85, 0.9, 0.95, 1.0];
/// Most hospitals for which the question is asked with each forced otherwise.
const MOST_FORCED: usize = 40;

/// Who is who: hubs and spokes as positions among the facilities.
struct Frame {
    hubs: Vec<usize>,
    spokes: Vec<usize>,
    numbers: TelemedicineNumbers,
    /// County hospitals and centres there are.
    there_are: [u32; 2],
}

/// Answers the question.
///
/// # Errors
/// A limit before the first answer, a failing solver.
pub fn solve(input: &ReformInput<'_>, observer: &dyn Observer) -> Result<Reformed, ReformError> {
    let frame = frame(input);
    if frame.spokes.is_empty() {
        return Err(ReformError::Lacks("there is nobody to link: the areas asked for have no county hospital and no centre".into()));
    }
    let first = run(&frame.numbers, &[], input.limits, observer)?;
    if first.1.status == LpStatus::Infeasible {
        return Ok(Reformed::Infeasible(repairs(input, &frame, observer)?));
    }
    if first.1.values.is_empty() {
        return Err(ReformError::Stopped(crate::outcome::Limit::Time));
    }
    let (model, found) = first;
    let observer = &Hushed(observer);
    let nearest = shortest(input, &frame, &model, &found, observer)?;
    let mut answer = read(&frame, input, &model, &nearest);
    answer.steps = steps(&frame, input.limits, observer)?;
    answer.why = why(&frame, input, &model, &found, observer)?;
    Ok(Reformed::Answer(Box::new(Solved {
        answer: ReformAnswer::Telemedicine(answer),
        objective: found.bounds.primal,
        unit: "yuan a year",
        maximised: false,
        bounds: found.bounds,
        termination: ended(found.status),
        backend: crate::backend::default_mip().name().to_owned(),
    })))
}

/// Links count in the referral plan as C3t has it.
#[must_use]
pub fn effect(answer: &TelemedicineAnswer, scenario: &mut Scenario) -> bool {
    let linked = answer.links.iter().map(|l| l.spoke.clone());
    scenario.tele.facilities.extend(linked);
    scenario.tele.facilities.sort();
    scenario.tele.facilities.dedup();
    !answer.links.is_empty()
}

fn frame(input: &ReformInput<'_>) -> Frame {
    let network = &input.case.network;
    let rules = &input.rules.telemedicine;
    let centre = |t: Tier| t == Tier::T || (t == Tier::C && rules.community_centres);
    let spokes: Vec<usize> = (0..network.facilities.len())
        .filter(|&j| {
            let f = &network.facilities[j];
            asked(input, &rules.areas, f) && (f.rank() == 3 || centre(f.tier))
        })
        .collect();
    let may = |j: usize| {
        let f = &network.facilities[j];
        let named = rules.hubs.is_empty() || rules.hubs.contains_key(&f.code);
        // a hospital above the county serves whoever is asked for, wherever it stands
        f.siting.exist && named && rules.hub_cost.contains_key(&f.tier) && (f.rank() > 3 || asked(input, &rules.areas, f))
    };
    let hubs: Vec<usize> = (0..network.facilities.len()).filter(|&j| may(j)).collect();
    let own = |j: usize| rules.hubs.get(&network.facilities[j].code).copied().filter(|c| *c > 0.0);
    let county: Vec<bool> = spokes.iter().map(|&q| network.facilities[q].rank() == 3).collect();
    let mut pairs = Vec::new();
    for (q, &spoke) in spokes.iter().enumerate() {
        for (k, &hub) in hubs.iter().enumerate() {
            let (s, h) = (&network.facilities[spoke], &network.facilities[hub]);
            if h.rank() > s.rank() && (h.rank() > 3 || h.area == s.area) {
                pairs.push((q, k, if h.rank() == 3 { rules.county_link } else { rules.upper_link }));
            }
        }
    }
    let there_are = [true, false].map(|kind| u32::try_from(county.iter().filter(|c| **c == kind).count()).unwrap_or(u32::MAX));
    let demanded = [ceil(rules.county_share, there_are[0]), ceil(rules.primary_share, there_are[1])];
    let numbers = TelemedicineNumbers {
        hubs: hubs
            .iter()
            .map(|&k| {
                let f = &network.facilities[k];
                HubNumbers {
                    cost: own(k).or_else(|| rules.hub_cost.get(&f.tier).copied()).unwrap_or_default(),
                    capacity: f64::from(rules.hub_links.get(&f.tier).copied().unwrap_or_default()),
                    upward: (f.rank() == 3).then(|| spokes.iter().position(|&s| s == k)).flatten(),
                }
            })
            .collect(),
        county,
        pairs,
        demanded,
    };
    Frame { hubs, spokes, numbers, there_are }
}

/// The least whole number of links that is at least a share; a share that is met but for rounding counts as met.
fn ceil(share: f64, of: u32) -> f64 {
    (share * f64::from(of) - 1e-9).ceil().max(0.0)
}

/// Solves with some hubs forced open (`true`) or shut.
fn run(
    numbers: &TelemedicineNumbers,
    forced: &[(usize, bool)],
    limits: Limits,
    observer: &dyn Observer,
) -> Result<(TelemedicineModel, MipSolution), ReformError> {
    let mut model = build(numbers, None);
    for &(k, open) in forced {
        let side = f64::from(u8::from(open));
        (model.model.col_lower[model.hub[k]], model.model.col_upper[model.hub[k]]) = (side, side);
    }
    let found = guarded::solve_mip(&model.model, None, &limits, observer)?;
    Ok((model, found))
}

/// The links of the chosen hubs over the shortest ways, at the same cost; the first answer where ways are not known or no limit allows.
fn shortest(
    input: &ReformInput<'_>,
    frame: &Frame,
    model: &TelemedicineModel,
    found: &MipSolution,
    observer: &dyn Observer,
) -> Result<Vec<f64>, ReformError> {
    let place = |j: usize| Place::Facility(FacilityId::new(j));
    let ways: Vec<(Place, Place)> = frame.numbers.pairs.iter().map(|&(q, k, _)| (place(frame.spokes[q]), place(frame.hubs[k]))).collect();
    let minutes = input.case.travel.minutes_of_pairs(&input.case.network, &ways);
    let longest = minutes.iter().flatten().copied().fold(0.0, f64::max);
    let mut second = model.model.clone();
    for &h in &model.hub {
        let side = found.values[h].round();
        (second.col_lower[h], second.col_upper[h]) = (side, side);
    }
    // the number of links of each kind and price stays, so the cost does
    let mut links: Vec<((bool, u64), Vec<usize>)> = Vec::new();
    for (n, &(q, _, cost)) in frame.numbers.pairs.iter().enumerate() {
        let key = (frame.numbers.county[q], cost.to_bits());
        match links.iter_mut().find(|(k, _)| *k == key) {
            Some((_, list)) => list.push(n),
            None => links.push((key, vec![n])),
        }
    }
    second.cost.iter_mut().for_each(|c| *c = 0.0);
    for (n, m) in minutes.iter().enumerate() {
        second.cost[model.pair[n]] = m.unwrap_or(longest);
    }
    let mut rows = crate::model::rowwise::RowWise::default();
    for j in 0..second.col_count() {
        let c = rows.column(second.col_lower[j], second.col_upper[j]);
        rows.charge(c, second.cost[j]);
    }
    let mut by_row: Vec<Vec<(u32, f64)>> = vec![Vec::new(); second.row_count()];
    for j in 0..second.col_count() {
        for (r, v) in second.column(j) {
            by_row[r].push((u32::try_from(j).unwrap_or(u32::MAX), v));
        }
    }
    for (r, entries) in by_row.into_iter().enumerate() {
        rows.row(second.row_lower[r], second.row_upper[r], entries);
    }
    for (_, list) in &links {
        let now: f64 = list.iter().map(|&n| found.values[model.pair[n]].round()).sum();
        rows.row(now, now, list.iter().map(|&n| (u32::try_from(model.pair[n]).unwrap_or(u32::MAX), 1.0)));
    }
    let mut whole = rows.finish();
    whole.integer.clone_from(&second.integer);
    let nearest = guarded::solve_mip(&whole, Some(&found.values), &input.limits, observer)?;
    Ok(if nearest.values.is_empty() { found.values.clone() } else { nearest.values })
}

fn read(frame: &Frame, input: &ReformInput<'_>, model: &TelemedicineModel, values: &[f64]) -> TelemedicineAnswer {
    let code = |j: usize| input.case.network.facilities[j].code.clone();
    let chosen: Vec<_> = frame.numbers.pairs.iter().zip(&model.pair).filter(|(_, c)| values[**c] > 0.5).map(|(p, _)| *p).collect();
    let count = |keep: &dyn Fn(&(usize, usize, f64)) -> bool| u32::try_from(chosen.iter().filter(|p| keep(p)).count()).unwrap_or(u32::MAX);
    let hubs = (0..frame.hubs.len())
        .filter(|&k| values[model.hub[k]] > 0.5)
        .map(|k| Hub {
            facility: code(frame.hubs[k]),
            cost: frame.numbers.hubs[k].cost,
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // it came from a u32
            capacity: frame.numbers.hubs[k].capacity as u32,
            links: count(&|p| p.1 == k),
        })
        .collect();
    let links = chosen.iter().map(|&(q, k, cost)| Link { spoke: code(frame.spokes[q]), hub: code(frame.hubs[k]), cost }).collect();
    TelemedicineAnswer {
        hubs,
        links,
        county: [frame.there_are[0], count(&|p| frame.numbers.county[p.0])],
        primary: [frame.there_are[1], count(&|p| !frame.numbers.county[p.0])],
        steps: Vec::new(),
        why: Vec::new(),
    }
}

/// Least cost by share of primary care; a share out of reach has no entry.
fn steps(frame: &Frame, limits: Limits, observer: &dyn Observer) -> Result<Vec<(f64, f64)>, ReformError> {
    let mut out = Vec::new();
    for share in STEPS {
        let mut numbers = frame.numbers.clone();
        numbers.demanded[1] = ceil(share, frame.there_are[1]);
        let (_, found) = run(&numbers, &[], limits, observer)?;
        if ended(found.status) == Termination::Optimal {
            out.push((share, found.bounds.primal));
        }
    }
    Ok(out)
}

fn why(
    frame: &Frame,
    input: &ReformInput<'_>,
    model: &TelemedicineModel,
    found: &MipSolution,
    observer: &dyn Observer,
) -> Result<Vec<HubWhy>, ReformError> {
    if frame.hubs.len() > MOST_FORCED {
        return Ok(Vec::new());
    }
    let mut out = Vec::new();
    for (k, &j) in frame.hubs.iter().enumerate() {
        let open = found.values[model.hub[k]] > 0.5;
        let (_, other) = run(&frame.numbers, &[(k, !open)], input.limits, observer)?;
        // what is proven: at least the other question's bound above the best plan
        let otherwise = (other.status != LpStatus::Infeasible).then(|| (other.bounds.dual - found.bounds.primal).max(0.0));
        out.push(HubWhy { facility: input.case.network.facilities[j].code.clone(), open, otherwise });
    }
    Ok(out)
}

fn repairs(input: &ReformInput<'_>, frame: &Frame, observer: &dyn Observer) -> Result<Vec<Repair>, ReformError> {
    let dear = frame.numbers.hubs.iter().map(|h| h.cost).chain(frame.numbers.pairs.iter().map(|p| p.2)).sum::<f64>() + 1.0;
    // a facility without any hub that may serve it is worse than one more link
    let elastic = Elastic { capacity: dear, missing: dear * 1e3 };
    let model = build(&frame.numbers, Some(elastic));
    let found = guarded::solve_mip(&model.model, None, &input.limits, observer)?;
    let Some((over, missing)) = model.slack.as_ref().filter(|_| !found.values.is_empty()) else {
        return Err(ReformError::Stopped(crate::outcome::Limit::Time));
    };
    let mut out = Vec::new();
    for (k, &column) in over.iter().enumerate() {
        let amount = found.values[column].round();
        if amount > 0.5 {
            let f = &input.case.network.facilities[frame.hubs[k]];
            let now = frame.numbers.hubs[k].capacity;
            out.push(Repair { kind: "telemedicine-links", place: f.code.clone(), name: f.name.clone(), amount, now, yuan: None });
        }
    }
    for (kind, &column) in ["telemedicine-county", "telemedicine-primary"].into_iter().zip(missing) {
        let amount = found.values[column].round();
        if amount > 0.5 {
            let now = frame.numbers.demanded[usize::from(kind.ends_with("primary"))];
            out.push(Repair { kind, place: String::new(), name: String::new(), amount, now, yuan: None });
        }
    }
    Ok(out)
}
