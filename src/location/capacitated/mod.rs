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
    let repair = data.obstacles();
    if !repair.is_empty() {
        return Ok(infeasible(data.unreachable(), repair));
    }
    let plan = match data.kind {
        Kind::Split => split::solve(&data, &mut run),
        _ => single::solve(&data, &mut run)?,
    };
    Ok(answer(&data, plan, run))
}

fn infeasible(unreachable: Vec<u32>, repair: Vec<String>) -> Answer {
    Answer {
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
    let plan = plan.unwrap_or_default();
    let assignment = if data.kind == Kind::Split {
        Assignment::Split(plan.flows.iter().map(|&(i, j, t)| (i as u32, j as u32, t)).collect())
    } else {
        Assignment::Single(plan.flows.iter().map(|&(_, j, _)| Some(j as u32)).collect())
    };
    Answer {
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
