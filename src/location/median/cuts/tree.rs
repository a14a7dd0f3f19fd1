//! The LP at the root, good answers from it, and the tree.

use super::islands::islands;
use super::kernel::kernel;
use super::master::Master;
use super::node::{Node, Worked, Worker};
use super::price::price;
use crate::backend::{BackendError, LpStatus};
use crate::location::median::branch::{Effort, Frame, Goal};
use crate::location::median::core::Fate;
use crate::location::median::dual::Ascent;
use crate::location::median::engine::{is_settled, say};
use crate::location::median::lists::short;
use crate::location::median::regroup::{group_size, improve};
use crate::location::median::start::Ranked;
use crate::location::median::watch::Watch;
use crate::location::median::whole::Whole;
use rayon::prelude::*;
use std::collections::{BTreeMap, BinaryHeap};

/// Clients up to which the LP is tried.
const CLIENTS: usize = 8_000;
/// Pairs that cost less than their client's multiplier, up to which it is: cuts hold about so many, some times over.
const PAIRS: usize = 700_000;
/// Relative gap from which on it is.
const NEAR: f64 = 1e-2;
/// By how much the radius of lists grows, and grows again.
const LONGER: [f64; 2] = [2.0, 6.0];
/// Rounds of cuts at the root.
const ROUNDS: usize = 60;
/// Times that groups and the kernel are tried, as long as they help.
const KERNELS: usize = 4;
/// Nodes worked on at a time, whatever the number of threads.
const TOGETHER: usize = 2;
/// Nodes of a worker between two times that it forgets what does not bind.
const KEPT: usize = 25;
/// Decisions of open nodes that are held in memory, 8 bytes each; a tree that needs more is given up.
const HELD: usize = 60_000_000;
/// A child is worked on next when its bound is within this share of the gap.
const PLUNGE: f64 = 0.25;

/// Whether a core is one for the LP: a p-median that is not too large, its answer near its bound.
pub(in crate::location::median) fn fits(whole: &Whole<'_>, u: &[f64], watch: &Watch<'_>) -> bool {
    let (core, gap) = (&whole.core, watch.bounds().gap());
    let near = || u.iter().enumerate().map(|(i, &u)| core.rows.of(i).partition_point(|a| a.cost() < u)).sum::<usize>();
    let size = core.count.is_some() && core.clients() <= CLIENTS && core.rows.pairs() > 0;
    size && gap > 0.0 && gap <= NEAR && near() <= PAIRS
}

/// Works until nothing better is left, or the clock or the solver says stop. True when the tree was worked off.
pub(in crate::location::median) fn cut(whole: &Whole<'_>, u: &mut [f64], goal: Goal, watch: &Watch<'_>) -> bool {
    match work(whole, u, goal, watch) {
        Ok(done) => done,
        Err(error) => {
            watch.note(|| format!("cuts were given up: {error}"));
            false
        }
    }
}

/// The same, with what the solver says when it fails.
///
/// Lists that are cut let a client pay its radius, so an answer of the core may cost more in truth: lists are made longer first, and once more where that
/// left a node undecided.
pub(super) fn work(whole: &Whole<'_>, u: &mut [f64], goal: Goal, watch: &Watch<'_>) -> Result<bool, BackendError> {
    for longer in LONGER {
        match once(whole, u, longer, goal, watch)? {
            Done::Proven => return Ok(true),
            Done::Stopped => return Ok(false),
            Done::Undecided if watch.clock.stop() => return Ok(false),
            Done::Undecided => {}
        }
    }
    Ok(false)
}

/// How a tree ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Proven,
    Stopped,
    /// Worked off but for nodes whose bound says less than their answer.
    Undecided,
}

fn once(whole: &Whole<'_>, u: &mut [f64], longer: f64, goal: Goal, watch: &Watch<'_>) -> Result<Done, BackendError> {
    let clock = watch.clock;
    let stop = move || clock.stop();
    // what reduced costs leave
    let mut ascent = Ascent::new(&whole.core, u.iter().copied(), 0.0);
    let bound = ascent.evaluate(&whole.core);
    ascent.fix(&whole.core, bound, goal.cutoff(watch.bounds().primal));
    let (mut part, v) = whole.decided(&ascent.fate, u);
    if is_settled(&part, goal, f64::INFINITY, watch) {
        return Ok(Done::Proven);
    }
    let all: Vec<u32> = (0..short(part.core.clients())).collect();
    part.grow(&all, longer, &stop);
    say(watch, "cuts", &part);
    let (done, best_u) = by_lp(&part, &v, goal, f64::INFINITY, watch)?;
    // better multipliers serve the whole as well
    let mut k = 0;
    for (i, name) in whole.clients.iter().enumerate() {
        if part.clients.get(k) == Some(name) {
            u[i] = best_u.as_ref().map_or(u[i], |b| b[k]);
            k += 1;
        }
    }
    Ok(done)
}

/// The LP of a core, good answers from it, then its islands or one tree; with the multipliers of the best bound. Answers from `cap` on are of no interest.
pub(super) fn by_lp(
    part: &Whole<'_>,
    v: &[f64],
    goal: Goal,
    cap: f64,
    watch: &Watch<'_>,
) -> Result<(Done, Option<Vec<f64>>), BackendError> {
    let clock = watch.clock;
    let stop = move || clock.stop();
    let Some(mut master) = Master::new(&part.core, &stop)? else { return Ok((Done::Stopped, None)) };
    master.add_cuts(&levels(part, v))?;
    let Some(best_u) = root(&mut master, goal, cap, watch)? else { return Ok((Done::Stopped, None)) };
    say(watch, "lp", part);
    for _ in 0..KERNELS {
        if watch.bounds().dual >= goal.cutoff(watch.bounds().primal).min(cap) {
            break;
        }
        improve(part, &best_u, group_size(part, 1), goal, watch);
        if !kernel(part, &best_u, goal, watch) {
            break;
        }
        say(watch, "kernel", part);
    }
    if watch.bounds().dual >= goal.cutoff(watch.bounds().primal).min(cap) {
        return Ok((Done::Proven, Some(best_u)));
    }
    if let Some(done) = islands(part, &best_u, goal, cap, watch)? {
        return Ok((done, Some(best_u)));
    }
    master.slim(|_| false)?;
    let done = tree(part, master, goal, cap, watch, &stop)?;
    Ok((done, Some(best_u)))
}

/// Levels next to multipliers: the cuts that the LP needs first.
fn levels(part: &Whole<'_>, v: &[f64]) -> Vec<(u32, f64)> {
    let mut out = Vec::new();
    for (i, &v) in v.iter().enumerate() {
        let row = part.core.rows.of(i);
        let name = short(i);
        let ceiling = part.core.ceiling(i);
        let k = row.partition_point(|a| a.cost() < v);
        out.extend(k.checked_sub(1).and_then(|k| row.get(k)).map(|a| (name, a.cost())));
        let above = row.get(k).map_or(ceiling, |a| a.cost()).min(ceiling);
        if above.is_finite() {
            out.push((name, above));
        }
    }
    out
}

/// Rounds of cuts until none is violated; the multipliers of the best bound, none when the clock or the solver stopped it.
fn root(master: &mut Master<'_>, goal: Goal, cap: f64, watch: &Watch<'_>) -> Result<Option<Vec<f64>>, BackendError> {
    let free = vec![Fate::Free; master.core.sites()];
    let (mut best, mut best_u) = (f64::NEG_INFINITY, None);
    for round in 0..ROUNDS {
        let point = master.solve(None)?;
        if watch.clock.stop() || point.status != LpStatus::Optimal {
            return Ok(None);
        }
        let bound = price(master.core, &point.u, &[], &free).bound;
        if bound > best {
            best = bound;
            best_u = Some(point.u.clone());
            watch.bound(goal.sharpened(bound.min(goal.cutoff(watch.bounds().primal).min(cap))));
        }
        let cuts = master.violated(&point);
        let violation: f64 = cuts.iter().map(|c| c.by).sum();
        watch.note(|| {
            format!(
                "round {round}: LP {:.2}, proven {best:.2}, {} cuts off by {violation:.2}, {} iterations",
                point.value,
                cuts.len(),
                master.iterations
            )
        });
        let gap = watch.bounds().primal - best;
        if gap <= 0.0 || violation <= 1e-3 * gap || master.add_cuts(&cuts.iter().map(|c| (c.client, c.level)).collect::<Vec<_>>())? == 0 {
            break;
        }
    }
    Ok(best_u)
}

fn tree<'a>(
    part: &'a Whole<'_>,
    master: Master<'a>,
    goal: Goal,
    cap: f64,
    watch: &Watch<'_>,
    stop: &'a (dyn Fn() -> bool + Sync),
) -> Result<Done, BackendError> {
    let value = |open: &[u32]| part.value(&part.names(open));
    let cost = |i: usize, j: usize| part.cost(i, j);
    let effort = Effort { root: 0, node: 0, nodes: usize::MAX, exact: 0 };
    let frame = Frame { core: &part.core, goal, effort, cap, cost: &cost, value: &value, stop };
    let Some(twin) = master.twin(stop)? else { return Ok(Done::Stopped) };
    let mut workers = vec![Worker::new(master), Worker::new(twin)];
    let root = Node { fate: Vec::new(), balls: Vec::new(), bound: f64::NEG_INFINITY };
    let mut heap = BinaryHeap::from([Ranked(f64::INFINITY, usize::MAX)]);
    let mut open: BTreeMap<usize, Node> = BTreeMap::from([(0, root)]);
    let mut next: Vec<Option<Node>> = vec![None; TOGETHER];
    let (mut made, mut done, mut left) = (1_usize, 0_usize, f64::INFINITY);
    loop {
        let best = watch.bounds().primal;
        let cutoff = goal.cutoff(best).min(cap);
        // deeper where a worker stands, else where the bound is lowest
        let mut batch: Vec<Option<Node>> = next.iter_mut().map(|n| n.take().filter(|n| n.bound < cutoff)).collect();
        for slot in batch.iter_mut().filter(|s| s.is_none()) {
            while slot.is_none()
                && let Some(Ranked(_, id)) = heap.pop()
            {
                *slot = open.remove(&(usize::MAX - id)).filter(|n| n.bound < cutoff);
            }
        }
        let lowest = batch.iter().flatten().chain(open.values()).map(|n| n.bound).fold(left, f64::min).min(cutoff);
        watch.bound(goal.sharpened(lowest));
        if batch.iter().all(Option::is_none) {
            watch.note(|| format!("{done} nodes of the LP, complete {}", left >= cutoff));
            return Ok(if left >= cutoff { Done::Proven } else { Done::Undecided });
        }
        if stop() || open.values().map(|n| n.fate.len()).sum::<usize>() > HELD {
            return Ok(Done::Stopped);
        }
        let worked: Vec<Option<Result<Worked, BackendError>>> =
            workers.par_iter_mut().zip(&batch).map(|(w, node)| node.as_ref().map(|n| w.work(&frame, n, best, true))).collect();
        let before = done;
        done += batch.iter().flatten().count();
        for (slot, worked) in worked.into_iter().enumerate() {
            let Some(worked) = worked.transpose()? else { continue };
            left = worked.left.map_or(left, |l| left.min(l));
            for (value, sites) in worked.answers {
                watch.answer(value, &part.names(&sites));
            }
            let mut children = worked.children;
            children.sort_by(|a, b| b.bound.total_cmp(&a.bound));
            let near = lowest + PLUNGE * (cutoff - lowest);
            if children.last().is_some_and(|c| c.bound <= near) {
                next[slot] = children.pop();
            }
            for child in children {
                heap.push(Ranked(-child.bound, usize::MAX - made));
                open.insert(made, child);
                made += 1;
            }
        }
        if before / 20 != done / 20 {
            watch.note(|| format!("{done} nodes, {} open, {lowest:.2} to {best:.2}", open.len()));
        }
        if before / (KEPT * TOGETHER) != done / (KEPT * TOGETHER) {
            for worker in &mut workers {
                worker.slim()?;
            }
        }
    }
}
