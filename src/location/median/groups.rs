//! Exact re-optimisation of neighbouring open sites (POPMUSIC; Taillard and Voss 2002, doi:10.1007/978-1-4615-1507-4_27): a group of open sites that share
//! clients is taken out, everything else stays open, and the [`Core`] that remains, with the cost of the nearest other open site as
//! escape, is searched by the same branch and bound as the whole, from the multipliers of the whole. These are near their best already,
//! so that most groups are proven to be right within a few evaluations.
//!
//! Groups of a batch have no site in common and are searched in parallel; results are taken in order, each only if it still pays.
//!
//! With a number of sites of record no group can have more than it had. [`shift`] parts all open sites into groups, searches each once more with
//! one site more and with one less, and moves a site from a group that can spare it to one that has more use of it. Only what comes near
//! the price of a site in the dual is looked for, so that reduced costs make the questions small.

use super::branch::{Effort, Frame, Goal, search};
use super::core::Core;
use super::lists::{Arc, Lists, short};
use super::search::{Cost, NONE, Search};
use rayon::prelude::*;

/// Groups searched at a time, whatever the number of threads.
const BATCH: usize = 8;

/// Pairs that the nodes of one group may look at.
const WORK: usize = 60_000_000;

/// How far from the price of a site in the dual a change may be worth it.
const NEAR: f64 = 0.06;

/// What is asked of a group.
#[derive(Debug, Clone, Copy)]
struct Ask {
    /// Sites more than it has.
    more: i32,
    /// Changes of the value from here on are of no interest.
    change: f64,
}

impl Ask {
    const SAME: Self = Self { more: 0, change: 0.0 };
}

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

/// Improves the open sites of `state` until no group can be; true when something was gained. `gained` is told after each batch that did. Groups
/// are made around the open sites of `around`, and around what they bring.
#[allow(clippy::too_many_arguments)] // each is a different thing, and none is kept
pub(super) fn polish(
    core: &Core,
    cost: Cost<'_>,
    state: &mut Search<'_>,
    u: &[f64],
    size: Size,
    around: &[bool],
    goal: Goal,
    stop: &(dyn Fn() -> bool + Sync),
    gained: &mut dyn FnMut(&Search<'_>),
) -> bool {
    let mut waiting: Vec<bool> = around.to_vec();
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
            batch.par_iter().map(|group| Some(solve(core, cost, now, u, group, size.effort, Ask::SAME, goal, stop)?.1)).collect();
        let mut better = false;
        for (group, new) in batch.iter().zip(found) {
            let Some(new) = new else { continue };
            if exchange(core, state, &[(group, &new)]) {
                better = true;
                new.iter().for_each(|&j| waiting[j as usize] = true);
            }
        }
        if better {
            any = true;
            gained(state);
        }
    }
}

/// Groups give way to others if that pays and leaves the number of sites as it is.
fn exchange(core: &Core, state: &mut Search<'_>, pairs: &[(&Vec<u32>, &Vec<u32>)]) -> bool {
    let before = state.value();
    let new = |j: &u32| pairs.iter().any(|p| p.1.contains(j));
    let out: Vec<u32> = pairs.iter().flat_map(|p| p.0).copied().filter(|j| !new(j)).collect();
    let mut into: Vec<u32> = pairs.iter().flat_map(|p| p.1).copied().filter(|j| !state.is_open[*j as usize]).collect();
    into.sort_unstable();
    into.dedup();
    if out.len() != into.len() && core.count.is_some() {
        return false;
    }
    into.iter().for_each(|&j| state.insert(j));
    out.iter().for_each(|&j| state.remove(j));
    if state.value() < before - 1e-9 * before.abs() {
        return true;
    }
    out.iter().for_each(|&j| state.insert(j));
    into.iter().for_each(|&j| state.remove(j));
    false
}

/// Moves sites between groups, see the top; `price` is what a site is worth in the dual. Groups are made from the site `from` on. Returns the
/// open sites near which something changed.
#[allow(clippy::too_many_arguments)] // each is a different thing, and none is kept
pub(super) fn shift(
    core: &Core,
    cost: Cost<'_>,
    state: &mut Search<'_>,
    u: &[f64],
    (price, from): (f64, usize),
    size: Size,
    goal: Goal,
    stop: &(dyn Fn() -> bool + Sync),
) -> Vec<bool> {
    let links = links(core, state);
    let mut taken = vec![false; core.sites()];
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for j in (0..core.sites()).map(|j| (j + from) % core.sites()) {
        if state.is_open[j] && !taken[j] {
            let group = grow(core, state, u, &links, short(j), size, &taken);
            group.iter().for_each(|&g| taken[g as usize] = true);
            groups.push(group);
        }
    }
    let now = &*state;
    let asks: Vec<(usize, i32)> = (0..groups.len()).flat_map(|g| [(g, 1), (g, -1)]).filter(|a| a.1 > 0 || groups[a.0].len() > 1).collect();
    let mut found: Vec<(f64, usize, i32, Vec<u32>)> = asks
        .par_iter()
        .filter_map(|&(g, more)| {
            // a site more has to save nearly its price, one less may cost a little more than it
            let near = if more > 0 { -(1.0 - NEAR) } else { 1.0 + NEAR };
            let (change, new) = solve(core, cost, now, u, &groups[g], size.effort, Ask { more, change: near * price }, goal, stop)?;
            Some((change, g, more, new))
        })
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let (more, less): (Vec<_>, Vec<_>) = found.iter().partition(|f| f.2 > 0);
    let (mut used, mut changed, mut next) = (vec![false; groups.len()], vec![false; core.sites()], 0);
    for a in more {
        if used[a.1] {
            continue;
        }
        while less.get(next).is_some_and(|b| used[b.1]) {
            next += 1;
        }
        // the cheapest that can spare a site and is not the same group
        let Some(b) = less.iter().skip(next).find(|b| !used[b.1] && b.1 != a.1).filter(|b| a.0 + b.0 < 0.0) else { continue };
        if exchange(core, state, &[(&groups[a.1], &a.3), (&groups[b.1], &b.3)]) {
            (used[a.1], used[b.1]) = (true, true);
            a.3.iter().chain(&b.3).for_each(|&j| changed[j as usize] = true);
        } else {
            used[b.1] = true;
        }
    }
    // and what lies beside
    let beside: Vec<u32> = (0..core.sites()).filter(|&j| changed[j]).flat_map(|j| links[j].iter().map(|l| l.0)).collect();
    beside.into_iter().filter(|&j| state.is_open[j as usize]).for_each(|j| changed[j as usize] = true);
    changed
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
    ask: Ask,
    goal: Goal,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<(f64, Vec<u32>)> {
    let mut part = region(core, cost, state, u, group);
    if ask.more != 0 {
        part.core.count = Some(group.len().checked_add_signed(ask.more as isize)?).filter(|n| *n <= part.core.sites());
        part.core.count?;
    }
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
    let found = search(&frame, &start, part.value + ask.change, &mut |_, _, _| ());
    found.better.map(|(value, open)| (value - part.value, open.iter().map(|&j| part.sites[j as usize]).collect()))
}
