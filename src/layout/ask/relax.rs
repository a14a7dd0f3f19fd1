//! Bounds on forced problems from one linear relaxation.
//!
//! ```text
//! L(pi)       = offset + sum_r (pi_r+ lower_r - pi_r- upper_r) + sum_c min over [0, u_c] of rc_c x_c      <= optimum, for ANY duals pi
//! closed j:     the terms of the columns y[j,.] fall away                   L - sum_l min(0, rc_jl)
//! open j:       exactly one of them is 1                                    L - sum_l min(0, rc_jl) + min_l rc_jl
//! ```
//!
//! The duals are those of the relaxation; weak duality holds for any, so that an LP which was cut short, or solved to a tolerance, gives a bound
//! that is as safe. (A. M. Geoffrion, Lagrangean relaxation for integer programming, Math. Prog. Study 2 (1974), <https://doi.org/10.1007/BFb0120690>.)

use crate::backend::{self, BackendError};
use crate::demand::LayoutProblem;
use crate::model::layout::{BuildOptions, LayoutModel, NO_COLUMN, build, scale};
use crate::outcome::{Limits, Observer};
use crate::plan::layout_questions::Force;
use crate::policy::layout::Objective;

/// Columns above which no relaxation of one piece is tried.
const MOST_COLUMNS: usize = 600_000;

/// A relaxation with its duals.
#[derive(Debug, Clone)]
pub struct Relaxed {
    model: LayoutModel,
    duals: Vec<f64>,
    /// Bound without anything forced, in the model's unit.
    bound: f64,
    factor: f64,
}

/// Solves the relaxation of a layout; `None` when it is too large, or the solver has no duals.
///
/// # Errors
/// When the solver fails.
pub fn relax(
    problem: &LayoutProblem,
    objective: Objective,
    neighbours: usize,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Option<Relaxed>, BackendError> {
    let model = build(problem, objective, &BuildOptions { neighbours, ..BuildOptions::default() });
    if model.lp.col_count() > MOST_COLUMNS {
        return Ok(None);
    }
    let mut lp = model.lp.clone();
    lp.integer.clear();
    let solution = backend::default_mip().solve(&lp, limits, &Still(observer))?;
    if solution.duals.len() != lp.row_count() {
        return Ok(None);
    }
    let duals: Vec<f64> = solution
        .duals
        .iter()
        .enumerate()
        .map(|(r, &y)| {
            let side = if y > 0.0 { lp.row_lower[r] } else { lp.row_upper[r] };
            if y.is_finite() && side.is_finite() { y } else { 0.0 }
        })
        .collect();
    let bound = lp.dual_bound(&duals);
    Ok(bound.is_finite().then_some(Relaxed { model, duals, bound, factor: scale(problem, objective) }))
}

impl Relaxed {
    /// Bound on the least objective, in its own unit.
    #[must_use]
    pub fn bound(&self) -> f64 {
        self.bound / self.factor
    }

    /// Bound on the least objective with a site forced, in its own unit; `None` where the model leaves the site no choice.
    #[must_use]
    pub fn forced(&self, site: usize, force: Force) -> Option<f64> {
        if self.model.settled[site].is_some() {
            return None;
        }
        let columns = self.model.open[site].iter().filter(|c| **c != NO_COLUMN);
        let reduced: Vec<f64> = columns.map(|&c| self.model.lp.reduced_cost(c as usize, &self.duals)).collect();
        let without = self.bound - reduced.iter().map(|rc| rc.min(0.0)).sum::<f64>();
        let forced = match force {
            Force::Close => without,
            Force::Open => without + reduced.iter().copied().fold(f64::INFINITY, f64::min),
        };
        forced.is_finite().then_some(forced / self.factor)
    }
}

/// Passes the wish to stop on, and no events.
pub(super) struct Still<'a>(pub &'a dyn Observer);

impl Observer for Still<'_> {
    fn stop_requested(&self) -> bool {
        self.0.stop_requested()
    }
}
