//! Which engine answers which question.

use super::{Answer, Settings, cover, whole};
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
    /// Set covering, maximal covering, p-center ([`cover`]).
    Cover,
    /// One mixed-integer model ([`whole`]).
    Whole,
}

impl Engine {
    /// `own` or `mip`, as a solution file says.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cover => "own",
            Self::Whole => "mip",
        }
    }
}

/// The engine of a method for a problem.
#[must_use]
pub fn engine(problem: &Problem, method: Method) -> Engine {
    match (method, problem) {
        (Method::Mip, _) => Engine::Whole,
        (_, Problem::SetCover { .. } | Problem::MaxCover { .. } | Problem::PCenter { .. }) => Engine::Cover,
        _ => Engine::Whole,
    }
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
        Engine::Cover => cover::solve(instance, problem, settings, observer),
        Engine::Whole => whole::solve(instance, problem, default_mip().as_ref(), settings, observer),
    }
}
