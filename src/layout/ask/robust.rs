//! What a layout gives when something fails: each large hospital out in turn, a way cut, an older population.
//!
//! Nothing is built again: the sites stay as they are, people go to the nearest that is left (or as in the plan where that still stands).

use super::stage::{beds_missing, nearest_is_the_plan, padded, stress, uses_at};
use crate::demand::LayoutProblem;
use crate::demand::layout::LEVELS;
use crate::layout::evaluate::{Layout, evaluate};
use crate::network::{Case, Kind, Network};
use crate::plan::layout_questions::{Ageing, Cut, Outage, Receiver, Stress};
use crate::policy::Scenario;
use crate::travel::road::{RoadEdge, RoadGraph};
use crate::travel::{SparseTimes, Travel};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Each open hospital (level 3, city hospitals with them) out of service in turn, in the order of the sites. O(hospitals x pairs).
#[must_use]
pub fn outages(problem: &LayoutProblem, plan: &Layout) -> Vec<Outage> {
    let near = nearest_is_the_plan(problem, plan);
    let hospitals: Vec<usize> = (0..problem.sites.len()).filter(|&j| plan.levels[j] == 3).collect();
    hospitals.into_par_iter().map(|j| outage(problem, plan, near, j)).collect()
}

fn outage(problem: &LayoutProblem, plan: &Layout, near: [bool; LEVELS], out: usize) -> Outage {
    let mut after = plan.clone();
    after.levels[out] = 0;
    after.beds[out] = 0.0;
    after.uses = uses_at(problem, plan, &after.levels, near);
    Outage {
        code: problem.sites[out].code.clone(),
        beds: plan.beds[out],
        stress: stress(problem, plan, problem, &after),
        receivers: receivers(problem, plan, &after, out),
    }
}

/// Who takes the people of a site over.
#[allow(clippy::cast_possible_truncation)] // there are three levels
fn receivers(problem: &LayoutProblem, before: &Layout, after: &Layout, out: usize) -> Vec<Receiver> {
    let mut all = Vec::new();
    for n in 0..LEVELS {
        let mut lost: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
        before.uses[n].iter().filter(|u| u.site as usize == out).for_each(|u| {
            lost.insert(u.client, (u.share, u.minutes));
        });
        let mut taken: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
        for u in &after.uses[n] {
            if let Some(&(share, minutes)) = lost.get(&u.client) {
                let people = problem.clients[u.client as usize].people * u.share * share;
                let row = taken.entry(u.site).or_default();
                row.0 += people;
                row.1 += people * (u.minutes - minutes);
            }
        }
        all.extend(taken.into_iter().filter(|(_, t)| t.0 > 0.0).map(|(site, (people, extra))| Receiver {
            code: problem.sites[site as usize].code.clone(),
            level: n as u8 + 1,
            people,
            extra: extra / people,
        }));
    }
    all.sort_by(|a, b| b.level.cmp(&a.level).then(b.people.total_cmp(&a.people)).then(a.code.cmp(&b.code)));
    all
}

/// What happens when the times become those of `then`; it has the same clients and sites.
fn under_times(problem: &LayoutProblem, plan: &Layout, then: &LayoutProblem) -> Stress {
    let near = nearest_is_the_plan(problem, plan);
    let mut after = plan.clone();
    // where the plan is followed, its minutes are those of today: the way may be longer now, or gone
    let mut told = plan.clone();
    for (n, uses) in told.uses.iter_mut().enumerate().filter(|(n, _)| !near[*n]) {
        let row = |client: u32, site: u32| then.times.row(client as usize).find(|t| t.0 == site as usize).map(|t| t.1);
        let cut: Vec<u32> = plan.uses[n].iter().filter(|u| row(u.client, u.site).is_none()).map(|u| u.client).collect();
        uses.retain(|u| !cut.contains(&u.client));
        uses.iter_mut().for_each(|u| u.minutes = row(u.client, u.site).unwrap_or(u.minutes));
    }
    after.uses = uses_at(then, &told, &plan.levels, near);
    stress(problem, plan, then, &after)
}

/// Roads cut one after the other (both directions), by the road nodes that they join. `None` when the case does not travel on roads.
///
/// # Errors
/// The pairs that are no road of the case.
pub fn cut_road(
    case: &Case,
    scenario: &Scenario,
    problem: &LayoutProblem,
    plan: &Layout,
    roads: &[(usize, usize)],
) -> Result<Option<Vec<Cut>>, Vec<(usize, usize)>> {
    let Travel::Road(graph) = &case.travel else { return Ok(None) };
    let joins = |e: &RoadEdge, (a, b): (usize, usize)| (e.from, e.to) == (a, b) || (e.to, e.from) == (a, b);
    let unknown: Vec<(usize, usize)> = roads.iter().copied().filter(|r| !graph.edges().iter().any(|e| joins(e, *r))).collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let mut out = Vec::new();
    for &road in roads {
        let edges: Vec<RoadEdge> = graph.edges().iter().filter(|e| !joins(e, road)).copied().collect();
        let nodes = (0..graph.node_count()).map(|n| graph.node(n)).collect();
        let Ok(without) = RoadGraph::new(case.network.crs, graph.params(), nodes, &edges) else { continue };
        let then = Case { travel: Travel::Road(without), ..case.clone() };
        let Ok(then) = LayoutProblem::assemble(&then, scenario) else { continue };
        out.push(Cut { what: format!("road {}-{}", road.0, road.1), stress: under_times(problem, plan, &then) });
    }
    Ok(Some(out))
}

/// Ways from settlements to sites cut one after the other, by their codes: for travel by metric or table, where there are no roads to cut.
///
/// # Errors
/// The pairs with a code that the case does not have.
pub fn cut_ways(
    network: &Network,
    problem: &LayoutProblem,
    plan: &Layout,
    ways: &[(String, String)],
) -> Result<Vec<Cut>, Vec<(String, String)>> {
    let client = |code: &str| problem.clients.iter().position(|c| network.settlement(c.settlement).code == code);
    let site = |code: &str| problem.sites.iter().position(|s| s.code == code);
    let unknown: Vec<_> = ways.iter().filter(|(a, b)| client(a).is_none() || site(b).is_none()).cloned().collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let pairs = ways.iter().filter_map(|(a, b)| Some(((a, b), client(a)?, site(b)?)));
    Ok(pairs
        .map(|((a, b), i, j)| {
            let row = |c: usize| {
                problem.times.row(c).filter(move |t| !(c == i && t.0 == j)).map(|t| {
                    #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
                    (t.0 as u32, t.1)
                })
            };
            let times = SparseTimes::from_rows(problem.clients.len(), || (), |(), c| row(c).collect());
            let then = LayoutProblem { times, ..problem.clone() };
            Cut { what: format!("way {a}-{b}"), stress: under_times(problem, plan, &then) }
        })
        .collect())
}

/// Factors on trips by level and on the need of beds at centres and hospitals that the class multipliers and the length of stay of a scenario
/// make: cases of each class, at the level of the lowest rank that can treat it.
#[must_use]
pub fn factors(network: &Network, scenario: &Scenario) -> ([f64; LEVELS], [f64; 2]) {
    let (mut trips, mut days) = ([[0.0; 2]; LEVELS], [[0.0; 2]; LEVELS]);
    for class in &network.classes {
        let more = scenario.demand.multipliers.get(&class.code).copied().unwrap_or(1.0);
        let level = usize::from(class.lowest_rank.clamp(1, 3)) - 1;
        trips[level][0] += class.rate;
        trips[level][1] += class.rate * more;
        if class.kind == Kind::H {
            let stay = class.rate * (class.acute_days + class.recovery_days);
            days[level][0] += stay;
            days[level][1] += stay * more * scenario.demand.length_of_stay.unwrap_or(1.0);
        }
    }
    let ratio = |s: [f64; 2]| if s[0] > 0.0 { s[1] / s[0] } else { 1.0 };
    (trips.map(ratio), [ratio(days[1]), ratio(days[2])])
}

/// The plan when trips and the need of beds are multiplied. The layout stays; people go where they go.
#[must_use]
pub fn ageing(problem: &LayoutProblem, plan: &Layout, trips: [f64; LEVELS], need: [f64; 2]) -> Ageing {
    let then = aged(problem, trips, need);
    let objective = super::objective(problem);
    let value = |p: &LayoutProblem| evaluate(p, &padded(p, plan, super::stage::away(p)).0).of(objective);
    Ageing { trips, need, before: value(problem), after: value(&then), beds_missing: beds_missing(&then, plan) }
}

/// The problem with more trips and more beds needed.
#[must_use]
pub fn aged(problem: &LayoutProblem, trips: [f64; LEVELS], need: [f64; 2]) -> LayoutProblem {
    let mut then = problem.clone();
    then.rules.trips.iter_mut().zip(trips).for_each(|(t, f)| *t *= f);
    if let Some(beds) = &mut then.rules.beds {
        beds.need_per_1000.iter_mut().zip(need).for_each(|(n, f)| *n *= f);
    }
    then
}
