//! Capacitated location with a certificate: clients split, clients from one site, capacitated p-median.
//!
//! | file | what |
//! | --- | --- |
//! | `data` | the instance as the algorithms read it; what makes it infeasible |
//! | `knapsack`, `lagrangian` | the bound `L(u)` |
//! | `transport`, `interchange` | the best plan of open sites, and better sites |
//! | `split` | clients that may be split |
//! | `assign`, `core`, `single` | clients from one site: assignment search, the surviving pairs, the whole |

mod assign;
pub mod core;
pub mod data;
mod interchange;
pub mod knapsack;
pub mod lagrangian;
mod single;
mod split;
pub mod transport;

use super::search::Run;
use super::{Answer, Assignment, Settings};
use crate::backend::BackendError;
use crate::instance::{Instance, Problem};
use crate::outcome::{Bounds, Observer, Termination};
use data::{Data, Kind};
use split::Plan;

/// Solves a capacitated problem.
///
/// # Errors
/// When the problem is another one, or a backend fails; infeasible and limits are results.
pub fn solve(instance: &Instance, problem: Problem, settings: &Settings, observer: &dyn Observer) -> Result<Answer, BackendError> {
    let Some(data) = Data::new(instance, problem) else {
        return Err(BackendError::Failed { backend: "capacitated", what: format!("it does not solve {}", problem.name()) });
    };
    let mut run = Run::new(settings, observer);
    let mut repair = data.obstacles();
    if repair.is_empty() {
        repair.extend(no_room(&data));
    }
    if !repair.is_empty() {
        return Ok(infeasible(data.unreachable(), repair));
    }
    let plan = match data.kind {
        Kind::Split => split::solve(&data, &mut run),
        _ => single::solve(&data, &mut run)?,
    };
    Ok(answer(&data, plan, run))
}

/// Where ways are missing: what of the demand finds no room with every site open.
fn no_room(data: &Data) -> Option<String> {
    if data.cost.iter().all(|c| c.is_finite()) {
        return None;
    }
    let all: Vec<usize> = (0..data.m).collect();
    let left = transport::transport(data, &all).left;
    let amount: f64 = left.iter().map(|l| l.1).sum();
    let names: Vec<String> = left.iter().take(5).map(|l| (l.0 + 1).to_string()).collect();
    let clients = names.join(", ");
    (!left.is_empty()).then(|| {
        format!(
            "with every site open {amount} of the demand (client {clients}) finds no room where there is a way: add that capacity, or ways"
        )
    })
}

fn infeasible(unreachable: Vec<u32>, repair: Vec<String>) -> Answer {
    Answer {
        multipliers: None,
        bounds: Bounds { primal: f64::INFINITY, dual: f64::INFINITY },
        termination: Termination::Infeasible,
        open: Vec::new(),
        upper_open: Vec::new(),
        assignment: Assignment::Split(Vec::new()),
        unreachable,
        repair,
        trace: Vec::new(),
    }
}

#[allow(clippy::cast_possible_truncation)] // sites and clients are numbered by u32 in answers
fn answer(data: &Data, plan: Option<Plan>, run: Run<'_>) -> Answer {
    let (bounds, termination, trace) = run.finish();
    if termination == Termination::Infeasible {
        let capacity: f64 = data.q.iter().sum();
        let what = "no choice of sites holds every client whole: let clients be split, or add capacity or sites";
        return infeasible(Vec::new(), vec![format!("{what} (demand {}, capacity of all sites {capacity})", data.total)]);
    }
    let plan = plan.unwrap_or_default();
    let assignment = if data.kind == Kind::Split {
        Assignment::Split(plan.flows.iter().map(|&(i, j, t)| (i as u32, j as u32, t)).collect())
    } else {
        Assignment::Single(plan.flows.iter().map(|&(_, j, _)| Some(j as u32)).collect())
    };
    Answer {
        multipliers: None,
        bounds,
        termination,
        open: plan.open.iter().map(|&j| j as u32).collect(),
        upper_open: Vec::new(),
        assignment,
        unreachable: Vec::new(),
        repair: Vec::new(),
        trace,
    }
}
