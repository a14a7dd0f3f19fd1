//! The referral plan: which form of the LP is solved how, with which proof.

mod block;
pub mod decompose;
pub mod lazy;
mod master;
pub mod solve;

pub use solve::{Method, ReferralSolution, SolveError, SolveOptions, solve};
