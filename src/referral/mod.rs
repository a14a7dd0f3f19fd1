//! The referral plan: which form of the LP is solved how, with which proof.

mod block;
mod coarse;
pub mod decompose;
pub mod lazy;
mod master;
pub mod pareto;
pub mod plan;
pub mod repair;
pub mod solve;

pub use pareto::{ParetoPoint, frontier};
pub use plan::{PlanInfo, to_plan};
pub use repair::{Diagnosis, Repair, RepairKind};
pub use solve::{Method, ReferralSolution, SolveError, SolveOptions, solve};
