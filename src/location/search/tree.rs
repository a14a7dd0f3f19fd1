//! Branch and bound over the decisions of a relaxation, best bound first.
//!
//! 1. A fixed number of nodes is taken from the queue and climbed in parallel, each from its parent's multipliers.
//! 2. A node whose bound reaches the threshold is cut; its value goes to the floor.
//! 3. What is left is branched on the decision whose share is nearest to one half, or the best of a few trials near it (strong branching); a node with nothing left to decide is a leaf,
//!    solved exactly.
//!
//! The number of nodes taken does not depend on the threads, and results are merged in order: the tree is the same at any thread count.
//! The bound of the run is the smallest of the open nodes' bounds and the floor.

use super::polish::Polish;
use super::{Fix, Path, Relaxation, Run, ascend};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Nodes climbed at a time.
const BATCH: usize = 8;

/// The climb of a trial.
const PROBE: Path = Path { iterations: 6, alpha: 0.3, patience: 3, shrink: 0.6 };

/// How to search.
#[derive(Debug, Clone, Copy)]
pub struct TreeSettings {
    /// Nodes at most.
    pub nodes: usize,
    /// Ascent at a node.
    pub path: Path,
}

impl Default for TreeSettings {
    fn default() -> Self {
        Self { nodes: 2_000_000, path: Path::NODE }
    }
}

struct Node {
    bound: f64,
    id: u64,
    fix: Vec<Fix>,
    /// Single precision: any multipliers give a valid bound.
    multipliers: Vec<f32>,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Node {}

impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Node {
    /// The smallest bound is the greatest node, then the newest.
    fn cmp(&self, other: &Self) -> Ordering {
        other.bound.total_cmp(&self.bound).then(self.id.cmp(&other.id))
    }
}

/// What became of a node.
struct Climbed<S> {
    bound: f64,
    floor: f64,
    fix: Vec<Fix>,
    multipliers: Vec<f64>,
    /// Where to branch and how much each side adds at least (opened, closed); `None` where the node is cut or decided.
    branch: Option<(usize, f64, f64)>,
    answer: Option<(f64, S)>,
    /// The wish that the answer was made from.
    wish: Vec<bool>,
}

/// Where the search begins.
#[derive(Debug, Clone)]
pub struct Root<S> {
    /// What is decided already.
    pub fix: Vec<Fix>,
    /// Multipliers of a good bound.
    pub multipliers: Vec<f64>,
    /// Smallest bound at which something was cut before.
    pub floor: f64,
    /// The best answer so far.
    pub incumbent: Option<S>,
}

/// Searches below a root. Returns the best answer known, and tells `run` of answers and bounds.
///
/// # Complexity
/// `O(nodes * evaluations per node * cost of an evaluation)`; memory: one set of multipliers (4 bytes each) an open node.
pub fn branch_and_bound<R: Relaxation>(
    relaxation: &R,
    root: &Root<R::Solution>,
    settings: &TreeSettings,
    run: &mut Run<'_>,
) -> Option<R::Solution> {
    let mut floor = root.floor;
    let mut incumbent = root.incumbent.clone();
    let mut queue = BinaryHeap::new();
    let (mut id, mut nodes) = (0_u64, 0);
    let mut polish = Polish::new(run.seed());
    queue.push(Node { bound: run.bounds().dual, id, fix: root.fix.clone(), multipliers: narrow(&root.multipliers) });
    let pool = rayon::ThreadPoolBuilder::new().num_threads(run.threads().min(BATCH)).build().ok();
    while let Some(top) = queue.peek() {
        run.bound(top.bound.min(floor));
        if run.stopped().is_some() || run.proven() || nodes >= settings.nodes {
            return incumbent;
        }
        let threshold = run.threshold();
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH
            && let Some(node) = queue.pop()
        {
            if node.bound >= threshold {
                floor = floor.min(node.bound);
            } else {
                batch.push(node);
            }
        }
        nodes += batch.len();
        let work = |node: &Node| climb(relaxation, node, threshold, settings.path, run);
        let climbed: Vec<Climbed<R::Solution>> = match &pool {
            Some(pool) if run.threads() > 1 => pool.install(|| batch.par_iter().map(work).collect()),
            _ => batch.iter().map(work).collect(),
        };
        for c in climbed {
            floor = floor.min(c.floor);
            if let Some((value, _)) = &c.answer {
                polish.hear(*value, &c.wish);
            }
            if let Some((value, answer)) = c.answer
                && value < run.bounds().primal
            {
                run.found(value);
                incumbent = Some(answer);
            }
            if c.bound >= run.threshold() {
                floor = floor.min(c.bound);
            } else if let Some((j, opened, closed)) = c.branch {
                for (way, bound) in [(Fix::Open, opened), (Fix::Closed, closed)] {
                    let mut fix = c.fix.clone();
                    fix[j] = way;
                    id += 1;
                    queue.push(Node { bound, id, fix, multipliers: narrow(&c.multipliers) });
                }
            } else if c.fix.contains(&Fix::Free) {
                // stopped on the way: the node stays open
                queue.push(Node { bound: c.bound, id, fix: c.fix, multipliers: narrow(&c.multipliers) });
            } else {
                let open: Vec<bool> = c.fix.iter().map(|f| *f == Fix::Open).collect();
                let (value, bound, answer) = relaxation.leaf(&open, run.threshold(), run);
                if let Some(answer) = answer
                    && value < run.bounds().primal
                {
                    run.found(value);
                    incumbent = Some(answer);
                }
                floor = floor.min(bound.max(c.bound));
            }
        }
        let wishes = polish.due(&root.fix, relaxation.searches().max(1), || incumbent.as_ref().map(|i| relaxation.opened(i)));
        let search = |wish: &Vec<bool>| relaxation.polish(wish, &|| run.stopped().is_some());
        let polished: Vec<Option<(f64, R::Solution)>> = match &pool {
            Some(pool) if run.threads() > 1 && wishes.len() > 1 => pool.install(|| wishes.par_iter().map(search).collect()),
            _ => wishes.iter().map(search).collect(),
        };
        for (value, answer) in polished.into_iter().flatten() {
            polish.keep(value, relaxation.opened(&answer));
            if value < run.bounds().primal {
                run.found(value);
                incumbent = Some(answer);
            }
        }
    }
    run.bound(floor);
    incumbent
}

#[allow(clippy::cast_possible_truncation)] // any multipliers give a valid bound
fn narrow(multipliers: &[f64]) -> Vec<f32> {
    multipliers.iter().map(|&u| u as f32).collect()
}

fn climb<R: Relaxation>(relaxation: &R, node: &Node, threshold: f64, path: Path, run: &Run<'_>) -> Climbed<R::Solution> {
    let mut fix = node.fix.clone();
    let start: Vec<f64> = node.multipliers.iter().map(|&u| f64::from(u)).collect();
    let mut stopped = false;
    let ascent = ascend(relaxation, &start, &mut fix, threshold, path, |_, _| {
        stopped = run.stopped().is_some();
        (!stopped).then_some(f64::INFINITY)
    });
    let bound = ascent.bound.max(node.bound);
    let mut out =
        Climbed { bound, floor: ascent.floor, fix, multipliers: ascent.multipliers, branch: None, answer: None, wish: Vec::new() };
    if bound >= threshold || stopped {
        return out;
    }
    if out.fix.contains(&Fix::Free) {
        out.branch = probe(relaxation, &out, &ascent.share, &ascent.reduced, threshold, run);
        let wish: Vec<bool> =
            (0..out.fix.len()).map(|k| out.fix[k] == Fix::Open || (out.fix[k] == Fix::Free && ascent.share[k] > 0.5)).collect();
        out.answer = relaxation.answer(&wish);
        out.wish = wish;
    }
    out
}

/// Chooses where to branch: the decisions whose shares are nearest to one half are tried both ways with a short climb; the one whose
/// sides rise most (product of the gains) is taken. The bounds reached are those of the children.
fn probe<R: Relaxation>(
    relaxation: &R,
    at: &Climbed<R::Solution>,
    share: &[f64],
    reduced: &[f64],
    threshold: f64,
    run: &Run<'_>,
) -> Option<(usize, f64, f64)> {
    let score = |j: usize| share[j].min(1.0 - share[j]);
    let mut free: Vec<usize> = (0..at.fix.len()).filter(|&j| at.fix[j] == Fix::Free).collect();
    free.sort_by(|&a, &b| score(b).total_cmp(&score(a)).then(reduced[a].abs().total_cmp(&reduced[b].abs())).then(a.cmp(&b)));
    let mut best: Option<(f64, (usize, f64, f64))> = None;
    for &j in free.iter().take(relaxation.probes()) {
        if run.stopped().is_some() {
            break;
        }
        let rise = |way: Fix| {
            let mut fix = at.fix.clone();
            fix[j] = way;
            let ascent = ascend(relaxation, &at.multipliers, &mut fix, threshold, PROBE, |_, _| Some(f64::INFINITY));
            ascent.bound.min(ascent.floor).max(at.bound)
        };
        let (opened, closed) = (rise(Fix::Open), rise(Fix::Closed));
        let gain = |b: f64| (b.min(threshold) - at.bound).max(1e-6 * (threshold - at.bound).abs().max(1e-9));
        let product = gain(opened) * gain(closed);
        if best.as_ref().is_none_or(|b| product > b.0) {
            best = Some((product, (j, opened, closed)));
        }
    }
    best.map(|b| b.1).or_else(|| free.first().map(|&j| (j, at.bound, at.bound)))
}
