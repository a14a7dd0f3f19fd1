//! Coverage and center problems by own algorithms: set covering (LSCP), maximal covering (MCLP), p-center.
//!
//! All three live on sparse lists: which sites are within a distance of a client (`pairs`). Numbered formulations stand in
//! [`whole`](super::whole), (7) to (9).
//!
//! | file | what it does |
//! | --- | --- |
//! | `pairs` | the lists, from a table or by range queries in the spatial index |
//! | `reduce` | dominated clients and sites, sites without alternative |
//! | `price` | Lagrangian bound, greedy and local search of set covering |
//! | `setcover` | the driver: reduce, price, fix by reduced costs, finish the core with a MIP |
//! | `maximal` | the same four steps for maximal covering |
//! | `center` | p-center: a search over distances, each step a set covering question |
//!
//! Everything runs in a fixed order and draws from the seed, so that an answer is the same at any thread count as long as no clock ends the run.

mod center;
mod core;
mod maximal;
mod pairs;
mod price;
mod reduce;
mod setcover;
mod swap;

use super::watch::Watch;
use super::{Answer, Assignment, Settings, preflight, serve, watch};
use crate::backend::BackendError;
use crate::instance::{Instance, Problem};
use crate::outcome::{Bounds, Limit, Observer, Termination};

/// Solves a set covering, maximal covering or p-center problem.
///
/// # Errors
/// When a solver fails, or the problem is none of the three; infeasible questions and limits are results.
pub fn solve(instance: &Instance, problem: Problem, settings: &Settings, observer: &dyn Observer) -> Result<Answer, BackendError> {
    let unreachable = serve::unreachable(instance, &problem);
    if let Some(answer) = preflight::infeasible(instance, &problem, &unreachable) {
        return Ok(answer);
    }
    let watch = Watch::new(observer, settings, false, false);
    let mut left_out = vec![false; instance.clients()];
    unreachable.iter().for_each(|&i| left_out[i as usize] = true);
    let clients: Vec<u32> = (0..instance.clients()).filter(|&i| !left_out[i]).map(id).collect();
    let run = Run { instance, problem, clients: &clients, settings, watch: &watch };
    let found = match problem {
        Problem::SetCover { within } => setcover::solve(&run, within)?,
        Problem::MaxCover { p, within } => maximal::solve(&run, p, within)?,
        Problem::PCenter { p } => center::solve(&run, p)?,
        other => {
            let what = format!("{} is no coverage problem", other.name());
            return Err(BackendError::Failed { backend: "cover", what });
        }
    };
    let Some(mut open) = found.open else {
        if let Some(repair) = found.repair {
            return Ok(Answer { unreachable, ..Answer::none(&problem, Termination::Infeasible, repair) });
        }
        let limit = found.limit.unwrap_or(Limit::Numerics);
        let mut answer = Answer { unreachable, ..Answer::none(&problem, Termination::NoSolution(limit), Vec::new()) };
        answer.bounds.dual = found.bound;
        answer.trace = watch.into_trace(answer.bounds);
        return Ok(answer);
    };
    open.sort_unstable();
    let (value, site) = serve::value_of_open(instance, &problem, &open, &unreachable);
    let dual = if problem.maximises() { found.bound.max(value) } else { found.bound.min(value) };
    let bounds = Bounds { primal: value, dual };
    let termination = watch::termination(&problem, &bounds, settings, found.limit);
    let assignment = Assignment::Single(site);
    Ok(Answer { bounds, open, assignment, unreachable, trace: watch.into_trace(bounds), ..Answer::none(&problem, termination, Vec::new()) })
}

/// What every engine of this room needs.
#[derive(Clone, Copy)]
struct Run<'a> {
    instance: &'a Instance,
    problem: Problem,
    /// Clients that can be served, increasing.
    clients: &'a [u32],
    settings: &'a Settings,
    watch: &'a Watch<'a>,
}

/// What an engine found: open sites (in no order) and a bound.
struct Found {
    open: Option<Vec<u32>>,
    bound: f64,
    limit: Option<Limit>,
    repair: Option<Vec<String>>,
}

/// A position as it is stored.
#[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
fn id(i: usize) -> u32 {
    i as u32
}

/// Whether all numbers are whole, so that bounds may be rounded; beyond 2^50 sums would not be exact.
fn all_whole<'a>(values: impl Iterator<Item = &'a f64>) -> bool {
    let mut sum = 0.0;
    values.into_iter().all(|v| {
        sum += v.abs();
        v.fract() == 0.0 && sum < (1_u64 << 50) as f64
    })
}

/// A lower bound rounded up where values are whole; the room keeps the rounding of sums from lifting it too far.
fn round_up(bound: f64, whole: bool) -> f64 {
    if whole { (bound - 1e-6 * bound.abs().clamp(1.0, 1e5)).ceil() } else { bound }
}
