//! County medical communities (model 6.10 D): townships of a county under one or more leading hospitals.
//!
//! Each group (a county, unless communities may cross county borders) is a partition ([`crate::district`]): local search finds an answer,
//! Lagrangian relaxation proves how good it is, and where that leaves a gap the exact formulation with flows
//! ([`crate::model::reform::communities`], CM0 to CM7) closes it if it is not too large. The value is the mean of minutes from township
//! seats to their leads over all people of the groups.
//!
//! Effect on the referral plan: none by itself, its referral rules follow the tables; payment and the indicators of communities rest on it.

use super::{ReformError, ReformInput, Reformed, Repair, Solved, ended};
use crate::backend::{LpStatus, guarded};
use crate::district::search::{Found, SearchParams, search};
use crate::district::{Measure, Partition, adjacency, bound};
use crate::model::reform::communities::{CommunityNumbers, Question, build};
use crate::network::seats::{home_town, seat_minutes};
use crate::outcome::{Bounds, Event, Limit, Limits, Observer, Termination};
use crate::plan::reform::ReformAnswer;
use crate::plan::reform::communities::{CommunitiesAnswer, Community, CommunityGroup, NeighboursFrom};
use crate::policy::reform::communities::{Adjacency, Method, Within};
use crate::travel::{Position, Travel};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

mod frame;

pub(super) use frame::{Frame, Group, frame, needs_roads};

/// Columns of flow up to which the exact formulation is tried by itself.
const MOST_EXACT: usize = 20_000;
/// How long the exact formulation may take for a group that local search has answered, unless it is asked for.
const PATIENCE: Duration = Duration::from_secs(20);
/// Steps of the relaxation.
const STEPS: usize = 2_000;

/// What became of a group.
pub(super) struct Outcome {
    pub leader: Vec<usize>,
    pub bounds: Bounds,
    pub exact: bool,
    pub stopped: Option<Limit>,
}

/// Answers the question.
///
/// # Errors
/// A limit before the first answer, a failing solver, no county in the areas asked for.
pub fn solve(input: &ReformInput<'_>, observer: &dyn Observer) -> Result<Reformed, ReformError> {
    needs_roads(input, input.rules.communities.adjacency)?;
    let mut frame = frame(input, false);
    if frame.groups.is_empty() && frame.repairs.is_empty() {
        return Err(ReformError::Lacks("the areas asked for have no county with townships to put into communities".into()));
    }
    let outcomes = match run_wider(input, &mut frame, observer)? {
        Ok(outcomes) => outcomes,
        Err(repairs) => return Ok(Reformed::Infeasible(repairs)),
    };
    let mut answer = CommunitiesAnswer {
        groups: groups(input, &frame, &outcomes),
        communities: communities(input, &frame, &outcomes),
        neighbours_from: frame.neighbours_from,
        fewer: frame.fewer.clone(),
        monitored: Vec::new(),
    };
    answer.monitored = crate::indicators::reform::communities::monitored(&input.case.network, input.problem, input.referral, &answer);
    Ok(Reformed::Answer(Box::new(proven(input, &frame, &outcomes, ReformAnswer::Communities(answer)))))
}

/// As [`run`]; a group that cannot be parted evenly while townships of other counties part its neighbours is parted as if they did not, and that is told.
pub(super) fn run_wider(
    input: &ReformInput<'_>,
    frame: &mut Frame,
    observer: &dyn Observer,
) -> Result<Result<Vec<Outcome>, Vec<Repair>>, ReformError> {
    let first = run(input, frame, observer)?;
    let Err(repairs) = &first else { return Ok(first) };
    let stuck = |g: &Group| {
        let code = &input.case.network.areas[g.areas[0]].code;
        repairs.iter().any(|r| r.kind.starts_with("communities-tolerance") && r.place == *code)
    };
    let mut wider = false;
    for g in frame.groups.iter_mut().filter(|g| !g.wider.is_empty() && stuck(g)) {
        g.pairs = std::mem::take(&mut g.wider);
        g.across = true;
        g.partition.neighbours = crate::district::adjacency::lists(g.towns.len(), &g.pairs);
        wider = true;
    }
    if !wider {
        return Ok(first);
    }
    // what cannot be had either way is told as it was at first
    let second = run(input, frame, observer)?;
    Ok(if second.is_ok() { second } else { first })
}

/// All groups, or what would make them possible.
pub(super) fn run(
    input: &ReformInput<'_>,
    frame: &Frame,
    observer: &dyn Observer,
) -> Result<Result<Vec<Outcome>, Vec<Repair>>, ReformError> {
    let rules = &input.rules.communities;
    if !frame.repairs.is_empty() {
        return Ok(Err(frame.repairs.clone()));
    }
    let begin = Instant::now();
    let total = frame.groups.len() as u64;
    observer.event(&Event::Started { step: "communities", total: Some(total) });
    let until = input.limits.time.map(|t| begin + t.mul_f64(0.5));
    let stop = || observer.stop_requested();
    let found: Vec<(Option<Found>, f64)> = frame
        .groups
        .par_iter()
        .map(|g| {
            // a seed of its own for each group, so that groups do not depend on one another
            let params = SearchParams { rounds: rules.rounds as usize, seed: input.seed ^ ((g.towns[0] as u64) << 16), until };
            let found = if rules.method == Method::Exact { None } else { search(&g.partition, &params, &stop) };
            let upper = found.as_ref().filter(|f| f.miss <= 0.0).map_or(f64::INFINITY, |f| f.value);
            (found, bound::lagrangian(&g.partition, upper, STEPS))
        })
        .collect();
    let mut repairs = Vec::new();
    let mut outcomes = Vec::new();
    for (n, (group, (found, dual))) in frame.groups.iter().zip(found).enumerate() {
        let left = input.limits.time.map(|t| t.saturating_sub(begin.elapsed()).div_f64(1.0_f64.max((frame.groups.len() - n) as f64 / 2.0)));
        let limits = Limits { time: left, ..input.limits };
        match settle(input, group, found, dual, &limits, observer)? {
            Ok(outcome) => outcomes.push(outcome),
            Err(mut list) => repairs.append(&mut list),
        }
        observer.event(&Event::Progress { done: n as u64 + 1 });
    }
    observer.event(&Event::Finished);
    Ok(if repairs.is_empty() { Ok(outcomes) } else { Err(repairs) })
}

/// The answer with the interval of all groups together: means over their people.
pub(super) fn proven(input: &ReformInput<'_>, frame: &Frame, outcomes: &[Outcome], answer: ReformAnswer) -> Solved {
    let people: f64 = frame.groups.iter().map(|g| g.people).sum::<f64>().max(1.0);
    let sum =
        |side: &dyn Fn(&Bounds) -> f64| frame.groups.iter().zip(outcomes).map(|(g, o)| g.people / people * side(&o.bounds)).sum::<f64>();
    let bounds = Bounds { primal: sum(&|b| b.primal), dual: sum(&|b| b.dual) };
    let stopped = outcomes.iter().find_map(|o| o.stopped);
    let termination = if bounds.gap() <= input.limits.gap.max(1e-9) {
        Termination::Optimal
    } else {
        Termination::Feasible(stopped.unwrap_or(Limit::Iterations))
    };
    let exact = outcomes.iter().any(|o| o.exact);
    Solved {
        answer,
        objective: bounds.primal,
        unit: "minutes a head",
        maximised: false,
        bounds,
        termination,
        backend: if exact { format!("district+{}", crate::backend::default_mip().name()) } else { "district".to_owned() },
    }
}

/// The answer of a group, or what would make one possible.
#[allow(clippy::needless_pass_by_value)] // it is used up
fn settle(
    input: &ReformInput<'_>,
    group: &Group,
    found: Option<Found>,
    dual: f64,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Result<Outcome, Vec<Repair>>, ReformError> {
    let method = input.rules.communities.method;
    let part = &group.partition;
    let sound = found.as_ref().filter(|f| f.miss <= 0.0);
    let by_search = |dual: f64| sound.map(|f| (f.leader.clone(), Bounds { primal: f.value, dual: dual.min(f.value) }));
    if let Some((leader, bounds)) = by_search(dual)
        && (bounds.gap() <= limits.gap || method == Method::Search)
    {
        return Ok(Ok(Outcome { leader, bounds, exact: false, stopped: None }));
    }
    let arcs: usize = part.neighbours.iter().map(Vec::len).sum();
    let small = arcs * part.roots.len() <= MOST_EXACT;
    if method == Method::Search || (method == Method::Auto && !small) {
        return Ok(match by_search(dual) {
            Some((leader, bounds)) => Ok(Outcome { leader, bounds, exact: false, stopped: None }),
            None => Err(vec![too_narrow(input, group, found.as_ref().map(|f| reached(part, &f.leader)))]),
        });
    }
    let measures: Vec<(&[f64], f64, f64)> = part.measures.iter().map(|m| (m.weight.as_slice(), m.low, m.high)).collect();
    let numbers =
        CommunityNumbers { neighbours: &part.neighbours, roots: &part.roots, cost: &part.cost, measures: &measures, cut: part.cut };
    let written = build(&numbers, Question::Cheapest);
    let patient = method == Method::Exact || sound.is_none();
    let limits = &if patient { *limits } else { Limits { time: Some(limits.time.map_or(PATIENCE, |t| t.min(PATIENCE))), ..*limits } };
    let start = sound.map(|f| written.point(&numbers, &f.leader));
    let solved = guarded::solve_mip(&written.model, start.as_deref(), limits, observer)?;
    if solved.status == LpStatus::Infeasible {
        let least = build(&numbers, Question::LeastTolerance);
        let relaxed = guarded::solve_mip(&least.model, None, limits, observer)?;
        let share = least.share.and_then(|s| relaxed.values.get(s).copied());
        return Ok(Err(vec![too_narrow(input, group, share)]));
    }
    let p = part.roots.len();
    let mut outcome = if solved.values.is_empty() {
        None
    } else {
        let lead_of = |t: usize| (0..p).find(|&l| solved.values[written.member[t * p + l]] > 0.5).unwrap_or_default();
        let leader: Vec<usize> = (0..part.units()).map(lead_of).collect();
        let value = part.value(&leader);
        part.contiguous(&leader).then(|| (leader, Bounds { primal: value, dual: solved.bounds.dual.max(dual).min(value) }))
    };
    let better = |a: &(Vec<usize>, Bounds), b: &(Vec<usize>, Bounds)| b.1.primal < a.1.primal;
    if let Some(other) = by_search(dual.max(solved.bounds.dual))
        && outcome.as_ref().is_none_or(|o| better(o, &other))
    {
        outcome = Some(other);
    }
    let stopped = match ended(solved.status) {
        Termination::Feasible(limit) => Some(limit),
        _ => None,
    };
    match outcome {
        Some((leader, bounds)) => Ok(Ok(Outcome { leader, bounds, exact: stopped.is_none(), stopped })),
        // nothing within the tolerance was found in the time: what the search came nearest with tells a tolerance that would do
        None => match found.as_ref() {
            Some(f) => Ok(Err(vec![too_narrow(input, group, Some(reached(part, &f.leader)))])),
            None => Err(ReformError::Stopped(stopped.unwrap_or(Limit::Numerics))),
        },
    }
}

/// The further tolerance that an assignment would need.
fn reached(part: &Partition, leader: &[usize]) -> f64 {
    let mut most = 0.0_f64;
    for q in &part.measures {
        let mut load = vec![0.0; part.roots.len()];
        leader.iter().enumerate().for_each(|(t, &l)| load[l] += q.weight[t]);
        most = load.iter().fold(most, |m, &x| m.max(q.miss(x)));
    }
    most
}

fn too_narrow(input: &ReformInput<'_>, group: &Group, further: Option<f64>) -> Repair {
    let area = &input.case.network.areas[group.areas[0]];
    let balance = &input.rules.communities.balance;
    let asked: Vec<f64> = [balance.people, balance.funds, balance.beds].into_iter().flatten().collect();
    let now = asked.first().copied().unwrap_or_default();
    // to the next hundredth of a percent, so that what is asked for can be met
    let up = |x: f64| (x * 1e4 - 1e-6).ceil() / 1e4;
    let repair =
        |kind: &'static str, amount: f64| Repair { kind, place: area.code.clone(), name: area.name.clone(), amount, now, yuan: None };
    match further {
        // each of several tolerances widened by as much is what was worked out
        Some(f) if asked.len() > 1 => repair("communities-tolerances", up(f)),
        Some(f) => repair("communities-tolerance", up(now + f)),
        None => repair("communities-tolerance", f64::INFINITY),
    }
}

/// Groups as written.
pub(super) fn groups(input: &ReformInput<'_>, frame: &Frame, outcomes: &[Outcome]) -> Vec<CommunityGroup> {
    let network = &input.case.network;
    let town = |t: usize| network.towns[t].code.clone();
    let write = |(g, o): (&Group, &Outcome)| {
        let both = |pairs: &[(usize, usize)]| pairs.iter().map(|&(a, b)| [town(g.towns[a]), town(g.towns[b])]).collect();
        CommunityGroup {
            areas: g.areas.iter().map(|&a| network.areas[a].code.clone()).collect(),
            people: g.towns.iter().map(|&t| network.towns[t].population.0).sum(),
            bounds: o.bounds,
            exact: o.exact,
            neighbours: both(&g.pairs),
            bridges: both(&g.bridges),
            across: g.across,
        }
    };
    frame.groups.iter().zip(outcomes).map(write).collect()
}

/// Communities as written, by group and lead.
pub(super) fn communities(input: &ReformInput<'_>, frame: &Frame, outcomes: &[Outcome]) -> Vec<Community> {
    let mut out = Vec::new();
    for (n, (g, o)) in frame.groups.iter().zip(outcomes).enumerate() {
        for (l, &lead) in g.leads.iter().enumerate() {
            let mine: Vec<usize> = (0..g.towns.len()).filter(|&t| o.leader[t] == l).collect();
            out.push(community(input, g, o, (n, l), lead, &mine));
        }
    }
    out
}

fn community(input: &ReformInput<'_>, g: &Group, o: &Outcome, (n, l): (usize, usize), lead: usize, mine: &[usize]) -> Community {
    let network = &input.case.network;
    let p = g.leads.len();
    let people = |t: usize| network.towns[g.towns[t]].population.0;
    let all: u64 = mine.iter().map(|&t| people(t)).sum();
    let head = (all as f64).max(1.0);
    let way = |t: usize, l: usize| g.minutes[t * p + l];
    let nearest = |t: usize| (0..p).map(|k| way(t, k)).fold(f64::INFINITY, f64::min);
    let weighed = |f: &dyn Fn(usize) -> f64| mine.iter().map(|&t| people(t) as f64 * f(t)).sum::<f64>() / head;
    let inside = g.pairs.iter().filter(|(a, b)| o.leader[*a] == l && o.leader[*b] == l).count();
    let touching = g.pairs.iter().filter(|(a, b)| o.leader[*a] == l || o.leader[*b] == l).count();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Community {
        group: count(n),
        lead: network.facilities[lead].code.clone(),
        seat: network.towns[g.towns[g.partition.roots[l]]].code.clone(),
        seat_elsewhere: home_town(network, lead) != Some(g.towns[g.partition.roots[l]]),
        towns: mine.iter().map(|&t| network.towns[g.towns[t]].code.clone()).collect(),
        people: all,
        beds: mine.iter().map(|&t| g.beds[t]).sum::<f64>(),
        fund: mine.iter().map(|&t| g.fund[t]).sum(),
        minutes: weighed(&|t| way(t, l)),
        farthest: mine.iter().map(|&t| way(t, l)).fold(0.0, f64::max),
        away: mine.iter().filter(|&&t| way(t, l) > nearest(t) + 1e-9).map(|&t| people(t)).sum(),
        beyond: weighed(&|t| way(t, l) - nearest(t)),
        pairs: [count(inside), count(touching)],
    }
}
