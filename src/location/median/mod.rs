//! The p-median and the uncapacitated facility location problem, from 100 to 71,009 points and more, with a certificate.
//!
//! ```text
//! min  sum_j f_j y_j + sum_i sum_j c_ij x_ij            (p-median: without f)
//!      sum_j x_ij = 1        every client i             (u_i)
//!      x_ij <= y_j           every pair
//!      sum_j y_j = p         p-median only
//!      y in {0, 1}
//! ```
//!
//! | file | what is there |
//! | --- | --- |
//! | `tree` | k-d tree of points |
//! | `lists` | neighbour lists, by client and turned round |
//! | `core` | the problem that is left when some sites are decided |
//! | `whole` | the instance as a core; values on the full data |
//! | `start` | first open sites |
//! | `search` | interchange |
//! | `dual` | multipliers, bound, reduced-cost fixing |
//! | `groups` | exact re-optimisation of neighbouring sites |
//! | `branch` | branch and bound on the core |
//! | `sets` | few sites among few: all sets below the cutoff |
//! | `shake` | interchange from shaken answers, where few sites are open |
//! | `cuts` | the LP by Benders cuts, branch and bound on it, islands one by one |
//! | `exact` | small cores by a MIP solver |
//! | `finish` | the last question to that solver |
//! | `regroup` | groups of sites worked out together |
//! | `feasible` | which clients and how many sites can be served at all |
//! | `distant` | instances whose lists would not fit in memory |
//! | `proof` | multipliers that prove a bound by themselves |
//! | `watch`, `engine` | clock and record; the order of work |

mod branch;
mod core;
mod cuts;
mod distant;
mod dual;
mod engine;
mod exact;
mod feasible;
mod finish;
mod groups;
mod lists;
mod proof;
mod regroup;
mod search;
mod sets;
mod shake;
mod start;
mod tree;
mod watch;
mod whole;

use super::{Answer, Assignment, Settings};
use crate::backend::BackendError;
use crate::instance::{Instance, Problem};
use crate::outcome::{Bounds, Limit, Observer, Termination};
use branch::Goal;
use feasible::Feasible;
use watch::{Clock, Watch};
use whole::{in_order, is_integral, nearest_two};

/// Solves [`Problem::PMedian`] or [`Problem::Uncapacitated`]; the answer's bound holds on the full data.
///
/// Clients that no site can reach are listed and left out of the value. The value and the bound are in the units of
/// [`Instance::cost`]; whole costs give a bound rounded up to a whole number. Deterministic for an instance at any number of threads
/// as long as no clock ends the run. Memory: 16 bytes for every pair of a client and a site nearer than about its second-nearest open
/// site times 1.35.
///
/// # Errors
/// When no solver can be run for the question whether a disconnected instance can be covered, or the problem is another one.
pub fn solve(instance: &Instance, problem: Problem, settings: &Settings, observer: &dyn Observer) -> Result<Answer, BackendError> {
    let count = match problem {
        Problem::PMedian { p } => Some(p),
        Problem::Uncapacitated => None,
        other => {
            return Err(BackendError::Failed { backend: "fenji", what: format!("the median engine does not answer {}", other.name()) });
        }
    };
    let clock = Clock::new(settings, observer);
    let work = || run(instance, count, settings, clock);
    match rayon::ThreadPoolBuilder::new().num_threads(settings.limits.threads.max(1)).build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

fn run(instance: &Instance, count: Option<usize>, settings: &Settings, clock: Clock<'_>) -> Result<Answer, BackendError> {
    let watch = Watch::new(clock);
    let goal = Goal { integral: is_integral(instance, count.is_none()), gap: settings.limits.gap.max(0.0) };
    let (clients, first, unreachable) = match feasible::check(instance, count, &clock)? {
        Feasible::Yes { clients, first, unreachable } => (clients, first, unreachable),
        Feasible::No { repair, unreachable } => return Ok(without(instance, Termination::Infeasible, unreachable, repair)),
        Feasible::Unknown { limit, unreachable } => return Ok(without(instance, Termination::NoSolution(limit), unreachable, Vec::new())),
    };
    if clients.is_empty() {
        // nobody counts; whoever is there without demand is still served by one site, the one that costs least
        let fixed: f64 = if count.is_none() { first.iter().map(|&j| instance.fixed_cost(j as usize)).sum() } else { 0.0 };
        watch.answer(fixed, &first);
        watch.bound(fixed);
    } else {
        let sites: Vec<u32> = (0..lists::short(instance.sites())).collect();
        let (clients, sites) = in_order(instance, &clients, &sites);
        engine::run(instance, (&clients, &sites), count, &first, goal, &watch);
    }
    let bounds = watch.bounds();
    let proven = bounds.gap() <= settings.limits.gap * (1.0 + 1e-9) || bounds.dual >= bounds.primal;
    let termination = match (proven, clock.limit()) {
        (true, _) => Termination::Optimal,
        (false, limit) => Termination::Feasible(limit.unwrap_or(Limit::Numerics)),
    };
    let open = watch.open();
    let everybody: Vec<u32> = (0..lists::short(instance.clients())).collect();
    let assignment = nearest_two(instance, &everybody, &open).iter().map(|t| Some(t[0].1).filter(|&j| j != u32::MAX)).collect();
    let multipliers = proof::multipliers(instance, count, &unreachable, &watch);
    Ok(Answer {
        multipliers,
        bounds,
        termination,
        open,
        upper_open: Vec::new(),
        assignment: Assignment::Single(assignment),
        unreachable,
        repair: Vec::new(),
        trace: watch.trace(),
    })
}

fn without(instance: &Instance, termination: Termination, unreachable: Vec<u32>, repair: Vec<String>) -> Answer {
    Answer {
        multipliers: None,
        bounds: Bounds { primal: f64::INFINITY, dual: f64::NEG_INFINITY },
        termination,
        open: Vec::new(),
        upper_open: Vec::new(),
        assignment: Assignment::Single(vec![None; instance.clients()]),
        unreachable,
        repair,
        trace: Vec::new(),
    }
}
