//! Branch and bound over the decisions of a relaxation, best bound first.
//!
//! 1. A fixed number of nodes is taken from the queue and climbed in parallel, each from its parent's multipliers.
//! 2. A node whose bound reaches the threshold is cut; its value goes to the floor.
//! 3. What is left is branched on the decision whose share is nearest to one half; a node with nothing left to decide is a leaf,
//!    solved exactly.
//!
//! The number of nodes taken does not depend on the threads, and results are merged in order: the tree is the same at any thread count.
//! The bound of the run is the smallest of the open nodes' bounds and the floor.

use super::{Fix, Path, Relaxation, Run, ascend};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Nodes climbed at a time.
const BATCH: usize = 8;

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
}

/// Searches below a node; `floor` is what was cut before. Returns the best answer found, and tells `run` of answers and bounds.
///
/// # Complexity
/// `O(nodes * evaluations per node * cost of an evaluation)`; memory: one set of multipliers (4 bytes each) an open node.
pub fn branch_and_bound<R: Relaxation>(
    relaxation: &R,
    fix: &[Fix],
    multipliers: &[f64],
    floor: f64,
    settings: &TreeSettings,
    run: &mut Run<'_>,
) -> Option<R::Solution> {
    let mut floor = floor;
    let mut incumbent = None;
    let mut queue = BinaryHeap::new();
    let (mut id, mut nodes) = (0_u64, 0);
    queue.push(Node { bound: run.bounds().dual, id, fix: fix.to_vec(), multipliers: narrow(multipliers) });
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
            } else if c.fix.iter().any(|f| *f == Fix::Free) {
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
    let mut out = Climbed { bound, floor: ascent.floor, fix, multipliers: ascent.multipliers, branch: None, answer: None };
    if bound >= threshold || stopped {
        return out;
    }
    let score = |j: usize| ascent.share[j].min(1.0 - ascent.share[j]);
    let free = (0..out.fix.len()).filter(|&j| out.fix[j] == Fix::Free);
    if let Some(j) = free.max_by(|&a, &b| score(a).total_cmp(&score(b)).then(ascent.reduced[b].abs().total_cmp(&ascent.reduced[a].abs()))) {
        out.branch = Some((j, bound, bound));
        let wish: Vec<bool> =
            (0..out.fix.len()).map(|k| out.fix[k] == Fix::Open || (out.fix[k] == Fix::Free && ascent.share[k] > 0.5)).collect();
        out.answer = relaxation.answer(&wish);
    }
    out
}
