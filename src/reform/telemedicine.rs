//! Hubs and links of telemedicine ([`crate::model::reform::telemedicine`] has the formulation TM0 to TM6).
//!
//! 1. The least cost that reaches the shares asked for: how many links of each county go where, and which hubs, as one MIP.
//! 2. Hubs of one county (or above the county) with the same cost and room are interchangeable, and so are facilities: among the plans of that
//!    cost, hubs are exchanged while that shortens the ways, and links are dealt out over the shortest ways by a transport programme
//!    (`deal`). The cost is proven least; the ways are short, not proven shortest.
//! 3. What reaching more of primary care costs, step by step; for every hub why, for every other hospital why not.
//!
//! When the shares cannot be reached, the elastic form tells how much more room hubs must have, and how many facilities are left out.

mod deal;

use super::{Hushed, ReformError, ReformInput, Reformed, Repair, Solved, asked, ended};
use crate::backend::{LpStatus, MipSolution, default_mip, guarded};
use crate::model::reform::telemedicine::{Elastic, HubNumbers, TelemedicineModel, TelemedicineNumbers, build};
use crate::network::Tier;
use crate::outcome::{Limit, Limits, Observer, Termination};
use crate::plan::reform::ReformAnswer;
use crate::plan::reform::telemedicine::{Hub, HubWhy, Link, MOST_FORCED, STEPS, TelemedicineAnswer};
use crate::policy::Scenario;

/// Who is who, as positions among the facilities.
struct Frame {
    hubs: Vec<usize>,
    /// County hospitals.
    hospitals: Vec<usize>,
    /// Centres by county.
    centres: Vec<Vec<usize>>,
    numbers: TelemedicineNumbers,
}

impl Frame {
    fn centre_count(&self) -> usize {
        self.centres.iter().map(Vec::len).sum()
    }
}

/// Answers the question.
///
/// # Errors
/// A limit before the first answer, a failing solver, nobody to link.
pub fn solve(input: &ReformInput<'_>, observer: &dyn Observer) -> Result<Reformed, ReformError> {
    let frame = frame(input);
    if frame.hospitals.is_empty() && frame.centre_count() == 0 {
        return Err(ReformError::Lacks("there is nobody to link: the areas asked for have no county hospital and no centre".into()));
    }
    let (model, found) = run(&frame.numbers, &[], input.limits, observer)?;
    let observer = &Hushed(observer);
    if found.status == LpStatus::Infeasible {
        return Ok(Reformed::Infeasible(repairs(input, &frame, observer)?));
    }
    if found.values.is_empty() {
        return Err(ReformError::Stopped(Limit::Time));
    }
    let numbers = deal::Numbers::read(&model, &found.values);
    let (hubs, links) = deal::deal(input, &frame, &numbers, observer)?;
    let mut answer = answer(&frame, input, &hubs, &links);
    // what is told beside the plan is exact, however good the plan itself need be
    let limits = Limits { gap: input.limits.gap.min(1e-6), ..input.limits };
    let mut termination = ended(found.status);
    answer.steps = steps(&frame, limits, observer, &mut termination)?;
    answer.why = why((&frame, input, limits), &hubs, &found, observer, &mut termination)?;
    Ok(Reformed::Answer(Box::new(Solved {
        answer: ReformAnswer::Telemedicine(answer),
        objective: found.bounds.primal,
        unit: "yuan a year",
        maximised: false,
        bounds: found.bounds,
        termination,
        backend: default_mip().name().to_owned(),
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
    let positions = |keep: &dyn Fn(&crate::network::Facility) -> bool| -> Vec<usize> {
        (0..network.facilities.len()).filter(|&j| keep(&network.facilities[j])).collect()
    };
    let hospitals = positions(&|f| asked(input, &rules.areas, f) && f.rank() == 3);
    let mut centres = vec![Vec::new(); network.areas.len()];
    for j in positions(&|f| asked(input, &rules.areas, f) && centre(f.tier)) {
        if let Some(a) = network.facilities[j].area {
            centres[a.index()].push(j);
        }
    }
    // a hospital above the county serves whoever is asked for, wherever it stands
    let hubs = positions(&|f| {
        let named = rules.hubs.is_empty() || rules.hubs.contains_key(&f.code);
        let here = f.rank() > 3 || (f.rank() == 3 && asked(input, &rules.areas, f));
        f.siting.exist && named && rules.hub_cost.contains_key(&f.tier) && here
    });
    let all = centres.iter().map(Vec::len).sum();
    let numbers = TelemedicineNumbers {
        hubs: hubs
            .iter()
            .map(|&k| {
                let f = &network.facilities[k];
                let own = rules.hubs.get(&f.code).copied().filter(|c| *c > 0.0);
                HubNumbers {
                    cost: own.or_else(|| rules.hub_cost.get(&f.tier).copied()).unwrap_or_default(),
                    capacity: f64::from(rules.hub_links.get(&f.tier).copied().unwrap_or_default()),
                    county: f.area.filter(|_| f.rank() == 3).map(crate::ids::AreaId::index),
                }
            })
            .collect(),
        centres: centres.iter().map(|c| count(c.len())).collect(),
        hospitals: count(hospitals.len()),
        link: [rules.county_link, rules.upper_link],
        demanded: [ceil(rules.county_share, hospitals.len()), ceil(rules.primary_share, all)],
    };
    Frame { hubs, hospitals, centres, numbers }
}

#[allow(clippy::cast_precision_loss)] // counts of facilities
fn count(n: usize) -> f64 {
    n as f64
}

/// The least whole number of links that is at least a share; a share that is met but for rounding counts as met.
fn ceil(share: f64, of: usize) -> f64 {
    (share * count(of) - 1e-9).ceil().max(0.0)
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

/// Links are `(spoke, hub)` as positions among facilities and hubs.
fn answer(frame: &Frame, input: &ReformInput<'_>, open: &[bool], links: &[(usize, usize)]) -> TelemedicineAnswer {
    let facilities = &input.case.network.facilities;
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let hubs = (0..frame.hubs.len())
        .filter(|&k| open[k])
        .map(|k| Hub {
            facility: facilities[frame.hubs[k]].code.clone(),
            cost: frame.numbers.hubs[k].cost,
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // it came from a u32
            capacity: frame.numbers.hubs[k].capacity as u32,
            links: small(links.iter().filter(|l| l.1 == k).count()),
        })
        .collect();
    let mut ordered = links.to_vec();
    ordered.sort_unstable();
    let links: Vec<Link> = ordered
        .iter()
        .map(|&(q, k)| Link {
            spoke: facilities[q].code.clone(),
            hub: facilities[frame.hubs[k]].code.clone(),
            cost: frame.numbers.link[usize::from(frame.numbers.hubs[k].county.is_none())],
        })
        .collect();
    let upward = ordered.iter().filter(|l| facilities[l.0].rank() == 3).count();
    TelemedicineAnswer {
        hubs,
        county: [small(frame.hospitals.len()), small(upward)],
        primary: [small(frame.centre_count()), small(links.len() - upward)],
        links,
        steps: Vec::new(),
        why: Vec::new(),
    }
}

/// Least cost by share of primary care; a share out of reach has no entry. A limit that leaves one out is told.
fn steps(frame: &Frame, limits: Limits, observer: &dyn Observer, termination: &mut Termination) -> Result<Vec<(f64, f64)>, ReformError> {
    let mut out = Vec::new();
    let asked = frame.numbers.demanded[1] / (frame.centre_count().max(1)) as f64;
    let more = STEPS.into_iter().filter(|s| ceil(*s, frame.centre_count()) > frame.numbers.demanded[1] + 0.5);
    for share in std::iter::once(asked).chain(more).filter(|_| frame.centre_count() > 0) {
        let mut numbers = frame.numbers.clone();
        numbers.demanded[1] = ceil(share, frame.centre_count());
        let (_, found) = run(&numbers, &[], limits, observer)?;
        match ended(found.status) {
            Termination::Optimal => out.push((share, found.bounds.primal)),
            stopped @ Termination::Feasible(_) => *termination = stopped,
            _ => {}
        }
    }
    Ok(out)
}

fn why(
    (frame, input, limits): (&Frame, &ReformInput<'_>, Limits),
    open: &[bool],
    found: &MipSolution,
    observer: &dyn Observer,
    termination: &mut Termination,
) -> Result<Vec<HubWhy>, ReformError> {
    if frame.hubs.len() > MOST_FORCED {
        return Ok(Vec::new());
    }
    let hubs = &frame.numbers.hubs;
    let mut told: Vec<Option<(bool, Option<f64>)>> = vec![None; hubs.len()];
    for k in 0..hubs.len() {
        if told[k].is_some() {
            continue;
        }
        let alike: Vec<usize> = (k..hubs.len()).filter(|&n| hubs[n] == hubs[k]).collect();
        let opened = alike.iter().filter(|&&n| open[n]).count();
        // with one of its like on the other side, a hub changes places with it at no cost; else the last (first) of them is forced
        let forced = match opened {
            0 => Some((k, true)),
            n if n == alike.len() => alike.last().map(|&last| (last, false)),
            _ => None,
        };
        let otherwise = match forced {
            None => Some(0.0),
            Some(force) => {
                let (_, other) = run(&frame.numbers, &[force], limits, observer)?;
                if let stopped @ Termination::Feasible(_) = ended(other.status) {
                    *termination = stopped;
                }
                // what is proven: at least the other question's bound above the best plan
                (other.status != LpStatus::Infeasible).then(|| (other.bounds.dual - found.bounds.primal).max(0.0))
            }
        };
        alike.into_iter().for_each(|n| told[n] = Some((open[n], otherwise)));
    }
    let code = |k: usize| input.case.network.facilities[frame.hubs[k]].code.clone();
    let why = told.into_iter().flatten().enumerate();
    Ok(why.map(|(k, (open, otherwise))| HubWhy { facility: code(k), open, otherwise }).collect())
}

fn repairs(input: &ReformInput<'_>, frame: &Frame, observer: &dyn Observer) -> Result<Vec<Repair>, ReformError> {
    let n = &frame.numbers;
    let dear = n.hubs.iter().map(|h| h.cost).sum::<f64>() + (n.link[0] + n.link[1]) * (n.hospitals + n.centres.iter().sum::<f64>()) + 1.0;
    let any = n.hubs.iter().any(|h| h.county.is_none());
    // room is of use only where there is a hub above the county at all
    let elastic = Elastic { room: if any { dear } else { dear * 1e6 }, missing: dear * 1e3 };
    let model = build(n, Some(elastic));
    let found = guarded::solve_mip(&model.model, None, &input.limits, observer)?;
    let Some(slack) = model.slack.filter(|_| !found.values.is_empty()) else { return Err(ReformError::Stopped(Limit::Time)) };
    let room: f64 = n.hubs.iter().filter(|h| h.county.is_none()).map(|h| h.capacity).sum();
    let kinds = [("telemedicine-links", room), ("telemedicine-county", n.demanded[0]), ("telemedicine-primary", n.demanded[1])];
    let repair = |((kind, now), column): ((&'static str, f64), usize)| {
        let amount = found.values[column].round();
        (amount > 0.5).then(|| Repair { kind, place: String::new(), name: String::new(), amount, now, yuan: None })
    };
    Ok(kinds.into_iter().zip(slack).filter_map(repair).collect())
}
