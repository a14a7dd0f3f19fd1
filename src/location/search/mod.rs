//! What the certified engines for capacitated and multi-level problems share: a Lagrangian relaxation as a trait, the ascent of its
//! multipliers, branch and bound over the sites, and the record of a run.
//!
//! | word | here |
//! | --- | --- |
//! | decision | a site (or plant) that is open or not: the `y_j` on which is branched |
//! | threshold | the incumbent less half of the gap asked for: what cannot get below it is cut |
//! | floor | the smallest bound at which something was cut; with the open nodes it gives the bound of the run |

mod ascent;
pub mod network;
mod polish;
mod run;
mod tree;

pub use ascent::{Ascent, Path, ascend};
pub use run::Run;
pub use tree::{Root, TreeSettings, branch_and_bound};

/// What is decided of a site on the way down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fix {
    /// Still open to choice.
    Free,
    /// Open in all that is left.
    Open,
    /// Closed in all that is left.
    Closed,
}

/// A relaxation at given multipliers.
#[derive(Debug, Clone, Default)]
pub struct Evaluation {
    /// A lower bound of all answers that respect the fixings; `inf` when there are none.
    pub bound: f64,
    /// The bound from which `reduced` counts, never above `bound`.
    pub base: f64,
    /// For a free decision: positive, what opening it adds to `base`; negative, what closing it adds.
    pub reduced: Vec<f64>,
    /// What the relaxation opens, between 0 and 1.
    pub open: Vec<f64>,
    /// A subgradient: by how much each client is still unserved.
    pub gradient: Vec<f64>,
}

/// A Lagrangian relaxation of a location problem.
pub trait Relaxation: Sync {
    /// An answer that the problem takes.
    type Solution: Clone + Send;

    /// Number of multipliers.
    fn multipliers(&self) -> usize;

    /// Number of decisions.
    fn decisions(&self) -> usize;

    /// Evaluates the relaxation; any multipliers give a valid bound.
    fn evaluate(&self, multipliers: &[f64], fix: &[Fix], out: &mut Evaluation);

    /// An answer made from the wish to open some sites, with its value; `None` when none was found.
    fn answer(&self, wish: &[bool]) -> Option<(f64, Self::Solution)>;

    /// Decisions tried both ways before a branching; 0 branches on the share alone. Trials pay where decisions differ in kind.
    fn probes(&self) -> usize {
        0
    }

    /// Local searches at a time; more than one also makes them more frequent. It pays where they take little beside the climbs of nodes.
    fn searches(&self) -> usize {
        1
    }

    /// Which decisions an answer opens.
    fn opened(&self, answer: &Self::Solution) -> Vec<bool>;

    /// A local search near a wish; `None` when there is none, or it found nothing.
    fn polish(&self, _wish: &[bool], _stop: &dyn Fn() -> bool) -> Option<(f64, Self::Solution)> {
        None
    }

    /// The exact best of a leaf, where every decision is fixed: its value and answer; `inf` when it holds none.
    /// The second number is the bound of the leaf, equal to the value where it was solved to the end.
    fn leaf(&self, open: &[bool], below: f64, run: &mut Run<'_>) -> (f64, f64, Option<Self::Solution>);

    /// Raises a bound to the next value that an answer can have.
    fn rounded(&self, bound: f64) -> f64 {
        bound
    }
}
