//! Exact re-optimisation of neighbouring open sites (POPMUSIC; Taillard and Voss 2002, doi:10.1007/978-1-4615-1507-4_27): a group of open sites that share
//! clients is taken out, everything else stays open, and the [`Core`] that remains, with the cost of the nearest other open site as
//! escape, is searched by the same branch and bound as the whole, from the multipliers of the whole. These are near their best already,
//! so that most groups are proven to be right within a few evaluations.
//!
//! Groups of a batch have no site in common and are searched in parallel; results are taken in order, each only if it still pays.

use super::branch::{Effort, Frame, Goal, search};
use super::core::Core;
use super::lists::{Arc, Lists, short};
use super::search::{Cost, NONE, Search};
use rayon::prelude::*;

/// Groups searched at a time, whatever the number of threads.
const BATCH: usize = 8;

/// Pairs that the nodes of one group may look at.
const WORK: usize = 60_000_000;

/// How large groups are and how hard they are worked on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    /// Most open sites of a group.
    pub(super) sites: usize,
    /// Pairs after which a group takes no more sites.
    pub(super) pairs: usize,
    /// Effort of the search.
    pub(super) effort: Effort,
}

/// A region: its core and what its clients and sites are called in the whole.
struct Region {
    core: Core,
    clients: Vec<u32>,
    sites: Vec<u32>,
    value: f64,
}

/// Improves the open sites of `state` until no group can be; true when something was gained. `gained` is told after each batch that did.
#[allow(clippy::too_many_arguments)] // each is a different thing, and none is kept
pub(super) fn polish(
    core: &Core,
    cost: Cost<'_>,
    state: &mut Search<'_>,
    u: &[f64],
    size: Size,
    goal: Goal,
    stop: &(dyn Fn() -> bool + Sync),
    gained: &mut dyn FnMut(&Search<'_>),
) -> bool {
    let mut waiting: Vec<bool> = state.is_open.clone();
    let (mut any, mut from) = (false, 0);
    loop {
        let links = links(core, state);
        let mut taken = vec![false; core.sites()];
        let mut batch: Vec<Vec<u32>> = Vec::new();
        let mut seeds = 0;
        for step in 0..core.sites() {
            let j = (from + step) % core.sites();
            if batch.len() == BATCH {
                break;
            }
            if !waiting[j] || !state.is_open[j] || taken[j] {
                continue;
            }
            let group = grow(core, state, u, &links, short(j), size, &taken);
            seeds = j;
            // the inner part of a group needs no group of its own
            group.iter().take(group.len().div_ceil(3)).for_each(|&g| waiting[g as usize] = false);
            group.iter().for_each(|&g| taken[g as usize] = true);
            batch.push(group);
        }
        from = seeds + 1;
        if batch.is_empty() || stop() {
            return any;
        }
        let now = &*state;
        let found: Vec<Option<Vec<u32>>> =
            batch.par_iter().map(|group| solve(core, cost, now, u, group, size.effort, goal, stop)).collect();
        let mut better = false;
        for (group, new) in batch.iter().zip(found) {
            let Some(new) = new else { continue };
            let before = state.value();
            let (out, into): (Vec<u32>, Vec<u32>) = (
                group.iter().copied().filter(|j| !new.contains(j)).collect(),
                new.iter().copied().filter(|j| !group.contains(j) && !state.is_open[*j as usize]).collect(),
            );
            if out.len() != into.len() && core.count.is_some() {
                continue;
            }
            into.iter().for_each(|&j| state.insert(j));
            out.iter().for_each(|&j| state.remove(j));
            if state.value() < before - 1e-9 * before.abs() {
                better = true;
                new.iter().for_each(|&j| waiting[j as usize] = true);
            } else {
                out.iter().for_each(|&j| state.insert(j));
                into.iter().for_each(|&j| state.remove(j));
            }
        }
        if better {
            any = true;
            gained(state);
        }
    }
}

/// For each open site the open sites it shares clients with, and how many.
fn links(core: &Core, state: &Search<'_>) -> Vec<Vec<(u32, u32)>> {
    let mut pairs: Vec<(u32, u32)> = (0..core.clients())
        .map(|i| (state.first[i].1, state.second[i].1))
        .filter(|&(a, b)| a != NONE && b != NONE)
        .flat_map(|(a, b)| [(a, b), (b, a)])
        .collect();
    pairs.par_sort_unstable();
    let mut links: Vec<Vec<(u32, u32)>> = vec![Vec::new(); core.sites()];
    for same in pairs.chunk_by(|x, y| x == y) {
        links[same[0].0 as usize].push((same[0].1, short(same.len())));
    }
    links
}

/// A group around a seed: always the open site with most links to it next.
fn grow(core: &Core, state: &Search<'_>, u: &[f64], links: &[Vec<(u32, u32)>], seed: u32, size: Size, taken: &[bool]) -> Vec<u32> {
    let work = |j: u32| -> usize {
        let own = core.cols.of(j as usize).iter().map(|a| a.to as usize).filter(|&i| state.first[i].1 == j);
        own.map(|i| core.rows.of(i).partition_point(|a| a.cost() < u[i])).sum()
    };
    let (mut group, mut pairs) = (vec![seed], work(seed));
    let mut fringe: Vec<(u32, u32)> = Vec::new();
    let mut last = seed;
    while group.len() < size.sites && pairs < size.pairs {
        for &(j, weight) in links[last as usize].iter().filter(|l| !taken[l.0 as usize] && !group.contains(&l.0)) {
            match fringe.iter_mut().find(|f| f.0 == j) {
                Some(f) => f.1 += weight,
                None => fringe.push((j, weight)),
            }
        }
        let Some(k) = (0..fringe.len()).max_by(|&a, &b| fringe[a].1.cmp(&fringe[b].1).then(fringe[b].0.cmp(&fringe[a].0))) else { break };
        last = fringe.swap_remove(k).0;
        pairs += work(last);
        group.push(last);
    }
    group
}

/// Cost of the cheapest open site outside the group.
fn outside(core: &Core, cost: Cost<'_>, state: &Search<'_>, in_group: &dyn Fn(u32) -> bool, i: usize) -> f64 {
    for (c, j) in [state.first[i], state.second[i]] {
        if j == NONE || !in_group(j) {
            return c;
        }
    }
    let row = core.rows.of(i).iter().find(|a| state.is_open[a.to as usize] && !in_group(a.to)).map_or(f64::INFINITY, |a| a.cost());
    let near = row.min(core.escape[i]);
    if near <= core.radius[i] || core.radius[i].is_infinite() {
        return near;
    }
    let others = state.open_sites().into_iter().filter(|&j| !in_group(j));
    others.map(|j| cost(i, j as usize)).fold(core.escape[i], f64::min)
}

/// The core of a group: candidates are the sites that its clients have near.
fn region(core: &Core, cost: Cost<'_>, state: &Search<'_>, u: &[f64], group: &[u32]) -> Region {
    let in_group = |j: u32| group.contains(&j);
    let mut near: Vec<u32> = group.to_vec();
    for &g in group {
        for i in core.cols.of(g as usize).iter().map(|a| a.to as usize).filter(|&i| state.first[i].1 == g) {
            let limit = u[i].max(state.first[i].0);
            let row = core.rows.of(i).iter().take_while(|a| a.cost() <= limit);
            near.extend(row.map(|a| a.to).filter(|&j| !state.is_open[j as usize]));
        }
    }
    near.sort_unstable();
    near.dedup();
    let mut slot = vec![NONE; core.clients()];
    let (mut clients, mut escape, mut rows): (Vec<u32>, Vec<f64>, Vec<Vec<Arc>>) = (Vec::new(), Vec::new(), Vec::new());
    for (k, &j) in near.iter().enumerate() {
        for arc in core.cols.of(j as usize) {
            let i = arc.to as usize;
            if slot[i] == NONE {
                let quick = state.first[i];
                if !in_group(quick.1) && arc.cost() >= quick.0 {
                    continue;
                }
                slot[i] = short(clients.len());
                clients.push(arc.to);
                escape.push(outside(core, cost, state, &in_group, i));
                rows.push(Vec::new());
            }
            let at = slot[i] as usize;
            if arc.cost() < escape[at] {
                rows[at].push(Arc { to: short(k), cost: arc.cost });
            }
        }
    }
    let value =
        clients.iter().map(|&i| state.first[i as usize].0).sum::<f64>() + group.iter().map(|&j| core.fixed[j as usize]).sum::<f64>();
    let rows = Lists::build(clients.len(), |i, out| {
        let from = out.len();
        out.extend_from_slice(&rows[i]);
        out[from..].sort_unstable_by(|a, b| a.cost.total_cmp(&b.cost).then(a.to.cmp(&b.to)));
    });
    let radius = clients.iter().zip(&escape).map(|(&i, &e)| if e.is_finite() { f64::INFINITY } else { core.radius[i as usize] }).collect();
    let core = Core {
        cols: rows.turned(near.len()),
        rows,
        fixed: near.iter().map(|&j| core.fixed[j as usize]).collect(),
        count: core.count.map(|_| group.len()),
        escape,
        radius,
        offset: 0.0,
    };
    Region { core, clients, sites: near, value }
}

#[allow(clippy::too_many_arguments)]
fn solve(
    core: &Core,
    cost: Cost<'_>,
    state: &Search<'_>,
    u: &[f64],
    group: &[u32],
    effort: Effort,
    goal: Goal,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<Vec<u32>> {
    let part = region(core, cost, state, u, group);
    let start: Vec<f64> = part.clients.iter().map(|&i| u[i as usize]).collect();
    let value = |open: &[u32]| {
        let mut is_open = vec![false; part.core.sites()];
        open.iter().for_each(|&j| is_open[j as usize] = true);
        part.core.estimate(&is_open, open)
    };
    let pair = |i: usize, j: usize| cost(part.clients[i] as usize, part.sites[j] as usize);
    // a large region is worth fewer nodes: the next one has as much to give
    let nodes = (WORK / (part.core.rows.pairs().max(1) * effort.node.max(1))).clamp(1, effort.nodes);
    let effort = Effort { nodes, ..effort };
    let frame = Frame { core: &part.core, goal, effort, cap: f64::INFINITY, cost: &pair, value: &value, stop };
    let found = search(&frame, &start, part.value, &mut |_, _, _| ());
    found.better.map(|(_, open)| open.iter().map(|&j| part.sites[j as usize]).collect())
}
