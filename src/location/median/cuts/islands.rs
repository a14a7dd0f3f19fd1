//! Cores that fall apart: towns so far from each other that no good answer serves one from another, tied together by the number of sites alone.
//!
//! Without the pairs that (18) takes out, clients and sites are islands `c`. With `f_c(k)` the least cost of an island with `k` sites,
//!
//! ```text
//! (23)  optimum = min  offset + sum_c f_c(k_c)        sum_c k_c = count
//! (24)  f_c(k) >= sum of u_i over c + (sum of the k smallest rho_j of c)
//! ```
//!
//! so the least sum of bounds, by dynamic programming over islands, is a bound. Where its `k_c` is not yet known exactly, that one island is worked out, by
//! (19)-(22) for itself, until it is, or costs so much that no answer below the cutoff has it. One tree over all islands would take the product of their nodes;
//! this takes the sum.

use super::tree::{Done, by_lp};
use crate::backend::BackendError;
use crate::location::median::branch::Goal;
use crate::location::median::core::{Core, Fate};
use crate::location::median::dual::Ascent;
use crate::location::median::engine::is_settled;
use crate::location::median::lists::{Arc, Lists, short};
use crate::location::median::search::Search;
use crate::location::median::watch::Watch;
use crate::location::median::whole::Whole;
use petgraph::unionfind::UnionFind;
use std::collections::BTreeMap;

/// Share of the clients that the largest island may have: where one has nearly all, nothing is gained.
const LARGEST: f64 = 0.8;
/// Sites times those to open, up to which sums are tabled.
const TABLE: usize = 50_000_000;

/// A part that shares nothing with the others but the number of sites.
struct Island<'a> {
    whole: Whole<'a>,
    u: Vec<f64>,
    /// (24), or what was proven since, by the number of sites.
    bound: Vec<f64>,
    /// The best answers found: value and sites of the instance.
    answers: Vec<Option<(f64, Vec<u32>)>>,
    /// Numbers of sites that were worked out as far as they can be.
    known: Vec<bool>,
}

/// Works islands out until their sum reaches the cutoff; nothing where the core does not fall apart.
pub(super) fn islands(part: &Whole<'_>, u: &[f64], goal: Goal, cap: f64, watch: &Watch<'_>) -> Result<Option<Done>, BackendError> {
    let cutoff = || goal.cutoff(watch.bounds().primal).min(cap);
    let mut ascent = Ascent::new(&part.core, u.iter().copied(), 0.0);
    let bound = ascent.evaluate(&part.core);
    ascent.fix(&part.core, bound, cutoff());
    let (mut left, v) = part.decided(&ascent.fate, u);
    if is_settled(&left, goal, cap, watch) {
        return Ok(Some(Done::Proven));
    }
    let Some(count) = left.core.count else { return Ok(None) };
    let mut ascent = Ascent::new(&left.core, v.iter().copied(), 0.0);
    let slack = cutoff() - ascent.evaluate(&left.core);
    left.core = left.core.trimmed(&ascent.u, slack);
    let Some((mut all, offset)) = apart(&left, &ascent.u) else { return Ok(None) };
    if left.core.sites() * count > TABLE {
        return Ok(None);
    }
    watch.note(|| {
        let largest = all.iter().map(|c| c.whole.clients.len()).max().unwrap_or(0);
        format!("{} islands of up to {largest} clients, slack {slack:.2}", all.len())
    });
    let mut solved = 0;
    loop {
        let table = Table::new(&all, count);
        let lowest = offset + table.least(count);
        watch.bound(goal.sharpened(lowest.min(cutoff())));
        if lowest >= cutoff() {
            watch.note(|| format!("{solved} numbers of sites of islands worked out"));
            return Ok(Some(Done::Proven));
        }
        if watch.clock.stop() {
            return Ok(Some(Done::Stopped));
        }
        let path = table.path(&all, count);
        // the largest first: what it turns out to cost may spare the others
        let next = (0..all.len()).filter(|&c| !all[c].known[path[c]]).max_by_key(|&c| (all[c].whole.clients.len(), all.len() - c));
        let Some(c) = next else { return Ok(Some(Done::Undecided)) };
        let k = path[c];
        let need = all[c].bound[k] + cutoff() - lowest;
        if work_out(&mut all[c], k, need, goal, watch)? == Done::Stopped {
            return Ok(Some(Done::Stopped));
        }
        solved += 1;
        put_together(&left, &all, count, watch);
    }
}

/// Islands of a core, those without clients as one of them, and what the rest of it costs; `None` where nearly all is one island.
fn apart<'a>(left: &Whole<'a>, u: &[f64]) -> Option<(Vec<Island<'a>>, f64)> {
    let core = &left.core;
    let mut sets = UnionFind::<u32>::new(core.sites());
    for i in 0..core.clients() {
        core.rows.of(i).windows(2).for_each(|pair| {
            sets.union(pair[0].to, pair[1].to);
        });
    }
    let mut offset = core.offset;
    let mut members: BTreeMap<u32, (Vec<u32>, Vec<u32>)> = BTreeMap::new();
    for i in 0..core.clients() {
        match core.rows.of(i).first() {
            Some(a) => members.entry(sets.find(a.to)).or_default().0.push(short(i)),
            None => offset += core.ceiling(i),
        }
    }
    let largest = members.values().map(|m| m.0.len()).max()?;
    if super::count(largest) > LARGEST * super::count(core.clients()) {
        return None;
    }
    for j in 0..short(core.sites()) {
        let of = sets.find(j);
        // u32::MAX: sites that serve nobody, all together
        let key = if members.get(&of).is_some_and(|m| !m.0.is_empty()) { of } else { u32::MAX };
        members.entry(key).or_default().1.push(j);
    }
    Some((members.into_values().map(|(clients, sites)| island(left, u, &clients, &sites)).collect(), offset))
}

fn island<'a>(left: &Whole<'a>, u: &[f64], clients: &[u32], sites: &[u32]) -> Island<'a> {
    let mut place = vec![u32::MAX; left.core.sites()];
    sites.iter().zip(0..).for_each(|(&j, k)| place[j as usize] = k);
    let rows = Lists::build(clients.len(), |i, out| {
        out.extend(left.core.rows.of(clients[i] as usize).iter().map(|a| Arc { to: place[a.to as usize], cost: a.cost }));
    });
    let of = |values: &[f64]| -> Vec<f64> { clients.iter().map(|&i| values[i as usize]).collect() };
    let core = Core {
        cols: rows.turned(sites.len()),
        rows,
        fixed: sites.iter().map(|&j| left.core.fixed[j as usize]).collect(),
        count: Some(0),
        escape: of(&left.core.escape),
        radius: of(&left.core.radius),
        offset: 0.0,
    };
    let names: Vec<u32> = clients.iter().map(|&i| left.clients[i as usize]).collect();
    let whole = Whole {
        instance: left.instance,
        core,
        clients: names.clone(),
        sites: sites.iter().map(|&j| left.sites[j as usize]).collect(),
        opened: left.opened.clone(),
        everybody: names,
    };
    let u = of(u);
    let bound = by_number(&whole.core, &u);
    let numbers = bound.len();
    Island { whole, u, bound, answers: vec![None; numbers], known: vec![false; numbers] }
}

/// (24) by the number of sites, safe against rounding.
fn by_number(core: &Core, u: &[f64]) -> Vec<f64> {
    let priced = super::price::price(core, u, &[], &vec![Fate::Free; core.sites()]);
    let mut rho = priced.rho;
    rho.sort_by(f64::total_cmp);
    let sum: f64 = u.iter().sum();
    let magnitude = 2.0 * (sum.abs() + rho.iter().map(|r| r.abs()).sum::<f64>());
    let slack = super::count(u.len() + rho.len() + 64) * f64::EPSILON * magnitude;
    let mut total = sum - slack;
    // with none, a client without an escape pays its radius, which no answer below the cutoff has
    let strands = (0..core.clients()).any(|i| core.radius[i] < core.escape[i] || core.ceiling(i).is_infinite());
    let mut bound = vec![if strands { f64::INFINITY } else { total }];
    bound.extend(rho.iter().map(|r| {
        total += r;
        total
    }));
    bound
}

/// Least sums over islands, by the number of sites of the first ones.
struct Table {
    sums: Vec<Vec<f64>>,
}

impl Table {
    fn new(all: &[Island<'_>], count: usize) -> Self {
        Self::of(all.len(), count, |c, k| all[c].bound.get(k).copied())
    }

    /// From what an island costs by its number of sites; `None` where it has no more sites.
    fn of(islands: usize, count: usize, cost: impl Fn(usize, usize) -> Option<f64>) -> Self {
        let mut sums = vec![vec![f64::INFINITY; count + 1]];
        sums[0][0] = 0.0;
        for c in 0..islands {
            let mut next = vec![f64::INFINITY; count + 1];
            let costs: Vec<f64> = (0..=count).map_while(|k| cost(c, k)).collect();
            for (before, &sum) in sums[c].iter().enumerate().filter(|(_, s)| s.is_finite()) {
                for (k, &own) in costs.iter().enumerate().take(count + 1 - before) {
                    let total = sum + own;
                    if total < next[before + k] {
                        next[before + k] = total;
                    }
                }
            }
            sums.push(next);
        }
        Self { sums }
    }

    fn least(&self, count: usize) -> f64 {
        self.sums.last().map_or(f64::INFINITY, |s| s[count])
    }

    /// The numbers of sites of the least sum, the fewest in the last islands among equals.
    fn path(&self, all: &[Island<'_>], count: usize) -> Vec<usize> {
        self.steps(count, |c, k| all[c].bound.get(k).copied())
    }

    fn steps(&self, count: usize, cost: impl Fn(usize, usize) -> Option<f64>) -> Vec<usize> {
        let mut rest = count;
        let mut path: Vec<usize> = (1..self.sums.len())
            .rev()
            .map(|c| {
                let at = self.sums[c][rest];
                let is = |&k: &usize| cost(c - 1, k).is_some_and(|own| (self.sums[c - 1][rest - k] + own).to_bits() == at.to_bits());
                let k = (0..=rest).find(is).unwrap_or(0);
                rest -= k;
                k
            })
            .collect();
        path.reverse();
        path
    }
}

/// What an island costs with `k` sites, as far as `need`.
fn work_out(island: &mut Island<'_>, k: usize, need: f64, goal: Goal, watch: &Watch<'_>) -> Result<Done, BackendError> {
    island.whole.core.count = Some(k);
    island.known[k] = true;
    let own = Watch::quiet(watch.clock);
    let whole = &island.whole;
    let start = begin(whole, &island.u, &watch.open(), k);
    let cost = |i: usize, j: usize| whole.cost(i, j);
    let clock = watch.clock;
    let mut local = Search::new(&whole.core, &cost, &start, 4.0 * watch.bounds().primal.abs() + 1.0);
    local.descend(&move || clock.stop());
    let names = whole.names(&local.open_sites());
    let value = whole.value(&names);
    if !value.is_finite() {
        return Ok(Done::Undecided);
    }
    own.answer(value, &names);
    own.bound(island.bound[k].min(goal.cutoff(value)));
    let (done, better) =
        if is_settled(whole, goal, need, &own) { (Done::Proven, None) } else { by_lp(whole, &island.u, goal, need, &own)? };
    if let Some(u) = better {
        // multipliers for this number of sites say something of the numbers next to it
        let more = by_number(&whole.core, &u);
        island.bound.iter_mut().zip(more).for_each(|(b, m)| *b = b.max(m));
    }
    let now = own.bounds();
    watch.note(|| {
        format!("island of {} clients, {k} sites: {} to {}, needed {need:.2}, {done:?}", whole.clients.len(), now.dual, now.primal)
    });
    island.known[k] = done != Done::Stopped;
    island.bound[k] = island.bound[k].max(now.dual);
    island.answers[k] = Some((now.primal, own.open()));
    Ok(done)
}

/// Sites of the incumbent, with more or fewer of them by `rho`.
fn begin(whole: &Whole<'_>, u: &[f64], open: &[u32], k: usize) -> Vec<u32> {
    let rho = super::price::price(&whole.core, u, &[], &vec![Fate::Free; whole.core.sites()]).rho;
    let mut is_open = vec![false; whole.core.sites()];
    whole.places(open).iter().for_each(|&j| is_open[j as usize] = true);
    let mut order: Vec<u32> = (0..short(whole.core.sites())).collect();
    let key = |j: &u32| (!is_open[*j as usize], rho[*j as usize]);
    order.sort_by(|a, b| key(a).0.cmp(&key(b).0).then(key(a).1.total_cmp(&key(b).1)).then(a.cmp(b)));
    order.truncate(k);
    order.sort_unstable();
    order
}

/// The best answer that answers of islands make.
fn put_together(left: &Whole<'_>, all: &[Island<'_>], count: usize, watch: &Watch<'_>) {
    let open = watch.open();
    let at: Vec<Vec<u32>> = all.iter().map(|c| c.whole.places(&open)).collect();
    let cost = |c: usize, k: usize| {
        let island = &all[c];
        (k < island.bound.len()).then(|| {
            let known = island.answers[k].as_ref().map(|a| a.0);
            // what the incumbent has there costs at least the bound, and is valued with the whole
            let as_is = (at[c].len() == k).then_some(island.bound[k]);
            known.or(as_is).unwrap_or(f64::INFINITY)
        })
    };
    let table = Table::of(all.len(), count, cost);
    if !table.least(count).is_finite() {
        return;
    }
    let path = table.steps(count, cost);
    let mut names: Vec<u32> = left.opened.clone();
    for (c, k) in path.into_iter().enumerate() {
        let island = &all[c];
        match &island.answers[k] {
            Some((_, sites)) => names.extend(sites.iter().filter(|s| !left.opened.contains(s))),
            None => names.extend(at[c].iter().map(|&j| island.whole.sites[j as usize])),
        }
    }
    names.sort_unstable();
    watch.answer(left.value(&names), &names);
}
