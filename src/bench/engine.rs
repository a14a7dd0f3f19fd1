//! The textbook models of small location problems on generated points, for any backend with any of its options: what `engine = "mip"` runs.
//!
//! ```text
//! p-median   min sum_ij w_i d_ij x_ij     sum_j x_ij = 1,  x_ij <= y_j,  sum_j y_j = p
//! ufl        min sum_j f_j y_j + 10 sum_ij w_i d_ij x_ij / 1000,  the same without p
//! cfl        as ufl with sum_i w_i x_ij <= q_j y_j
//! ```
//!
//! Distances are Euclidean and not rounded. `x` need not be declared whole: it is at an optimum (p-median, ufl) or may be split (cfl).

use super::instances::{Points, PointsSpec, generate};
use crate::backend::{self, BackendError, LpStatus};
use crate::model::LinearModel;
use crate::outcome::{Bounds, Event, Limits, Observer};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Names that `problem` of this engine takes.
pub const PROBLEMS: [&str; 3] = ["p-median", "ufl", "cfl"];

/// One run of this engine, as its child process reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The instance.
    pub points: PointsSpec,
    /// One of [`PROBLEMS`].
    pub problem: String,
    /// Sites to open, for p-median.
    pub p: u32,
    /// Backend, options behind a colon.
    pub backend: String,
    /// Time limit, s.
    pub time: f64,
    /// Relative gap.
    pub gap: f64,
    /// Threads.
    pub threads: u32,
}

/// Builds the model; the columns `y` come first.
#[must_use]
pub fn model(points: &Points, problem: &str, p: u32) -> LinearModel {
    let mut m = LinearModel::new();
    let (clients, sites) = (points.clients.len(), points.sites.len());
    let assign: Vec<usize> = (0..clients).map(|_| m.add_row(1.0, 1.0)).collect();
    let links: Vec<usize> = (0..clients * sites).map(|_| m.add_row(f64::NEG_INFINITY, 0.0)).collect();
    let count = (problem == "p-median").then(|| m.add_row(f64::from(p), f64::from(p)));
    let capacity: Option<Vec<usize>> = (problem == "cfl").then(|| (0..sites).map(|_| m.add_row(f64::NEG_INFINITY, 0.0)).collect());
    for (j, s) in points.sites.iter().enumerate() {
        let mut entries: Vec<(usize, f64)> = (0..clients).map(|i| (links[i * sites + j], -1.0)).collect();
        entries.extend(count.map(|row| (row, 1.0)));
        entries.extend(capacity.as_ref().map(|rows| (rows[j], -s.3)));
        m.add_binary(if problem == "p-median" { 0.0 } else { s.2 }, &entries);
    }
    let unit = if problem == "p-median" { 1.0 } else { 0.01 };
    for (i, c) in points.clients.iter().enumerate() {
        for j in 0..sites {
            let mut entries = vec![(assign[i], 1.0), (links[i * sites + j], 1.0)];
            entries.extend(capacity.as_ref().map(|rows| (rows[j], c.2)));
            m.add_col(unit * c.2 * points.distance(i, j), 1.0, 1.0, &entries);
        }
    }
    m
}

/// Keeps how the bounds moved.
struct Trace {
    begin: Instant,
    steps: Mutex<Vec<(f64, Bounds)>>,
}

impl Observer for Trace {
    fn event(&self, event: &Event) {
        if let Event::Improved { bounds, .. } = event {
            self.steps.lock().unwrap_or_else(PoisonError::into_inner).push((self.begin.elapsed().as_secs_f64(), *bounds));
        }
    }
}

/// Runs a job; the keys are those of `fenji locate --json`.
///
/// # Errors
/// An unknown backend or option, or a failing solver.
pub fn run(job: &Job) -> Result<Value, BackendError> {
    let solver = backend::by_name(&job.backend)?;
    let model = model(&generate(&job.points), &job.problem, job.p);
    let trace = Trace { begin: Instant::now(), steps: Mutex::new(Vec::new()) };
    let limits = Limits { time: Duration::try_from_secs_f64(job.time).ok(), gap: job.gap, threads: job.threads as usize };
    let found = solver.solve_mip(&model, None, &limits, &trace)?;
    let seconds = trace.begin.elapsed().as_secs_f64();
    let finite = |x: f64| x.is_finite().then_some(x);
    let mut steps = trace.steps.into_inner().unwrap_or_else(PoisonError::into_inner);
    steps.push((seconds, found.bounds));
    let termination = match found.status {
        LpStatus::Optimal => json!("optimal"),
        LpStatus::Stopped(limit) if found.values.is_empty() => json!({ "no_solution": limit }),
        LpStatus::Stopped(limit) => json!({ "feasible": limit }),
        LpStatus::Infeasible => json!("infeasible"),
        LpStatus::Unbounded => json!("unbounded"),
    };
    Ok(json!({
        "ok": true, "value": finite(found.bounds.primal), "bound": finite(found.bounds.dual), "gap": finite(found.bounds.gap()),
        "termination": termination, "seconds": seconds, "nodes": found.nodes,
        "trace": steps.iter().map(|(s, b)| json!([s, finite(b.primal), finite(b.dual)])).collect::<Vec<_>>(),
    }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Brute force over all sets of sites.
    fn best(points: &Points, p: usize) -> f64 {
        let sites = points.sites.len();
        (0_u32..1 << sites)
            .filter(|set| set.count_ones() as usize == p)
            .map(|set| {
                let near = |i: usize| (0..sites).filter(|j| set >> j & 1 == 1).map(|j| points.distance(i, j)).fold(f64::INFINITY, f64::min);
                points.clients.iter().enumerate().map(|(i, c)| c.2 * near(i)).sum::<f64>()
            })
            .fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn the_p_median_of_a_tiny_instance_is_that_of_brute_force_in_every_backend() {
        let points = PointsSpec { clients: 9, seed: 3, ..PointsSpec::default() };
        for name in backend::names().into_iter().filter(|n| *n != "clarabel") {
            let job =
                Job { points: points.clone(), problem: "p-median".into(), p: 3, backend: name.into(), time: 30.0, gap: 1e-9, threads: 1 };
            let answer = run(&job).unwrap();
            let value = answer["value"].as_f64().unwrap();
            assert!((value - best(&generate(&points), 3)).abs() < 1e-6, "{name}: {value}");
            assert_eq!(answer["termination"], "optimal");
        }
    }
}
