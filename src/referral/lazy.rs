//! Lazy columns ("sifting"): of millions of columns a few thousand are ever used. Solve with some, price the others with the
//! duals, add those that would pay, re-solve from the basis, until none would.
//!
//! Bixby, Gregory, Lustig, Marsten, Shanno, "Very large-scale linear programming: a case study in combining interior point and
//! simplex methods", Operations Research 40 (1992), doi:10.1287/opre.40.5.885.
//!
//! The answer is an optimum of the whole LP: every column left out has a reduced cost above the tolerance, and the dual bound
//! is evaluated on all columns anyway.

use crate::backend::{Backend, BackendError, LpSolution, LpStatus, Simplex};
use crate::model::LinearModel;
use crate::outcome::{Event, Limits, Observer};
use rayon::prelude::*;
use std::time::Instant;

/// Reduced cost below which a column would pay, in the units of the model (the dual tolerance of the simplex is 1e-7).
const TOLERANCE: f64 = 1e-7;

/// Solves `model` starting from the columns that `start` lets in. Values come back for all columns.
///
/// # Errors
/// When the backend fails.
pub fn solve(
    model: &LinearModel,
    backend: &dyn Backend,
    start: impl Fn(usize) -> bool,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<LpSolution, BackendError> {
    let begun = Instant::now();
    let mut active: Vec<usize> = (0..model.col_count()).filter(|&j| start(j)).collect();
    let mut inside = vec![false; model.col_count()];
    for &j in &active {
        inside[j] = true;
    }
    let Some(mut session) = backend.session(&model.restricted(&active))? else {
        return backend.solve(model, limits, observer);
    };
    let mut method = Simplex::Cold;
    let mut iterations = 0;
    let mut round = 0;
    loop {
        let left = limits.time.map(|t| t.saturating_sub(begun.elapsed()));
        let part = session.run(method, &Limits { time: left, ..*limits }, observer)?;
        iterations += part.iterations;
        round += 1;
        if part.status == LpStatus::Infeasible && active.len() < model.col_count() {
            // too few columns to be feasible: the whole model decides
            return backend.solve(model, limits, observer);
        }
        let stopped = part.status != LpStatus::Optimal;
        let wanted = if stopped { Vec::new() } else { paying(model, &inside, &part.duals) };
        tracing::debug!(
            round,
            columns = active.len(),
            iterations = part.iterations,
            wanted = wanted.len(),
            seconds = begun.elapsed().as_secs_f64(),
            "lazy columns"
        );
        observer.event(&Event::Progress { done: round });
        if wanted.is_empty() {
            let mut values = vec![0.0; model.col_count()];
            for (&j, &x) in active.iter().zip(&part.values) {
                values[j] = x;
            }
            return Ok(LpSolution { status: part.status, values, duals: part.duals, iterations });
        }
        session.add_columns(model, &wanted)?;
        for &j in &wanted {
            inside[j] = true;
        }
        active.extend(wanted);
        method = Simplex::Primal;
    }
}

/// Columns outside with a reduced cost that would pay, in their order.
fn paying(model: &LinearModel, inside: &[bool], duals: &[f64]) -> Vec<usize> {
    (0..model.col_count()).into_par_iter().with_min_len(4096).filter(|&j| !inside[j] && model.reduced_cost(j, duals) < -TOLERANCE).collect()
}
