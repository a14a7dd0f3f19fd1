//! Branch and bound on the Lagrangian bound: finishes a [`Core`] exactly.
//!
//! A node is a set of decisions about sites. It is worked on as a smaller core of its own ([`Core::restrict`]): an ascent from the
//! multipliers of its parent, sites decided by reduced costs as it goes, the core restricted again whenever that took much away. Sets
//! chosen by the dual are tried as answers. What is left is split on the site whose share of recent choices is nearest to a half.
//! Nodes are taken by lowest bound, several at a time whatever the number of threads, so that the tree is the same at any.
//!
//! The bound of the tree is the least over open nodes and the cutoff, at which nodes are given up:
//!
//! ```text
//! (10)  cutoff = max over what suffices of  v - 1 (whole values),  v - gap |v|          v: the incumbent
//! ```

use super::core::{Core, Fate, Restricted};
use super::dual::Ascent;
use super::exact;
use super::search::{Cost, Search};
use super::sets::{Ask, better_sets};
use super::start::Ranked;
use rayon::prelude::*;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

/// When an answer is good enough.
#[derive(Debug, Clone, Copy)]
pub(super) struct Goal {
    /// Every answer is a whole number.
    pub(super) integral: bool,
    /// Relative gap.
    pub(super) gap: f64,
}

impl Frame<'_> {
    fn cutoff(&self, incumbent: f64) -> f64 {
        self.goal.cutoff(incumbent).min(self.cap)
    }
}

impl Goal {
    /// (10): a bound from here on ends the search below an incumbent.
    pub(super) fn cutoff(self, incumbent: f64) -> f64 {
        let gap = incumbent - self.gap * incumbent.abs().max(1.0);
        if self.integral { gap.min(incumbent - 1.0 + 1e-5) } else { gap }
    }

    /// What a bound says of whole numbers.
    pub(super) fn sharpened(self, bound: f64) -> f64 {
        if self.integral && bound.abs() < 9e15 { (bound - 1e-6).ceil() } else { bound }
    }
}

/// How hard to try.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    /// Evaluations of the dual at the root.
    pub(super) root: usize,
    /// Evaluations of the dual at other nodes.
    pub(super) node: usize,
    /// Nodes, after which the search is given up.
    pub(super) nodes: usize,
    /// Nodes with no more pairs than this are settled by a MIP solver.
    pub(super) exact: usize,
}

/// What the search found.
#[derive(Debug)]
pub(super) struct Found {
    /// Better than the incumbent it began with: value and sites.
    pub(super) better: Option<(f64, Vec<u32>)>,
    /// No answer is below this (or the cutoff of the incumbent was reached: then the cutoff).
    pub(super) bound: f64,
    /// Whether the tree was worked off.
    pub(super) complete: bool,
    /// Nodes worked on.
    pub(super) nodes: usize,
}

struct Node {
    fate: Vec<(u32, Fate)>,
    u: Arc<Vec<f64>>,
    bound: f64,
}

/// What came of a node.
struct Worked {
    answers: Vec<(f64, Vec<u32>)>,
    children: Vec<Node>,
    /// A node that was given up undecided leaves its bound behind.
    left: f64,
}

/// Nodes worked on at a time.
const TOGETHER: usize = 4;

/// Everything a node needs to know of the run.
pub(super) struct Frame<'a> {
    pub(super) core: &'a Core,
    pub(super) goal: Goal,
    pub(super) effort: Effort,
    /// Answers from here on are of no interest, whatever the incumbent: a guess that is proven wrong is a bound.
    pub(super) cap: f64,
    /// True cost of a pair.
    pub(super) cost: Cost<'a>,
    /// True value of open sites (of the core).
    pub(super) value: &'a (dyn Fn(&[u32]) -> f64 + Sync),
    pub(super) stop: &'a (dyn Fn() -> bool + Sync),
}

/// What is told of every better answer and bound: value, sites, bound.
pub(super) type Report<'a> = &'a mut dyn FnMut(f64, Option<&[u32]>, f64);

/// Searches a core from multipliers and the value of an answer that is known.
pub(super) fn search(frame: &Frame<'_>, u: &[f64], incumbent: f64, report: Report<'_>) -> Found {
    let mut best = incumbent;
    let mut better: Option<(f64, Vec<u32>)> = None;
    let root = Node { fate: Vec::new(), u: Arc::new(u.to_vec()), bound: f64::NEG_INFINITY };
    let mut heap = BinaryHeap::from([Ranked(f64::INFINITY, usize::MAX)]);
    let mut open: BTreeMap<usize, Node> = BTreeMap::from([(0, root)]);
    let (mut made, mut done, mut left) = (1, 0, f64::INFINITY);
    let mut told = f64::NEG_INFINITY;
    loop {
        let mut batch = Vec::new();
        while batch.len() < TOGETHER
            && let Some(Ranked(_, id)) = heap.pop()
        {
            // newer nodes first among equals: the heap breaks ties towards the lower number
            if let Some(node) = open.remove(&(usize::MAX - id))
                && node.bound < frame.cutoff(best)
            {
                batch.push(node);
            }
        }
        if batch.is_empty() {
            let bound = frame.cutoff(best).min(left);
            return Found { better, bound, complete: left >= frame.cutoff(best), nodes: done };
        }
        if done >= frame.effort.nodes || (frame.stop)() {
            let rest = batch.iter().chain(open.values()).map(|n| n.bound).fold(left, f64::min);
            return Found { better, bound: frame.cutoff(best).min(rest), complete: false, nodes: done };
        }
        let lowest = batch.iter().chain(open.values()).map(|n| n.bound).fold(left, f64::min).min(frame.cutoff(best));
        let depth0 = done == 0;
        let worked: Vec<Worked> = batch.par_iter().map(|node| work(frame, node, best, depth0)).collect();
        done += batch.len();
        for result in worked {
            left = left.min(result.left);
            for (value, sites) in result.answers {
                if value < best {
                    best = value;
                    report(value, Some(&sites), lowest);
                    better = Some((value, sites));
                }
            }
            for child in result.children {
                heap.push(Ranked(-child.bound, usize::MAX - made));
                open.insert(made, child);
                made += 1;
            }
        }
        if lowest > told {
            told = lowest;
            report(best, None, lowest);
        }
    }
}

/// Names of a core within a core.
struct Names {
    clients: Vec<u32>,
    sites: Vec<u32>,
}

fn work(frame: &Frame<'_>, node: &Node, incumbent: f64, is_root: bool) -> Worked {
    let mut out = Worked { answers: Vec::new(), children: Vec::new(), left: f64::INFINITY };
    let mut best = incumbent;
    let mut fate = node.fate.clone();
    let mut flags = vec![Fate::Free; frame.core.sites()];
    fate.iter().for_each(|&(j, f)| flags[j as usize] = f);
    let Restricted { core, clients, sites } = frame.core.restrict(&flags);
    let (mut core, mut names) = (core, Names { clients, sites });
    let mut u: Vec<f64> = (*node.u).clone();
    let (mut bound, mut budget) = (node.bound, if is_root { frame.effort.root } else { frame.effort.node });
    loop {
        if core.count.is_some_and(|p| p > core.sites()) {
            return out;
        }
        let settled = core.sites() == 0 || core.count.is_some_and(|p| p == 0 || p == core.sites());
        if settled {
            let rest: &[u32] = if core.count == Some(0) { &[] } else { &names.sites };
            let opened = with_open(&fate, rest);
            let value = (frame.value)(&opened);
            if value < best {
                out.answers.push((value, opened));
            }
            return out;
        }
        let mut ascent = Ascent::new(&core, names.clients.iter().map(|&i| u[i as usize]), if is_root { 1.0 } else { 0.6 });
        let outcome = climb(
            frame,
            &core,
            &mut ascent,
            &mut best,
            &mut budget,
            |chosen| with_open(&fate, &pick(&names.sites, chosen)),
            &mut out.answers,
        );
        bound = bound.max(ascent.best);
        if outcome == Climb::Pruned || bound >= frame.cutoff(best) {
            return out;
        }
        if outcome == Climb::Stopped {
            out.left = bound;
            return out;
        }
        if let Some(answer) = descend(frame, &core, &names, &ascent, &fate, best) {
            best = answer.0;
            out.answers.push(answer);
        }
        names.clients.iter().zip(&ascent.best_u).for_each(|(&i, &best_u)| u[i as usize] = best_u);
        // the core still has the sites decided just now, so answers of the core go with the decisions before
        let before = fate.clone();
        let decided = |f: Fate| ascent.fate.iter().filter(move |&&x| x == f).count();
        let progress = decided(Fate::Open) > 0 || decided(Fate::Closed) * 8 > core.sites();
        if decided(Fate::Open) + decided(Fate::Closed) > 0 {
            fate.extend(names.sites.iter().zip(&ascent.fate).filter(|(_, f)| **f != Fate::Free).map(|(&j, &f)| (j, f)));
        }
        if outcome == Climb::Shrunk || (progress && budget > 0) {
            let inner = core.restrict(&ascent.fate);
            names = Names { clients: pick(&names.clients, &inner.clients), sites: pick(&names.sites, &inner.sites) };
            core = inner.core;
            continue;
        }
        let set = |chosen: &[u32]| with_open(&before, &pick(&names.sites, chosen));
        let ask = Ask { value: &|chosen| (frame.value)(&set(chosen)), cutoff: &|v| frame.cutoff(v), stop: &|| (frame.stop)() };
        if let Some(sets) = better_sets(&core, &ascent.best_u, best, &ask) {
            out.answers.extend(sets.into_iter().map(|(value, chosen)| (value, set(&chosen))));
            return out;
        }
        let slack = frame.cutoff(best) - ascent.best;
        if core.trimmed_pairs(&ascent.best_u, slack) <= frame.effort.exact
            && let Ok(settled) = exact::settle(
                &core.trimmed(&ascent.best_u, slack),
                exact::Effort { gap: 0.5 * frame.goal.gap, ..exact::Effort::default() },
                frame.stop,
            )
        {
            let mut closed = settled.bound;
            if let Some(open) = settled.open {
                let opened = with_open(&before, &pick(&names.sites, &open));
                let value = (frame.value)(&opened);
                if value < best {
                    best = value;
                    out.answers.push((value, opened));
                }
                // a bound that the answer meets is as good as it gets
                closed = closed.min(value);
            }
            bound = bound.max(closed);
            if bound >= frame.cutoff(best) || (frame.stop)() {
                out.left = if bound >= frame.cutoff(best) { f64::INFINITY } else { bound };
                return out;
            }
        }
        split(&names, &ascent, &fate, bound, Arc::new(u), &mut out.children);
        return out;
    }
}

/// Interchange from what the dual chose last.
fn descend(frame: &Frame<'_>, core: &Core, names: &Names, ascent: &Ascent, fate: &[(u32, Fate)], best: f64) -> Option<(f64, Vec<u32>)> {
    if ascent.chosen.is_empty() {
        return None;
    }
    let cost = |i: usize, j: usize| (frame.cost)(names.clients[i] as usize, names.sites[j] as usize);
    let mut local = Search::new(core, &cost, &ascent.chosen, 4.0 * best.abs() + 1.0);
    local.descend(frame.stop);
    let open = with_open(fate, &pick(&names.sites, &local.open_sites()));
    let value = if local.value() < best { (frame.value)(&open) } else { f64::INFINITY };
    (value < best).then_some((value, open))
}

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Climb {
    /// The cutoff was reached.
    Pruned,
    /// So much was decided that a smaller core pays.
    Shrunk,
    /// The evaluations are used up.
    Done,
    /// The run was stopped.
    Stopped,
}

fn climb(
    frame: &Frame<'_>,
    core: &Core,
    ascent: &mut Ascent,
    best: &mut f64,
    budget: &mut usize,
    opened: impl Fn(&[u32]) -> Vec<u32>,
    answers: &mut Vec<(f64, Vec<u32>)>,
) -> Climb {
    let (mut since, mut decided, mut tried) = (0, 0, f64::INFINITY);
    loop {
        let bound = ascent.evaluate(core);
        let cutoff = frame.cutoff(*best);
        if bound >= cutoff {
            return Climb::Pruned;
        }
        decided += ascent.fix(core, bound, cutoff);
        since += 1;
        // what the dual chose, as an answer: the estimate is never too high, so only promising ones are looked at closely
        if since % 5 == 1 {
            let estimate = core.estimate(&ascent.is_chosen, &ascent.chosen);
            if estimate < *best && estimate.to_bits() != tried.to_bits() {
                tried = estimate;
                let sites = opened(&ascent.chosen);
                let value = (frame.value)(&sites);
                if value < *best {
                    *best = value;
                    answers.push((value, sites));
                }
            }
        }
        *budget = budget.saturating_sub(1);
        if (frame.stop)() {
            return Climb::Stopped;
        }
        if decided * 4 > core.sites() && since >= 5 {
            return Climb::Shrunk;
        }
        if *budget == 0 || ascent.factor() < 2e-3 {
            return Climb::Done;
        }
        let top = best.min(frame.cap);
        let target = top + 0.05 * (top - ascent.best).max(0.0) + 1e-7 * best.abs();
        ascent.advance(core, bound, target, 10);
    }
}

fn pick(names: &[u32], which: &[u32]) -> Vec<u32> {
    which.iter().map(|&k| names[k as usize]).collect()
}

fn with_open(fate: &[(u32, Fate)], more: &[u32]) -> Vec<u32> {
    let mut open: Vec<u32> = fate.iter().filter(|f| f.1 == Fate::Open).map(|f| f.0).chain(more.iter().copied()).collect();
    open.sort_unstable();
    open
}

/// Two children of the site that the dual is least sure of.
fn split(names: &Names, ascent: &Ascent, fate: &[(u32, Fate)], bound: f64, u: Arc<Vec<f64>>, children: &mut Vec<Node>) {
    let free = (0..names.sites.len()).filter(|&j| ascent.fate[j] == Fate::Free);
    let doubt = |j: usize| ascent.share[j].min(1.0 - ascent.share[j]);
    let Some(j) = free.max_by(|&a, &b| doubt(a).total_cmp(&doubt(b)).then(b.cmp(&a))) else {
        // everything is decided: one child settles it
        children.push(Node { fate: fate.to_vec(), u, bound });
        return;
    };
    for f in [Fate::Closed, Fate::Open] {
        let mut own = fate.to_vec();
        own.push((names.sites[j], f));
        children.push(Node { fate: own, u: Arc::clone(&u), bound });
    }
}
