//! Which engine answers which question.

use super::{Answer, Settings, whole};
use crate::backend::{BackendError, default_mip};
use crate::instance::{Instance, Problem};
use crate::outcome::Observer;

/// How a problem is to be solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// The engine made for the problem, or one model where that is as good.
    #[default]
    Auto,
    /// The engine made for the problem.
    Own,
    /// One model, by a solver.
    Mip,
}

/// What does the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One mixed-integer model ([`whole`]).
    Whole,
}

impl Engine {
    /// `own` or `mip`, as a solution file says.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "mip",
        }
    }
}

/// The engine of a method for a problem.
#[must_use]
pub fn engine(_problem: &Problem, _method: Method) -> Engine {
    Engine::Whole
}

/// Solves a problem.
///
/// # Errors
/// When a solver fails; infeasible questions and limits are results.
pub fn solve(
    instance: &Instance,
    problem: Problem,
    method: Method,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Answer, BackendError> {
    match engine(&problem, method) {
        Engine::Whole => whole::solve(instance, problem, default_mip().as_ref(), settings, observer),
    }
}
